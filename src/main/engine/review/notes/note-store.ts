/**
 * Notes on crates, in one SQLite file of the data folder: written through at once, so that what a promise resolved for
 * survives a kill. Removing keeps the row, so that it can be taken back.
 */
import type { CrateName } from '../../../../shared/domain.ts'
import type { NoteEdit, NoteSeverity, NoteState, NoteTarget } from '../../../../shared/review-notes.ts'
import type { Capabilities } from '../../capabilities.ts'
import { atOnce, durableFile } from '../durable.ts'
import type { Anchor } from './anchor.ts'

export interface StoredNote {
  readonly id: string
  readonly crate: CrateName
  readonly target: NoteTarget
  readonly anchor: Anchor | null
  readonly text: string
  readonly severity: NoteSeverity
  readonly state: NoteState
  readonly inAudit: boolean
  readonly who: string
  readonly version: string
  readonly createdAt: number
  readonly editedAt: number
}

export interface NoteStore {
  /** Opens the store; awaited once before the rest, which throws without it. */
  ready(): Promise<void>
  /** Not the removed ones; oldest first. */
  of(crate: CrateName): readonly StoredNote[]
  get(id: string): StoredNote | null
  /** Also drops a change of it that was kept. */
  put(note: StoredNote): Promise<void>
  /** A change that is being written; null when there is none. */
  edit(id: string): NoteEdit | null
  /** Null drops it. */
  setEdit(id: string, edit: NoteEdit | null): Promise<void>
  /** Removes, or brings a removed one back. False when there is none. */
  setRemoved(id: string, isRemoved: boolean): Promise<boolean>
  close(): Promise<void>
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS note (
    id TEXT PRIMARY KEY, crate TEXT NOT NULL, target TEXT NOT NULL, anchor TEXT, text TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('remark', 'question', 'concern', 'blocker')),
    state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'resolved')),
    in_audit INTEGER NOT NULL, who TEXT NOT NULL, version TEXT NOT NULL,
    created_ms INTEGER NOT NULL, edited_ms INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS note_edit (
    id TEXT PRIMARY KEY, text TEXT NOT NULL, severity TEXT NOT NULL, in_audit INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS note_of_crate ON note (crate, created_ms);
`

export function openNotes(caps: Pick<Capabilities, 'files' | 'host' | 'clock'>): NoteStore {
  const file = durableFile(caps, 'review-notes.sqlite', SCHEMA)
  const { open } = file
  return {
    ready: file.ready,
    of: crate =>
      open()
        .prepare('SELECT * FROM note WHERE crate = ? AND removed = 0 ORDER BY created_ms, id')
        .all(crate)
        .map(noteOf),
    get(id) {
      const row = open().prepare('SELECT * FROM note WHERE id = ?').get(id)
      return row === undefined ? null : noteOf(row)
    },
    put(note) {
      return Promise.resolve().then(() => {
        const columns = [note.id, note.crate, JSON.stringify(note.target)] as const
        const anchor = note.anchor === null ? null : JSON.stringify(note.anchor)
        const rest = [note.text, note.severity, note.state, note.inAudit ? 1 : 0, note.who, note.version] as const
        atOnce(open(), () => {
          open()
            .prepare('INSERT OR REPLACE INTO note VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)')
            .run(...columns, anchor, ...rest, note.createdAt, note.editedAt)
          open().prepare('DELETE FROM note_edit WHERE id = ?').run(note.id)
        })
      })
    },
    edit(id) {
      const row = open().prepare('SELECT * FROM note_edit WHERE id = ?').get(id)
      if (row === undefined) return null
      return {
        text: String(row['text']),
        severity: String(row['severity']) as NoteSeverity,
        inAudit: row['in_audit'] === 1,
      }
    },
    setEdit(id, edit) {
      return Promise.resolve().then(() => {
        if (edit === null) open().prepare('DELETE FROM note_edit WHERE id = ?').run(id)
        else
          open()
            .prepare('INSERT OR REPLACE INTO note_edit VALUES (?, ?, ?, ?)')
            .run(id, edit.text, edit.severity, edit.inAudit ? 1 : 0)
      })
    },
    setRemoved(id, isRemoved) {
      return Promise.resolve().then(
        () =>
          open()
            .prepare('UPDATE note SET removed = ? WHERE id = ?')
            .run(isRemoved ? 1 : 0, id).changes === 1,
      )
    },
    close: file.close,
  }
}

function noteOf(row: Readonly<Record<string, unknown>>): StoredNote {
  return {
    id: String(row['id']),
    crate: String(row['crate']) as CrateName,
    target: JSON.parse(String(row['target'])) as NoteTarget,
    anchor: row['anchor'] === null ? null : (JSON.parse(String(row['anchor'])) as Anchor),
    text: String(row['text']),
    severity: String(row['severity']) as NoteSeverity,
    state: String(row['state']) as NoteState,
    inAudit: row['in_audit'] === 1,
    who: String(row['who']),
    version: String(row['version']),
    createdAt: Number(row['created_ms']),
    editedAt: Number(row['edited_ms']),
  }
}
