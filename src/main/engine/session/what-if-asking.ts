/**
 * The job in which a what-if page asks peers and the registry, and what is told of it: whether it runs, and what of the
 * last one failed. What it brings is in the cache afterwards; figures are made from there.
 */
import { fail, ok } from '../../../shared/result.ts'
import type { WhatIfRows } from '../../../shared/what-if.ts'
import type { Run } from '../capabilities.ts'
import { openPeers } from '../io/peers.ts'
import { fetchForWhatIf } from './what-if-fetch.ts'
import type { WhatIfMemory } from './what-if-memory.ts'
import type { ReadyFigures } from './what-if-ready.ts'
import type { WhatIfDeps, WhatIfSession } from './what-if-session.ts'

export interface Asking {
  state(): Pick<WhatIfRows, 'isFetching' | 'problems'>
  /** @failure offline, cancelled, as fetchForWhatIf */
  readonly fetch: WhatIfSession['fetch']
}

type AskingDeps = Pick<WhatIfDeps, 'caps' | 'cache' | 'jobs' | 'signal' | 'current' | 'webApi' | 'isOffline'>

/** Asks nobody before `fetch`. Whatever a fetch came to, `ready` forgets: part of it may be in the cache. */
export function createAsking(deps: AskingDeps, memory: WhatIfMemory, ready: ReadyFigures): Asking {
  let problems: readonly string[] = []
  let isFetching = false
  return {
    state: () => ({ isFetching, problems: [...problems] }),
    async fetch(what, draft) {
      if (deps.isOffline()) return fail({ code: 'offline', needed: 'the audits of peers' })
      const { graph, mapper } = deps.current().workspace
      const crates = (await ready.of([])).options.publishersUnknown
      const stated = draft.flatMap(change => (change.kind === 'import' && change.urls.length > 0 ? [change] : []))
      const title = what === 'peers' ? 'Fetching the audits of known peers' : 'Looking up publishers'
      isFetching = true
      const done = await deps.jobs.run(title, jobRun => {
        const run: Run = { signal: AbortSignal.any([jobRun.signal, deps.signal]), onProgress: jobRun.onProgress }
        const peers = openPeers(deps.caps, deps.cache, { offline: false })
        const { address, translations } = memory
        const webApi = deps.webApi()
        return fetchForWhatIf({ what, graph, mapper, peers, webApi, address, crates, translations, stated }, run)
      })
      isFetching = false
      ready.forget()
      if (!done.ok) return done
      problems = done.value
      return ok(null)
    },
  }
}
