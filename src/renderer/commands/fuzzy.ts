/**
 * Fuzzy matching for the palette: the query's letters in order, word starts and runs first. Pure.
 */

export interface FuzzyMatch {
  /** Higher is better. */
  readonly score: number
  /** Indices of the matched characters, ascending. */
  readonly at: readonly number[]
}

const isWordStart = (text: string, i: number): boolean => i === 0 || /[\s\-_./:]/.test(text[i - 1] ?? '')

/** Null when the letters do not all occur in order. An empty query matches everything alike. */
export function fuzzyMatch(query: string, text: string): FuzzyMatch | null {
  const wanted = query.toLowerCase().replace(/\s+/g, '')
  if (wanted === '') return { score: 0, at: [] }
  const lower = text.toLowerCase()
  const run = lower.indexOf(query.toLowerCase().trim())
  if (run >= 0) {
    const length = query.trim().length
    const score = 100 + (isWordStart(text, run) ? 40 : 0) + (run === 0 ? 30 : 0) - text.length / 10
    return { score, at: Array.from({ length }, (_, i) => run + i) }
  }
  // Jumping to word starts can jump over a letter that is needed; then the nearest letters are taken.
  return scattered(wanted, lower, true) ?? scattered(wanted, lower, false)
}

function scattered(wanted: string, lower: string, prefersStarts: boolean): FuzzyMatch | null {
  const at: number[] = []
  let score = 0
  let from = 0
  for (const letter of wanted) {
    const i = prefersStarts ? nextStart(lower, letter, from) : lower.indexOf(letter, from)
    if (i < 0) return null
    score += isWordStart(lower, i) ? 8 : at.at(-1) === i - 1 ? 4 : -1
    at.push(i)
    from = i + 1
  }
  return { score: score - lower.length / 10, at }
}

/** The next word start with this letter when there is one, else the next occurrence. */
function nextStart(lower: string, letter: string, from: number): number {
  const next = lower.indexOf(letter, from)
  if (next < 0 || next === from || isWordStart(lower, next)) return next
  for (let i = next; i >= 0; i = lower.indexOf(letter, i + 1)) if (isWordStart(lower, i)) return i
  return next
}
