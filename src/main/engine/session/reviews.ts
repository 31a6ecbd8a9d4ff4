/**
 * Open reviews of one workspace: fetches and verifies both sides, compares them, keeps the read marks.
 * A review is identified by its crate and delta text, so opening it twice is the same review.
 * What is shown first comes from the archives in memory; they are unpacked afterwards, for whoever needs folders.
 */
import { reviewId, type CrateName, type CriteriaName, type Delta } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { CertifyPlan, FileDiff, FileHashes } from '../../../shared/wire.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { gitRevOf } from '../core/version.ts'
import { createArchiveDiff } from '../io/compare-archives.ts'
import type { LiveDiff } from '../io/live-diff.ts'
import type { Registry } from '../io/registry.ts'
import type { ReadContent } from '../review/carried-marks.ts'
import { createMarkUndos } from '../review/mark-undos.ts'
import { openMarks, type Marks } from '../review/read-marks.ts'
import type { HashedReview } from '../review/tree-diff.ts'
import { createComparedAhead, type ComparedAhead } from './compared-ahead.ts'
import {
  compareHere,
  fetchCompared,
  unpackReview,
  type ComparedSides,
  type CompareDeps,
  type OpenReview,
} from './open-review.ts'
import type { Preferences } from './preferences.ts'
import { readReviewFile } from './review-file.ts'
import { markFiles, readSummary, shownReview, undoMarks, type Reading } from './review-reading.ts'
import type { ReviewSides } from './review-units.ts'

const START_GIT_MS = 500

export interface Reviews {
  /** Opened again, it is the same review with its sides read anew. @failure every registry, archive and git code */
  open(
    crate: CrateName,
    delta: Delta,
    criteria: readonly CriteriaName[],
    run: Run,
  ): Promise<Result<HashedReview, Failure>>
  isOpen(review: string): boolean
  /** Compares what will probably be opened next, if it is on this machine, while nobody waits for it. */
  prepare(crate: CrateName, delta: Delta): Promise<void>
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
  /** The folders, which hold the files once `unpacked` answered so, and the files. @failure review-unknown */
  sides(review: string): Result<ReviewSides, Failure>
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

/** By `reviewId`. */
type OpenReviews = Map<string, OpenReview>

interface Parts extends CompareDeps {
  readonly who: () => Promise<string | null>
  readonly reading: Reading
  readonly opened: OpenReviews
  readonly ahead: ComparedAhead<ComparedSides>
}

/** Starts with none open. `who`: `Name <email>` as git says, null when it does not. */
export function createReviews(
  caps: Capabilities,
  preferences: Preferences,
  registry: () => Registry,
  who: () => Promise<string | null>,
): Reviews {
  const reading: Reading = { marks: openMarks(caps), undos: createMarkUndos(), preferences }
  const diff = createArchiveDiff(caps)
  const starting = startSoon(diff, who)
  const opened: OpenReviews = new Map()
  const ahead = createComparedAhead((change, run) => compareHere({ caps, registry, diff }, change, run))
  return {
    open: (crate, delta, criteria, run) =>
      openReview({ caps, registry, who, diff, reading, opened, ahead }, { crate, delta, criteria }, run),
    isOpen: id => opened.has(id),
    prepare: (crate, delta) => ahead.start({ crate, delta }),
    file: async (id, file, page, run) =>
      need(opened, id, r => readReviewFile({ caps, registry }, r, { file, page }, run)),
    async unpacked(id, run) {
      const r = opened.get(id)
      return r === undefined ? ok(null) : unpackReview(registry, r, run)
    },
    ...changing(reading, opened),
    ...lookingUp(reading.marks, opened),
    setReviewer(who) {
      for (const review of opened.values()) review.reviewer = who ?? ''
    },
    async close() {
      clearTimeout(starting)
      ahead.close()
      await Promise.all([reading.marks.close(), diff.close()])
    },
  }
}

/** The first review should not wait for git to start; nor should the workspace that is being opened. */
function startSoon(diff: LiveDiff, who: Parts['who']): NodeJS.Timeout {
  return setTimeout(() => {
    diff.start()
    who().catch(() => undefined)
  }, START_GIT_MS).unref()
}

async function openReview(
  { who, reading: { marks }, opened, ahead, ...parts }: Parts,
  { crate, delta, criteria }: Pick<OpenReview, 'crate' | 'delta' | 'criteria'>,
  run: Run,
): Promise<Result<HashedReview, Failure>> {
  const gitSide = [delta.from, delta.to].find(v => v !== null && gitRevOf(v) !== null)
  if (gitSide !== undefined && gitSide !== null)
    return fail({ code: 'git-source-unsupported', crate, version: gitSide })
  const reviewer = who()
  reviewer.catch(() => undefined) // told where it is awaited
  const here = await ahead.take({ crate, delta }, run)
  const compared = here === null ? await fetchCompared(parts, { crate, delta }, run) : ok(here)
  if (!compared.ok) return compared
  await marks.ready()
  const review: OpenReview = {
    ...{ id: reviewId(crate, delta), crate, delta, criteria },
    ...compared.value,
    reviewer: (await reviewer) ?? '',
    unpacking: null,
  }
  opened.set(review.id, review)
  return ok(shownReview(marks, review))
}

/** What a person changes in an open review. */
function changing(reading: Reading, opened: OpenReviews): Pick<Reviews, 'mark' | 'undoMark' | 'setResume'> {
  return {
    mark: async (id, paths, mark, undo) => need(opened, id, r => markFiles(reading, r, { paths, mark, undo })),
    undoMark: async (id, undo) => need(opened, id, r => undoMarks(reading, r, undo)),
    setResume: async (id, file, line) =>
      need(opened, id, async () => {
        await reading.marks.setResume(id, { path: file, line })
        return ok(null)
      }),
  }
}

type LookUps = Pick<Reviews, 'readContent' | 'sides' | 'shown' | 'hashes' | 'readSummary'>

/** What others of the workspace ask about reviews; a review that is not open is no failure for them. */
function lookingUp(marks: Marks, opened: OpenReviews): LookUps {
  const fileOf = (r: OpenReview | undefined, path: string) => r?.tree.files.find(f => f.path === path)
  return {
    readContent(id, path) {
      const r = opened.get(id)
      const file = fileOf(r, path)
      return r === undefined || file === undefined ? null : marks.base(r, file)
    },
    sides: id =>
      need(opened, id, ({ crate, delta, oldSide, newSide, tree }) =>
        ok({ id, crate, delta, oldFolder: oldSide?.folder ?? null, newFolder: newSide.folder, files: tree.files }),
      ),
    shown(id) {
      const r = opened.get(id)
      return r === undefined ? null : shownReview(marks, r)
    },
    hashes(id, path) {
      const file = fileOf(opened.get(id), path)
      return file === undefined ? null : { hashOld: file.hashOld, hashNew: file.hashNew }
    },
    readSummary(crate, delta) {
      const r = opened.get(reviewId(crate, delta))
      return r === undefined ? null : readSummary(marks, r)
    },
  }
}

function need<T>(opened: OpenReviews, id: string, use: (r: OpenReview) => T): T | Result<never, Failure> {
  const r = opened.get(id)
  return r === undefined ? fail({ code: 'review-unknown', review: id }) : use(r)
}
