/**
 * The order of names: by UTF-8 bytes, as Rust's BTreeMap keeps them, whatever the locale.
 * Byte order of UTF-8 equals code point order; JavaScript's `<` compares UTF-16 units, which differs past U+FFFF.
 */

/** Negative, zero or positive as `a` sorts before, with or after `b` by UTF-8 bytes. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    const isSurrogateX = x >= 0xd800 && x <= 0xdfff
    const isSurrogateY = y >= 0xd800 && y <= 0xdfff
    if (isSurrogateX !== isSurrogateY) return isSurrogateX ? 1 : -1
    return x - y
  }
  return a.length - b.length
}

/** Bytes of the text in UTF-8. */
export function utf8Length(text: string): number {
  let bytes = 0
  for (const char of text) {
    const point = char.codePointAt(0) ?? 0
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return bytes
}

/** A copy of a map kept in byte order, with `key` set to `value`. */
export function withEntry<K extends string, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  if (map.has(key)) return new Map(map).set(key, value)
  return new Map([...map, [key, value] as const].sort(([a], [b]) => compareText(a, b)))
}

/** A copy of a map in byte order of its keys. */
export function sortedMap<K extends string, V>(entries: Iterable<readonly [K, V]>): ReadonlyMap<K, V> {
  return new Map([...entries].sort(([a], [b]) => compareText(a, b)))
}

/** Element by element; a list sorts before a longer one that starts with it. */
export function compareLists(a: readonly string[], b: readonly string[]): number {
  for (const [i, x] of a.entries()) {
    const y = b[i]
    if (y === undefined) return 1
    const order = compareText(x, y)
    if (order !== 0) return order
  }
  return a.length - b.length
}
