/**
 * Gathers the hints beside suggestions: publishers from the registry's web API, and what the known peers have audited.
 * Nothing of it changes a verdict, so whatever cannot be had is left out: publishers read UNKNOWN, a list or a peer that
 * cannot be fetched is a warning.
 */
import type { CrateName, DiffStat } from '../../../shared/domain.ts'
import { describeFailure } from '../../../shared/failure.ts'
import type { Run } from '../capabilities.ts'
import type { IsFresh } from '../core/audit-graph.ts'
import { sortedMap } from '../core/byte-order.ts'
import { livePublishers, type Release } from '../core/publishers.ts'
import type { ResolveReport } from '../core/resolve.ts'
import type { AuditsFile, VetStore } from '../core/store-model.ts'
import {
  failureOf,
  peerHints,
  planWithPeer,
  trustedPublishers,
  trustHints,
  type HintsFor,
  type PeerHint,
  type SuggestHints,
} from '../core/suggest-hints.ts'
import { chooseCandidate, type CandidatePlan, type Suggest, type SuggestItem } from '../core/suggest.ts'
import { gitRevOf } from '../core/version.ts'
import { readPeerRegistry } from '../io/peers.ts'
import type { OpenedSources } from './command-sources.ts'
import { measurePlans, type LoadedWorkspace } from './flow.ts'
import { fetchImport } from './online.ts'

/** With one request a second, more would keep people waiting for a column. */
const MOST_REQUESTS = 20

export interface HintsInput {
  readonly workspace: Pick<LoadedWorkspace, 'mapper'>
  readonly sources: OpenedSources
  /** What the suggestions were made from; `store` is the one that was resolved. */
  readonly report: ResolveReport
  readonly store: VetStore
  readonly isFresh: IsFresh
  readonly suggest: Suggest
  readonly plans: readonly CandidatePlan[]
  /** Where the list of known peers is; null: they are not asked. */
  readonly peerRegistry: string | null
}

export interface GatheredHints {
  readonly hintsFor: HintsFor
  readonly warnings: readonly string[]
}

/** Throws Cancelled, fails never. */
export async function gatherHints(input: HintsInput, run: Run): Promise<GatheredHints> {
  const { suggest, sources, store } = input
  // The step from a published version to a git version is nobody's release.
  const extra = new Set(input.plans.flatMap(plan => plan.extra))
  const items = suggest.suggestions.filter(item => !extra.has(item.delta))
  const crates = [...new Set(items.map(item => item.name))]
  const most = sources.webApi.pauseMs === 0 ? Infinity : MOST_REQUESTS
  const releases = await sources.webApi.releasesWithin(crates, most, run)
  const warnings: string[] = []
  if (!sources.offline && releases.size < crates.length && most < Infinity) {
    warnings.push(
      `publishers of ${crates.length - releases.size} crates were not looked up: the registry is asked at most ${most} times in one run`,
    )
  }
  const trusted = trustedPublishers(store)
  const peers =
    input.peerRegistry === null || sources.offline
      ? null
      : await askPeers(input, input.peerRegistry, items, releases, run, warnings)
  const hints = new Map<SuggestItem, SuggestHints>()
  for (const item of items) {
    const trust = trustHints(item, releases.get(item.name) ?? null, store, trusted)
    hints.set(item, { ...trust, peers: peers?.get(item) ?? [] })
  }
  return { hintsFor: item => hints.get(item) ?? null, warnings }
}

type PeerHints = ReadonlyMap<SuggestItem, readonly PeerHint[]>

async function askPeers(
  input: HintsInput,
  peerRegistry: string,
  items: readonly SuggestItem[],
  releases: ReadonlyMap<CrateName, readonly Release[]>,
  run: Run,
  warnings: string[],
): Promise<PeerHints> {
  const found = new Map<SuggestItem, readonly PeerHint[]>()
  const files = await fetchKnownPeers(input, peerRegistry, run, warnings)
  const store = withPublishers(input.store, files, releases)
  for (const item of items) {
    if (gitRevOf(item.delta.to) !== null) continue
    const remaining = await Promise.all(
      files.map(async ({ peer, file }) => ({ peer, stat: await remainingWith(input, store, item, file, run) })),
    )
    found.set(item, peerHints(item.stat, remaining))
  }
  return found
}

interface KnownPeer {
  readonly peer: string
  readonly file: AuditsFile
}

/** In byte order of their names. */
async function fetchKnownPeers(
  { workspace, sources, store }: HintsInput,
  peerRegistry: string,
  run: Run,
  warnings: string[],
): Promise<readonly KnownPeer[]> {
  const { peers } = sources
  const known = await readPeerRegistry(peers, peerRegistry, run)
  if (!known.ok) {
    warnings.push(`the list of known peers could not be read: ${describeFailure(known.error).title}`)
    return []
  }
  const { mapper } = workspace
  const fetched = await Promise.all(
    [...sortedMap(known.value)].map(async ([peer, url]) => {
      const own = store.config.imports.get(peer)
      const config = { url, exclude: own?.exclude ?? [], criteriaMap: own?.criteriaMap ?? new Map() }
      return { peer, answer: await fetchImport({ mapper, peers, onFailure: 'fail' }, peer, config, run) }
    }),
  )
  run.signal.throwIfAborted()
  return fetched.flatMap(({ peer, answer }) => {
    if (answer.ok) return [{ peer, file: answer.value.file }]
    warnings.push(`the audits of '${peer}' could not be read: ${describeFailure(answer.error).title}`)
    return []
  })
}

/** Wildcard audits of peers need to know who published what. */
function withPublishers(
  store: VetStore,
  files: readonly KnownPeer[],
  releases: ReadonlyMap<CrateName, readonly Release[]>,
): VetStore {
  const publisher = new Map(store.imports.publisher)
  for (const crate of files.flatMap(({ file }) => [...file.wildcardAudits.keys()])) {
    const known = releases.get(crate)
    if (known !== undefined && !publisher.has(crate)) publisher.set(crate, livePublishers([], known).rows)
  }
  return { ...store, imports: { ...store.imports, publisher } }
}

async function remainingWith(
  { workspace, sources, report, isFresh, plans, suggest }: HintsInput,
  store: VetStore,
  item: SuggestItem,
  peer: AuditsFile,
  run: Run,
): Promise<DiffStat | null> {
  const failure = failureOf(report, item)
  if (failure === null) return null
  const versions = await sources.registry.versions(item.name, run)
  const known = versions.ok ? versions.value.map(v => v.version) : null
  const extra = plans.find(plan => plan.idx === item.idx)?.extra.find(d => suggest.suggestions.some(s => s.delta === d))
  const target = extra?.from ?? failure.version
  const plan = planWithPeer({ failure, store, mapper: workspace.mapper, isFresh, peer, target, known })
  if (plan === 'nothing') return { insertions: 0, deletions: 0, filesChanged: 0 }
  if (plan === null) return null
  await measurePlans([plan], sources.measurer, run)
  return chooseCandidate(plan, (crate, delta) => sources.measurer.known(crate, delta))?.stat ?? null
}
