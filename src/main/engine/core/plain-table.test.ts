import { expect, it } from 'vitest'
import { isTable, ownValue, tableAt, textAt } from './plain-table.ts'

it.each([
  { what: 'a table', value: {}, want: true },
  { what: 'a table without prototype', value: Object.create(null) as unknown, want: true },
  { what: 'a list', value: [], want: false },
  { what: 'a date', value: new Date(0), want: false },
  { what: 'nothing', value: null, want: false },
  { what: 'a text', value: 'text', want: false },
])('$what is a table: $want', ({ value, want }) => {
  expect(isTable(value)).toBe(want)
})

it('takes no key from the prototype', () => {
  for (const key of ['toString', 'constructor', '__proto__']) {
    expect(ownValue({}, key)).toBeUndefined()
    expect(tableAt({}, key)).toBeUndefined()
    expect(textAt({}, key)).toBeUndefined()
  }
  const own = JSON.parse('{"toString": "mine", "__proto__": {"a": "b"}}') as Record<string, unknown>
  expect(textAt(own, 'toString')).toBe('mine')
  expect(textAt(tableAt(own, '__proto__'), 'a')).toBe('b')
})

it('gives undefined for another kind of value', () => {
  const table = { list: [1], text: 'a', inner: {} }
  expect(tableAt(table, 'list')).toBeUndefined()
  expect(tableAt(table, 'text')).toBeUndefined()
  expect(textAt(table, 'inner')).toBeUndefined()
  expect(ownValue(undefined, 'text')).toBeUndefined()
})
