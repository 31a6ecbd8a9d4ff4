/**
 * Which characters differ inside one hunk, by words. Pure; bounded, because crate text can be made to be slow: a hunk
 * past the limits, or one that shares almost nothing, gets no marks and stays as coloured lines.
 */
import { diffWordsWithSpace } from 'diff'
import type { Hunk } from '../../shared/wire.ts'

/** Positions are 1-based line and column of the whole file; ends exclusive. */
export interface TextSpan {
  readonly startLineNumber: number
  readonly startColumn: number
  readonly endLineNumber: number
  readonly endColumn: number
}
export interface IntralineChange {
  readonly old: TextSpan
  readonly new: TextSpan
}

const MAX_HUNK_UNITS = 6_000
const TIMEOUT_MS = 20
/** Of the longer side: below this share of common text the marks would cover nearly everything. */
const MIN_COMMON_SHARE = 0.3

/** The changes inside a hunk in order; null when it has only one side or is not worth marking. */
export function intralineChanges(
  hunk: Hunk,
  oldLines: readonly string[],
  newLines: readonly string[],
): readonly IntralineChange[] | null {
  if (hunk.oldStart === hunk.oldEnd || hunk.newStart === hunk.newEnd) return null
  const oldText = oldLines.slice(hunk.oldStart - 1, hunk.oldEnd - 1).join('\n')
  const newText = newLines.slice(hunk.newStart - 1, hunk.newEnd - 1).join('\n')
  if (oldText.length + newText.length > MAX_HUNK_UNITS) return null
  const parts = diffWordsWithSpace(oldText, newText, { timeout: TIMEOUT_MS })
  if (parts === undefined) return null
  const common = parts.reduce((sum, part) => (part.added || part.removed ? sum : sum + part.value.trim().length), 0)
  if (common < MIN_COMMON_SHARE * Math.min(oldText.trim().length, newText.trim().length)) return null
  return spansOf(parts, { line: hunk.oldStart, column: 1 }, { line: hunk.newStart, column: 1 })
}

interface Place {
  readonly line: number
  readonly column: number
}

function advance(at: Place, text: string): Place {
  const lastBreak = text.lastIndexOf('\n')
  if (lastBreak === -1) return { line: at.line, column: at.column + text.length }
  let breaks = 0
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) breaks += 1
  return { line: at.line + breaks, column: text.length - lastBreak }
}

const span = (from: Place, to: Place): TextSpan => ({
  startLineNumber: from.line,
  startColumn: from.column,
  endLineNumber: to.line,
  endColumn: to.column,
})

function spansOf(
  parts: readonly { readonly value: string; readonly added: boolean; readonly removed: boolean }[],
  oldStart: Place,
  newStart: Place,
): readonly IntralineChange[] {
  const changes: IntralineChange[] = []
  let [oldAt, newAt] = [oldStart, newStart]
  let pending: { readonly old: Place; readonly new: Place } | null = null
  const flush = () => {
    if (pending !== null) changes.push({ old: span(pending.old, oldAt), new: span(pending.new, newAt) })
    pending = null
  }
  for (const part of parts) {
    if (!part.added && !part.removed) flush()
    else pending ??= { old: oldAt, new: newAt }
    if (!part.added) oldAt = advance(oldAt, part.value)
    if (!part.removed) newAt = advance(newAt, part.value)
  }
  flush()
  return changes
}
