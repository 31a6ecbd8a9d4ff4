/**
 * The text of a TOML document exactly as cargo-vet prints one: toml_edit's default layout after cargo-vet's
 * TomlFormatter (which keys are inline, where arrays wrap, which headers are hidden). In: a tree in the order to be
 * written. Out: text with `\n` line ends. Knows nothing of audits but two key names, `dependency-criteria` and
 * `user-id`, because the formatter does. PARITY cargo-vet 0.10.3 src/serialization.rs to_formatted_toml.
 */

/** Keys in writing order. A value that is `undefined` is left out, as serde leaves out `None`. */
export type TomlTree = readonly (readonly [key: string, value: TomlNode | undefined])[]
export type TomlNode =
  | string
  | boolean
  | bigint
  | { readonly list: readonly string[] }
  | { readonly table: TomlTree }
  | { readonly tables: readonly TomlTree[] }

/** What stands after a `user-id`, without the leading ` # `; undefined when the user is not known. */
export type UserComment = (userId: bigint) => string | undefined

/** Inline arrays longer than this, in code points with key and ` = `, go on several lines. */
const ARRAY_WRAP_THRESHOLD = 80
/** `dependency-criteria` stays inline up to this length, counted the same way. */
const INLINE_TABLE_THRESHOLD = 120

/** The document below the heading: starts with a blank line when it starts with a table; empty for an empty tree. */
export function renderDocument(root: TomlTree, userComment: UserComment | null): string {
  const out: string[] = []
  const first = root.find(([, value]) => value !== undefined)?.[1]
  if (typeof first === 'object' && !('list' in first)) out.push('\n')
  renderTable(root, '', 'root', { out, userComment, isFirst: true })
  return out.join('')
}

interface Sink {
  readonly out: string[]
  readonly userComment: UserComment | null
  /** True until a header or a root key was printed: the first header has no blank line before it. */
  isFirst: boolean
}

function renderTable(table: TomlTree, path: string, kind: 'root' | 'table' | 'element', sink: Sink): void {
  const values: string[] = []
  const nested: [string, TomlNode][] = []
  let isEmpty = true
  for (const [key, value] of table) {
    if (value === undefined) continue
    isEmpty = false
    const line = renderKeyValue(table, key, value, sink.userComment)
    if (line === null) nested.push([key, value])
    else values.push(line)
  }
  if (kind === 'root') {
    if (values.length > 0) sink.isFirst = false
  } else if (kind === 'element' || values.length > 0 || isEmpty) {
    if (!sink.isFirst) sink.out.push('\n')
    sink.isFirst = false
    sink.out.push(kind === 'element' ? `[[${path}]]\n` : `[${path}]\n`)
  }
  sink.out.push(...values)
  for (const [key, value] of nested) {
    const childPath = path === '' ? renderKey(key) : `${path}.${renderKey(key)}`
    if (typeof value !== 'object' || 'list' in value) continue
    if ('table' in value) renderTable(value.table, childPath, 'table', sink)
    else for (const element of value.tables) renderTable(element, childPath, 'element', sink)
  }
}

/** The line or lines of one key, or null when the value becomes a table of its own. */
function renderKeyValue(table: TomlTree, key: string, value: TomlNode, comment: UserComment | null): string | null {
  const start = `${renderKey(key)} = `
  if (typeof value === 'string') return `${start}${renderString(value)}\n`
  if (typeof value === 'boolean') return `${start}${value}\n`
  if (typeof value === 'bigint')
    return `${start}${value}${key === 'user-id' ? userSuffix(table, value, comment) : ''}\n`
  if ('list' in value) return `${start}${renderArray(key, value.list.map(renderString))}\n`
  if ('tables' in value && value.tables.length === 0) return `${start}[]\n`
  if (key !== 'dependency-criteria') return null
  const inline = renderInline(value)
  if (inlineLength(key, inline) > INLINE_TABLE_THRESHOLD) return null
  // A crate may bear that name; then its list of entries stays an array.
  if ('tables' in value)
    return `${start}${renderArray(
      key,
      value.tables.map(table => renderInline({ table })),
    )}\n`
  return `${start}${inline}\n`
}

/** A list on one line, or with an element on each when it is long. */
export function renderArray(key: string, elements: readonly string[]): string {
  const inline = `[${elements.join(', ')}]`
  if (elements.length === 0 || inlineLength(key, inline) <= ARRAY_WRAP_THRESHOLD) return inline
  return `[\n${elements.map(element => `    ${element},\n`).join('')}]`
}

/** Entries that name the login themselves (publisher rows) get no comment. */
function userSuffix(table: TomlTree, userId: bigint, comment: UserComment | null): string {
  if (comment === null || table.some(([key, value]) => key === 'user-login' && value !== undefined)) return ''
  const text = comment(userId)
  return text === undefined ? '' : ` # ${text}`
}

function renderInline(value: TomlNode): string {
  if (typeof value === 'string') return renderString(value)
  if (typeof value !== 'object') return String(value)
  if ('list' in value) return `[${value.list.map(renderString).join(', ')}]`
  if ('tables' in value) return `[${value.tables.map(table => renderInline({ table })).join(', ')}]`
  const present = value.table.filter((entry): entry is readonly [string, TomlNode] => entry[1] !== undefined)
  if (present.length === 0) return '{}'
  return `{ ${present.map(([key, inner]) => `${renderKey(key)} = ${renderInline(inner)}`).join(', ')} }`
}

const inlineLength = (key: string, inline: string): number => codePoints(key) + 3 + codePoints(inline)

function codePoints(text: string): number {
  let count = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0xdc00 && unit <= 0xdfff) count--
  }
  return count
}

// ── keys and strings (toml_write 0.1) ────────────────────────────────────────────────────────

const NEEDS_ESCAPE = /[\x00-\x08\x0b-\x1f\x7f]/
const PLAIN_STRING = /^[^\x00-\x08\x0a-\x1f"\\\x7f\t]*$/

/** Bare where allowed, else `"…"`, else `'…'` when that saves escaping. */
export function renderKey(key: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(key)) return key
  const needsEscape = NEEDS_ESCAPE.test(key) || key.includes('\n')
  if (!needsEscape && !/["\\]/.test(key)) return escapeBasic(key, false)
  if (!needsEscape && !key.includes("'")) return `'${key}'`
  return escapeBasic(key, false)
}

/** The first form of toml_write's preference that can hold the text. */
export function renderString(text: string): string {
  if (PLAIN_STRING.test(text)) return `"${text}"`
  const needsEscape = NEEDS_ESCAPE.test(text)
  const hasNewline = text.includes('\n')
  const hasBackslash = text.includes('\\')
  if (!needsEscape) {
    if (!hasNewline && !hasBackslash && !text.includes('"')) return escapeBasic(text, false)
    if (!hasNewline && !text.includes("'")) return `'${text}'`
    const start = hasNewline ? '\n' : ''
    if (!hasBackslash && !text.includes('"""')) return `"""${start}${escapeBody(text, true)}"""`
    if (!text.includes("'''")) return `'''${start}${text}'''`
  }
  return escapeBasic(text, hasNewline)
}

const escapeBasic = (text: string, isMultiLine: boolean): string =>
  isMultiLine ? `"""\n${escapeBody(text, true)}"""` : `"${escapeBody(text, false)}"`

const ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
  '\\': '\\\\',
}

/** In multi-line form line feeds stay and only every third quote in a row is escaped. */
function escapeBody(text: string, isMultiLine: boolean): string {
  const pattern = isMultiLine ? MULTI_LINE_ESCAPED : SINGLE_LINE_ESCAPED
  return text.replace(pattern, found => {
    if (found === '"""') return '""\\"'
    if (found === '"') return '\\"'
    return ESCAPES[found] ?? `\\u${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
  })
}
const MULTI_LINE_ESCAPED = /"""|[\x00-\x09\x0b-\x1f\\\x7f]/g
const SINGLE_LINE_ESCAPED = /"|[\x00-\x1f\\\x7f]/g
