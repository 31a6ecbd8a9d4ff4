/**
 * The user's own git: who he is, which branch, and commits of exactly the files we wrote. A commit goes through
 * simple-git and runs the repository's own hooks, because it is the user's commit. Never pushes, never stages more than asked.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities } from '../capabilities.ts'
import { askOwnGit } from './own-git.ts'

const START_TIMEOUT_MS = 10_000

/** `Name <email>` from user.name and user.email as git sees them in `folder`. @failure identity-missing, git-not-found */
export async function gitIdentity(
  caps: Capabilities,
  folder: AbsolutePath,
  signal: AbortSignal,
): Promise<Result<string, Failure>> {
  const [name, email] = await Promise.all([
    askOwnGit(caps, folder, ['config', '--get', 'user.name'], { signal }),
    askOwnGit(caps, folder, ['config', '--get', 'user.email'], { signal }),
  ])
  if (!name.ok) return name
  if (!email.ok) return email
  if (name.value === null || name.value === '') return fail({ code: 'identity-missing', missing: 'user.name' })
  if (email.value === null || email.value === '') return fail({ code: 'identity-missing', missing: 'user.email' })
  return ok(`${name.value} <${email.value}>`)
}

/** Sets name and e-mail in the user's global git configuration. @failure git-not-found, git-failed */
export async function setGitIdentity(
  caps: Capabilities,
  folder: AbsolutePath,
  identity: { readonly name: string; readonly email: string },
  signal: AbortSignal,
): Promise<Result<null, Failure>> {
  for (const [key, value] of [
    ['user.name', identity.name],
    ['user.email', identity.email],
  ] as const) {
    const set = await askOwnGit(caps, folder, ['config', '--global', key, value], { signal })
    if (!set.ok) return set
    if (set.value === null) {
      return fail({ code: 'git-failed', command: `git config --global ${key}`, exitCode: null, stderr: '' })
    }
  }
  return ok(null)
}

/** The branch checked out in `folder`; null outside a repository, when detached, or without git. */
export async function currentBranch(
  caps: Capabilities,
  folder: AbsolutePath,
  signal: AbortSignal,
): Promise<string | null> {
  const branch = await askOwnGit(caps, folder, ['symbolic-ref', '--quiet', '--short', 'HEAD'], { signal })
  return branch.ok && branch.value !== '' ? branch.value : null
}

/** Whether a commit could be made there. */
export async function isInsideRepository(
  caps: Capabilities,
  folder: AbsolutePath,
  signal: AbortSignal,
): Promise<boolean> {
  const inside = await askOwnGit(caps, folder, ['rev-parse', '--is-inside-work-tree'], { signal })
  return inside.ok && inside.value === 'true'
}

/** `git --version`'s number, for example `2.47.3`. @failure git-not-found, git-failed */
export async function gitVersion(caps: Capabilities, signal: AbortSignal): Promise<Result<string, Failure>> {
  const answer = await askOwnGit(caps, caps.host.homeDir, ['--version'], { signal })
  if (!answer.ok) return answer
  const number = /\d+\.\d+(\.\d+)?/.exec(answer.value ?? '')?.[0]
  return number === undefined
    ? fail({ code: 'git-failed', command: 'git --version', exitCode: null, stderr: answer.value ?? '' })
    : ok(number)
}

/**
 * One commit of exactly these files on the current branch; whatever else is staged stays staged and out of it.
 * Answers the commit's full hash. @failure git-not-found, git-failed (its hooks' words included)
 */
export async function commitFiles(
  folder: AbsolutePath,
  files: readonly AbsolutePath[],
  message: string,
  signal: AbortSignal,
): Promise<Result<string, Failure>> {
  const { simpleGit } = await import('simple-git')
  const relative = files.map(file => path.relative(folder, file))
  try {
    const git = simpleGit({ baseDir: folder, abort: signal })
    await git.raw(['add', '--intent-to-add', '--', ...relative])
    await git.raw(['commit', '--quiet', '--only', '-m', message, '--', ...relative])
    return ok((await git.revparse(['HEAD'])).trim())
  } catch (error) {
    if (signal.aborted) throw new Cancelled('commit cancelled')
    const stderr = error instanceof Error ? error.message : String(error)
    return fail({ code: 'git-failed', command: 'git commit', exitCode: null, stderr })
  }
}

/** Makes `folder` a repository with one commit of all its files. Without git or an identity nothing happens. */
export async function startRepository(caps: Capabilities, folder: AbsolutePath, message: string): Promise<void> {
  const signal = AbortSignal.timeout(START_TIMEOUT_MS)
  const steps = [
    ['init', '--quiet', '--initial-branch=main'],
    ['add', '--all', '.'],
    [
      '-c',
      'user.name=Assay',
      '-c',
      'user.email=sample@assay.invalid',
      'commit',
      '--quiet',
      '--no-verify',
      '-m',
      message,
    ],
  ]
  for (const step of steps) {
    const done = await askOwnGit(caps, folder, step, { signal })
    if (!done.ok || done.value === null) return
  }
}
