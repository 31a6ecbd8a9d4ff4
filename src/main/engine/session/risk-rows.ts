/**
 * Scores of the whole queue from what is at hand: verdict, index and publishers as last heard, kept provenance, archives
 * looked through, advisories, the team's weights. Asks nobody on the network.
 */
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { packageKey, type AbsolutePath, type VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { AdvisoryDatabaseInfo, RiskDetail, RiskRow } from '../../../shared/risk.ts'
import type { QueueSnapshot } from '../../../shared/wire.ts'
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
import { openProvenanceResults } from './provenance-results.ts'
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

export interface KnownAdvisories {
  /** Null: there is no database. */
  readonly advisories: Advisories | null
  readonly info: AdvisoryDatabaseInfo
}

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

interface Heard {
  readonly published: readonly IndexVersion[] | null
  readonly releases: readonly Release[] | null
}

const MAX_SETTINGS_BYTES = 4 << 20
/** After so many rows other work of the engine gets its turn. */
const ROWS_PER_TURN = 200

/** Asks no server: a score is made from what is at hand. */
export function openRiskReader(caps: Capabilities): RiskReader {
  const archives = openArchiveFacts(caps)
  const provenance = openProvenanceResults(caps)
  const quiet: Run = { signal: new AbortController().signal, onProgress: () => undefined }
  const places = new WeakMap<DepGraph, GraphPlaces>()
  const heard = new Map<string, Heard>()
  let opened: { readonly of: ReadonlyMap<string, string>; readonly cache: Cache; readonly registry: Registry } | null =
    null

  /** Offline: what is in the cache counts, and nothing is fetched for a score. */
  const registryFor = async ({ workspace, lockChecksums }: RiskSource): Promise<Result<Registry, Failure>> => {
    if (opened?.of === lockChecksums) return ok(opened.registry)
    const config = await readRegistryConfig(caps, workspace.root)
    if (!config.ok) return config
    opened?.cache.close()
    const cache = openCache(caps)
    const registry = openRegistry(caps, cache, config.value, { offline: true, lockChecksums })
    opened = { of: lockChecksums, cache, registry }
    heard.clear()
    return ok(registry)
  }
  const hear = async (registry: Registry, source: RiskSource, crate: string): Promise<Heard> => {
    const before = heard.get(crate)
    if (before !== undefined) return before
    const versions = await registry.versions(crate, quiet)
    const now = { published: versions.ok ? versions.value : null, releases: await source.remembered(crate) }
    heard.set(crate, now)
    return now
  }
  const checksumOf = (source: RiskSource, registry: Registry, crate: string, version: VetVersion): string | null =>
    source.lockChecksums.get(`${crate}@${version}`) ?? registry.known(crate, version)?.checksum ?? null

  return {
    archives,
    async rows(source, known) {
      const registry = await registryFor(source)
      if (!registry.ok) return registry
      const { workspace, solved } = source
      const snapshot = source.snapshot()
      const { graph, metadata } = workspace
      const found = places.get(graph) ?? graphPlaces(graph)
      places.set(graph, found)
      const at = new Map(graph.nodes.map((node, idx) => [packageKey(node.name, node.version), idx]))
      const defaults = new Map(metadata.resolveNodes.map(node => [node.id, node.hasDefaultFeatures ?? null]))
      const audited = auditedCrates([solved.store.audits, ...solved.store.imports.audits.values()])
      const risk = readAssayRisk(await settingsText(caps, workspace.loaded.storeDir))
      const weights: RiskDetail['weights'] = {
        from: risk.from,
        most: mostOf(risk.weights),
        problems: risk.problems.map(assayProblemText),
      }
      const details: RiskDetail[] = []
      for (const [i, item] of snapshot.items.entries()) {
        if (i % ROWS_PER_TURN === ROWS_PER_TURN - 1) await nextTurn()
        const idx = at.get(item.key)
        const node = idx === undefined ? undefined : graph.nodes[idx]
        const { published, releases } = await hear(registry.value, source, item.crate)
        const input: ItemInput = {
          item,
          isFromRegistry: node !== undefined && isCratesIo(node.source),
          place: idx === undefined ? null : found.of(idx),
          hasKinds: snapshot.graphSource === 'cargo',
          hasDefaultFeatures: (node === undefined ? null : defaults.get(node.packageId)) ?? null,
          hasAudits: audited.has(item.crate),
          advisories: known.advisories,
          database: known.info,
          index: version => published?.find(one => one.version === version) ?? null,
          published,
          releases,
          provenance: provenance.summary(
            item.crate,
            item.version,
            checksumOf(source, registry.value, item.crate, item.version) ?? undefined,
          ),
          archive(version) {
            const checksum = checksumOf(source, registry.value, item.crate, version)
            return checksum === null ? null : archives.get(checksum)
          },
          nowMs: caps.clock.nowMs(),
        }
        const { score, signals } = scoreRisk(riskFacts(input), risk.weights)
        const row = rowOf(input, score, [...signals])
        details.push({ row, signals: [...signals], weights, database: known.info })
      }
      return ok({ details, weights })
    },
    async missing(source) {
      const registry = await registryFor(source)
      if (!registry.ok) return registry
      const wanted = new Map<string, WantedArchive>()
      for (const item of source.snapshot().items) {
        await hear(registry.value, source, item.crate)
        for (const version of archivesOf(item)) {
          const checksum = checksumOf(source, registry.value, item.crate, version)
          if (checksum === null || archives.get(checksum) !== null) continue
          wanted.set(checksum, { name: `${item.crate} ${version}`, crate: item.crate, version, checksum })
        }
      }
      return ok([...wanted.values()])
    },
    async files(source, { crate, version }, run) {
      const registry = await registryFor(source)
      if (!registry.ok) return null
      const files = await registry.value.files(crate, version, run)
      return files.ok ? files.value.entries : null
    },
    forget: () => heard.clear(),
    close() {
      opened?.cache.close()
      opened = null
      archives.close()
      provenance.close()
    },
  }
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
