/**
 * Runs git for the two questions a review asks (which files differ, which lines differ) and reads the answers.
 * git sees folders or plain copies of two texts, never a repository, no configuration and no attributes file:
 * the working folder is a fresh one and GIT_CEILING_DIRECTORIES stops git from looking above it.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import type { Hunk } from '../../../shared/wire.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { GIT_DIFF_ARGS, gitEnv, GIT_SAFE_ARGS } from '../core/git-command.ts'

const NUMSTAT_TIMEOUT_MS = 120_000
const NUMSTAT_MAX_BYTES = 64 * 1024 * 1024
const DIFF_MAX_BYTES = 256 * 1024 * 1024

type GitCaps = Pick<Capabilities, 'processes' | 'temp' | 'host' | 'files'>

/** One row of `git diff --no-index --numstat -z`. Null on a side that has no file; counts null when binary. */
export interface NumstatRow {
  readonly oldPath: string | null
  readonly newPath: string | null
  readonly insertions: number | null
  readonly deletions: number | null
}

/** Rows of the two folders as cargo-vet asks git for them, paths relative with `/`. @failure git-not-found, git-failed */
export async function runNumstat(
  caps: GitCaps,
  folders: { readonly oldFolder: AbsolutePath | null; readonly newFolder: AbsolutePath },
  run: Run,
): Promise<Result<readonly NumstatRow[], Failure>> {
  return withTempFolder(caps, async temp => {
    const empty = path.join(temp, 'empty') as AbsolutePath
    if (folders.oldFolder === null) await caps.files.makeFolder(empty)
    const oldFolder = folders.oldFolder ?? empty
    const args = ['diff', '--ignore-cr-at-eol', '--no-index', '--numstat', '-z', oldFolder, folders.newFolder]
    const output = await runGitDiff(caps, temp, args, NUMSTAT_MAX_BYTES, NUMSTAT_TIMEOUT_MS, run)
    if (!output.ok) return output
    return ok(parseNumstat(new TextDecoder().decode(output.value), oldFolder, folders.newFolder))
  })
}

/** `git diff` of two folders with these options; a folder that is null has no files. @failure git-not-found, git-failed */
export async function diffFolders(
  caps: GitCaps,
  folders: { readonly oldFolder: AbsolutePath | null; readonly newFolder: AbsolutePath },
  options: readonly string[],
  run: Run,
): Promise<Result<Uint8Array, Failure>> {
  return withTempFolder(caps, async temp => {
    const empty = path.join(temp, 'empty') as AbsolutePath
    if (folders.oldFolder === null) await caps.files.makeFolder(empty)
    const args = ['diff', '--no-index', ...options, '--', folders.oldFolder ?? empty, folders.newFolder]
    return runGitDiff(caps, temp, args, DIFF_MAX_BYTES, NUMSTAT_TIMEOUT_MS, run)
  })
}

/** Reads numstat's `-z` form: `INS TAB DEL TAB NUL FROM NUL TO NUL` for each file, `/dev/null` for no file. */
export function parseNumstat(output: string, oldFolder: string, newFolder: string): readonly NumstatRow[] {
  const chunks = output.split('\0')
  const rows: NumstatRow[] = []
  for (let i = 0; i + 2 < chunks.length; i += 3) {
    const [insertions = '-', deletions = '-'] = (chunks[i] ?? '').trim().split('\t')
    rows.push({
      oldPath: relativeTo(oldFolder, chunks[i + 1] ?? ''),
      newPath: relativeTo(newFolder, chunks[i + 2] ?? ''),
      insertions: insertions === '-' ? null : Number(insertions),
      deletions: deletions === '-' ? null : Number(deletions),
    })
  }
  return rows
}

function relativeTo(folder: string, printed: string): string | null {
  if (printed === '/dev/null') return null
  const slashed = printed.replaceAll('\\', path.sep === '\\' ? '/' : '\\')
  const base = path.sep === '\\' ? folder.replaceAll('\\', '/') : folder
  const prefix = base.endsWith('/') ? base : `${base}/`
  return slashed.startsWith(prefix) ? slashed.slice(prefix.length) : slashed
}

/** What the line diff of two texts answers: exact hunks, or that git gave up for the reason stated. */
export type LineDiff =
  { readonly kind: 'exact'; readonly hunks: readonly Hunk[] } | { readonly kind: 'gave-up'; readonly reason: string }

/** Histogram reads best but can be slow on text made for it (2.4 s on 24,000 lines, Myers 14 ms): then Myers. */
const ATTEMPTS = [
  { algorithm: 'histogram', timeoutMs: 2_000 },
  { algorithm: 'myers', timeoutMs: 10_000 },
] as const

/**
 * The lines that differ between two LF texts, in order. Lines are those of `text.split('\n')`, so a missing line end
 * at the end of one text is a difference of its last line. @failure git-not-found, git-failed
 */
export async function diffLines(
  caps: GitCaps,
  oldText: string,
  newText: string,
  run: Run,
): Promise<Result<LineDiff, Failure>> {
  if (oldText === newText) return ok({ kind: 'exact', hunks: [] })
  const maxBytes = 4 * (oldText.length + newText.length) + 1024 * 1024
  for (const { algorithm, timeoutMs } of ATTEMPTS) {
    const options = [`--diff-algorithm=${algorithm}`, '-U0', '--inter-hunk-context=0']
    const output = await diffTexts(caps, oldText, newText, options, maxBytes, timeoutMs, run)
    if (output.ok) return ok({ kind: 'exact', hunks: withFinalLine(parseHunks(output.value), oldText, newText) })
    const hasGivenUp = output.error.code === 'git-failed' && output.error.exitCode === null
    if (!hasGivenUp) return output
  }
  return ok({ kind: 'gave-up', reason: 'git did not finish comparing the lines within 12 s' })
}

/** The same from a patch of the two files that git wrote without context, when the texts are the files byte for byte. */
export function patchHunks(patch: Uint8Array, oldText: string, newText: string): readonly Hunk[] {
  return withFinalLine(parseHunks(patch), oldText, newText)
}

/** `git diff` of two texts as bytes of a unified diff. @failure git-not-found, git-failed */
export async function diffTexts(
  caps: GitCaps,
  oldText: string,
  newText: string,
  options: readonly string[],
  maxBytes: number,
  timeoutMs: number,
  run: Run,
): Promise<Result<Uint8Array, Failure>> {
  return withTempFolder(caps, async temp => {
    const oldFile = path.join(temp, 'old') as AbsolutePath
    const newFile = path.join(temp, 'new') as AbsolutePath
    await Promise.all([caps.files.writeInPlace(oldFile, oldText), caps.files.writeInPlace(newFile, newText)])
    const args = ['diff', '--no-index', '--text', ...GIT_DIFF_ARGS]
    return runGitDiff(caps, temp, [...args, ...options, '--', oldFile, newFile], maxBytes, timeoutMs, run)
  })
}

/** Reads the `@@` lines of a `-U0` diff. Content lines start with `+`, `-` or `\`, so none can be mistaken for one. */
export function parseHunks(output: Uint8Array): readonly Hunk[] {
  const hunks: Hunk[] = []
  const text = new TextDecoder().decode(output)
  for (const match of text.matchAll(/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm)) {
    const [, oldAt, oldCount = '1', newAt, newCount = '1'] = match
    // NOTE: a side of length 0 is printed with the line before it.
    const oldStart = Number(oldAt) + (oldCount === '0' ? 1 : 0)
    const newStart = Number(newAt) + (newCount === '0' ? 1 : 0)
    hunks.push({ oldStart, oldEnd: oldStart + Number(oldCount), newStart, newEnd: newStart + Number(newCount) })
  }
  return hunks
}

/** `split('\n')` sees an empty line after a final line end; git does not. Where only one side has it, it differs. */
function withFinalLine(hunks: readonly Hunk[], oldText: string, newText: string): readonly Hunk[] {
  const oldHas = oldText === '' || oldText.endsWith('\n')
  const newHas = newText === '' || newText.endsWith('\n')
  const last = hunks.at(-1)
  if (oldHas === newHas || last === undefined) return hunks
  const extended = oldHas ? { ...last, oldEnd: last.oldEnd + 1 } : { ...last, newEnd: last.newEnd + 1 }
  return [...hunks.slice(0, -1), extended]
}

/** The hunk of a file that exists on one side only; the other text is empty. As git would answer. */
export function oneSidedHunks(oldText: string, newText: string): readonly Hunk[] {
  const lineCount = (text: string) => text.split('\n').length - (text === '' || text.endsWith('\n') ? 1 : 0)
  const [oldLines, newLines] = [lineCount(oldText), lineCount(newText)]
  if (oldLines + newLines === 0) return []
  return withFinalLine([{ oldStart: 1, oldEnd: 1 + oldLines, newStart: 1, newEnd: 1 + newLines }], oldText, newText)
}

/** The one hunk between the common start and the common end: right, but coarse. For when git gave up. */
export function coarseHunk(oldText: string, newText: string): readonly Hunk[] {
  const oldLines = oldText.split('\n')
  const newLines = newText.split('\n')
  const shorter = Math.min(oldLines.length, newLines.length)
  let start = 0
  while (start < shorter && oldLines[start] === newLines[start]) start += 1
  let end = 0
  while (end < shorter - start && oldLines.at(-1 - end) === newLines.at(-1 - end)) end += 1
  if (start === oldLines.length && start === newLines.length) return []
  const at = { oldStart: start + 1, newStart: start + 1 }
  return [{ ...at, oldEnd: oldLines.length - end + 1, newEnd: newLines.length - end + 1 }]
}

async function runGitDiff(
  caps: GitCaps,
  cwd: AbsolutePath,
  args: readonly string[],
  maxOutputBytes: number,
  timeoutMs: number,
  run: Run,
): Promise<Result<Uint8Array, Failure>> {
  const outcome = await caps.processes.run({
    command: 'git',
    args: [...GIT_SAFE_ARGS, ...args],
    cwd,
    env: { ...gitEnv(caps.host.env), GIT_CEILING_DIRECTORIES: path.dirname(cwd) },
    maxOutputBytes,
    timeoutMs,
    signal: run.signal,
  })
  const command = 'git diff --no-index'
  if (outcome.kind === 'not-found') return fail({ code: 'git-not-found', tried: 'git on the PATH' })
  if (outcome.kind === 'killed') {
    if (run.signal.aborted) throw new Cancelled()
    const why = outcome.why === 'timeout' ? `no answer within ${timeoutMs / 1000} s` : 'more output than is read'
    return fail({ code: 'git-failed', command, exitCode: null, stderr: why })
  }
  // 0: equal, 1: differences.
  if (outcome.code === 0 || outcome.code === 1) return ok(outcome.stdout)
  return fail({
    code: 'git-failed',
    command,
    exitCode: outcome.code,
    stderr: new TextDecoder().decode(outcome.stderr).slice(0, 4_000),
  })
}

async function withTempFolder<T>(caps: GitCaps, work: (folder: AbsolutePath) => Promise<T>): Promise<T> {
  const temp = await caps.temp.folder('review-')
  try {
    return await work(temp.path)
  } finally {
    await temp.dispose()
  }
}
