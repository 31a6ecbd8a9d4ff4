/**
 * Random online cases. The offline generator makes workspace, store and stored imports; from the latter we derive what
 * the peers serve now: much of the same, some gone, some new, some that cannot be read. The registry serves releases of
 * which the stored publisher rows are a part.
 */
import type { CrateName } from '../../../src/shared/domain.ts'
import { sortedMap } from '../../../src/main/engine/core/byte-order.ts'
import type {
  AuditEntry,
  AuditsFile,
  CriteriaEntry,
  VetStore,
  WildcardAudit,
} from '../../../src/main/engine/core/store-model.ts'
import { parseStore } from '../../../src/main/engine/store/parse-store.ts'
import { renderAuditsFile, renderStore } from '../../../src/main/engine/store/write-store.ts'
import { generateCase } from '../generate.ts'
import { createRandom, type Random } from '../random.ts'
import type { ReferenceCase } from '../case.ts'
import { ORIGIN, type OnlineCase, type OnlineCommand, type OnlineRelease, type ServedFile } from './case.ts'

interface Making {
  readonly random: Random
  readonly store: VetStore
  readonly criteria: readonly string[]
  readonly crates: readonly CrateName[]
  readonly served: Record<string, ServedFile>
  /** Hardly anything goes wrong in a calm case. */
  readonly isCalm: boolean
}

const WHERE = { config: 'config', audits: 'audits', imports: 'imports' }
const DATES = ['2023-05-01', '2024-01-01', '2024-06-15', '2025-02-01', '2025-12-31', '2026-05-01', '2026-10-31']

export function generateOnlineCase(seed: number): OnlineCase {
  const random = createRandom(seed ^ 0x5eed)
  const base = random.chance(0.6) ? plainCase(seed) : generateCase(seed)
  const parsed = parseStore(base.store, WHERE)
  if (!parsed.ok) throw new Error('the offline generator makes stores that parse')
  const usesPublishers = random.chance(0.5)
  const store = usesPublishers ? parsed.value : withoutPublishers(parsed.value)
  const making: Making = {
    random,
    store,
    criteria: ['safe-to-run', 'safe-to-deploy', ...store.audits.criteria.keys()],
    crates: [...new Set([...store.audits.audits.keys(), ...store.config.exemptions.keys()])],
    served: {},
    isCalm: random.chance(0.7),
  }
  const imports = new Map([...store.config.imports.keys()].map(name => [name, generateImport(making, name)]))
  const online: VetStore = { ...store, config: { ...store.config, imports } }
  const thinned = random.chance(0.5) ? thinOut(making, online) : online
  const commands = generateCommands(making, base)
  serveKnownPeers(making)
  const releases = generateReleases(making, base)
  const { metadata, diffs } = base
  const texts = canonical(thinned)
  return { name: `seed ${seed}`, metadata, store: texts, diffs, served: making.served, releases, commands }
}

/** A case whose packages are members or published, so that `check` does not stop at policies. */
function plainCase(seed: number): ReferenceCase {
  for (let i = 0; ; i++) {
    const base = generateCase(seed + i * 1_000_003)
    const { packages, workspace_members } = base.metadata as {
      readonly packages: readonly { readonly id: string; readonly source: string | null }[]
      readonly workspace_members: readonly string[]
    }
    const isPlain = packages.every(p => workspace_members.includes(p.id) || p.source?.endsWith('.io-index') === true)
    if (i === 20 || (isPlain && !base.store.config.includes('[policy.'))) return base
  }
}

function canonical(store: VetStore) {
  const first = renderStore(store)
  const parsed = parseStore(first, WHERE)
  return parsed.ok ? renderStore(parsed.value) : first
}

function withoutPublishers(store: VetStore): VetStore {
  const audits = new Map(
    [...store.imports.audits].map(([name, file]) => [name, { ...file, wildcardAudits: new Map() }] as const),
  )
  return {
    config: store.config,
    audits: { ...store.audits, wildcardAudits: new Map(), trusted: new Map() },
    imports: { ...store.imports, publisher: new Map(), audits },
  }
}

/** Leaves out much of what is local, so that what peers say matters. */
function thinOut({ random }: Making, store: VetStore): VetStore {
  const thinner = <E>(table: ReadonlyMap<CrateName, readonly E[]>, keep: number) =>
    sortedMap(
      [...table].map(([crate, list]) => [crate, random.some(list, keep)] as const).filter(([, l]) => l.length > 0),
    )
  return {
    ...store,
    audits: { ...store.audits, audits: thinner(store.audits.audits, 0.3) },
    config: { ...store.config, exemptions: thinner(store.config.exemptions, 0.6) },
  }
}

// ── peers ────────────────────────────────────────────────────────────────────────────────────

/** Serves the files of one import and answers its configuration. */
function generateImport(making: Making, name: string) {
  const { random, store, isCalm } = making
  const stored = store.imports.audits.get(name)
  const storedNames = [...(stored?.criteria.keys() ?? [])]
  const foreign = [...new Set([...storedNames, ...random.some(['their-x', 'strict', 'Own'], 0.4)])]
  const criteriaMap = new Map<string, readonly string[]>()
  for (const criterion of [...foreign, ...random.some(['safe-to-run', 'safe-to-deploy', 'not-there'], 0.1)]) {
    const own = criterion.startsWith('their-') ? criterion.slice('their-'.length) : ''
    if (random.chance(0.2)) continue
    const local = making.criteria.includes(own) && random.chance(0.7) ? [own] : random.some(making.criteria, 0.4)
    criteriaMap.set(criterion, !isCalm && random.chance(0.01) ? ['nowhere'] : local)
  }
  const files = random.chance(0.25) ? 2 : 1
  const url: string[] = []
  for (let i = 0; i < files; i++) {
    const at = `/${name}/${i}.toml`
    const share = files === 1 ? stored : thinFile(random, stored)
    making.served[at] = servePeerFile(making, foreign, share, `${name}-${i}`)
    url.push(
      !isCalm && random.chance(0.02) ? random.pick(['not an address', 'file:///x', `${ORIGIN}/nothing`]) : ORIGIN + at,
    )
  }
  return { url, exclude: random.some(making.crates, 0.08) as readonly string[], criteriaMap: sortedMap(criteriaMap) }
}

function thinFile(random: Random, file: AuditsFile | undefined): AuditsFile | undefined {
  if (file === undefined) return undefined
  const audits = new Map([...file.audits].map(([crate, list]) => [crate, random.some(list, 0.6)]))
  return { ...file, audits }
}

function servePeerFile(
  making: Making,
  foreign: readonly string[],
  stored: AuditsFile | undefined,
  tag: string,
): ServedFile {
  const { random, isCalm } = making
  if (!isCalm && random.chance(0.03)) return { status: random.pick([404, 403]), headers: {}, body: '[audits]\n' }
  const criteria = generateCriteria(making, foreign, stored)
  const known = ['safe-to-run', 'safe-to-deploy', ...criteria.keys()]
  const file: AuditsFile = {
    criteria,
    audits: generateAudits(making, known, stored),
    wildcardAudits: generateWildcards(making, known, stored),
    trusted: random.chance(0.3) ? making.store.audits.trusted : new Map(),
  }
  let body = renderAuditsFile(file, null) + unreadableEntries(making, tag)
  if (!isCalm && random.chance(0.02)) body = `${body}\nbroken = \n`
  if (random.chance(0.05)) body = body.replaceAll('\n', '\r\n')
  const headers: Record<string, string> = random.chance(0.1) ? { 'x-gitiles-object-type': 'blob' } : {}
  return { status: 200, headers, body }
}

function generateCriteria(
  { random, served, isCalm }: Making,
  foreign: readonly string[],
  stored: AuditsFile | undefined,
): ReadonlyMap<string, CriteriaEntry> {
  const names = isCalm ? foreign : random.some(foreign, 0.9)
  const earlier = ['safe-to-run', 'safe-to-deploy']
  const table: [string, CriteriaEntry][] = []
  for (const name of names) {
    const before = stored?.criteria.get(name)?.description ?? 'text'
    const text = !isCalm && random.chance(0.08) ? `${before}\nchanged` : before
    const entry: CriteriaEntry = {
      description: text,
      descriptionUrl: null,
      implies: random.some(earlier, 0.3),
      aggregatedFrom: random.chance(0.1) ? ['https://example.com/origin'] : [],
    }
    if (random.chance(0.15)) {
      const at = `/texts/${name}`
      served[at] = { status: 200, headers: {}, body: text }
      table.push([name, { ...entry, description: null, descriptionUrl: ORIGIN + at }])
    } else if (!isCalm && random.chance(0.02)) table.push([name, { ...entry, description: null }])
    else table.push([name, entry])
    earlier.push(name)
  }
  if (!isCalm && random.chance(0.01))
    table.push(['safe-to-run', { description: 'x', descriptionUrl: null, implies: [], aggregatedFrom: [] }])
  return sortedMap(table)
}

/** A peer's name for one of ours, so that much translates back to what is stored. */
function foreignNames({ random }: Making, known: readonly string[], local: readonly string[]): readonly string[] {
  if (random.chance(0.2)) return random.some([...known, 'nowhere'], 0.35)
  return local.map(name =>
    known.includes(`their-${name}`) ? `their-${name}` : known.includes(name) ? name : 'safe-to-run',
  )
}

function generateAudits(
  making: Making,
  known: readonly string[],
  stored: AuditsFile | undefined,
): AuditsFile['audits'] {
  const { random, store } = making
  const lists = new Map<CrateName, AuditEntry[]>()
  const add = (crate: CrateName, entry: AuditEntry) => lists.set(crate, [...(lists.get(crate) ?? []), entry])
  const rewritten = (entry: AuditEntry): AuditEntry => ({
    ...entry,
    criteria: foreignNames(making, known, entry.criteria),
    who: random.chance(0.2) ? ['New <new@example.com>'] : entry.who,
    notes: random.chance(0.15) ? 'edited upstream' : entry.notes,
    importable: random.chance(0.97),
    aggregatedFrom: random.chance(0.1) ? ['https://example.com/x'] : entry.aggregatedFrom,
  })
  for (const [crate, list] of stored?.audits ?? [])
    for (const entry of list) {
      if (random.chance(0.85)) add(crate, rewritten(entry))
      if (random.chance(0.05)) add(crate, rewritten(entry))
    }
  const keepsViolations = random.chance(0.2)
  for (const [crate, list] of store.audits.audits)
    for (const entry of list)
      if (random.chance(0.4) && (entry.kind.kind !== 'violation' || keepsViolations)) add(crate, rewritten(entry))
  return sortedMap([...lists].map(([crate, list]) => [crate, random.chance(0.3) ? random.shuffled(list) : list]))
}

function generateWildcards(
  making: Making,
  known: readonly string[],
  stored: AuditsFile | undefined,
): AuditsFile['wildcardAudits'] {
  const { random, store } = making
  const lists = new Map<CrateName, WildcardAudit[]>()
  const add = (crate: CrateName, entry: WildcardAudit) => {
    const criteria = foreignNames(making, known, entry.criteria)
    lists.set(crate, [...(lists.get(crate) ?? []), { ...entry, criteria }])
  }
  for (const [crate, list] of stored?.wildcardAudits ?? [])
    for (const entry of list) if (random.chance(0.85)) add(crate, entry)
  for (const [crate, list] of store.audits.wildcardAudits)
    for (const entry of list) if (random.chance(0.4)) add(crate, entry)
  return sortedMap(lists)
}

/** Entries of a newer or a broken cargo-vet, and tables nobody knows. */
function unreadableEntries({ random, crates }: Making, tag: string): string {
  const crate = crates.length === 0 ? 'log' : random.pick(crates)
  const blocks = [
    `\n[[audits.${crate}]]\ncriteria = "safe-to-deploy"\nversion = "1.0"\n`,
    `\n[[audits.${crate}]]\ncriteria = "safe-to-deploy"\nversion = "1.0.0"\nreviewed-by-robot = true\n`,
    `\n[[audits.${crate}]]\ncriteria = "safe-to-deploy"\n`,
    `\n[[audits.${crate}]]\ncriteria = "safe-to-deploy"\nversion = "1.0.0"\nnotes = 3\n`,
    `\n[[audits.${crate}]]\ncriteria = ["nowhere", "safe-to-run"]\nversion = "1.0.0"\n`,
    `\n[[audits.${crate}]]\ncriteria = "nowhere"\nversion = "1.0.0"\n`,
    `\n[[audits.${crate}]]\ncriteria = "safe-to-deploy"\nversion = "1.0.0"\ndelta = "1.0.0 -> 1.0.1"\n`,
    `\n[[audits.${crate}]]\ncriteria = "safe-to-deploy"\nversion = "1.0.0@git:${'a'.repeat(40)}"\n`,
    `\n[[wildcard-audits.${crate}]]\ncriteria = "safe-to-deploy"\nuser-id = "seven"\nstart = "2024-01-01"\nend = "2026-01-01"\n`,
    `\n[[trusted.${crate}]]\ncriteria = "safe-to-deploy"\n`,
    `\n[future.${tag}]\nkey = [1, 2]\n`,
    `\n[criteria.odd-${tag}]\ndescription = "odd"\nimplies = ["nowhere", "safe-to-run"]\n`,
    `\n[criteria.new-${tag}]\ndescription = "new"\nmeaning = "unknown"\n`,
  ]
  return random.some(blocks, 0.06).join('')
}

function serveKnownPeers({ random, served, store }: Making): void {
  const lines = [...store.config.imports.keys(), 'fresh'].map(
    name => `[registry.${name}]\nurl = "${ORIGIN}/${name}/0.toml"\n`,
  )
  served['/known-peers.toml'] = { status: random.chance(0.95) ? 200 : 404, headers: {}, body: lines.join('\n') }
}

// ── the registry ─────────────────────────────────────────────────────────────────────────────

interface MetadataPackage {
  readonly name: string
  readonly version: string
}

function generateReleases({ random, store, isCalm }: Making, base: ReferenceCase): Record<string, OnlineRelease[]> {
  const versions = new Map<string, Set<string>>()
  const note = (crate: string, version: string) => {
    const semver = version.split('@')[0] ?? ''
    versions.set(crate, (versions.get(crate) ?? new Set()).add(semver))
  }
  for (const row of base.diffs) for (const version of row.delta.split(' -> ')) note(row.crate, version)
  for (const [crate, rows] of store.imports.publisher) for (const row of rows) note(crate, row.version)
  const { packages } = base.metadata as { packages: readonly MetadataPackage[] }
  const known = new Set(versions.keys())
  // Some local packages stay ahead of what is published.
  for (const { name, version } of packages) if (known.has(name) && random.chance(0.5)) note(name, version)
  const releases: Record<string, OnlineRelease[]> = {}
  for (const [crate, found] of versions) {
    if (!isCalm && random.chance(0.03)) continue
    const rows = store.imports.publisher.get(crate as CrateName) ?? []
    releases[crate] = random.some([...found], 0.95).map(version => {
      const row = rows.find(r => r.version === version)
      if (row !== undefined && random.chance(0.95)) {
        const { source } = row
        const by: OnlineRelease['by'] =
          source.kind === 'user'
            ? { kind: 'user', id: Number(source.userId), login: source.login, name: nameOfUser(source.login) }
            : { kind: 'trusted-publisher', repository: source.signature.replace('github:', '') }
        return { version, when: row.when, by }
      }
      return { version, when: random.pick(DATES), by: randomPublisher(random) }
    })
    if (releases[crate].length === 0) delete releases[crate]
  }
  return releases
}

/** The same in every answer: where answers differ, cargo-vet takes the one that came last. */
const nameOfUser = (login: string): string | null => (login.length > 6 ? 'A Name' : null)

function randomPublisher(random: Random): OnlineRelease['by'] {
  return random.pick<OnlineRelease['by']>([
    { kind: 'user', id: 7, login: 'user7', name: nameOfUser('user7') },
    { kind: 'user', id: 12_345_678_901, login: 'user12345678901', name: nameOfUser('user12345678901') },
    { kind: 'trusted-publisher', repository: 'a/b' },
    null,
  ])
}

// ── commands ─────────────────────────────────────────────────────────────────────────────────

function generateCommands(making: Making, base: ReferenceCase): OnlineCommand[] {
  const { random, store, served } = making
  served['/fresh/0.toml'] = servePeerFile(making, ['their-x'], undefined, 'fresh')
  const certify = base.commands.find(c => c.kind === 'certify')
  const names = [...store.config.imports.keys(), 'fresh']
  const imported = random.pick(names)
  const flags = random.some(['--no-imports', '--no-exemptions', '--no-audits'], 0.25)
  const commands: OnlineCommand[] = [
    { kind: 'check' },
    { kind: 'suggest' },
    { kind: 'prune', flags },
    { kind: 'regenerate', what: random.pick(['imports', 'imports', 'exemptions', 'unpublished']) },
    { kind: 'import', name: imported, urls: random.chance(0.3) ? [] : [`${ORIGIN}/${imported}/0.toml`] },
  ]
  if (certify?.kind === 'certify') {
    const { crate, from, to, criteria, who, notes, force, noCollapse } = certify
    const args = [
      ...[crate, ...(from === null ? [] : [from]), to],
      ...criteria.map(c => `--criteria=${c}`),
      ...who.map(w => `--who=${w}`),
      ...(notes === null ? [] : [`--notes=${notes}`]),
      ...(force ? ['--force'] : []),
      ...(noCollapse ? ['--no-collapse'] : []),
      '--accept-all',
    ]
    commands.push({ kind: 'certify', args })
  }
  return commands
}
