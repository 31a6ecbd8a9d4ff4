/**
 * Scores of the whole queue from what is at hand: verdict, index and publishers as last heard, kept provenance, archives
 * looked through, advisories, the team's weights. Asks nobody on the network.
 */
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { packageKey, type AbsolutePath, type PackageKey, type VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { AdvisoryDatabaseInfo, RiskDetail, RiskRow } from '../../../shared/risk.ts'
import type { QueueItem, QueueSnapshot } from '../../../shared/wire.ts'
import { openCache, type Cache } from '../cache.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { unreadOf, type Advisories } from '../core/advisories.ts'
import { isCratesIo, type DepGraph } from '../core/dep-graph.ts'
import type { Release } from '../core/publishers.ts'
import { graphPlaces, type GraphPlaces } from '../core/risk-graph.ts'
import { mostOf } from '../core/risk-weights.ts'
import { scoreRisk } from '../core/risk.ts'
import type { AuditsFile } from '../core/store-model.ts'
import type { ArchiveEntry } from '../io/archive.ts'
import { readRegistryConfig } from '../io/registry-config.ts'
import { openRegistry, type IndexVersion, type Registry } from '../io/registry.ts'
import { ASSAY_FILE, assayProblemText } from '../store/assay-file.ts'
import { readAssayRisk } from '../store/assay-risk.ts'
import type { LoadedWorkspace, Solved } from './flow.ts'
import { openProvenanceResults, type ProvenanceResults } from './provenance-results.ts'
import { archivesOf, hitsOf, riskFacts, type ItemInput } from './risk-facts.ts'
import { openArchiveFacts, type ArchiveFactsStore } from './risk-archive.ts'

/** One answer about a workspace. */
export interface RiskSource {
  readonly workspace: LoadedWorkspace
  readonly solved: Solved
  readonly snapshot: () => QueueSnapshot
  readonly lockChecksums: ReadonlyMap<string, string>
  /** As last heard. */
  readonly remembered: (crate: string) => Promise<readonly Release[] | null>
}

/** The advisory database as it is on this machine. */
export interface KnownAdvisories {
  /** Null: there is no database. */
  readonly advisories: Advisories | null
  readonly info: AdvisoryDatabaseInfo
}

/** In the order of the queue; the weights are those that every score was made with. */
export interface RiskRows {
  readonly details: readonly RiskDetail[]
  readonly weights: RiskDetail['weights']
}

/** An archive that was not looked through. */
export interface WantedArchive {
  readonly name: string
  readonly crate: string
  readonly version: VetVersion
  readonly checksum: string
}

/** Open until `close`; keeps what it heard between calls. */
export interface RiskReader {
  readonly archives: ArchiveFactsStore
  /** In the order of the queue. @failure registry-config */
  rows(source: RiskSource, known: KnownAdvisories): Promise<Result<RiskRows, Failure>>
  /** Archives of the queue not looked through yet, in its order. @failure registry-config */
  missing(source: RiskSource): Promise<Result<readonly WantedArchive[], Failure>>
  /** The files of one that lies in the cache; null: it does not, or it is none. */
  files(source: RiskSource, wanted: WantedArchive, run: Run): Promise<readonly ArchiveEntry[] | null>
  /** What was heard of registry and publishers may be another thing now. */
  forget(): void
  close(): void
}

const MAX_SETTINGS_BYTES = 4 << 20
/** After so many rows other work of the engine gets its turn. */
const ROWS_PER_TURN = 200

/** Asks no server: a score is made from what is at hand. */
export function openRiskReader(caps: Capabilities): RiskReader {
  const heard = createHearing(caps)
  const parts: Parts = {
    ...{ caps, heard },
    archives: openArchiveFacts(caps),
    provenance: openProvenanceResults(caps),
    places: new WeakMap(),
  }
  const { archives, provenance } = parts
  return {
    archives,
    async rows(source, known) {
      const registry = await heard.registryFor(source)
      return registry.ok ? ok(await riskRows(parts, { source, registry: registry.value, known })) : registry
    },
    async missing(source) {
      const registry = await heard.registryFor(source)
      return registry.ok ? ok(await missingArchives(parts, { source, registry: registry.value })) : registry
    },
    async files(source, { crate, version }, run) {
      const registry = await heard.registryFor(source)
      if (!registry.ok) return null
      const files = await registry.value.files(crate, version, run)
      return files.ok ? files.value.entries : null
    },
    forget: heard.forget,
    close() {
      heard.close()
      archives.close()
      provenance.close()
    },
  }
}

/** Lives as long as the reader. */
interface Parts {
  readonly caps: Capabilities
  readonly heard: Hearing
  readonly archives: ArchiveFactsStore
  readonly provenance: ProvenanceResults
  readonly places: WeakMap<DepGraph, GraphPlaces>
}

/** What one call is about. */
interface Asked {
  readonly source: RiskSource
  /** The one of `source`. */
  readonly registry: Registry
}

interface AskedRows extends Asked {
  readonly known: KnownAdvisories
}

interface Heard {
  readonly published: readonly IndexVersion[] | null
  readonly releases: readonly Release[] | null
}

interface Hearing {
  /** Offline: what is in the cache counts, and nothing is fetched for a score. @failure registry-config */
  registryFor(source: RiskSource): Promise<Result<Registry, Failure>>
  /** What index and publishers said of a crate, read once until `forget`. */
  of(asked: Asked, crate: string): Promise<Heard>
  forget(): void
  close(): void
}

/** The registry of the last source stays open; with other checksums it is another one. */
function createHearing(caps: Capabilities): Hearing {
  const quiet: Run = { signal: new AbortController().signal, onProgress: () => undefined }
  const heard = new Map<string, Heard>()
  let opened: { readonly of: ReadonlyMap<string, string>; readonly cache: Cache; readonly registry: Registry } | null =
    null
  return {
    async registryFor({ workspace, lockChecksums }) {
      if (opened?.of === lockChecksums) return ok(opened.registry)
      const config = await readRegistryConfig(caps, workspace.root)
      if (!config.ok) return config
      opened?.cache.close()
      const cache = openCache(caps)
      const registry = openRegistry(caps, cache, config.value, { offline: true, lockChecksums })
      opened = { of: lockChecksums, cache, registry }
      heard.clear()
      return ok(registry)
    },
    async of({ source, registry }, crate) {
      const before = heard.get(crate)
      if (before !== undefined) return before
      const versions = await registry.versions(crate, quiet)
      const now = { published: versions.ok ? versions.value : null, releases: await source.remembered(crate) }
      heard.set(crate, now)
      return now
    },
    forget: () => heard.clear(),
    close() {
      opened?.cache.close()
      opened = null
    },
  }
}

async function riskRows(parts: Parts, asked: AskedRows): Promise<RiskRows> {
  const { source, known } = asked
  const snapshot = source.snapshot()
  const inputOf = createInputs(parts, asked, snapshot.graphSource === 'cargo')
  const risk = readAssayRisk(await settingsText(parts.caps, source.workspace.loaded.storeDir))
  const weights: RiskDetail['weights'] = {
    from: risk.from,
    most: mostOf(risk.weights),
    problems: risk.problems.map(assayProblemText),
  }
  const details: RiskDetail[] = []
  for (const [i, item] of snapshot.items.entries()) {
    if (i % ROWS_PER_TURN === ROWS_PER_TURN - 1) await nextTurn()
    const input = inputOf(item, await parts.heard.of(asked, item.crate))
    const { score, signals } = scoreRisk(riskFacts(input), risk.weights)
    const row = rowOf(input, score, [...signals])
    details.push({ row, signals: [...signals], weights, database: known.info })
  }
  return { details, weights }
}

/** What is the same for all rows is looked up once, here. `hasKinds`: as in an input. */
function createInputs(
  { caps, archives, provenance, places }: Parts,
  { source, registry, known }: AskedRows,
  hasKinds: boolean,
): (item: QueueItem, heard: Heard) => ItemInput {
  const { workspace, solved } = source
  const inGraph = createGraphLookup(places, workspace)
  const audited = auditedCrates([solved.store.audits, ...solved.store.imports.audits.values()])
  const checksum = (crate: string, version: VetVersion) => checksumOf({ source, registry }, crate, version)
  return (item, { published, releases }) => ({
    item,
    ...inGraph(item.key),
    hasKinds,
    hasAudits: audited.has(item.crate),
    advisories: known.advisories,
    database: known.info,
    index: version => published?.find(one => one.version === version) ?? null,
    published,
    releases,
    provenance: provenance.summary(item.crate, item.version, checksum(item.crate, item.version) ?? undefined),
    archive(version) {
      const of = checksum(item.crate, version)
      return of === null ? null : archives.get(of)
    },
    nowMs: caps.clock.nowMs(),
  })
}

type InGraph = Pick<ItemInput, 'isFromRegistry' | 'place' | 'hasDefaultFeatures'>

/** By package; one that is not in the graph has no place. The places of a graph are found once for all calls. */
function createGraphLookup(
  places: Parts['places'],
  { graph, metadata }: LoadedWorkspace,
): (key: PackageKey) => InGraph {
  const found = places.get(graph) ?? graphPlaces(graph)
  places.set(graph, found)
  const at = new Map(graph.nodes.map((node, idx) => [packageKey(node.name, node.version), idx]))
  const defaults = new Map(metadata.resolveNodes.map(node => [node.id, node.hasDefaultFeatures ?? null]))
  return key => {
    const idx = at.get(key)
    const node = idx === undefined ? undefined : graph.nodes[idx]
    return {
      isFromRegistry: node !== undefined && isCratesIo(node.source),
      place: idx === undefined ? null : found.of(idx),
      hasDefaultFeatures: (node === undefined ? null : defaults.get(node.packageId)) ?? null,
    }
  }
}

/** Of the lock file, else as the index says; null: neither knows the version. */
function checksumOf({ source, registry }: Asked, crate: string, version: VetVersion): string | null {
  return source.lockChecksums.get(`${crate}@${version}`) ?? registry.known(crate, version)?.checksum ?? null
}

async function missingArchives({ heard, archives }: Parts, asked: Asked): Promise<readonly WantedArchive[]> {
  const wanted = new Map<string, WantedArchive>()
  for (const item of asked.source.snapshot().items) {
    // The registry knows checksums of crates whose index was read.
    await heard.of(asked, item.crate)
    for (const version of archivesOf(item)) {
      const checksum = checksumOf(asked, item.crate, version)
      if (checksum === null || archives.get(checksum) !== null) continue
      wanted.set(checksum, { name: `${item.crate} ${version}`, crate: item.crate, version, checksum })
    }
  }
  return [...wanted.values()]
}

function rowOf(input: ItemInput, score: number, signals: RiskDetail['signals']): RiskRow {
  const facts = input.archive(input.item.version)
  return {
    key: input.item.key,
    score,
    unknown: signals.reduce((sum, s) => sum + (s.state === 'unknown' ? s.points : 0), 0),
    advisories: [...(hitsOf(input) ?? [])],
    areAdvisoriesKnown:
      input.advisories !== null && input.isFromRegistry && unreadOf(input.advisories, input.item.crate).length === 0,
    unreadAdvisories: input.advisories === null ? 0 : unreadOf(input.advisories, input.item.crate).length,
    contains: {
      // A file that was not looked through may hold what others do not.
      unsafe: facts === null ? null : facts.unsafe > 0 ? true : facts.unread > 0 ? null : false,
      build: facts === null ? null : facts.buildScript !== null,
      procMacro: facts === null ? null : facts.procMacro,
    },
  }
}

/** Crates of which somebody read a version, ours or imported. */
function auditedCrates(files: readonly AuditsFile[]): ReadonlySet<string> {
  return new Set(
    files.flatMap(file =>
      [...file.audits].filter(([, entries]) => entries.some(e => e.kind.kind !== 'violation')).map(([crate]) => crate),
    ),
  )
}

/** Null when there is no such file, or it cannot be read: the defaults hold then. */
async function settingsText(caps: Capabilities, storeDir: AbsolutePath): Promise<string | null> {
  const file = path.join(storeDir, ASSAY_FILE) as AbsolutePath
  return caps.files.readText(file, MAX_SETTINGS_BYTES).catch(() => null)
}
