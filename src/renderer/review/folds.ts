/**
 * Opening what the diff editor folded: around the hunk one reads, up to the start of the item it is in.
 */
import type { editor } from 'monaco-editor/editor'
import type { Hunk } from '../../shared/wire.ts'

/** Monaco's own record of a folded region. Internal: see monaco-modules.d.ts for why that is acceptable. */
export interface Fold {
  getHiddenModifiedRange(reader: undefined): {
    readonly startLineNumber: number
    readonly endLineNumberExclusive: number
    readonly isEmpty: boolean
  }
  showAll(tx: undefined): void
  collapseAll(tx: undefined): void
  showMoreAbove(count: number, tx: undefined): void
  showMoreBelow(count: number, tx: undefined): void
}

/** The regions of unchanged lines, open or closed, in order. */
export function foldsOf(widget: editor.IStandaloneDiffEditor): readonly Fold[] {
  const internal = widget as unknown as {
    _diffModel?: { get(): { unchangedRegions: { get(): readonly Fold[] } } | undefined }
  }
  return internal._diffModel?.get()?.unchangedRegions.get() ?? []
}

/** Opens all folds, or closes them all when none is closed. */
export function toggleFolds(widget: editor.IStandaloneDiffEditor): void {
  const folds = foldsOf(widget)
  const isAnyClosed = folds.some(fold => !fold.getHiddenModifiedRange(undefined).isEmpty)
  if (isAnyClosed) for (const fold of folds) fold.showAll(undefined)
  else for (const fold of folds) fold.collapseAll(undefined)
}

const ITEM_START =
  /^\s*(#\[|pub\b|fn\b|impl\b|mod\b|struct\b|enum\b|trait\b|union\b|unsafe\b|async\b|const\b|static\b|extern\b|macro_rules!|\[)/

/** Opens what is hidden between the current hunk and the start of the item around it; then the fold after it. */
export function expandNearest(
  widget: editor.IStandaloneDiffEditor,
  hunk: Hunk | undefined,
  newLines: readonly string[],
): boolean {
  const closed = foldsOf(widget).filter(fold => !fold.getHiddenModifiedRange(undefined).isEmpty)
  const at = hunk?.newStart ?? 1
  const above = closed.filter(fold => fold.getHiddenModifiedRange(undefined).startLineNumber < at).at(-1)
  const start = enclosingItem(newLines, at)
  if (above !== undefined) {
    const hidden = above.getHiddenModifiedRange(undefined)
    if (start < hidden.endLineNumberExclusive) {
      above.showMoreBelow(
        Math.min(hidden.endLineNumberExclusive - Math.max(start, hidden.startLineNumber), 2_000),
        undefined,
      )
      return true
    }
  }
  const next = closed.find(fold => fold.getHiddenModifiedRange(undefined).startLineNumber >= at) ?? above
  if (next === undefined) return false
  if (next === above) next.showMoreBelow(20, undefined)
  else next.showMoreAbove(20, undefined)
  return true
}

/** The line where the innermost item around `line` starts: less indented, and the beginning of an item. */
export function enclosingItem(lines: readonly string[], line: number): number {
  const indentOf = (text: string) => text.length - text.trimStart().length
  let indent = Infinity
  for (let at = Math.min(line, lines.length); at >= 1; at--) {
    const text = lines[at - 1] ?? ''
    if (text.trim() === '') continue
    if (at === line) indent = indentOf(text)
    else if ((indentOf(text) < indent || indentOf(text) === 0) && ITEM_START.test(text)) return at
    indent = Math.min(indent, Math.max(indentOf(text), 1))
  }
  return 1
}

/** Lines of an item, 1-based, both included. */
export interface ItemSpan {
  readonly line: number
  readonly endLine: number
}

/** Lines that belong to the item below them. */
const BEFORE_ITEM = /^\s*(\/\/\/|\/\*\*|\*|#\[)/

/** The items around a line from the innermost one, each with the comments and attributes before it. */
export function itemsAround(items: readonly ItemSpan[], line: number, lines: readonly string[]): readonly ItemSpan[] {
  const around = items.map(item => withLead(item, lines)).filter(item => item.line <= line && line <= item.endLine)
  return around.sort((a, b) => a.endLine - a.line - (b.endLine - b.line))
}

function withLead(item: ItemSpan, lines: readonly string[]): ItemSpan {
  let { line } = item
  while (line > 1 && BEFORE_ITEM.test(lines[line - 2] ?? '')) line -= 1
  return { line, endLine: item.endLine }
}

/** Opens the folded lines of the innermost item around `line` that has some; false when none has. */
export function expandItem(
  widget: editor.IStandaloneDiffEditor,
  items: readonly ItemSpan[],
  line: number,
  newLines: readonly string[],
): boolean {
  for (const item of itemsAround(items, line, newLines)) {
    let isOpened = false
    for (const fold of foldsOf(widget)) {
      const hidden = fold.getHiddenModifiedRange(undefined)
      const [first, end] = [hidden.startLineNumber, hidden.endLineNumberExclusive]
      if (hidden.isEmpty || end <= item.line || first > item.endLine) continue
      const [startsBefore, endsAfter] = [first < item.line, end > item.endLine + 1]
      // A fold that reaches out on both sides cannot be opened in its middle.
      if (startsBefore === endsAfter) fold.showAll(undefined)
      else if (startsBefore) fold.showMoreBelow(end - item.line, undefined)
      else fold.showMoreAbove(item.endLine + 1 - first, undefined)
      isOpened = true
    }
    if (isOpened) return true
  }
  return false
}
