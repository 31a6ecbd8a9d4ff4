/**
 * What encloses each token of a Rust file: matching brackets, items with their names, macro bodies. Read from tokens
 * alone, so that it also holds inside macro bodies and behind parse errors; where the file parses it says the same as
 * the syntax tree. Time and memory are linear in the tokens.
 */
import type { Token } from './rust-tokens.ts'

export interface Spans {
  /** Token that closes the bracket at `open`; the last token when none does, `open` itself when it is no bracket. */
  closing(open: number): number
  /** Names of the enclosing items joined with `::` (null outside), and the token where the innermost starts. */
  itemAt(token: number): { readonly name: string | null; readonly from: number }
  /** First and last token of the innermost item around `token` that its keyword at `token` begins; null for others. */
  itemOf(keyword: number): { readonly from: number; readonly to: number } | null
  /** Name of the innermost macro whose call or definition holds the token; null outside. */
  macroAt(token: number): string | null
  /** Macro calls and definitions that stand in no other. */
  readonly macroBodies: number
  /** Names that the file itself gives to items. */
  readonly defined: ReadonlySet<string>
  /** Functions declared in `extern` blocks. */
  readonly foreign: ReadonlySet<string>
}

interface Item {
  readonly from: number
  readonly to: number
  readonly name: string | null
}
interface Macro {
  readonly from: number
  readonly to: number
  readonly name: string
}

const OPEN = new Set(['(', '[', '{'])
const PARTNER: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }
const MODIFIERS = new Set(['default', 'const', 'async', 'unsafe', 'extern', 'gen', 'safe', 'auto'])
const BEFORE_IMPL = new Set(['}', ';', '{', ']', 'unsafe', 'default', ')'])
/** `if !(…)` is no macro call. */
const NO_MACRO = new Set(['if', 'while', 'match', 'return', 'in', 'else', 'break', 'move', 'yield', 'become'])
const MAX_NAME = 80

/** Never throws, whatever the text. */
export function spansOf(text: string, tokens: readonly Token[]): Spans {
  const source: Source = { text, tokens, close: brackets(tokens), budget: 8 * tokens.length }
  const found: Found = {
    ...{ items: [], byKeyword: new Map(), macros: [] },
    ...{ defined: new Set(), foreign: new Set(), foreignUntil: -1 },
  }
  for (let i = 0; i < tokens.length; i++) if (isWord(source, i)) takeWord(source, found, i)
  const { items, byKeyword, macros, defined, foreign } = found
  items.sort((a, b) => a.from - b.from || b.to - a.to)
  const { index: itemIndex, parents } = innermost(items, tokens.length)
  const { index: macroIndex } = innermost(macros, tokens.length)
  return {
    closing: open => closing(source, open),
    itemAt(token) {
      const names: string[] = []
      const index = itemIndex[token] ?? -1
      for (let i = index; i >= 0 && names.length < 12; i = parents[i] ?? -1) {
        const name = items[i]?.name ?? null
        if (name !== null) names.unshift(name)
      }
      return { name: names.length === 0 ? null : names.join('::'), from: items[index]?.from ?? 0 }
    },
    itemOf: keyword => byKeyword.get(keyword) ?? null,
    macroAt: token => macros[macroIndex[token] ?? -1]?.name ?? null,
    macroBodies: outermost(macros),
    defined,
    foreign,
  }
}

/** How many stand in no other; they come in the order of their starts. */
function outermost(macros: readonly Macro[]): number {
  let count = 0
  let until = -1
  for (const macro of macros) {
    if (macro.from <= until) continue
    count += 1
    until = macro.to
  }
  return count
}

// ── reading tokens ───────────────────────────────────────────────────────────────────────────

interface Source {
  readonly text: string
  readonly tokens: readonly Token[]
  /** As `Spans.closing`. */
  readonly close: Int32Array
  /** Headers do not overlap in real files; without a limit one that never ends costs its whole rest for each keyword. */
  budget: number
}

const at = ({ tokens }: Source, i: number): string => tokens[i]?.text ?? ''
const isWord = ({ tokens }: Source, i: number): boolean => tokens[i]?.kind === 'word'
const closing = ({ close }: Source, open: number): number => close[open] ?? open

/** First `{` or `;` behind a header, groups in brackets passed over. */
function headerEnd(source: Source, from: number, stopsAtBrace: boolean): number {
  const { length } = source.tokens
  for (let i = from; i < length && source.budget > 0; i++, source.budget--) {
    const word = at(source, i)
    if (word === ';' || word === '}' || word === ')' || word === ']') return word === ';' ? i : i - 1
    if (word === '{' && stopsAtBrace && at(source, i - 1) !== '<') return closing(source, i)
    if (OPEN.has(word)) i = closing(source, i)
  }
  return source.budget > 0 ? length - 1 : from
}

/** The first of the modifiers before a keyword, `pub` with what it is restricted to included. */
function headerStart(source: Source, keyword: number): number {
  let from = keyword
  for (;;) {
    if (MODIFIERS.has(at(source, from - 1)) && isWord(source, from - 1)) from -= 1
    else if (source.tokens[from - 1]?.kind === 'string' && at(source, from - 2) === 'extern') from -= 2
    else break
  }
  if (at(source, from - 1) === 'pub') return from - 1
  if (at(source, from - 1) === ')') {
    for (let i = from - 2; i > 0 && i > from - 40; i--)
      if (at(source, i) === '(') return at(source, i - 1) === 'pub' && closing(source, i) === from - 1 ? i - 1 : from
  }
  return from
}

/** The type an `impl` is for, as it stands in the text. */
function implName(source: Source, keyword: number): string | null {
  const { text, tokens } = source
  let i = keyword + 1
  let depth = 0
  let first = i
  for (; i < tokens.length && source.budget > 0; i++, source.budget--) {
    const word = at(source, i)
    if (word === '<') depth += 1
    else if (word === '>') {
      depth -= 1
      if (depth === 0 && first === keyword + 1 && at(source, keyword + 1) === '<') first = i + 1
    } else if (depth <= 0 && word === 'for' && at(source, i + 1) !== '<') first = i + 1
    else if (word === '{' || word === ';' || (depth <= 0 && word === 'where')) break
    else if (OPEN.has(word)) i = closing(source, i)
  }
  const [a, b] = [tokens[first], tokens[i - 1]]
  return a === undefined || b === undefined || first >= i ? null : short(text.slice(a.start, b.end))
}

// ── items and macros ─────────────────────────────────────────────────────────────────────────

interface Found {
  readonly items: Item[]
  readonly byKeyword: Map<number, Item>
  readonly macros: Macro[]
  readonly defined: Set<string>
  readonly foreign: Set<string>
  /** Last token of the `extern` blocks so far. */
  foreignUntil: number
}

function takeItem(source: Source, { items, byKeyword }: Found, keyword: number, name: string | null, to: number): void {
  const made = { from: headerStart(source, keyword), to, name }
  items.push(made)
  byKeyword.set(keyword, made)
}

/** An item that the file gives this name to. */
function takeNamed(source: Source, found: Found, keyword: number, name: string, to: number): void {
  takeItem(source, found, keyword, name, to)
  found.defined.add(name)
}

/** What the word at `i` begins, if it begins something. */
function takeWord(source: Source, found: Found, i: number): void {
  const word = at(source, i)
  switch (word) {
    case 'fn':
      if (isWord(source, i + 1)) takeFunction(source, found, i)
      break
    case 'mod':
    case 'struct':
    case 'enum':
    case 'union':
    case 'trait':
    case 'type': {
      const stopsAtBrace = word !== 'type'
      if (isWord(source, i + 1) && at(source, i - 1) !== '.')
        takeNamed(source, found, i, at(source, i + 1), headerEnd(source, i + 1, stopsAtBrace))
      break
    }
    case 'impl':
      if (i === 0 || BEFORE_IMPL.has(at(source, i - 1))) {
        const to = headerEnd(source, i + 1, true)
        takeItem(source, found, i, implName(source, i), to)
      }
      break
    case 'const':
    case 'static': {
      const name = at(source, i + 1) === 'mut' ? i + 2 : i + 1
      if (isWord(source, name) && at(source, name + 1) === ':' && !/^[<,*]$/.test(at(source, i - 1)))
        takeNamed(source, found, i, at(source, name), headerEnd(source, name + 1, false))
      break
    }
    case 'extern':
      takeForeignBlock(source, found, i)
      break
    case 'macro_rules':
    case 'macro':
      takeMacroDefinition(source, found, i)
      break
    default:
      if (at(source, i + 1) === '!' && OPEN.has(at(source, i + 2)) && !NO_MACRO.has(word))
        found.macros.push({ from: i + 2, to: closing(source, i + 2), name: word })
  }
}

function takeFunction(source: Source, found: Found, keyword: number): void {
  const name = at(source, keyword + 1)
  takeNamed(source, found, keyword, name, headerEnd(source, keyword + 1, true))
  if (keyword >= found.foreignUntil && isDefined(source, found, keyword)) return
  found.foreign.add(name)
  found.defined.delete(name)
}

/** It has a body, or it is a method, which has none in a trait. */
function isDefined(source: Source, { byKeyword }: Found, keyword: number): boolean {
  if (at(source, byKeyword.get(keyword)?.to ?? keyword) === '}') return true
  let i = keyword + 2
  while (i < keyword + 40 && at(source, i) !== '(' && i < source.tokens.length) i += 1
  for (let k = i + 1; k < i + 5; k++) if (at(source, k) === 'self') return true
  return false
}

function takeForeignBlock(source: Source, found: Found, keyword: number): void {
  const open = source.tokens[keyword + 1]?.kind === 'string' ? keyword + 2 : keyword + 1
  if (at(source, open) !== '{') return
  const to = closing(source, open)
  found.foreignUntil = Math.max(found.foreignUntil, to)
  takeItem(source, found, keyword, null, to)
}

function takeMacroDefinition(source: Source, found: Found, keyword: number): void {
  const isRules = at(source, keyword) === 'macro_rules'
  const name = isRules ? keyword + 2 : keyword + 1
  if ((isRules && at(source, keyword + 1) !== '!') || !isWord(source, name)) return
  const open = !isRules && at(source, name + 1) === '(' ? closing(source, name + 1) + 1 : name + 1
  if (!OPEN.has(at(source, open))) return
  const to = closing(source, open)
  takeNamed(source, found, keyword, at(source, name), to)
  found.macros.push({ from: name + 1, to, name: at(source, name) })
}

const short = (name: string): string => name.replace(/\s+/g, ' ').slice(0, MAX_NAME)

/** A closing bracket of another kind closes what stands open up to its partner; one without a partner is passed over. */
function brackets(tokens: readonly Token[]): Int32Array {
  const close = new Int32Array(tokens.length)
  const open: number[] = []
  const counts: Record<string, number> = { '(': 0, '[': 0, '{': 0 }
  for (let i = 0; i < tokens.length; i++) {
    close[i] = i
    const token = tokens[i]!
    if (token.kind !== 'punctuation') continue
    if (OPEN.has(token.text)) {
      open.push(i)
      counts[token.text] = (counts[token.text] ?? 0) + 1
      continue
    }
    const partner = PARTNER[token.text]
    if (partner === undefined || counts[partner] === 0) continue
    for (;;) {
      const top = open.pop()!
      const kind = tokens[top]!.text
      close[top] = i
      counts[kind] = (counts[kind] ?? 0) - 1
      if (kind === partner) break
    }
  }
  for (const left of open) close[left] = tokens.length - 1
  return close
}

/** For each token the span that starts last among those that hold it; spans come in the order of their starts. */
function innermost(
  spans: readonly { readonly from: number; readonly to: number }[],
  length: number,
): { readonly index: Int32Array; readonly parents: Int32Array } {
  const index = new Int32Array(length).fill(-1)
  const parents = new Int32Array(spans.length).fill(-1)
  const stack: number[] = []
  let next = 0
  for (let i = 0; i < length; i++) {
    while (stack.length > 0 && spans[stack.at(-1)!]!.to < i) stack.pop()
    while (next < spans.length && spans[next]!.from <= i) {
      parents[next] = stack.at(-1) ?? -1
      if (spans[next]!.to >= i) stack.push(next)
      next += 1
    }
    index[i] = stack.at(-1) ?? -1
  }
  return { index, parents }
}
