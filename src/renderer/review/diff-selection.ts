/**
 * What the reader points at with the keyboard: the selection or the cursor of the side that has it, else of the new side.
 */
import type { DiffView } from './diff-editor.ts'
import type { DiffLeaf } from './diff-leaf.ts'
import { nameAt } from './name-hover.ts'

/** The lines selected, or the cursor's, 1-based and both included. Null without a file. */
export function selectedLines(leaf: DiffLeaf): ReturnType<DiffView['selectedLines']> {
  if (leaf.shown() === null) return null
  const selection = focusedSide(leaf).getSelection()
  if (selection === null) return null
  // A selection that ends at the start of a line does not mean that line.
  const isWhole = selection.endColumn === 1 && selection.endLineNumber > selection.startLineNumber
  const side = focusedSide(leaf) === leaf.original ? ('old' as const) : ('new' as const)
  return { side, line: selection.startLineNumber, endLine: selection.endLineNumber - (isWhole ? 1 : 0) }
}

/** The selected text, up to 1,000 UTF-16 units of it, when it is within a line; else empty. */
export function selectedText(leaf: DiffLeaf): string {
  const side = focusedSide(leaf)
  const selection = side.getSelection()
  const isLine = selection !== null && selection.startLineNumber === selection.endLineNumber
  return isLine ? (side.getModel()?.getValueInRange(selection).slice(0, 1_000) ?? '') : ''
}

/** The name at the cursor, and what stands before its `::`. */
export function wordAtCursor(leaf: DiffLeaf): ReturnType<DiffView['wordAtCursor']> {
  const side = focusedSide(leaf)
  const [model, position] = [side.getModel(), side.getPosition()]
  return model === null || position === null ? null : nameAt(model, position)
}

const focusedSide = (leaf: DiffLeaf) => (leaf.focused() === 'old' ? leaf.original : leaf.modified)
