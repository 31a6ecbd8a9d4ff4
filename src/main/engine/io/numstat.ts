/**
 * How many lines a reader of a delta has to read, exactly as cargo-vet counts them: `git diff --ignore-cr-at-eol
 * --no-index --numstat` between the two unpacked crates, its ignored files left out, git's defaults for the rest.
 * What git would say without being asked is counted here (equal files, files on one side only, changed modes); git is
 * run on the remaining files alone. That gives the same numbers because unchanged files take no part in git's rename
 * detection, and needs no unpacked crate on disk. PARITY cargo-vet 0.10.3 src/storage.rs diffstat_package.
 */
import path from 'node:path'
import type { AbsolutePath, DiffStat } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities, type ProcessOutcome } from '../capabilities.ts'
import { GIT_DIFF_ARGS, GIT_SAFE_ARGS, gitEnv } from '../core/git-command.ts'
import type { ArchiveEntry } from './archive.ts'

/** Never counted, at the crate's root only. */
const IGNORED = new Set(['Cargo.lock', '.cargo_vcs_info.json', '.cargo-ok'])
/** git calls a file binary when its first 8000 bytes hold a NUL. */
const BINARY_PROBE_BYTES = 8_000
const GIT_TIMEOUT_MS = 120_000
const MAX_GIT_OUTPUT_BYTES = 64 << 20

interface Counting {
  insertions: number
  deletions: number
  filesChanged: number
}

/** Both sides sorted by what git must still compare. */
interface Comparison {
  /** In both, bytes differ. */
  readonly modified: readonly { readonly path: string; readonly old: ArchiveEntry; readonly new: ArchiveEntry }[]
  readonly added: readonly ArchiveEntry[]
  readonly deleted: readonly ArchiveEntry[]
  /** In both with the same bytes, but the execute bit changed: git lists these with 0 lines. */
  readonly modeOnly: readonly string[]
}

/** @failure git-not-found, git-failed, cache-io. Throws Cancelled. */
export async function countChanges(
  caps: Capabilities,
  oldEntries: readonly ArchiveEntry[],
  newEntries: readonly ArchiveEntry[],
  signal: AbortSignal,
): Promise<Result<DiffStat, Failure>> {
  const { modified, added, deleted, modeOnly } = compareEntries(oldEntries, newEntries)
  const counting: Counting = { insertions: 0, deletions: 0, filesChanged: 0 }
  counting.filesChanged += modeOnly.filter(name => !IGNORED.has(name)).length
  const mayRename = added.length > 0 && deleted.length > 0
  if (!mayRename) {
    for (const entry of added) countWhole(entry, 'insertions', counting)
    for (const entry of deleted) countWhole(entry, 'deletions', counting)
  }
  if (modified.length > 0 || mayRename) {
    const oldFiles = [...modified.map(m => m.old), ...(mayRename ? deleted : [])]
    const newFiles = [...modified.map(m => m.new), ...(mayRename ? added : [])]
    const rows = await numstatOfEntries(caps, oldFiles, newFiles, signal)
    if (!rows.ok) return rows
    addRows(rows.value, counting)
    // git drops a file that changed in line endings only, unless its mode changed too.
    const listed = new Set(rows.value.map(row => row.path))
    for (const m of modified) {
      if (m.old.isExecutable !== m.new.isExecutable && !listed.has(m.path) && !IGNORED.has(m.path))
        counting.filesChanged++
    }
  }
  return ok(counting)
}

function compareEntries(oldEntries: readonly ArchiveEntry[], newEntries: readonly ArchiveEntry[]): Comparison {
  const oldByPath = new Map(oldEntries.filter(isCompared).map(e => [e.path, e]))
  const modified = []
  const added = []
  const modeOnly = []
  for (const entry of newEntries.filter(isCompared)) {
    const old = oldByPath.get(entry.path)
    oldByPath.delete(entry.path)
    if (old === undefined) added.push(entry)
    else if (Buffer.compare(old.data, entry.data) !== 0) modified.push({ path: entry.path, old, new: entry })
    else if (old.isExecutable !== entry.isExecutable) modeOnly.push(entry.path)
  }
  return { modified, added, deleted: [...oldByPath.values()], modeOnly }
}

/** cargo-vet overwrites `.cargo-ok` with its own marker on both sides. */
const isCompared = (entry: ArchiveEntry): boolean => entry.path !== '.cargo-ok'

function countWhole(entry: ArchiveEntry, side: 'insertions' | 'deletions', counting: Counting): void {
  if (IGNORED.has(entry.path)) return
  counting.filesChanged++
  if (!isBinary(entry.data)) counting[side] += lineCount(entry.data)
}

export function isBinary(data: Uint8Array): boolean {
  return data.subarray(0, BINARY_PROBE_BYTES).includes(0)
}

/** Line feeds, plus one for a last line without. */
export function lineCount(data: Uint8Array): number {
  let lines = 0
  for (let at = data.indexOf(10); at !== -1; at = data.indexOf(10, at + 1)) lines++
  return data.length > 0 && data[data.length - 1] !== 10 ? lines + 1 : lines
}

// ── git ──────────────────────────────────────────────────────────────────────────────────────

interface NumstatRow {
  /** Below the new side, or below the old one for a deleted file. */
  readonly path: string
  readonly insertions: number
  readonly deletions: number
}

function addRows(rows: readonly NumstatRow[], counting: Counting, ignored: ReadonlySet<string> = IGNORED): void {
  for (const row of rows) {
    if (ignored.has(row.path)) continue
    counting.filesChanged++
    counting.insertions += row.insertions
    counting.deletions += row.deletions
  }
}

async function numstatOfEntries(
  caps: Capabilities,
  oldFiles: readonly ArchiveEntry[],
  newFiles: readonly ArchiveEntry[],
  signal: AbortSignal,
): Promise<Result<readonly NumstatRow[], Failure>> {
  const temp = await caps.temp.folder('measure')
  try {
    await writeSide(caps, path.join(temp.path, 'a'), oldFiles)
    await writeSide(caps, path.join(temp.path, 'b'), newFiles)
    return await runNumstat(caps, temp.path, 'a', 'b', signal)
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'cache-io', path: error.path, reason: error.message })
    throw error
  } finally {
    await temp.dispose()
  }
}

async function writeSide(caps: Capabilities, folder: string, files: readonly ArchiveEntry[]): Promise<void> {
  const folders = new Set([folder, ...files.map(f => path.dirname(path.join(folder, f.path)))])
  for (const one of folders) await caps.files.makeFolder(one as AbsolutePath)
  for (let at = 0; at < files.length; at += 16) {
    const batch = files.slice(at, at + 16)
    await Promise.all(batch.map(f => caps.files.writeInPlace(path.join(folder, f.path) as AbsolutePath, f.data)))
  }
}

async function runNumstat(
  caps: Capabilities,
  cwd: AbsolutePath,
  oldDir: string,
  newDir: string,
  signal: AbortSignal,
): Promise<Result<readonly NumstatRow[], Failure>> {
  if (signal.aborted) throw new Cancelled()
  const args = ['diff', ...GIT_DIFF_ARGS, '--ignore-cr-at-eol', '--no-index', '--numstat', '-z', '--', oldDir, newDir]
  const outcome = await caps.processes.run({
    command: 'git',
    args: [...GIT_SAFE_ARGS, ...args],
    cwd,
    env: gitEnv(caps.host.env),
    maxOutputBytes: MAX_GIT_OUTPUT_BYTES,
    timeoutMs: GIT_TIMEOUT_MS,
    signal,
  })
  const stdout = gitOutput(outcome, 'git diff --numstat')
  return stdout.ok ? parseNumstat(stdout.value, oldDir, newDir) : stdout
}

/** 0 and 1 are both answers of `git diff`. */
function gitOutput(outcome: ProcessOutcome, command: string): Result<Uint8Array, Failure> {
  if (outcome.kind === 'not-found') return fail({ code: 'git-not-found', tried: 'git on the PATH' })
  if (outcome.kind === 'exited' && outcome.code <= 1) return ok(outcome.stdout)
  const stderr = new TextDecoder().decode(outcome.stderr).slice(-4_000)
  const exitCode = outcome.kind === 'exited' ? outcome.code : null
  const reason = outcome.kind === 'killed' ? `killed: ${outcome.why}` : stderr
  return fail({ code: 'git-failed', command, exitCode, stderr: reason })
}

/** `INS TAB DEL TAB NUL from NUL to NUL` per file; `-` for binary, `/dev/null` for a missing side. */
export function parseNumstat(
  stdout: Uint8Array,
  oldDir: string,
  newDir: string,
): Result<readonly NumstatRow[], Failure> {
  const chunks = new TextDecoder().decode(stdout).split('\0')
  const rows: NumstatRow[] = []
  const refuse = (what: string) =>
    fail({
      code: 'git-failed',
      command: 'git diff --numstat',
      exitCode: null,
      stderr: `output not understood: ${what.slice(0, 200)}`,
    } as const)
  for (let i = 0; i + 2 < chunks.length; i += 3) {
    const [changes, from, to] = [chunks[i]!, chunks[i + 1]!, chunks[i + 2]!]
    const match = /^(?:(\d+)\t(\d+)|-\t-)\t$/.exec(changes)
    const [stated, dir] = to === '/dev/null' ? [from, oldDir] : [to, newDir]
    if (match === null || !stated.startsWith(`${dir}/`)) return refuse(`${changes} ${stated}`)
    rows.push({
      path: stated.slice(dir.length + 1),
      insertions: Number(match[1] ?? 0),
      deletions: Number(match[2] ?? 0),
    })
  }
  return ok(rows)
}

/**
 * The same for two folders on disk, as cargo-vet does it: for sources that a `--cache-dir` already holds.
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
    const rows = await runNumstat(caps, temp.path, oldFolder ?? temp.path, newFolder, signal)
    if (!rows.ok) return rows
    const counting: Counting = { insertions: 0, deletions: 0, filesChanged: 0 }
    addRows(rows.value, counting, toGit ? new Set([...IGNORED, 'Cargo.toml']) : IGNORED)
    return ok(counting)
  } finally {
    await temp.dispose()
  }
}
