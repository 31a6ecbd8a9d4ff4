/**
 * One open workspace. Owns the last answer (graph, store, verdict, sizes), makes it anew when files change,
 * runs the jobs, and carries out reviews and writes. Pages hold copies; the truth is here.
 *
 * Order of an answer: load, resolve, announce rows at once, then measure in a job and announce sizes as they come.
 * A newer answer makes an older measuring job stop. Nothing is written but through `writeCertify` and `undo`.
 */
import path from 'node:path'
import type { Emit } from './create-engine.ts'
import type {
  AbsolutePath,
  CrateName,
  CriteriaName,
  Delta,
  DiffStat,
  IsoDate,
  PackageKey,
} from '../../../shared/domain.ts'
import { deltaText, packageKey } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import type { CallArgs } from '../../../shared/contract.ts'
import type {
  CertifyPlan,
  CertifyRequest,
  FileDiff,
  Inspection,
  QueueSnapshot,
  Review,
  WorkspaceRef,
  WriteResult,
} from '../../../shared/wire.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { openCache } from '../cache.ts'
import { commitFiles, currentBranch, gitIdentity, isInsideRepository } from '../io/git.ts'
import { lockChecksums, readCargoLock } from '../io/cargo-lock.ts'
import { createMeasurer, type Measurer } from '../io/measure.ts'
import { openRegistry, type Registry } from '../io/registry.ts'
import { readRegistryConfig } from '../io/registry-config.ts'
import { commitStore, readStore } from '../store/load-store.ts'
import { planCertify, type PlannedCertify } from './certify-flow.ts'
import {
  joinWorkspace,
  loadWorkspace,
  measurePlans,
  planReading,
  solve,
  type LoadedWorkspace,
  type Solved,
  type WorkspaceOptions,
} from './flow.ts'
import { inspectionView } from './inspection-view.ts'
import type { Jobs } from './jobs.ts'
import type { Draft, Preferences } from './preferences.ts'
import { buildSnapshot, type Reading } from './queue-view.ts'
import { createReviews, type Reviews } from './reviews.ts'

const EMIT_INTERVAL_MS = 250

export interface SessionDeps {
  readonly caps: Capabilities
  readonly jobs: Jobs
  readonly emit: Emit
  readonly preferences: Preferences
}

export interface Session {
  ref(): WorkspaceRef
  setOffline(offline: boolean): void
  snapshot(): Promise<Result<QueueSnapshot, Failure>>
  refresh(): Promise<Result<QueueSnapshot, Failure>>
  inspect(key: PackageKey): Promise<Result<Inspection, Failure>>
  measure(crate: CrateName, delta: Delta): Promise<Result<DiffStat, Failure>>
  openReview(crate: CrateName, delta: Delta): Promise<Result<Review, Failure>>
  reviewFile(review: string, file: string, page: number): Promise<Result<FileDiff, Failure>>
  mark(review: string, paths: readonly string[], mark: 'read' | 'partly' | 'unread'): Promise<Result<Review, Failure>>
  setResume(review: string, file: string, line: number): Promise<Result<null, Failure>>
  planCertify(request: CertifyRequest): Promise<Result<CertifyPlan, Failure>>
  writeCertify(args: CallArgs<'certify.write'>): Promise<Result<WriteResult, Failure>>
  undo(undoId: string): Promise<Result<null, Failure>>
  loadDraft(crate: CrateName, delta: Delta): Promise<Result<Draft | null, Failure>>
  saveDraft(crate: CrateName, delta: Delta, draft: Draft): Promise<Result<null, Failure>>
  close(): Promise<void>
}

/** Everything that belongs to one reading of the files. */
interface Answer {
  readonly workspace: LoadedWorkspace
  readonly solved: Solved
  readonly branch: string | null
  readonly takenAt: number
  reading: Reading
}

interface Undo {
  readonly id: string
  readonly before: LoadedWorkspace['loaded']['texts']
  readonly after: { readonly config: string; readonly audits: string; readonly imports: string }
  readonly commit: { readonly hash: string; readonly files: readonly AbsolutePath[]; readonly subject: string } | null
}

/** Opens and solves. Fails with any workspace, cargo, store or criteria code; then nothing stays behind. */
export async function openSession(
  deps: SessionDeps,
  folder: AbsolutePath,
  isSample: boolean,
): Promise<Result<Session, Failure>> {
  const { caps, jobs, emit, preferences } = deps
  let offline = preferences.settings().offline
  const cache = openCache(caps)
  const abort = new AbortController()
  const quiet: Run = { signal: abort.signal, onProgress: () => undefined }

  const options = (): WorkspaceOptions => ({
    path: folder,
    storePath: null,
    locked: false,
    frozen: offline,
    allFeatures: true,
    noDefaultFeatures: false,
    features: [],
    cargoArgs: [],
    today: todayOf(caps),
    allowLockfileOnly: true,
    wantCargoVersion: true,
  })
  const load = async (run: Run): Promise<Result<Answer, Failure>> => {
    const workspace = await loadWorkspace(caps, options(), run)
    return workspace.ok ? answerFor(workspace.value) : workspace
  }
  const answerFor = async (workspace: LoadedWorkspace): Promise<Result<Answer, Failure>> => {
    const solved = solve(workspace, workspace.loaded.store)
    if (!solved.ok) return solved
    const branch = await currentBranch(caps, workspace.root, abort.signal)
    return ok({
      workspace,
      solved: solved.value,
      branch,
      takenAt: caps.clock.nowMs(),
      reading: startOfReading(),
    })
  }

  const first = await jobs.run(`Opening ${path.basename(folder)}`, load)
  if (!first.ok) return first
  let answer = first.value
  const root = answer.workspace.root
  const registryConfig = await readRegistryConfig(caps, root)
  if (!registryConfig.ok) return registryConfig
  const openSources = async (): Promise<{ registry: Registry; measurer: Measurer }> => {
    const lock = await readCargoLock(caps, path.join(root, 'Cargo.lock') as AbsolutePath)
    const registry = openRegistry(caps, cache, registryConfig.value, {
      offline,
      lockChecksums: lock.ok ? lockChecksums(lock.value) : new Map(),
    })
    return { registry, measurer: createMeasurer(caps, registry, cache, { diffCacheDir: null }) }
  }
  let sources = await openSources()
  const reviews: Reviews = createReviews(caps, preferences, () => sources.registry)

  let generation = 1
  let emitTimer: ReturnType<typeof setTimeout> | null = null
  const ref = (): WorkspaceRef => ({
    root,
    name: answer.workspace.name,
    storePath: answer.workspace.loaded.storeDir,
    branch: answer.branch,
    isSample,
  })
  const snapshotNow = (): QueueSnapshot =>
    buildSnapshot({
      ref: ref(),
      generation,
      takenAt: answer.takenAt,
      workspace: answer.workspace,
      solved: answer.solved,
      reading: answer.reading,
      sizeOf: (crate, delta) => sources.measurer.known(crate, delta),
      readLines: (crate, delta) => preferences.progress().get(`${crate} ${deltaText(delta)}`)?.lines ?? null,
      offline,
    })
  const announce = () => {
    generation++
    emitTimer ??= setTimeout(() => {
      emitTimer = null
      if (!abort.signal.aborted) emit('queue.changed', snapshotNow())
    }, EMIT_INTERVAL_MS)
    emitTimer.unref()
  }

  /** Work that nobody awaits: its failure is told to the page, a cancellation to nobody. */
  const inBackground = (work: () => Promise<Result<unknown, Failure>>) => {
    work()
      .catch((error: unknown): Result<unknown, Failure> => {
        if (abort.signal.aborted || error instanceof Cancelled) return fail({ code: 'cancelled' })
        return fail({
          code: 'internal',
          message: error instanceof Error ? (error.stack ?? error.message) : String(error),
        })
      })
      .then(done => {
        if (!done.ok && done.error.code !== 'cancelled') emit('queue.failed', done.error)
      })
      .catch((error: unknown) => console.error(error))
  }

  let measuring: AbortController | null = null
  /** Measures in the background: first what fails, then what only an exemption holds up. */
  const startMeasuring = (of: Answer) => {
    measuring?.abort()
    const mine = (measuring = new AbortController())
    of.reading = startOfReading()
    inBackground(async () => {
      for (const stage of ['failing', 'exempted'] as const) {
        if (mine.signal.aborted || abort.signal.aborted || of !== answer) return ok(null)
        const input = readingInput(of, stage)
        if (input.report.failures.length === 0) continue
        const title = stage === 'failing' ? 'Measuring what to read' : 'Measuring what exemptions cover'
        const result = await jobs.run(title, async jobRun => {
          const signal = AbortSignal.any([jobRun.signal, mine.signal, abort.signal])
          const run: Run = { signal, onProgress: jobRun.onProgress }
          const planned = await planReading(input, { ...sources, offline }, run)
          if (!planned.ok) return planned
          for (const plan of planned.value.plans) of.reading.plans.set(packageKey(plan.crate, plan.version), plan)
          announce()
          const failures = await measurePlans(planned.value.plans, sources.measurer, run, (crate, delta, measured) => {
            if (!measured.ok) of.reading.failures.set(`${crate} ${deltaText(delta)}`, measured.error)
            announce()
          })
          return ok(failures.length)
        })
        if (!result.ok && of === answer) {
          of.reading = { ...of.reading, phase: 'ready', stopped: result.error }
          announce()
          return ok(null)
        }
      }
      if (of !== answer) return ok(null)
      of.reading = { ...of.reading, phase: 'ready' }
      announce()
      await remember()
      return ok(null)
    })
  }
  const remember = () => {
    const { report } = answer.solved
    return preferences.remember({
      path: root,
      name: answer.workspace.name,
      last: { packages: report.outcomes.filter(o => o !== null).length, failing: report.failures.length },
    })
  }
  const adopt = (next: Answer) => {
    answer = next
    announce()
    startMeasuring(next)
  }
  /** Only the store changed: the graph stays, cargo is not asked. */
  const reloadStore = async (): Promise<Result<null, Failure>> => {
    const loaded = await readStore(
      caps,
      answer.workspace.loaded.storeDir,
      { locked: false, today: todayOf(caps) },
      abort.signal,
    )
    if (!loaded.ok) return loaded
    const { sha256 } = answer.workspace.loaded
    const isSame = (['audits', 'config', 'imports'] as const).every(name => loaded.value.sha256[name] === sha256[name])
    if (isSame) return ok(null)
    const { metadata, cargoVersion, name } = answer.workspace
    const joined = joinWorkspace(metadata, cargoVersion, loaded.value, name, root)
    if (!joined.ok) return joined
    const next = await answerFor(joined.value)
    if (!next.ok) return next
    adopt(next.value)
    return ok(null)
  }
  const refresh = async (): Promise<Result<QueueSnapshot, Failure>> => {
    const next = await jobs.run('Refreshing the queue', load)
    if (!next.ok) return next
    // Cargo.lock may state other checksums now.
    sources = await openSources()
    adopt(next.value)
    return ok(snapshotNow())
  }

  let lockBytes = await fingerprint(caps, root)
  const stopWatching = [
    caps.files.watch(answer.workspace.loaded.storeDir, () => inBackground(reloadStore)),
    caps.files.watch(root, () =>
      inBackground(async () => {
        const now = await fingerprint(caps, root)
        if (now === lockBytes) return ok(null)
        lockBytes = now
        return refresh()
      }),
    ),
  ]
  startMeasuring(answer)
  await remember()

  const planned = async (request: CertifyRequest): Promise<Result<PlannedCertify, Failure>> => {
    const places = answer.workspace.loaded.places
    const [identity, canCommit] = await Promise.all([
      gitIdentity(caps, root, abort.signal),
      isInsideRepository(caps, root, abort.signal),
    ])
    return planCertify(
      {
        workspace: answer.workspace,
        solved: answer.solved,
        places,
        today: todayOf(caps),
        identity: identity.ok ? identity.value : null,
        force: false,
        read: reviews.readSummary(request.crate, request.delta),
        canCommit,
      },
      request,
    )
  }
  let undo: Undo | null = null
  const draftKey = (crate: CrateName, delta: Delta) => `${root}\n${crate}\n${deltaText(delta)}`
  const filePath = (name: string) => path.join(answer.workspace.loaded.storeDir, name) as AbsolutePath

  const session: Session = {
    ref,
    setOffline(value) {
      offline = value
      inBackground(async () => {
        sources = await openSources()
        startMeasuring(answer)
        announce()
        return ok(null)
      })
    },
    snapshot: async () => ok(snapshotNow()),
    refresh,
    inspect: async key =>
      inspectionView({
        workspace: answer.workspace,
        solved: answer.solved,
        reading: answer.reading,
        sizeOf: (crate, delta) => sources.measurer.known(crate, delta),
        key,
      }),
    async measure(crate, delta) {
      const known = sources.measurer.known(crate, delta)
      if (known !== null) return ok(known)
      return jobs.run(`Measuring ${crate} ${deltaText(delta)}`, async run => {
        const measured = await sources.measurer.measure(crate, delta, run)
        if (measured.ok) {
          await sources.measurer.flush()
          announce()
        }
        return measured
      })
    },
    openReview: (crate, delta) =>
      jobs.run(`Opening ${crate} ${deltaText(delta)}`, run =>
        reviews.open(crate, delta, missingFor(answer, crate, delta), run),
      ),
    reviewFile: (review, file, page) => reviews.file(review, file, page, quiet),
    async mark(review, paths, mark) {
      const marked = await reviews.mark(review, paths, mark)
      if (marked.ok) announce()
      return marked
    },
    setResume: (review, file, line) => reviews.setResume(review, file, line),
    async planCertify(request) {
      const plan = await planned(request)
      return plan.ok ? ok(plan.value.plan) : plan
    },
    async writeCertify({ request, base, planned: expected, commit, commitMessage }) {
      const changed = await reloadStore()
      if (!changed.ok) return changed
      const plan = await planned(request)
      if (!plan.ok) return plan
      const { texts, plan: shown } = plan.value
      const differing = shown.files.filter(f => {
        const key = f.file === 'imports.lock' ? 'imports' : f.file === 'audits.toml' ? 'audits' : 'config'
        return f.baseSha256 !== base[key] || f.newSha256 !== expected[key]
      })
      if (differing.length > 0) return fail({ code: 'store-changed', files: differing.map(f => f.file) })
      if (shown.blocks[0] !== undefined) return fail({ code: 'usage', message: shown.blocks[0] })
      const before = answer.workspace.loaded
      const next = nextKey(snapshotNow(), request)
      const written = await commitStore(caps, { storeDir: before.storeDir, base: before.sha256, texts }, abort.signal)
      if (!written.ok) return written
      const files = shown.files.filter(f => f.added + f.removed > 0).map(f => filePath(f.file))
      const committed = commit ? await commitFiles(root, files, commitMessage, abort.signal) : null
      undo = {
        id: `${caps.clock.nowMs()}`,
        before: before.texts,
        after: expected,
        commit: committed?.ok === true ? { hash: committed.value, files, subject: commitMessage } : null,
      }
      await preferences.saveDraft(draftKey(request.crate, request.delta), null)
      const reloaded = await reloadStore()
      if (!reloaded.ok) return reloaded
      return ok({
        written: [...written.value.written],
        commit: committed?.ok === true ? committed.value : null,
        commitFailure: committed !== null && !committed.ok ? committed.error : null,
        undoId: undo.id,
        next,
      })
    },
    async undo(undoId) {
      if (undo?.id !== undoId) return fail({ code: 'undo-unavailable', reason: 'Only the last write can be undone.' })
      const back = undo
      const done = await commitStore(
        caps,
        { storeDir: answer.workspace.loaded.storeDir, base: back.after, texts: back.before },
        abort.signal,
      )
      if (!done.ok) {
        return done.error.code === 'store-changed'
          ? fail({
              code: 'undo-unavailable',
              reason: `${done.error.files.join(', ')} changed since. Use git to go back.`,
            })
          : done
      }
      undo = null
      if (back.commit !== null) {
        const reverted = await commitFiles(root, back.commit.files, `Undo: ${back.commit.subject}`, abort.signal)
        if (!reverted.ok) return reverted
      }
      return reloadStore()
    },
    loadDraft: async (crate, delta) => ok(await preferences.loadDraft(draftKey(crate, delta))),
    async saveDraft(crate, delta, draft) {
      await preferences.saveDraft(draftKey(crate, delta), draft)
      return ok(null)
    },
    async close() {
      for (const stop of stopWatching) stop()
      measuring?.abort()
      abort.abort()
      await sources.measurer.flush().catch(() => undefined)
      await reviews.close()
      cache.close()
    },
  }
  return ok(session)
}

const startOfReading = (): Reading => ({ phase: 'measuring', plans: new Map(), failures: new Map() })

/** What each measuring stage works on: cargo vet's `check` as it is, then its `suggest` for the rest. */
function readingInput({ workspace, solved }: Answer, stage: 'failing' | 'exempted') {
  const { graph, mapper } = workspace
  if (stage === 'failing') return { graph, mapper, report: solved.report, store: workspace.loaded.store }
  const failing = new Set(solved.report.failures.map(f => f.idx))
  const rest = solved.suggestReport.failures.filter(f => !failing.has(f.idx))
  return { graph, mapper, report: { ...solved.suggestReport, failures: rest }, store: solved.suggestStore }
}

function missingFor(answer: Answer, crate: CrateName, delta: Delta): CriteriaName[] {
  for (const report of [answer.solved.report, answer.solved.suggestReport]) {
    const failure =
      report.failures.find(f => f.name === crate && f.version === delta.to) ??
      report.failures.find(f => f.name === crate)
    if (failure !== undefined) return [...failure.missingCriteria]
  }
  return []
}

/** The item after the one just certified, in the order shown by default (least reading first). */
function nextKey(snapshot: QueueSnapshot, request: CertifyRequest): PackageKey | null {
  const rows = snapshot.items.filter(i => i.because === 'failing')
  const at = rows.findIndex(i => i.crate === request.crate && i.version === request.delta.to)
  return rows[at + 1]?.key ?? rows.find((_, i) => i !== at)?.key ?? null
}

function todayOf(caps: Capabilities): IsoDate {
  return new Date(caps.clock.nowMs()).toISOString().slice(0, 10) as IsoDate
}

/** Content of the files that decide the graph, so that a rewrite of the same bytes refreshes nothing. */
async function fingerprint(caps: Capabilities, root: AbsolutePath): Promise<string> {
  const parts = await Promise.all(
    ['Cargo.lock', 'Cargo.toml'].map(async name => {
      const bytes = await caps.files.readText(path.join(root, name) as AbsolutePath, 64 << 20).catch(() => '')
      return bytes
    }),
  )
  return parts.join('\0')
}
