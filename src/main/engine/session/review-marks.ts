/**
 * What read marks of other versions offer in an open review: a file compared with the content that was read, and the
 * blocks that moved between the files of the change. The bytes that were read come from their archive, verified anew.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { EngineHandlers } from '../../../shared/contract.ts'
import type { AbsolutePath, CrateName } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { MoveList } from '../../../shared/review-marks.ts'
import type { FileDiff } from '../../../shared/wire.ts'
import { FileError, type Capabilities, type Run } from '../capabilities.ts'
import type { ReadContent } from '../review/carried-marks.ts'
import { changedLines } from '../review/changed-lines.ts'
import { diffBytes } from '../review/file-diff.ts'
import { movedBlocks } from '../review/moved-blocks.ts'
import type { ReviewSides } from './review-units.ts'

/** Larger changes are not searched for moved blocks. */
const MAX_CHANGED_LINES = 200_000

export interface ReviewMarks {
  readonly handlers: Pick<EngineHandlers, 'review.sinceRead' | 'review.moves'>
}

export interface ReviewMarksDeps {
  readonly caps: Capabilities
  /** @failure review-unknown */
  readonly review: (id: string) => Result<ReviewSides, Failure>
  /** The content of a file that was read in another version; null: there is none to compare with. */
  readonly readContent: (review: string, path: string) => ReadContent | null
  /** The verified files of a version. */
  readonly unpacked: (crate: CrateName, version: string) => Promise<Result<AbsolutePath, Failure>>
  readonly run: Run
}

export function createReviewMarks(deps: ReviewMarksDeps): ReviewMarks {
  const moves = new Map<string, { readonly of: AbsolutePath; readonly found: Promise<Result<MoveList, Failure>> }>()
  return {
    handlers: {
      'review.sinceRead': async ({ review, path: file, page }) => {
        const sides = deps.review(review)
        return sides.ok ? sinceRead(deps, sides.value, file, page) : sides
      },
      'review.moves': async ({ review }) => {
        const sides = deps.review(review)
        if (!sides.ok) return sides
        const { newFolder } = sides.value
        const known = moves.get(review)
        if (known?.of === newFolder) return known.found
        const found = findMoves(deps, sides.value)
        moves.set(review, { of: newFolder, found })
        const forget = () => void moves.delete(review)
        void found.then(answer => {
          if (!answer.ok) forget()
        }, forget)
        return found
      },
    },
  }
}

async function sinceRead(
  { caps, readContent, unpacked, run }: ReviewMarksDeps,
  sides: ReviewSides,
  name: string,
  page: number,
): Promise<Result<FileDiff, Failure>> {
  const file = sides.files.find(found => found.path === name)
  if (file === undefined) return fail({ code: 'file-not-in-review', path: name })
  const base = readContent(sides.id, name)
  if (base === null || base.version === null)
    return fail({
      code: 'refused',
      message: `nothing to compare ${name} with: no other content of it was read before`,
      help: 'Read the change as it is.',
    })
  const former = await unpacked(sides.crate, base.version)
  if (!former.ok) return former
  try {
    const [before, after] = await Promise.all([
      bytesIn(caps, former.value, base.path),
      bytesIn(caps, sides.newFolder, name),
    ])
    if (before === null || createHash('sha256').update(before).digest('hex') !== base.hash)
      return fail({
        code: 'refused',
        message: `${base.path} of ${sides.crate} ${base.version} is not what was read`,
        help: 'The archive holds other bytes than the mark remembers. Read the whole change, and ask why.',
      })
    return await diffBytes(caps, { path: name, old: before, new: after, page }, run)
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'cache-io', path: error.path, reason: error.message })
    throw error
  }
}

/** Null when there is no such file; a link is none. */
async function bytesIn(caps: Capabilities, folder: AbsolutePath, name: string): Promise<Uint8Array | null> {
  const at = path.join(folder, name) as AbsolutePath
  if (!at.startsWith(path.join(folder, path.sep))) return null
  return (await caps.files.stat(at))?.kind === 'file' ? caps.files.readBytes(at) : null
}

async function findMoves({ caps, run }: ReviewMarksDeps, sides: ReviewSides): Promise<Result<MoveList, Failure>> {
  const { oldFolder, newFolder, files } = sides
  if (oldFolder === null) return ok({ moves: [], cut: null })
  const changed = files.reduce((sum, file) => sum + file.insertions + file.deletions, 0)
  if (changed > MAX_CHANGED_LINES)
    return ok({ moves: [], cut: `more than ${MAX_CHANGED_LINES / 1_000},000 changed lines` })
  const lines = await changedLines(caps, { oldFolder, newFolder }, run)
  if (!lines.ok) return lines
  const paths = new Set(files.map(file => file.path))
  // The review names a file by its new path; the old side of one that was renamed is shown there.
  const shownAt = new Map(files.flatMap(file => (file.oldPath === null ? [] : [[file.oldPath, file.path] as const])))
  const removed = lines.value.removed.map(run => ({ ...run, path: shownAt.get(run.path) ?? run.path }))
  const found = movedBlocks(removed, lines.value.added)
  return ok({ moves: found.filter(move => paths.has(move.from.path) && paths.has(move.to.path)), cut: null })
}
