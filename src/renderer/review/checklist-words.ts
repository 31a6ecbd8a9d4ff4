/** Words and small rules of the checklist tab. Pure. */
import type { Checklist, ChecklistRow, ChecklistVerdict } from '../../shared/review-checklist.ts'

export const CHECK_WORDS: Readonly<Record<ChecklistVerdict, string>> = {
  yes: 'Yes',
  no: 'No',
  'not-applicable': 'N.a.',
}

export const AUTO_WORDS = {
  '': 'Answered by hand',
  units: 'Answered when all units are',
  read: 'Answered when all files are read',
} as const

export const isOpenRow = (row: ChecklistRow): boolean => row.answer === null && row.counted?.isAnswer !== true

/** Null until the list is here. */
export function openRows(list: Checklist | null): number | null {
  return list === null ? null : list.groups.flatMap(group => group.rows).filter(isOpenRow).length
}

/** A name for a new question, made of its first words, unlike those taken. */
export function newItemId(question: string, taken: readonly string[]): string {
  const words = question.toLowerCase().match(/[a-z0-9]+/g) ?? []
  const name = words.slice(0, 4).join('-').slice(0, 50).replace(/-$/, '') || 'item'
  if (!taken.includes(name)) return name
  for (let n = 2; ; n++) if (!taken.includes(`${name}-${n}`)) return `${name}-${n}`
}
