/**
 * What a checklist says at this moment: each question with its answer, and those that count units or files with their
 * count. A count answers its question only when nothing is left and nothing in it is uncertain. Pure.
 */
import type { CriteriaName } from '../../../../shared/domain.ts'
import type {
  ChecklistAnswer,
  ChecklistGroup,
  ChecklistItem,
  ChecklistRow,
} from '../../../../shared/review-checklist.ts'

/** What items with `auto` count; null where it is not known (yet). */
export interface Counted {
  readonly units: {
    readonly total: number
    readonly answered: number
    readonly concerns: readonly unknown[]
    readonly notParsed: readonly string[]
    /** There are more than were counted. */
    readonly isCut: boolean
  } | null
  readonly read: { readonly files: number; readonly filesTotal: number } | null
}

export function checklistGroup(
  criteria: CriteriaName,
  source: ChecklistGroup['source'],
  items: readonly ChecklistItem[],
  answerOf: (item: ChecklistItem) => ChecklistAnswer | null,
  counted: Counted,
): ChecklistGroup {
  const rows = items.map((item): ChecklistRow => ({ ...item, answer: answerOf(item), counted: countOf(item, counted) }))
  return { criteria, source, rows, answered: rows.filter(isAnswered).length }
}

export function isAnswered(row: ChecklistRow): boolean {
  return row.answer !== null || row.counted?.isAnswer === true
}

function countOf({ auto }: ChecklistItem, { units, read }: Counted): ChecklistRow['counted'] {
  if (auto === null) return null
  if (auto === 'read') {
    if (read === null) return { text: 'what was read is not known', isAnswer: false }
    const isAll = read.files === read.filesTotal
    return {
      text: isAll
        ? `${whole(read.filesTotal, 'file')} read`
        : `${read.files} of ${count(read.filesTotal, 'file')} read`,
      isAnswer: isAll,
    }
  }
  if (units === null) return { text: 'the units are not looked for yet', isAnswer: false }
  const isAll = units.answered === units.total
  const doubts = [
    ...(units.concerns.length > 0 ? [count(units.concerns.length, 'concern')] : []),
    ...(units.notParsed.length > 0 ? [`${count(units.notParsed.length, 'file')} not fully parsed`] : []),
    ...(units.isCut ? ['more units than are listed'] : []),
  ]
  const all = units.total === 0 ? 'no unit was found' : `${whole(units.total, 'unit')} answered`
  return {
    text: [isAll ? all : `${units.answered} of ${count(units.total, 'unit')} answered`, ...doubts].join(', '),
    isAnswer: isAll && doubts.length === 0,
  }
}

const count = (n: number, word: string): string => `${n.toLocaleString('en-US')} ${word}${n === 1 ? '' : 's'}`
const whole = (n: number, word: string): string => `${n > 1 ? 'all ' : ''}${count(n, word)}`
