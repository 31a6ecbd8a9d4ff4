/**
 * Looking for a pattern line by line in one text. Runs inside the search worker, because a regular expression may take
 * for ever on a hostile line; pure and bounded but for that.
 */
import type { FoundPlace, SearchQuery } from '../../../../shared/review-aids.ts'

/** Units of a line shown around a match. */
const SHOWN_BEFORE = 60
const SHOWN = 220

/** The expression of a query; throws SyntaxError when the pattern is none. */
export function expressionOf(query: Omit<SearchQuery, 'side'>): RegExp {
  const source = query.isRegex ? query.pattern : query.pattern.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)
  const whole = query.isWord ? String.raw`(?<![\p{L}\p{N}_])(?:${source})(?![\p{L}\p{N}_])` : source
  const flags = query.isCase ? 'g' : 'gi'
  try {
    return new RegExp(whole, `${flags}u`)
  } catch (error) {
    // Unicode mode refuses escapes that mean nothing, which readers write all the same; whole words need it.
    if (query.isWord) throw error
    return new RegExp(whole, flags)
  }
}

export interface TextFindings {
  readonly total: number
  readonly places: FoundPlace[]
}

/** All matches are counted up to `maxCount`, the first `maxPlaces` are listed. An empty match counts once per line. */
export function searchText(text: string, expression: RegExp, maxPlaces: number, maxCount: number): TextFindings {
  const places: FoundPlace[] = []
  let total = 0
  let line = 0
  let start = 0
  while (start <= text.length && total < maxCount) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    line += 1
    const content = text.slice(start, end)
    expression.lastIndex = 0
    for (let match = expression.exec(content); match !== null; match = expression.exec(content)) {
      total += 1
      if (places.length < maxPlaces) places.push(placeAt(content, line, match.index, match[0].length))
      if (total >= maxCount || match[0] === '') break
    }
    // The last line feed ends a line, it does not start one.
    if (newline === -1 || newline === text.length - 1) break
    start = newline + 1
  }
  return { total, places }
}

/** A place with the part of its line that is shown. */
export function placeAt(content: string, line: number, index: number, length: number): FoundPlace {
  const indent = content.length - content.trimStart().length
  const from = index - indent <= SHOWN_BEFORE ? Math.min(indent, index) : index - SHOWN_BEFORE
  const text = content.slice(from, from + SHOWN)
  return { line, column: index + 1, length, text, at: index - from, isDefinition: false }
}
