/**
 * The fast reader: a TOML text in the form cargo-vet writes, one line at a time. Answers the same tree as
 * smol-toml, or null as soon as a line is not in that form; it never guesses and never reports an error.
 * Measured on a 600 KB audits.toml: see store.bench in bench/. Accepts: blank lines, full-line comments,
 * `[a.b]`, `[[a.b]]`, `key = value` with all four strings, booleans, decimal integers of up to 15 digits with a
 * comment behind, lists of strings on one line or one element per line, and inline tables of strings.
 */
import type { TomlTable, TomlValue } from './decode.ts'

type Mutable = Record<string, TomlValue>

interface Lines {
  readonly text: string
  /** Start of the next line. */
  pos: number
}

// Raw control characters (but tab and line feed) and byte order marks are for the other reader.
const NEVER_CANONICAL = /[\x00-\x08\x0b-\x1f\x7f\ufeff]/

const HASH = 35
const OPEN = 91

/** Null: not in canonical form, use the other reader. */
export function readCanonicalLines(text: string): TomlTable | null {
  if (NEVER_CANONICAL.test(text)) return null
  const root: Mutable = {}
  const state: Headers = { root, inline: new Set(), header: '', list: null }
  const lines: Lines = { text, pos: 0 }
  let table: Mutable = root
  while (lines.pos < text.length) {
    const start = lines.pos
    const found = text.indexOf('\n', start)
    const end = found < 0 ? text.length : found
    lines.pos = end + 1
    if (start === end) continue
    const first = text.charCodeAt(start)
    if (first === HASH) continue
    if (first === OPEN) {
      const next = openTable(state, text.slice(start, end))
      if (next === null) return null
      table = next
    } else if (!readKeyValue(lines, start, end, table, state)) return null
  }
  return root
}

/** A value of the forms above and where its text ends; null when it is none of them. `at` is behind the `=` and blank. */
export function readValueAt(text: string, at: number): { readonly value: TomlValue; readonly end: number } | null {
  const found = text.indexOf('\n', at)
  const end = found < 0 ? text.length : found
  const lines: Lines = { text, pos: end + 1 }
  const value = readValue(lines, at, end, { root: {}, inline: new Set(), header: '', list: null })
  return value === undefined ? null : { value, end: lines.pos - 1 }
}

// ── headers ──────────────────────────────────────────────────────────────────────────────────

interface Headers {
  readonly root: Mutable
  /** Lists and tables written as values, which headers may not extend. */
  readonly inline: Set<unknown>
  /** The last `[[…]]` line and its list: the next entry of the same crate needs no walk. */
  header: string
  list: TomlValue[] | null
}

/** The new table, or null when the header is malformed, repeated, or extends a value. */
function openTable(state: Headers, header: string): Mutable | null {
  if (header === state.header && state.list !== null) {
    const entry: Mutable = {}
    state.list.push(entry)
    return entry
  }
  const isElement = header.startsWith('[[')
  const path = headerPath(isElement ? header.slice(2) : header.slice(1), isElement ? ']]' : ']')
  if (path === null) return null
  let table = state.root
  for (const key of path.slice(0, -1)) {
    const next = stepInto(state, table, key)
    if (next === null) return null
    table = next
  }
  const last = path.at(-1) as string
  const entry: Mutable = {}
  if (!isElement) {
    state.list = null
    if (Object.hasOwn(table, last)) return null
    table[last] = entry
    return entry
  }
  const known = Object.hasOwn(table, last) ? table[last] : undefined
  if (known === undefined) {
    state.list = [entry]
    table[last] = state.list
  } else if (Array.isArray(known) && !state.inline.has(known)) {
    state.list = known
    known.push(entry)
  } else return null
  state.header = header
  return entry
}

function stepInto(state: Headers, table: Mutable, key: string): Mutable | null {
  if (!Object.hasOwn(table, key)) {
    const next: Mutable = {}
    table[key] = next
    return next
  }
  const next = table[key]
  if (typeof next !== 'object' || Array.isArray(next) || state.inline.has(next)) return null
  return next as Mutable
}

/** cargo-vet's files need five: `audits.NAME.audits.CRATE` and one to spare. */
const MAX_HEADER_PARTS = 5

const HEADER_KEY = /(?:([A-Za-z0-9_-]+)|"([^"\\]*)"|'([^']*)')(\.|\]\]?$)/y

function headerPath(text: string, close: string): string[] | null {
  const path: string[] = []
  HEADER_KEY.lastIndex = 0
  for (;;) {
    const match = HEADER_KEY.exec(text)
    if (match === null) return null
    const key = match[1] ?? match[2] ?? match[3] ?? ''
    if (key === '__proto__') return null
    path.push(key)
    if (path.length > MAX_HEADER_PARTS) return null
    if (match[4] === '.') continue
    return match[4] === close ? path : null
  }
}

// ── key = value ──────────────────────────────────────────────────────────────────────────────

const BARE_KEY = /^[A-Za-z0-9_-]+$/
const COMMENT_END = /^ *(?:#.*)?$/

function readKeyValue(lines: Lines, start: number, end: number, table: Mutable, state: Headers): boolean {
  const { text } = lines
  const equals = text.indexOf(' = ', start)
  if (equals < 0 || equals >= end) return false
  const written = text.slice(start, equals)
  const key = KNOWN_KEYS.has(written) ? written : readKey(written)
  if (key === null || Object.hasOwn(table, key)) return false
  const value = readValue(lines, equals + 3, end, state)
  if (value === undefined) return false
  table[key] = value
  return true
}

const KNOWN_KEYS: ReadonlySet<string> = new Set([
  'who',
  'criteria',
  'version',
  'delta',
  'notes',
  'aggregated-from',
  'user-id',
  'start',
  'end',
  'when',
  'user-login',
  'user-name',
])

/** The key without its quotes; null for keys with escapes, dotted keys and `__proto__`. */
function readKey(written: string): string | null {
  if (written === '__proto__') return null
  if (BARE_KEY.test(written)) return written
  const quote = written[0]
  const body = written.slice(1, -1)
  if (written.length < 2 || !written.endsWith(quote as string) || body.includes(quote as string)) return null
  if (body === '__proto__' || (quote === '"' ? body.includes('\\') : quote !== "'")) return null
  return body
}

const QUOTE = 34
const APOSTROPHE = 39

/** Undefined when it is not one of the accepted forms. Moves `lines` past a value of several lines. */
function readValue(lines: Lines, at: number, end: number, state: Headers): TomlValue | undefined {
  const { text } = lines
  switch (text.charCodeAt(at)) {
    case QUOTE:
      return text.startsWith('"""', at) ? readMultiLine(lines, at, '"') : readBasic(text, at, end)
    case APOSTROPHE: {
      if (text.startsWith("'''", at)) return readMultiLine(lines, at, "'")
      const close = text.indexOf("'", at + 1)
      return close === end - 1 ? text.slice(at + 1, close) : undefined
    }
    case OPEN: {
      const list = end === at + 1 ? readTallList(lines) : readFlatList(text.slice(at, end))
      if (list !== undefined) state.inline.add(list)
      return list
    }
    default:
      return readOther(text.slice(at, end), state)
  }
}

function readBasic(text: string, at: number, end: number): string | undefined {
  if (end - 1 <= at || text.charCodeAt(end - 1) !== QUOTE) return undefined
  const body = text.slice(at + 1, end - 1)
  if (!body.includes('\\')) return body.includes('"') ? undefined : body
  // Quotes inside must all be escaped, and the last one must not be.
  return /^(?:[^"\\]|\\.)*$/.test(body) ? unescape(body) : undefined
}

/** `"""` or `'''` strings, whose closing quotes must end their line. */
function readMultiLine(lines: Lines, at: number, quote: string): string | undefined {
  const { text } = lines
  const delimiter = quote.repeat(3)
  const bodyStart = text.charCodeAt(at + 3) === 10 ? at + 4 : at + 3
  let close = text.indexOf(delimiter, bodyStart)
  while (quote === '"' && close > 0 && isEscaped(text, close, bodyStart)) close = text.indexOf(delimiter, close + 1)
  if (close < 0) return undefined
  let past = close + 3
  for (let extra = 0; extra < 2 && text[past] === quote; extra++) past++
  if (past < text.length && text.charCodeAt(past) !== 10) return undefined
  lines.pos = past + 1
  const body = text.slice(bodyStart, past - 3)
  return quote === '"' && body.includes('\\') ? unescape(body) : body
}

/** True when an odd number of backslashes stands before `at`. */
function isEscaped(text: string, at: number, floor: number): boolean {
  let slashes = 0
  while (at - 1 - slashes >= floor && text.charCodeAt(at - 1 - slashes) === 92) slashes++
  return slashes % 2 === 1
}

const ESCAPE_NAMES: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  '"': '"',
  '\\': '\\',
}

/** Undefined for escapes other than the short ones and `\u` of a scalar value. */
function unescape(body: string): string | undefined {
  let isKnown = true
  const text = body.replace(/\\(u([0-9a-fA-F]{4})|[^])/g, (_, char: string, hex: string | undefined) => {
    if (hex !== undefined) {
      const code = parseInt(hex, 16)
      if (code < 0xd800 || code > 0xdfff) return String.fromCharCode(code)
    }
    const named = ESCAPE_NAMES[char]
    if (named === undefined) isKnown = false
    return named ?? ''
  })
  return isKnown ? text : undefined
}

const FLAT_STRING = /(?:"([^"\\]*)"|'([^']*)')(, |\]$)/y

/** `["a", 'b']`; an empty list is `[]`. */
function readFlatList(written: string): string[] | undefined {
  if (written === '[]') return []
  const list: string[] = []
  FLAT_STRING.lastIndex = 1
  for (;;) {
    const match = FLAT_STRING.exec(written)
    if (match === null) return undefined
    list.push(match[1] ?? match[2] ?? '')
    if (match[3] !== ', ') return list
  }
}

const TALL_STRING = /^ {4}(?:"([^"\\]*)"|'([^']*)'),$/

/** One element per line, as cargo-vet wraps long lists. */
function readTallList(lines: Lines): string[] | undefined {
  const { text } = lines
  const list: string[] = []
  for (;;) {
    const end = text.indexOf('\n', lines.pos)
    if (end < 0) return undefined
    const line = text.slice(lines.pos, end)
    lines.pos = end + 1
    if (line === ']') return list
    const match = TALL_STRING.exec(line)
    if (match === null) return undefined
    list.push(match[1] ?? match[2] ?? '')
  }
}

const INTEGER = /^(?:0|[1-9][0-9]{0,14})(?= *(?:#|$))/

function readOther(written: string, state: Headers): TomlValue | undefined {
  if (written === 'true') return true
  if (written === 'false') return false
  if (written.startsWith('{')) return readInlineTable(written, state)
  const digits = INTEGER.exec(written)?.[0]
  return digits !== undefined && COMMENT_END.test(written.slice(digits.length)) ? BigInt(digits) : undefined
}

const INLINE_ENTRY =
  /(?:([A-Za-z0-9_-]+)|"([^"\\]*)"|'([^']*)') = (?:"([^"\\]*)"|'([^']*)'|(\[[^[\]"']*(?:"[^"\\]*"|'[^']*'|, )*\]))(, | \}$)/y

/** `{ a = "x", b = ["x", "y"] }`: one level of strings and lists of strings. */
function readInlineTable(written: string, state: Headers): TomlTable | undefined {
  if (!written.startsWith('{ ')) return undefined
  const table: Mutable = {}
  INLINE_ENTRY.lastIndex = 2
  for (;;) {
    const match = INLINE_ENTRY.exec(written)
    if (match === null) return undefined
    const key = match[1] ?? match[2] ?? match[3] ?? ''
    const value = match[4] ?? match[5] ?? readFlatList(match[6] as string)
    if (value === undefined || key === '__proto__' || Object.hasOwn(table, key)) return undefined
    table[key] = value
    if (match[7] === ', ') continue
    state.inline.add(table)
    return table
  }
}
