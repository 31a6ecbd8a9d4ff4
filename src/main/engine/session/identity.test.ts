import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createIdentity } from './identity.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the last answer counts at once, git is asked behind it, and a change is told', async () => {
  let who: string | null = 'Ada <ada@example.org>'
  const ask = vi.fn(() => Promise.resolve(who))
  const told: (string | null)[] = []
  const identity = createIdentity(ask, name => told.push(name))
  expect(await Promise.all([identity.now(), identity.now()])).toEqual([who, who])
  expect(ask).toHaveBeenCalledTimes(1)
  who = 'Bo <bo@example.org>'
  expect(await identity.now()).toBe('Ada <ada@example.org>')
  expect(told).toEqual([])
  await vi.runAllTimersAsync()
  expect(told).toEqual([who])
  expect(await identity.now()).toBe(who)
  who = null
  await identity.refresh()
  expect(told.at(-1)).toBeNull()
  identity.close()
})

test('a question that failed is asked again, and one that is repeated leaves the last answer', async () => {
  let isBroken = true
  const identity = createIdentity(
    () => (isBroken ? Promise.reject(new Error('no')) : Promise.resolve('Ada')),
    () => undefined,
  )
  await expect(identity.now()).rejects.toThrow('no')
  isBroken = false
  expect(await identity.now()).toBe('Ada')
  isBroken = true
  expect(await identity.now()).toBe('Ada')
  await vi.runAllTimersAsync()
  expect(await identity.now()).toBe('Ada')
  identity.close()
})
