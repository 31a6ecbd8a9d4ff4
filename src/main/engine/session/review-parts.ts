/**
 * The parts behind the review page: units, notes, checklists, marks, reading aids, reading time, the evidence of an audit,
 * two crates compared, the history of a file. Each is made once, lives as long as the engine and knows reviews by their
 * id only. Which of them tells another something is said here. Closing them is left to the engine, which knows the order.
 */
import type { EngineHandlers } from '../../../shared/contract.ts'
import type { CrateName, Delta } from '../../../shared/domain.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import type { Jobs } from './jobs.ts'
import type { OpenWorkspace } from './open-workspace.ts'
import type { Preferences } from './preferences.ts'
import type { ProvenanceSession } from './provenance-session.ts'
import { createReviewAids, type ReviewAids } from './review-aids.ts'
import { createReviewChecklist, type ReviewChecklist } from './review-checklist.ts'
import { createReviewCompare } from './review-compare.ts'
import { createReviewEvidence, type ReviewEvidence } from './review-evidence.ts'
import { createReviewHistory } from './review-history.ts'
import { createReviewMarks, type ReviewMarks } from './review-marks.ts'
import { createReviewNotes, type ReviewNotes } from './review-notes.ts'
import { createReviewTime, type ReviewTime } from './review-time.ts'
import { createReviewUnits, type ReviewUnits } from './review-units.ts'

export interface ReviewPartsDeps {
  readonly caps: Capabilities
  readonly jobs: Jobs
  readonly preferences: () => Promise<Preferences>
  readonly workspace: OpenWorkspace
  readonly provenance: ProvenanceSession
  /** Of work that is no job: nobody sees how far it is or cancels it. */
  readonly run: Run
}

export interface ReviewParts {
  readonly units: ReviewUnits
  readonly time: ReviewTime
  readonly checklist: ReviewChecklist
  readonly notes: ReviewNotes
  readonly marks: ReviewMarks
  readonly aids: ReviewAids
  readonly evidence: ReviewEvidence
  readonly compare: Pick<EngineHandlers, 'compare.open' | 'compare.file'>
  readonly history: Pick<EngineHandlers, 'review.history'>
}

/** One of each, in the order in which they build on each other. */
export function createReviewParts(deps: ReviewPartsDeps): ReviewParts {
  const { caps, jobs, workspace, provenance, run } = deps
  const { review, reviewer: who } = workspace
  const read = (crate: CrateName, delta: Delta) => workspace.session()?.readSummary(crate, delta) ?? null
  const unpacked = (crate: CrateName, version: string) => workspace.within(s => s.unpacked(crate, version))

  const units = createReviewUnits({ caps, review, who, run })
  const time = createReviewTime(caps)
  const checklist = createReviewChecklist({
    ...{ caps, review, who, read, units: units.counts },
    scope: (crate, delta, wanted) => workspace.session()?.checklistScope(crate, delta, wanted) ?? null,
  })
  const notes = createReviewNotes({ caps, review, who, read, units: units.counts, checklists: checklist.groups })
  const marks = createReviewMarks({
    ...{ caps, review, unpacked, run },
    readContent: (id, file) => workspace.session()?.readContent(id, file) ?? null,
  })
  const aids = createReviewAids({ caps, review, versions: crate => workspace.within(s => s.versions(crate)) })
  const evidence = evidenceFrom(deps, { units, time, checklist, notes })
  const compare = createReviewCompare({ caps, jobs, unpacked })
  const history = createReviewHistory({
    ...{ caps, jobs, review, record: provenance.record, sources: provenance.sources },
  })
  return { units, time, checklist, notes, marks, aids, evidence, compare, history }
}

/** Evidence says what the other parts know of a review. */
function evidenceFrom(
  { caps, preferences, workspace }: ReviewPartsDeps,
  { units, time, checklist, notes }: Pick<ReviewParts, 'units' | 'time' | 'checklist' | 'notes'>,
): ReviewEvidence {
  return createReviewEvidence({
    ...{ caps, preferences, workspace: workspace.ref, who: workspace.reviewer },
    review: id => workspace.session()?.shownReview(id) ?? null,
    cargoVersion: () => workspace.session()?.cargoVersion() ?? null,
    units: units.known,
    checklists: async (review, criteria) => {
      const sides = workspace.review(review)
      return sides.ok ? checklist.groups(sides.value, criteria) : []
    },
    notes: async review => {
      const list = await notes.handlers['review.notes']({ review })
      return list.ok ? list.value.notes : []
    },
    readingMs: time.of,
  })
}
