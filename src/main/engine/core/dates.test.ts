import { describe, expect, it } from 'vitest'
import { brand } from '../../../shared/domain.ts'
import { addDays, addMonths, isIsoDate } from './dates.ts'

const day = brand<'IsoDate'>

describe('addDays', () => {
  it('agrees with the calendar of JavaScript over four centuries', () => {
    for (let n = -80_000; n < 80_000; n += 97) {
      const expected = new Date(Date.UTC(2000, 1, 29) + n * 86_400_000).toISOString().slice(0, 10)
      expect(addDays(day('2000-02-29'), n)).toBe(expected)
    }
  })
})

describe('addMonths', () => {
  it.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2023-02-28', 12, '2024-02-28'],
    ['2026-12-15', 1, '2027-01-15'],
    ['2026-08-31', 6, '2027-02-28'],
    ['2026-11-01', 12, '2027-11-01'],
  ])('%s plus %i months is %s', (from, months, expected) => {
    expect(addMonths(day(from), months)).toBe(expected)
  })
})

describe('isIsoDate', () => {
  it.each([
    ['2024-02-29', true],
    ['2023-02-29', false],
    ['1900-02-29', false],
    ['2026-13-01', false],
    ['2026-00-10', false],
    ['2026-04-31', false],
    ['2026-4-1', false],
    ['20260401', false],
  ])('%s: %s', (text, expected) => {
    expect(isIsoDate(text)).toBe(expected)
  })
})
