import { expect, it } from 'vitest'
import { createByteBudget } from './byte-budget.ts'

it('holds back what does not fit, keeps the order, and lets a giant run alone', async () => {
  const budget = createByteBudget(10)
  const { signal } = new AbortController()
  const log: string[] = []
  let running = 0
  const task = (name: string, bytes: number) =>
    budget.use(bytes, signal, async () => {
      running += Math.min(bytes, 10)
      log.push(name)
      expect(running).toBeLessThanOrEqual(10)
      await new Promise(done => setTimeout(done, 5))
      running -= Math.min(bytes, 10)
    })
  await Promise.all([task('a', 6), task('b', 4), task('giant', 99), task('c', 1), task('d', 9)])
  expect(log).toEqual(['a', 'b', 'giant', 'c', 'd'])
})

it('gives the room back when a task fails or is cancelled while it waits', async () => {
  const budget = createByteBudget(1)
  const abort = new AbortController()
  const failing = budget.use(1, new AbortController().signal, () => Promise.reject(new Error('no')))
  const cancelled = budget.use(1, abort.signal, () => Promise.resolve('never'))
  abort.abort()
  await expect(failing).rejects.toThrow('no')
  await expect(cancelled).rejects.toMatchObject({ name: 'Cancelled' })
  expect(await budget.use(1, new AbortController().signal, () => Promise.resolve('yes'))).toBe('yes')
})
