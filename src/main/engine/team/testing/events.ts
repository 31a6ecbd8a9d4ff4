/** Events for tests: written as they would be, so that ids and clocks are real. */
import type { PackageKey } from '../../../../shared/domain.ts'
import type { TeamEvent } from '../../../../shared/team.ts'
import { nextClock, writeEvent, type TeamBody, type TeamClock, type WrittenEvent } from '../event-line.ts'

export const ADA = 'Ada Lovelace <ada@example.com>'
export const BOB = 'Bob <bob@example.com>'
export const EVE = 'Eve <eve@example.com>'
export const START_MS = Date.parse('2026-01-31T12:00:00.000Z')
export const HOUR_MS = 3_600_000
export const item = (name: string): PackageKey => `${name}@1.0.0` as PackageKey
export const at = (ms: number): string => new Date(ms).toISOString()

/** Writes events one after the other, a second apart; each writer has seen all before. */
export function createWriter(device = '00000000') {
  let clock: TeamClock | null = null
  let wallMs = START_MS
  return {
    written(by: string, body: TeamBody, skewMs = 0): WrittenEvent {
      wallMs += 1_000
      clock = nextClock(clock, wallMs + skewMs)
      const made = writeEvent({ clock, by, at: at(wallMs + skewMs), device }, body)
      if (!made.ok) throw new Error(made.error)
      return made.value
    },
    event(by: string, body: TeamBody, skewMs = 0): TeamEvent {
      return this.written(by, body, skewMs).event
    },
    nowMs: () => wallMs,
  }
}
