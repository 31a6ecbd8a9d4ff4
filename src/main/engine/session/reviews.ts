/**
 * Open reviews of one workspace: fetches and verifies both sides, compares them, keeps the read marks.
 * A review is identified by its crate and delta text, so opening it twice is the same review.
 * What is shown first comes from the archives in memory; they are unpacked afterwards, for whoever needs folders.
 */
import type { AbsolutePath, CrateName, CriteriaName, Delta } from '../../../shared/domain.ts'
import { deltaText } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { isRequired } from '../../../shared/required-files.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { CertifyPlan, FileDiff, FileHashes, ReviewFile } from '../../../shared/wire.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { semverOf, gitRevOf } from '../core/version.ts'
import { compareArchives, createArchiveDiff, type Patches } from '../io/compare-archives.ts'
import type { CrateFiles, Registry } from '../io/registry.ts'
import { readUnchanged } from '../review/aids/unchanged-file.ts'
import { contentDiff, readFileDiff } from '../review/file-diff.ts'
import type { ReadContent } from '../review/carried-marks.ts'
import { createMarkUndos } from '../review/mark-undos.ts'
import { openMarks } from '../review/read-marks.ts'
import { compareContents, type HashedReview, type TreeDiff } from '../review/tree-diff.ts'
import type { Preferences } from './preferences.ts'
import type { ReviewSides } from './review-units.ts'

const MAX_UNREAD_NAMES = 200
const START_GIT_MS = 500
const NO_UNDO = 'these marks can no longer be taken back together'
/** Longer than this nobody waits for the lines of all files when one is wanted. */
const PATCHES_WAIT_MS = 15

export interface Reviews {
  /** @failure every registry, archive and git code */
  open(
    crate: CrateName,
    delta: Delta,
    criteria: readonly CriteriaName[],
    run: Run,
  ): Promise<Result<HashedReview, Failure>>
  file(review: string, file: string, page: number, run: Run): Promise<Result<FileDiff, Failure>>
  /** `undo`: what `undoMark` calls it by; null: it is never undone. */
  mark(
    review: string,
    paths: readonly string[],
    mark: 'read' | 'partly' | 'unread',
    undo: string | null,
  ): Promise<Result<HashedReview, Failure>>
  /** @failure review-unknown; refused when they are no longer remembered */
  undoMark(review: string, undo: string): Promise<Result<HashedReview, Failure>>
  setResume(review: string, file: string, line: number): Promise<Result<null, Failure>>
  /** The content of a file that was read in another version; null when there is none, or the review is not open. */
  readContent(review: string, file: string): ReadContent | null
  /**
   * The folders and files of an open review; null when it is not open. The folders hold the files once `unpacked`
   * answered so.
   */
  sides(review: string): ReviewSides | null
  /** Puts the files of an open review on disk, once; nothing to do for one that is not open. @failure as `open` */
  unpacked(review: string, run: Run): Promise<Result<null, Failure>>
  /** The marks of open reviews are this person's from now on; null: nobody's by name. */
  setReviewer(who: string | null): void
  /** An open review with its marks as they are now; null when it is not open. */
  shown(review: string): HashedReview | null
  /** Null when it is not open, or has no such file. */
  hashes(review: string, file: string): FileHashes | null
  /** What was read of a delta that is open; null when it was not opened since start. */
  readSummary(crate: CrateName, delta: Delta): CertifyPlan['read']
  close(): Promise<void>
}

interface OpenReview {
  readonly crate: CrateName
  readonly delta: Delta
  readonly criteria: readonly CriteriaName[]
  /** Whose marks these are; empty when git does not say. */
  reviewer: string
  readonly tree: TreeDiff
  readonly oldSide: Side | null
  readonly newSide: Side
  readonly patches: Promise<Patches | null>
  unpacking: Promise<Result<null, Failure>> | null
}

interface Side {
  readonly version: string
  readonly folder: AbsolutePath
  readonly checksum: string
  readonly verifiedBy: CrateFiles['verifiedBy']
  /** Null once the folder holds them. */
  contents: ReadonlyMap<string, Uint8Array> | null
}

/** `who`: `Name <email>` as git says, null when it does not. */
export function createReviews(
  caps: Capabilities,
  preferences: Preferences,
  registry: () => Registry,
  who: () => Promise<string | null>,
): Reviews {
  const marks = openMarks(caps)
  const diff = createArchiveDiff(caps)
  // The first review should not wait for git to start; nor should the workspace that is being opened.
  const starting = setTimeout(() => {
    diff.start()
    who().catch(() => undefined)
  }, START_GIT_MS).unref()
  const opened = new Map<string, OpenReview>()
  const undos = createMarkUndos()
  const idOf = (crate: CrateName, delta: Delta) => `${crate} ${deltaText(delta)}`

  const withMarks = (id: string, r: OpenReview): HashedReview => {
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
  /** One that failed is tried again by the next who asks. */
  const unpack = (r: OpenReview, run: Run): Promise<Result<null, Failure>> => {
    r.unpacking ??= unpackNow(r, run).then(
      done => {
        if (!done.ok) r.unpacking = null
        return done
      },
      (error: unknown) => {
        r.unpacking = null
        throw error
      },
    )
    return r.unpacking
  }
  const unpackNow = async (r: OpenReview, run: Run): Promise<Result<null, Failure>> => {
    const sides = r.oldSide === null ? [r.newSide] : [r.newSide, r.oldSide]
    const there = await Promise.all(sides.map(side => registry().unpacked(r.crate, side.version, run)))
    const failed = there.find(answer => !answer.ok)
    if (failed !== undefined && !failed.ok) return failed
    for (const side of sides) side.contents = null
    return ok(null)
  }
  const marked = async (id: string, r: OpenReview) => {
    const review = withMarks(id, r)
    await preferences.setProgress(id, linesRead(review.files), review.stat.insertions + review.stat.deletions)
    return ok(review)
  }
  const linesRead = (files: readonly ReviewFile[]) =>
    files.filter(f => f.mark === 'read' && f.isCounted).reduce((sum, f) => sum + f.insertions + f.deletions, 0)

  return {
    async open(crate, delta, criteria, run) {
      const id = idOf(crate, delta)
      const gitSide = [delta.from, delta.to].find(v => v !== null && gitRevOf(v) !== null)
      if (gitSide !== undefined && gitSide !== null)
        return fail({ code: 'git-source-unsupported', crate, version: gitSide })
      const filesOf = (version: Delta['to']) => registry().files(crate, semverOf(version), run)
      const reviewer = who()
      reviewer.catch(() => undefined) // told where it is awaited
      const [newFiles, oldFiles] = await Promise.all([
        filesOf(delta.to),
        delta.from === null ? null : filesOf(delta.from),
      ])
      if (!newFiles.ok) return newFiles
      if (oldFiles !== null && !oldFiles.ok) return oldFiles
      const entries = { old: oldFiles?.value.entries ?? [], new: newFiles.value.entries }
      const compared = await compareArchives(caps, entries.old, entries.new, run.signal, diff)
      if (!compared.ok) return compared
      const sideOf = (version: Delta['to'], { entries, checksum, verifiedBy }: CrateFiles): Side => ({
        version: semverOf(version),
        folder: registry().sourceFolder(crate, semverOf(version), checksum),
        ...{ checksum, verifiedBy },
        contents: new Map(entries.map(entry => [entry.path, entry.data])),
      })
      const newSide = sideOf(delta.to, newFiles.value)
      const oldSide = delta.from === null || oldFiles === null ? null : sideOf(delta.from, oldFiles.value)
      const { files: rows, patches } = compared.value
      const contents = { oldFiles: oldSide?.contents ?? null, newFiles: newSide.contents ?? new Map() }
      const tree = await compareContents({ crate, delta, rows, ...contents }, run)
      await marks.ready()
      const review = {
        ...{ crate, delta, criteria, tree, oldSide, newSide, patches },
        reviewer: (await reviewer) ?? '',
        unpacking: null,
      }
      opened.set(id, review)
      return ok(withMarks(id, review))
    },
    file: async (id, file, page, run) =>
      need(id, async r => {
        const found = r.tree.files.find(f => f.path === file)
        const { oldSide, newSide } = r
        if (found === undefined) {
          const there = await unpack(r, run)
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
      }),
    mark: async (id, paths, mark, undo) =>
      need(id, async r => {
        const wanted = new Set(paths)
        const files = r.tree.files.filter(f => wanted.has(f.path))
        const unknown = paths.find(p => !files.some(f => f.path === p))
        if (unknown !== undefined) return fail<Failure>({ code: 'file-not-in-review', path: unknown })
        const before = await marks.set(r, files, mark)
        if (undo !== null) undos.add(`${id}\0${undo}`, before)
        return marked(id, r)
      }),
    undoMark: async (id, undo) =>
      need(id, async r => {
        const before = undos.take(`${id}\0${undo}`)
        if (before === null) return fail<Failure>({ code: 'refused', message: NO_UNDO, help: null })
        await marks.restore(before)
        return marked(id, r)
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
    async unpacked(id, run) {
      const r = opened.get(id)
      return r === undefined ? ok(null) : unpack(r, run)
    },
    setReviewer(who) {
      for (const review of opened.values()) review.reviewer = who ?? ''
    },
    shown(id) {
      const r = opened.get(id)
      return r === undefined ? null : withMarks(id, r)
    },
    hashes(id, path) {
      const file = opened.get(id)?.tree.files.find(f => f.path === path)
      return file === undefined ? null : { hashOld: file.hashOld, hashNew: file.hashNew }
    },
    readSummary(crate, delta) {
      const r = opened.get(idOf(crate, delta))
      if (r === undefined) return null
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
    },
    async close() {
      clearTimeout(starting)
      await Promise.all([marks.close(), diff.close()])
    },
  }
}

/** What it comes to within a moment, else null. */
function soon<T>(work: Promise<T | null>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), PATCHES_WAIT_MS)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
