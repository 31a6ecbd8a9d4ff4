/**
 * `what-if` of the command line: solves changes against the imports as they are now (locked: as stored, with the copies
 * of peers that were fetched before) and writes nothing. Changes are stated by name and completed here.
 */
import type { CrateName, VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { inOrder, type WhatIfChange, type WhatIfResult, type WhatIfSmallest } from '../../../shared/what-if.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { openCache } from '../cache.ts'
import { filterGraph } from '../core/graph-filter.ts'
import { buildDepGraph } from '../core/dep-graph.ts'
import { livePublishers, type Release } from '../core/publishers.ts'
import { openPeers, peerRegistryUrl, readPeerRegistry, type Peers } from '../io/peers.ts'
import type { OpenedSources } from './command-sources.ts'
import { graphFilters, loadFiltered, type CommandOptions } from './commands.ts'
import { rememberingResolvers, solve, type LoadedWorkspace } from './flow.ts'
import { liveStoreOf, withSources } from './live-store.ts'
import { createTranslations, type LiveStore } from './online.ts'
import { createFigures } from './what-if-figures.ts'
import { listOptions } from './what-if-options.ts'
import { cachedPeers, unmappedCriteria, type RawFiles } from './what-if-peers.ts'
import { solveChanges, type SolveInput } from './what-if-solve.ts'

/** A change as typed: addresses and the version in use may be left out. */
export type StatedChange =
  | Exclude<WhatIfChange, { kind: 'move' }>
  | { readonly kind: 'move'; readonly crate: CrateName; readonly from: VetVersion | null; readonly to: VetVersion }

export interface WhatIfWish {
  readonly changes: readonly StatedChange[]
  /** Also looks for the smallest set among known peers and the publishers of what is to be read. */
  readonly smallest: boolean
}

export interface WhatIfAnswer {
  readonly result: WhatIfResult
  readonly smallest: WhatIfSmallest | null
}

/** @failure as loadFiltered, goOnline, takeSteps; peer-unknown, version-ambiguous, package-unknown */
export async function whatIfCommand(
  caps: Capabilities,
  options: CommandOptions,
  wish: WhatIfWish,
  run: Run,
): Promise<Result<WhatIfAnswer, Failure>> {
  const loaded = await loadFiltered(caps, { ...options, ignorePolicyProblems: true }, run)
  if (!loaded.ok) return loaded
  const workspace = loaded.value
  // Locked, the registry is asked for nothing and peers are what was fetched before.
  return withSources(caps, { ...options, frozen: options.locked }, workspace, async sources => {
    const live = options.locked ? ok(null) : await liveStoreOf(workspace, sources, {}, run)
    if (!live.ok) return live
    const cache = openCache(caps)
    try {
      const remembered = cachedPeers(openPeers(caps, cache, { offline: true }))
      const peers: Peers = options.locked ? remembered : sources.peers
      return await answer({ caps, options, workspace, sources, peers, live: live.value }, wish, run)
    } finally {
      cache.close()
    }
  })
}

interface Opened {
  readonly caps: Capabilities
  readonly options: CommandOptions
  readonly workspace: LoadedWorkspace
  readonly sources: OpenedSources
  readonly peers: Peers
  readonly live: LiveStore | null
}

async function answer(opened: Opened, wish: WhatIfWish, run: Run): Promise<Result<WhatIfAnswer, Failure>> {
  const { caps, options, workspace, sources, peers, live } = opened
  const solved = live === null ? solve(workspace, workspace.loaded.store) : solve(workspace, live.store, live.isFresh)
  if (!solved.ok) return solved
  const changes = await completed(opened, wish.changes, run)
  if (!changes.ok) return changes
  const filters = graphFilters(options.filterGraph)
  if (!filters.ok) return filters
  const raw: RawFiles = new Map()
  const translations = createTranslations()
  // What the fetcher of this run got is in the cache by then.
  const unmappedOf: SolveInput['unmappedOf'] = change =>
    unmappedCriteria({
      ...{ peers, raw, graph: workspace.graph, mapper: workspace.mapper, importName: change.name },
      config: { url: change.urls, exclude: [], criteriaMap: new Map() },
    })
  const solvedChanges = await solveChanges(
    {
      ...{ workspace, today: options.today, translations, generation: 0, solved: solved.value, live, unmappedOf },
      sources: { peers, registry: sources.registry, webApi: sources.webApi },
      onFailure: options.locked ? 'use-stored' : 'fail',
      graphOf: (metadata, store) => filterGraph(buildDepGraph(metadata, store.config.policy), filters.value),
      sizeOf: (crate, delta) => sources.measurer.known(crate, delta),
      resolvers: rememberingResolvers(),
      how: 'steps',
      nowMs: () => caps.clock.nowMs(),
    },
    changes.value,
    run,
  )
  if (!solvedChanges.ok) return solvedChanges
  const { result } = solvedChanges.value
  if (!wish.smallest) return ok({ result, smallest: null })
  const found = await smallest(opened, { ...solved.value }, unmappedOf, run)
  return found.ok ? ok({ result, smallest: found.value }) : found
}

/** Addresses of known peers and versions in use filled in. */
async function completed(
  { caps, workspace, peers }: Opened,
  stated: readonly StatedChange[],
  run: Run,
): Promise<Result<readonly WhatIfChange[], Failure>> {
  const changes: WhatIfChange[] = []
  const address = peerRegistryUrl(caps)
  for (const change of stated) {
    if (change.kind === 'import' && change.urls.length === 0) {
      const known = await readPeerRegistry(peers, address, run)
      if (!known.ok) return known
      const urls = known.value.get(change.name)
      if (urls === undefined) return fail({ code: 'peer-unknown', name: change.name, registry: address })
      changes.push({ ...change, urls: [...urls] })
    } else if (change.kind === 'move') {
      const used = workspace.graph.nodes.filter(n => n.name === change.crate && n.isThirdParty).map(n => n.version)
      const [only] = used
      const { from } = change
      if (only === undefined) return fail({ code: 'package-unknown', name: change.crate, version: from })
      if (from === null && used.length > 1)
        return fail({ code: 'version-ambiguous', name: change.crate, versions: used })
      changes.push({ ...change, from: from ?? only })
    } else changes.push(change)
  }
  return ok(inOrder(changes))
}

async function smallest(
  opened: Opened,
  solved: SolveInput['solved'],
  unmappedOf: SolveInput['unmappedOf'],
  run: Run,
): Promise<Result<WhatIfSmallest, Failure>> {
  const { caps, options, workspace, sources, peers } = opened
  const known = await readPeerRegistry(peers, peerRegistryUrl(caps), run)
  if (!known.ok) return known
  const fetched = await Promise.all([...known.value.values()].flat().map(url => peers.text(url, run)))
  const failed = fetched.find(text => !text.ok)
  if (failed !== undefined && !failed.ok && !options.locked) return failed
  const releases = new Map<CrateName, readonly Release[]>()
  for (const { name } of solved.suggestReport.failures) {
    const asked = options.locked ? null : await sources.webApi.releases(name, run)
    const heard = asked === null ? await sources.webApi.remembered(name) : asked.ok ? asked.value : null
    if (heard !== null && livePublishers([], heard).rows.length > 0) releases.set(name, heard)
  }
  const listed = await listOptions(
    {
      ...{ workspace, solved, today: options.today, draft: [], known: known.value, releases },
      ...{ peers: cachedPeers(peers), translations: createTranslations() },
    },
    run,
  )
  const sizeOf = sources.measurer.known.bind(sources.measurer)
  const figures = createFigures({ workspace, solved, releases, options: listed.options, sizeOf, unmappedOf })
  return ok(figures.smallest(0))
}
