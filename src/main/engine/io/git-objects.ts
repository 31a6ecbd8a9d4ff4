/**
 * Line counts of many pairs of file trees with one git process: the trees go into a throw-away repository as a pack
 * (git-pack.ts), `diff-tree --stdin` compares them. Nothing of a crate becomes a file: no name, link or attribute of it
 * reaches the disk or git's configuration. Renames are found as `git diff` finds them (50 %, at most 1000 candidates).
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { GIT_SAFE_ARGS, gitEnv } from '../core/git-command.ts'
import type { ArchiveEntry } from './archive.ts'
import { buildPack, type GitPack } from './git-pack.ts'

const GIT_TIMEOUT_MS = 180_000
const MAX_GIT_OUTPUT_BYTES = 128 << 20

export interface TreePair {
  readonly old: readonly ArchiveEntry[]
  readonly new: readonly ArchiveEntry[]
}

export interface NumstatRow {
  /** On the new side, or on the old one for a deleted file. */
  readonly path: string
  /** Of a file that was renamed: its path on the old side. */
  readonly from?: string
  /** 0 for binary files. */
  readonly insertions: number
  readonly deletions: number
}

/** One list of rows per pair, in order. Throws Cancelled. @failure git-not-found, git-failed, cache-io */
export async function diffBatch(
  caps: Capabilities,
  pairs: readonly TreePair[],
  signal: AbortSignal,
): Promise<Result<readonly (readonly NumstatRow[])[], Failure>> {
  const temp = await caps.temp.folder('objects')
  try {
    const built = buildPack(pairs.flatMap(pair => [pair.old, pair.new]))
    await makeRepository(caps, temp.path)
    await packInto(caps, temp.path, built, '1')
    const asked = pairs.map((_, i) => `${built.trees[2 * i]!} ${built.trees[2 * i + 1]!}`)
    const options = ['--stdin', '-r', '-M', '-z', '--numstat', '--ignore-cr-at-eol', '--no-ext-diff', '--no-textconv']
    const input = Buffer.from(`${asked.join('\n')}\n`)
    const call = { cwd: temp.path, gitDir: temp.path, args: ['diff-tree', ...options], input, codes: [0] }
    const compared = await runGit(caps, call, signal)
    if (!compared.ok) return compared
    const rows = parseTreeNumstat(compared.value, asked)
    if (rows !== null) return ok(rows)
    const stderr = 'its output was not understood'
    return fail({ code: 'git-failed', command: 'git diff-tree', exitCode: null, stderr })
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'cache-io', path: error.path, reason: error.message })
    throw error
  } finally {
    await temp.dispose()
  }
}

/** The least that git takes for a bare repository; saves a process. */
export async function makeRepository(caps: Capabilities, folder: AbsolutePath): Promise<void> {
  const at = (name: string) => path.join(folder, name) as AbsolutePath
  await caps.files.makeFolder(at('objects/pack'))
  await caps.files.makeFolder(at('refs'))
  await Promise.all([
    caps.files.writeInPlace(at('HEAD'), 'ref: refs/heads/none\n'),
    caps.files.writeInPlace(at('config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n'),
  ])
}

/** Adds a pack under a new name; git finds packs by their index, which comes last and whole. */
export async function packInto(
  caps: Capabilities,
  folder: AbsolutePath,
  { pack, index }: GitPack,
  name: string,
): Promise<void> {
  const at = (ending: string) => path.join(folder, `objects/pack/pack-${name}.${ending}`) as AbsolutePath
  await Promise.all([
    caps.files.writeInPlace(at('pack'), Buffer.concat(pack)),
    caps.files.writeInPlace(at('new'), index),
  ])
  await caps.files.rename(at('new'), at('idx'))
}

/**
 * git prints the line it was asked, then per file `INS TAB DEL TAB path NUL`, or `INS TAB DEL TAB NUL from NUL to NUL`
 * for a rename. Null when that is not what stands there.
 */
export function parseTreeNumstat(
  stdout: Uint8Array,
  asked: readonly string[],
): readonly (readonly NumstatRow[])[] | null {
  const chunks = new TextDecoder().decode(stdout).split('\0')
  const answers: NumstatRow[][] = []
  for (let i = 0; i < chunks.length; i++) {
    let chunk = chunks[i]!
    for (
      let line = asked[answers.length];
      line !== undefined && chunk.startsWith(`${line}\n`);
      line = asked[answers.length]
    ) {
      answers.push([])
      chunk = chunk.slice(line.length + 1)
    }
    if (chunk === '' && i === chunks.length - 1) break
    const match = /^(?:(\d+)\t(\d+)|-\t-)\t(.*)$/s.exec(chunk)
    const rows = answers.at(-1)
    if (match === null || rows === undefined) return null
    const counts = { insertions: Number(match[1] ?? 0), deletions: Number(match[2] ?? 0) }
    const name = match[3]!
    if (name !== '') rows.push({ path: name, ...counts })
    else {
      rows.push({ path: chunks[i + 2] ?? '', from: chunks[i + 1] ?? '', ...counts })
      i += 2
    }
  }
  return answers.length === asked.length ? answers : null
}

/**
 * git on bytes that may be hostile, fixed arguments, no configuration of anybody. `gitDir` null: outside of any
 * repository. Throws Cancelled. @failure git-not-found, git-failed
 */
export async function runGit(
  caps: Capabilities,
  call: {
    readonly args: readonly string[]
    readonly cwd: AbsolutePath
    readonly gitDir: AbsolutePath | null
    readonly input: Uint8Array | null
    /** Exit codes that are answers. */
    readonly codes: readonly number[]
    /** More output is a failure; 128 MiB where nothing is said. */
    readonly maxOutputBytes?: number
  },
  signal: AbortSignal,
): Promise<Result<Uint8Array, Failure>> {
  const env = gitEnv(caps.host.env)
  const outcome = await caps.processes.run({
    command: 'git',
    args: [...GIT_SAFE_ARGS, ...call.args],
    cwd: call.cwd,
    env: call.gitDir === null ? env : { ...env, GIT_DIR: call.gitDir },
    ...(call.input === null ? {} : { input: call.input }),
    maxOutputBytes: call.maxOutputBytes ?? MAX_GIT_OUTPUT_BYTES,
    timeoutMs: GIT_TIMEOUT_MS,
    signal,
  })
  if (outcome.kind === 'not-found') return fail({ code: 'git-not-found', tried: 'git on the PATH' })
  if (outcome.kind === 'exited' && call.codes.includes(outcome.code)) return ok(outcome.stdout)
  const command = `git ${call.args.find(arg => !arg.startsWith('-') && !arg.includes('=')) ?? ''}`
  const stderr =
    outcome.kind === 'killed' ? `stopped: ${outcome.why}` : new TextDecoder().decode(outcome.stderr).slice(-4_000)
  return fail({ code: 'git-failed', command, exitCode: outcome.kind === 'exited' ? outcome.code : null, stderr })
}
