import { expect, test } from 'vitest'
import { jumped, NO_JUMPS, step, type JumpPlace } from './jump-list.ts'

const at = (path: string, line: number | null): JumpPlace => ({ path, side: 'new', line })

test('goes back through the places left, and forward again', () => {
  const list = jumped(jumped(NO_JUMPS, at('a', 1)), at('b', 50))
  const first = step(list, 'back', at('c', 9))!
  expect(first.to).toEqual(at('b', 50))
  const second = step(first.list, 'back', first.to)!
  expect(second.to).toEqual(at('a', 1))
  expect(step(second.list, 'back', second.to)).toBeNull()
  const forth = step(second.list, 'forward', second.to)!
  expect(forth.to).toEqual(at('b', 50))
  expect(step(forth.list, 'forward', forth.to)!.to).toEqual(at('c', 9))
})

test('places next to each other are one, and a new jump forgets what was ahead', () => {
  const list = jumped(jumped(NO_JUMPS, at('a', 10)), at('a', 12))
  expect(list.back).toEqual([at('a', 12)])
  expect(step(list, 'back', at('a', 13))).toBeNull()
  const back = step(list, 'back', at('b', 1))!
  expect(jumped(back.list, at('a', 12)).forward).toEqual([])
})

test('remembers a bounded number', () => {
  let list = NO_JUMPS
  for (let i = 0; i < 300; i++) list = jumped(list, at(`f${i}`, 1))
  expect(list.back).toHaveLength(100)
  expect(list.back.at(-1)).toEqual(at('f299', 1))
})
