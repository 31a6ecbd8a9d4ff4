/**
 * Questions to the user's own git about a repository of his. His settings hold, because they say who he is and which
 * repositories of others may be read (safe.directory); nothing that a repository names is run, nobody is prompted, no
 * index is refreshed and nothing is fetched.
 */
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { GIT_SAFE_ARGS } from '../core/git-command.ts'

const ASK_TIMEOUT_MS = 10_000
const MAX_ANSWER_BYTES = 1 << 20

export interface GitAnswer {
  /** Exit code; null when the folder is not there. */
  readonly code: number | null
  readonly stdout: Uint8Array
  readonly stderr: Uint8Array
}

export interface GitLimits {
  readonly signal: AbortSignal
  readonly maxBytes?: number
  readonly timeoutMs?: number
}

/** Any exit code is an answer. @failure git-not-found; git-failed when git was stopped by one of the limits */
export async function runOwnGit(
  caps: Capabilities,
  folder: AbsolutePath,
  args: readonly string[],
  { signal, maxBytes = MAX_ANSWER_BYTES, timeoutMs = ASK_TIMEOUT_MS }: GitLimits,
): Promise<Result<GitAnswer, Failure>> {
  let outcome
  try {
    outcome = await caps.processes.run({
      command: 'git',
      args: [...GIT_SAFE_ARGS, ...args],
      cwd: folder,
      env: { ...caps.host.env, GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', GIT_NO_LAZY_FETCH: '1', LC_ALL: 'C' },
      maxOutputBytes: maxBytes,
      timeoutMs,
      signal,
    })
  } catch (error) {
    if (error instanceof FileError) return ok({ code: null, stdout: new Uint8Array(), stderr: new Uint8Array() })
    throw error
  }
  switch (outcome.kind) {
    case 'not-found':
      return fail({ code: 'git-not-found', tried: 'git on the PATH' })
    case 'killed':
      return fail({
        ...{ code: 'git-failed', command: `git ${args[0] ?? ''}`, exitCode: null },
        stderr: `stopped: ${outcome.why}`,
      })
    case 'exited':
      return ok(outcome)
  }
}

/** Trimmed standard output; null when git exits with another code than 0 (for a question: no such thing). */
export async function askOwnGit(
  caps: Capabilities,
  folder: AbsolutePath,
  args: readonly string[],
  limits: GitLimits,
): Promise<Result<string | null, Failure>> {
  const said = await runOwnGit(caps, folder, args, limits)
  if (!said.ok) return said
  return ok(said.value.code === 0 ? new TextDecoder().decode(said.value.stdout).trim() : null)
}
