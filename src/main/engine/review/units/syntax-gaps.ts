/**
 * Where a file does not parse. The grammar is older than the language: what it does not know yet is taken out before
 * parsing, character for character, so that one new word does not make a gap of the function around it.
 */
import type { SyntaxNode } from './rust-parser.ts'
import type { Token } from './rust-tokens.ts'
import type { Gap } from './unit-scan.ts'

const MAX_GAPS = 200

/** The same text with the same offsets, without words of newer Rust that the grammar has no rule for. */
export function withoutNewSyntax(text: string, tokens: readonly Token[]): string {
  const at = (i: number): string => tokens[i]?.text ?? ''
  const pieces: string[] = []
  let from = 0
  const replace = (token: Token, by: string) => {
    pieces.push(text.slice(from, token.start), by.padEnd(token.end - token.start, ' '))
    from = token.end
  }
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!
    if (token.kind !== 'word') continue
    const [next, before] = [at(i + 1), at(i - 1)]
    switch (token.text) {
      case 'safe': // items of `unsafe extern` blocks
        if ((next === 'fn' || next === 'static') && before !== '.') replace(token, '')
        break
      case 'unsafe':
        if (next === 'static') replace(token, '')
        // `unsafe extern "C" {`, not the function of that kind
        if (next === 'extern' && (at(i + 2) === '{' || (tokens[i + 2]?.kind === 'string' && at(i + 3) === '{')))
          replace(token, '')
        break
      case 'raw': // a name of one's own behind `&`
        if (before === '&' && next !== 'const' && next !== 'mut') replace(token, 'ra_')
        break
      case 'gen':
        if ((next === 'fn' || next === '{' || next === 'move') && before !== '.') replace(token, '')
        break
      case 'move':
        if (before === 'gen') replace(token, '')
        break
      case 'auto':
        if (next === 'trait') replace(token, '')
        break
      case 'const':
        if (before === '~' || (before === 'impl' && tokens[i + 1]?.kind === 'word')) replace(token, '')
        break
    }
    if (token.text === 'const' && before === '~') blankTilde(pieces)
  }
  return from === 0 ? text : pieces.join('') + text.slice(from)
}

/** `~const`: the sign goes with the word. The piece before the last ends with it. */
function blankTilde(pieces: string[]): void {
  const i = pieces.length - 2
  const piece = pieces[i]
  if (piece !== undefined) pieces[i] = piece.replace(/~(\s*)$/, ' $1')
}

/** In order and apart; `problem` says where the first is and how many there are, null when there is none. */
export function findGaps(root: SyntaxNode): { readonly gaps: readonly Gap[]; readonly problem: string | null } {
  if (!root.hasError) return { gaps: [], problem: null }
  const gaps: Gap[] = []
  let line = 0
  const visit = (node: SyntaxNode): void => {
    if (gaps.length >= MAX_GAPS) return
    if (node.isError || node.isMissing) {
      if (gaps.length === 0) line = node.startPosition.row + 1
      gaps.push({ start: node.startIndex, end: node.endIndex })
      return
    }
  }
  const stack: SyntaxNode[] = [root]
  for (let node = stack.pop(); node !== undefined && gaps.length < MAX_GAPS; node = stack.pop()) {
    visit(node)
    if (node.isError || node.isMissing) continue
    const broken = node.children.filter(
      (child): child is SyntaxNode => child !== null && (child.hasError || child.isMissing),
    )
    stack.push(...broken.reverse())
  }
  if (gaps.length === 0)
    return { gaps: [{ start: root.startIndex, end: root.endIndex }], problem: 'a part does not parse' }
  const last = gaps.at(-1)!
  // More than that and nothing behind the last is believed.
  if (gaps.length === MAX_GAPS) gaps[MAX_GAPS - 1] = { start: last.start, end: root.endIndex }
  const more = gaps.length - 1
  const others =
    more === 0 ? '' : ` and at ${more === MAX_GAPS - 1 ? 'many' : more} other place${more === 1 ? '' : 's'}`
  return { gaps, problem: `does not parse at line ${line}${others}` }
}
