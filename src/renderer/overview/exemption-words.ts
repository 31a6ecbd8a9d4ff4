/** How the facts of an exemption are written; nothing is shown surer than it is. Pure. */
import type { ExemptionRow } from '../../shared/overview.ts'
import { dayText } from '../../shared/overview-chart.ts'
import { number } from '../parts/words.ts'

/** `1,412 d`, `≥ 903 d`, `not committed`, `?`. */
export function ageText({ since, ageDays }: Pick<ExemptionRow, 'since' | 'ageDays'>): string {
  if (since === 'uncommitted') return 'not committed'
  if (since === null || ageDays === null) return '?'
  return `${since.isAtLeast ? '≥ ' : ''}${number(ageDays)} d`
}

/** What stands behind the age. */
export function ageTitle({ since }: Pick<ExemptionRow, 'since'>): string {
  if (since === null) return 'Since when is not known'
  if (since === 'uncommitted') return 'Only in the working tree'
  return since.isAtLeast
    ? `There at ${dayText(since.day)}, the oldest commit that is known`
    : `Committed ${dayText(since.day)}, by the committer’s clock`
}

/** `Review by 4 Feb 2025`, and whether that has passed. */
export function reviewText({ terms, isOverdue }: Pick<ExemptionRow, 'terms' | 'isOverdue'>): string | null {
  return terms === null ? null : `${dayText(terms.reviewBy)}${isOverdue ? ', overdue' : ''}`
}

/** `mozilla, google or trusting Ann (ann)`; null when nothing that is known would do. */
export function helpersText({ helpers }: Pick<ExemptionRow, 'helpers'>): string | null {
  const peers = helpers.filter(helper => helper.kind === 'peer').map(helper => helper.name)
  const publishers = helpers.filter(helper => helper.kind === 'publisher').map(helper => `trusting ${helper.name}`)
  const parts = [...peers, ...publishers]
  return parts.length === 0 ? null : parts.join(', ')
}

/** Whether all words stand somewhere in the row. */
export function matchesWords(row: ExemptionRow, text: string): boolean {
  const place = [
    ...[row.crate, row.version, ...row.criteria, row.terms?.owner ?? 'nobody', row.terms?.reason ?? ''],
    ...[row.isOverdue ? 'overdue' : '', row.isNeeded === false ? 'not needed' : '', row.terms?.removal ?? ''],
  ]
    .join(' ')
    .toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every(word => place.includes(word))
}
