import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RowSlots } from './row-slots.ts'

const rows = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `r${from + i}`)

describe('the elements that rows are drawn in', () => {
  test('are new for the few that come while most stay', () => {
    const slots = new RowSlots()
    expect(slots.assign(rows(0, 4))).toEqual([0, 1, 2, 3])
    expect(slots.assign(rows(1, 5))).toEqual([1, 2, 3, 4])
    expect(slots.assign(rows(0, 4))).toEqual([5, 1, 2, 3])
  })

  test('are lent in a jump by rows that leave to those that come', () => {
    const slots = new RowSlots()
    slots.assign(rows(0, 4))
    expect(slots.assign(rows(3, 7))).toEqual([3, 0, 1, 2])
    expect(slots.assign(rows(90, 95))).toEqual([3, 0, 1, 2, 4])
    expect(slots.assign(rows(3, 5))).toEqual([3, 0])
  })

  test('stay with a row while it is there, and are of one row at a time', () => {
    const list = fc.uniqueArray(fc.integer({ min: 0, max: 30 }).map(String), { maxLength: 12 })
    fc.assert(
      fc.property(fc.array(list, { maxLength: 8 }), lists => {
        const slots = new RowSlots()
        let former = new Map<string, number>()
        for (const shown of lists) {
          const given = slots.assign(shown)
          expect(new Set(given).size).toBe(shown.length)
          const now = new Map(shown.map((row, i) => [row, given[i] ?? NaN]))
          for (const [row, slot] of now) expect(slot).toBe(former.get(row) ?? slot)
          expect(slots.assign(shown)).toEqual(given)
          former = now
        }
      }),
    )
  })
})
