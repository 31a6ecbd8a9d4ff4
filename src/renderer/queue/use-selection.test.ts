import { expect, it } from 'vitest'
import type { PackageKey } from '../../shared/domain.ts'
import { stepAmong } from './use-selection.ts'

const rows = ['a', 'b', 'c', 'd'].map(key => ({ key: key as PackageKey }))
it.each([
  ['', null, 1, 'a'],
  ['', 'b', 1, 'c'],
  ['', 'b', -1, 'a'],
  ['', 'd', 1, 'd'],
  ['', 'c', -99, 'a'],
  ['', 'b', 99, 'd'],
  ['a', 'b', -99, 'b'],
  ['b', 'b', 1, 'c'],
  ['b', 'b', -1, 'a'],
  ['b', 'a', 1, 'c'],
  ['d', 'c', 1, 'c'],
  ['abcd', 'b', 1, undefined],
])('without %j, from %s a step of %i leads to %s', (left, from, step, want) => {
  const gone = new Set([...left] as PackageKey[])
  expect(stepAmong(rows, gone, from as PackageKey | null, step)?.key).toBe(want)
})
