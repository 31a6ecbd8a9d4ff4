/** Days as they are typed and shown. 21 November 2026 is a Saturday. */
import { describe, expect, it } from 'vitest'
import { addDays, daysUntil, dayText, dueText, leftText, parseDay } from './dates.ts'

const TODAY = '2026-11-21'

describe('parseDay', () => {
  it.each([
    ['today', '2026-11-21'],
    ['tomorrow', '2026-11-22'],
    ['+7d', '2026-11-28'],
    ['7d', '2026-11-28'],
    ['2w', '2026-12-05'],
    ['3 weeks', '2026-12-12'],
    ['1m', '2026-12-21'],
    ['friday', '2026-11-27'],
    ['Fri', '2026-11-27'],
    ['saturday', '2026-11-28'], // today is one: the next is meant
    ['sun', '2026-11-22'],
    ['next monday', '2026-11-23'],
    ['2027-01-31', '2027-01-31'],
    ['6 feb', '2027-02-06'],
    ['dec 24', '2026-12-24'],
    ['24. december', '2026-12-24'],
    ['21 nov', '2026-11-21'],
    ['29 feb', null], // 2027 has none
    ['2026-02-30', null],
    ['soon', null],
    ['s', null],
    ['', null],
    ['+9999d', null], // beyond ten years
  ])('%s', (text, wanted) => expect(parseDay(text, TODAY)).toBe(wanted))
  it('keeps to the end of a shorter month', () => expect(parseDay('1m', '2026-01-31')).toBe('2026-02-28'))
})

describe('texts', () => {
  it('counts days across months and years', () => {
    expect(daysUntil('2027-01-01', '2026-12-30')).toBe(2)
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
  })
  it.each([
    ['2026-11-19', '2 days late', true],
    ['2026-11-20', '1 day late', true],
    ['2026-11-21', 'Due today', true],
    ['2026-11-22', 'Due tomorrow', false],
    ['2026-11-26', 'Thu 26 Nov', false],
    ['2027-11-26', '26 Nov 2027', false],
  ])('due %s', (day, text, isLate) => expect(dueText(day, TODAY)).toEqual({ text, isLate }))
  it('names a day that is far away with its year', () => expect(dayText('2028-02-03', TODAY)).toBe('3 Feb 2028'))
  it.each([
    [0, 'expired'],
    [30_000, '1 min left'],
    [59 * 60_000, '59 min left'],
    [8 * 3_600_000, '8 h left'],
    [3 * 86_400_000, '3 days left'],
  ])('%i ms of a claim', (ms, text) => {
    const now = Date.parse('2026-11-21T09:00:00.000Z')
    expect(leftText(new Date(now + ms).toISOString(), now)).toBe(text)
  })
  it('takes a date that cannot be read for over', () => expect(leftText('never', 0)).toBe('expired'))
})
