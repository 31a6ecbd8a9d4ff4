/**
 * A list of names in a sentence, cut to about 40 columns: `a`, `a and b`, `a, b, and c`, `a, and 7 others`.
 * Source: cargo-vet 0.10.3 src/string_format.rs FormatShortList.
 */
import { compareText, utf8Length } from './byte-order.ts'

const WIDTH = 40
const AND_WIDTH = ' and '.length
const OTHER_WIDTH = ' other'.length

/** Names sorted by length in bytes, then by bytes: cargo-vet's order. */
export function sortShortList(names: readonly string[]): string[] {
  return [...names].sort((a, b) => utf8Length(a) - utf8Length(b) || compareText(a, b))
}

/** `width` is about how many columns it may take. */
export function formatShortList(names: readonly string[], width = WIDTH): string {
  const items = sortShortList(names)
  const [first = '', second = ''] = items
  if (items.length <= 1) return first
  if (items.length === 2) return `${first} and ${second}`
  const lastShown = lastThatFits(items, width)
  // PARITY cargo-vet 0.10.3 string_format.rs: the plural is fixed here, and there is no comma.
  if (lastShown === 0) return `${first} and ${items.length - 1} others`
  const shown = items.slice(0, Math.min(lastShown, items.length - 2) + 1).join(', ')
  if (lastShown === items.length - 1) return `${shown}, and ${items[lastShown] ?? ''}`
  const rest = items.length - (lastShown + 1)
  return `${shown}, and ${rest} other${rest > 1 ? 's' : ''}`
}

/** Index of the last item before the estimated text gets too wide; the estimate is cargo-vet's. */
function lastThatFits(items: readonly string[], limit: number): number {
  let before = 0
  for (const [i, item] of items.entries()) {
    const width = displayWidth(item)
    const after = items.length - (i + 1)
    let estimate: number
    if (after === 0) estimate = before + AND_WIDTH + width
    else {
      before += width + 1 // with its comma
      const remainder = Math.floor(after / 10) + 1 + OTHER_WIDTH + (after > 1 ? 1 : 0)
      estimate = before - (i === 0 ? 1 : 0) + AND_WIDTH + remainder
    }
    if (estimate > limit) return Math.max(0, i - 1)
  }
  return items.length - 1
}

/** Columns on a terminal. Crate names are ASCII, so a column per code point is exact for them. */
function displayWidth(text: string): number {
  return [...text].length
}
