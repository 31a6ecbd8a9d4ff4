/**
 * `include` and `exclude` of a manifest as cargo reads them: git's ignore patterns, counted from the package's folder.
 * Pure. An explanation for people only: nothing is accepted because a pattern fits. The patterns come from a hostile
 * place, so they are run as a set of states (no backtracking) and with a budget.
 */

type Token =
  | { readonly kind: 'char'; readonly char: string }
  /** `?`, `*`: anything but a slash, once or any number of times. */
  | { readonly kind: 'one' | 'star' }
  /** Any character; any number of them; nothing or whole folders. */
  | { readonly kind: 'any' | 'rest' | 'folders' }
  | { readonly kind: 'set'; readonly isNegated: boolean; readonly ranges: readonly (readonly [string, string])[] }

interface Pattern {
  readonly isNegated: boolean
  readonly isFolderOnly: boolean
  /** It counts from the package's folder. */
  readonly isAnchored: boolean
  readonly tokens: readonly Token[]
  /** Plain text that every fitting path starts and ends with: most paths are told by these alone. */
  readonly start: string
  readonly end: string
}

export type PatternMatcher = (path: string) => boolean

const MAX_PATTERNS = 500
const MAX_PATTERN_LENGTH = 500
/** Steps of all paths together; afterwards nothing fits. An honest crate needs a few thousand. */
const BUDGET = 5_000_000

/** Does the last pattern that fits the path, or a folder above it, take it? Patterns that cannot be read fit nothing. */
export function patternMatcher(patterns: readonly unknown[]): PatternMatcher {
  const read = patterns
    .slice(0, MAX_PATTERNS)
    .map(readPattern)
    .filter(pattern => pattern !== null)
  if (read.length === 0) return () => false
  const fuel = { left: BUDGET }
  // Long lists are of plain paths, without one that takes back: then any order gives the same answer.
  const isPlain = (p: Pattern) => p.isAnchored && p.start.length === p.tokens.length && !p.isFolderOnly
  const plain = read.some(p => p.isNegated) ? [] : read.filter(isPlain)
  const byText = new Map(plain.map(p => [p.start, p]))
  const others = plain.length === 0 ? read : read.filter(p => !isPlain(p))
  const judge = (part: string, isFolder: boolean): Pattern | undefined =>
    byText.get(part) ??
    others.findLast(
      p =>
        (isFolder || !p.isFolderOnly) && part.startsWith(p.start) && part.endsWith(p.end) && fits(p.tokens, part, fuel),
    )
  const folders = new Map<string, boolean>()
  const takesFolder = (folder: string): boolean => {
    if (folder === '') return false
    const known = folders.get(folder)
    if (known !== undefined) return known
    const last = judge(folder, true)
    const taken = last === undefined ? takesFolder(parentOf(folder)) : !last.isNegated
    folders.set(folder, taken)
    return taken
  }
  return path => {
    const last = judge(path, false)
    return last === undefined ? takesFolder(parentOf(path)) : !last.isNegated
  }
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

function plainText(tokens: readonly Token[]): string {
  let text = ''
  for (const token of tokens) {
    if (token.kind !== 'char') break
    text += token.char
  }
  return text
}

function readPattern(stated: unknown): Pattern | null {
  if (typeof stated !== 'string' || stated.length > MAX_PATTERN_LENGTH || /^(?:#|\s*$)/.test(stated)) return null
  const isNegated = stated.startsWith('!')
  const body = (isNegated ? stated.slice(1) : stated).replace(/^\\(?=[!#])/, '').trimEnd()
  const isFolderOnly = body.endsWith('/')
  const inner = body.replace(/^\.\//, '/').replace(/\/+$/, '')
  if (inner === '') return null
  const isAnchored = inner.includes('/')
  const tokens = readTokens(inner.replace(/^\/+/, ''))
  if (tokens === null) return null
  const start = isAnchored ? plainText(tokens) : ''
  const end = [...plainText(tokens.toReversed())].reverse().join('')
  return {
    isNegated,
    isFolderOnly,
    isAnchored,
    tokens: isAnchored ? tokens : [{ kind: 'folders' }, ...tokens],
    start,
    end,
  }
}

function readTokens(glob: string): Token[] | null {
  const tokens: Token[] = []
  for (let i = 0; i < glob.length; i++) {
    const char = glob[i]!
    const isFolderStart = i === 0 || glob[i - 1] === '/'
    if (isFolderStart && glob.startsWith('**/', i)) {
      tokens.push({ kind: 'folders' })
      i += 2
    } else if (isFolderStart && glob.slice(i) === '**') {
      tokens.push({ kind: 'any' }, { kind: 'rest' })
      i++
    } else if (char === '*') {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' })
    } else if (char === '?') tokens.push({ kind: 'one' })
    else if (char === '[') {
      const close = glob.indexOf(']', glob[i + 1] === '!' || glob[i + 1] === '^' ? i + 3 : i + 2)
      if (close < 0) return null
      tokens.push(readSet(glob.slice(i + 1, close)))
      i = close
    } else tokens.push({ kind: 'char', char: char === '\\' ? (glob[++i] ?? '\\') : char })
  }
  return tokens
}

function readSet(body: string): Token {
  const isNegated = /^[!^]/.test(body)
  const ranges = Array.from(
    body.slice(isNegated ? 1 : 0).matchAll(/(.)-(.)|(.)/gsu),
    ([, from, to, only]) => [from ?? only!, to ?? only!] as const,
  )
  return { kind: 'set', isNegated, ranges }
}

/** Runs all ways through the tokens at once: states are places in `tokens`, its length is the end. */
function fits(tokens: readonly Token[], path: string, fuel: { left: number }): boolean {
  let states = new Set<number>()
  enter(states, tokens, 0, true)
  for (let at = 0; at < path.length && states.size > 0; at++) {
    fuel.left -= states.size
    if (fuel.left < 0) return false
    const char = path[at]!
    const next = new Set<number>()
    for (const state of states) {
      const token = tokens[state]
      if (token === undefined || !takes(token, char)) continue
      const repeats = token.kind === 'star' || token.kind === 'rest' || token.kind === 'folders'
      enter(next, tokens, repeats ? state : state + 1, char === '/')
    }
    states = next
  }
  return states.has(tokens.length)
}

/** Adds a state and those it reaches without a character; folders end only where a name starts. */
function enter(states: Set<number>, tokens: readonly Token[], state: number, isNameStart: boolean): void {
  for (let at = state; !states.has(at); at++) {
    states.add(at)
    const kind = tokens[at]?.kind
    if (kind !== 'star' && kind !== 'rest' && !(kind === 'folders' && isNameStart)) return
  }
}

function takes(token: Token, char: string): boolean {
  switch (token.kind) {
    case 'char':
      return token.char === char
    case 'one':
    case 'star':
      return char !== '/'
    case 'set':
      return char !== '/' && token.ranges.some(([from, to]) => from <= char && char <= to) !== token.isNegated
    case 'any':
    case 'rest':
    case 'folders':
      return true
  }
}
