/**
 * Evidence of audits: made from what the stores of marks, units, checklists, notes and time hold, shown by its sha256
 * before it is written, and written only if it is still that one.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { CallArgs, EngineHandlers } from '../../../shared/contract.ts'
import { reviewId, type AbsolutePath, type CrateName, type CriteriaName, type Delta } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { ChecklistGroup } from '../../../shared/review-checklist.ts'
import type { Note } from '../../../shared/review-notes.ts'
import type { UnitList } from '../../../shared/review-units.ts'
import type { WorkspaceRef } from '../../../shared/wire.ts'
import type { Capabilities } from '../capabilities.ts'
import { gitVersion } from '../io/git.ts'
import { evidenceName, evidenceText } from '../review/evidence/evidence-text.ts'
import type { HashedReview } from '../review/tree-diff.ts'
import type { Beside } from '../store/beside.ts'
import type { Preferences } from './preferences.ts'

const FOLDER = 'evidence'

export interface ReviewEvidence {
  readonly handlers: Pick<EngineHandlers, 'review.evidence' | 'review.writesEvidence'>
  /** What has to be written beside the three files, for each audit that evidence was asked for. @failure refused */
  files(audits: readonly AuditWithEvidence[]): Promise<Result<readonly Beside[], Failure>>
}

type AuditWithEvidence = Pick<CallArgs<'certify.write'>, 'request' | 'evidence'>

export interface ReviewEvidenceDeps {
  readonly caps: Capabilities
  readonly preferences: () => Promise<Preferences>
  readonly workspace: () => WorkspaceRef | null
  /** With its marks; null when it is not open. */
  readonly review: (id: string) => HashedReview | null
  readonly who: () => Promise<string>
  readonly cargoVersion: () => string | null
  readonly units: (review: string) => UnitList | null
  readonly checklists: (review: string, criteria: readonly CriteriaName[]) => Promise<readonly ChecklistGroup[]>
  readonly notes: (review: string) => Promise<readonly Note[]>
  readonly readingMs: (review: string) => Promise<number>
}

interface Asked {
  readonly crate: CrateName
  readonly delta: Delta
  readonly criteria: readonly CriteriaName[]
  readonly withTime: boolean
}

interface Made {
  readonly name: string
  readonly text: string
  readonly sha256: string
}

/** Each audit of a batch with what was asked of its evidence. */
export function withEvidence({ requests, evidence }: CallArgs<'certify.writeAll'>): readonly AuditWithEvidence[] {
  return requests.map((request, i) => ({ request, evidence: evidence?.[i] ?? null }))
}

export function createReviewEvidence(deps: ReviewEvidenceDeps): ReviewEvidence {
  const { caps } = deps
  let git: Promise<string | null> | null = null
  const gitOnce = () =>
    (git ??= gitVersion(caps, new AbortController().signal).then(version => (version.ok ? version.value : null)))

  const make = async ({ crate, delta, criteria, withTime }: Asked): Promise<Result<Made, Failure>> => {
    const id = reviewId(crate, delta)
    const review = deps.review(id)
    if (review === null) return fail({ code: 'review-unknown', review: id })
    const [who, checklists, notes, readingMs, gitNow] = await Promise.all([
      deps.who(),
      deps.checklists(id, criteria),
      deps.notes(id),
      withTime ? deps.readingMs(id) : null,
      gitOnce(),
    ])
    const text = evidenceText({
      review,
      criteria,
      who,
      units: deps.units(id),
      checklists,
      notes: notes.filter(note => note.state === 'published' && note.inAudit).map(note => note.id),
      readingMs,
      tools: { assay: caps.host.version, cargo: deps.cargoVersion(), git: gitNow },
    })
    return ok({
      name: `${FOLDER}/${evidenceName(review)}`,
      text,
      sha256: createHash('sha256').update(text).digest('hex'),
    })
  }

  return {
    handlers: {
      'review.evidence': async asked => {
        const [made, workspace] = [await make(asked), deps.workspace()]
        if (workspace === null) return fail({ code: 'no-workspace-open' })
        if (!made.ok) return made
        const { name, text, sha256 } = made.value
        const store = path.relative(workspace.root, workspace.storePath)
        return ok({ path: `${store.replaceAll('\\', '/')}/${name}`, sha256, bytes: Buffer.byteLength(text) })
      },
      'review.writesEvidence': async ({ set }) => {
        const workspace = deps.workspace()
        if (workspace === null) return fail({ code: 'no-workspace-open' })
        const preferences = await deps.preferences()
        if (set !== null) await preferences.setWritesEvidence(workspace.root, set)
        return ok({ isOn: preferences.recent().some(r => r.path === workspace.root && r.writesEvidence === true) })
      },
    },
    async files(audits) {
      const files: Beside[] = []
      const workspace = deps.workspace()
      if (workspace === null) return ok(files)
      for (const { request, evidence } of audits) {
        if (evidence === undefined || evidence === null) continue
        const { crate, delta, criteria } = request
        const made = await make({ crate, delta, criteria, withTime: evidence.withTime })
        if (!made.ok) return made
        const { name, text, sha256 } = made.value
        if (sha256 !== evidence.sha256)
          return fail({
            code: 'refused',
            message: `what the evidence file ${name} holds changed since the sheet showed it`,
            help: 'Look at the notes again, then write.',
          })
        files.push({ file: path.join(workspace.storePath, name) as AbsolutePath, name, text, expected: 'any' })
      }
      return ok(files)
    },
  }
}
