/**
 * How many lines a reader of a delta has to read, exactly as cargo-vet counts them: `git diff --ignore-cr-at-eol
 * --no-index --numstat` between the two unpacked crates, its ignored files left out, git's defaults for the rest.
 * PARITY cargo-vet 0.10.3 src/storage.rs diffstat_package.
 * What git would say without being asked is counted here: equal, moved and binary files, files on one side only. The
 * rest goes to git as objects, many deltas at once (git-objects.ts): no crate is unpacked, and a process is started
 * per batch instead of per delta. Same numbers: unchanged files take no part in git's rename detection.
 */
import { createHash } from 'node:crypto'
import type { AbsolutePath, DiffStat } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities } from '../capabilities.ts'
import { GIT_DIFF_ARGS } from '../core/git-command.ts'
import type { ArchiveEntry } from './archive.ts'
import { diffBatch, runGit, type NumstatRow, type TreePair } from './git-objects.ts'

/** Never counted, at the crate's root only. */
const IGNORED: ReadonlySet<string> = new Set(['Cargo.lock', '.cargo_vcs_info.json', '.cargo-ok'])
/** git calls a file binary when its first 8000 bytes hold a NUL. */
const BINARY_PROBE_BYTES = 8_000
/** A batch is closed when it has this much; a single delta may be larger. */
const BATCH_BYTES = 24 << 20
const BATCH_DELTAS = 64
const PARALLEL_BATCHES = 2

/** Counts deltas, several per git process. One for each measurer; holds nothing between calls. */
export interface ChangeCounter {
  /** Throws Cancelled. @failure git-not-found, git-failed, cache-io */
  count(
    oldEntries: readonly ArchiveEntry[],
    newEntries: readonly ArchiveEntry[],
    signal: AbortSignal,
  ): Promise<Result<DiffStat, Failure>>
}

interface Waiting {
  readonly pair: TreePair
  readonly bytes: number
  readonly signal: AbortSignal
  readonly done: (rows: Result<readonly NumstatRow[], Failure>) => void
  readonly failed: (error: unknown) => void
}

export function createChangeCounter(caps: Capabilities): ChangeCounter {
  const waiting: Waiting[] = []
  let running = 0
  const startBatches = () => {
    while (running < PARALLEL_BATCHES && waiting.length > 0) {
      const batch = takeBatch(waiting)
      if (batch.length === 0) return
      running++
      void runBatch(caps, batch).finally(() => {
        running--
        startBatches()
      })
    }
  }
  const rowsOf = (pair: TreePair, signal: AbortSignal) =>
    new Promise<Result<readonly NumstatRow[], Failure>>((done, failed) => {
      waiting.push({ pair, bytes: bytesOf(pair.old) + bytesOf(pair.new), signal, done, failed })
      setImmediate(startBatches) // whoever asks in the same turn shares the batch
    })
  return {
    async count(oldEntries, newEntries, signal) {
      if (signal.aborted) throw new Cancelled()
      const comparison = compareEntries(oldEntries, newEntries)
      const rows = comparison.pair === null ? ok([]) : await rowsOf(comparison.pair, signal)
      return rows.ok ? ok(sum(comparison, rows.value)) : rows
    },
  }
}

const bytesOf = (entries: readonly ArchiveEntry[]): number => entries.reduce((total, e) => total + e.data.length, 0)

function takeBatch(waiting: Waiting[]): Waiting[] {
  const batch: Waiting[] = []
  let bytes = 0
  while (waiting.length > 0 && batch.length < BATCH_DELTAS) {
    const next = waiting[0]!
    if (batch.length > 0 && bytes + next.bytes > BATCH_BYTES) break
    waiting.shift()
    if (next.signal.aborted) next.failed(new Cancelled())
    else {
      batch.push(next)
      bytes += next.bytes
    }
  }
  return batch
}

/** Stops when everybody who waits has been cancelled. A batch that git refuses is tried again one by one. */
async function runBatch(caps: Capabilities, batch: readonly Waiting[]): Promise<void> {
  const abort = new AbortController()
  const onAbort = () => {
    if (batch.every(one => one.signal.aborted)) abort.abort()
  }
  for (const one of batch) one.signal.addEventListener('abort', onAbort, { once: true })
  try {
    const pairs = batch.map(one => one.pair)
    const answers = await diffBatch(caps, pairs, abort.signal)
    if (!answers.ok && answers.error.code === 'git-failed' && batch.length > 1) {
      for (const one of batch) await runBatch(caps, [one])
      return
    }
    batch.forEach((one, i) => {
      if (one.signal.aborted) one.failed(new Cancelled())
      else one.done(answers.ok ? ok(answers.value[i]!) : answers)
    })
  } catch (error) {
    for (const one of batch) one.failed(error)
  } finally {
    for (const one of batch) one.signal.removeEventListener('abort', onAbort)
  }
}

// ── what is known without git ────────────────────────────────────────────────────────────────

export interface Comparison {
  /** Files that git would list with 0 lines: only the mode differs, binary, or moved unchanged. */
  readonly listed: readonly { readonly path: string; readonly from: string }[]
  /** Counted whole, because nothing can be a rename. */
  readonly added: readonly ArchiveEntry[]
  readonly deleted: readonly ArchiveEntry[]
  /** What only git can tell; null when nothing is left. */
  readonly pair: TreePair | null
}

/** Two lists of files as far as they can be compared without git. */
export function compareEntries(oldEntries: readonly ArchiveEntry[], newEntries: readonly ArchiveEntry[]): Comparison {
  const oldByPath = new Map(oldEntries.filter(isCompared).map(e => [e.path, e]))
  const listed: { readonly path: string; readonly from: string }[] = []
  const modified: [old: ArchiveEntry, new: ArchiveEntry][] = []
  const onlyNew: ArchiveEntry[] = []
  for (const entry of newEntries.filter(isCompared)) {
    const old = oldByPath.get(entry.path)
    oldByPath.delete(entry.path)
    if (old === undefined) onlyNew.push(entry)
    else if (Buffer.compare(old.data, entry.data) === 0) {
      if (old.isExecutable !== entry.isExecutable) listed.push({ path: entry.path, from: entry.path })
    } else if (isBinary(old.data) || isBinary(entry.data)) listed.push({ path: entry.path, from: entry.path })
    else modified.push([old, entry])
  }
  const { moved, added, deleted } = takeMoved([...oldByPath.values()], onlyNew)
  listed.push(...moved)
  const mayRename = added.length > 0 && deleted.length > 0
  if (modified.length === 0 && !mayRename) return { listed, added, deleted, pair: null }
  const pair = {
    old: [...modified.map(([old]) => old), ...(mayRename ? deleted : [])],
    new: [...modified.map(([, entry]) => entry), ...(mayRename ? added : [])],
  }
  return { listed, added: mayRename ? [] : added, deleted: mayRename ? [] : deleted, pair }
}

/** cargo-vet overwrites `.cargo-ok` with its own marker on both sides. */
const isCompared = (entry: ArchiveEntry): boolean => entry.path !== '.cargo-ok'

/**
 * Files that moved without a change. git pairs these before it looks at similar ones, each old file once, one with the
 * same file name first (git 2.47 diffcore-rename.c find_identical_files).
 */
function takeMoved(
  onlyOld: readonly ArchiveEntry[],
  onlyNew: readonly ArchiveEntry[],
): {
  readonly moved: Comparison['listed']
  readonly added: readonly ArchiveEntry[]
  readonly deleted: readonly ArchiveEntry[]
} {
  const newSizes = new Set(onlyNew.map(e => e.data.length))
  const oldByContent = new Map<string, ArchiveEntry[]>()
  for (const entry of onlyOld) {
    if (!newSizes.has(entry.data.length)) continue
    const key = contentKey(entry)
    oldByContent.set(key, [...(oldByContent.get(key) ?? []), entry])
  }
  if (oldByContent.size === 0) return { moved: [], added: onlyNew, deleted: onlyOld }
  const oldSizes = new Set(onlyOld.map(e => e.data.length))
  const used = new Set<ArchiveEntry>()
  const moved: { readonly path: string; readonly from: string }[] = []
  const added: ArchiveEntry[] = []
  for (const entry of onlyNew) {
    const same = oldSizes.has(entry.data.length) ? oldByContent.get(contentKey(entry)) : undefined
    const free = same?.filter(old => !used.has(old)) ?? []
    const from = free.find(old => fileName(old) === fileName(entry)) ?? free[0]
    if (from === undefined) added.push(entry)
    else {
      used.add(from)
      moved.push({ path: entry.path, from: from.path })
    }
  }
  return { moved, added, deleted: onlyOld.filter(entry => !used.has(entry)) }
}

const contentKey = ({ data }: ArchiveEntry): string =>
  `${data.length} ${createHash('sha256').update(data).digest('base64')}`
const fileName = ({ path }: ArchiveEntry): string => path.slice(path.lastIndexOf('/') + 1)

function sum({ listed, added, deleted }: Comparison, rows: readonly NumstatRow[]): DiffStat {
  const isCounted = ({ path }: { readonly path: string }) => !IGNORED.has(path)
  const fromGit = rows.filter(isCounted)
  const whole = { added: added.filter(isCounted), deleted: deleted.filter(isCounted) }
  const total = <T>(list: readonly T[], size: (one: T) => number) => list.reduce((all, one) => all + size(one), 0)
  return {
    insertions: total(fromGit, row => row.insertions) + total(whole.added, e => shownLines(e.data)),
    deletions: total(fromGit, row => row.deletions) + total(whole.deleted, e => shownLines(e.data)),
    filesChanged: fromGit.length + whole.added.length + whole.deleted.length + listed.filter(isCounted).length,
  }
}

/** Of a file that is counted whole. */
export const shownLines = (data: Uint8Array): number => (isBinary(data) ? 0 : lineCount(data))

function isBinary(data: Uint8Array): boolean {
  return data.subarray(0, BINARY_PROBE_BYTES).includes(0)
}

/** Line feeds, plus one for a last line without. */
function lineCount(data: Uint8Array): number {
  let lines = 0
  for (let at = data.indexOf(10); at !== -1; at = data.indexOf(10, at + 1)) lines++
  return data.length > 0 && data[data.length - 1] !== 10 ? lines + 1 : lines
}

// ── folders on disk ──────────────────────────────────────────────────────────────────────────

/**
 * The same for two folders, as cargo-vet does it: for sources that a `--cache-dir` already holds.
 * `oldFolder` null: against an empty folder. `toGit`: the target has a git hash, then the root Cargo.toml is ignored too.
 */
export async function countFolders(
  caps: Capabilities,
  oldFolder: AbsolutePath | null,
  newFolder: AbsolutePath,
  toGit: boolean,
  signal: AbortSignal,
): Promise<Result<DiffStat, Failure>> {
  const temp = await caps.temp.folder('measure')
  try {
    const oldDir = oldFolder ?? temp.path
    const options = ['--ignore-cr-at-eol', '--no-index', '--numstat', '-z']
    const args = ['diff', ...GIT_DIFF_ARGS, ...options, '--', oldDir, newFolder]
    const stdout = await runGit(caps, { args, cwd: temp.path, gitDir: null, input: null, codes: [0, 1] }, signal)
    if (!stdout.ok) return stdout
    const rows = parseFolderNumstat(stdout.value, oldDir, newFolder)
    if (rows === null) return fail(notUnderstood())
    const counted = rows.filter(row => !IGNORED.has(row.path) && !(toGit && row.path === 'Cargo.toml'))
    return ok({
      insertions: counted.reduce((total, row) => total + row.insertions, 0),
      deletions: counted.reduce((total, row) => total + row.deletions, 0),
      filesChanged: counted.length,
    })
  } finally {
    await temp.dispose()
  }
}

const notUnderstood = (): Failure => ({
  code: 'git-failed',
  command: 'git diff --numstat',
  exitCode: null,
  stderr: 'its output was not understood',
})

/** `INS TAB DEL TAB NUL from NUL to NUL` per file; `-` for binary, `/dev/null` for a missing side. */
function parseFolderNumstat(stdout: Uint8Array, oldDir: string, newDir: string): readonly NumstatRow[] | null {
  const chunks = new TextDecoder().decode(stdout).split('\0')
  const rows: NumstatRow[] = []
  for (let i = 0; i + 2 < chunks.length; i += 3) {
    const [changes, from, to] = [chunks[i]!, chunks[i + 1]!, chunks[i + 2]!]
    const match = /^(?:(\d+)\t(\d+)|-\t-)\t$/.exec(changes)
    const [stated, dir] = to === '/dev/null' ? [from, oldDir] : [to, newDir]
    if (match === null || !stated.startsWith(`${dir}/`)) return null
    const path = stated.slice(dir.length + 1)
    rows.push({ path, insertions: Number(match[1] ?? 0), deletions: Number(match[2] ?? 0) })
  }
  return rows
}
