import { expect, test } from 'vitest'
import type { Unit } from '../../shared/review-units.ts'
import { UNIT_KINDS } from '../../shared/review-units.ts'
import { foldWords, nextOpenUnit, snippetText, UNIT_GROUPS, unitRows } from './unit-words.ts'

const unit = (id: string, more: Partial<Unit> = {}): Unit => ({
  id,
  kind: 'unsafe-block',
  path: 'src/lib.rs',
  line: 1,
  endLine: 1,
  snippet: 'unsafe { }',
  item: null,
  places: 1,
  change: 'new',
  certainty: 'parsed',
  isOptional: false,
  answer: null,
  ...more,
})
const answered = { verdict: 'fine', note: '', who: 'A', at: 1, version: '1.0.0' } as const

test('every kind belongs to one group', () => {
  expect(UNIT_GROUPS.flatMap(group => group.kinds).sort()).toEqual([...UNIT_KINDS].sort())
})

test('the open list leaves out what is answered or unchanged, but keeps what was answered just now', () => {
  const units = [
    unit('a'),
    unit('b', { answer: answered }),
    unit('c', { change: 'unchanged' }),
    unit('d', { kind: 'ffi' }),
    unit('e', { kind: 'ffi', isOptional: true }),
  ]
  const ids = (rows: ReturnType<typeof unitRows>) =>
    rows.map(row => (row.kind === 'unit' ? row.unit.id : `${row.id} ${row.open}/${row.total}`))
  expect(ids(unitRows(units, 'open', null))).toEqual(['unsafe 1/3', 'a', 'ffi 1/2', 'd'])
  expect(ids(unitRows(units, 'open', 'b'))).toEqual(['unsafe 1/3', 'a', 'b', 'ffi 1/2', 'd'])
  expect(ids(unitRows(units, 'all', null))).toEqual(['unsafe 1/3', 'a', 'b', 'c', 'ffi 1/2', 'd', 'e'])
})

test('walks open units round in the order of the list', () => {
  const units = [unit('x', { kind: 'ffi' }), unit('a'), unit('b', { answer: answered }), unit('c')]
  expect(nextOpenUnit(units, null, 1)?.id).toBe('a')
  expect(nextOpenUnit(units, 'a', 1)?.id).toBe('c')
  expect(nextOpenUnit(units, 'c', 1)?.id).toBe('x')
  expect(nextOpenUnit(units, 'x', 1)?.id).toBe('a')
  expect(nextOpenUnit(units, 'a', -1)?.id).toBe('x')
  expect(nextOpenUnit(units, null, -1)?.id).toBe('x')
  expect(nextOpenUnit([unit('a')], 'a', 1)).toBeNull()
})

test('a fold says what it hides, the most pressing first', () => {
  const concern = { ...answered, verdict: 'concern', note: 'Why' } as const
  const still = { change: 'unchanged' } as const
  expect(foldWords([unit('a'), unit('b', { answer: concern })])).toBe('2 units inside, 1 open')
  expect(foldWords([unit('a', { answer: answered }), unit('b', { answer: concern })])).toBe(
    '2 units inside, 1 with a concern',
  )
  expect(foldWords([unit('a', { answer: answered })])).toBe('1 unit inside, answered OK')
  expect(foldWords([unit('a', still)])).toBe('1 unit inside, unchanged')
  expect(foldWords([unit('a', still), unit('b', { answer: answered })])).toBe('2 units inside, none open')
})

test('a name with letters of another script says which they are', () => {
  expect(snippetText(unit('a', { kind: 'non-ascii-name', snippet: 'is_\u0430dmin' }))).toBe(
    'is_\u0430dmin = is_\\u{430}dmin',
  )
  expect(snippetText(unit('a', { snippet: 'unsafe { \u0430 }' }))).toBe('unsafe { \u0430 }')
})
