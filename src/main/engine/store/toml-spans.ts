/**
 * Where things stand in a TOML text: for each key and array element the place of the key and of the value. Built
 * only when a place is needed. The text has already been accepted by a TOML reader, so this scanner trusts the
 * grammar and checks nothing. Paths are those of the tree: `audits`, `serde`, 3, `criteria`, 0.
 */
import type { FilePlace } from '../../../shared/failure.ts'

export interface Span {
  /** UTF-16 offsets, ends exclusive. The key of a table is its header's last part. */
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number
}

export type SpanIndex = ReadonlyMap<string, Span>

const SEPARATOR = '\u0000'
const pathKey = (path: readonly (string | number)[]): string => path.map(step => SEPARATOR + String(step)).join('')

/** Null when the path is not in the text. */
export function spanOf(index: SpanIndex, path: readonly (string | number)[]): Span | null {
  return index.get(pathKey(path)) ?? null
}

export function buildSpanIndex(text: string): SpanIndex {
  return scanAll(text).spans
}

/** The first place with syntax that TOML 1.1 has and 1.0 has not, in a text that is valid TOML 1.1. */
export function findNewerSyntax(text: string): FoundSyntax | null {
  return MAY_BE_NEWER.test(text) ? scanAll(text).newer : null
}

/**
 * The first number of more than 64 characters; asked before parsing, because making a bigint of megabytes of digits
 * takes minutes. Right up to the first mistake of the text, where any reader stops.
 */
export function findLongNumber(text: string): FoundSyntax | null {
  return MAY_BE_LONG.test(text) ? scanAll(text).longNumber : null
}

const MAX_NUMBER_LENGTH = 64
const MAY_BE_LONG = /[0-9_a-fA-F]{64}/

export interface FoundSyntax {
  readonly start: number
  readonly end: number
  readonly what: string
}

const MAY_BE_NEWER = /\\[ex]|\{|[0-9]:[0-9]/

function scanAll(text: string): Scan {
  const pos = text.startsWith('\ufeff') ? 1 : 0
  const scan: Scan = { text, pos, spans: new Map(), elements: new Map(), newer: null, longNumber: null }
  let prefix = ''
  for (;;) {
    skipBlank(scan)
    if (scan.pos >= text.length) return scan
    if (text[scan.pos] === '[') prefix = scanHeader(scan)
    else scanKeyValue(scan, prefix)
  }
}

/** Line and column of UTF-16 `offset`, both 1-based; offset and length in bytes. */
export function placeAt(text: string, file: string, start: number, end: number): FilePlace {
  const before = text.slice(0, start)
  const lineStart = before.lastIndexOf('\n') + 1
  let line = 1
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++
  const encoder = new TextEncoder()
  return {
    file,
    line,
    column: start - lineStart + 1,
    offset: encoder.encode(before).length,
    length: encoder.encode(text.slice(start, end)).length,
  }
}

interface Scan {
  readonly text: string
  pos: number
  readonly spans: Map<string, Span>
  /** Elements so far of each array of tables. */
  readonly elements: Map<string, number>
  newer: FoundSyntax | null
  longNumber: FoundSyntax | null
}

function noteNewer(scan: Scan, start: number, end: number, what: string): void {
  scan.newer ??= { start, end, what }
}

const isSpace = (char: string | undefined): boolean => char === ' ' || char === '\t'

function skipSpaces(scan: Scan): void {
  while (isSpace(scan.text[scan.pos])) scan.pos++
}

/** Blanks, line ends and comments. */
function skipBlank(scan: Scan): void {
  for (;;) {
    const char = scan.text[scan.pos]
    if (isSpace(char) || char === '\n' || char === '\r') scan.pos++
    else if (char === '#') {
      const end = scan.text.indexOf('\n', scan.pos)
      scan.pos = end < 0 ? scan.text.length : end
    } else return
  }
}

/** `[a.b]` or `[[a.b]]`; answers the prefix of the keys below it. */
function scanHeader(scan: Scan): string {
  const start = scan.pos
  const isElement = scan.text[scan.pos + 1] === '['
  scan.pos += isElement ? 2 : 1
  let prefix = ''
  let last = { start: scan.pos, end: scan.pos }
  for (let depth = 0; ; depth++) {
    if (depth > MAX_KEY_PARTS) return giveUp(scan)
    skipSpaces(scan)
    const keyStart = scan.pos
    const key = scanKey(scan)
    last = { start: keyStart, end: scan.pos }
    if (scan.pos === keyStart) scan.pos++ // not TOML; move on rather than hang
    skipSpaces(scan)
    const isLast = scan.text[scan.pos] !== '.'
    prefix += SEPARATOR + key
    const span = { keyStart: last.start, keyEnd: last.end, valueStart: start, valueEnd: scan.pos + (isElement ? 2 : 1) }
    if (!scan.spans.has(prefix)) scan.spans.set(prefix, span)
    const count = scan.elements.get(prefix)
    if (isLast && isElement) {
      scan.elements.set(prefix, (count ?? 0) + 1)
      prefix += SEPARATOR + String(count ?? 0)
      scan.spans.set(prefix, span)
    } else if (count !== undefined) prefix += SEPARATOR + String(count - 1)
    if (isLast) break
    scan.pos++
  }
  const end = scan.text.indexOf('\n', scan.pos)
  scan.pos = end < 0 ? scan.text.length : end
  return prefix
}

/** Readers refuse such texts; what was found so far stands. */
const MAX_KEY_PARTS = 200
function giveUp(scan: Scan): string {
  scan.pos = scan.text.length
  return ''
}

function scanKeyValue(scan: Scan, prefix: string): void {
  let path = prefix
  let keyStart = scan.pos
  let keyEnd = scan.pos
  for (let depth = 0; ; depth++) {
    if (depth > MAX_KEY_PARTS) return void giveUp(scan)
    skipSpaces(scan)
    keyStart = scan.pos
    path += SEPARATOR + scanKey(scan)
    keyEnd = scan.pos
    if (keyEnd === keyStart) scan.pos++ // not TOML; move on rather than hang
    skipSpaces(scan)
    if (scan.text[scan.pos] !== '.') break
    scan.pos++
  }
  if (scan.text[scan.pos] === '=') scan.pos++
  skipSpaces(scan)
  const valueStart = scan.pos
  scanValue(scan, path)
  scan.spans.set(path, { keyStart, keyEnd, valueStart, valueEnd: scan.pos })
}

function scanKey(scan: Scan): string {
  const quote = scan.text[scan.pos]
  const start = scan.pos
  if (quote === '"' || quote === "'") {
    scanString(scan)
    const body = scan.text.slice(start + 1, scan.pos - 1)
    return quote === '"' && body.includes('\\') ? unescapeKey(body) : body
  }
  while (/[A-Za-z0-9_-]/.test(scan.text[scan.pos] ?? '')) scan.pos++
  return scan.text.slice(start, scan.pos)
}

function unescapeKey(body: string): string {
  const names: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r' }
  return body.replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/g, (_, short, long, char: string) =>
    short !== undefined || long !== undefined
      ? String.fromCodePoint(parseInt(short ?? long, 16))
      : (names[char] ?? char),
  )
}

function scanValue(scan: Scan, path: string): void {
  if (path.length - path.replaceAll(SEPARATOR, '').length > 2 * MAX_KEY_PARTS) return void giveUp(scan)
  const char = scan.text[scan.pos]
  if (char === '"' || char === "'") scanString(scan)
  else if (char === '[') scanArray(scan, path)
  else if (char === '{') scanInlineTable(scan, path)
  else scanBare(scan)
}

const BARE = /(?:[0-9]{4}-[0-9]{2}-[0-9]{2} (?=[0-9]))?[^\s,\]}#]*/y

/** A number, boolean, date or time. */
function scanBare(scan: Scan): void {
  BARE.lastIndex = scan.pos
  const written = BARE.exec(scan.text)?.[0] ?? ''
  const end = scan.pos + written.length
  if (/(?:^|[Tt ])[0-9]{2}:[0-9]{2}(?!:)/.test(written)) noteNewer(scan, scan.pos, end, 'a time without seconds')
  if (written.length > MAX_NUMBER_LENGTH)
    scan.longNumber ??= { start: scan.pos, end, what: `a number of ${written.length} characters` }
  scan.pos = end
}

/** Any of the four string forms, from its first quote to past its last. */
function scanString(scan: Scan): void {
  const { text } = scan
  const quote = text[scan.pos] as string
  const isMultiLine = text.startsWith(quote.repeat(3), scan.pos)
  const close = isMultiLine ? quote.repeat(3) : quote
  scan.pos += close.length
  while (scan.pos < text.length && !text.startsWith(close, scan.pos)) {
    const isEscape = quote === '"' && text[scan.pos] === '\\'
    if (isEscape && (text[scan.pos + 1] === 'e' || text[scan.pos + 1] === 'x'))
      noteNewer(scan, scan.pos, scan.pos + 2, `unknown escape ${text.slice(scan.pos, scan.pos + 2)}`)
    scan.pos += isEscape ? 2 : 1
  }
  scan.pos += close.length
  for (let extra = 0; isMultiLine && extra < 2 && text[scan.pos] === quote; extra++) scan.pos++
}

function scanArray(scan: Scan, path: string): void {
  scan.pos++
  for (let i = 0; ; i++) {
    skipBlank(scan)
    if (scan.pos >= scan.text.length) return
    if (scan.text[scan.pos] === ']') break
    const start = scan.pos
    const element = path + SEPARATOR + String(i)
    scanValue(scan, element)
    if (scan.pos === start) scan.pos++ // not TOML; move on rather than hang
    scan.spans.set(element, { keyStart: start, keyEnd: scan.pos, valueStart: start, valueEnd: scan.pos })
    skipBlank(scan)
    if (scan.text[scan.pos] === ',') scan.pos++
  }
  scan.pos++
}

function scanInlineTable(scan: Scan, path: string): void {
  scan.pos++
  let comma = -1
  for (;;) {
    skipSpaces(scan)
    const start = scan.pos
    skipBlank(scan)
    if (scan.pos > start) noteNewer(scan, start, start + 1, 'a line end or comment inside an inline table')
    if (scan.pos >= scan.text.length) return
    if (scan.text[scan.pos] === '}') break
    if (scan.text[scan.pos] === ',') comma = scan.pos++
    else {
      scanKeyValue(scan, path)
      comma = -1
    }
  }
  if (comma >= 0) noteNewer(scan, comma, comma + 1, 'a comma after the last entry of an inline table')
  scan.pos++
}
