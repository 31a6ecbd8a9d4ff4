/**
 * Writing an audit and taking it back. A write carries out exactly the plan a page has seen: same bytes on disk
 * before, same bytes after, or nothing. Undo restores the three files while nobody else has changed them since.
 */
import path from 'node:path'
import type { CallArgs } from '../../../shared/contract.ts'
import type { AbsolutePath, CrateName, Delta, IsoDate, PackageKey } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { CertifyPlan, CertifyRequest, WriteResult } from '../../../shared/wire.ts'
import type { Capabilities } from '../capabilities.ts'
import { commitFiles, gitIdentity, isInsideRepository } from '../io/git.ts'
import type { Beside } from '../store/beside.ts'
import { commitStore } from '../store/load-store.ts'
import type { StoreTexts } from '../store/parse-store.ts'
import type { Answer } from './answer.ts'
import { planCertify, sha256, type PlannedCertify } from './certify-flow.ts'
import type { TeamFacts } from './team-facts.ts'
import { refusalOf } from './planned-files.ts'

/** The open workspace that is written into. */
export interface WritesDeps {
  readonly caps: Capabilities
  readonly root: AbsolutePath
  readonly signal: AbortSignal
  readonly today: () => IsoDate
  readonly current: () => Answer
  readonly readSummary: (crate: CrateName, delta: Delta) => CertifyPlan['read']
  readonly teamFacts: (crates: readonly CrateName[]) => Promise<Result<TeamFacts | null, Failure>>
  /** Brings `current` up to date with the files on disk. */
  readonly reloadStore: () => Promise<Result<null, Failure>>
  readonly next: (request: CertifyRequest) => PackageKey | null
  readonly onWritten: (request: CertifyRequest) => Promise<void>
}

/** What a person writes into the three files, and the way back. */
export interface Writes {
  /** What writing an audit would change; writes nothing. @failure as planCertify and readTeamFacts */
  plan(request: CertifyRequest): Promise<Result<CertifyPlan, Failure>>
  /**
   * `evidence` is written, committed and taken back together with the three files.
   * @failure as plan and commitStore; store-changed also when another plan was shown; usage when the plan blocks it
   */
  write(args: CallArgs<'certify.write'>, evidence: readonly Beside[]): Promise<Result<WriteResult, Failure>>
  /**
   * Writes texts that were shown and checked as they are, so that `undo` takes them back like a certified audit.
   * @failure as commitStore
   */
  writeTexts(wish: TextsToWrite): Promise<Result<Omit<WriteResult, 'next'>, Failure>>
  /** Only the last write. @failure undo-unavailable; as commitStore and commitFiles */
  undo(undoId: string): Promise<Result<null, Failure>>
}

/** The whole of the three files, and what a page was shown of them. */
export interface TextsToWrite {
  readonly texts: StoreTexts
  readonly files: CertifyPlan['files']
  readonly commit: boolean
  readonly commitMessage: string
  /** Written, committed and taken back together with the three files. */
  readonly evidence?: readonly Beside[]
}

interface Undo {
  readonly id: string
  readonly before: StoreTexts
  /** sha256 of what was written. */
  readonly after: Readonly<Record<keyof StoreTexts, string>>
  /** The evidence files as they have to be made again. */
  readonly evidence: readonly Beside[]
  /** Set when the write was committed. */
  readonly commit: { readonly files: readonly AbsolutePath[]; readonly subject: string } | null
}

interface Held {
  /** Of the last write; null when it was taken back, or none was made. */
  undo: Undo | null
}

/** Nothing can be undone yet. */
export function createWrites(deps: WritesDeps): Writes {
  const held: Held = { undo: null }
  return {
    async plan(request) {
      const plan = await planned(deps, request)
      return plan.ok ? ok(plan.value.plan) : plan
    },
    write: (args, evidence) => writePlanned(deps, held, args, evidence),
    writeTexts: wish => store(deps, held, wish, () => Promise.resolve()),
    undo: undoId => takeBack(deps, held, undoId),
  }
}

/** Of the answer as it is once git and the team were asked. */
async function planned(deps: WritesDeps, request: CertifyRequest): Promise<Result<PlannedCertify, Failure>> {
  const { caps, root, signal } = deps
  const [identity, canCommit, team] = await Promise.all([
    gitIdentity(caps, root, signal),
    isInsideRepository(caps, root, signal),
    deps.teamFacts([request.crate]),
  ])
  if (!team.ok) return team
  const { workspace, solved } = deps.current()
  return planCertify(
    {
      workspace,
      solved,
      places: workspace.loaded.places,
      today: deps.today(),
      identity: identity.ok ? identity.value : null,
      force: false,
      read: deps.readSummary(request.crate, request.delta),
      canCommit,
      team: team.value,
    },
    request,
  )
}

async function writePlanned(
  deps: WritesDeps,
  held: Held,
  { request, base, planned: expected, commit, commitMessage }: CallArgs<'certify.write'>,
  evidence: readonly Beside[],
): Promise<Result<WriteResult, Failure>> {
  const current = await deps.reloadStore()
  if (!current.ok) return current
  const plan = await planned(deps, request)
  if (!plan.ok) return plan
  const { texts, plan: shown } = plan.value
  const refused = refusalOf(shown, { base, planned: expected })
  if (refused !== null) return fail(refused)
  const next = deps.next(request)
  const wish = { texts, files: shown.files, commit, commitMessage, evidence }
  const done = await store(deps, held, wish, () => deps.onWritten(request))
  return done.ok ? ok({ ...done.value, next }) : done
}

/** Writes, commits when that is wished, and remembers how to take it back; `onWritten` comes before the answer is renewed. */
async function store(
  deps: WritesDeps,
  held: Held,
  wish: TextsToWrite,
  onWritten: () => Promise<void>,
): Promise<Result<Omit<WriteResult, 'next'>, Failure>> {
  const { caps, root, signal } = deps
  const { texts, commitMessage, evidence = [] } = wish
  const before = deps.current().workspace.loaded
  const { storeDir, sha256: onDisk } = before
  const written = await commitStore(caps, { storeDir, base: onDisk, texts, beside: evidence }, signal)
  if (!written.ok) return written
  const files = changedFiles(wish, storeDir)
  const committed = wish.commit ? await commitFiles(root, files, commitMessage, signal) : null
  const isCommitted = committed !== null && committed.ok
  const made: Undo = {
    id: `${caps.clock.nowMs()}`,
    before: before.texts,
    after: { audits: sha256(texts.audits), config: sha256(texts.config), imports: sha256(texts.imports) },
    evidence: evidenceBack(evidence, written.value.besideBefore),
    commit: isCommitted ? { files, subject: commitMessage } : null,
  }
  held.undo = made
  // It is written: what fails from here on may not take the way back from the reader. A draft that stays is no harm, and a
  // store that cannot be read is told by those who watch it.
  await onWritten().catch((error: unknown) => console.error(error))
  await deps.reloadStore()
  return ok({
    written: [...written.value.written],
    commit: isCommitted ? committed.value : null,
    commitFailure: committed !== null && !committed.ok ? committed.error : null,
    undoId: made.id,
  })
}

/** What belongs into the commit of a write. */
function changedFiles({ files, evidence = [] }: TextsToWrite, storeDir: AbsolutePath): readonly AbsolutePath[] {
  const changed = files.filter(f => f.baseSha256 !== f.newSha256)
  return [...changed.map(f => path.join(storeDir, f.file) as AbsolutePath), ...evidence.map(({ file }) => file)]
}

/** `before`: what each of the files held, null where there was none. */
function evidenceBack(evidence: readonly Beside[], before: readonly (string | null)[]): readonly Beside[] {
  return evidence.map((one, i) => ({
    ...one,
    ...{ text: before[i] ?? null, expected: sha256(one.text ?? '') },
  }))
}

async function takeBack(deps: WritesDeps, held: Held, undoId: string): Promise<Result<null, Failure>> {
  const { caps, root, signal } = deps
  if (held.undo?.id !== undoId) return fail({ code: 'undo-unavailable', reason: 'Only the last write can be undone.' })
  const back = held.undo
  const { storeDir } = deps.current().workspace.loaded
  const undone = { storeDir, base: back.after, texts: back.before, beside: back.evidence }
  const done = await commitStore(caps, undone, signal)
  if (!done.ok) {
    if (done.error.code !== 'store-changed') return done
    const reason = `${done.error.files.join(', ')} changed since. Use git to go back.`
    return fail({ code: 'undo-unavailable', reason })
  }
  held.undo = null
  const { commit } = back
  const reverted = commit === null ? null : await commitFiles(root, commit.files, `Undo: ${commit.subject}`, signal)
  // The files are back, also where they could not be committed.
  const reloaded = await deps.reloadStore()
  return reverted === null || reverted.ok ? reloaded : reverted
}
