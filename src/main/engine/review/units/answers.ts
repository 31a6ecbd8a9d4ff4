/**
 * What reviewers said of units: one answer per (crate, unit, reviewer), where a unit is its kind, path and text, so an
 * answer holds in every delta and version that shows the same text. One SQLite file in the data folder; an answer is
 * durable when its promise resolves.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { CrateName } from '../../../../shared/domain.ts'
import type { UnitAnswer } from '../../../../shared/review-units.ts'
import type { Capabilities } from '../../capabilities.ts'
import { atOnce, durableFile } from '../durable.ts'

export interface UnitAnswers {
  /** Opens the store; awaited once before the rest, which throws without it. */
  ready(): Promise<void>
  /** By unit id: the newest answer of anybody who answered on this machine. */
  of(crate: CrateName): ReadonlyMap<string, UnitAnswer>
  /** All or none; null takes the answers back. */
  set(crate: CrateName, units: readonly string[], answer: UnitAnswer | null, who: string): Promise<void>
  close(): Promise<void>
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS answer (
    crate TEXT NOT NULL, unit TEXT NOT NULL, who TEXT NOT NULL, verdict TEXT NOT NULL CHECK (verdict IN ('fine', 'concern', 'not-applicable')),
    note TEXT NOT NULL, version TEXT NOT NULL, at_ms INTEGER NOT NULL,
    PRIMARY KEY (crate, unit, who)
  ) WITHOUT ROWID;
`

/** A file that is no database is put aside as `review-units.sqlite.broken-N`, never deleted. */
export function openUnitAnswers(caps: Pick<Capabilities, 'files' | 'host' | 'clock'>): UnitAnswers {
  const file = durableFile(caps, 'review-units.sqlite', SCHEMA)
  const { open } = file
  return {
    ready: file.ready,
    of(crate) {
      const rows = open().prepare('SELECT * FROM answer WHERE crate = ? ORDER BY at_ms').all(crate)
      return new Map(
        rows.map(row => [
          String(row['unit']),
          {
            verdict: String(row['verdict']) as UnitAnswer['verdict'],
            note: String(row['note']),
            who: String(row['who']),
            version: String(row['version']),
            at: Number(row['at_ms']),
          },
        ]),
      )
    },
    set(crate, units, answer, who) {
      return Promise.resolve().then(() => setAll(open(), crate, units, answer, who))
    },
    close: file.close,
  }
}

function setAll(
  db: DatabaseSync,
  crate: CrateName,
  units: readonly string[],
  answer: UnitAnswer | null,
  who: string,
): void {
  const write =
    answer === null
      ? db.prepare('DELETE FROM answer WHERE crate = ? AND unit = ? AND who = ?')
      : db.prepare(
          'INSERT OR REPLACE INTO answer (crate, unit, who, verdict, note, version, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
        )
  atOnce(db, () => {
    for (const unit of units) {
      if (answer === null) write.run(crate, unit, who)
      else write.run(crate, unit, who, answer.verdict, answer.note, answer.version, answer.at)
    }
  })
}
