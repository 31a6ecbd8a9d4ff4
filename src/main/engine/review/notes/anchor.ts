/**
 * Finding a note's lines again in another text of the same file. The quoted lines decide; where they stand more than
 * once, the lines around them, then the distance. Where they are gone, the lines around them give a guess that is
 * called one. Pure; time is linear in the text for each quoted line.
 */
import type { NotePlace } from '../../../../shared/review-notes.ts'

export interface Anchor {
  /** 1-based, inclusive, in the text it was written at. */
  readonly line: number
  readonly endLine: number
  readonly quote: readonly string[]
  /** Up to CONTEXT lines on each side, nearest last before and first after. */
  readonly before: readonly string[]
  readonly after: readonly string[]
}

const CONTEXT = 3
const MAX_QUOTED = 200
const MAX_LINE_LENGTH = 2_000
const LOST: NotePlace = { state: 'lost', line: 0, endLine: 0 }

const cut = (line: string): string => line.slice(0, MAX_LINE_LENGTH)

/** What to remember of lines `line` to `endLine` (1-based, inclusive, brought into the text's bounds). */
export function anchorAt(lines: readonly string[], line: number, endLine: number): Anchor {
  const first = Math.min(Math.max(1, line), Math.max(1, lines.length))
  const last = Math.min(Math.max(first, endLine), Math.max(1, lines.length))
  return {
    line: first,
    endLine: last,
    quote: lines.slice(first - 1, Math.min(last, first - 1 + MAX_QUOTED)).map(cut),
    before: lines.slice(Math.max(0, first - 1 - CONTEXT), first - 1).map(cut),
    after: lines.slice(last, last + CONTEXT).map(cut),
  }
}

/** Where the anchor's lines are in `lines`. */
export function findAnchor(anchor: Anchor, lines: readonly string[]): NotePlace {
  const length = anchor.endLine - anchor.line
  const exact = placesOf(anchor.quote, lines)
  const isTelling = anchor.quote.some(line => line.trim().length > 2)
  const best = bestOf(anchor, lines, exact)
  if (best !== null && (isTelling || contextScore(anchor, lines, best) > 0)) {
    const line = best + 1
    return { state: line === anchor.line ? 'here' : 'moved', line, endLine: line + length }
  }
  return guess(anchor, lines) ?? LOST
}

/** 0-based starts of the quoted lines. */
function placesOf(quote: readonly string[], lines: readonly string[]): number[] {
  const found: number[] = []
  const first = quote[0]
  if (first === undefined) return found
  for (let at = 0; at + quote.length <= lines.length; at++) {
    if (cut(lines[at] ?? '') !== first) continue
    if (quote.every((line, i) => cut(lines[at + i] ?? '') === line)) found.push(at)
  }
  return found
}

/** Equal neighbours, the nearest counting most. */
function contextScore(anchor: Anchor, lines: readonly string[], at: number): number {
  const end = at + anchor.quote.length
  const isSame = (index: number, line: string) => line.trim() !== '' && lines[index] === line
  let score = 0
  for (const [i, line] of anchor.before.toReversed().entries())
    if (isSame(at - 1 - i, line)) score += 2 ** (CONTEXT - i)
  for (const [i, line] of anchor.after.entries()) if (isSame(end + i, line)) score += 2 ** (CONTEXT - i)
  return score
}

function bestOf(anchor: Anchor, lines: readonly string[], places: readonly number[]): number | null {
  let best: { at: number; score: number; distance: number } | null = null
  for (const at of places) {
    const score = contextScore(anchor, lines, at)
    const distance = Math.abs(at + 1 - anchor.line)
    if (best === null || score > best.score || (score === best.score && distance < best.distance))
      best = { at, score, distance }
  }
  return best === null ? null : best.at
}

/** Counted from the nearest telling line before, to the nearest one after; one of them is enough. */
function guess(anchor: Anchor, lines: readonly string[]): NotePlace | null {
  const before = nearest(anchor, lines, anchor.before.toReversed())
  const after = nearest(anchor, lines, anchor.after)
  const length = anchor.endLine - anchor.line
  if (before !== null) {
    const first = before.index + 1 + before.distance
    const last =
      after === null || after.index + 1 - after.distance < first ? first + length : after.index + 1 - after.distance
    return outdated(first, last, lines.length)
  }
  if (after === null) return null
  const last = after.index + 1 - after.distance
  return outdated(last - length, last, lines.length)
}

/** Where the first telling line of the context stands now, and how many lines it was from the note. */
function nearest(
  anchor: Anchor,
  lines: readonly string[],
  context: readonly string[],
): { readonly index: number; readonly distance: number } | null {
  const distance = context.findIndex(line => line.trim().length > 2) + 1
  const wanted = context[distance - 1]
  if (wanted === undefined) return null
  let best: number | null = null
  for (const [i, line] of lines.entries()) {
    if (line !== wanted) continue
    if (best === null || Math.abs(i + 1 - anchor.line) < Math.abs(best + 1 - anchor.line)) best = i
  }
  return best === null ? null : { index: best, distance }
}

/** Lines that are there: a guess never points past the text. */
function outdated(line: number, endLine: number, total: number): NotePlace {
  const first = Math.min(Math.max(1, line), Math.max(1, total))
  return { state: 'outdated', line: first, endLine: Math.min(Math.max(first, Math.min(endLine, first + 20)), total) }
}
