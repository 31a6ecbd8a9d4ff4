/**
 * What differs between two archives in memory, file by file: the counts that git gives with cargo-vet's arguments, and a
 * patch with the lines of each file. Nothing is unpacked; git sees only the files that differ (git-objects.ts), and is
 * not started when none needs it, as for a full audit. Same rows as numstat.ts sums up.
 */
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import type { ArchiveEntry } from './archive.ts'
import { makeRepository, packInto, parseTreeNumstat, runGit, type NumstatRow, type TreePair } from './git-objects.ts'
import { buildPack } from './git-pack.ts'
import { createLiveDiff, type LiveDiff } from './live-diff.ts'
import { compareEntries, shownLines } from './numstat.ts'

/** As git's `--numstat` lists a file; null on the side where it is not. */
export interface ComparedFile {
  readonly oldPath: string | null
  readonly newPath: string | null
  /** 0 for binary files. */
  readonly insertions: number
  readonly deletions: number
}

/** The `diff --git` section of each file that exists on both sides, without context, by its path on the new side. */
export type Patches = ReadonlyMap<string, Uint8Array>

export interface ComparedArchives {
  readonly files: readonly ComparedFile[]
  /** Null when git gave up on them, or on too much of them. Never rejects. */
  readonly patches: Promise<Patches | null>
}

const MAX_COUNT_BYTES = 128 << 20
/** They stay in memory as long as the review is open; of larger changes each file is asked for by itself. */
const MAX_PATCH_BYTES = 16 << 20
const LINES_ARGS = ['-p', '-U0', '--diff-algorithm=histogram', '--inter-hunk-context=0', '--raw', '--abbrev=4']
const COMMON_ARGS = ['-r', '-M', '-z', '--no-ext-diff', '--no-textconv', '--no-color']
const COUNTING = [...COMMON_ARGS, '--numstat', '--ignore-cr-at-eol']
const SHOWING = [...COMMON_ARGS, ...LINES_ARGS]

/** A git that stays, for `compareArchives`. */
export const createArchiveDiff = (caps: Capabilities): LiveDiff =>
  createLiveDiff(caps, { counting: COUNTING, showing: SHOWING })

/** `live` is asked first, where there is one. Throws Cancelled. @failure git-not-found, git-failed, cache-io */
export async function compareArchives(
  caps: Capabilities,
  oldEntries: readonly ArchiveEntry[],
  newEntries: readonly ArchiveEntry[],
  signal: AbortSignal,
  live: LiveDiff | null = null,
): Promise<Result<ComparedArchives, Failure>> {
  const { listed, added, deleted, pair } = compareEntries(oldEntries, newEntries)
  const known: readonly ComparedFile[] = [
    ...listed.map(({ path, from }) => ({ oldPath: from, newPath: path, insertions: 0, deletions: 0 })),
    ...added.map(e => ({ oldPath: null, newPath: e.path, insertions: shownLines(e.data), deletions: 0 })),
    ...deleted.map(e => ({ oldPath: e.path, newPath: null, insertions: 0, deletions: shownLines(e.data) })),
  ]
  if (pair === null) return ok({ files: known, patches: Promise.resolve(new Map()) })
  const asked = (live === null ? null : await askLive(live, pair, signal)) ?? (await askGit(caps, pair, signal))
  if (!asked.ok) return asked
  const oldPaths = new Set(pair.old.map(e => e.path))
  const newPaths = new Set(pair.new.map(e => e.path))
  const rows = asked.value.rows.map(({ path, from, insertions, deletions }) => ({
    oldPath: from ?? (oldPaths.has(path) ? path : null),
    newPath: newPaths.has(path) ? path : null,
    ...{ insertions, deletions },
  }))
  return ok({ files: [...known, ...rows], patches: asked.value.patches })
}

type Asked = Result<{ readonly rows: readonly NumstatRow[]; readonly patches: Promise<Patches | null> }, Failure>

async function askLive(live: LiveDiff, pair: TreePair, signal: AbortSignal): Promise<Asked | null> {
  const answer = await live.ask(pair, { counts: MAX_COUNT_BYTES, patches: MAX_PATCH_BYTES })
  if (signal.aborted) throw new Cancelled()
  const rows = answer === null ? null : (parseTreeNumstat(answer.counts, [answer.line])?.[0] ?? null)
  if (answer === null || rows === null) return null
  return ok({ rows, patches: answer.patches.then(patches => patches && splitPatches(patches, answer.line)) })
}

/** Two processes at once: lines are counted with git's default algorithm, and shown with one that reads better. */
async function askGit(caps: Capabilities, pair: TreePair, signal: AbortSignal): Promise<Asked> {
  const temp = await caps.temp.folder('objects')
  let patches: Promise<Patches | null> = Promise.resolve(null)
  try {
    const built = buildPack([pair.old, pair.new])
    await makeRepository(caps, temp.path)
    await packInto(caps, temp.path, built, '1')
    const line = `${built.trees[0]!} ${built.trees[1]!}`
    const input = Buffer.from(`${line}\n`)
    const ask = (options: readonly string[], maxOutputBytes: number) => {
      const args = ['diff-tree', '--stdin', ...options]
      return runGit(caps, { cwd: temp.path, gitDir: temp.path, args, input, codes: [0], maxOutputBytes }, signal)
    }
    const counting = ask(COUNTING, MAX_COUNT_BYTES)
    patches = ask(SHOWING, MAX_PATCH_BYTES).then(
      answer => (answer.ok ? splitPatches(answer.value, line) : null),
      () => null, // cancelled, which the counting tells
    )
    const counted = await counting
    if (!counted.ok) return counted
    const rows = parseTreeNumstat(counted.value, [line])?.[0] ?? null
    if (rows !== null) return ok({ rows, patches })
    const stderr = 'its output was not understood'
    return fail({ code: 'git-failed', command: 'git diff-tree', exitCode: null, stderr })
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'cache-io', path: error.path, reason: error.message })
    throw error
  } finally {
    void patches.then(() => temp.dispose()).catch(() => undefined)
  }
}

/**
 * git prints the line it was asked, a raw record per file (`:MODES IDS STATUS NUL path NUL`, two paths for a rename), an
 * empty one, then a section per file in the same order. Null when that is not what stands there.
 */
export function splitPatches(stdout: Uint8Array, asked: string): Patches | null {
  const output = Buffer.from(stdout.buffer, stdout.byteOffset, stdout.byteLength)
  const paths: (string | null)[] = []
  let at = asked.length + 1
  if (output.toString('latin1', 0, at) !== `${asked}\n`) return output.length === 0 ? new Map() : null
  const field = (): string | null => {
    const end = output.indexOf(0, at)
    if (end === -1) return null
    const text = output.toString('utf8', at, end)
    at = end + 1
    return text
  }
  for (let record = field(); record !== ''; record = field()) {
    const status = /^:\d{6} \d{6} \S+ \S+ ([AMDR])\d*$/.exec(record ?? '')?.[1]
    const first = field()
    const path = status === 'R' ? field() : first
    if (status === undefined || path === null) return null
    paths.push(status === 'M' || status === 'R' ? path : null)
  }
  const starts = sectionStarts(output, at)
  if (starts.length !== paths.length) return null
  const patches = new Map<string, Uint8Array>()
  paths.forEach((path, i) => {
    if (path !== null) patches.set(path, output.subarray(starts[i], starts[i + 1]))
  })
  return patches
}

const SECTION = Buffer.from('\ndiff --git ')

/** Lines of files have a sign before them, so only git's own can start a section. */
function sectionStarts(output: Buffer, from: number): number[] {
  if (from === output.length) return []
  const starts = [from]
  for (let at = output.indexOf(SECTION, from); at !== -1; at = output.indexOf(SECTION, at + 1)) starts.push(at + 1)
  return starts
}
