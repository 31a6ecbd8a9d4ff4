/**
 * The units of one Rust file. Words are looked for over the whole text, so that nothing inside a macro body or behind
 * a parse error is missed; where the file parses, the syntax tree says what each word is and how far it reaches.
 * Pure but for the parser it is given. Sources: issue tracker of cargo-geiger (macro bodies, files that do not parse).
 */
import type { UnitKind } from '../../../../shared/review-units.ts'
import { powerOf } from './powers.ts'
import type { RustParser, SyntaxNode } from './rust-parser.ts'
import { rustTokens, type Token } from './rust-tokens.ts'
import { useNames } from './use-names.ts'

export interface FoundUnit {
  readonly kind: UnitKind
  /** UTF-16 offsets of the text that is the unit. */
  readonly start: number
  readonly end: number
  readonly item: string | null
  readonly certainty: 'parsed' | 'words' | 'unknown'
  readonly places: number
}

export interface ScannedRust {
  readonly units: readonly FoundUnit[]
  readonly macroBodies: number
  /** Null when the whole file parsed. */
  readonly problem: string | null
}

export const LONG_LITERAL = 1_000
export const LONG_LINE = 1_000
/** Larger files are looked through by words only. */
const MAX_PARSED_LENGTH = 3_000_000

export function scanRust(text: string, parser: RustParser): ScannedRust {
  const tokens = rustTokens(text)
  const tree = text.length > MAX_PARSED_LENGTH ? null : parser.parse(text)
  try {
    const scan = new Scan(text, tokens, tree?.rootNode ?? null)
    scan.run()
    const problem =
      tree !== null
        ? tree.rootNode.hasError
          ? scan.errorText()
          : null
        : text.length > MAX_PARSED_LENGTH
          ? `longer than ${MAX_PARSED_LENGTH.toLocaleString('en-US')} characters`
          : 'parsing took too long'
    return { units: scan.units(), macroBodies: scan.macroBodies, problem }
  } finally {
    tree?.delete()
  }
}

const ASM = new Set(['asm', 'global_asm', 'naked_asm', 'llvm_asm'])
const INCLUDE = new Set(['include', 'include_str', 'include_bytes'])
const ENV = new Set(['env', 'option_env'])
const BEFORE_MAIN = new Set(['ctor', 'dtor', 'global_allocator', 'panic_handler', 'alloc_error_handler', 'lang'])
const FFI_ATTRIBUTES = new Set([
  'no_mangle',
  'export_name',
  'link',
  'link_name',
  'link_section',
  'link_args',
  'used',
  'naked',
])
const PROC_MACRO = new Set(['proc_macro', 'proc_macro_derive', 'proc_macro_attribute'])
const TRANSMUTE = new Set(['transmute', 'transmute_copy', 'transmute_unchecked'])
const ITEMS = new Set([
  'function_item',
  'function_signature_item',
  'impl_item',
  'trait_item',
  'mod_item',
  'foreign_mod_item',
  'macro_definition',
  'struct_item',
  'enum_item',
  'union_item',
  'static_item',
  'const_item',
  'type_item',
])
const OPAQUE = new Set(['token_tree', 'token_tree_pattern', 'ERROR'])

class Scan {
  readonly #text: string
  readonly #tokens: readonly Token[]
  readonly #root: SyntaxNode | null
  readonly #found: FoundUnit[] = []
  /** Raw pointers are one unit per item. */
  readonly #pointers = new Map<
    string,
    { start: number; end: number; item: string | null; places: number; certainty: 'parsed' | 'words' }
  >()
  macroBodies = 0

  constructor(text: string, tokens: readonly Token[], root: SyntaxNode | null) {
    this.#text = text
    this.#tokens = tokens
    this.#root = root
  }

  units(): readonly FoundUnit[] {
    const pointers = [...this.#pointers.values()].map(p => ({ kind: 'raw-pointer' as const, ...p }))
    const all = [...this.#found, ...pointers]
    return all.sort((a, b) => a.start - b.start || a.end - b.end)
  }

  run(): void {
    const tokens = this.#tokens
    const use = useNames(tokens)
    for (const { path, token } of use.globs) {
      const power = powerOf([...path, '*'])
      if (power !== null) this.#add(power, token, { certainty: 'unknown' })
    }
    const used = new Set<string>()
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!
      if (token.kind === 'string' && token.end - token.start >= LONG_LITERAL) this.#add('long-literal', i)
      if (token.kind !== 'word') {
        if (token.text === '*') this.#pointer(i)
        if (token.text === '#') this.#attribute(i)
        if (token.text === '&' && this.#is(i + 1, 'raw') && (this.#is(i + 2, 'const') || this.#is(i + 2, 'mut')))
          this.#countPointer(i)
        continue
      }
      if (/[^\u0000-\u007f]/.test(token.text)) this.#add('non-ascii-name', i)
      if (use.inside.has(i)) continue
      if (token.text === 'unsafe') this.#unsafe(i)
      else if (token.text === 'extern') this.#extern(i)
      else if (this.#is(i + 1, '!')) this.#macro(i)
      else this.#path(i, use.names, used)
    }
    // An import that no place in this file names is re-exported, used by a macro elsewhere, or a trait: it counts itself.
    for (const { path, name, token } of use.imports) {
      const power = powerOf(path)
      if (power !== null && !used.has(name)) this.#add(power, token)
    }
    this.#countMacroBodies()
  }

  errorText(): string {
    const first = firstError(this.#root)
    return first === null ? 'a part does not parse' : `does not parse at line ${first.startPosition.row + 1}`
  }

  #is(i: number, text: string): boolean {
    const token = this.#tokens[i]
    return token !== undefined && token.text === text && token.kind !== 'string'
  }

  #unsafe(i: number): void {
    const next = this.#tokens[i + 1]
    const node = this.#nodeAt(i)
    const parent = node?.parent ?? null
    if (parent !== null && !isOpaque(parent)) {
      switch (parent.type) {
        case 'unsafe_block':
          return this.#addNode('unsafe-block', parent)
        case 'function_modifiers':
          return parent.parent?.type === 'function_type'
            ? undefined
            : this.#addNode('unsafe-fn', parent.parent ?? parent)
        case 'impl_item':
          return this.#addNode('unsafe-impl', parent)
        case 'trait_item':
          return this.#addNode('unsafe-trait', parent)
        case 'function_type':
          return
      }
    }
    const certainty = 'words' as const
    if (next?.text === '{') return this.#add('unsafe-block', i, { to: this.#closing(i + 1), certainty })
    if (next?.text === 'impl') return this.#add('unsafe-impl', i, { certainty })
    if (next?.text === 'trait' || next?.text === 'auto') return this.#add('unsafe-trait', i, { certainty })
    if (next?.text === '(') return this.#add('unsafe-attribute', i, { to: this.#closing(i + 1), certainty })
    // A function pointer's type is `unsafe fn(` or `unsafe extern "C" fn(`; a function has a name before the bracket.
    let at = i + 1
    while (
      this.#is(at, 'extern') ||
      this.#is(at, 'const') ||
      this.#is(at, 'async') ||
      this.#tokens[at]?.kind === 'string'
    )
      at += 1
    if (this.#is(at, 'fn')) {
      if (!this.#is(at + 1, '(')) this.#add('unsafe-fn', i, { to: at + 1, certainty })
      return
    }
    if (this.#is(at, '{')) return // `unsafe extern "C" {` is listed at `extern`
    this.#add('unsafe-block', i, { certainty: 'unknown' })
  }

  #extern(i: number): void {
    if (this.#is(i + 1, 'crate')) return
    const hasAbi = this.#tokens[i + 1]?.kind === 'string'
    const at = hasAbi ? i + 2 : i + 1
    const certainty = this.#certaintyAt(i)
    if (this.#is(at, '{')) {
      const node = certainty === 'parsed' ? this.#climb(i, 'foreign_mod_item') : null
      return node === null ? this.#add('ffi', i, { to: this.#closing(at), certainty }) : this.#addNode('ffi', node)
    }
    if (this.#is(at, 'fn') && !this.#is(at + 1, '(')) {
      const node = certainty === 'parsed' ? this.#climb(i, 'function_item', 'function_signature_item') : null
      return node === null ? this.#add('ffi', i, { to: at + 1, certainty }) : this.#addNode('ffi', node)
    }
    if (hasAbi && !this.#is(at, 'fn')) this.#add('ffi', i, { certainty: 'unknown' })
  }

  #macro(i: number): void {
    const name = this.#tokens[i]!.text
    const kind: UnitKind | null = ASM.has(name)
      ? 'asm'
      : INCLUDE.has(name)
        ? 'include'
        : ENV.has(name)
          ? 'environment'
          : null
    if (kind === null || !/^[([{]$/.test(this.#tokens[i + 2]?.text ?? '')) return
    this.#add(kind, i, { to: this.#closing(i + 2), certainty: this.#certaintyAt(i) })
  }

  /** A path that starts here: `a::b::c`, generics left out. */
  #path(i: number, names: ReadonlyMap<string, readonly (readonly string[])[]>, used: Set<string>): void {
    if (this.#is(i - 1, '::') || this.#is(i - 1, '.')) return
    const parts = [this.#tokens[i]!.text]
    let end = i
    for (;;) {
      if (!this.#is(end + 1, '::')) break
      if (this.#is(end + 2, '<')) {
        const close = this.#closingAngle(end + 2)
        if (close === null || !this.#is(close + 1, '::')) break
        end = close
        continue
      }
      const next = this.#tokens[end + 2]
      if (next?.kind !== 'word') break
      parts.push(next.text)
      end += 2
    }
    // `name: ` of a field or a parameter, and a definition, are other things with the same name.
    if (
      parts.length === 1 &&
      (this.#is(i + 1, ':') ||
        /^(fn|mod|let|struct|enum|trait|type|const|static|mut|macro_rules)$/.test(this.#tokens[i - 1]?.text ?? ''))
    )
      return
    const last = parts.at(-1) ?? ''
    const isCall = this.#is(end + 1, '(') || (this.#is(end + 1, '::') && this.#is(end + 2, '<'))
    if (TRANSMUTE.has(last) && isCall) {
      used.add(parts[0] ?? '')
      return this.#addCall('transmute', i, end)
    }
    const aliases = names.get(parts[0] ?? '') ?? []
    const whole = [...aliases.map(path => [...path, ...parts.slice(1)]), ...(parts.length > 1 ? [parts] : [])]
    for (const path of whole) {
      const power = powerOf(path)
      if (power === null) continue
      used.add(parts[0] ?? '')
      return this.#addCall(power, i, end)
    }
  }

  #attribute(i: number): void {
    let at = i + 1
    if (this.#is(at, '!')) at += 1
    if (!this.#is(at, '[')) return
    at += 1
    if (this.#is(at, 'unsafe') && this.#is(at + 1, '(')) at += 2
    if (this.#is(at, 'cfg_attr') && this.#is(at + 1, '(')) return this.#conditionalAttribute(at + 1, i)
    this.#attributeName(at, i)
  }

  /** `cfg_attr(condition, attribute, …)`: each word that is an attribute's name counts. */
  #conditionalAttribute(open: number, hash: number): void {
    const close = this.#closing(open)
    for (let at = open + 1; at < close; at++)
      if (this.#is(at - 1, ',') || this.#is(at - 1, '(')) this.#attributeName(at, hash)
  }

  #attributeName(at: number, hash: number): void {
    const token = this.#tokens[at]
    if (token?.kind !== 'word') return
    const isPath = this.#is(at + 1, '::')
    const name = isPath ? (this.#tokens[at + 2]?.text ?? '') : token.text
    const kind: UnitKind | null = BEFORE_MAIN.has(name)
      ? 'runs-before-main'
      : PROC_MACRO.has(name)
        ? 'proc-macro'
        : FFI_ATTRIBUTES.has(name) && !isPath
          ? 'ffi'
          : name === 'path' && this.#is(at + 1, '=')
            ? 'include'
            : null
    if (kind === null) return
    const open = this.#is(hash + 1, '!') ? hash + 2 : hash + 1
    this.#add(kind, hash, { to: this.#closing(open), certainty: this.#certaintyAt(hash) })
  }

  #pointer(i: number): void {
    if (!this.#is(i + 1, 'const') && !this.#is(i + 1, 'mut')) return
    const node = this.#nodeAt(i)
    // `*mut` and `*const` cannot follow an expression, so these two words are a type wherever they stand.
    this.#countPointer(i, node?.parent?.type === 'pointer_type' ? 'parsed' : 'words')
  }

  #countPointer(i: number, certainty: 'parsed' | 'words' = 'parsed'): void {
    const token = this.#tokens[i]!
    const item = this.#itemAt(token.start)
    const key = item.name ?? `\0${item.start}`
    const known = this.#pointers.get(key)
    if (known !== undefined) {
      known.places += 1
      return
    }
    const lineStart = this.#text.lastIndexOf('\n', token.start) + 1
    const lineEnd = this.#text.indexOf('\n', token.start)
    this.#pointers.set(key, {
      start: Math.max(lineStart, item.start),
      end: lineEnd === -1 ? this.#text.length : lineEnd,
      item: item.name,
      places: 1,
      certainty,
    })
  }

  #addCall(kind: UnitKind, from: number, to: number): void {
    const end = this.#is(to + 1, '(') ? this.#closing(to + 1) : to
    this.#add(kind, from, { to: end, certainty: this.#certaintyAt(from) })
  }

  #add(kind: UnitKind, from: number, options: { to?: number; certainty?: FoundUnit['certainty'] } = {}): void {
    const first = this.#tokens[from]!
    const last = this.#tokens[Math.max(from, options.to ?? from)] ?? this.#tokens.at(-1)!
    const certainty = options.certainty ?? 'parsed'
    this.#found.push({
      kind,
      start: first.start,
      end: last.end,
      item: this.#itemAt(first.start).name,
      certainty,
      places: 1,
    })
  }

  #addNode(kind: UnitKind, node: SyntaxNode): void {
    const certainty = node.hasError ? 'words' : 'parsed'
    const item = this.#itemAt(node.startIndex).name
    this.#found.push({ kind, start: node.startIndex, end: node.endIndex, item, certainty, places: 1 })
  }

  /** Index of the token that closes the bracket at `open`; the last token when none does. */
  #closing(open: number): number {
    let depth = 0
    for (let at = open; at < this.#tokens.length; at++) {
      const text = this.#tokens[at]!.text
      if (text === '(' || text === '[' || text === '{') depth += 1
      else if (text === ')' || text === ']' || text === '}') depth -= 1
      if (depth === 0) return at
    }
    return this.#tokens.length - 1
  }

  #closingAngle(open: number): number | null {
    let depth = 0
    for (let at = open; at < Math.min(this.#tokens.length, open + 400); at++) {
      const text = this.#tokens[at]!.text
      if (text === '<') depth += 1
      else if (text === '>') depth -= 1
      else if (text === ';') return null
      if (depth === 0) return at
    }
    return null
  }

  #nodeAt(i: number): SyntaxNode | null {
    const token = this.#tokens[i]!
    return this.#root?.descendantForIndex(token.start, token.end) ?? null
  }

  #certaintyAt(i: number): 'parsed' | 'words' {
    for (let node = this.#nodeAt(i); node !== null; node = node.parent) if (isOpaque(node)) return 'words'
    return this.#root === null ? 'words' : 'parsed'
  }

  #climb(i: number, ...types: readonly string[]): SyntaxNode | null {
    for (let node = this.#nodeAt(i); node !== null; node = node.parent) if (types.includes(node.type)) return node
    return null
  }

  /** Names of the enclosing items joined with `::`, and where the innermost starts. */
  #itemAt(index: number): { readonly name: string | null; readonly start: number } {
    const names: string[] = []
    let start: number | null = null
    for (let node = this.#root?.descendantForIndex(index) ?? null; node !== null; node = node.parent) {
      if (!ITEMS.has(node.type)) continue
      start ??= node.startIndex
      const name = node.childForFieldName(node.type === 'impl_item' ? 'type' : 'name')?.text
      if (name !== undefined) names.unshift(name.replace(/\s+/g, ' ').slice(0, 80))
    }
    return { name: names.length === 0 ? null : names.join('::'), start: start ?? 0 }
  }

  #countMacroBodies(): void {
    if (this.#root === null) return
    this.macroBodies = this.#root.descendantsOfType(['macro_invocation', 'macro_definition']).length
  }
}

const isOpaque = (node: SyntaxNode): boolean => OPAQUE.has(node.type)

function firstError(root: SyntaxNode | null): SyntaxNode | null {
  for (let node = root; node !== null;) {
    if (node.isError || node.isMissing) return node
    node = node.children.find(child => child?.hasError === true || child?.isMissing === true) ?? null
  }
  return null
}
