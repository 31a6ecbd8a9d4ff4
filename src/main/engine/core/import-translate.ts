/**
 * A peer's audits file in our own words: excluded crates dropped, the peer's criteria replaced by ours through the
 * criteria-map, and every entry told apart from what imports.lock already holds.
 * In: files that were read entry by entry (store/decode-peer.ts). Out: the live half of imports.lock. Nothing is fetched.
 * PARITY cargo-vet 0.10.3 src/storage.rs fetch_single_imported_audit, update_import_freshness.
 */
import type { CrateName } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import {
  criteriaSet,
  impliedCriteria,
  indicesOf,
  minimalNames,
  type CriteriaMapper,
  type CriteriaSet,
} from './criteria.ts'
import type { AuditEntry, AuditKind, AuditsFile, CriteriaEntry, PublisherId, WildcardAudit } from './store-model.ts'

const BUILT_IN = ['safe-to-run', 'safe-to-deploy'] as const
/** More make cargo-vet panic. */
const MAX_FOREIGN_CRITERIA = 64

export interface TranslateInput {
  readonly importName: string
  /** As the peer wrote it, unreadable entries left out. */
  readonly file: AuditsFile
  readonly exclude: readonly string[]
  readonly criteriaMap: ReadonlyMap<string, readonly string[]>
  /** Ours. */
  readonly local: CriteriaMapper
}

/**
 * The file with our criteria names. An entry whose criteria mean nothing here keeps an empty list: it certifies
 * nothing. Of the peer's criteria only those in the map are kept, and their descriptions still have to be filled in.
 * PARITY `exclude` takes away audits and violations, but neither wildcard audits nor trusted entries.
 * @failure criteria-unknown (a name in the map), criteria-redefined, criteria-cycle, criteria-too-many (the peer's)
 */
export function translatePeer(input: TranslateInput): Result<AuditsFile, Failure> {
  const { file, criteriaMap, local } = input
  const translation = translateCriteria(input)
  if (!translation.ok) return translation
  const cache = new Map<string, readonly string[]>()
  const rename = <E extends { readonly criteria: readonly string[] }>(entry: E): E => {
    const key = entry.criteria.join('\n')
    let names = cache.get(key)
    if (names === undefined) {
      let set: CriteriaSet = 0n
      for (const name of entry.criteria) set |= translation.value.get(name) ?? 0n
      cache.set(key, (names = minimalNames(local, set)))
    }
    return { ...entry, criteria: names }
  }
  const excluded = new Set(input.exclude)
  return ok({
    criteria: new Map([...file.criteria].filter(([name]) => criteriaMap.has(name))),
    audits: new Map(
      [...file.audits].filter(([crate]) => !excluded.has(crate)).map(([crate, list]) => [crate, list.map(rename)]),
    ),
    wildcardAudits: new Map([...file.wildcardAudits].map(([crate, list]) => [crate, list.map(rename)])),
    trusted: new Map([...file.trusted].map(([crate, list]) => [crate, list.map(rename)])),
  })
}

/** What each of the peer's criteria, with all it implies there, grants here. The map counts before the built-in meaning. */
function translateCriteria({
  file,
  criteriaMap,
  local,
  importName,
}: TranslateInput): Result<ReadonlyMap<string, CriteriaSet>, Failure> {
  const redefined = BUILT_IN.find(name => file.criteria.has(name))
  if (redefined !== undefined) return fail({ code: 'criteria-redefined', name: redefined })
  const names: readonly string[] = [...BUILT_IN, ...file.criteria.keys()]
  if (names.length > MAX_FOREIGN_CRITERIA) {
    return fail({ code: 'criteria-too-many', count: names.length, limit: MAX_FOREIGN_CRITERIA })
  }
  const implies = new Map<string, readonly string[]>([
    ['safe-to-run', []],
    ['safe-to-deploy', ['safe-to-run']],
    ...[...file.criteria].map(([name, entry]) => [name, entry.implies] as const),
  ])
  const closures = impliedCriteria(names as never, implies as never)
  if (!closures.ok) return closures
  const own: CriteriaSet[] = []
  for (const name of names) {
    const mapped = criteriaMap.get(name) ?? ((BUILT_IN as readonly string[]).includes(name) ? [name] : [])
    const set = criteriaSet(local, mapped, `criteria-map of import '${importName}'`)
    if (!set.ok) return set
    own.push(set.value)
  }
  return ok(
    new Map(
      names.map((name, i) => [name, indicesOf(closures.value[i] ?? 0n).reduce((set, j) => set | (own[j] ?? 0n), 0n)]),
    ),
  )
}

/** A mapped criterion whose text must be fetched; `url` null when the peer gives neither text nor address. */
export interface WantedDescription {
  readonly criterion: string
  readonly url: string | null
}

export function wantedDescriptions(file: AuditsFile): readonly WantedDescription[] {
  return [...file.criteria].flatMap(([criterion, entry]) =>
    entry.description === null ? [{ criterion, url: entry.descriptionUrl }] : [],
  )
}

/** Criteria as imports.lock keeps them: with their text, without `implies` and `description-url`. */
export function withDescriptions(file: AuditsFile, fetched: ReadonlyMap<string, string>): AuditsFile {
  const criteria = [...file.criteria].map(([name, entry]): [string, CriteriaEntry] => [
    name,
    { ...entry, description: entry.description ?? fetched.get(name) ?? null, descriptionUrl: null, implies: [] },
  ])
  return { ...file, criteria: new Map(criteria) }
}

// ── what is new ──────────────────────────────────────────────────────────────────────────────

/** A criterion that does not mean any more what it meant when its audits were accepted. */
export interface CriteriaChange {
  readonly criterion: string
  readonly before: string
  readonly after: string
}

/**
 * Adds to `fresh` every audit and wildcard audit of the live file that imports.lock does not hold yet, and answers the
 * criteria whose text changed. Each stored entry accounts for one live entry: the first that says the same. Who wrote it
 * and the notes are not compared.
 */
export function markFresh(
  live: AuditsFile,
  stored: AuditsFile | undefined,
  fresh: Set<object>,
): readonly CriteriaChange[] {
  markList(live.audits, stored?.audits, isSameAudit, fresh)
  markList(live.wildcardAudits, stored?.wildcardAudits, isSameWildcard, fresh)
  const changes: CriteriaChange[] = []
  for (const [criterion, before] of stored?.criteria ?? []) {
    const after = live.criteria.get(criterion)
    // A stored criterion without text makes cargo-vet panic; it cannot have been accepted, so it counts as changed.
    if (after === undefined || before.description === after.description) continue
    changes.push({ criterion, before: before.description ?? '', after: after.description ?? '' })
  }
  return changes
}

function markList<E extends object>(
  live: ReadonlyMap<CrateName, readonly E[]>,
  stored: ReadonlyMap<CrateName, readonly E[]> | undefined,
  isSame: (a: E, b: E) => boolean,
  fresh: Set<object>,
): void {
  for (const [crate, entries] of live) {
    for (const entry of entries) fresh.add(entry)
    for (const known of stored?.get(crate) ?? []) {
      const match = entries.find(entry => fresh.has(entry) && isSame(entry, known))
      if (match !== undefined) fresh.delete(match)
    }
  }
}

function isSameAudit(a: AuditEntry, b: AuditEntry): boolean {
  return kindKey(a.kind) === kindKey(b.kind) && isSameList(a.criteria, b.criteria)
}

function isSameWildcard(a: WildcardAudit, b: WildcardAudit): boolean {
  return (
    publisherKey(a.publisher) === publisherKey(b.publisher) &&
    a.start === b.start &&
    a.end === b.end &&
    isSameList(a.criteria, b.criteria)
  )
}

function kindKey(kind: AuditKind): string {
  switch (kind.kind) {
    case 'full':
      return `full ${kind.version}`
    case 'delta':
      return `delta ${kind.from} -> ${kind.to}`
    case 'violation':
      return `violation ${kind.range}`
  }
}

const publisherKey = (id: PublisherId): string =>
  id.kind === 'user' ? `user ${id.userId}` : `trusted-publisher ${id.signature}`

const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, i) => item === b[i])
