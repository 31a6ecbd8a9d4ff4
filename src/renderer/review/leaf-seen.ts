/**
 * What the reader has seen of a file: the hunks whose end was on screen for a while, noted with the file. The page is told
 * of files seen in part (seen-hunks.ts says when that is).
 */
import type { editor } from 'monaco-editor/editor'
import { isSplit, type LeafEditor } from './leaf-editor.ts'
import { hunksSeen, isPartlyRead, type LineSpan } from './seen-hunks.ts'

/** What stays on screen this long was looked at; what is scrolled past was not. */
const SEEN_MS = 1_000

export interface SeenWatch {
  /** The screen changed: what is on it now is noted, unless it changes again before. */
  watch(): void
  stop(): void
}

/** Watches nothing yet, and never while the leaf is behind. */
export function createSeenWatch(leaf: LeafEditor): SeenWatch {
  let timer = 0
  const note = () => noteSeen(leaf)
  return {
    watch() {
      window.clearTimeout(timer)
      if (leaf.isFront) timer = window.setTimeout(note, SEEN_MS)
    },
    stop: () => window.clearTimeout(timer),
  }
}

function noteSeen(leaf: LeafEditor): void {
  const { shared, box, original, modified, shown } = leaf
  if (shown === null || !leaf.isFront || box.offsetParent === null) return
  const { diff, seen } = shown
  const newSide = spansOf(modified)
  const oldSide = isSplit(leaf, shown) ? spansOf(original) : null
  for (const i of hunksSeen(diff.hunks, { newSide, oldSide, newLines: shown.newLines.length })) seen.add(i)
  shown.restTop ??= modified.getScrollTop()
  if (isPartlyRead(seen.size, diff.hunks.length, modified.getScrollTop() !== shown.restTop)) shared.onPartly(diff.path)
}

const spansOf = (side: editor.ICodeEditor): LineSpan[] =>
  side.getVisibleRanges().map(range => ({ first: range.startLineNumber, last: range.endLineNumber }))
