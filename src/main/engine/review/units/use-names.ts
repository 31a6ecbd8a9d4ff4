/**
 * What short names of a file stand for, from its `use` declarations, read from tokens so that it also works inside
 * macro bodies and in files that do not parse. Scopes are ignored: a name imported anywhere counts everywhere in the
 * file, which finds too much rather than too little.
 */
import type { Token } from './rust-tokens.ts'

export interface UseNames {
  /** Short name to the whole paths it may stand for. */
  readonly names: ReadonlyMap<string, readonly (readonly string[])[]>
  /** Modules imported whole with `*`, with the place of their declaration. */
  readonly globs: readonly { readonly path: readonly string[]; readonly token: number }[]
  /** Every imported path with the token where its name stands. */
  readonly imports: readonly { readonly path: readonly string[]; readonly name: string; readonly token: number }[]
  /** Tokens that belong to a `use` declaration. */
  readonly inside: ReadonlySet<number>
}

const MAX_DEPTH = 32
/** Of one name; each use of the name looks at them all. */
const MAX_MEANINGS = 32

export function useNames(tokens: readonly Token[]): UseNames {
  const names = new Map<string, (readonly string[])[]>()
  const globs: { path: readonly string[]; token: number }[] = []
  const imports: { path: readonly string[]; name: string; token: number }[] = []
  const inside = new Set<number>()
  const bind = (name: string, path: readonly string[], token: number) => {
    imports.push({ path, name, token })
    if (name === '_') return
    const known = names.get(name)
    if (known === undefined) names.set(name, [path])
    else if (known.length < MAX_MEANINGS && !known.some(other => other.join('::') === path.join('::'))) known.push(path)
  }
  const textAt = (i: number) => tokens[i]?.text ?? ''

  /** One tree from token `i`; answers the token after it. */
  const tree = (i: number, prefix: readonly string[], depth: number): number => {
    const path = [...prefix]
    let at = i
    if (textAt(at) === '::') at += 1
    for (;;) {
      const token = tokens[at]
      if (token === undefined) return at
      if (token.text === '*') {
        globs.push({ path, token: at })
        return at + 1
      }
      if (token.text === '{') {
        if (depth > MAX_DEPTH) return at + 1
        at += 1
        while (at < tokens.length && textAt(at) !== '}') {
          const before = at
          at = tree(at, path, depth + 1)
          if (textAt(at) === ',') at += 1
          else if (at === before) at += 1
          if (textAt(at) === ';') return at
        }
        return at + 1
      }
      if (token.kind !== 'word') return at
      const isSelf = token.text === 'self' && path.length > 0
      if (!isSelf) path.push(token.text)
      if (textAt(at + 1) === '::') {
        at += 2
        continue
      }
      if (textAt(at + 1) === 'as') {
        bind(textAt(at + 2), path, at + 2)
        return at + 3
      }
      bind(path.at(-1) ?? '', path, at)
      return at + 1
    }
  }

  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i]?.kind !== 'word' || textAt(i) !== 'use') continue
    const next = tokens[i + 1]
    // `use<'a>` of precise capturing and `use` after a dot are no declarations.
    if (
      next === undefined ||
      textAt(i - 1) === '.' ||
      !(next.kind === 'word' || next.text === '::' || next.text === '{')
    )
      continue
    const end = tree(i + 1, [], 0)
    for (let k = i; k < end; k++) inside.add(k)
    i = Math.max(i, end - 1)
  }
  return { names, globs, imports, inside }
}
