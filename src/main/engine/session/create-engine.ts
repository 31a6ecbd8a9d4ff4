/**
 * The engine behind the desktop window and the browser page: one handler per call of the contract, one open
 * workspace at a time. The doors only carry; everything that vets is reached from here through session.ts. What a call
 * does is in the `*-handlers.ts` and in the parts; here is what all of them go through, and how the engine ends.
 */
import type { EngineHandlers, EventName, EventPayload } from '../../../shared/contract.ts'
import { reviewId, type CrateName, type Delta } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { createAppStates } from './app-state.ts'
import { certifyHandlers } from './certify-handlers.ts'
import { givenDelta } from './given-version.ts'
import { createJobs, type Jobs } from './jobs.ts'
import { jobsHandlers } from './jobs-handlers.ts'
import { createOpenWorkspace, type OpenWorkspace } from './open-workspace.ts'
import { openPreferences, type Preferences } from './preferences.ts'
import { provenanceHandlers } from './provenance-handlers.ts'
import { queueHandlers } from './queue-handlers.ts'
import { reviewHandlers } from './review-handlers.ts'
import { createReviewParts, type ReviewParts } from './review-parts.ts'
import { settingsHandlers } from './settings-handlers.ts'
import { whatIfHandlers } from './what-if-handlers.ts'
import { workspaceHandlers } from './workspace-handlers.ts'
import { createWorkspaceParts, type WorkspaceParts } from './workspace-parts.ts'
import { bugOf } from './bug.ts'

export type Emit = <K extends EventName>(name: K, payload: EventPayload<K>) => void

export interface Engine {
  readonly handlers: EngineHandlers
  /** Cancels jobs, stops watching, flushes. */
  dispose(): Promise<void>
}

export interface EngineOptions {
  /** Why the engine before this one stopped, when it was started anew. */
  readonly restartedBecause: string | null
}

/** An engine with no workspace open; it reads no file before its first call. No handler of it throws. */
export function createEngine(
  caps: Capabilities,
  emit: Emit,
  options: EngineOptions = { restartedBecause: null },
): Engine {
  const jobs = createJobs(caps.clock, list => emit('jobs.changed', list))
  let preferencesOnce: Promise<Preferences> | null = null
  const preferences = () => (preferencesOnce ??= openPreferences(caps))
  const workspace = createOpenWorkspace()
  const run: Run = { signal: new AbortController().signal, onProgress: () => undefined }
  const base = { caps, jobs, emit, preferences, workspace, run }
  const app = createAppStates({
    ...base,
    engine: { startedAt: caps.clock.nowMs(), restartedBecause: options.restartedBecause },
  })
  const parts = createWorkspaceParts(base)
  const review = createReviewParts({ ...base, provenance: parts.provenance })
  const handlers: EngineHandlers = {
    ...workspaceHandlers({ ...base, app, parts }),
    ...settingsHandlers({ ...base, app }),
    ...jobsHandlers(jobs),
    ...queueHandlers(workspace),
    ...reviewHandlers(workspace, review),
    ...certifyHandlers(workspace, review.evidence, parts.provenance),
    ...provenanceHandlers(parts.provenance),
    ...whatIfHandlers(workspace),
    ...parts.overview.handlers,
    ...parts.risk.handlers,
    ...parts.team.handlers,
  }
  const ready = {
    opened: async (id: string) => (await workspace.session()?.ensureReview(id)) ?? ok(null),
    unpacked: async (id: string) => (await workspace.session()?.unpackReview(id)) ?? ok(null),
  }
  return {
    handlers: guardHandlers(onReviews(handlers, ready)),
    dispose: () => closeAll(jobs, workspace, parts, review),
  }
}

/** What is under way ends first, then the workspace it worked on closes, then what keeps answers on disk. */
async function closeAll(
  jobs: Jobs,
  workspace: OpenWorkspace,
  parts: WorkspaceParts,
  review: ReviewParts,
): Promise<void> {
  jobs.cancelAll()
  await parts.provenance.close()
  await parts.risk.close()
  await workspace.session()?.close()
  review.aids.close()
  await parts.team.close()
  await review.units.close()
  await review.notes.close()
  await review.checklist.close()
  await review.time.close()
  workspace.set(null)
}

/** Calls that name a review and do not read its folders. All others wait until its files are on disk. */
const WITHOUT_FOLDERS: ReadonlySet<string> = new Set([
  ...[
    'review.open',
    'review.file',
    'review.mark',
    'review.undoMark',
    'review.hashes',
    'review.setResume',
    'review.readingTime',
  ],
  'queue.measure',
  ...['certify.loadDraft', 'certify.saveDraft'],
])

/** What a page sends when it leaves a review: nothing is opened or fetched for that, in whatever workspace it is by then. */
const LEAVING: ReadonlySet<string> = new Set(['review.setResume', 'review.readingTime'])

/** Both are done before anything else of the session is asked; nothing to do when they were before. */
interface ReadyReviews {
  opened(review: string): Promise<Result<null, Failure>>
  unpacked(review: string): Promise<Result<null, Failure>>
}

/**
 * A page goes on with a review that it opened in a session before this one: it is opened for it again. One that is only
 * named by its delta is not; the versions of that are read here, for all calls.
 */
function onReviews(handlers: EngineHandlers, { opened, unpacked }: ReadyReviews): EngineHandlers {
  const waiting = Object.entries(handlers).map(([name, handler]) => {
    const waits = async (
      args: { readonly review?: string; readonly crate?: CrateName; readonly delta?: Delta } | null,
    ) => {
      const { review, crate, delta } = args ?? {}
      const given = delta === undefined ? ok(null) : givenDelta(delta)
      if (!given.ok) return given
      const isOfDelta = crate !== undefined && delta !== undefined
      const id = review ?? (isOfDelta ? reviewId(crate, delta) : null)
      const open = review === undefined || LEAVING.has(name) ? ok(null) : await opened(review)
      if (!open.ok) return open
      const there = id === null || WITHOUT_FOLDERS.has(name) ? ok(null) : await unpacked(id)
      return there.ok ? (handler as (args: unknown) => Promise<unknown>)(args) : there
    }
    return [name, waits]
  })
  return Object.fromEntries(waiting) as EngineHandlers
}

/** Bugs and cancellations thrown inside a handler become failures here, the one place. */
function guardHandlers(handlers: EngineHandlers): EngineHandlers {
  const guarded = Object.entries(handlers).map(([name, handler]) => [
    name,
    async (args: never) => {
      try {
        return await handler(args)
      } catch (error) {
        if (error instanceof Cancelled || (error instanceof Error && error.name === 'AbortError'))
          return fail({ code: 'cancelled' })
        return fail(bugOf(error))
      }
    },
  ])
  return Object.fromEntries(guarded) as EngineHandlers
}
