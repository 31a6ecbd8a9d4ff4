/**
 * What this machine knows of a workspace's team, in SQLite: own events (the only copy until they are sent, on disk before
 * anybody hears of them), which events arrived and in which order, what their signatures are worth, and where we stand
 * with the remote. Two processes may have it open: each write is one transaction, and `hasChanged` tells of the other's.
 */
import type { DatabaseSync } from 'node:sqlite'
import { ok, type Result } from '../../../shared/result.ts'
import type { SignatureState } from '../../../shared/team.ts'
import {
  laterClock,
  nextClock,
  readEventLine,
  writeEvent,
  type TeamBody,
  type TeamClock,
  type WrittenEvent,
} from './event-line.ts'

export const JOURNAL_SCHEMA = `
  CREATE TABLE IF NOT EXISTS written (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, line TEXT NOT NULL, place TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY, seq INTEGER NOT NULL, signature TEXT) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`

export type SeenSignature = Exclude<SignatureState, 'local'>

export interface Seen {
  /** Grows with arrival. */
  readonly seq: number
  /** Null: its commit was not looked at yet. */
  readonly signature: SeenSignature | null
}

export interface Journal {
  /** Own events for that place in order of writing, and those written while there was none (''). */
  own(place: string): readonly WrittenEvent[]
  /** Ids of own events for other places than that. */
  elsewhere(place: string): readonly string[]
  /** Those that were written while there was no place are for that one from now on. */
  settle(place: string): void
  /**
   * Writes all of them or none, durable when it returns. Their clocks are later than `seen`, than each other's, and than
   * everything written or seen before by any process. Fails with a sentence when one cannot be written as a line.
   */
  append(
    head: { readonly by: string; readonly wallMs: number; readonly place: string },
    bodies: readonly TeamBody[],
    seen: TeamClock | null,
  ): Result<readonly WrittenEvent[], string>
  seen(): Map<string, Seen>
  /** Events that were not seen before get the next numbers, in this order; answers those. */
  arrive(ids: Iterable<string>): readonly (readonly [id: string, seq: number])[]
  sign(signatures: Iterable<readonly [id: string, signature: SeenSignature]>): void
  get(key: string): string | null
  set(key: string, value: string | null): void
  /** Another process wrote since the last time this was asked. */
  hasChanged(): boolean
  close(): void
}

/** @param db a database with JOURNAL_SCHEMA; it is closed with the journal */
export function openJournal(db: DatabaseSync, newDevice: () => string): Journal {
  const get = (key: string): string | null => {
    const row = db.prepare('SELECT value FROM meta WHERE key = ?').get(key)
    return row === undefined ? null : String(row['value'])
  }
  const set = (key: string, value: string | null): void => {
    if (value === null) db.prepare('DELETE FROM meta WHERE key = ?').run(key)
    else db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value').run(key, value)
  }
  /** Waits for the other process's transaction, which is never a long one. */
  const allOrNothing = <T>(work: () => Result<T, string>): Result<T, string> => {
    db.exec('BEGIN IMMEDIATE')
    try {
      const done = work()
      db.exec(done.ok ? 'COMMIT' : 'ROLLBACK')
      return done
    } catch (error) {
      db.exec('ROLLBACK')
      throw error
    }
  }
  const atOnce = <T>(work: () => T): T => {
    const done = allOrNothing(() => ok(work()))
    return (done as { readonly value: T }).value
  }
  const device = atOnce(() => {
    const known = get('device') ?? newDevice()
    set('device', known)
    return known
  })
  const dataVersion = () => Number(db.prepare('PRAGMA data_version').get()?.['data_version'])
  let version = dataVersion()

  return {
    own(place) {
      const lines = db.prepare("SELECT line FROM written WHERE place IN (?, '') ORDER BY seq").all(place)
      return lines.flatMap(row => {
        const line = String(row['line'])
        const read = readEventLine(line)
        return read.ok ? [{ event: read.value, line }] : []
      })
    },
    elsewhere(place) {
      const rows = db.prepare("SELECT id FROM written WHERE place NOT IN (?, '')").all(place)
      return rows.map(row => String(row['id']))
    },
    settle: place => void db.prepare("UPDATE written SET place = ? WHERE place = ''").run(place),
    append({ by, wallMs, place }, bodies, seen) {
      return allOrNothing(() => {
        const insert = db.prepare('INSERT INTO written (id, line, place) VALUES (?, ?, ?)')
        const stored = get('clock')
        let last = seen
        if (stored !== null) last = laterClock(last, JSON.parse(stored) as TeamClock)
        const at = new Date(wallMs).toISOString()
        const written: WrittenEvent[] = []
        for (const body of bodies) {
          last = nextClock(last, wallMs)
          const event = writeEvent({ clock: last, by, at, device }, body)
          if (!event.ok) return event
          written.push(event.value)
          insert.run(event.value.event.id, event.value.line, place)
        }
        if (last !== null) set('clock', JSON.stringify(last))
        return ok(written)
      })
    },
    seen() {
      const rows = db.prepare('SELECT id, seq, signature FROM seen').all()
      return new Map(
        rows.map(row => [
          String(row['id']),
          { seq: Number(row['seq']), signature: row['signature'] as SeenSignature | null },
        ]),
      )
    },
    arrive: ids =>
      atOnce(() => {
        let seq = Number(db.prepare('SELECT max(seq) AS most FROM seen').get()?.['most'] ?? 0)
        const insert = db.prepare('INSERT OR IGNORE INTO seen VALUES (?, ?, NULL)')
        const arrived: (readonly [string, number])[] = []
        for (const id of ids) if (insert.run(id, seq + 1).changes === 1) arrived.push([id, ++seq])
        return arrived
      }),
    sign: signatures =>
      atOnce(() => {
        const update = db.prepare('UPDATE seen SET signature = ? WHERE id = ?')
        for (const [id, signature] of signatures) update.run(signature, id)
      }),
    get,
    set,
    hasChanged() {
      const now = dataVersion()
      const isOther = now !== version
      version = now
      return isOther
    },
    close: () => db.close(),
  }
}
