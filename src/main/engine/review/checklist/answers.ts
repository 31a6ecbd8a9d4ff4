/**
 * Answers to the checklists: one per (review, criterion, item, reviewer). An answer is to the question as it was asked:
 * when the wording changes, the item is open again. One SQLite file in the data folder; an answer is durable when its
 * promise resolves.
 */
import type { ChecklistAnswer } from '../../../../shared/review-checklist.ts'
import type { Capabilities } from '../../capabilities.ts'
import { durableFile } from '../durable.ts'

export interface AskedItem {
  /** Any stable id. */
  readonly review: string
  readonly criterion: string
  readonly item: string
  readonly question: string
}

export interface ChecklistAnswers {
  /** Opens the store; awaited once before the rest, which throws without it. */
  ready(): Promise<void>
  /** The answer of `who` to exactly this question; null when there is none. */
  of(asked: AskedItem, who: string): ChecklistAnswer | null
  /** Null takes the answer of `who` back. */
  set(asked: AskedItem, who: string, answer: ChecklistAnswer | null): Promise<void>
  close(): Promise<void>
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS answer (
    review TEXT NOT NULL, criterion TEXT NOT NULL, item TEXT NOT NULL, who TEXT NOT NULL, question TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('yes', 'no', 'not-applicable')), note TEXT NOT NULL, at_ms INTEGER NOT NULL,
    PRIMARY KEY (review, criterion, item, who)
  ) WITHOUT ROWID;
`

/** A file that is no database is put aside as `review-checklists.sqlite.broken-N`, never deleted. */
export function openChecklistAnswers(caps: Pick<Capabilities, 'files' | 'host' | 'clock'>): ChecklistAnswers {
  const file = durableFile(caps, 'review-checklists.sqlite', SCHEMA)
  const { open } = file
  return {
    ready: file.ready,
    of(asked, who) {
      const row = open()
        .prepare('SELECT * FROM answer WHERE review = ? AND criterion = ? AND item = ? AND who = ? AND question = ?')
        .get(asked.review, asked.criterion, asked.item, who, asked.question)
      if (row === undefined) return null
      return {
        verdict: String(row['verdict']) as ChecklistAnswer['verdict'],
        note: String(row['note']),
        who: String(row['who']),
        at: Number(row['at_ms']),
      }
    },
    set({ review, criterion, item, question }, who, answer) {
      return Promise.resolve().then(() => {
        if (answer === null)
          open()
            .prepare('DELETE FROM answer WHERE review = ? AND criterion = ? AND item = ? AND who = ?')
            .run(review, criterion, item, who)
        else
          open()
            .prepare('INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
            .run(review, criterion, item, who, question, answer.verdict, answer.note, answer.at)
      })
    },
    close: file.close,
  }
}
