/**
 * Which hunks the reader has had on screen to their last line, and whether that makes a file partly read. Pure.
 * A file that shows all its hunks as it opens says nothing about reading: it stays unread until it is marked.
 */
import type { Hunk } from '../../shared/wire.ts'

/** Lines on screen, 1-based, both ends included. */
export interface LineSpan {
  readonly first: number
  readonly last: number
}

export interface Screen {
  readonly newSide: readonly LineSpan[]
  /** Null in the unified layout, where removed lines stand above the new line that follows them. */
  readonly oldSide: readonly LineSpan[] | null
  /** Lines of the new side. */
  readonly newLines: number
}

const contains = (spans: readonly LineSpan[], line: number): boolean =>
  spans.some(span => span.first <= line && line <= span.last)

function isSeenToEnd(hunk: Hunk, screen: Screen): boolean {
  const hasNew = hunk.newEnd > hunk.newStart
  const hasOld = hunk.oldEnd > hunk.oldStart
  if (hasNew && !contains(screen.newSide, hunk.newEnd - 1)) return false
  if (!hasOld) return hasNew
  if (screen.oldSide !== null) return contains(screen.oldSide, hunk.oldEnd - 1)
  return hasNew || contains(screen.newSide, Math.min(hunk.newEnd, screen.newLines))
}

/** Indices of the hunks whose last line, on each side that has one, is on screen. */
export function hunksSeen(hunks: readonly Hunk[], screen: Screen): readonly number[] {
  return hunks.flatMap((hunk, i) => (isSeenToEnd(hunk, screen) ? [i] : []))
}

/** Whether a file is partly read: a hunk was seen to its end, and others are left or the reader moved to see it. */
export function isPartlyRead(seen: number, hunks: number, hasMoved: boolean): boolean {
  return seen > 0 && (seen < hunks || hasMoved)
}
