/**
 * The engine behind the desktop window and the browser page: one handler per call of the contract, one open
 * workspace at a time. The doors only carry; everything that vets is reached from here through session.ts.
 */
import os from 'node:os'
import type { EngineHandlers, EventName, EventPayload } from '../../../shared/contract.ts'
import { deltaText, type AbsolutePath, type CrateName, type Delta } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { parseInsteadOf } from '../../../shared/redirects.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import type { AppState, FileMarks, RecentWorkspace } from '../../../shared/wire.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { checkEnvironment } from '../io/environment.ts'
import { setGitIdentity } from '../io/git.ts'
import { listFolder } from './folder-listing.ts'
import { createJobs } from './jobs.ts'
import { createOpenWorkspace } from './open-workspace.ts'
import { openPreferences, type Preferences } from './preferences.ts'
import { provenanceHandlers } from './provenance-handlers.ts'
import { whatIfHandlers } from './what-if-handlers.ts'
import { prepareSample, sampleFolder } from './sample.ts'
import { withEvidence } from './review-evidence.ts'
import { createReviewParts } from './review-parts.ts'
import { openSession } from './session.ts'
import { createWorkspaceParts } from './workspace-parts.ts'

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

export function createEngine(
  caps: Capabilities,
  emit: Emit,
  options: EngineOptions = { restartedBecause: null },
): Engine {
  const jobs = createJobs(caps.clock, list => emit('jobs.changed', list))
  let preferencesOnce: Promise<Preferences> | null = null
  const preferences = () => (preferencesOnce ??= openPreferences(caps))
  const workspace = createOpenWorkspace()
  const runQuietly: Run = { signal: new AbortController().signal, onProgress: () => undefined }
  const { provenance, risk, overview, team } = createWorkspaceParts({ caps, jobs, emit, preferences, workspace })
  const { units, time, checklist, notes, marks, aids, evidence, compare, history } = createReviewParts({
    ...{ caps, jobs, preferences, workspace, provenance, run: runQuietly },
  })
  /** Packages of the workspace may be other ones after any change of the queue. */
  const tell: Emit = (name, payload) => {
    emit(name, payload)
    if (name === 'queue.changed') {
      provenance.touch()
      risk.touch(payload as EventPayload<'queue.changed'>)
    }
  }

  const appState = async (): Promise<AppState> => {
    const p = await preferences()
    const recent = await Promise.all(
      p.recent().map(async (r): Promise<RecentWorkspace> => ({
        ...r,
        exists: (await caps.files.stat(r.path).catch(() => null)) !== null,
      })),
    )
    return {
      version: caps.host.version,
      platform: caps.host.platform,
      recent,
      open: workspace.ref(),
      settings: p.settings(),
      engineRestarted: options.restartedBecause,
    }
  }
  const announce = async () => emit('app.changed', await appState())

  const open = async (folder: AbsolutePath) => {
    const p = await preferences()
    const isSample = folder === sampleFolder(caps)
    const opened = await openSession(
      { caps, jobs, emit: tell, preferences: p, team: () => team.team() },
      folder,
      isSample,
    )
    if (!opened.ok) return opened
    await workspace.session()?.close()
    workspace.set(opened.value)
    provenance.touch()
    const ref = opened.value.ref()
    await p.remember({ path: ref.root, name: ref.name })
    await announce()
    return ok(ref)
  }

  const handlers: EngineHandlers = {
    'app.state': async () => ok(await appState()),
    'app.environment': async ({ path: folder }) => {
      const { offline } = (await preferences()).settings()
      return ok([...(await checkEnvironment(caps, { path: folder, offline }, runQuietly))])
    },
    'app.open': ({ path: folder }) => open(folder),
    'app.openSample': async () => {
      const sample = await prepareSample(caps)
      return sample.ok ? open(sample.value) : sample
    },
    'app.close': async () => {
      await workspace.session()?.close()
      workspace.set(null)
      await announce()
      return ok(null)
    },
    'app.forget': async ({ path: folder }) => {
      await (await preferences()).forget(folder)
      await announce()
      return ok(null)
    },
    'app.settings': async change => {
      const redirects = parseInsteadOf(change.gitInsteadOf ?? '')
      if (!redirects.ok) return fail({ code: 'request-invalid', call: 'app.settings', reason: redirects.error })
      const p = await preferences()
      const before = p.settings()
      const settings = await p.setSettings(change)
      if (before.offline !== settings.offline) workspace.session()?.setOffline(settings.offline)
      await announce()
      return ok(settings)
    },
    'app.setIdentity': async ({ name, email }) => {
      const set = await setGitIdentity(
        caps,
        workspace.ref()?.root ?? (os.homedir() as AbsolutePath),
        { name, email },
        runQuietly.signal,
      )
      if (!set.ok) return set
      await workspace.session()?.identityChanged()
      return ok(null)
    },
    'app.listFolder': ({ path: folder }) => listFolder(caps, folder ?? caps.host.homeDir),

    'jobs.list': async () => ok([...jobs.list()]),
    'jobs.cancel': async ({ id }) => {
      jobs.cancel(id)
      return ok(null)
    },
    'jobs.dismiss': async ({ id }) => {
      jobs.dismiss(id)
      return ok(null)
    },

    'queue.get': () => workspace.within(s => s.snapshot()),
    'queue.refresh': () => workspace.within(s => s.refresh()),
    'queue.inspect': ({ key }) => workspace.within(s => s.inspect(key)),
    'queue.measure': ({ crate, delta }) => workspace.within(s => s.measure(crate, delta)),

    'review.open': ({ crate, delta }) => workspace.within(s => s.openReview(crate, delta)),
    'review.file': ({ review, path: file, page }) => workspace.within(s => s.reviewFile(review, file, page)),
    'review.mark': ({ review, paths, mark, undo }) =>
      workspace.within(async s => only(paths, await s.mark(review, paths, mark, undo ?? null))),
    'review.undoMark': ({ review, undo }) => workspace.within(s => s.undoMark(review, undo)),
    'review.hashes': ({ review, path: file }) =>
      workspace.within(s => {
        const hashes = s.reviewHashes(review, file)
        return Promise.resolve(hashes === null ? fail({ code: 'file-not-in-review', path: file }) : ok(hashes))
      }),
    'review.setResume': ({ review, path: file, line }) => workspace.within(s => s.setResume(review, file, line)),

    'certify.plan': request => workspace.within(s => s.planCertify(request)),
    'certify.write': request =>
      workspace.within(async s => {
        const files = await evidence.files([request])
        return files.ok ? s.writeCertify(request, files.value) : files
      }),
    'certify.planAll': args => workspace.within(s => s.batches.plan(args)),
    'certify.writeAll': args =>
      workspace.within(async s => {
        const files = await evidence.files(withEvidence(args))
        return files.ok ? s.batches.write(args, files.value) : files
      }),
    'certify.candidates': async () => {
      const checked = await provenance.list('workspace')
      return workspace.within(s => s.batches.candidates(checked))
    },
    'certify.undo': ({ undoId }) => workspace.within(s => s.undo(undoId)),
    'certify.loadDraft': ({ crate, delta }) => workspace.within(s => s.loadDraft(crate, delta)),
    'certify.saveDraft': ({ crate, delta, ...draft }) => workspace.within(s => s.saveDraft(crate, delta, draft)),

    ...marks.handlers,
    ...units.handlers,
    ...notes.handlers,
    ...checklist.handlers,
    ...time.handlers,
    ...evidence.handlers,
    ...aids.handlers,
    ...compare,
    ...history,
    ...overview.handlers,
    ...provenanceHandlers(provenance),
    ...whatIfHandlers(workspace),
    ...risk.handlers,
    ...team.handlers,
  }

  return {
    handlers: guardHandlers(
      onFolders(handlers, async review => (await workspace.session()?.unpackReview(review)) ?? ok(null)),
    ),
    async dispose() {
      jobs.cancelAll()
      await provenance.close()
      await risk.close()
      await workspace.session()?.close()
      aids.close()
      await team.close()
      await units.close()
      await notes.close()
      await checklist.close()
      await time.close()
      workspace.set(null)
    },
  }
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

function onFolders(
  handlers: EngineHandlers,
  unpack: (review: string) => Promise<Result<null, Failure>>,
): EngineHandlers {
  const waiting = Object.entries(handlers).map(([name, handler]) => {
    if (WITHOUT_FOLDERS.has(name)) return [name, handler]
    const waits = async (
      args: { readonly review?: string; readonly crate?: CrateName; readonly delta?: Delta } | null,
    ) => {
      const { review, crate, delta } = args ?? {}
      const isOfDelta = crate !== undefined && delta !== undefined
      const id = review ?? (isOfDelta ? `${crate} ${deltaText(delta)}` : null)
      const there = id === null ? ok(null) : await unpack(id)
      return there.ok ? (handler as (args: unknown) => Promise<unknown>)(args) : there
    }
    return [name, waits]
  })
  return Object.fromEntries(waiting) as EngineHandlers
}

/** A review may have many files: what is told of it is the marks of those that were asked about. */
function only(paths: readonly string[], marked: Result<FileMarks, Failure>): Result<FileMarks, Failure> {
  if (!marked.ok) return marked
  const wanted = new Set(paths)
  return ok({ files: marked.value.files.filter(file => wanted.has(file.path)) })
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
        return fail({
          code: 'internal',
          message: error instanceof Error ? (error.stack ?? error.message) : String(error),
        })
      }
    },
  ])
  return Object.fromEntries(guarded) as EngineHandlers
}
