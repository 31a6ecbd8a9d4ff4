/**
 * Imports, kept up to date behind an open workspace: fetched in a job of their own while the queue works with what is
 * stored, applied when they are there, and applied again, without asking anybody, whenever the store on disk changes.
 * What could not be had is taken as stored and named.
 */
import type { CrateName } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Cache } from '../cache.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { needsPublishers, type Release } from '../core/publishers.ts'
import { needsPublishedVersions } from '../core/unpublished.ts'
import { openPeers, type Peers, type PeerText } from '../io/peers.ts'
import type { IndexVersion, Registry } from '../io/registry.ts'
import type { LoadedWorkspace } from './flow.ts'
import type { Jobs } from './jobs.ts'
import { createTranslations, goOnline, type LiveStore, type ReleaseSource } from './online.ts'

/** `stored`: as imports.lock has it. `refreshing`: the same, and a job asks for news. `live`: as fetched at `at`. */
export interface ImportsState {
  readonly phase: 'stored' | 'refreshing' | 'live'
  /** Milliseconds since the epoch; null before the first refresh. */
  readonly at: number | null
  /** Why the last refresh brought nothing, for example cancelled. */
  readonly stopped: Failure | null
}

export const STORED_IMPORTS: ImportsState = { phase: 'stored', at: null, stopped: null }

export interface ImportsRefresh {
  state(): ImportsState
  /** The workspace's store with what the last refresh brought; null when there was none. Asks nobody. */
  apply(workspace: LoadedWorkspace): Promise<Result<LiveStore, Failure> | null>
  /** Starts asking, unless offline or nothing is imported; what runs already is stopped. */
  start(workspace: LoadedWorkspace): void
  /** Ends a running refresh; what an earlier one brought stays. */
  stop(): void
}

export interface ImportsRefreshDeps {
  readonly caps: Capabilities
  readonly cache: Cache
  readonly jobs: Jobs
  readonly signal: AbortSignal
  readonly inBackground: (work: () => Promise<Result<unknown, Failure>>) => void
  readonly registry: () => Pick<Registry, 'versions'>
  readonly webApi: () => ReleaseSource
  readonly isOffline: () => boolean
  /** The state changed; `apply` may answer something else now. */
  readonly onChange: () => Promise<Result<null, Failure>>
}

export function createImportsRefresh(deps: ImportsRefreshDeps): ImportsRefresh {
  const translations = createTranslations()
  let brought: Answers | null = null
  let state = STORED_IMPORTS
  let mine: AbortController | null = null

  const online = ({ loaded, graph, mapper }: LoadedWorkspace, answers: Answers, run: Run) =>
    goOnline(
      { store: loaded.store, graph, mapper, ...answers, mode: 'normal', onFailure: 'use-stored', translations },
      run,
    )

  return {
    state: () => state,
    async apply(workspace) {
      if (brought === null) return null
      return online(workspace, settled(brought), { signal: deps.signal, onProgress: () => undefined })
    },
    start(workspace) {
      mine?.abort()
      if (deps.isOffline() || !needsNetwork(workspace)) return
      const own = (mine = new AbortController())
      state = { ...state, phase: 'refreshing', stopped: null }
      deps.inBackground(async () => {
        const asked = recording(openPeers(deps.caps, deps.cache, { offline: false }), deps.registry(), deps.webApi())
        const done = await deps.jobs.run('Refreshing imports', jobRun =>
          online(workspace, asked, {
            signal: AbortSignal.any([jobRun.signal, own.signal, deps.signal]),
            onProgress: jobRun.onProgress,
          }),
        )
        if (own.signal.aborted) return ok(null)
        if (done.ok) {
          brought = asked
          state = { phase: 'live', at: deps.caps.clock.nowMs(), stopped: null }
        } else state = { ...state, phase: brought === null ? 'stored' : 'live', stopped: done.error }
        return deps.onChange()
      })
    },
    stop() {
      mine?.abort()
      if (state.phase === 'refreshing') state = { ...state, phase: brought === null ? 'stored' : 'live' }
    },
  }
}

/** True when an unlocked check would ask anybody. */
function needsNetwork({ loaded, graph }: LoadedWorkspace): boolean {
  const { store } = loaded
  return (
    store.config.imports.size > 0 ||
    needsPublishers(store, graph).length > 0 ||
    needsPublishedVersions(graph).length > 0
  )
}

// ── answers that can be given again ──────────────────────────────────────────────────────────

/** What was asked of each, with the answers so far. */
export interface Answers {
  readonly peers: Recorded
  readonly registry: Pick<Registry, 'versions'> & { readonly heard: Heard<readonly IndexVersion[]> }
  readonly webApi: ReleaseSource & { readonly heard: Heard<readonly Release[]> }
}
type Heard<T> = Map<string, Result<T, Failure>>
type Recorded = Peers & { readonly heard: Heard<PeerText> }

/** Asks, and keeps what was answered. */
export function recording(peers: Peers, registry: Pick<Registry, 'versions'>, webApi: ReleaseSource): Answers {
  const texts: Heard<PeerText> = new Map()
  const versions: Heard<readonly IndexVersion[]> = new Map()
  const releases: Heard<readonly Release[]> = new Map()
  return {
    peers: {
      heard: texts,
      text: (url, run) => record(texts, url, peers.text(url, run)),
      remembered: url => peers.remembered(url),
    },
    registry: {
      heard: versions,
      versions: (crate, run) => record(versions, crate, registry.versions(crate, run)),
    },
    webApi: {
      heard: releases,
      releases: (crate: CrateName, run) => record(releases, crate, webApi.releases(crate, run)),
    },
  }
}

async function record<T>(
  heard: Heard<T>,
  key: string,
  answer: Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  const result = await answer
  heard.set(key, result)
  return result
}

/** The same answers without anybody being asked; what was never asked counts as unknown. */
export function settled({ peers, registry, webApi }: Answers): Answers {
  const again = <T>(heard: Heard<T>, key: string, needed: string): Promise<Result<T, Failure>> =>
    Promise.resolve(heard.get(key) ?? fail({ code: 'offline', needed }))
  return {
    peers: { ...peers, text: url => again(peers.heard, url, url) },
    registry: { ...registry, versions: crate => again(registry.heard, crate, `the index entry of ${crate}`) },
    webApi: { ...webApi, releases: crate => again(webApi.heard, crate, `the publishers of ${crate}`) },
  }
}
