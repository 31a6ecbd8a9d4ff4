/**
 * Brings the newest commit of the advisory database, without its history, into a bare copy in the cache. Bounded in time
 * and bytes, one protocol, no credentials, nothing checked out. A fetch that fails leaves the copy as it was.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { GIT_SAFE_ARGS, gitEnv, gitFetchArgs, gitFetchEnv } from '../core/git-command.ts'
import { ADVISORY_REF } from './advisory-db.ts'

/** Where it is fetched from; the caller has judged the address. */
export interface AdvisoryRemote {
  readonly url: string
  /** Without a name and password of the user's. */
  readonly shown: string
  readonly protocol: 'https' | 'http' | 'file'
}

/** The newest commit of 2026 takes 1 MB; with the packs of a year of fetches some 20. */
const MAX_COPY_BYTES = 512 << 20
const FETCH_TIMEOUT_MS = 300_000
const SIZE_POLL_MS = 150

/** Of this address in the cache. */
export function advisoryCopy(caps: Capabilities, { url }: AdvisoryRemote): AbsolutePath {
  const name = createHash('sha256').update(url).digest('hex').slice(0, 24)
  return path.join(caps.host.cacheDir, 'advisory-db', `${name}.git`) as AbsolutePath
}

/** Milliseconds since the epoch of the last fetch that worked; null: never. */
export async function advisoriesFetchedAt(caps: Capabilities, gitDir: AbsolutePath): Promise<number | null> {
  const text = await caps.files.readText(stampOf(gitDir), 100).catch(() => '')
  return /^\d{1,16}$/.test(text) ? Number(text) : null
}

const stampOf = (gitDir: AbsolutePath) => path.join(gitDir, 'assay-fetched-at') as AbsolutePath

/** @failure git-not-found, advisories-fetch-failed. Throws Cancelled. */
export async function fetchAdvisories(
  caps: Capabilities,
  remote: AdvisoryRemote,
  run: Run,
): Promise<Result<AbsolutePath, Failure>> {
  const gitDir = advisoryCopy(caps, remote)
  await caps.files.makeFolder(gitDir)
  const made = await caps.processes.run({
    command: 'git',
    args: [...GIT_SAFE_ARGS, 'init', '--quiet', '--bare', '--template=', gitDir],
    cwd: gitDir,
    env: { ...gitEnv(caps.host.env), GIT_DIR: gitDir },
    maxOutputBytes: 64 << 10,
    timeoutMs: 30_000,
    signal: run.signal,
  })
  if (made.kind !== 'exited' || made.code !== 0) return failed(remote, made)
  run.onProgress({ done: 0, total: null, step: remote.shown, host: remote.shown })
  const size = new AbortController()
  const stop = watchSize(caps, gitDir, size)
  try {
    const outcome = await caps.processes.run({
      command: 'git',
      args: [
        ...gitFetchArgs(remote.protocol),
        ...['-c', `remote.origin.url=${remote.url}`, `--git-dir=${gitDir}`],
        ...['fetch', '--quiet', '--depth=1', '--no-tags', '--no-write-fetch-head', '--no-auto-gc'],
        ...['--no-recurse-submodules', 'origin', `+HEAD:${ADVISORY_REF}`],
      ],
      cwd: gitDir,
      env: gitFetchEnv(caps.host.env, remote.protocol),
      maxOutputBytes: 1 << 20,
      timeoutMs: FETCH_TIMEOUT_MS,
      signal: AbortSignal.any([run.signal, size.signal]),
    })
    if (outcome.kind !== 'exited' || outcome.code !== 0) return failed(remote, outcome)
  } catch (error) {
    if (!(error instanceof Cancelled) || run.signal.aborted) throw error
    const reason = `it is larger than ${MAX_COPY_BYTES >> 20} MiB, the limit for it`
    return fail({ code: 'advisories-fetch-failed', url: remote.shown, reason })
  } finally {
    stop()
  }
  await caps.files.writeAtomic(stampOf(gitDir), String(caps.clock.nowMs()))
  return ok(gitDir)
}

/** Fires `size` when the copy, the pack being received included, is larger than it may be. Returns stop. */
function watchSize(caps: Capabilities, gitDir: AbsolutePath, size: AbortController): () => void {
  let isStopped = false
  const folder = path.join(gitDir, 'objects', 'pack') as AbsolutePath
  const look = async () => {
    const files = await caps.files.list(folder).catch(() => [])
    const stats = files.map(file => caps.files.stat(path.join(folder, file.name) as AbsolutePath).catch(() => null))
    const bytes = (await Promise.all(stats)).reduce((sum, stat) => sum + (stat?.sizeBytes ?? 0), 0)
    if (bytes > MAX_COPY_BYTES) size.abort()
    else if (!isStopped) timer = setTimeout(() => void look(), SIZE_POLL_MS)
  }
  let timer = setTimeout(() => void look(), SIZE_POLL_MS)
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}

type Outcome = Awaited<ReturnType<Capabilities['processes']['run']>>

function failed(remote: AdvisoryRemote, outcome: Outcome): Result<never, Failure> {
  if (outcome.kind === 'not-found') return fail({ code: 'git-not-found', tried: 'git on the PATH' })
  const said = Buffer.from(outcome.stderr)
    .toString('utf8')
    .replace(/(https?:\/\/)[^/\s]*@/gi, '$1')
  const line = said.split('\n').find(one => /^(?:fatal|error|remote)/.test(one)) ?? said.trim()
  const why = outcome.kind === 'killed' && outcome.why === 'timeout' ? 'it did not answer in time' : line
  const reason = why.replace(/[^\x20-\x7e\u00a0-\uffff]/g, '?').slice(0, 300)
  return fail({ code: 'advisories-fetch-failed', url: remote.shown, reason })
}
