import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { QueueSnapshot } from '../../../shared/wire.ts'
import { createQueueNews } from './queue-news.ts'

const REVIEW = 'itoa 1.0.9 -> 1.0.11'
let closing: AbortController
let held: { generation: number }
let told: (readonly [name: string, generation: number, lines: number | undefined])[]
let lines: number

const news = () =>
  createQueueNews({
    ...{ held, signal: closing.signal, root: '/work' as AbsolutePath },
    emit: (name, payload) => {
      const said = payload as { readonly generation: number; readonly lines?: number }
      told.push([name, said.generation, said.lines])
    },
    snapshot: () => ({ generation: held.generation }) as QueueSnapshot,
    linesRead: review => (review === REVIEW ? lines : -1),
  })

beforeEach(() => {
  vi.useFakeTimers()
  closing = new AbortController()
  held = { generation: 4 }
  told = []
  lines = 0
})
afterEach(() => vi.useRealTimers())

it('tells what was read in a review at once, without the queue', async () => {
  const { announceRead } = news()
  for (lines of [3, 10]) announceRead(REVIEW)
  await vi.runAllTimersAsync()
  expect(told).toEqual([
    ['queue.read', 5, 3],
    ['queue.read', 6, 10],
  ])
})

it('leaves it to the whole queue when that is about to be told', async () => {
  const { announce, announceRead } = news()
  announce()
  announceRead(REVIEW)
  announce()
  await vi.runAllTimersAsync()
  expect(told).toEqual([['queue.changed', 7, undefined]])
  announceRead(REVIEW)
  expect(told.slice(1)).toEqual([['queue.read', 8, 0]])
})

it('tells nothing of a workspace that was closed', async () => {
  const { announce, announceRead } = news()
  announce()
  closing.abort()
  await vi.runAllTimersAsync()
  announceRead(REVIEW)
  expect(told).toEqual([])
})
