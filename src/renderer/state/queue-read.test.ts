import { expect, it } from 'vitest'
import type { AbsolutePath } from '../../shared/domain.ts'
import type { QueueRead, QueueSnapshot } from '../../shared/wire.ts'
import { withRead } from './queue-read.ts'

const row = (crate: string, from: string | null, to: string, readLines: number | null) => ({
  ...{ crate, delta: { from, to }, readLines },
})
const queue = {
  generation: 7,
  items: [row('itoa', '1.0.9', '1.0.11', null), row('itoa', null, '1.0.11', 2), { crate: 'fnv', delta: null }],
} as unknown as QueueSnapshot
const read = (generation: number, review = 'itoa 1.0.9 -> 1.0.11'): QueueRead => ({
  ...{ root: '/work' as AbsolutePath, generation, review, lines: 12 },
})
const linesOf = (shown: QueueSnapshot | null) => shown?.items.map(item => item.readLines)

it('puts the lines into the row of that change alone', () => {
  const next = withRead(queue, read(8))
  expect(linesOf(next)).toEqual([12, 2, undefined])
  expect(next?.generation).toBe(8)
  expect(next?.items[1]).toBe(queue.items[1])
})

it('counts on when no row proposes that change', () => {
  const next = withRead(queue, read(8, 'itoa 1.0.0 -> 1.0.11'))
  expect(linesOf(next)).toEqual([null, 2, undefined])
  expect(next?.generation).toBe(8)
})

it('keeps a queue that knows it already', () => {
  expect(withRead(queue, read(7))).toBe(queue)
})

it('has no answer when something before it was missed', () => {
  expect(withRead(queue, read(9))).toBeNull()
})
