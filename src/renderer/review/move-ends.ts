/** Both ends of each moved block by the file they stand in, and how they are named. Pure. */
import type { MovedBlock } from '../../shared/review-marks.ts'
import { shownPath } from './shown-path.ts'

export type Side = 'old' | 'new'

/** One end of a moved block: lines of one side of a file, 1-based and inclusive, and where the other end is. */
export interface MoveEnd {
  readonly side: Side
  readonly line: number
  readonly endLine: number
  readonly other: { readonly path: string; readonly side: Side; readonly line: number; readonly endLine: number }
}

/** In the order of their lines in each file. */
export function endsByPath(moves: readonly MovedBlock[]): ReadonlyMap<string, readonly MoveEnd[]> {
  const byPath = new Map<string, MoveEnd[]>()
  const add = (path: string, end: MoveEnd) => {
    const ends = byPath.get(path)
    if (ends === undefined) byPath.set(path, [end])
    else ends.push(end)
  }
  for (const { from, to } of moves) {
    const [old, now] = [
      { ...from, side: 'old' as const },
      { ...to, side: 'new' as const },
    ]
    add(from.path, { side: 'old', line: from.line, endLine: from.endLine, other: now })
    add(to.path, { side: 'new', line: to.line, endLine: to.endLine, other: old })
  }
  for (const ends of byPath.values()) ends.sort((a, b) => a.line - b.line)
  return byPath
}

/** `moved from src/a.rs:12` at the new end, `moved to src/b.rs:3` at the old one. */
export function endText({ other }: MoveEnd): string {
  return `moved ${other.side === 'old' ? 'from' : 'to'} ${shownPath(other.path)}:${other.line}`
}

/**
 * The ends of removed lines where the unified layout shows those: above the line of the new side before which they stood.
 * `hunks` in order, of both sides.
 */
export function inUnified(
  ends: readonly MoveEnd[],
  hunks: readonly { readonly oldStart: number; readonly oldEnd: number; readonly newStart: number }[],
): readonly MoveEnd[] {
  return ends.flatMap(end => {
    const hunk = hunks.find(({ oldStart, oldEnd }) => end.line >= oldStart && end.line < oldEnd)
    return hunk === undefined ? [] : [{ ...end, line: hunk.newStart, endLine: hunk.newStart - 1 }]
  })
}

/** The end that holds the lines, else the next one below them, else the first. Null when there is none. */
export function nearestEnd(
  ends: readonly MoveEnd[],
  at: { readonly side: Side; readonly line: number; readonly endLine: number } | null,
): MoveEnd | null {
  if (at === null) return ends[0] ?? null
  const mine = ends.filter(end => end.side === at.side)
  const holds = mine.find(end => end.line <= at.endLine && at.line <= end.endLine)
  return holds ?? mine.find(end => end.line > at.line) ?? ends[0] ?? null
}
