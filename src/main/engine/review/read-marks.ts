/**
 * Which files a person has read, and where they were. A mark belongs to (crate, path, hash of the old bytes, hash
 * of the new bytes): the same change seen in another delta is still read, and a file read with other content says
 * so. Kept in one SQLite file in the data folder; each mark is durable when its promise resolves.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { CrateName } from '../../../shared/domain.ts'
import type { ReadMark } from '../../../shared/wire.ts'
import type { Capabilities } from '../capabilities.ts'
import { atOnce, openDurable } from './durable.ts'

/** What identifies the content that was read. */
export interface MarkedFile {
  readonly path: string
  readonly hashOld: string | null
  readonly hashNew: string | null
}

export interface Marks {
  /** Opens the store; awaited once before the rest, which throws without it. */
  ready(): Promise<void>
  /** The files with their marks. `changed`: read before, with other content on some side. */
  apply<T extends MarkedFile>(crate: CrateName, files: readonly T[]): readonly (T & { readonly mark: ReadMark })[]
  /** All or none. */
  set(crate: CrateName, files: readonly MarkedFile[], mark: 'read' | 'partly' | 'unread'): Promise<void>
  /** Where the reader was in a review (any stable id), null when never. */
  resume(review: string): { readonly path: string; readonly line: number } | null
  setResume(review: string, at: { readonly path: string; readonly line: number }): Promise<void>
  close(): Promise<void>
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS mark (
    crate TEXT NOT NULL, path TEXT NOT NULL, hash_old TEXT NOT NULL, hash_new TEXT NOT NULL,
    mark TEXT NOT NULL CHECK (mark IN ('read', 'partly', 'unread')), at_ms INTEGER NOT NULL,
    PRIMARY KEY (crate, path, hash_old, hash_new)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS resume (
    review TEXT PRIMARY KEY, path TEXT NOT NULL, line INTEGER NOT NULL, at_ms INTEGER NOT NULL
  ) WITHOUT ROWID;
`

/** A file that is no database is put aside as `review-marks.sqlite.broken-N`, never deleted. */
export function openMarks(caps: Pick<Capabilities, 'files' | 'host' | 'clock'>): Marks {
  let db: DatabaseSync | null = null
  const open = (): DatabaseSync => {
    if (db === null) throw new Error('read marks used before ready()')
    return db
  }
  return {
    async ready() {
      db ??= await openDurable(caps, 'review-marks.sqlite', SCHEMA)
    },
    apply(crate, files) {
      const rows = open().prepare('SELECT path, hash_old, hash_new, mark FROM mark WHERE crate = ?').all(crate)
      return marksOf(rows as unknown as readonly MarkRow[], files)
    },
    set(crate, files, mark) {
      return Promise.resolve().then(() => setAll(open(), crate, files, mark, caps.clock.nowMs()))
    },
    resume(review) {
      const row = open().prepare('SELECT path, line FROM resume WHERE review = ?').get(review)
      return row === undefined ? null : { path: String(row['path']), line: Number(row['line']) }
    },
    setResume(review, at) {
      const insert = 'INSERT OR REPLACE INTO resume VALUES (?, ?, ?, ?)'
      return Promise.resolve().then(() => void open().prepare(insert).run(review, at.path, at.line, caps.clock.nowMs()))
    },
    close() {
      db?.close()
      db = null
      return Promise.resolve()
    },
  }
}

function setAll(db: DatabaseSync, crate: CrateName, files: readonly MarkedFile[], mark: string, nowMs: number): void {
  const insert = db.prepare('INSERT OR REPLACE INTO mark VALUES (?, ?, ?, ?, ?, ?)')
  atOnce(db, () => {
    for (const file of files) insert.run(crate, file.path, file.hashOld ?? '', file.hashNew ?? '', mark, nowMs)
  })
}

interface MarkRow {
  readonly path: string
  readonly hash_old: string
  readonly hash_new: string
  readonly mark: 'read' | 'partly' | 'unread'
}

/** Pure: the files with their marks given all rows of their crate. */
export function marksOf<T extends MarkedFile>(
  rows: readonly MarkRow[],
  files: readonly T[],
): readonly (T & { readonly mark: ReadMark })[] {
  const exact = new Map<string, MarkRow['mark']>()
  const readPaths = new Set<string>()
  for (const row of rows) {
    exact.set(`${row.path}\0${row.hash_old}\0${row.hash_new}`, row.mark)
    if (row.mark === 'read') readPaths.add(row.path)
  }
  return files.map(file => {
    const mark = exact.get(`${file.path}\0${file.hashOld ?? ''}\0${file.hashNew ?? ''}`)
    return { ...file, mark: mark ?? (readPaths.has(file.path) ? 'changed' : 'unread') }
  })
}
