/**
 * Answers of an open workspace, each made whole: the graph from cargo, the store from disk, imports as far as they were
 * fetched, both resolved. Nothing is kept here but what resolving may use again; nothing is written.
 */
import type { AbsolutePath, IsoDate } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { currentBranch } from '../io/git.ts'
import { startOfReading, type Answer } from './answer.ts'
import { loadWorkspace, rememberingResolvers, solve, type LoadedWorkspace, type WorkspaceOptions } from './flow.ts'
import type { ImportsRefresh } from './imports-refresh.ts'

/** What decides how an answer is made, and may change while the workspace is open. */
export interface SessionMode {
  isOffline: boolean
  /** Null while the first answer is made: that one is of the stored imports. */
  imports: ImportsRefresh | null
}

export interface SessionAnswers {
  /** Reads graph and store anew. @failure any workspace, cargo, store or criteria code */
  load(run: Run): Promise<Result<Answer, Failure>>
  /** Solves what was read before, with the imports as they are known by now. @failure criteria codes */
  of(workspace: LoadedWorkspace): Promise<Result<Answer, Failure>>
}

/** `folder`: the workspace or any folder below it. Reads nothing yet. */
export function createAnswers(
  caps: Capabilities,
  folder: AbsolutePath,
  mode: Readonly<SessionMode>,
  signal: AbortSignal,
): SessionAnswers {
  const resolvers = rememberingResolvers()
  const of = async (workspace: LoadedWorkspace): Promise<Result<Answer, Failure>> => {
    const live = (await mode.imports?.apply(workspace)) ?? null
    if (live !== null && !live.ok) return live
    const solved =
      live === null
        ? solve(workspace, workspace.loaded.store, undefined, resolvers)
        : solve(workspace, live.value.store, live.value.isFresh, resolvers)
    if (!solved.ok) return solved
    const branch = await currentBranch(caps, workspace.root, signal)
    return ok({
      workspace,
      solved: solved.value,
      live: live === null ? null : live.value,
      branch,
      takenAt: caps.clock.nowMs(),
      reading: startOfReading(),
    })
  }
  return {
    async load(run) {
      const workspace = await loadWorkspace(caps, optionsFor(caps, folder, mode.isOffline), run)
      return workspace.ok ? of(workspace.value) : workspace
    },
    of,
  }
}

function optionsFor(caps: Capabilities, folder: AbsolutePath, isOffline: boolean): WorkspaceOptions {
  return {
    path: folder,
    storePath: null,
    locked: false,
    frozen: isOffline,
    allFeatures: true,
    noDefaultFeatures: false,
    features: [],
    cargoArgs: [],
    today: todayOf(caps),
    allowLockfileOnly: true,
    wantCargoVersion: true,
    // cargo vet's check stops there; the queue shows the problem beside what can be read all the same.
    ignorePolicyProblems: true,
  }
}

/** The day that it is in UTC, by which cargo-vet dates audits and lets them begin and end. */
export function todayOf({ clock }: Pick<Capabilities, 'clock'>): IsoDate {
  return new Date(clock.nowMs()).toISOString().slice(0, 10) as IsoDate
}
