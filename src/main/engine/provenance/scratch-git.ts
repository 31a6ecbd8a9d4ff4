/**
 * A throw-away repository beside the files of one commit, so that cargo finds the commit and a clean index. Its objects
 * are the mirror's; it has no hooks, no filters and nothing of anybody's configuration.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { GIT_SAFE_ARGS, gitEnv } from '../core/git-command.ts'
import type { GitOid } from './git-repository.ts'

const TIMEOUT_MS = 60_000
const MAX_OUTPUT_BYTES = 64 << 20

/** @failure a sentence: git refused the tree (a path that no checkout may have) */
export async function makeScratchGit(
  caps: Capabilities,
  input: { readonly root: AbsolutePath; readonly objects: AbsolutePath; readonly commit: GitOid },
  run: Run,
): Promise<Result<void, string>> {
  const at = (...parts: string[]) => path.join(input.root, '.git', ...parts) as AbsolutePath
  for (const folder of [at('refs', 'heads'), at('objects', 'info')]) await caps.files.makeFolder(folder)
  await caps.files.writeInPlace(at('HEAD'), `${input.commit}\n`)
  await caps.files.writeInPlace(
    at('config'),
    '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n',
  )
  await caps.files.writeInPlace(at('objects', 'info', 'alternates'), `${path.join(input.objects, 'objects')}\n`)
  const read = await runGit(caps, input.root, ['read-tree', input.commit], undefined, run)
  return read.ok ? ok(undefined) : fail(`git refused the tree: ${read.error}`)
}

/** Of these files, those that the .gitattributes below `root` want with CRLF in a checkout. Empty when git does not say. */
export async function readLineEndings(
  caps: Capabilities,
  root: AbsolutePath,
  files: readonly string[],
  run: Run,
): Promise<ReadonlySet<string>> {
  const args = ['check-attr', '-z', '--stdin', 'eol', 'text']
  const answer = await runGit(caps, root, args, Buffer.from(files.map(file => `${file}\0`).join('')), run)
  const withCrlf = new Set<string>()
  const binary = new Set<string>()
  if (!answer.ok) return withCrlf
  const fields = answer.value.split('\0')
  for (let i = 0; i + 2 < fields.length; i += 3) {
    const [file, attribute, value] = fields.slice(i, i + 3) as [string, string, string]
    if (attribute === 'eol' && value === 'crlf') withCrlf.add(file)
    if (attribute === 'text' && value === 'unset') binary.add(file)
  }
  return new Set([...withCrlf].filter(file => !binary.has(file)))
}

async function runGit(
  caps: Capabilities,
  root: AbsolutePath,
  args: readonly string[],
  input: Uint8Array | undefined,
  run: Run,
): Promise<Result<string, string>> {
  const outcome = await caps.processes.run({
    command: 'git',
    args: [...GIT_SAFE_ARGS, `--git-dir=${path.join(root, '.git')}`, `--work-tree=${root}`, ...args],
    cwd: root, // attributes are looked up from here
    env: gitEnv(caps.host.env),
    ...(input === undefined ? {} : { input }),
    maxOutputBytes: MAX_OUTPUT_BYTES,
    timeoutMs: TIMEOUT_MS,
    signal: run.signal,
  })
  if (outcome.kind === 'not-found') return fail('git is not installed.')
  if (outcome.kind === 'killed') return fail(`git was stopped (${outcome.why}).`)
  if (outcome.code !== 0)
    return fail(new TextDecoder().decode(outcome.stderr).trim().split('\n').at(-1) ?? 'git failed.')
  return ok(new TextDecoder().decode(outcome.stdout))
}
