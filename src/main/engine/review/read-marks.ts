/**
 * Which files a person has read, and where they were. A mark belongs to (crate, path, hash of the old bytes, hash
 * of the new bytes, reviewer); carried-marks.ts says what it means for other deltas and versions. Each mark remembers
 * the delta it was set in, so that the bytes that were read can be had again. Kept in one SQLite file in the data
 * folder; each mark is durable when its promise resolves.
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { CrateName, Delta } from '../../../shared/domain.ts'
import type { FileGroup, ReadMark, ReviewFile } from '../../../shared/wire.ts'
import type { Capabilities } from '../capabilities.ts'
import {
  knowledgeOf,
  sideKeys,
  type MarkedFile,
  type MarkRow,
  type MarkValue,
  type ReadContent,
} from './carried-marks.ts'
import { atOnce, durableFile } from './durable.ts'

/** Whose marks, seen from which delta. */
export interface MarksOf {
  readonly crate: CrateName
  readonly delta: Delta
  /** `Name <email>`; empty when nobody knows: the one who uses this data folder. Such marks count for everybody here. */
  readonly reviewer: string
}

/** What one `set` replaced. */
export interface MarksBefore {
  readonly rows: readonly RowBefore[]
}

interface RowBefore {
  /** Crate, path, both hashes, reviewer. */
  readonly key: readonly [string, string, string, string, string]
  /** Every column as it was; null: nobody had marked this change. */
  readonly former: readonly SQLInputValue[] | null
  readonly mark: MarkValue
  readonly atMs: number
}

export interface Marks {
  /** Opens the store; awaited once before the rest, which throws without it. */
  ready(): Promise<void>
  /** The files with their marks and with what was read of them in other deltas and versions. */
  apply<T extends MarkedFile>(
    of: MarksOf,
    files: readonly T[],
  ): readonly (T & { readonly mark: ReadMark; readonly earlier: ReviewFile['earlier'] })[]
  /** The content that was read and that `review.sinceRead` compares with; null when there is none. */
  base(of: MarksOf, file: MarkedFile): ReadContent | null
  /** All or none. */
  set(of: MarksOf, files: readonly MarkedFile[], mark: MarkValue): Promise<MarksBefore>
  /** Puts back what a `set` replaced, all or none, but for marks that somebody set again meanwhile. */
  restore(before: MarksBefore): Promise<void>
  /** Where the reader was in a review (any stable id), null when never. */
  resume(review: string): { readonly path: string; readonly line: number } | null
  setResume(review: string, at: { readonly path: string; readonly line: number }): Promise<void>
  close(): Promise<void>
}

/** Empty text: no file on that side, or not known; `old_path` empty: the same path. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS reading (
    crate TEXT NOT NULL, path TEXT NOT NULL, hash_old TEXT NOT NULL, hash_new TEXT NOT NULL, reviewer TEXT NOT NULL,
    mark TEXT NOT NULL CHECK (mark IN ('read', 'partly', 'unread')), at_ms INTEGER NOT NULL,
    old_path TEXT NOT NULL, file_group TEXT NOT NULL, version_from TEXT NOT NULL, version_to TEXT NOT NULL,
    PRIMARY KEY (crate, path, hash_old, hash_new, reviewer)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS resume (
    review TEXT PRIMARY KEY, path TEXT NOT NULL, line INTEGER NOT NULL, at_ms INTEGER NOT NULL
  ) WITHOUT ROWID;
`

/** Marks of the first form had no reviewer. A former program may have written some again: the later mark counts. */
const MIGRATION = `
  INSERT INTO reading SELECT crate, path, hash_old, hash_new, '', mark, at_ms, '', '', '', '' FROM mark WHERE true
  ON CONFLICT DO UPDATE SET mark = excluded.mark, at_ms = excluded.at_ms WHERE excluded.at_ms > at_ms;
  DROP TABLE mark;
`

/** A file that is no database is put aside as `review-marks.sqlite.broken-N`, never deleted. */
export function openMarks(caps: Pick<Capabilities, 'files' | 'host' | 'clock'>): Marks {
  const file = durableFile(caps, 'review-marks.sqlite', SCHEMA, migrate)
  const { open } = file
  const known = ({ crate, reviewer }: MarksOf) => {
    const rows = open()
      .prepare(`SELECT * FROM reading WHERE crate = ? AND reviewer IN ('', ?)`)
      .all(crate, reviewer) as unknown as readonly StoredRow[]
    return knowledgeOf(effective(rows))
  }
  return {
    ready: file.ready,
    apply(of, files) {
      const knowledge = known(of)
      return files.map(file => {
        const { mark, earlier } = knowledge.judge(file, of.delta)
        return { ...file, mark, earlier }
      })
    },
    base: (of, file) => known(of).judge(file, of.delta).base,
    set(of, files, mark) {
      return Promise.resolve().then(() => setAll(open(), of, files, mark, caps.clock.nowMs()))
    },
    restore: before => Promise.resolve().then(() => restoreAll(open(), before)),
    resume(review) {
      const row = open().prepare('SELECT path, line FROM resume WHERE review = ?').get(review)
      return row === undefined ? null : { path: String(row['path']), line: Number(row['line']) }
    },
    setResume(review, at) {
      const insert = 'INSERT OR REPLACE INTO resume VALUES (?, ?, ?, ?)'
      return Promise.resolve().then(() => void open().prepare(insert).run(review, at.path, at.line, caps.clock.nowMs()))
    },
    close: file.close,
  }
}

function migrate(db: DatabaseSync): void {
  const hasOld = () => db.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'mark'`).get()
  if (hasOld() === undefined) return
  // Another process may have done it while this one waited for the lock.
  atOnce(db, () => {
    if (hasOld() !== undefined) db.exec(MIGRATION)
  })
}

const INSERT = 'INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'
const OF_KEY = 'WHERE crate = ? AND path = ? AND hash_old = ? AND hash_new = ? AND reviewer = ?'

function setAll(
  db: DatabaseSync,
  of: MarksOf,
  files: readonly MarkedFile[],
  mark: MarkValue,
  nowMs: number,
): MarksBefore {
  const [insert, find] = [db.prepare(INSERT), db.prepare(`SELECT * FROM reading ${OF_KEY}`)]
  const { crate, delta, reviewer } = of
  const rows: RowBefore[] = []
  atOnce(db, () => {
    for (const file of files) {
      const keys = sideKeys(file, delta)
      const key = [crate, file.path, keys.old, keys.new, reviewer] as const
      const found = find.get(...key)
      rows.push({ key, former: found === undefined ? null : Object.values(found), mark, atMs: nowMs })
      insert.run(...key, mark, nowMs, file.oldPath ?? '', file.group, delta.from ?? '', delta.to)
    }
  })
  return { rows }
}

function restoreAll(db: DatabaseSync, { rows }: MarksBefore): void {
  const remove = db.prepare(`DELETE FROM reading ${OF_KEY} AND mark = ? AND at_ms = ?`)
  const insert = db.prepare(INSERT)
  atOnce(db, () => {
    for (const { key, former, mark, atMs } of rows) {
      if (remove.run(...key, mark, atMs).changes > 0 && former !== null) insert.run(...former)
    }
  })
}

interface StoredRow {
  readonly path: string
  readonly hash_old: string
  readonly hash_new: string
  readonly reviewer: string
  readonly mark: MarkValue
  readonly at_ms: number
  readonly old_path: string
  readonly file_group: string
  readonly version_from: string
  readonly version_to: string
}

/** One row for each change: the reviewer's own stands in front of one that nobody's name is on. */
function effective(rows: readonly StoredRow[]): readonly MarkRow[] {
  const byKey = new Map<string, StoredRow>()
  for (const row of rows) {
    const key = `${row.path}\0${row.hash_old}\0${row.hash_new}`
    if (row.reviewer !== '' || !byKey.has(key)) byKey.set(key, row)
  }
  return [...byKey.values()].map(row => ({
    path: row.path,
    oldPath: row.old_path === '' ? null : row.old_path,
    hashOld: row.hash_old,
    hashNew: row.hash_new,
    mark: row.mark,
    atMs: row.at_ms,
    group: row.file_group === '' ? null : (row.file_group as FileGroup),
    versionFrom: row.version_from === '' ? null : row.version_from,
    versionTo: row.version_to === '' ? null : row.version_to,
  }))
}
