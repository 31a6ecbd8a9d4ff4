/**
 * Which characters differ inside one hunk: lines that became other lines are paired first, then compared by words.
 * Pure; bounded, because crate text can be made to be slow: a hunk past the limits, or lines that share little, get no
 * marks and stay as coloured lines.
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

const MAX_HUNK_LINES = 120
const MAX_LINE_UNITS = 1_000
const TIMEOUT_MS = 5
/** Of all words of two lines, how many they must share to count as one changed line. */
const MIN_SHARED = 0.5

/** The changes inside a hunk in order; null when it has only one side or no line of it is like another. */
export function intralineChanges(
  hunk: Hunk,
  oldLines: readonly string[],
  newLines: readonly string[],
): readonly IntralineChange[] | null {
  const olds = oldLines.slice(hunk.oldStart - 1, hunk.oldEnd - 1)
  const news = newLines.slice(hunk.newStart - 1, hunk.newEnd - 1)
  if (olds.length === 0 || news.length === 0 || olds.length + news.length > MAX_HUNK_LINES) return null
  const changes = pairLines(olds, news).flatMap(([i, j]) => {
    const [before, after] = [olds[i] ?? '', news[j] ?? '']
    if (before === after || before.length + after.length > MAX_LINE_UNITS) return []
    const parts = diffWordsWithSpace(before, after, { timeout: TIMEOUT_MS })
    return parts === undefined
      ? []
      : spansOf(parts, { line: hunk.oldStart + i, column: 1 }, { line: hunk.newStart + j, column: 1 })
  })
  return changes.length === 0 ? null : changes
}

/** Which old line became which new one: the in-order pairing that shares most, of lines that share enough. */
export function pairLines(
  olds: readonly string[],
  news: readonly string[],
): readonly (readonly [oldIndex: number, newIndex: number])[] {
  const [oldWords, newWords] = [olds.map(wordsOf), news.map(wordsOf)]
  // best[i][j]: most that the lines from i and from j on can share.
  const best = Array.from({ length: olds.length + 1 }, () => new Float64Array(news.length + 1))
  const share = (i: number, j: number) => sharedShare(oldWords[i], newWords[j])
  const shares = olds.map((_, i) => Float64Array.from(news, (_new, j) => share(i, j)))
  const at = (i: number, j: number) => best[i]?.[j] ?? 0
  const paired = (i: number, j: number) => {
    const value = shares[i]?.[j] ?? 0
    return value >= MIN_SHARED ? value + at(i + 1, j + 1) : -1
  }
  for (let i = olds.length - 1; i >= 0; i--) {
    for (let j = news.length - 1; j >= 0; j--) {
      const row = best[i]
      if (row !== undefined) row[j] = Math.max(at(i + 1, j), at(i, j + 1), paired(i, j))
    }
  }
  const pairs: [number, number][] = []
  for (let i = 0, j = 0; i < olds.length && j < news.length;) {
    if (paired(i, j) >= at(i, j) && at(i, j) > 0) pairs.push([i++, j++])
    else if (at(i + 1, j) >= at(i, j + 1)) i += 1
    else j += 1
  }
  return pairs
}

interface Words {
  readonly counts: ReadonlyMap<string, number>
  readonly total: number
}

function wordsOf(line: string): Words {
  const counts = new Map<string, number>()
  let total = 0
  for (const [word] of line.slice(0, MAX_LINE_UNITS).matchAll(/\w+|[^\w\s]/g)) {
    // A name says more than a bracket.
    const weight = /\w/.test(word) ? Math.min(8, word.length + 1) : 1
    counts.set(word, (counts.get(word) ?? 0) + weight)
    total += weight
  }
  return { counts, total }
}

function sharedShare(a: Words | undefined, b: Words | undefined): number {
  if (a === undefined || b === undefined || a.total + b.total === 0) return 0
  let shared = 0
  for (const [word, weight] of a.counts) shared += Math.min(weight, b.counts.get(word) ?? 0)
  return (2 * shared) / (a.total + b.total)
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
