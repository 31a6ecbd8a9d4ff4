/**
 * Counts the time of reading: while the window is active and the last input is less than two minutes old. Pure but for
 * its own state; times are milliseconds of any one clock.
 */
export const IDLE_MS = 120_000
/** Longer between two ticks, the machine slept or the page was held: that was no reading. */
const MAX_TICK_MS = 5_000

export interface ReadingClock {
  input(nowMs: number): void
  tick(nowMs: number, isActive: boolean): void
  /** Milliseconds counted and not yet taken. */
  counted(): number
  /** Takes at most `atMost` of them. */
  take(atMost: number): number
  /** Gives back what could not be saved. */
  giveBack(ms: number): void
}

/** Opening the review is input. */
export function createReadingClock(nowMs: number): ReadingClock {
  let last = nowMs
  let inputAt = nowMs
  let sum = 0
  return {
    input(now) {
      inputAt = now
    },
    tick(now, isActive) {
      const from = last
      last = now
      if (!isActive || now - from > MAX_TICK_MS) return
      sum += Math.max(0, Math.min(now, inputAt + IDLE_MS) - from)
    },
    counted: () => sum,
    take(atMost) {
      const taken = Math.min(Math.floor(sum), atMost)
      sum -= taken
      return taken
    },
    giveBack(ms) {
      sum += ms
    },
  }
}
