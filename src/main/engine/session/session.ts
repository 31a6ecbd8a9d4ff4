/**
 * One open workspace. Owns the last answer (graph, store, verdict, sizes), makes it anew when files change,
 * runs the jobs, and carries out reviews and writes. Pages hold copies; the truth is here.
 *
 * Order of an answer: load, resolve, announce rows at once, then measure in a job and announce sizes as they come.
 * A newer answer makes an older measuring job stop. Nothing is written but through `writeCertify`, `batches`, `whatIf`
 * and `undo`.
 */
import path from 'node:path'
import type { CallArgs } from '../../../shared/contract.ts'
import type { AbsolutePath, CrateName, CriteriaName, Delta, DiffStat, PackageKey } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
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
import type { Capabilities } from '../capabilities.ts'
import type { IndexVersion } from '../io/registry-index.ts'
import type { ReadContent } from '../review/carried-marks.ts'
import type { Beside } from '../store/beside.ts'
import type { Batches } from './certify-batches.ts'
import type { Emit } from './create-engine.ts'
import type { Jobs } from './jobs.ts'
import type { OverviewSource } from './overview-source.ts'
import type { Draft, Preferences } from './preferences.ts'
import type { ProvenanceWorkspace } from './provenance-session.ts'
import type { ChecklistScope } from './review-checklist.ts'
import type { ReviewSides } from './review-units.ts'
import type { Reviews } from './reviews.ts'
import type { RiskSource } from './risk-rows.ts'
import { createAnswers, type SessionMode } from './session-answers.ts'
import { certifyCalls } from './session-certify.ts'
import { queueCalls, sourceCalls } from './session-queue.ts'
import { openReading } from './session-reading.ts'
import { prepareSources } from './session-sources.ts'
import { createUpdates, type Held } from './session-updates.ts'
import type { Team } from './team.ts'
import type { WhatIfSession } from './what-if-session.ts'

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
  /** Opens the review that a page had open in a session before this one. @failure review-unknown, as `openReview` */
  ensureReview(review: string): Promise<Result<null, Failure>>
  prepareReview: Reviews['prepare']
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
  /** Folders and files of an open review. @failure review-unknown */
  reviewSides(review: string): Result<ReviewSides, Failure>
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
  const { caps, jobs, preferences } = deps
  const cache = openCache(caps)
  const abort = new AbortController()
  const { signal } = abort
  const mode: SessionMode = { isOffline: preferences.settings().offline, imports: null }
  const answers = createAnswers(caps, folder, mode, signal)
  const first = await jobs.run(`Opening ${path.basename(folder)}`, answers.load)
  if (!first.ok) {
    cache.close()
    return first
  }
  const { root } = first.value.workspace
  const openSources = await prepareSources(caps, cache, root, () => mode.isOffline)
  if (!openSources.ok) {
    cache.close()
    return openSources
  }
  const held: Held = { answer: first.value, sources: await openSources.value(), generation: caps.clock.nowMs() }
  const common = { ...deps, cache, root, signal, mode, answers, held }
  const updates = createUpdates({ ...common, isSample, openSources: openSources.value })
  const reading = openReading({ ...common, updates })
  await updates.start()
  return ok({
    ...queueCalls({ ...common, updates }),
    ...reading.calls,
    ...certifyCalls({ ...common, updates, readSummary: reading.calls.readSummary }),
    ...sourceCalls({ ...common, updates }),
    async close() {
      updates.stop()
      abort.abort()
      await held.sources.measurer.flush().catch(() => undefined)
      await reading.close()
      cache.close()
    },
  })
}
