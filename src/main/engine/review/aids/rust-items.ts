/**
 * The items of one Rust file by its syntax tree: what is defined where, inside what, with which signature. Bodies of
 * functions and macros are not entered; a name defined there is found by words (symbols.ts).
 */
import type { ItemKind } from '../../../../shared/review-aids.ts'
import type { RustParser, SyntaxNode } from '../units/rust-parser.ts'

export interface RustItem {
  /** For `impl` blocks the header, for example `impl Read for File`. */
  readonly name: string
  readonly kind: ItemKind
  /** 1-based lines of the whole item, attributes and comments before it left out. */
  readonly line: number
  readonly endLine: number
  /** UTF-16 offset of the name (of the item for `impl` and `extern`). */
  readonly nameStart: number
  readonly container: string | null
  readonly depth: number
  readonly signature: string
}

export interface RustItems {
  /** In order of their start. */
  readonly items: readonly RustItem[]
  /** Null when the whole file parsed. */
  readonly problem: string | null
}

const KINDS: Readonly<Record<string, ItemKind>> = {
  function_item: 'function',
  function_signature_item: 'function',
  struct_item: 'struct',
  enum_item: 'enum',
  union_item: 'union',
  trait_item: 'trait',
  type_item: 'type',
  associated_type: 'type',
  const_item: 'const',
  static_item: 'static',
  mod_item: 'module',
  macro_definition: 'macro',
  enum_variant: 'variant',
  field_declaration: 'field',
  impl_item: 'impl',
  foreign_mod_item: 'extern',
}
/** Larger files are looked through by words only. */
const MAX_PARSED_LENGTH = 3_000_000
const MAX_DEPTH = 64
const MAX_SIGNATURE = 600

export function rustItems(text: string, parser: RustParser): RustItems {
  if (text.length > MAX_PARSED_LENGTH)
    return { items: [], problem: `longer than ${MAX_PARSED_LENGTH.toLocaleString('en-US')} characters` }
  const tree = parser.parse(text)
  if (tree === null) return { items: [], problem: 'parsing took too long' }
  try {
    const items: RustItem[] = []
    collect(tree.rootNode, text, null, 0, items)
    const problem = tree.rootNode.hasError ? 'parts of it could not be parsed' : null
    return { items, problem }
  } finally {
    tree.delete()
  }
}

function collect(node: SyntaxNode, text: string, container: string | null, depth: number, items: RustItem[]): void {
  if (depth > MAX_DEPTH) return
  for (const child of node.namedChildren) {
    const kind = KINDS[child.type]
    if (kind === undefined) {
      // Items after a mistake still count.
      if (child.type === 'ERROR') collect(child, text, container, depth + 1, items)
      continue
    }
    const body = child.childForFieldName('body')
    const isBlock = kind === 'impl' || kind === 'extern'
    const nameNode = isBlock ? null : child.childForFieldName('name')
    if (nameNode === null && !isBlock) continue
    const start = child.startIndex
    const signature = signatureOf(text, start, signatureEnd(child, body, kind))
    const name = nameNode === null ? signature : text.slice(nameNode.startIndex, nameNode.endIndex).replace(/^r#/, '')
    items.push({
      ...{ name, kind, container, depth, signature },
      line: child.startPosition.row + 1,
      endLine: child.endPosition.row + 1,
      nameStart: nameNode?.startIndex ?? start,
    })
    if (body === null || kind === 'function') continue
    collect(body, text, isBlock || kind === 'trait' || kind === 'variant' ? signature : name, depth + 1, items)
  }
}

function signatureEnd(node: SyntaxNode, body: SyntaxNode | null, kind: ItemKind): number {
  if (body !== null && kind !== 'variant' && body.type !== 'ordered_field_declaration_list') return body.startIndex
  if (kind === 'macro') return node.child(1)?.endIndex ?? node.endIndex
  return node.endIndex
}

/** Without the white space of its layout; long ones end with an ellipsis. */
function signatureOf(text: string, start: number, end: number): string {
  const whole = text
    .slice(start, Math.min(end, start + 4 * MAX_SIGNATURE))
    .replace(/\s+/g, ' ')
    .replace(/[\s;,{]+$/, '')
    .replace(/\( /g, '(')
    .replace(/,? \)/g, ')')
  return whole.length > MAX_SIGNATURE ? `${whole.slice(0, MAX_SIGNATURE)}…` : whole
}
