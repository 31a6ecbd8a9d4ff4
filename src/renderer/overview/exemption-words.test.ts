import { describe, expect, it } from 'vitest'
import type { ExemptionRow } from '../../shared/overview.ts'
import { ageText, ageTitle, helpersText, matchesWords, reviewText } from './exemption-words.ts'

const row: ExemptionRow = {
  ...{ key: 'ash@1.0.0' as never, crate: 'ash' as never, version: '1.0.0' as never, criteria: ['safe-to-deploy'] },
  ...{ suggest: true, notes: null, isInGraph: true, isNeeded: true, lines: null, helpers: [], isOverdue: false },
  since: { day: '2026-01-01', isAtLeast: false },
  ageDays: 1_412,
  terms: null,
}

describe('words of an exemption', () => {
  it.each([
    [{}, '1,412 d', 'Committed 1 Jan 2026, by the committer’s clock'],
    [
      { since: { day: '2026-01-01', isAtLeast: true } },
      '≥ 1,412 d',
      'There at 1 Jan 2026, the oldest commit that is known',
    ],
    [{ since: 'uncommitted', ageDays: null } as const, 'not committed', 'Only in the working tree'],
    [{ since: null, ageDays: null }, '?', 'Since when is not known'],
  ])('%j is %s', (more, age, title) => {
    expect(ageText({ ...row, ...more })).toBe(age)
    expect(ageTitle({ ...row, ...more })).toBe(title)
  })
  it('never say that nobody helps where helpers are there', () => {
    const helper = (kind: 'peer' | 'publisher', name: string) => ({ kind, name, removes: [], fetchedAt: null })
    expect(helpersText(row)).toBeNull()
    expect(helpersText({ helpers: [helper('publisher', 'Ann'), helper('peer', 'mozilla')] })).toBe(
      'mozilla, trusting Ann',
    )
  })
  it('find by crate, owner, reason and state, all words at once', () => {
    const terms = {
      crate: 'ash',
      version: '1.0.0',
      owner: 'Bo <b@t.invalid>',
      reason: 'no time',
      reviewBy: '2026-01-02',
      removal: null,
    }
    const full = { ...row, terms, isOverdue: true, isNeeded: false }
    expect(reviewText(full)).toBe('2 Jan 2026, overdue')
    for (const text of ['', 'ASH', 'bo time', 'overdue', 'not needed', 'deploy'])
      expect(matchesWords(full, text), text).toBe(true)
    for (const text of ['elm', 'ash elm', 'nobody']) expect(matchesWords(full, text), text).toBe(false)
    expect(matchesWords(row, 'nobody')).toBe(true)
  })
})
