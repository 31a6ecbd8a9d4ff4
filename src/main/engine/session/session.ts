/**
 * One open workspace. Owns the last answer (graph, store, verdict, sizes), makes it anew when files change,
 * runs the jobs, and carries out reviews and writes. Pages hold copies; the truth is here.
 *
 * Order of an answer: load, resolve, announce rows at once, then measure in a job and announce sizes as they come.
 * A newer answer makes an older measuring job stop. Nothing is written but through `writeCertify` and `undo`.
 */
import path from 'node:path'
import type { CallArgs } from '../../../shared/contract.ts'
import type {
  AbsolutePath,
  CrateName,
  CriteriaName,
  Delta,
  DiffStat,
  IsoDate,
  PackageKey,
} from '../../../shared/domain.ts'
import type { IndexVersion } from '../io/registry-index.ts'
import { deltaText } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
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
import { openCache } from '../cache.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { lockChecksums, readCargoLock } from '../io/cargo-lock.ts'
import { currentBranch, gitIdentity, isInsideRepository } from '../io/git.ts'
import { createMeasurer, type Measurer } from '../io/measure.ts'
import { DEFAULT_SOURCE_ID, readRegistryConfig, webApiUrl } from '../io/registry-config.ts'
import { openRegistry, type Registry } from '../io/registry.ts'
import { openWebApi, type WebApi } from '../io/web-api.ts'
import { impliedNames, SAFE_TO_DEPLOY } from '../core/criteria.ts'
import { semverOf } from '../core/version.ts'
import type { Beside } from '../store/beside.ts'
import { readStore } from '../store/load-store.ts'
import { missingFor, nextKey, startOfReading, type Answer } from './answer.ts'
import type { Emit } from './create-engine.ts'
import {
  joinWorkspace,
  loadWorkspace,
  rememberingResolvers,
  solve,
  type LoadedWorkspace,
  type WorkspaceOptions,
} from './flow.ts'
import { createIdentity } from './identity.ts'
import { createImportsRefresh, STORED_IMPORTS, type ImportsRefresh } from './imports-refresh.ts'
import { inspectionView } from './inspection-view.ts'
import type { Jobs } from './jobs.ts'
import { createMeasuring } from './measuring.ts'
import type { OverviewSource } from './overview-source.ts'
import type { Draft, Preferences } from './preferences.ts'
import type { ProvenanceWorkspace } from './provenance-session.ts'
import { buildSnapshot } from './queue-view.ts'
import type { ChecklistScope } from './review-checklist.ts'
import type { ReadContent } from '../review/carried-marks.ts'
import type { ReviewSides } from './review-units.ts'
import { createReviews, type Reviews } from './reviews.ts'
import { createBatches, type Batches } from './certify-batches.ts'
import type { RiskSource } from './risk-rows.ts'
import { createWhatIf, type WhatIfSession } from './what-if-session.ts'
import { readTeamFacts } from './team-facts.ts'
import type { Team } from './team.ts'
import { createWrites } from './writes.ts'

const EMIT_INTERVAL_MS = 250

export interface SessionDeps {
  readonly caps: Capabilities
  readonly jobs: Jobs
  readonly emit: Emit
  readonly preferences: Preferences
  /** The team of the workspace that is open. @failure as opening it */
  readonly team: () => Promise<Result<Team, Failure>>
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
  /** `undo`: what `undoMark` calls it by; null: it is never undone. */
  mark: Reviews['mark']
  undoMark: Reviews['undoMark']
  setResume(review: string, file: string, line: number): Promise<Result<null, Failure>>
  /** What was read before of a file of an open review, and the verified files of a version to compare it with. */
  readContent(review: string, path: string): ReadContent | null
  unpacked(crate: CrateName, version: string): Promise<Result<AbsolutePath, Failure>>
  /** Every version the registry has, in its order. */
  versions(crate: CrateName): Promise<Result<readonly IndexVersion[], Failure>>
  /** Folders and files of an open review; null when it is not open. */
  reviewSides(review: string): ReviewSides | null
  /** Puts the files of an open review on disk, for whoever needs its folders. @failure as `openReview` */
  unpackReview(review: string): Promise<Result<null, Failure>>
  /** What was read of a delta; null when it was never opened. */
  readSummary(crate: CrateName, delta: Delta): CertifyPlan['read']
  /** An open review with its marks; null when it is not open. */
  shownReview: Reviews['shown']
  reviewHashes: Reviews['hashes']
  /** As the queue was made with; null when it was made without cargo. */
  cargoVersion(): string | null
  /** Where the team's checklists lie, and the criteria to ask about: `wanted`, else the missing ones, and all they imply. */
  checklistScope(crate: CrateName, delta: Delta, wanted: readonly CriteriaName[]): ChecklistScope
  /** `Name <email>` of git in this workspace; `unknown` without one. */
  reviewer(): Promise<string>
  /** git knows the reviewer by another name now. */
  identityChanged(): Promise<void>
  planCertify(request: CertifyRequest): Promise<Result<CertifyPlan, Failure>>
  writeCertify(args: CallArgs<'certify.write'>, evidence: readonly Beside[]): Promise<Result<WriteResult, Failure>>
  /** Several audits at once. */
  readonly batches: Batches
  undo(undoId: string): Promise<Result<null, Failure>>
  loadDraft(crate: CrateName, delta: Delta): Promise<Result<Draft | null, Failure>>
  saveDraft(crate: CrateName, delta: Delta, draft: Draft): Promise<Result<null, Failure>>
  /** What the overview and exports are made from. */
  overviewSource(): OverviewSource
  provenanceWorkspace(): ProvenanceWorkspace
  readonly whatIf: WhatIfSession
  riskSource(): RiskSource
  close(): Promise<void>
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
  let imports: ImportsRefresh | null = null
  const quiet: Run = { signal: abort.signal, onProgress: () => undefined }
  const resolvers = rememberingResolvers()

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
    // cargo vet's check stops there; the queue shows the problem beside what can be read all the same.
    ignorePolicyProblems: true,
  })
  const load = async (run: Run): Promise<Result<Answer, Failure>> => {
    const workspace = await loadWorkspace(caps, options(), run)
    return workspace.ok ? answerFor(workspace.value) : workspace
  }
  const answerFor = async (workspace: LoadedWorkspace): Promise<Result<Answer, Failure>> => {
    const live = (await imports?.apply(workspace)) ?? null
    if (live !== null && !live.ok) return live
    const solved =
      live === null
        ? solve(workspace, workspace.loaded.store, undefined, resolvers)
        : solve(workspace, live.value.store, live.value.isFresh, resolvers)
    if (!solved.ok) return solved
    const branch = await currentBranch(caps, workspace.root, abort.signal)
    return ok({
      workspace,
      solved: solved.value,
      live: live === null ? null : live.value,
      branch,
      takenAt: caps.clock.nowMs(),
      reading: startOfReading(),
    })
  }

  const first = await jobs.run(`Opening ${path.basename(folder)}`, load)
  if (!first.ok) {
    cache.close()
    return first
  }
  let answer = first.value
  const root = answer.workspace.root
  const registryConfig = await readRegistryConfig(caps, root)
  const baseUrl = webApiUrl(caps.host.env)
  if (!registryConfig.ok || !baseUrl.ok) {
    cache.close()
    return registryConfig.ok ? (baseUrl as { ok: false; error: Failure }) : registryConfig
  }
  let lockSums: ReadonlyMap<string, string> = new Map()
  const openSources = async (): Promise<{ registry: Registry; measurer: Measurer; webApi: WebApi }> => {
    const lock = await readCargoLock(caps, path.join(root, 'Cargo.lock') as AbsolutePath)
    lockSums = lock.ok ? lockChecksums(lock.value) : new Map()
    const registry = openRegistry(caps, cache, registryConfig.value, { offline, lockChecksums: lockSums })
    const webApi = openWebApi(caps, cache, { baseUrl: baseUrl.value, registry, vetCacheDir: null, offline })
    return { registry, measurer: createMeasurer(caps, registry, cache, { diffCacheDir: null }), webApi }
  }
  let sources = await openSources()
  const identity = createIdentity(
    async () => {
      const said = await gitIdentity(caps, root, abort.signal)
      return said.ok ? said.value : null
    },
    who => reviews.setReviewer(who),
  )
  const reviews: Reviews = createReviews(
    caps,
    preferences,
    () => sources.registry,
    () => identity.now(),
  )

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
      imports: imports?.state() ?? STORED_IMPORTS,
      live: answer.live,
      nowMs: caps.clock.nowMs(),
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

  const remember = () => {
    const { report } = answer.solved
    return preferences.remember({
      path: root,
      name: answer.workspace.name,
      last: { packages: report.outcomes.filter(o => o !== null).length, failing: report.failures.length },
    })
  }
  const measuring = createMeasuring({
    jobs,
    signal: abort.signal,
    inBackground,
    sources: () => ({ ...sources, offline }),
    current: () => answer,
    announce,
    onReady: remember,
  })
  const adopt = (next: Answer) => {
    answer = next
    announce()
    measuring.start(next)
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
    const joined = joinWorkspace(metadata, cargoVersion, loaded.value, name, root, true)
    if (!joined.ok) return joined
    const next = await answerFor(joined.value)
    if (!next.ok) return next
    const hadImports = importSettings(answer)
    adopt(next.value)
    if (importSettings(answer) !== hadImports) imports?.start(answer.workspace)
    return ok(null)
  }
  /** The same files on disk, other imports: solved again, unless the files changed meanwhile, then once more. */
  const applyImports = async (): Promise<Result<null, Failure>> => {
    for (;;) {
      const { workspace } = answer
      const next = await answerFor(workspace)
      if (!next.ok) return next
      if (answer.workspace !== workspace) continue
      adopt(next.value)
      return ok(null)
    }
  }
  imports = createImportsRefresh({
    caps,
    cache,
    jobs,
    signal: abort.signal,
    inBackground,
    registry: () => sources.registry,
    webApi: () => sources.webApi,
    isOffline: () => offline,
    onChange: applyImports,
  })
  const refresh = async (): Promise<Result<QueueSnapshot, Failure>> => {
    const next = await jobs.run('Refreshing the queue', load)
    if (!next.ok) return next
    // Cargo.lock may state other checksums now.
    sources = await openSources()
    adopt(next.value)
    imports?.start(answer.workspace)
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
  measuring.start(answer)
  imports.start(answer.workspace)
  await remember()

  const draftKey = (crate: CrateName, delta: Delta) => `${root}\n${crate}\n${deltaText(delta)}`
  const teamFacts = (crates: readonly CrateName[]) =>
    readTeamFacts(caps, answer.workspace.loaded.storeDir, deps.team, crates)
  const writes = createWrites({
    caps,
    root,
    teamFacts,
    signal: abort.signal,
    today: () => todayOf(caps),
    current: () => answer,
    readSummary: (crate, delta) => reviews.readSummary(crate, delta),
    reloadStore,
    next: request => nextKey(snapshotNow(), request),
    onWritten: ({ crate, delta }) => preferences.saveDraft(draftKey(crate, delta), null),
  })
  const batches = createBatches({
    caps,
    root,
    teamFacts,
    signal: abort.signal,
    today: () => todayOf(caps),
    current: () => answer,
    snapshot: snapshotNow,
    readSummary: (crate, delta) => reviews.readSummary(crate, delta),
    async solveAgain(workspace) {
      const next = await answerFor(workspace)
      return next.ok ? ok(next.value.solved) : next
    },
    reloadStore,
    writeTexts: wish => writes.writeTexts(wish),
    onWritten: ({ crate, delta }) => preferences.saveDraft(draftKey(crate, delta), null),
    progress: () => preferences.progress(),
    releases: crate => sources.webApi.remembered(crate),
  })

  const session: Session = {
    ref,
    setOffline(value) {
      offline = value
      inBackground(async () => {
        sources = await openSources()
        measuring.start(answer)
        if (value) imports?.stop()
        else imports?.start(answer.workspace)
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
        releases: await sources.webApi.remembered(key.slice(0, key.indexOf('@'))),
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
    async mark(...args) {
      const marked = await reviews.mark(...args)
      if (marked.ok) announce()
      return marked
    },
    async undoMark(...args) {
      const marked = await reviews.undoMark(...args)
      if (marked.ok) announce()
      return marked
    },
    setResume: (review, file, line) => reviews.setResume(review, file, line),
    readContent: (review, file) => reviews.readContent(review, file),
    async unpacked(crate, version) {
      const files = await sources.registry.unpacked(crate, version, quiet)
      return files.ok ? ok(files.value.folder) : files
    },
    versions: crate => sources.registry.versions(crate, quiet),
    reviewSides: review => reviews.sides(review),
    unpackReview: review => reviews.unpacked(review, quiet),
    readSummary: (crate, delta) => reviews.readSummary(crate, delta),
    shownReview: review => reviews.shown(review),
    reviewHashes: (review, file) => reviews.hashes(review, file),
    cargoVersion: () => answer.workspace.cargoVersion,
    checklistScope(crate, delta, wanted) {
      const { mapper, loaded } = answer.workspace
      const missing = wanted.length > 0 ? wanted : missingFor(answer, crate, delta)
      const asked = missing.length > 0 ? missing : [SAFE_TO_DEPLOY]
      const known = asked.filter(name => mapper.names.includes(name))
      return {
        storeDir: loaded.storeDir,
        criteria: [...new Set([...known, ...known.flatMap(name => impliedNames(mapper, name))])],
      }
    },
    async reviewer() {
      const identity = await gitIdentity(caps, root, abort.signal)
      return identity.ok ? identity.value : 'unknown'
    },
    identityChanged: () => identity.refresh(),
    planCertify: request => writes.plan(request),
    writeCertify: (args, evidence) => writes.write(args, evidence),
    batches,
    undo: undoId => writes.undo(undoId),
    loadDraft: async (crate, delta) => ok(await preferences.loadDraft(draftKey(crate, delta))),
    async saveDraft(crate, delta, draft) {
      await preferences.saveDraft(draftKey(crate, delta), draft)
      return ok(null)
    },
    whatIf: createWhatIf({
      ...{ caps, cache, jobs, signal: abort.signal, reloadStore },
      today: () => todayOf(caps),
      current: () => answer,
      generation: () => generation,
      registry: () => sources.registry,
      webApi: () => sources.webApi,
      sizeOf: (crate, delta) => sources.measurer.known(crate, delta),
      isOffline: () => offline,
      canCommit: () => isInsideRepository(caps, root, abort.signal),
      writeTexts: wish => writes.writeTexts(wish),
    }),
    provenanceWorkspace: () => ({
      root,
      lockChecksums: lockSums,
      packages: answer.workspace.graph.nodes.map(n => ({
        ...{ crate: n.name, version: semverOf(n.version), isFromRegistry: n.source === DEFAULT_SOURCE_ID },
      })),
    }),
    overviewSource: () => ({
      ...{ workspace: answer.workspace, solved: answer.solved, snapshot: snapshotNow(), webApi: sources.webApi },
    }),
    riskSource: () => ({
      ...{ workspace: answer.workspace, solved: answer.solved, snapshot: snapshotNow, lockChecksums: lockSums },
      remembered: crate => sources.webApi.remembered(crate),
    }),
    async close() {
      for (const stop of stopWatching) stop()
      measuring.stop()
      imports?.stop()
      abort.abort()
      await sources.measurer.flush().catch(() => undefined)
      identity.close()
      await reviews.close()
      cache.close()
    },
  }
  return ok(session)
}

/** What decides which imports are fetched, as one text. */
function importSettings({ workspace }: Answer): string {
  const { imports } = workspace.loaded.store.config
  return JSON.stringify(
    [...imports].map(([name, config]) => [name, { ...config, criteriaMap: [...config.criteriaMap] }]),
  )
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
