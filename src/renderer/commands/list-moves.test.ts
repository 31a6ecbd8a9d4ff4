import { expect, it } from 'vitest'
import { listMoves } from './list-moves.ts'

const run = (moves: ReturnType<typeof listMoves>) => Object.values(moves).forEach(move => move?.())

it('moves by a row, a page or to an end', () => {
  const steps: number[] = []
  run(listMoves(rows => steps.push(rows)))
  expect(steps).toEqual([1, -1, -Infinity, Infinity, 10, -10])
})

it('asks for the length of a page when the key is pressed', () => {
  const steps: number[] = []
  let page = 3
  const moves = listMoves(
    rows => steps.push(rows),
    () => page,
  )
  page = 7
  run(moves)
  expect(steps.slice(4)).toEqual([7, -7])
})

it('offers nothing where there is nothing to move in', () => {
  expect(Object.values(listMoves(null)).every(move => move === undefined)).toBe(true)
})
