/**
 * Which files differ between two unpacked crates, or all files of one for a full audit: the rows of the file
 * tree without read marks, and the size as cargo-vet counts it. Line counts come from one git run with cargo-vet's
 * own arguments; files that git calls equal but whose bytes differ (line endings) are listed as not counted.
 * Links are listed, never followed. Paths stay as they are in the crate; whoever shows them escapes them.
 */
import { hash } from 'node:crypto'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AbsolutePath, CrateName, Delta, DiffStat } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import type { FileHashes, Review, ReviewFile } from '../../../shared/wire.ts'
import { FileError, type Capabilities, type Run } from '../capabilities.ts'
import { crateFacts, groupOf, type CrateFacts } from './classify.ts'
import { runNumstat, type NumstatRow } from './git-diff.ts'
import { decodeText, isBinaryBytes, mayHoldSuspicious, scanSuspicious } from './text-scan.ts'

type TreeCaps = Pick<Capabilities, 'files' | 'processes' | 'temp' | 'host'>

export type TreeFile = Omit<ReviewFile, 'mark'> & FileHashes
/** A review with what its read marks hang on. */
export type HashedReview = Omit<Review, 'files'> & { readonly files: (ReviewFile & FileHashes)[] }
export interface TreeDiff {
  /** In byte order of their path. */
  readonly files: readonly TreeFile[]
  readonly unchangedFiles: number
  /** As cargo-vet counts. */
  readonly stat: DiffStat
}

/** PARITY cargo-vet 0.10.3 src/storage.rs DIFF_SKIP_PATHS. */
const UNCOUNTED = new Set(['Cargo.lock', '.cargo_vcs_info.json', '.cargo-ok'])
const MAX_ENTRIES = 200_000
const MAX_DEPTH = 64
/** Larger files are listed with their size but not read: no hash, no marks across deltas. */
const MAX_HASHED_BYTES = 256 * 1024 * 1024
/** Larger texts are not scanned for suspicious characters here; their pages are when shown. */
const MAX_SCANNED_BYTES = 2 * 1024 * 1024
/** How much of a text its group is judged by. */
const MAX_HEAD_BYTES = 256 * 1024
const READS_AT_ONCE = 16
const TURN_MS = 20

/** One version's files: what there is, and how to get at it. */
interface Side {
  readonly paths: Iterable<string>
  has(file: string): boolean
  /** Null when it is not there. @throws FileError */
  read(file: string): SideFacts | null | Promise<SideFacts | null>
}
const NO_FILES: Side = { paths: [], has: () => false, read: () => null }

interface Pair {
  readonly oldPath: string | null
  readonly newPath: string | null
  readonly row: NumstatRow | null
}

interface TreeInput {
  readonly crate: CrateName
  readonly delta: Delta
}

/** Compares the folders. `oldFolder` null is a full audit. @failure git-not-found, git-failed, cache-io */
export async function compareTrees(
  caps: TreeCaps,
  input: TreeInput & { readonly oldFolder: AbsolutePath | null; readonly newFolder: AbsolutePath },
  run: Run,
): Promise<Result<TreeDiff, Failure>> {
  try {
    const [numstat, oldSide, newSide] = await Promise.all([
      runNumstat(caps, input, run),
      input.oldFolder === null ? NO_FILES : folderSide(caps, input.oldFolder),
      folderSide(caps, input.newFolder),
    ])
    return numstat.ok ? ok(await treeOf(input, numstat.value, oldSide, newSide, run)) : numstat
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'cache-io', path: error.path, reason: error.message })
    throw error
  }
}

/** The same for files in memory, whose rows git gave already. No `oldFiles` is a full audit. Throws Cancelled. */
export function compareContents(
  input: TreeInput & {
    readonly oldFiles: ReadonlyMap<string, Uint8Array> | null
    readonly newFiles: ReadonlyMap<string, Uint8Array>
    readonly rows: readonly NumstatRow[]
  },
  run: Run,
): Promise<TreeDiff> {
  const oldSide = input.oldFiles === null ? NO_FILES : memorySide(input.oldFiles)
  return treeOf(input, input.rows, oldSide, memorySide(input.newFiles), run)
}

async function treeOf(
  { delta }: TreeInput,
  rows: readonly NumstatRow[],
  oldSide: Side,
  newSide: Side,
  run: Run,
): Promise<TreeDiff> {
  const skipManifest = delta.to.includes('@git:')
  const isCounted = (file: string) => !UNCOUNTED.has(file) && !(skipManifest && file === 'Cargo.toml')
  const manifest = (await newSide.read('Cargo.toml')) ?? (await oldSide.read('Cargo.toml'))
  const facts = crateFacts(decodeStart(manifest?.bytes, 1024 * 1024))
  const sides: Sides = { oldSide, newSide, facts, isCounted, asciiOf: createAsciiReader() }
  const looked = await mapLimited(pairUp(rows, oldSide, newSide), pair => lookAt(sides, pair), run)
  const files = looked.filter(file => file !== null)
  files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  return { files, unchangedFiles: looked.length - files.length, stat: statOf(rows, isCounted) }
}

/** The sum as cargo-vet makes it: each numstat row is a file, binary rows have no lines. */
function statOf(rows: readonly NumstatRow[], isCounted: (file: string) => boolean): DiffStat {
  const counted = rows.filter(row => isCounted(row.newPath ?? row.oldPath ?? ''))
  return {
    insertions: counted.reduce((sum, row) => sum + (row.insertions ?? 0), 0),
    deletions: counted.reduce((sum, row) => sum + (row.deletions ?? 0), 0),
    filesChanged: counted.length,
  }
}

/** One pair for each file: git's rows (a file that became a link is two rows, one pair), then what git left out. */
function pairUp(rows: readonly NumstatRow[], oldSide: Side, newSide: Side): readonly Pair[] {
  const pairs = new Map<string, Pair>()
  const usedOld = new Set<string>()
  for (const row of rows) {
    const key = row.newPath ?? row.oldPath ?? ''
    if (row.oldPath !== null) usedOld.add(row.oldPath)
    const former = pairs.get(key)
    pairs.set(key, former === undefined ? { ...row, row } : joined(former, row))
  }
  for (const file of newSide.paths) {
    if (!pairs.has(file)) pairs.set(file, { oldPath: oldSide.has(file) ? file : null, newPath: file, row: null })
  }
  for (const file of oldSide.paths) {
    if (!pairs.has(file) && !usedOld.has(file)) pairs.set(file, { oldPath: file, newPath: null, row: null })
  }
  return [...pairs.values()]
}

function joined(a: Pair, b: NumstatRow): Pair {
  const oldPath = a.oldPath ?? b.oldPath
  const newPath = a.newPath ?? b.newPath
  const sum = (x: number | null | undefined, y: number | null) => (x ?? 0) + (y ?? 0)
  const row = {
    oldPath,
    newPath,
    insertions: sum(a.row?.insertions, b.insertions),
    deletions: sum(a.row?.deletions, b.deletions),
  }
  return { oldPath, newPath, row }
}

interface SideFacts {
  readonly isLink: boolean
  readonly bytes: Uint8Array | null
  readonly size: number
}

interface Sides {
  readonly oldSide: Side
  readonly newSide: Side
  readonly facts: CrateFacts
  isCounted(file: string): boolean
  readonly asciiOf: ReturnType<typeof createAsciiReader>
}

/** At once where both sides are in memory: a promise for each of many files costs more than looking at them. */
function lookAt(sides: Sides, pair: Pair): TreeFile | null | Promise<TreeFile | null> {
  const before = pair.oldPath === null ? null : sides.oldSide.read(pair.oldPath)
  const after = pair.newPath === null ? null : sides.newSide.read(pair.newPath)
  if (before instanceof Promise || after instanceof Promise)
    return Promise.all([before, after]).then(([a, b]) => describePair(sides, pair, a, b))
  return describePair(sides, pair, before, after)
}

function describePair(
  { facts, isCounted, asciiOf }: Sides,
  pair: Pair,
  before: SideFacts | null,
  after: SideFacts | null,
): TreeFile | null {
  if (before !== null && after !== null && isUnchanged(pair, before, after)) return null
  const file = pair.newPath ?? pair.oldPath ?? ''
  const isBinary = [before, after].some(side => side !== null && isBinarySide(side))
  const shown = after ?? before
  const text = isBinary ? '' : asciiOf(shown?.bytes ?? null)
  return {
    path: file,
    oldPath: pair.oldPath === file ? null : pair.newPath === null ? null : pair.oldPath,
    change: changeOf(pair),
    group: groupOf(file, isBinary, text.slice(0, MAX_HEAD_BYTES), facts),
    insertions: pair.row?.insertions ?? 0,
    deletions: pair.row?.deletions ?? 0,
    isBinary,
    sizeOld: before?.size ?? null,
    sizeNew: after?.size ?? null,
    hashOld: before === null ? null : hashOf(before),
    hashNew: after === null ? null : hashOf(after),
    isCounted: pair.row !== null && isCounted(file),
    suspicious: after === null || isBinary ? 0 : countSuspicious(after.bytes, text),
  }
}

function changeOf(pair: Pair): TreeFile['change'] {
  if (pair.oldPath === null) return 'added'
  if (pair.newPath === null) return 'deleted'
  return pair.oldPath === pair.newPath ? 'modified' : 'renamed'
}

/** Nothing of it can be read as a change; git lists a file of which only the mode differs. */
const isUnchanged = (pair: Pair, before: SideFacts, after: SideFacts): boolean =>
  (pair.row === null || (pair.oldPath === pair.newPath && before.bytes !== null)) && isSame(before, after)

const isBinarySide = (side: SideFacts): boolean => side.isLink || side.bytes === null || isBinaryBytes(side.bytes)

function isSame(a: SideFacts, b: SideFacts): boolean {
  if (a.isLink !== b.isLink || a.size !== b.size) return false
  return a.bytes === null || b.bytes === null || Buffer.compare(a.bytes, b.bytes) === 0
}

const decoder = new TextDecoder()

function decodeStart(bytes: Uint8Array | null | undefined, maxBytes: number): string {
  return bytes === null || bytes === undefined ? '' : decoder.decode(bytes.subarray(0, maxBytes))
}

/**
 * Gives a character for each byte, of a large file only those at its start: what is looked for is ASCII, and this is
 * quicker than decoding. The files of an archive are views of one buffer, so one Buffer serves them all.
 */
function createAsciiReader(): (bytes: Uint8Array | null) => string {
  let whole: Buffer = Buffer.alloc(0)
  return bytes => {
    if (bytes === null) return ''
    if (whole.buffer !== bytes.buffer) whole = Buffer.from(bytes.buffer)
    const maxBytes = bytes.length > MAX_SCANNED_BYTES ? MAX_HEAD_BYTES : MAX_SCANNED_BYTES
    return whole.toString('latin1', bytes.byteOffset, bytes.byteOffset + Math.min(bytes.length, maxBytes))
  }
}

function hashOf(side: SideFacts): string | null {
  return side.bytes === null ? null : hash('sha256', side.bytes, 'hex')
}

/** `text`: the same as `asciiOf` gives it. */
function countSuspicious(bytes: Uint8Array | null, text: string): number | null {
  if (bytes === null || bytes.length > MAX_SCANNED_BYTES) return null
  return mayHoldSuspicious(text) ? scanSuspicious(decodeText(bytes).text, 'new').total : 0
}

function memorySide(files: ReadonlyMap<string, Uint8Array>): Side {
  return {
    get paths() {
      return files.keys()
    },
    has: file => files.has(file),
    read(file) {
      const bytes = files.get(file)
      return bytes === undefined ? null : { isLink: false, bytes, size: bytes.length }
    },
  }
}

async function folderSide(caps: TreeCaps, folder: AbsolutePath): Promise<Side> {
  const kinds = await walk(caps, folder)
  return {
    paths: kinds.keys(),
    has: file => kinds.has(file),
    read: file => readSide(caps, folder, file, kinds.get(file)),
  }
}

async function readSide(
  caps: TreeCaps,
  folder: AbsolutePath,
  file: string,
  kind: EntryKind | undefined,
): Promise<SideFacts | null> {
  if (kind === undefined) return null
  const at = path.join(folder, file) as AbsolutePath
  const stat = await caps.files.stat(at)
  if (stat === null) return null
  if (kind === 'link' || stat.kind !== 'file') return { isLink: true, bytes: null, size: 0 }
  if (stat.sizeBytes > MAX_HASHED_BYTES) return { isLink: false, bytes: null, size: stat.sizeBytes }
  const bytes = await caps.files.readBytes(at, MAX_HASHED_BYTES)
  return { isLink: false, bytes, size: bytes.length }
}

type EntryKind = 'file' | 'link'

/** Every file and link below a folder by its path with `/`. @throws FileError past the bounds. */
async function walk(caps: TreeCaps, root: AbsolutePath): Promise<ReadonlyMap<string, EntryKind>> {
  const found = new Map<string, EntryKind>()
  const pending: { readonly at: string; readonly depth: number }[] = [{ at: '', depth: 0 }]
  for (const { at, depth } of pending) {
    // also visits what is pushed below
    if (depth > MAX_DEPTH) throw new FileError(`more than ${MAX_DEPTH} folders deep`, 'ELOOP', path.join(root, at))
    for (const { name, kind } of await caps.files.list(path.join(root, at) as AbsolutePath)) {
      const child = at === '' ? name : `${at}/${name}`
      if (kind === 'directory') pending.push({ at: child, depth: depth + 1 })
      else found.set(child, kind === 'file' ? 'file' : 'link')
    }
    if (found.size + pending.length > MAX_ENTRIES) throw new FileError(`more than ${MAX_ENTRIES} files`, 'EFBIG', root)
  }
  return found
}

/** `work` over all items in order, some at once, other work in between; stops early when the run is cancelled. */
async function mapLimited<T, R>(items: readonly T[], work: (item: T) => R | Promise<R>, run: Run): Promise<R[]> {
  const results: R[] = new Array<R>(items.length)
  let next = 0
  let done = 0
  let since = performance.now()
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      if (run.signal.aborted) throw new Cancelled()
      const at = next
      next += 1
      const item = items[at]
      if (item === undefined) continue
      const made = work(item)
      results[at] = made instanceof Promise ? await made : made
      done += 1
      if (performance.now() - since < TURN_MS) continue
      run.onProgress({ done, total: items.length, step: 'comparing files' })
      await nextTurn()
      since = performance.now()
    }
  }
  await Promise.all(Array.from({ length: READS_AT_ONCE }, worker))
  return results
}
