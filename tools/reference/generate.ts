/**
 * Small random cases from a seed: a graph, a store and commands in which every rule of the solver gets its turn. The
 * store is a value that our writer renders, so each run also tests the writer: the reference refuses other bytes.
 */
import { brand, deltaText, type CrateName, type IsoDate, type VetVersion } from '../../src/shared/domain.ts'
import { sortedMap } from '../../src/main/engine/core/byte-order.ts'
import {
  SUPPORTED_STORE_VERSION,
  type AuditEntry,
  type AuditsFile,
  type CriteriaEntry,
  type Exemption,
  type PolicyEntry,
  type PublisherEntry,
  type PublisherId,
  type TrustedEntry,
  type UnpublishedEntry,
  type VetStore,
  type WildcardAudit,
} from '../../src/main/engine/core/store-model.ts'
import { parseStore } from '../../src/main/engine/store/parse-store.ts'
import { renderStore } from '../../src/main/engine/store/write-store.ts'
import type { Command, DiffRow, ReferenceCase, StoreFiles } from './case.ts'
import { generateGraph, type GeneratedGraph, type GeneratedPackage } from './generate-graph.ts'
import { moreCommands } from './generate-more.ts'
import { createRandom, type Random } from './random.ts'

const DATES = [
  '2024-01-01',
  '2024-06-15',
  '2025-01-01',
  '2025-12-31',
  '2026-05-01',
  '2026-11-01',
] as readonly string[] as readonly IsoDate[]
const PEOPLE = ['Ann <ann@example.com>', 'Bo <bo@example.com>', 'Çelik "C" <c@example.com>', 'Dee\\D <dee@example.com>']
const NOTES = ['fine', 'two\nlines\n', "it's ok", 'tab\there', '']
const IMPORTS = ['peer', 'Other', 'z_peer']

/** Everything the parts of one case share. */
interface Making {
  readonly random: Random
  readonly graph: GeneratedGraph
  readonly criteria: readonly string[]
  readonly publishers: readonly PublisherId[]
  /** One violation voids all audits of its crate, so most cases have none. */
  readonly hasViolations: boolean
}

export function generateCase(seed: number): ReferenceCase {
  const random = createRandom(seed)
  const graph = generateGraph(random)
  const criteriaTable = generateCriteria(random)
  const criteria = ['safe-to-run', 'safe-to-deploy', ...criteriaTable.keys()]
  const publishers: PublisherId[] = [
    { kind: 'user', userId: 7n },
    { kind: 'user', userId: 12_345_678_901n },
    { kind: 'trusted-publisher', signature: 'github:a/b' },
  ]
  const making: Making = { random, graph, criteria, publishers, hasViolations: random.chance(0.3) }
  const store = generateStore(making, criteriaTable)
  const texts = canonicalTexts(store)
  const commands = generateCommands(making)
  const filters = commands[0]?.kind === 'check' ? commands[0].filters : []
  return {
    name: `seed ${seed}`,
    metadata: graph.metadata,
    store: texts,
    diffs: generateDiffs(making),
    commands: [...commands, ...moreCommands({ random, graph, criteria, people: PEOPLE, notes: NOTES, filters, texts })],
  }
}

/** Rendered twice, because the names in user comments follow the order of the file, which the first pass sorts. */
function canonicalTexts(store: VetStore): StoreFiles {
  const first = renderStore(store)
  const parsed = parseStore(first, { config: 'config', audits: 'audits', imports: 'imports' })
  return parsed.ok ? renderStore(parsed.value) : first
}

// ── criteria ─────────────────────────────────────────────────────────────────────────────────

function generateCriteria(random: Random): ReadonlyMap<string, CriteriaEntry> {
  const names = random.some(['crypto-safe', 'Zeta', 'a1', 'does-not-implement', '10', '9'], 0.3)
  const earlier = ['safe-to-run', 'safe-to-deploy']
  const entries: [string, CriteriaEntry][] = []
  for (const name of random.shuffled(names)) {
    const implies = random.some(earlier, 0.35)
    if (random.chance(0.01)) implies.push(random.pick([name, 'nowhere']))
    entries.push([name, { description: `what ${name} means`, descriptionUrl: null, implies, aggregatedFrom: [] }])
    earlier.push(name)
  }
  if (random.chance(0.01)) {
    entries.push(['safe-to-run', { description: 'again', descriptionUrl: null, implies: [], aggregatedFrom: [] }])
  }
  // Around the most that a set of 64 bits can hold: 63 is ours, with 64 the reference errs, with 65 it panics.
  const wanted = random.chance(0.015) ? random.pick([62, 63, 64, 65]) : 0
  for (let i = entries.length + 2; i < wanted; i++) {
    const implies = random.chance(0.2) ? [random.pick(earlier)] : []
    entries.push([`filler-${i}`, { description: 'one of many', descriptionUrl: null, implies, aggregatedFrom: [] }])
  }
  return sortedMap(entries)
}

/** Mostly one strong name, sometimes several, rarely none or one that does not exist. */
function someCriteria({ random, criteria }: Making, mayBeUnknown = false): readonly string[] {
  if (mayBeUnknown && random.chance(0.0015)) return ['nowhere']
  if (random.chance(0.03)) return []
  if (random.chance(0.45)) return ['safe-to-deploy']
  if (random.chance(0.4)) return [random.pick(criteria)]
  return random.shuffled(random.some(criteria, 0.5))
}

// ── the store ────────────────────────────────────────────────────────────────────────────────

function generateStore(making: Making, criteriaTable: ReadonlyMap<string, CriteriaEntry>): VetStore {
  const { random } = making
  const importNames = random.some(IMPORTS, 0.35)
  const density = random.pick([0.5, 1, 2, 4, 9])
  const isTight = random.chance(0.45)
  const audits = audited(making, density, true)
  const exemptions = perCrate(making, crate => generateExemptions(making, crate, isTight))
  return {
    config: {
      storeVersion: SUPPORTED_STORE_VERSION,
      defaultCriteria: 'safe-to-deploy',
      imports: sortedMap(
        importNames.map(name => [
          name,
          { url: [`https://example.com/${name}.toml`], exclude: [], criteriaMap: new Map() },
        ]),
      ),
      policy: generatePolicy(making),
      exemptions,
    },
    audits: {
      criteria: criteriaTable,
      wildcardAudits: perCrate(making, crate => repeat(random, 0.25, () => generateWildcard(making, crate))),
      audits,
      trusted: perCrate(making, () => repeat(random, 0.2, () => generateTrusted(making))),
    },
    imports: {
      unpublished: perCrate(making, crate => generateUnpublished(making, crate)),
      publisher: perCrate(making, crate => generatePublishers(making, crate)),
      audits: sortedMap(importNames.map(name => [name, importedFile(making, density)])),
    },
  }
  function importedFile(m: Making, d: number): AuditsFile {
    return {
      criteria: sortedMap(
        m.random
          .some(m.criteria, 0.2)
          .map(name => [
            `their-${name}`,
            { description: 'text', descriptionUrl: null, implies: [], aggregatedFrom: [] },
          ]),
      ),
      wildcardAudits: perCrate(m, crate => repeat(m.random, 0.2, () => generateWildcard(m, crate))),
      audits: audited(m, d / 2, false),
      trusted: new Map(),
    }
  }
}

function audited(making: Making, density: number, isLocal: boolean): ReadonlyMap<CrateName, readonly AuditEntry[]> {
  return perCrate(making, crate => {
    const count = making.random.int(Math.ceil(density * 3))
    return Array.from({ length: count }, () => generateAudit(making, crate, isLocal))
  })
}

/** A list for each crate that somebody might name, in byte order; mostly those of the graph. */
function perCrate<T>(
  { graph }: Making,
  make: (crate: CrateName) => readonly T[],
): ReadonlyMap<CrateName, readonly T[]> {
  const lists = graph.crates.map(crate => [crate, make(crate)] as const)
  return sortedMap(lists.filter(([, list]) => list.length > 0))
}

function repeat<T>(random: Random, probability: number, make: () => T): T[] {
  const list: T[] = []
  while (list.length < 3 && random.chance(probability)) list.push(make())
  return list
}

function generateAudit(making: Making, crate: CrateName, isLocal: boolean): AuditEntry {
  const { random, graph } = making
  const versions = graph.versionsOf(crate)
  const version = random.pick(versions)
  const roll = random.int(100)
  const kind: AuditEntry['kind'] =
    making.hasViolations && roll < 8
      ? { kind: 'violation', range: random.pick(['*', '^1', '<1.1.0', '=1.0.1', '>=2, <3', '~1.1', '>=1.0.0-alpha']) }
      : roll < 40
        ? { kind: 'full', version }
        : { kind: 'delta', from: random.pick(versions), to: version }
  const touchesGit =
    kind.kind === 'full' ? version.includes('@') : kind.kind === 'delta' && (kind.from + kind.to).includes('@')
  return {
    who: random.some(PEOPLE, 0.4),
    criteria: someCriteria(making, true),
    kind,
    importable: !isLocal || !(touchesGit || random.chance(0.12)),
    notes: random.chance(0.2) ? random.pick(NOTES) : null,
    aggregatedFrom: random.chance(0.05) ? ['https://example.com/x'] : [],
  }
}

function generateExemptions(making: Making, crate: CrateName, isTight: boolean): Exemption[] {
  const { random, graph } = making
  const make = (version: VetVersion, criteria: readonly string[]): Exemption => ({
    version,
    criteria,
    suggest: !random.chance(0.2),
    notes: random.chance(0.1) ? random.pick(NOTES) : null,
  })
  const list = repeat(random, 0.35, () => make(random.pick(graph.versionsOf(crate)), someCriteria(making, true)))
  if (isTight) {
    for (const version of graph.inUse(crate)) {
      if (random.chance(0.85)) list.push(make(version, random.chance(0.6) ? making.criteria : ['safe-to-deploy']))
    }
  }
  return list
}

function generateWildcard(making: Making, _crate: CrateName): WildcardAudit {
  const { random } = making
  return {
    who: random.some(PEOPLE, 0.4),
    criteria: someCriteria(making, true),
    publisher: random.pick(making.publishers),
    start: random.pick(DATES.slice(0, 3)),
    end: random.chance(0.01) ? brand<'IsoDate'>('2030-01-01') : random.pick(DATES.slice(2)),
    renew: random.pick([null, null, false, true]),
    notes: null,
    aggregatedFrom: [],
  }
}

function generateTrusted(making: Making): TrustedEntry {
  const { random } = making
  return {
    criteria: someCriteria(making),
    publisher: random.pick(making.publishers),
    start: random.pick(DATES.slice(0, 3)),
    end: random.pick(DATES.slice(2)),
    notes: random.chance(0.1) ? random.pick(NOTES) : null,
    aggregatedFrom: [],
  }
}

function generatePublishers({ random, graph, publishers }: Making, crate: CrateName): PublisherEntry[] {
  return random
    .some(
      graph.versionsOf(crate).filter(v => !v.includes('@')),
      0.35,
    )
    .map(version => {
      const id = random.pick(publishers)
      return {
        version,
        when: random.pick(DATES),
        source:
          id.kind === 'user'
            ? { ...id, login: `user${id.userId}`, name: random.pick([null, 'A Name']) }
            : { kind: 'trusted-publisher', signature: id.signature },
      }
    })
}

function generateUnpublished({ random, graph }: Making, crate: CrateName): UnpublishedEntry[] {
  const versions = graph.versionsOf(crate)
  return repeat(random, graph.hasUnpublished(crate) ? 0.6 : 0.08, () => ({
    version: random.chance(0.7) ? random.pick(graph.inUse(crate).concat(versions)) : random.pick(versions),
    auditedAs: random.pick(versions),
  }))
}

// ── policies ─────────────────────────────────────────────────────────────────────────────────

function generatePolicy(making: Making): ReadonlyMap<string, PolicyEntry> {
  const { random, graph } = making
  const keys = new Map<string, PolicyEntry>()
  for (const crate of new Set(graph.packages.map(p => p.name))) {
    const mine = graph.packages.filter(p => p.name === crate)
    const needsAuditAs = mine.some(p => p.wantsAuditAs)
    if (!needsAuditAs && !random.chance(mine.some(p => p.isMember) ? 0.5 : 0.1)) continue
    // Crates with a registry copy must have versioned policies; rarely we break the rule.
    const isVersioned = mine.some(p => p.isRegistry) ? !random.chance(0.05) : random.chance(0.2)
    for (const pkg of isVersioned ? (random.chance(0.9) ? mine : random.some(mine, 0.7)) : mine.slice(0, 1)) {
      keys.set(isVersioned ? `${crate}:${pkg.version}` : crate, generatePolicyEntry(making, pkg))
    }
  }
  if (random.chance(0.02)) keys.set('not-there', generatePolicyEntry(making, null))
  if (random.chance(0.02) && !keys.has(graph.crates[0] ?? ''))
    keys.set(`${graph.crates[0]}:9.9.9`, generatePolicyEntry(making, null))
  return sortedMap(withoutMixedKeys(keys))
}

/** A crate may not have both kinds of keys: that does not even parse. */
function withoutMixedKeys(keys: ReadonlyMap<string, PolicyEntry>): [string, PolicyEntry][] {
  return [...keys].filter(([key]) => !key.includes(':') || !keys.has(key.slice(0, key.indexOf(':'))))
}

function generatePolicyEntry(making: Making, pkg: GeneratedPackage | null): PolicyEntry {
  const { random, graph } = making
  const dependencies = random.some(graph.crates, random.pick([0, 0, 0.3, 0.8]))
  return {
    auditAsCratesIo:
      pkg?.wantsAuditAs === true ? random.pick([true, true, true, null]) : random.pick([null, null, false]),
    criteria: random.chance(0.25) ? someCriteria(making, true) : null,
    devCriteria: random.chance(0.25) ? someCriteria(making, true) : null,
    dependencyCriteria: sortedMap(dependencies.map(name => [name as string, someCriteria(making, true)])),
    notes: random.chance(0.1) ? random.pick(NOTES) : null,
  }
}

// ── sizes and commands ───────────────────────────────────────────────────────────────────────

function generateDiffs({ random, graph }: Making): DiffRow[] {
  const rows: DiffRow[] = []
  for (const crate of graph.crates) {
    const versions = [...new Set(graph.versionsOf(crate).flatMap(v => [v, v.split('@')[0] as VetVersion]))]
    for (const from of [null, ...versions]) {
      for (const to of versions) {
        if (random.chance(0.03)) continue // cannot be measured
        const insertions = random.int(6)
        rows.push({
          crate,
          delta: deltaText({ from, to }),
          insertions,
          deletions: random.int(4),
          filesChanged: 1 + random.int(2),
        })
      }
    }
  }
  return rows
}

function generateCommands(making: Making): Command[] {
  const { random } = making
  const filters = random.chance(0.25) ? [randomFilter(making)] : []
  return [
    { kind: 'check', filters },
    { kind: 'suggest' },
    { kind: 'graph', filters },
    ...Array.from({ length: 4 }, () => randomExplain(making)),
    randomCertify(making),
    { kind: 'prune', noImports: random.chance(0.3), noExemptions: random.chance(0.3), noAudits: random.chance(0.3) },
    { kind: 'regenerate-exemptions' },
  ]
}

function randomExplain({ random, graph, criteria }: Making): Command {
  const crate = random.pick(graph.crates)
  const version = random.pick([...graph.inUse(crate), ...graph.versionsOf(crate)])
  const criterion = random.chance(0.01) ? 'nowhere' : random.chance(0.6) ? 'safe-to-run' : random.pick(criteria)
  return { kind: 'explain', crate, version, criterion }
}

function randomCertify(making: Making): Command {
  const { random, graph } = making
  const inUse = graph.crates.filter(c => graph.packages.some(p => p.name === c && (p.isRegistry || p.wantsAuditAs)))
  const likely = inUse.length > 0 && random.chance(0.9) ? inUse : graph.crates
  const crate = random.chance(0.04) ? random.pick(['no-such-crate', 'app']) : random.pick(likely)
  const versions = graph.versionsOf(brand<'CrateName'>(crate))
  const used = graph.inUse(brand<'CrateName'>(crate))
  const to = random.pick(used.length > 0 && random.chance(0.75) ? used : versions)
  const criteria = random.chance(0.01) ? ['nowhere'] : random.chance(0.35) ? [] : someCriteria(making)
  const from = random.chance(0.35) ? null : random.pick(versions)
  return {
    kind: 'certify',
    crate,
    from,
    to,
    criteria,
    who: [random.pick(PEOPLE), ...random.some(PEOPLE, 0.15)],
    notes: random.chance(0.3) ? random.pick(NOTES.slice(0, 4)) : null,
    force: random.chance(0.1),
    noCollapse: from !== null && random.chance(0.1), // the real one wants two versions then
  }
}

function randomFilter({ random, graph }: Making): string {
  const property = (): string =>
    random.pick([
      () => `name(${random.pick(graph.packages).name})`,
      () => `version(${random.pick(graph.packages).version})`,
      () => `is_root(${random.chance(0.5)})`,
      () => `is_workspace_member(${random.chance(0.5)})`,
      () => `is_third_party(${random.chance(0.5)})`,
      () => `is_dev_only(${random.chance(0.5)})`,
    ])()
  const query = random.pick([
    () => property(),
    () => `not(${property()})`,
    () => `any(${property()},${property()})`,
    () => `all(${property()}, not(${property()}))`,
  ])()
  return `${random.pick(['exclude', 'exclude', 'include'])}(${query})`
}
