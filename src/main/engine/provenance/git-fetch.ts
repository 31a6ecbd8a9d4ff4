/**
 * Asking a server: what it lists and objects from it, into a bare mirror of ours. Bounded in time and bytes, never with
 * credentials or a prompt. What git says on failure becomes a MirrorProblem; nothing here touches branches or tags.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { gitFetchArgs, gitFetchEnv } from '../core/git-command.ts'
import type { MirrorProblem } from './mirror.ts'

/** 400,000 refs of usual length; a list that is longer is not taken. */
const MAX_LIST_BYTES = 40 << 20
const LIST_TIMEOUT_MS = 60_000
const SIZE_POLL_MS = 150

/** The head of the server goes here: under no branch or tag, and outside of what `--branches --tags` means. */
export const HEAD_REF = 'refs/assay/head'

export type ObjectFilter = 'tree:0' | 'blob:none' | 'none'

export interface Remote {
  /** After redirects. May hold a name and password of the user's, so it is for git alone. */
  readonly url: string
  /** `url` without them: for records and messages. */
  readonly shown: string
  readonly protocol: 'https' | 'http' | 'file'
}

/**
 * Null when git may not go there: https only; http and file only where the user's own redirect rule leads. An address
 * never reaches git as an option or with a control character.
 */
export function remoteOf(url: string, isRedirected: boolean): Remote | null {
  const protocol = /^(https|http|file):\/\/[^\s\x00-\x1f\x7f]+$/.exec(url)?.[1] as Remote['protocol'] | undefined
  if (protocol === undefined || (protocol !== 'https' && !isRedirected)) return null
  return { url, shown: withoutUser(url), protocol }
}

const withoutUser = (text: string): string => text.replace(/(https?:\/\/)[^/\s]*@/gi, '$1')

export interface FetchLimits {
  /** Of the whole mirror. */
  readonly maxBytes: number
  readonly timeoutMs: number
}

/** The server's branches and tags as `git ls-remote` prints them, one character per byte. Throws Cancelled. */
export async function listRemote(
  caps: Capabilities,
  gitDir: AbsolutePath,
  remote: Remote,
  run: Run,
): Promise<Result<string, MirrorProblem>> {
  const outcome = await caps.processes.run({
    ...command(caps, gitDir, remote, [], ['ls-remote', '--heads', '--tags', ...serverArgs(remote), 'origin']),
    maxOutputBytes: MAX_LIST_BYTES,
    timeoutMs: LIST_TIMEOUT_MS,
    signal: run.signal,
  })
  if (outcome.kind === 'exited' && outcome.code === 0) return ok(Buffer.from(outcome.stdout).toString('latin1'))
  if (outcome.kind === 'killed' && outcome.why === 'too-much-output')
    return fail({ kind: 'too-large', text: `${remote.shown} lists more branches and tags than are taken.` })
  return fail(problemOf(outcome, remote))
}

/**
 * Brings objects by id (commits with their history, tags, trees, blobs), those not here yet, and where `withHead` is
 * set the server's HEAD as HEAD_REF. `alone`: only what is asked for and what hangs below it, as if nothing were here;
 * for trees and blobs. `again`: everything anew, because an earlier filter left things out. Throws Cancelled.
 */
export async function fetchObjects(
  caps: Capabilities,
  gitDir: AbsolutePath,
  remote: Remote,
  want: {
    readonly oids: readonly string[]
    readonly withHead: boolean
    readonly filter: ObjectFilter
    readonly mode: 'more' | 'alone' | 'again'
  },
  limits: FetchLimits,
  run: Run,
): Promise<Result<null, MirrorProblem>> {
  const promisor = ['-c', 'remote.origin.promisor=true', '-c', `remote.origin.partialclonefilter=${want.filter}`]
  const config = [
    ...(want.filter === 'none' ? [] : promisor),
    ...(want.mode === 'alone' ? ['-c', 'fetch.negotiationAlgorithm=noop'] : []),
  ]
  const args = [
    ...['fetch', '--no-tags', '--no-write-fetch-head', '--no-auto-gc', '--no-recurse-submodules', '--update-shallow'],
    ...(want.filter === 'none' ? [] : [`--filter=${want.filter}`]),
    ...(want.mode === 'again' ? ['--refetch'] : []),
    ...serverArgs(remote),
    ...['--stdin', 'origin'],
  ]
  const lines = [...(want.withHead ? [`+HEAD:${HEAD_REF}`] : []), ...want.oids]
  const size = new AbortController()
  const watching = watchSize(caps, gitDir, limits.maxBytes, size)
  try {
    const outcome = await caps.processes.run({
      ...command(caps, gitDir, remote, config, args),
      input: Buffer.from(`${lines.join('\n')}\n`),
      maxOutputBytes: 8 << 20,
      timeoutMs: limits.timeoutMs,
      signal: AbortSignal.any([run.signal, size.signal]),
    })
    return outcome.kind === 'exited' && outcome.code === 0 ? ok(null) : fail(problemOf(outcome, remote))
  } catch (error) {
    if (!(error instanceof Cancelled) || run.signal.aborted) throw error
    const mib = Math.floor(limits.maxBytes / 2 ** 20)
    return fail({ kind: 'too-large', text: `${remote.shown} is larger than ${mib} MiB, the limit for one repository.` })
  } finally {
    watching.stop()
  }
}

function command(
  caps: Capabilities,
  gitDir: AbsolutePath,
  remote: Remote,
  config: readonly string[],
  args: readonly string[],
) {
  const origin = ['-c', `remote.origin.url=${remote.url}`, ...config, `--git-dir=${gitDir}`]
  return {
    command: 'git',
    args: [...gitFetchArgs(remote.protocol), ...origin, ...args],
    cwd: gitDir,
    env: gitFetchEnv(caps.host.env, remote.protocol),
  }
}

/** A folder of the user's own serves what we ask for, whatever its settings. */
function serverArgs(remote: Remote): readonly string[] {
  if (remote.protocol !== 'file') return []
  return ['--upload-pack=git -c uploadpack.allowFilter=true -c uploadpack.allowAnySHA1InWant=true upload-pack']
}

/** Fires `size` when the mirror's packs, the one being received included, are larger than `maxBytes`. */
function watchSize(caps: Capabilities, gitDir: AbsolutePath, maxBytes: number, size: AbortController) {
  let isStopped = false
  const look = async () => {
    if ((await packBytes(caps, gitDir)) > maxBytes) size.abort()
    else if (!isStopped) timer = setTimeout(() => void look(), SIZE_POLL_MS)
  }
  let timer = setTimeout(() => void look(), SIZE_POLL_MS)
  return {
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}

/** Size of what a mirror holds; files that vanish meanwhile count nothing. */
export async function packBytes(caps: Capabilities, gitDir: AbsolutePath): Promise<number> {
  const folder = path.join(gitDir, 'objects/pack') as AbsolutePath
  const files = await caps.files.list(folder).catch(() => [])
  const sizes = await Promise.all(
    files.map(file => caps.files.stat(path.join(folder, file.name) as AbsolutePath).catch(() => null)),
  )
  return sizes.reduce((sum, stat) => sum + (stat?.sizeBytes ?? 0), 0)
}

type Outcome = Awaited<ReturnType<Capabilities['processes']['run']>>

/** First rule that fits what git said (in English: LC_ALL=C) gives the kind. */
const RULES: readonly (readonly [RegExp, MirrorProblem['kind'], string])[] = [
  [
    /not found|does not appear to be a git repository|requested URL returned error: (?:404|410)/i,
    'gone',
    'is not there',
  ],
  [
    /could not read (?:Username|Password)|Authentication failed|terminal prompts disabled|returned error: (?:401|403|407)/i,
    'refused',
    'asks for credentials: it is private or gone',
  ],
  [/transport '[^']*' not allowed/i, 'not-allowed', 'leads to a protocol that is not allowed'],
  [
    /Could not resolve|Failed to connect|Couldn't connect|Connection refused|Network is unreachable|No route to host/i,
    'no-network',
    'cannot be reached',
  ],
  [/Operation too slow|timed out|timeout/i, 'timeout', 'did not answer in time'],
  [
    /early EOF|RPC failed|hung up unexpectedly|unexpected disconnect|Connection reset|transfer closed|Empty reply|invalid index-pack output/i,
    'no-network',
    'broke the connection off',
  ],
]

/** What servers say when they are asked for an object that they do not have, or not give by its id. */
const NOT_GIVEN = /not our ref|unadvertised object|want [0-9a-f]{40} not valid/i

/** The server answered, and has no such object for us. */
export const isNotGiven = ({ kind, text }: MirrorProblem): boolean => kind === 'failed' && NOT_GIVEN.test(text)

function problemOf(outcome: Outcome, remote: Remote): MirrorProblem {
  if (outcome.kind === 'not-found') return { kind: 'git-missing', text: 'git is not installed, or not on the PATH.' }
  if (outcome.kind === 'killed' && outcome.why === 'timeout')
    return { kind: 'timeout', text: `${remote.shown} did not answer in time.` }
  const said = Buffer.from(outcome.stderr).toString('utf8')
  // A server that says so hangs up afterwards, which is no broken connection.
  const refusal = said.split('\n').find(line => NOT_GIVEN.test(line))
  if (refusal !== undefined)
    return { kind: 'failed', text: `git could not fetch from ${remote.shown}: “${lastLine(refusal)}”.` }
  for (const [pattern, kind, words] of RULES)
    if (pattern.test(said)) return { kind, text: `${remote.shown} ${words} (git: “${lastLine(said)}”).` }
  return { kind: 'failed', text: `git could not fetch from ${remote.shown}: “${lastLine(said)}”.` }
}

/** The last line that says why, at most 300 characters, as printable text. */
function lastLine(said: string): string {
  const lines = said.split('\n').filter(line => line.trim() !== '')
  const line = lines.findLast(one => /^(?:fatal|error|remote)/.test(one)) ?? lines.at(-1) ?? 'nothing'
  return withoutUser(line)
    .replace(/^(?:fatal|error): /, '')
    .replace(/[^\x20-\x7e\u00a0-\uffff]/g, '?')
    .slice(0, 300)
}
