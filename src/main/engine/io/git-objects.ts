/**
 * Line counts of many pairs of file trees with two git processes: the trees go into a throw-away repository through
 * `fast-import`, `diff-tree --stdin` compares them. Nothing of a crate becomes a file: no name, link or attribute of it
 * reaches the disk or git's configuration. Renames are found as `git diff` finds them (50 %, at most 1000 candidates).
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { GIT_SAFE_ARGS, gitEnv } from '../core/git-command.ts'
import type { ArchiveEntry } from './archive.ts'

const GIT_TIMEOUT_MS = 180_000
const MAX_GIT_OUTPUT_BYTES = 128 << 20

export interface TreePair {
  readonly old: readonly ArchiveEntry[]
  readonly new: readonly ArchiveEntry[]
}

export interface NumstatRow {
  /** On the new side, or on the old one for a deleted file. */
  readonly path: string
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
    await makeRepository(caps, temp.path)
    const at = { cwd: temp.path, gitDir: temp.path, codes: [0] }
    const storing = [
      '-c',
      'pack.compression=0',
      '-c',
      'fastimport.unpackLimit=1',
      '-c',
      'core.protectNTFS=false',
      '-c',
      'core.protectHFS=false',
    ]
    const imported = await runGit(
      caps,
      { ...at, args: [...storing, 'fast-import', '--quiet', '--done', '--depth=0'], input: importStream(pairs) },
      signal,
    )
    if (!imported.ok) return imported
    const ids = new TextDecoder().decode(imported.value).trim().split('\n')
    const compare = [
      'diff-tree',
      '--stdin',
      '-r',
      '-M',
      '-z',
      '--numstat',
      '--ignore-cr-at-eol',
      '--no-ext-diff',
      '--no-textconv',
    ]
    const compared = await runGit(caps, { ...at, args: compare, input: imported.value }, signal)
    if (!compared.ok) return compared
    const rowsById = ids.length === pairs.length ? parseTreeNumstat(compared.value) : null
    if (rowsById === null)
      return fail({
        code: 'git-failed',
        command: 'git diff-tree',
        exitCode: null,
        stderr: 'its output was not understood',
      })
    return ok(ids.map(id => rowsById.get(id) ?? []))
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'cache-io', path: error.path, reason: error.message })
    throw error
  } finally {
    await temp.dispose()
  }
}

/** The least that git takes for a bare repository; saves a process. */
async function makeRepository(caps: Capabilities, folder: AbsolutePath): Promise<void> {
  const at = (name: string) => path.join(folder, name) as AbsolutePath
  await caps.files.makeFolder(at('objects'))
  await caps.files.makeFolder(at('refs'))
  await caps.files.writeInPlace(at('HEAD'), 'ref: refs/heads/none\n')
  await caps.files.writeInPlace(at('config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n')
}

/** Two commits per pair, the second a child of the first with another tree; its id is printed. */
function importStream(pairs: readonly TreePair[]): Uint8Array {
  const parts: Uint8Array[] = []
  const say = (text: string) => parts.push(Buffer.from(text))
  const files = (entries: readonly ArchiveEntry[]) => {
    for (const { path: name, data, isExecutable } of entries) {
      say(`M ${isExecutable ? '100755' : '100644'} inline ${quoted(name)}\ndata ${data.length}\n`)
      parts.push(data)
      say('\n')
    }
  }
  pairs.forEach((pair, i) => {
    // The branch number keeps equal pairs apart: equal commits would have equal ids.
    say(`commit refs/pairs/${i}\nmark :${2 * i + 1}\ncommitter ${i} <> 0 +0000\ndata 0\n`)
    files(pair.old)
    say(
      `commit refs/pairs/${i}\nmark :${2 * i + 2}\ncommitter ${i} <> 0 +0000\ndata 0\nfrom :${2 * i + 1}\ndeleteall\n`,
    )
    files(pair.new)
    say(`\nget-mark :${2 * i + 2}\n`)
  })
  say('done\n')
  return Buffer.concat(parts)
}

/** git refuses a part named `.git`; what it is called instead matters to nobody. */
function quoted(name: string): string {
  const safe = name.replace(/(^|\/)(\.git)(?=\/|$)/gi, '$1$2-kept')
  return `"${safe.replace(/["\\]/g, '\\$&')}"`
}

/** `ID NUL` then per file `INS TAB DEL TAB path NUL`, or `INS TAB DEL TAB NUL from NUL to NUL` for a rename. */
export function parseTreeNumstat(stdout: Uint8Array): ReadonlyMap<string, readonly NumstatRow[]> | null {
  const chunks = new TextDecoder().decode(stdout).split('\0')
  const rowsById = new Map<string, NumstatRow[]>()
  let rows: NumstatRow[] | null = null
  for (let i = 0; i < chunks.length - 1; i++) {
    const chunk = chunks[i]!
    if (/^[0-9a-f]{40,64}$/.test(chunk)) {
      rows = []
      rowsById.set(chunk, rows)
      continue
    }
    const match = /^(?:(\d+)\t(\d+)|-\t-)\t(.*)$/s.exec(chunk)
    if (match === null || rows === null) return null
    let name = match[3]!
    if (name === '') {
      name = chunks[i + 2] ?? ''
      i += 2
    }
    rows.push({ path: name, insertions: Number(match[1] ?? 0), deletions: Number(match[2] ?? 0) })
  }
  return rowsById
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
    maxOutputBytes: MAX_GIT_OUTPUT_BYTES,
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
