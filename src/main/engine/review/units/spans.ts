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

export function spansOf(text: string, tokens: readonly Token[]): Spans {
  const close = brackets(tokens)
  const at = (i: number): string => tokens[i]?.text ?? ''
  const isWord = (i: number): boolean => tokens[i]?.kind === 'word'
  const closing = (open: number): number => close[open] ?? open

  /** Headers do not overlap in real files; without a limit one that never ends costs its whole rest for each keyword. */
  let budget = 8 * tokens.length
  /** First `{` or `;` behind a header, groups in brackets passed over. */
  const headerEnd = (from: number, stopsAtBrace: boolean): number => {
    for (let i = from; i < tokens.length && budget > 0; i++, budget--) {
      const word = at(i)
      if (word === ';' || word === '}' || word === ')' || word === ']') return word === ';' ? i : i - 1
      if (word === '{' && stopsAtBrace && at(i - 1) !== '<') return closing(i)
      if (OPEN.has(word)) i = closing(i)
    }
    return budget > 0 ? tokens.length - 1 : from
  }
  const headerStart = (keyword: number): number => {
    let from = keyword
    for (;;) {
      if (MODIFIERS.has(at(from - 1)) && isWord(from - 1)) from -= 1
      else if (tokens[from - 1]?.kind === 'string' && at(from - 2) === 'extern') from -= 2
      else break
    }
    if (at(from - 1) === 'pub') return from - 1
    if (at(from - 1) === ')') {
      for (let i = from - 2; i > 0 && i > from - 40; i--)
        if (at(i) === '(') return at(i - 1) === 'pub' && closing(i) === from - 1 ? i - 1 : from
    }
    return from
  }
  /** The type an `impl` is for, as it stands in the text. */
  const implName = (keyword: number): string | null => {
    let i = keyword + 1
    let depth = 0
    let first = i
    for (; i < tokens.length && budget > 0; i++, budget--) {
      const word = at(i)
      if (word === '<') depth += 1
      else if (word === '>') {
        depth -= 1
        if (depth === 0 && first === keyword + 1 && at(keyword + 1) === '<') first = i + 1
      } else if (depth <= 0 && word === 'for' && at(i + 1) !== '<') first = i + 1
      else if (word === '{' || word === ';' || (depth <= 0 && word === 'where')) break
      else if (OPEN.has(word)) i = closing(i)
    }
    const [a, b] = [tokens[first], tokens[i - 1]]
    return a === undefined || b === undefined || first >= i ? null : short(text.slice(a.start, b.end))
  }

  /** It has a body, or it is a method, which has none in a trait. */
  const isDefined = (keyword: number): boolean => {
    if (at(byKeyword.get(keyword)?.to ?? keyword) === '}') return true
    let i = keyword + 2
    while (i < keyword + 40 && at(i) !== '(' && i < tokens.length) i += 1
    for (let k = i + 1; k < i + 5; k++) if (at(k) === 'self') return true
    return false
  }

  const items: Item[] = []
  const byKeyword = new Map<number, Item>()
  const macros: Macro[] = []
  const defined = new Set<string>()
  const foreign = new Set<string>()
  let foreignUntil = -1
  for (let i = 0; i < tokens.length; i++) {
    if (!isWord(i)) continue
    const word = at(i)
    const item = (name: string | null, to: number): void => {
      const made = { from: headerStart(i), to, name }
      items.push(made)
      byKeyword.set(i, made)
      if (name !== null) defined.add(name)
    }
    switch (word) {
      case 'fn':
        if (!isWord(i + 1)) break
        item(at(i + 1), headerEnd(i + 1, true))
        if (i < foreignUntil || !isDefined(i)) {
          foreign.add(at(i + 1))
          defined.delete(at(i + 1))
        }
        break
      case 'mod':
      case 'struct':
      case 'enum':
      case 'union':
      case 'trait':
        if (isWord(i + 1) && at(i - 1) !== '.') item(at(i + 1), headerEnd(i + 1, true))
        break
      case 'impl':
        if (i === 0 || BEFORE_IMPL.has(at(i - 1))) {
          const made = { from: headerStart(i), to: headerEnd(i + 1, true), name: implName(i) }
          items.push(made)
          byKeyword.set(i, made)
        }
        break
      case 'const':
      case 'static': {
        const name = at(i + 1) === 'mut' ? i + 2 : i + 1
        if (isWord(name) && at(name + 1) === ':' && !/^[<,*]$/.test(at(i - 1)))
          item(at(name), headerEnd(name + 1, false))
        break
      }
      case 'type':
        if (isWord(i + 1) && at(i - 1) !== '.') item(at(i + 1), headerEnd(i + 1, false))
        break
      case 'extern': {
        const open = tokens[i + 1]?.kind === 'string' ? i + 2 : i + 1
        if (at(open) !== '{') break
        foreignUntil = Math.max(foreignUntil, closing(open))
        item(null, closing(open))
        break
      }
      case 'macro_rules':
      case 'macro': {
        const name = word === 'macro' ? i + 1 : i + 2
        if ((word === 'macro_rules' && at(i + 1) !== '!') || !isWord(name)) break
        const open = at(name + 1) === '(' && word === 'macro' ? closing(name + 1) + 1 : name + 1
        if (!OPEN.has(at(open))) break
        item(at(name), closing(open))
        macros.push({ from: name + 1, to: closing(open), name: at(name) })
        break
      }
      default:
        if (at(i + 1) === '!' && OPEN.has(at(i + 2)) && !NO_MACRO.has(word))
          macros.push({ from: i + 2, to: closing(i + 2), name: word })
    }
  }
  items.sort((a, b) => a.from - b.from || b.to - a.to)
  const { index: itemIndex, parents } = innermost(items, tokens.length)
  const { index: macroIndex } = innermost(macros, tokens.length)
  let macroBodies = 0
  let until = -1
  for (const macro of macros) {
    if (macro.from <= until) continue
    macroBodies += 1
    until = macro.to
  }
  return {
    closing,
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
    macroBodies,
    defined,
    foreign,
  }
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
