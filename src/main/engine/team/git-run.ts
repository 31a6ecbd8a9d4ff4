/**
 * git in the private clone, through simple-git: never a prompt, never a hook, bounded in time and in what it may say,
 * ended with the signal. The clone's own configuration file (clone-folder.ts) settles the rest. The user's way to reach
 * servers (ssh agent, credential helpers, proxies) and to sign stays in force. Arguments are ours, never others' text.
 */
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Capabilities } from '../capabilities.ts'

export interface GitSaid {
  readonly kind: 'failed' | 'timeout' | 'too-much' | 'not-found'
  /** What git wrote to standard error. */
  readonly text: string
}

export interface GitRequest {
  readonly args: readonly string[]
  readonly input?: string
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly maxBytes: number
  readonly signal: AbortSignal
}

export interface GitRunner {
  /** Standard output. Throws Cancelled. */
  run(request: GitRequest): Promise<Result<Uint8Array, GitSaid>>
  text(request: GitRequest): Promise<Result<string, GitSaid>>
}

/** Of git's own variables those that say how servers are reached and what the user configured; all others stay out. */
const KEPT = /^GIT_(?:SSL_|SSH|CONFIG_|HTTP_|PROXY_SSL_)/
const DROPPED = new Set(['EDITOR', 'VISUAL', 'PAGER', 'PREFIX', 'SSH_ASKPASS'])

export function createGitRunner(caps: Pick<Capabilities, 'host'>, gitDir: AbsolutePath): GitRunner {
  const inherited: Record<string, string> = {}
  for (const [name, value] of Object.entries(caps.host.env))
    if (name.startsWith('GIT_') ? KEPT.test(name) : !DROPPED.has(name)) inherited[name] = value
  // The user's own command for ssh knows what it does; plain ssh must not ask at a terminal.
  const ssh = inherited['GIT_SSH_COMMAND'] ?? inherited['GIT_SSH']
  const base = {
    ...inherited,
    ...(ssh === undefined ? { SSH_ASKPASS_REQUIRE: 'never' } : {}),
    ...{ GIT_TERMINAL_PROMPT: '0', GCM_INTERACTIVE: 'never', LC_ALL: 'C', GIT_NO_REPLACE_OBJECTS: '1' },
    ...{ GIT_ALLOC_LIMIT: '1024m', GIT_LITERAL_PATHSPECS: '1' },
  }

  const run = async (request: GitRequest): Promise<Result<Uint8Array, GitSaid>> => {
    if (request.signal.aborted) throw new Cancelled()
    const { simpleGit } = await import('simple-git')
    const env: Record<string, string> = { ...base, ...request.env }
    const limit = new AbortController()
    let ended: 'timeout' | 'too-much' | null = null
    const end = (why: 'timeout' | 'too-much') => {
      ended ??= why
      limit.abort()
    }
    const timer = setTimeout(() => end('timeout'), request.timeoutMs)
    const { input } = request
    const git = simpleGit({
      baseDir: gitDir,
      abort: AbortSignal.any([request.signal, limit.signal]),
      allowEnvironment: Object.keys(env),
      // The guard is for arguments of others. These are what the user's environment may hold, and --git-dir.
      unsafe: {
        allowUnsafeConfigPaths: true,
        allowUnsafeConfigEnvCount: true,
        allowUnsafeSshCommand: true,
        allowUnsafeCredentialHelper: true,
        allowUnsafeUrlRewrite: true,
      },
      ...(input === undefined ? {} : { input: () => input }),
      // By default an exit code counts only when something was said on standard error.
      errors: (error, { exitCode, stdOut, stdErr }) =>
        error ?? (exitCode === 0 ? undefined : Buffer.concat([...stdOut, ...stdErr, Buffer.from(`exit ${exitCode}`)])),
    })
    let bytes = 0
    const chunks: Uint8Array[] = []
    try {
      await git
        .env(env)
        .outputHandler((_, stdout, stderr) => {
          const count = (chunk: Uint8Array) => {
            bytes += chunk.length
            if (bytes > request.maxBytes) end('too-much')
          }
          stdout.on('data', (chunk: Uint8Array) => {
            count(chunk)
            if (ended === null) chunks.push(chunk)
          })
          stderr.on('data', count)
        })
        .raw([`--git-dir=${gitDir}`, ...request.args])
      return ok(Buffer.concat(chunks))
    } catch (error) {
      if (ended !== null) return fail({ kind: ended, text: '' })
      if (request.signal.aborted) throw new Cancelled()
      const text = error instanceof Error ? error.message : String(error)
      return fail({ kind: /\bENOENT\b/.test(text) ? 'not-found' : 'failed', text })
    } finally {
      clearTimeout(timer)
    }
  }
  return {
    run,
    async text(request) {
      const said = await run(request)
      return said.ok ? ok(Buffer.from(said.value).toString('utf8')) : said
    },
  }
}
