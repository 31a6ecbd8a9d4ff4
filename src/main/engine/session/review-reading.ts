/**
 * How far an open review was read: shown with its marks, marks set and taken back, and summed up for whoever certifies.
 * Each change of marks is kept as the progress of the review, which the queue shows without opening it.
 */
import type { Failure } from '../../../shared/failure.ts'
import { isRequired } from '../../../shared/required-files.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { CertifyPlan, ReviewFile } from '../../../shared/wire.ts'
import type { MarkValue } from '../review/carried-marks.ts'
import type { MarkUndos } from '../review/mark-undos.ts'
import type { Marks } from '../review/read-marks.ts'
import type { HashedReview } from '../review/tree-diff.ts'
import type { OpenReview } from './open-review.ts'
import type { Preferences } from './preferences.ts'

const MAX_UNREAD_NAMES = 200
const NO_UNDO = 'these marks can no longer be taken back together'

export interface Reading {
  readonly marks: Marks
  readonly undos: MarkUndos
  readonly preferences: Preferences
}

/** What is set at once: `undo` is what `undoMark` calls it by; null: it is never undone. */
export interface MarkWish {
  readonly paths: readonly string[]
  readonly mark: MarkValue
  readonly undo: string | null
}

/** The review with its marks as they are now. */
export function shownReview(marks: Marks, r: OpenReview): HashedReview {
  const files = marks.apply(r, r.tree.files)
  return {
    id: r.id,
    crate: r.crate,
    delta: r.delta,
    files: [...files],
    unchangedFiles: r.tree.unchangedFiles,
    stat: r.tree.stat,
    sourceNew: { checksum: r.newSide.checksum, verifiedBy: r.newSide.verifiedBy },
    sourceOld: r.oldSide === null ? null : { checksum: r.oldSide.checksum, verifiedBy: r.oldSide.verifiedBy },
    criteria: [...r.criteria],
    resume: marks.resume(r.id),
  }
}

/** All or none. @failure file-not-in-review */
export async function markFiles(
  reading: Reading,
  r: OpenReview,
  { paths, mark, undo }: MarkWish,
): Promise<Result<HashedReview, Failure>> {
  const wanted = new Set(paths)
  const files = r.tree.files.filter(f => wanted.has(f.path))
  const unknown = paths.find(p => !files.some(f => f.path === p))
  if (unknown !== undefined) return fail<Failure>({ code: 'file-not-in-review', path: unknown })
  const before = await reading.marks.set(r, files, mark)
  if (undo !== null) reading.undos.add(undoName(r, undo), before)
  return marked(reading, r)
}

/** Puts back what the marks called `undo` replaced, once. @failure refused when they are no longer remembered */
export async function undoMarks(reading: Reading, r: OpenReview, undo: string): Promise<Result<HashedReview, Failure>> {
  const before = reading.undos.take(undoName(r, undo))
  if (before === null) return fail<Failure>({ code: 'refused', message: NO_UNDO, help: null })
  await reading.marks.restore(before)
  return marked(reading, r)
}

const undoName = (r: OpenReview, undo: string) => `${r.id}\0${undo}`

async function marked({ marks, preferences }: Reading, r: OpenReview): Promise<Result<HashedReview, Failure>> {
  const review = shownReview(marks, r)
  await preferences.setProgress(r.id, linesRead(review.files), review.stat.insertions + review.stat.deletions)
  return ok(review)
}

/** Counts of files and lines that were read; the names of those that were not, required ones first. */
export function readSummary(marks: Marks, r: OpenReview): NonNullable<CertifyPlan['read']> {
  // Files that cargo-vet leaves out are shown, but nobody owes their reading.
  const files = marks.apply(r, r.tree.files).filter(f => f.isCounted)
  const isOptional = (f: ReviewFile) => !isRequired(f, r.criteria)
  const optional = files.filter(isOptional)
  const left = files.filter(f => f.mark !== 'read')
  const unread = [...left.filter(f => !isOptional(f)), ...left.filter(isOptional)].map(f => f.path)
  return {
    files: files.length - unread.length,
    filesTotal: files.length,
    lines: linesRead(files),
    linesTotal: r.tree.stat.insertions + r.tree.stat.deletions,
    unread: unread.slice(0, MAX_UNREAD_NAMES),
    optional: { files: optional.filter(f => f.mark === 'read').length, filesTotal: optional.length },
  }
}

function linesRead(files: readonly ReviewFile[]): number {
  return files.filter(f => f.mark === 'read' && f.isCounted).reduce((sum, f) => sum + f.insertions + f.deletions, 0)
}
