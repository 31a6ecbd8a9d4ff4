/**
 * The place in the file of a leaf: the hunk one is at and the line of the new side, and going to others. The reader's own
 * moves are followed, ours set the hunk themselves. While the leaf is behind, its place changes but is not told.
 */
import { editor } from 'monaco-editor/editor'
import type { Hunk } from '../../shared/wire.ts'
import type { Models } from './file-models.ts'
import { isSplit, type LeafEditor } from './leaf-editor.ts'
import { HUNK_CONTEXT_LINES } from './leaf-options.ts'

/** Tells the page where the reader is, when the reader sees this leaf. */
export function tellPlace({ shared, shown, isFront, modified, currentHunk }: LeafEditor): void {
  if (shown === null || !isFront) return
  const line = lineOf(modified)
  shared.onPlace({ hunk: currentHunk, hunks: shown.diff.hunks.length, line })
}

/** The reader moved the cursor of the new side: the hunk is the last one that starts at or before it. */
export function followCursor(leaf: LeafEditor, event: editor.ICursorPositionChangedEvent): void {
  if (leaf.shown === null || event.source === 'api') return
  leaf.currentHunk = lastHunkAt(leaf.shown.diff.hunks, event.position.lineNumber)
  tellPlace(leaf)
}

/** Goes to where a file begins, which the editor just got: a 1-based line of the new side, else where it was left. */
export function startFile(leaf: LeafEditor, models: Models, line: number | null): void {
  const { diff } = models
  if (line !== null) revealLine(leaf, models, line)
  else if (models.state !== null) {
    leaf.widget.restoreViewState(models.state)
    leaf.currentHunk = lastHunkAt(diff.hunks, lineOf(leaf.modified))
    tellPlace(leaf)
  } else if (diff.oldText === null || diff.newText === null || diff.hunks.length === 0) {
    leaf.currentHunk = diff.hunks.length === 0 ? -1 : 0
    tellPlace(leaf)
  } else revealHunk(leaf, 0)
}

/** Goes to a 1-based line of the new side. */
export function revealLine(leaf: LeafEditor, models: Models, line: number): void {
  leaf.currentHunk = lastHunkAt(models.diff.hunks, line)
  reveal(leaf, 'new', line)
  tellPlace(leaf)
}

/** Goes to the hunk after or before; false when there is none. */
export function goToHunk(leaf: LeafEditor, step: 1 | -1): boolean {
  const next = leaf.currentHunk + step
  if (leaf.shown === null || next < 0 || next >= leaf.shown.diff.hunks.length) return false
  revealHunk(leaf, next)
  return true
}

/** Goes to a place of a side, 1-based, and gives that side the keyboard. The old side says nothing of the hunk. */
export function goTo(leaf: LeafEditor, side: 'old' | 'new', line: number, column?: number): void {
  if (leaf.shown === null) return
  if (side === 'new') leaf.currentHunk = lastHunkAt(leaf.shown.diff.hunks, line)
  reveal(leaf, side, line, column)
  sideOf(leaf, side).focus()
  tellPlace(leaf)
}

/** Lines move when the layout changes: what one was reading comes back into view once Monaco has laid out anew. */
export function keepInView({ modified }: LeafEditor): void {
  const line = lineOf(modified)
  requestAnimationFrame(() => nearTop(modified, line))
}

/** The 1-based line of the cursor in a side; the first one without a file. */
export const lineOf = (side: editor.ICodeEditor): number => side.getPosition()?.lineNumber ?? 1

const sideOf = (leaf: LeafEditor, side: 'old' | 'new') => (side === 'old' ? leaf.original : leaf.modified)

const nearTop = (side: editor.ICodeEditor, line: number): void =>
  side.revealLineNearTop(Math.max(1, line - HUNK_CONTEXT_LINES), editor.ScrollType.Immediate)

function reveal(leaf: LeafEditor, side: 'old' | 'new', line: number, column = 1): void {
  const target = sideOf(leaf, side)
  target.setPosition({ lineNumber: Math.max(1, line), column })
  nearTop(target, line)
}

function revealHunk(leaf: LeafEditor, index: number): void {
  const { shown, modified } = leaf
  const hunk = shown?.diff.hunks[index]
  if (shown === null || hunk === undefined) return
  leaf.currentHunk = index
  const isDeletion = hunk.newStart === hunk.newEnd
  // A pure deletion has no line of its own on the new side: the line before it keeps both sides in view.
  modified.setPosition({ lineNumber: Math.max(1, isDeletion ? hunk.newStart - 1 : hunk.newStart), column: 1 })
  if (isDeletion && isSplit(leaf, shown)) reveal(leaf, 'old', hunk.oldStart)
  else nearTop(modified, hunk.newStart)
  tellPlace(leaf)
}

/** The last hunk that starts at or before a line of the new side; -1 before the first. */
function lastHunkAt(hunks: readonly Hunk[], line: number): number {
  let found = -1
  while (found + 1 < hunks.length && (hunks[found + 1]?.newStart ?? Infinity) <= line) found += 1
  return found
}
