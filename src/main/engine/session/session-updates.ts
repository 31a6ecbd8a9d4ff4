/**
 * Keeps the answer of an open workspace up to date: makes it anew when files, imports or the network change, adopts it,
 * has it measured and announces the queue. An answer is replaced whole, never changed; only the newest is measured.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { reviewId } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import type { QueueSnapshot, WorkspaceRef } from '../../../shared/wire.ts'
import type { Cache } from '../cache.ts'
import type { Capabilities } from '../capabilities.ts'
import { readStore } from '../store/load-store.ts'
import type { Answer } from './answer.ts'
import type { Emit } from './create-engine.ts'
import { joinWorkspace } from './flow.ts'
import { createImportsRefresh, STORED_IMPORTS, type ImportsRefresh } from './imports-refresh.ts'
import type { Jobs } from './jobs.ts'
import { createMeasuring, type Measuring } from './measuring.ts'
import type { Preferences } from './preferences.ts'
import { createQueueNews, type QueueNews } from './queue-news.ts'
import { buildSnapshot } from './queue-view.ts'
import { todayOf, type SessionAnswers, type SessionMode } from './session-answers.ts'
import type { OpenSources, SessionSources } from './session-sources.ts'
import { bugOf } from './bug.ts'

/** What a session holds between calls. The flows of this file replace it; everybody else reads it when called. */
export interface Held {
  answer: Answer
  sources: SessionSources
  /** Begins with the clock, so that the next session's are higher; grows with every announcement. */
  generation: number
}

export interface UpdatesDeps {
  readonly caps: Capabilities
  readonly jobs: Jobs
  readonly emit: Emit
  readonly preferences: Preferences
  readonly cache: Cache
  readonly root: AbsolutePath
  readonly isSample: boolean
  readonly signal: AbortSignal
  readonly mode: SessionMode
  readonly answers: SessionAnswers
  readonly openSources: OpenSources
  readonly held: Held
}

export interface Updates extends QueueNews {
  ref(): WorkspaceRef
  snapshot(): QueueSnapshot
  /** Reads everything anew, as a job. @failure as SessionAnswers.load */
  refresh(): Promise<Result<QueueSnapshot, Failure>>
  /** Only the store changed: the graph stays, cargo is not asked. @failure store and criteria codes */
  reloadStore(): Promise<Result<null, Failure>>
  setOffline(isOffline: boolean): void
  /** Begins to watch, to measure and to ask for imports. */
  start(): Promise<void>
  stop(): void
}

/** Watches and starts nothing before `start`. */
export function createUpdates(deps: UpdatesDeps): Updates {
  const { mode, held, signal } = deps
  const ref = () => refOf(deps)
  const snapshot = () => snapshotOf(deps)
  const { announce, announceRead } = createQueueNews({
    ...{ held, signal, emit: deps.emit, root: deps.root, snapshot },
    linesRead: review => deps.preferences.progress().get(review)?.lines ?? 0,
  })
  const inBackground = createBackground(deps)
  const measuring = createMeasuring({
    ...{ jobs: deps.jobs, signal, inBackground, announce },
    sources: () => ({ ...held.sources, offline: mode.isOffline }),
    current: () => held.answer,
    onReady: () => remember(deps),
  })
  const adopt = (next: Answer) => {
    held.answer = next
    announce()
    measuring.start(next)
  }
  const imports = createImportsRefresh({
    ...{ caps: deps.caps, cache: deps.cache, jobs: deps.jobs, signal, inBackground },
    registry: () => held.sources.registry,
    webApi: () => held.sources.webApi,
    isOffline: () => mode.isOffline,
    onChange: () => applyImports(deps, adopt),
  })
  mode.imports = imports
  const reloadStore = () => storeAnew(deps, imports, adopt)
  const refresh = async (): Promise<Result<QueueSnapshot, Failure>> => {
    const next = await deps.jobs.run('Refreshing the queue', deps.answers.load)
    if (!next.ok) return next
    // Cargo.lock may state other checksums now.
    held.sources = await deps.openSources()
    adopt(next.value)
    imports.start(held.answer.workspace)
    return ok(snapshot())
  }
  let stopWatching: readonly (() => void)[] = []
  return {
    ...{ ref, snapshot, announce, announceRead, refresh, reloadStore },
    setOffline(isOffline) {
      mode.isOffline = isOffline
      inBackground(() => switchNetwork(deps, measuring, imports, announce))
    },
    async start() {
      stopWatching = await watchFiles(deps, inBackground, { reloadStore, refresh })
      measuring.start(held.answer)
      imports.start(held.answer.workspace)
      await remember(deps)
    },
    stop() {
      for (const stop of stopWatching) stop()
      measuring.stop()
      imports.stop()
    },
  }
}

function refOf({ held: { answer }, root, isSample }: UpdatesDeps): WorkspaceRef {
  const { name, loaded } = answer.workspace
  return { root, name, storePath: loaded.storeDir, branch: answer.branch, isSample }
}

function snapshotOf(deps: UpdatesDeps): QueueSnapshot {
  const { caps, mode, held, preferences } = deps
  const { answer, sources, generation } = held
  return buildSnapshot({
    ref: refOf(deps),
    generation,
    takenAt: answer.takenAt,
    workspace: answer.workspace,
    solved: answer.solved,
    reading: answer.reading,
    imports: mode.imports?.state() ?? STORED_IMPORTS,
    live: answer.live,
    nowMs: caps.clock.nowMs(),
    sizeOf: (crate, delta) => sources.measurer.known(crate, delta),
    readLines: (crate, delta) => preferences.progress().get(reviewId(crate, delta))?.lines ?? null,
    offline: mode.isOffline,
  })
}

type InBackground = (work: () => Promise<Result<unknown, Failure>>) => void

/** Work that nobody awaits: its failure is told to the page, a cancellation to nobody. */
function createBackground({ emit, signal }: UpdatesDeps): InBackground {
  return work => {
    work()
      .catch((error: unknown): Result<unknown, Failure> => {
        if (signal.aborted || error instanceof Cancelled) return fail({ code: 'cancelled' })
        return fail(bugOf(error))
      })
      .then(done => {
        if (!done.ok && done.error.code !== 'cancelled') emit('queue.failed', done.error)
      })
      .catch((error: unknown) => console.error(error))
  }
}

/** For the welcome page's list of workspaces. */
function remember({ preferences, held, root }: UpdatesDeps): Promise<void> {
  const { solved, workspace } = held.answer
  const { report } = solved
  return preferences.remember({
    path: root,
    name: workspace.name,
    last: { packages: report.outcomes.filter(o => o !== null).length, failing: report.failures.length },
  })
}

async function storeAnew(
  { caps, held, answers, root, signal }: UpdatesDeps,
  imports: ImportsRefresh,
  adopt: (next: Answer) => void,
): Promise<Result<null, Failure>> {
  const options = { locked: false, today: todayOf(caps) }
  const loaded = await readStore(caps, held.answer.workspace.loaded.storeDir, options, signal)
  if (!loaded.ok) return loaded
  const { sha256 } = held.answer.workspace.loaded
  const isSame = (['audits', 'config', 'imports'] as const).every(name => loaded.value.sha256[name] === sha256[name])
  if (isSame) return ok(null)
  const { metadata, cargoVersion, name } = held.answer.workspace
  const joined = joinWorkspace(metadata, cargoVersion, loaded.value, name, root, true)
  if (!joined.ok) return joined
  const next = await answers.of(joined.value)
  if (!next.ok) return next
  const hadImports = importSettings(held.answer)
  adopt(next.value)
  if (importSettings(held.answer) !== hadImports) imports.start(held.answer.workspace)
  return ok(null)
}

/** What decides which imports are fetched, as one text. */
function importSettings({ workspace }: Answer): string {
  const { imports } = workspace.loaded.store.config
  return JSON.stringify(
    [...imports].map(([name, config]) => [name, { ...config, criteriaMap: [...config.criteriaMap] }]),
  )
}

/** The same files on disk, other imports: solved again, unless the files changed meanwhile, then once more. */
async function applyImports(
  { held, answers }: UpdatesDeps,
  adopt: (next: Answer) => void,
): Promise<Result<null, Failure>> {
  for (;;) {
    const { workspace } = held.answer
    const next = await answers.of(workspace)
    if (!next.ok) return next
    if (held.answer.workspace !== workspace) continue
    adopt(next.value)
    return ok(null)
  }
}

async function switchNetwork(
  { mode, held, openSources }: UpdatesDeps,
  measuring: Measuring,
  imports: ImportsRefresh,
  announce: () => void,
): Promise<Result<null, Failure>> {
  const { isOffline } = mode
  held.sources = await openSources()
  measuring.start(held.answer)
  if (isOffline) imports.stop()
  else imports.start(held.answer.workspace)
  announce()
  return ok(null)
}

/** The store's folder, and of the workspace the files that decide the graph. Gives what ends the watching. */
async function watchFiles(
  { caps, held, root }: UpdatesDeps,
  inBackground: InBackground,
  { reloadStore, refresh }: Pick<Updates, 'reloadStore' | 'refresh'>,
): Promise<readonly (() => void)[]> {
  let known = await fingerprint(caps, root)
  return [
    caps.files.watch(held.answer.workspace.loaded.storeDir, () => inBackground(reloadStore)),
    caps.files.watch(root, () =>
      inBackground(async () => {
        const now = await fingerprint(caps, root)
        if (now === known) return ok(null)
        known = now
        return refresh()
      }),
    ),
  ]
}

/** Content of the files that decide the graph, so that a rewrite of the same bytes refreshes nothing. */
async function fingerprint(caps: Capabilities, root: AbsolutePath): Promise<string> {
  const parts = await Promise.all(
    ['Cargo.lock', 'Cargo.toml'].map(name =>
      caps.files.readText(path.join(root, name) as AbsolutePath, 64 << 20).catch(() => ''),
    ),
  )
  return parts.join('\0')
}
