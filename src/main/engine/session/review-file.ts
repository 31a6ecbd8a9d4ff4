/**
 * A file of an open review, page by page: as a diff from memory or, once they are unpacked, from the folders; a file that
 * is not in the change as it stands in the new version, for which the review is unpacked.
 */
import type { Failure } from '../../../shared/failure.ts'
import type { Result } from '../../../shared/result.ts'
import type { FileDiff } from '../../../shared/wire.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import type { Registry } from '../io/registry.ts'
import { readUnchanged } from '../review/aids/unchanged-file.ts'
import { contentDiff, readFileDiff } from '../review/file-diff.ts'
import { unpackReview, type OpenReview } from './open-review.ts'

/** Longer than this nobody waits for the lines of all files when one is wanted. */
const PATCHES_WAIT_MS = 15

export interface ReviewFileDeps {
  readonly caps: Capabilities
  readonly registry: () => Registry
}

/** `page` as the diff counts them. Throws Cancelled. @failure those of unpackReview, readUnchanged and readFileDiff */
export async function readReviewFile(
  { caps, registry }: ReviewFileDeps,
  r: OpenReview,
  { file, page }: { readonly file: string; readonly page: number },
  run: Run,
): Promise<Result<FileDiff, Failure>> {
  const found = r.tree.files.find(f => f.path === file)
  const { oldSide, newSide } = r
  if (found === undefined) {
    const there = await unpackReview(registry, r, run)
    return there.ok ? readUnchanged(caps, { folder: newSide.folder, path: file, page }, run) : there
  }
  const patch = (await soon(r.patches))?.get(file) ?? null
  if (newSide.contents === null) {
    const folders = { oldFolder: oldSide?.folder ?? null, newFolder: newSide.folder }
    return readFileDiff(caps, { ...folders, file: found, page, patch }, run)
  }
  const before = found.change === 'added' ? null : (oldSide?.contents?.get(found.oldPath ?? file) ?? null)
  const after = found.change === 'deleted' ? null : (newSide.contents.get(file) ?? null)
  return contentDiff(caps, { file: found, old: before, new: after, page, patch }, run)
}

/** What it comes to within a moment, else null. */
function soon<T>(work: Promise<T | null>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), PATCHES_WAIT_MS)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
