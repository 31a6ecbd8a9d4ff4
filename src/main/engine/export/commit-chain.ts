/**
 * Commits made with git's plumbing, without a checkout: the user's working tree, index and HEAD are never touched, no hook
 * runs and nothing is pushed. A chain becomes a new branch, or patch files; for patches the objects lie in a temporary
 * folder, so that not even the object store changes. Signed when the user's git signs commits.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities } from '../capabilities.ts'

const TIMEOUT_MS = 120_000
const MAX_OUTPUT_BYTES = 64 << 20
const OID = /^[0-9a-f]{40}$/

export interface ChainCommit {
  readonly message: string
  /** From the repository's root, `/` between, to the whole new content. */
  readonly files: ReadonlyMap<string, string>
}

export interface MadeCommit {
  readonly commit: string
  readonly subject: string
}

export interface Repository {
  /** Any folder inside. */
  readonly folder: AbsolutePath
  /** Of that folder, from the repository's root; ends with `/` unless empty. */
  readonly prefix: string
}

interface GitCall {
  readonly args: readonly string[]
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  /** Exit codes that are answers. */
  readonly codes?: readonly number[]
}

/** Standard output. @failure git-not-found, git-failed */
async function git(
  caps: Capabilities,
  folder: AbsolutePath,
  { args, input, env = {}, codes = [0] }: GitCall,
  signal: AbortSignal,
): Promise<Result<string, Failure>> {
  const outcome = await caps.processes.run({
    command: 'git',
    args: ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', ...args],
    cwd: folder,
    env: {
      ...caps.host.env,
      GIT_TERMINAL_PROMPT: '0',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_NO_LAZY_FETCH: '1',
      LC_ALL: 'C',
      ...env,
    },
    ...(input === undefined ? {} : { input: new TextEncoder().encode(input) }),
    maxOutputBytes: MAX_OUTPUT_BYTES,
    timeoutMs: TIMEOUT_MS,
    signal,
  })
  if (outcome.kind === 'not-found') return fail({ code: 'git-not-found', tried: 'git on the PATH' })
  if (outcome.kind === 'exited' && codes.includes(outcome.code)) return ok(new TextDecoder().decode(outcome.stdout))
  const stderr =
    outcome.kind === 'killed' ? `stopped: ${outcome.why}` : new TextDecoder().decode(outcome.stderr).slice(-4_000)
  const exitCode = outcome.kind === 'exited' ? outcome.code : null
  return fail({ code: 'git-failed', command: `git ${args[0] ?? ''}`, exitCode, stderr })
}

/** Null outside of a repository. @failure git-not-found */
export async function findRepository(
  caps: Capabilities,
  folder: AbsolutePath,
  signal: AbortSignal,
): Promise<Result<Repository | null, Failure>> {
  const found = await git(caps, folder, { args: ['rev-parse', '--show-prefix'], codes: [0, 128] }, signal)
  if (!found.ok) return found
  const inside = await git(caps, folder, { args: ['rev-parse', '--is-inside-work-tree'], codes: [0, 128] }, signal)
  if (!inside.ok) return inside
  return ok(inside.value.trim() === 'true' ? { folder, prefix: found.value.replace(/\n$/, '') } : null)
}

/** The full hash of a commit; null when the name means none. @failure git-failed */
export async function resolveCommit(
  caps: Capabilities,
  { folder }: Repository,
  name: string,
  signal: AbortSignal,
): Promise<Result<string | null, Failure>> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]
  const found = await git(caps, folder, { args, codes: [0, 1, 128] }, signal)
  if (!found.ok) return found
  const commit = found.value.trim()
  return ok(OID.test(commit) ? commit : null)
}

/** Where a pull request would start: where this branch left the remote's default branch, else HEAD. */
export async function usualBase(
  caps: Capabilities,
  repository: Repository,
  signal: AbortSignal,
): Promise<Result<{ readonly name: string; readonly commit: string } | null, Failure>> {
  for (const name of ['refs/remotes/origin/HEAD', 'refs/remotes/origin/main', 'refs/remotes/origin/master']) {
    const tip = await resolveCommit(caps, repository, name, signal)
    if (!tip.ok) return tip
    if (tip.value === null) continue
    const call = { args: ['merge-base', 'HEAD', tip.value], codes: [0, 1, 128] }
    const common = await git(caps, repository.folder, call, signal)
    if (!common.ok) return common
    const commit = common.value.trim()
    if (OID.test(commit)) return ok({ name: name.replace('refs/remotes/', ''), commit })
  }
  const head = await resolveCommit(caps, repository, 'HEAD', signal)
  if (!head.ok) return head
  return ok(head.value === null ? null : { name: 'HEAD', commit: head.value })
}

/** The text of a file at a commit; null when there is no such file. @failure git-failed */
export async function fileAt(
  caps: Capabilities,
  { folder }: Repository,
  commit: string,
  file: string,
  signal: AbortSignal,
): Promise<Result<string | null, Failure>> {
  const call = { args: ['cat-file', 'blob', `${commit}:${file}`], codes: [0, 128] }
  const found = await git(caps, folder, call, signal)
  if (!found.ok) return found
  if (found.value !== '') return found
  // Empty, or not there.
  const listed = await git(
    caps,
    folder,
    { args: ['ls-tree', '--name-only', '--full-tree', commit, '--', file] },
    signal,
  )
  return listed.ok ? ok(listed.value.trim() === '' ? null : '') : listed
}

/** `name`, or `name-2` and so on: the first that no branch has. @failure git-failed */
export async function freeBranch(
  caps: Capabilities,
  repository: Repository,
  name: string,
  signal: AbortSignal,
): Promise<Result<string, Failure>> {
  for (let n = 1; ; n++) {
    const branch = n === 1 ? name : `${name}-${n}`
    const taken = await resolveCommit(caps, repository, `refs/heads/${branch}`, signal)
    if (!taken.ok) return taken
    if (taken.value === null) return ok(branch)
  }
}

/** @failure refused: git does not take it as the name of a branch, or there is one of that name */
async function checkBranchName(
  caps: Capabilities,
  repository: Repository,
  branch: string,
  signal: AbortSignal,
): Promise<Result<null, Failure>> {
  const asked = await git(
    caps,
    repository.folder,
    { args: ['check-ref-format', '--branch', branch], codes: [0, 1, 128, 129] },
    signal,
  )
  if (!asked.ok) return asked
  const isValid = branch !== '' && asked.value.trim() === branch
  if (!isValid) return fail({ code: 'refused', message: `'${branch}' is no name of a branch`, help: null })
  const taken = await resolveCommit(caps, repository, `refs/heads/${branch}`, signal)
  if (!taken.ok) return taken
  if (taken.value === null) return ok(null)
  return fail({ code: 'refused', message: `there is a branch '${branch}' already`, help: 'Choose another name.' })
}

/** The commits on top of `base`, first to last. A commit that changes nothing is left out. Throws Cancelled. */
async function makeCommits(
  caps: Capabilities,
  { folder }: Repository,
  base: string,
  commits: readonly ChainCommit[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Result<readonly MadeCommit[], Failure>> {
  const signs = await git(
    caps,
    folder,
    { args: ['config', '--type=bool', '--get', 'commit.gpgSign'], codes: [0, 1] },
    signal,
  )
  if (!signs.ok) return signs
  const signing = signs.value.trim() === 'true' ? ['-S'] : []
  const started = await git(caps, folder, { args: ['read-tree', base], env }, signal)
  if (!started.ok) return started
  const made: MadeCommit[] = []
  let parent = base
  let parentTree = ''
  for (const { message, files } of commits) {
    for (const [file, text] of files) {
      const blob = await git(
        caps,
        folder,
        { args: ['hash-object', '-w', '--no-filters', '--stdin'], input: text, env },
        signal,
      )
      if (!blob.ok) return blob
      const entry = `100644,${blob.value.trim()},${file}`
      const staged = await git(caps, folder, { args: ['update-index', '--add', '--cacheinfo', entry], env }, signal)
      if (!staged.ok) return staged
    }
    const tree = await git(caps, folder, { args: ['write-tree'], env }, signal)
    if (!tree.ok) return tree
    if (tree.value.trim() === parentTree) continue
    parentTree = tree.value.trim()
    const args = ['commit-tree', ...signing, '-p', parent, '-F', '-', parentTree]
    const commit = await git(caps, folder, { args, input: message, env }, signal)
    if (!commit.ok) return commit
    parent = commit.value.trim()
    made.push({ commit: parent, subject: message.split('\n')[0] ?? '' })
  }
  return ok(made)
}

/** A new branch; the current one stays. @failure refused (its name), git-failed, also when it came to be meanwhile */
export async function makeBranch(
  caps: Capabilities,
  repository: Repository,
  wish: { readonly branch: string; readonly base: string; readonly commits: readonly ChainCommit[] },
  signal: AbortSignal,
): Promise<Result<readonly MadeCommit[], Failure>> {
  const { branch, base, commits } = wish
  const named = await checkBranchName(caps, repository, branch, signal)
  if (!named.ok) return named
  const temp = await caps.temp.folder('branch')
  try {
    const env = { GIT_INDEX_FILE: path.join(temp.path, 'index') }
    const made = await makeCommits(caps, repository, base, commits, env, signal)
    if (!made.ok) return made
    const tip = made.value.at(-1)?.commit ?? base
    // 40 zeros: only if there is no such branch.
    const args = ['update-ref', '-m', 'assay: audits', `refs/heads/${branch}`, tip, '0'.repeat(40)]
    const set = await git(caps, repository.folder, { args }, signal)
    return set.ok ? made : set
  } finally {
    await temp.dispose()
  }
}

/** One patch file per commit in `folder`, which must exist. Answers their names in order. */
export async function writePatches(
  caps: Capabilities,
  repository: Repository,
  wish: { readonly base: string; readonly commits: readonly ChainCommit[]; readonly folder: AbsolutePath },
  signal: AbortSignal,
): Promise<Result<readonly string[], Failure>> {
  const objects = await git(
    caps,
    repository.folder,
    { args: ['rev-parse', '--path-format=absolute', '--git-path', 'objects'] },
    signal,
  )
  if (!objects.ok) return objects
  const temp = await caps.temp.folder('patches')
  try {
    const own = path.join(temp.path, 'objects') as AbsolutePath
    await caps.files.makeFolder(own)
    const env = {
      GIT_INDEX_FILE: path.join(temp.path, 'index'),
      GIT_OBJECT_DIRECTORY: own,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: quotedPath(objects.value.trim()),
    }
    const made = await makeCommits(caps, repository, wish.base, wish.commits, env, signal)
    if (!made.ok) return made
    const tip = made.value.at(-1)?.commit
    if (tip === undefined) return ok([])
    const plain = ['--no-ext-diff', '--no-textconv', '--no-color', '--src-prefix=a/', '--dst-prefix=b/', '--no-renames']
    const mail = ['--no-signature', '--no-attach', '--no-thread', '--no-cover-letter', '--no-notes', '--numbered']
    const place = ['--full-index', '--output-directory', wish.folder, `${wish.base}..${tip}`]
    const settings = [
      '-c',
      'format.subjectPrefix=PATCH',
      '-c',
      'format.suffix=.patch',
      '-c',
      'core.attributesFile=/dev/null',
    ]
    const listed = await git(
      caps,
      repository.folder,
      { args: [...settings, 'format-patch', ...plain, ...mail, ...place], env },
      signal,
    )
    if (!listed.ok) return listed
    return ok(
      listed.value
        .trim()
        .split('\n')
        .map(file => path.basename(file)),
    )
  } finally {
    await temp.dispose()
  }
}

/** A path in a list of them: one with a colon or a quote at its start is quoted as C does. */
const quotedPath = (file: string): string => (/[:"\\]/.test(file) ? `"${file.replace(/["\\]/g, '\\$&')}"` : file)
