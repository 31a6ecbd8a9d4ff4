import { expect, it } from 'vitest'
import { formatShortList } from './short-list.ts'

const numbered = (count: number, width: number) =>
  Array.from({ length: count }, (_, i) =>
    String(i + 1)
      .padStart(2, '0')
      .padEnd(width, 'x'),
  )

it.each([
  { case: 'says nothing of nothing', names: [], want: '' },
  { case: 'shows one', names: ['a'], want: 'a' },
  { case: 'joins two, however long', names: ['b'.repeat(50), 'a'], want: `a and ${'b'.repeat(50)}` },
  { case: 'puts a comma before and', names: ['c', 'b', 'a'], want: 'a, b, and c' },
  { case: 'goes by length, then by bytes', names: ['bb', 'a', 'Z', 'aa'], want: 'Z, a, aa, and bb' },
  { case: 'cuts at forty columns', names: numbered(6, 9), want: '01xxxxxxx, 02xxxxxxx, and 4 others' },
  {
    case: 'says other of one',
    names: ['aaaaaaaaaa', 'bbbbbbbbbb', 'c'.repeat(30)],
    want: 'aaaaaaaaaa, bbbbbbbbbb, and 1 other',
  },
  {
    case: 'always shows the first',
    names: ['a'.repeat(60), 'b'.repeat(60), 'c'.repeat(60)],
    want: `${'a'.repeat(60)} and 2 others`,
  },
])('formatShortList $case', ({ names, want }) => {
  expect(formatShortList(names)).toBe(want)
})
