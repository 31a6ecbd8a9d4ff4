import { expect, it } from 'vitest'
import type { CrateName, Delta, VetVersion } from '../../shared/domain.ts'
import { adjacentDeltas } from './adjacent.ts'

const of = (text: string): Delta => {
  const [from = '', to = ''] = text.split('..')
  return { from: from === '' ? null : (from as VetVersion), to: to as VetVersion }
}
const row = (crate: string, delta: string | null) => ({
  crate: crate as CrateName,
  delta: delta === null ? null : of(delta),
})

it.each([
  ['after', '1..2', [row('a', '2..3')], ['1..3']],
  ['before', '2..3', [row('a', '1..2')], ['1..3']],
  ['both', '2..3', [row('a', '1..2'), row('a', '3..4')], ['1..3', '2..4']],
  ['another crate', '1..2', [row('b', '2..3')], []],
  ['not measured yet', '1..2', [row('a', null)], []],
  ['a full audit is no step', '1..2', [row('a', '..1')], []],
  ['nor is this one', '..1', [row('a', '1..2')], []],
  ['there and back', '1..2', [row('a', '2..1')], []],
  ['apart', '1..2', [row('a', '3..4')], []],
])('%s', (_, delta, rows, want) => {
  const found = adjacentDeltas('a' as CrateName, of(delta), rows)
  expect(found.map(({ joined }) => `${joined.from}..${joined.to}`)).toEqual(want)
})
