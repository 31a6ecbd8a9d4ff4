/**
 * Calls of the review page and of two crates beside each other. Files and marks are the open workspace's own; all else
 * is answered by the parts.
 */
import type { EngineHandlers } from '../../../shared/contract.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { FileMarks } from '../../../shared/wire.ts'
import type { OpenWorkspace } from './open-workspace.ts'
import type { ReviewParts } from './review-parts.ts'

type ReviewHandlers = Pick<EngineHandlers, Extract<keyof EngineHandlers, `review.${string}` | `compare.${string}`>>

/** The whole page. @failure no-workspace-open, review-unknown, and what each call names in the contract */
export function reviewHandlers(workspace: OpenWorkspace, parts: ReviewParts): ReviewHandlers {
  return {
    'review.open': ({ crate, delta }) => workspace.within(s => s.openReview(crate, delta)),
    'review.prepare': ({ crate, delta }) =>
      workspace.within(async s => {
        await s.prepareReview(crate, delta)
        return ok(null)
      }),
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
    ...parts.marks.handlers,
    ...parts.units.handlers,
    ...parts.notes.handlers,
    ...parts.checklist.handlers,
    ...parts.time.handlers,
    ...parts.evidence.handlers,
    ...parts.aids.handlers,
    ...parts.compare,
    ...parts.history,
  }
}

/** A review may have many files: what is told of it is the marks of those that were asked about. */
function only(paths: readonly string[], marked: Result<FileMarks, Failure>): Result<FileMarks, Failure> {
  if (!marked.ok) return marked
  const wanted = new Set(paths)
  return ok({ files: marked.value.files.filter(file => wanted.has(file.path)) })
}
