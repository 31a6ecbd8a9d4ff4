/**
 * Definitions and references by name in all Rust files of a crate. The index holds what the syntax trees say; names
 * defined inside macros, function bodies and files that do not parse are found by words when they are asked for.
 * By name means that nothing is resolved: a reference may belong to another item of the same name.
 */
import type { AbsolutePath } from '../../../../shared/domain.ts'
import { Cancelled } from '../../../../shared/result.ts'
import type { Definition, FoundFile, ItemKind, NotSearched } from '../../../../shared/review-aids.ts'
import type { Capabilities, Run } from '../../capabilities.ts'
import { decodeText, isBinaryBytes } from '../text-scan.ts'
import type { RustParser } from '../units/rust-parser.ts'
import { rustTokens, type Token } from '../units/rust-tokens.ts'
import { listCrate, readCrateFile } from './crate-files.ts'
import { placeAt } from './line-search.ts'
import { rustItems, type RustItem } from './rust-items.ts'

export interface IndexedFile {
  readonly path: string
  readonly text: string
  readonly items: readonly RustItem[]
  readonly problem: string | null
}
export interface SymbolIndex {
  /** By path. */
  readonly files: readonly IndexedFile[]
  readonly byName: ReadonlyMap<string, readonly { readonly file: IndexedFile; readonly item: RustItem }[]>
  /** Rust files that are not in the index or only in part. */
  readonly notIndexed: readonly NotSearched[]
  readonly lines: number
  readonly tookMs: number
}

const MAX_FILE_BYTES = 8 << 20
const MAX_TOTAL_LENGTH = 96 << 20
const MAX_INDEX_MS = 30_000
const READS_AHEAD = 24
const YIELD_AFTER_MS = 12
const MAX_DEFINITIONS = 200
const MAX_PLACES = 5_000

/** Reads and parses every Rust file, yielding between files. Throws Cancelled, FileError of the crate's folder. */
export async function indexCrate(
  caps: Pick<Capabilities, 'files'>,
  parser: RustParser,
  folder: AbsolutePath,
  run: Run,
): Promise<SymbolIndex> {
  const startedAt = performance.now()
  const { files: listed, isCut } = await listCrate(caps, folder)
  const files: IndexedFile[] = []
  const notIndexed: NotSearched[] = []
  if (isCut) notIndexed.push({ path: '', reason: 'the crate has more files than are listed' })
  let [length, lines, since] = [0, 0, performance.now()]
  const rust = listed.filter(file => file.path.endsWith('.rs'))
  const reads = readAhead(rust, file => readCrateFile(caps, folder, file, MAX_FILE_BYTES))
  for (const [i, file] of rust.entries()) {
    if (run.signal.aborted) throw new Cancelled()
    const skip = (reason: string) => notIndexed.push({ path: file.path, reason })
    if (performance.now() - startedAt > MAX_INDEX_MS) {
      skip(`the index took longer than ${MAX_INDEX_MS / 1_000} s`)
      continue
    }
    const read = await reads(i)
    if (read.kind === 'unread') {
      skip(read.reason)
      continue
    }
    if (isBinaryBytes(read.bytes) || length + read.bytes.length > MAX_TOTAL_LENGTH) {
      skip(isBinaryBytes(read.bytes) ? 'binary' : `more than ${MAX_TOTAL_LENGTH >> 20} MiB of source`)
      continue
    }
    const { text } = decodeText(read.bytes)
    length += text.length
    const { items, problem } = rustItems(text, parser)
    if (problem !== null) skip(problem)
    files.push({ path: file.path, text, items, problem })
    lines += countLines(text)
    if (performance.now() - since > YIELD_AFTER_MS) {
      await pause()
      since = performance.now()
    }
  }
  const byName = new Map<string, { file: IndexedFile; item: RustItem }[]>()
  for (const file of files)
    for (const item of file.items) {
      if (item.kind === 'impl' || item.kind === 'extern') continue
      const known = byName.get(item.name)
      if (known === undefined) byName.set(item.name, [{ file, item }])
      else known.push({ file, item })
    }
  return { files, byName, notIndexed, lines, tookMs: Math.round(performance.now() - startedAt) }
}

export interface NameQuery {
  readonly name: string
  /** What stands before `::`, a hint for the order only. */
  readonly qualifier: string | null
  /** The file that is read. */
  readonly path: string
}
type IsChanged = (path: string) => boolean

/** All definitions of a name, the likeliest first, and how many there are. */
export async function findDefinitions(
  index: SymbolIndex,
  query: NameQuery,
  isChanged: IsChanged,
): Promise<{ readonly definitions: readonly Definition[]; readonly total: number }> {
  const found: Definition[] = []
  const seen = new Set<string>()
  for (const { file, item } of index.byName.get(query.name) ?? []) {
    const at = placeOf(file, item.nameStart)
    seen.add(`${file.path}\0${item.nameStart}`)
    found.push({
      ...{ path: file.path, isChanged: isChanged(file.path), line: at.line, endLine: item.endLine, column: at.column },
      ...{ name: item.name, kind: item.kind, container: item.container, signature: item.signature },
      certainty: 'parsed',
    })
  }
  await eachToken(index, query.name, (file, tokens, i) => {
    const token = tokens[i]!
    const kind = definedAs(tokens, i)
    if (kind === null || seen.has(`${file.path}\0${token.start}`)) return
    const at = placeOf(file, token.start)
    const line = file.text.slice(at.lineStart, lineEnd(file.text, at.lineStart)).trim()
    found.push({
      ...{ path: file.path, isChanged: isChanged(file.path), line: at.line, endLine: at.line, column: at.column },
      ...{ name: query.name, kind, container: null, signature: line.slice(0, 300), certainty: 'words' },
    })
  })
  const { qualifier } = query
  const scores = new Map(
    found.map(of => [
      of,
      (qualifier !== null && of.container !== null && hasWord(of.container, qualifier) ? 4 : 0) +
        (of.path === query.path ? 2 : 0) +
        (of.certainty === 'parsed' ? 1 : 0),
    ]),
  )
  const score = (of: Definition) => scores.get(of) ?? 0
  found.sort((a, b) => score(b) - score(a) || byText(a.path, b.path) || a.line - b.line)
  return { definitions: found.slice(0, MAX_DEFINITIONS), total: found.length }
}

/** Every place where the name stands in code; comments and literals are left out. Changed files first, then by path. */
export async function findReferences(
  index: SymbolIndex,
  name: string,
  isChanged: IsChanged,
): Promise<{ readonly files: readonly FoundFile[]; readonly total: number; readonly listed: number }> {
  const files = new Map<string, FoundFile & { total: number }>()
  let [total, listed] = [0, 0]
  const defined = new Set((index.byName.get(name) ?? []).map(({ file, item }) => `${file.path}\0${item.nameStart}`))
  await eachToken(index, name, (file, tokens, i) => {
    const token = tokens[i]!
    const entry = files.get(file.path) ?? { path: file.path, isChanged: isChanged(file.path), total: 0, places: [] }
    files.set(file.path, entry)
    entry.total += 1
    total += 1
    if (listed >= MAX_PLACES) return
    listed += 1
    const at = placeOf(file, token.start)
    const content = file.text.slice(at.lineStart, lineEnd(file.text, at.lineStart))
    const isDefinition = defined.has(`${file.path}\0${token.start}`) || definedAs(tokens, i) !== null
    const length = token.end - token.start
    entry.places.push({ ...placeAt(content, at.line, token.start - at.lineStart, length), isDefinition })
  })
  const sorted = [...files.values()].sort((a, b) => Number(b.isChanged) - Number(a.isChanged) || byText(a.path, b.path))
  return { files: sorted, total, listed }
}

async function eachToken(
  index: SymbolIndex,
  name: string,
  visit: (file: IndexedFile, tokens: readonly Token[], i: number) => void,
): Promise<void> {
  let since = performance.now()
  for (const file of index.files) {
    if (!file.text.includes(name)) continue
    const tokens = rustTokens(file.text)
    for (const [i, token] of tokens.entries()) if (token.kind === 'word' && token.text === name) visit(file, tokens, i)
    if (performance.now() - since > YIELD_AFTER_MS) {
      await pause()
      since = performance.now()
    }
  }
}

const DEFINING: Readonly<Record<string, ItemKind>> = {
  fn: 'function',
  struct: 'struct',
  enum: 'enum',
  union: 'union',
  trait: 'trait',
  type: 'type',
  const: 'const',
  static: 'static',
  mod: 'module',
}

/** What the word before makes of a name; null when it is no definition. */
function definedAs(tokens: readonly Token[], i: number): ItemKind | null {
  const before = tokens[i - 1]
  if (before?.kind !== 'word') {
    const isMacro = before?.text === '!' && tokens[i - 2]?.text === 'macro_rules'
    return isMacro ? 'macro' : null
  }
  if (before.text === 'mut' && tokens[i - 2]?.text === 'static') return 'static'
  const kind = Object.hasOwn(DEFINING, before.text) ? (DEFINING[before.text] ?? null) : null
  // `*const T` and `const fn`; `union` is a keyword in front of a name only.
  if (kind === 'const' && tokens[i - 2]?.text === '*') return null
  return kind
}

const startsOf = new WeakMap<IndexedFile, readonly number[]>()

function placeOf(file: IndexedFile, offset: number): { line: number; column: number; lineStart: number } {
  let starts = startsOf.get(file)
  if (starts === undefined) startsOf.set(file, (starts = lineStarts(file.text)))
  let [low, high] = [0, starts.length]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle
  }
  const lineStart = starts[low] ?? 0
  return { line: low + 1, column: offset - lineStart + 1, lineStart }
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}

/** Line feeds and one. */
function countLines(text: string): number {
  let lines = 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1
  return lines
}

function hasWord(text: string, word: string): boolean {
  return rustTokens(text).some(token => token.kind === 'word' && token.text === word)
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Some items are worked on ahead of the one that is asked for, in order. */
function readAhead<T, R>(items: readonly T[], work: (item: T) => Promise<R>): (i: number) => Promise<R> {
  const ahead = new Map<number, Promise<R>>()
  return i => {
    for (let next = i; next < Math.min(items.length, i + READS_AHEAD); next++) {
      const item = items[next]
      if (item === undefined || ahead.has(next)) continue
      const started = work(item)
      // A failure is told when its turn comes.
      started.catch(() => undefined)
      ahead.set(next, started)
    }
    const found = ahead.get(i)!
    for (const done of ahead.keys()) if (done < i) ahead.delete(done)
    return found
  }
}

const pause = () => new Promise<void>(resolve => setImmediate(resolve))
