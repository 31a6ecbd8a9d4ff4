/**
 * What a file's bytes are as text: binary or not (as git decides), decoded with every loss said in a remark,
 * line endings made plain LF so that line numbers agree between git and the editor, and the characters that
 * a reader cannot see or that move other characters (bidirectional, invisible, control, tags).
 * Bytes come from crates and are hostile: nothing here throws on any input, and lists are bounded.
 */
import type { SuspiciousChar } from '../../../shared/wire.ts'

/** git's own rule: a NUL among the first 8,000 bytes. */
const BINARY_PROBE_BYTES = 8_000
/** Entries listed per side; the count goes on past it. */
export const MAX_SUSPICIOUS_LISTED = 500

export function isBinaryBytes(bytes: Uint8Array): boolean {
  return bytes.subarray(0, BINARY_PROBE_BYTES).includes(0)
}

export interface DecodedText {
  /** LF only, no byte order mark; lone carriage returns are shown as U+240D. */
  readonly text: string
  /** One sentence for each thing the text does not show as it is in the file. */
  readonly remarks: readonly string[]
  /** Length in UTF-16 units of the longest line. */
  readonly longestLine: number
  /** The text is the file, byte for byte. */
  readonly isExact: boolean
}

/** Decodes UTF-8 with replacement and normalises line endings. Never fails. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const remarks: string[] = []
  let raw: string
  let isExact = true
  try {
    raw = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    raw = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    isExact = false
    remarks.push('Not valid UTF-8: the bytes that are not text are shown as U+FFFD')
  }
  if (raw.startsWith('\uFEFF')) {
    raw = raw.slice(1)
    isExact = false
    remarks.push('Starts with a byte order mark')
  }
  const endings = countEndings(raw)
  const lone = endings.cr
  if (endings.crlf > 0 && endings.lf > 0)
    remarks.push(`Mixed line endings: ${endings.crlf} with CR LF, ${endings.lf} with LF`)
  else if (endings.crlf > 0) remarks.push('Lines end with CR LF')
  if (lone > 0) remarks.push(`${lone} carriage ${lone === 1 ? 'return' : 'returns'} inside lines, shown as ␍`)
  if (endings.crlf + lone > 0) isExact = false
  const text = endings.crlf + lone === 0 ? raw : raw.replaceAll('\r\n', '\n').replaceAll('\r', '\u240D')
  if (text !== '' && !text.endsWith('\n')) remarks.push('No line end at the end of the file')
  return { text, remarks, longestLine: longestLine(text), isExact }
}

function countEndings(text: string): { crlf: number; lf: number; cr: number } {
  if (!text.includes('\r')) return { crlf: 0, lf: 0, cr: 0 }
  const count = { crlf: 0, lf: 0, cr: 0 }
  for (const match of text.matchAll(/\r\n|\r|\n/g)) {
    if (match[0] === '\r\n') count.crlf += 1
    else if (match[0] === '\n') count.lf += 1
    else count.cr += 1
  }
  return count
}

function longestLine(text: string): number {
  let longest = 0
  let start = 0
  for (;;) {
    const end = text.indexOf('\n', start)
    longest = Math.max(longest, (end === -1 ? text.length : end) - start)
    if (end === -1) return longest
    start = end + 1
  }
}

/**
 * Controls (tab and LF apart), soft hyphen and other format characters, bidirectional controls, zero width
 * characters, fillers that are drawn as nothing, line and paragraph separators, variation selectors and tags.
 */
const SUSPICIOUS =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u2028-\u202E\u2060-\u206F\u240D\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF9-\uFFFB\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}]/gu

const PICTOGRAPH_BEFORE = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\u{FE0F}#*0-9]$/u

/**
 * The suspicious characters of a decoded text in order, at most MAX_SUSPICIOUS_LISTED, and how many there are.
 * Lines and columns are 1-based, columns in UTF-16 units. Emoji presentation (U+FE0F, U+200D after a pictograph)
 * is not suspicious. U+240D counts as the carriage return it stands for.
 */
export function scanSuspicious(
  text: string,
  side: 'old' | 'new',
): { readonly total: number; readonly listed: readonly SuspiciousChar[] } {
  const listed: SuspiciousChar[] = []
  let total = 0
  let line = 1
  let lineStart = 0
  for (const match of text.matchAll(SUSPICIOUS)) {
    const at = match.index
    const codePoint = match[0].codePointAt(0) ?? 0
    if (isEmojiPart(text, at, codePoint)) continue
    total += 1
    if (listed.length >= MAX_SUSPICIOUS_LISTED) continue
    for (let end = text.indexOf('\n', lineStart); end !== -1 && end < at; end = text.indexOf('\n', lineStart)) {
      line += 1
      lineStart = end + 1
    }
    const shown = codePoint === 0x240d ? 0x0d : codePoint
    listed.push({ side, line, column: at - lineStart + 1, codePoint: codePointText(shown), name: characterName(shown) })
  }
  return { total, listed }
}

function isEmojiPart(text: string, at: number, codePoint: number): boolean {
  if (codePoint !== 0xfe0f && codePoint !== 0x200d) return false
  return PICTOGRAPH_BEFORE.test(text.slice(Math.max(0, at - 4), at))
}

function codePointText(codePoint: number): string {
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`
}

const NAMES: Readonly<Record<number, string>> = {
  0x00: 'null',
  0x08: 'backspace',
  0x0b: 'line tabulation',
  0x0c: 'form feed',
  0x0d: 'carriage return inside a line',
  0x1b: 'escape',
  0x7f: 'delete',
  0x85: 'next line',
  0xad: 'soft hyphen',
  0x034f: 'combining grapheme joiner',
  0x061c: 'arabic letter mark',
  0x115f: 'hangul filler',
  0x1160: 'hangul filler',
  0x180e: 'mongolian vowel separator',
  0x200b: 'zero width space',
  0x200c: 'zero width non-joiner',
  0x200d: 'zero width joiner',
  0x200e: 'left-to-right mark',
  0x200f: 'right-to-left mark',
  0x2028: 'line separator',
  0x2029: 'paragraph separator',
  0x202a: 'left-to-right embedding',
  0x202b: 'right-to-left embedding',
  0x202c: 'pop directional formatting',
  0x202d: 'left-to-right override',
  0x202e: 'right-to-left override',
  0x2060: 'word joiner',
  0x2066: 'left-to-right isolate',
  0x2067: 'right-to-left isolate',
  0x2068: 'first strong isolate',
  0x2069: 'pop directional isolate',
  0x3164: 'hangul filler',
  0xfeff: 'zero width no-break space',
  0xffa0: 'halfwidth hangul filler',
}

/** A short name for a suspicious character: Unicode's where one is well known, else its class. */
function characterName(codePoint: number): string {
  const known = NAMES[codePoint]
  if (known !== undefined) return known
  if (codePoint < 0x20 || (codePoint >= 0x7f && codePoint <= 0x9f)) return 'control character'
  if ((codePoint >= 0xfe00 && codePoint <= 0xfe0f) || (codePoint >= 0xe0100 && codePoint <= 0xe01ef))
    return 'variation selector'
  if (codePoint >= 0xe0000) return 'tag character'
  return 'invisible character'
}

/** Anything but printable ASCII, tabs and line feeds. */
const NOT_PLAIN = /[^\t\n\u0020-\u007e]/

/** True when bytes, given as a character each, may hold a suspicious character: spares decoding plain ASCII. */
export const mayHoldSuspicious = (latin1: string): boolean => NOT_PLAIN.test(latin1)
