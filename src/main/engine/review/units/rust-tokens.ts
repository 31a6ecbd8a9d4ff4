/**
 * Rust source as tokens, good enough to find words that matter wherever they stand: inside macro bodies and in files
 * that do not parse. Comments and the insides of literals are told apart from code; nothing is ever an error: an
 * unfinished comment or literal reaches to the end of the text. Offsets are UTF-16 units.
 */

export type TokenKind = 'word' | 'string' | 'char' | 'lifetime' | 'number' | 'punctuation'

export interface Token {
  readonly kind: TokenKind
  readonly start: number
  readonly end: number
  /** The characters, for words and punctuation; a raw identifier keeps its `r#` only where it would read as a keyword. */
  readonly text: string
}

const WORD = /[\p{XID_Start}_][\p{XID_Continue}]*/uy
const NUMBER = /[0-9](?:[0-9A-Za-z_]|\.(?=[0-9]))*/y
/** `b`, `c`, `br`, `cr`, `r` before a quote or hashes and a quote. */
const RAW_STRING = /(?:b|c)?r(#{0,255})"/y
const PLAIN_STRING = /[bc]?"/y
const CHAR = /b?'(?:\\(?:u\{[^}']{0,16}\}|x[0-9A-Fa-f]{0,2}|.)|[^\\'\n])'/suy
const LIFETIME = /'[\p{XID_Start}_][\p{XID_Continue}]*/uy
/** Those that mean something here: `r#unsafe` is a name, `r#std` is `std`. */
const KEYWORDS = new Set(['unsafe', 'extern', 'use', 'fn', 'impl', 'trait', 'as'])
const TWO = new Set(['::', '->', '=>'])

/** In order, white space and comments left out. Time and memory are linear in the text. */
export function rustTokens(text: string): Token[] {
  const tokens: Token[] = []
  rustTokensFrom(text, 0, tokens, Infinity)
  return tokens
}

/** Appends up to `limit` tokens from offset `from`, which is 0 or an earlier answer; answers where to go on. */
export function rustTokensFrom(text: string, from: number, tokens: Token[], limit: number): number {
  const length = text.length
  const enough = tokens.length + limit
  let at = from === 0 && text.startsWith('#!') && !text.startsWith('#![') ? lineEnd(text, 0) : from
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    return pattern.exec(text)
  }
  const push = (kind: TokenKind, end: number, shown = '') => {
    tokens.push({ kind, start: at, end, text: shown })
    at = end
  }
  while (at < length && tokens.length < enough) {
    const code = text.charCodeAt(at)
    if (code === 32 || (code >= 9 && code <= 13)) {
      at += 1
      continue
    }
    if (code === 0x2f) {
      const next = text.charCodeAt(at + 1)
      if (next === 0x2f) {
        at = lineEnd(text, at)
        continue
      }
      if (next === 0x2a) {
        at = blockCommentEnd(text, at)
        continue
      }
    }
    if (code === 0x22 || code === 0x62 || code === 0x63 || code === 0x72) {
      const raw = code === 0x22 ? null : match(RAW_STRING)
      if (raw !== null) {
        const close = text.indexOf(`"${raw[1] ?? ''}`, at + raw[0].length)
        push('string', close === -1 ? length : close + 1 + (raw[1] ?? '').length)
        continue
      }
      const plain = match(PLAIN_STRING)
      if (plain !== null) {
        push('string', stringEnd(text, at + plain[0].length))
        continue
      }
    }
    if (code === 0x27 || (code === 0x62 && text.charCodeAt(at + 1) === 0x27)) {
      const char = match(CHAR)
      if (char !== null) {
        push('char', at + char[0].length)
        continue
      }
      const lifetime = match(LIFETIME)
      if (lifetime !== null) {
        push('lifetime', at + lifetime[0].length)
        continue
      }
    }
    if (code >= 0x30 && code <= 0x39) {
      const number = match(NUMBER)
      push('number', at + (number?.[0].length ?? 1))
      continue
    }
    if (code === 0x72 && text.charCodeAt(at + 1) === 0x23) {
      at += 2
      const raw = match(WORD)
      at -= 2
      if (raw !== null) {
        push('word', at + 2 + raw[0].length, KEYWORDS.has(raw[0]) ? `r#${raw[0]}` : raw[0])
        continue
      }
    }
    const word = match(WORD)
    if (word !== null) {
      push('word', at + word[0].length, word[0])
      continue
    }
    const two = text.slice(at, at + 2)
    if (TWO.has(two)) {
      push('punctuation', at + 2, two)
      continue
    }
    const point = text.codePointAt(at) ?? code
    const size = point > 0xffff ? 2 : 1
    push('punctuation', at + size, text.slice(at, at + size))
  }
  return at
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}

/** Block comments nest in Rust. */
function blockCommentEnd(text: string, from: number): number {
  const edge = /\/\*|\*\//g
  edge.lastIndex = from
  let depth = 0
  for (;;) {
    const found = edge.exec(text)
    if (found === null) return text.length
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return edge.lastIndex
  }
}

function stringEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x5c) at += 1
    else if (code === 0x22) return at + 1
  }
  return text.length
}
