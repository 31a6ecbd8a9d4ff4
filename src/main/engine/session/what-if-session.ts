/**
 * What-if behind an open workspace: rows and results from what is cached, a job that fetches, and applying. Only the
 * job and the preparation of an apply ask the network; whatever is tried stays in memory until `apply`.
 */
import type { IsoDate } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import {
  inOrder,
  type WhatIfApply,
  type WhatIfChange,
  type WhatIfPlan,
  type WhatIfResult,
  type WhatIfRows,
  type WhatIfSmallest,
} from '../../../shared/what-if.ts'
import type { WriteResult } from '../../../shared/wire.ts'
import type { Cache } from '../cache.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import type { KnownSize } from '../core/what-if.ts'
import type { Registry } from '../io/registry.ts'
import type { WebApi } from '../io/web-api.ts'
import type { Answer } from './answer.ts'
import type { Jobs } from './jobs.ts'
import { createPlanning } from './what-if-apply.ts'
import { createAsking } from './what-if-asking.ts'
import { commandsOf } from './what-if-commands.ts'
import { openMemory, withUrls } from './what-if-memory.ts'
import { createReady, rowsOf } from './what-if-ready.ts'
import { solveChanges } from './what-if-solve.ts'
import type { TextsToWrite } from './writes.ts'

export interface WhatIfDeps {
  readonly caps: Capabilities
  readonly cache: Cache
  readonly jobs: Jobs
  readonly signal: AbortSignal
  readonly today: () => IsoDate
  readonly current: () => Answer
  readonly generation: () => number
  readonly registry: () => Pick<Registry, 'versions'>
  readonly webApi: () => WebApi
  readonly sizeOf: KnownSize
  readonly isOffline: () => boolean
  readonly canCommit: () => Promise<boolean>
  /** Brings `current` up to date with the files on disk. */
  readonly reloadStore: () => Promise<Result<null, Failure>>
  readonly writeTexts: (wish: TextsToWrite) => Promise<Result<Omit<WriteResult, 'next'>, Failure>>
}

export interface WhatIfSession {
  rows(draft: readonly WhatIfChange[]): Promise<Result<WhatIfRows, Failure>>
  /** Asks for peers' files, or for the publishers of what is to be read; a job. Ends with what failed, in sentences. */
  fetch(what: 'peers' | 'publishers', draft: readonly WhatIfChange[]): Promise<Result<null, Failure>>
  /** @failure as solveChanges */
  solve(draft: readonly WhatIfChange[]): Promise<Result<WhatIfResult, Failure>>
  smallest(draft: readonly WhatIfChange[]): Promise<Result<WhatIfSmallest, Failure>>
  /** A job: asks for what applying needs, as the commands would. @failure as preparePlan */
  plan(draft: readonly WhatIfChange[]): Promise<Result<WhatIfPlan, Failure>>
  /** Writes what was planned, if it still is that. @failure store-changed, usage, and those of commitStore */
  apply(wish: WhatIfApply): Promise<Result<WriteResult, Failure>>
}

/** Looks nothing up before the first call; what is known then is kept while the workspace is open. */
export function createWhatIf(deps: WhatIfDeps): WhatIfSession {
  const quiet: Run = { signal: deps.signal, onProgress: () => undefined }
  const memory = openMemory(deps, quiet)
  const ready = createReady(deps, memory, quiet)
  const asking = createAsking(deps, memory, ready)
  const planning = createPlanning(deps, memory, ready.forget, quiet)
  return {
    async rows(draft) {
      const generation = deps.generation()
      const figures = await ready.of(draft)
      const known = await memory.knownPeers()
      const rows = rowsOf(figures, memory, known, draft)
      return ok({ generation, ...rows, ...asking.state(), offline: deps.isOffline() })
    },
    fetch: asking.fetch,
    async solve(draft) {
      const answer = deps.current()
      ready.refreshFor(answer)
      const changes = await withUrls(memory, draft)
      if (!changes.ok) return changes
      const solved = await solveChanges(memory.solveInput(answer), changes.value, quiet)
      if (!solved.ok) return solved
      // Who is known by name needs no address.
      return ok({ ...solved.value.result, changes: inOrder(draft), commands: commandsOf(inOrder(draft)) })
    },
    async smallest(draft) {
      const { figures } = await ready.of(draft)
      return ok(figures.smallest(deps.generation()))
    },
    plan: planning.plan,
    apply: planning.apply,
  }
}
