/**
 * Open reviews of one workspace: fetches and verifies both sides, compares them, keeps the read marks.
 * A review is identified by its crate and delta text, so opening it twice is the same review.
 */
import type { AbsolutePath, CrateName, CriteriaName, Delta } from '../../../shared/domain.ts'
import { deltaText } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { CertifyPlan, FileDiff, Review, ReviewFile } from '../../../shared/wire.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { semverOf, gitRevOf } from '../core/version.ts'
import type { Registry, UnpackedCrate } from '../io/registry.ts'
import { readUnchanged } from '../review/aids/unchanged-file.ts'
import { readFileDiff } from '../review/file-diff.ts'
import type { ReadContent } from '../review/carried-marks.ts'
import { openMarks } from '../review/read-marks.ts'
import { compareTrees, type TreeDiff } from '../review/tree-diff.ts'
import type { Preferences } from './preferences.ts'
import type { ReviewSides } from './review-units.ts'

const MAX_UNREAD_NAMES = 200

export interface Reviews {
  /** @failure every registry, archive and git code */
  open(crate: CrateName, delta: Delta, criteria: readonly CriteriaName[], run: Run): Promise<Result<Review, Failure>>
  file(review: string, file: string, page: number, run: Run): Promise<Result<FileDiff, Failure>>
  mark(review: string, paths: readonly string[], mark: 'read' | 'partly' | 'unread'): Promise<Result<Review, Failure>>
  setResume(review: string, file: string, line: number): Promise<Result<null, Failure>>
  /** The content of a file that was read in another version; null when there is none, or the review is not open. */
  readContent(review: string, file: string): ReadContent | null
  /** The folders and files of an open review; null when it is not open. */
  sides(review: string): ReviewSides | null
  /** An open review with its marks as they are now; null when it is not open. */
  shown(review: string): Review | null
  /** What was read of a delta that is open; null when it was not opened since start. */
  readSummary(crate: CrateName, delta: Delta): CertifyPlan['read']
  close(): Promise<void>
}

interface OpenReview {
  readonly crate: CrateName
  readonly delta: Delta
  readonly criteria: readonly CriteriaName[]
  /** Whose marks these are; empty when git does not say. */
  readonly reviewer: string
  readonly tree: TreeDiff
  readonly oldSide: UnpackedCrate | null
  readonly newSide: UnpackedCrate
}

/** `who`: `Name <email>` as git says, null when it does not. */
export function createReviews(
  caps: Capabilities,
  preferences: Preferences,
  registry: () => Registry,
  who: () => Promise<string | null>,
): Reviews {
  const marks = openMarks(caps)
  const opened = new Map<string, OpenReview>()
  const idOf = (crate: CrateName, delta: Delta) => `${crate} ${deltaText(delta)}`

  const withMarks = (id: string, r: OpenReview): Review => {
    const files = marks.apply(r, r.tree.files)
    return {
      id,
      crate: r.crate,
      delta: r.delta,
      files: [...files],
      unchangedFiles: r.tree.unchangedFiles,
      stat: r.tree.stat,
      sourceNew: { checksum: r.newSide.checksum, verifiedBy: r.newSide.verifiedBy },
      sourceOld: r.oldSide === null ? null : { checksum: r.oldSide.checksum, verifiedBy: r.oldSide.verifiedBy },
      criteria: [...r.criteria],
      resume: marks.resume(id),
    }
  }
  const need = <T>(id: string, use: (r: OpenReview) => T): T | Result<never, Failure> => {
    const r = opened.get(id)
    return r === undefined ? fail({ code: 'review-unknown', review: id }) : use(r)
  }
  const linesRead = (files: readonly ReviewFile[]) =>
    files.filter(f => f.mark === 'read' && f.isCounted).reduce((sum, f) => sum + f.insertions + f.deletions, 0)

  return {
    async open(crate, delta, criteria, run) {
      const id = idOf(crate, delta)
      const gitSide = [delta.from, delta.to].find(v => v !== null && gitRevOf(v) !== null)
      if (gitSide !== undefined && gitSide !== null)
        return fail({ code: 'git-source-unsupported', crate, version: gitSide })
      const fetchSide = (version: Delta['to']) => registry().unpacked(crate, semverOf(version), run)
      const [newSide, oldSide] = await Promise.all([
        fetchSide(delta.to),
        delta.from === null ? null : fetchSide(delta.from),
      ])
      if (!newSide.ok) return newSide
      if (oldSide !== null && !oldSide.ok) return oldSide
      const oldFolder: AbsolutePath | null = oldSide?.value.folder ?? null
      const tree = await compareTrees(caps, { crate, delta, oldFolder, newFolder: newSide.value.folder }, run)
      if (!tree.ok) return tree
      await marks.ready()
      const review: OpenReview = {
        crate,
        delta,
        criteria,
        reviewer: (await who()) ?? '',
        tree: tree.value,
        oldSide: oldSide?.value ?? null,
        newSide: newSide.value,
      }
      opened.set(id, review)
      return ok(withMarks(id, review))
    },
    file: async (id, file, page, run) =>
      need(id, r => {
        const found = r.tree.files.find(f => f.path === file)
        if (found === undefined) return readUnchanged(caps, { folder: r.newSide.folder, path: file, page }, run)
        return readFileDiff(
          caps,
          { oldFolder: r.oldSide?.folder ?? null, newFolder: r.newSide.folder, file: found, page },
          run,
        )
      }),
    mark: async (id, paths, mark) =>
      need(id, async r => {
        const wanted = new Set(paths)
        const files = r.tree.files.filter(f => wanted.has(f.path))
        const unknown = paths.find(p => !files.some(f => f.path === p))
        if (unknown !== undefined) return fail<Failure>({ code: 'file-not-in-review', path: unknown })
        await marks.set(r, files, mark)
        const review = withMarks(id, r)
        await preferences.setProgress(id, linesRead(review.files), review.stat.insertions + review.stat.deletions)
        return ok(review)
      }),
    setResume: async (id, file, line) =>
      need(id, async () => {
        await marks.setResume(id, { path: file, line })
        return ok(null)
      }),
    readContent(id, path) {
      const r = opened.get(id)
      const file = r?.tree.files.find(f => f.path === path)
      return r === undefined || file === undefined ? null : marks.base(r, file)
    },
    sides(id) {
      const r = opened.get(id)
      if (r === undefined) return null
      const { crate, delta } = r
      return {
        id,
        crate,
        delta,
        oldFolder: r.oldSide?.folder ?? null,
        newFolder: r.newSide.folder,
        files: r.tree.files,
      }
    },
    shown(id) {
      const r = opened.get(id)
      return r === undefined ? null : withMarks(id, r)
    },
    readSummary(crate, delta) {
      const r = opened.get(idOf(crate, delta))
      if (r === undefined) return null
      // Files that cargo-vet leaves out are shown, but nobody owes their reading.
      const files = marks.apply(r, r.tree.files).filter(f => f.isCounted)
      const unread = files.filter(f => f.mark !== 'read').map(f => f.path)
      return {
        files: files.length - unread.length,
        filesTotal: files.length,
        lines: linesRead(files),
        linesTotal: r.tree.stat.insertions + r.tree.stat.deletions,
        unread: unread.slice(0, MAX_UNREAD_NAMES),
      }
    },
    close: () => marks.close(),
  }
}
