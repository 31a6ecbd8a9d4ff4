/**
 * The way from one store to another in steps of one new entry each: what becomes a commit of its own. Each step is a whole
 * store. What the entries bring along goes with them (criteria they name, exemptions and imports of their crate that
 * they replace); what belongs to none of them stays out and is named. Pure.
 */
import type { CrateName } from '../../../shared/domain.ts'
import type { NewEntry } from '../../../shared/overview.ts'
import { compareText, sortedMap, withEntry } from '../core/byte-order.ts'
import type { AuditEntry, AuditsFile, PublisherId, TrustedEntry, VetStore, WildcardAudit } from '../core/store-model.ts'

export interface AuditStep {
  readonly entry: NewEntry
  /** The full audit or delta, whose evidence may lie beside the store; else null. */
  readonly delta: { readonly from: string | null; readonly to: string } | null
  readonly notes: string | null
  readonly store: VetStore
}

export interface AuditSteps {
  readonly steps: readonly AuditStep[]
  /** One sentence each. */
  readonly leftOut: readonly string[]
}

type Table = 'audits' | 'wildcardAudits' | 'trusted'
const TABLES: readonly Table[] = ['audits', 'wildcardAudits', 'trusted']
type Entry = AuditEntry | WildcardAudit | TrustedEntry

/** One text per entry; equal entries have equal texts. */
const textOf = (entry: unknown): string =>
  JSON.stringify(entry, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))

/** Entries of `now` that `before` does not have, in its order; one counts as often as it stands there. */
function added<E>(before: readonly E[], now: readonly E[]): readonly E[] {
  const left = before.map(textOf)
  return now.filter(entry => {
    const at = left.indexOf(textOf(entry))
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

/** Crates in byte order; of a crate audits, then wildcard audits, then trusted publishers. */
export function auditSteps(base: VetStore, now: VetStore): AuditSteps {
  const steps: AuditStep[] = []
  let store = base
  const crates = new Set(TABLES.flatMap(table => [...now.audits[table].keys()]))
  for (const crate of [...crates].sort(compareText)) {
    const fresh = TABLES.flatMap(table =>
      added<Entry>(listOf(base, table, crate), listOf(now, table, crate)).map(entry => ({ table, entry })),
    )
    for (const [i, { table, entry }] of fresh.entries()) {
      store = withCriteria(withAdded(store, table, crate, entry), now, entry.criteria)
      // Only with its last entry can the crate do without what it replaces.
      if (i === fresh.length - 1) store = withCrateOf(store, now, crate)
      steps.push({ entry: newEntry(crate, table, entry), ...aboutOf(table, entry), store })
    }
  }
  return { steps, leftOut: differences(store, now) }
}

function listOf(store: VetStore, table: Table, crate: CrateName): readonly Entry[] {
  return (store.audits[table] as ReadonlyMap<CrateName, readonly Entry[]>).get(crate) ?? []
}

function withTable(store: VetStore, table: Table, crate: CrateName, entries: readonly Entry[]): VetStore {
  const map = withList(store.audits[table] as ReadonlyMap<CrateName, readonly Entry[]>, crate, entries)
  return { ...store, audits: { ...store.audits, [table]: map } as AuditsFile }
}

function withList<E>(
  map: ReadonlyMap<CrateName, readonly E[]>,
  crate: CrateName,
  entries: readonly E[] | undefined,
): ReadonlyMap<CrateName, readonly E[]> {
  if (entries !== undefined && entries.length > 0) return withEntry(map, crate, entries)
  return map.has(crate) ? new Map([...map].filter(([name]) => name !== crate)) : map
}

const withAdded = (store: VetStore, table: Table, crate: CrateName, entry: Entry): VetStore =>
  withTable(store, table, crate, [...listOf(store, table, crate), entry])

/** The criteria that an entry names, and those that these imply, as far as the store does not have them. */
function withCriteria(store: VetStore, now: VetStore, wanted: readonly string[]): VetStore {
  const criteria = new Map(store.audits.criteria)
  const pending = [...wanted]
  for (const name of pending) {
    const entry = now.audits.criteria.get(name)
    if (entry === undefined || criteria.has(name)) continue
    criteria.set(name, entry)
    pending.push(...entry.implies) // also visited
  }
  return criteria.size === store.audits.criteria.size
    ? store
    : { ...store, audits: { ...store.audits, criteria: sortedMap(criteria) } }
}

/** Everything of a crate as it is now: its entries, its exemptions, what is kept of its imports. */
function withCrateOf(store: VetStore, now: VetStore, crate: CrateName): VetStore {
  let next = store
  for (const table of TABLES) next = withTable(next, table, crate, listOf(now, table, crate))
  const imports = [...next.imports.audits].map(([name, file]): [string, AuditsFile] => {
    const own = now.imports.audits.get(name)
    if (own === undefined) return [name, file]
    return [
      name,
      {
        ...file,
        audits: withList(file.audits, crate, own.audits.get(crate)),
        wildcardAudits: withList(file.wildcardAudits, crate, own.wildcardAudits.get(crate)),
      },
    ]
  })
  return {
    ...next,
    config: { ...next.config, exemptions: withList(next.config.exemptions, crate, now.config.exemptions.get(crate)) },
    imports: {
      unpublished: withList(next.imports.unpublished, crate, now.imports.unpublished.get(crate)),
      publisher: withList(next.imports.publisher, crate, now.imports.publisher.get(crate)),
      audits: new Map(imports),
    },
  }
}

function newEntry(crate: CrateName, table: Table, entry: Entry): NewEntry {
  const criteria = [...entry.criteria]
  const who = 'who' in entry ? [...entry.who] : []
  if (table === 'audits') {
    const { kind } = entry as AuditEntry
    if (kind.kind === 'violation') return { crate, kind: 'violation', what: kind.range, criteria, who }
    const what = kind.kind === 'full' ? kind.version : `${kind.from} -> ${kind.to}`
    return { crate, kind: 'audit', what, criteria, who }
  }
  const { publisher, start, end } = entry as WildcardAudit | TrustedEntry
  const what = `${publisherText(publisher)} from ${start} to ${end}`
  return { crate, kind: table === 'trusted' ? 'trusted' : 'wildcard', what, criteria, who }
}

const publisherText = (id: PublisherId): string => (id.kind === 'user' ? `user ${id.userId}` : id.signature)

function aboutOf(table: Table, entry: Entry): Pick<AuditStep, 'delta' | 'notes'> {
  const { notes } = entry
  if (table !== 'audits') return { delta: null, notes }
  const { kind } = entry as AuditEntry
  if (kind.kind === 'violation') return { delta: null, notes }
  return { delta: kind.kind === 'full' ? { from: null, to: kind.version } : { from: kind.from, to: kind.to }, notes }
}

/** What `now` has otherwise than `made`, in words; at most a few names each. */
function differences(made: VetStore, now: VetStore): string[] {
  const maps = (what: string, a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): string[] => {
    const names = [...new Set([...a.keys(), ...b.keys()])].filter(name => mapText(a.get(name)) !== mapText(b.get(name)))
    return names.length === 0 ? [] : [`${what} of ${fewOf(names)}`]
  }
  const settings = made.config.defaultCriteria === now.config.defaultCriteria ? [] : ['the default criteria']
  return [
    ...maps('criteria: the definition', made.audits.criteria, now.audits.criteria),
    ...maps('audits.toml: entries that were taken out', made.audits.audits, now.audits.audits),
    ...maps('audits.toml: wildcard audits that were taken out', made.audits.wildcardAudits, now.audits.wildcardAudits),
    ...maps('audits.toml: trusted publishers that were taken out', made.audits.trusted, now.audits.trusted),
    ...maps('config.toml: exemptions', made.config.exemptions, now.config.exemptions),
    ...maps('config.toml: the policy', made.config.policy, now.config.policy),
    ...maps('config.toml: the import', made.config.imports, now.config.imports),
    ...settings.map(what => `config.toml: ${what}`),
    ...maps('imports.lock: what is kept', made.imports.audits, now.imports.audits),
    ...maps('imports.lock: publishers', made.imports.publisher, now.imports.publisher),
    ...maps('imports.lock: unpublished versions', made.imports.unpublished, now.imports.unpublished),
  ]
}

const mapText = (value: unknown): string | undefined =>
  value === undefined
    ? undefined
    : JSON.stringify(value, (_, inner: unknown) =>
        typeof inner === 'bigint' ? `${inner}n` : inner instanceof Map ? [...(inner as Map<unknown, unknown>)] : inner,
      )

const fewOf = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`

/** First line, blank line, notes, and who: a commit's message. Never more than git shows well. */
export function stepMessage({ entry, notes }: AuditStep): string {
  const { crate, kind, what, criteria, who } = entry
  const goal = criteria.join(', ')
  const subject = {
    audit: `Certify ${crate} ${what} for ${goal}`,
    violation: `Record a violation of ${goal} by ${crate} ${what}`,
    wildcard: `Certify releases of ${crate} by ${what} for ${goal}`,
    trusted: `Trust releases of ${crate} by ${what} for ${goal}`,
  }[kind]
  const body = notes === null ? '' : `\n\n${clean(notes)}`
  const people = who.map(person => `\nAudited-by: ${oneLine(person)}`).join('')
  return `${oneLine(subject)}${body}${people === '' ? '' : `\n${people}`}\n`
}

const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim()
const clean = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f]+/g, ' ')
    .trim()
