/**
 * How long each review was read, in milliseconds that a page counted. One SQLite file in the data folder; time added is
 * durable when its promise resolves. Nothing here leaves the machine by itself.
 */
import type { Capabilities } from '../capabilities.ts'
import { durableFile } from './durable.ts'

export interface ReadingTime {
  /** Opens the store; awaited once before the rest, which throws without it. */
  ready(): Promise<void>
  /** `review` is any stable id; 0 when it was never read. */
  of(review: string): number
  /** Answers the new sum. */
  add(review: string, ms: number): Promise<number>
  close(): Promise<void>
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS time (
    review TEXT PRIMARY KEY, ms INTEGER NOT NULL CHECK (ms >= 0), at_ms INTEGER NOT NULL
  ) WITHOUT ROWID;
`

/** A file that is no database is put aside as `reading-time.sqlite.broken-N`, never deleted. */
export function openReadingTime(caps: Pick<Capabilities, 'files' | 'host' | 'clock'>): ReadingTime {
  const file = durableFile(caps, 'reading-time.sqlite', SCHEMA)
  const { open } = file
  const of = (review: string): number => {
    const row = open().prepare('SELECT ms FROM time WHERE review = ?').get(review)
    return row === undefined ? 0 : Number(row['ms'])
  }
  return {
    ready: file.ready,
    of,
    add(review, ms) {
      return Promise.resolve().then(() => {
        open()
          .prepare(
            'INSERT INTO time VALUES (?, ?, ?) ON CONFLICT (review) DO UPDATE SET ms = ms + excluded.ms, at_ms = excluded.at_ms',
          )
          .run(review, ms, caps.clock.nowMs())
        return of(review)
      })
    },
    close: file.close,
  }
}
