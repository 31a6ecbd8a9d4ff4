import { expect, it } from 'vitest'
import { createReadingClock, IDLE_MS } from './reading-clock.ts'

/** Ticks once a second from 0 to `until`. */
function read(until: number, options: { inputs?: readonly number[]; active?: (at: number) => boolean } = {}) {
  const clock = createReadingClock(0)
  for (let at = 1_000; at <= until; at += 1_000) {
    for (const input of options.inputs ?? []) if (input === at) clock.input(at)
    clock.tick(at, options.active?.(at) ?? true)
  }
  return clock
}

it.each([
  ['a minute of reading', 60_000, {}, 60_000],
  ['it stops two minutes after the last input', 600_000, {}, IDLE_MS],
  ['input goes on with it', 400_000, { inputs: [100_000] }, 100_000 + IDLE_MS],
  ['a break is not counted, what comes after is', 400_000, { inputs: [300_000] }, IDLE_MS + 101_000],
  ['a window in the background does not count', 60_000, { active: (at: number) => at <= 20_000 }, 20_000],
])('%s', (_, until, options, counted) => expect(read(until, options).counted()).toBe(counted))

it('does not count the sleep of the machine', () => {
  const clock = createReadingClock(0)
  clock.tick(1_000, true)
  clock.tick(61_000, true)
  clock.tick(62_000, true)
  expect(clock.counted()).toBe(2_000)
})

it('is taken in parts and given back', () => {
  const clock = read(30_000)
  expect(clock.take(20_000)).toBe(20_000)
  expect(clock.take(20_000)).toBe(10_000)
  clock.giveBack(10_000)
  expect(clock.counted()).toBe(10_000)
})
