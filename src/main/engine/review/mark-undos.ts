/** What the last marks replaced, so that they can be taken back: bounded, and forgotten when the program ends. */
import type { MarksBefore } from './read-marks.ts'

/** Together; more than the files of the largest crate, which one undo may have to bring back. */
const MAX_ROWS = 100_000

export interface MarkUndos {
  add(name: string, before: MarksBefore): void
  /** Once; null when it is not remembered. */
  take(name: string): MarksBefore | null
}

export function createMarkUndos(maxRows = MAX_ROWS): MarkUndos {
  const kept = new Map<string, MarksBefore>()
  let rows = 0
  const take = (name: string) => {
    const found = kept.get(name) ?? null
    if (kept.delete(name)) rows -= cost(found)
    return found
  }
  return {
    add(name, before) {
      take(name)
      kept.set(name, before)
      rows += cost(before)
      for (const oldest of kept.keys()) {
        if (rows <= maxRows || oldest === name) break
        take(oldest)
      }
    },
    take,
  }
}

/** One that replaced nothing takes room as well. */
const cost = (before: MarksBefore | null) => (before === null ? 0 : before.rows.length + 1)
