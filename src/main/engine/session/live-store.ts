/**
 * The store that a command works on: as stored when locked, else with what the peers and the registry say now. The one
 * seam between the commands and the network. Cache and registry are closed again by whoever opened them.
 */
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { nothingIsFresh } from '../core/audit-graph.ts'
import type { VetStore } from '../core/store-model.ts'
import type { OpenedSources } from './command-sources.ts'
import { loadFiltered, type CommandOptions } from './commands.ts'
import type { LoadedWorkspace } from './flow.ts'
import type { LiveStore, OnlineInput } from './online.ts'

export interface CommandStore extends LiveStore {
  /** `workspace.loaded` is what is on disk: the base of every write. `store` may have newer imports. */
  readonly workspace: LoadedWorkspace
  /** True when the imports are those of now. */
  readonly isLive: boolean
  /** What was left out of the peers' files, one sentence each. */
  readonly warnings: readonly string[]
}

export interface OpenHow {
  /** Default: `normal`. */
  readonly mode?: OnlineInput['mode']
  /** The store before it goes online, for a command that changes its imports. Default: as on disk. */
  readonly change?: (store: VetStore) => VetStore
}

/** Problems of the policy table are left aside, as cargo-vet does outside `check`. @failure as loadFiltered and goOnline */
export async function openCommandStore(
  caps: Capabilities,
  options: CommandOptions,
  run: Run,
  how: OpenHow = {},
): Promise<Result<CommandStore, Failure>> {
  const loaded = await loadFiltered(caps, { ...options, ignorePolicyProblems: true }, run)
  if (!loaded.ok) return loaded
  const store = how.change?.(loaded.value.loaded.store) ?? loaded.value.loaded.store
  if (options.locked) return ok(asCommandStore(loaded.value, storedAsLive(store), false))
  return withSources(caps, options, loaded.value, async sources => {
    const live = await liveStoreOf(loaded.value, sources, { ...how, store }, run)
    return live.ok ? ok(asCommandStore(loaded.value, live.value, true)) : live
  })
}

const asCommandStore = (workspace: LoadedWorkspace, live: LiveStore, isLive: boolean): CommandStore => ({
  ...live,
  workspace,
  isLive,
  warnings: live.remarks,
})

/** The stored imports as if they were of now: what a locked command works on. */
export function storedAsLive(store: VetStore): LiveStore {
  return { store, isFresh: nothingIsFresh, isStillUnpublished: () => true, remarks: [], stale: [] }
}

/** `store` default: as loaded. @failure as goOnline: any part that cannot be had */
export async function liveStoreOf(
  workspace: LoadedWorkspace,
  sources: OpenedSources,
  how: { readonly mode?: OnlineInput['mode']; readonly store?: VetStore },
  run: Run,
): Promise<Result<LiveStore, Failure>> {
  const { goOnline } = await import('./online.ts')
  const { graph, mapper, loaded } = workspace
  const { peers, registry, webApi } = sources
  const store = how.store ?? loaded.store
  const mode = how.mode ?? 'normal'
  return goOnline({ store, graph, mapper, peers, registry, webApi, mode, onFailure: 'fail' }, run)
}

/** Opens cache, registry, peers and web API for the time of `use`. @failure registry-config, and those of `use` */
export async function withSources<T>(
  caps: Capabilities,
  options: CommandOptions,
  workspace: LoadedWorkspace,
  use: (sources: OpenedSources) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  const { openSources } = await import('./command-sources.ts')
  const sources = await openSources(caps, workspace.root, { offline: options.frozen, cacheDir: options.cacheDir })
  if (!sources.ok) return sources
  try {
    return await use(sources.value)
  } finally {
    await sources.value.close()
  }
}
