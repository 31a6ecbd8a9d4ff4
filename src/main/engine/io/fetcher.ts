/**
 * One download with patience: a limit on how many run at once, retries with growing pauses (or the pause the server
 * asks for), and resumption of what arrived before a connection broke. What the bytes mean is the caller's business.
 * A host that refused twice in a row is not asked again within the same run: it fails at once.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type PQueue from 'p-queue'
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import { NetError, type Capabilities, type HttpAnswer, type Run } from '../capabilities.ts'
import { withoutUserInfo } from './registry-config.ts'

export interface FetchPolicy {
  /** First try included. */
  readonly attempts: number
  /** Pause before the second try; doubles with each further one, ±50 %. */
  readonly basePauseMs: number
  /** Longest pause, also for what a server asks for with Retry-After. */
  readonly maxPauseMs: number
  readonly timeoutMs: number
  readonly parallel: number
}

export const FETCH_POLICY: FetchPolicy = {
  attempts: 4,
  basePauseMs: 400,
  maxPauseMs: 30_000,
  timeoutMs: 30_000,
  parallel: 12,
}

export interface FetchRequest {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly maxBytes: number
  /** Bytes of an earlier, broken download of the same immutable file: asked to be continued. */
  readonly resumeFrom?: Uint8Array
  /** The file may change between two tries: a broken download starts again. */
  readonly isMutable?: boolean
}

export interface Fetcher {
  /**
   * The answer whatever its status; 408, 429 and 5xx only after the last try. `body` is whole: resumed parts joined.
   * Throws Cancelled.
   * @failure download-failed; `partial` holds what arrived when a resumable download did not finish
   */
  fetch(request: FetchRequest, run: Run): Promise<Result<HttpAnswer, FetchFailure>>
}

export interface FetchFailure {
  readonly failure: Failure
  readonly partial: Uint8Array | null
}

/** So many refusals in a row, over all requests of one run, and the host counts as down for the rest of it. */
const REFUSALS_UNTIL_DOWN = 2

const RETRIED = new Set([408, 425, 429, 500, 502, 503, 504])

export function createFetcher(caps: Capabilities, policy: FetchPolicy = FETCH_POLICY): Fetcher {
  const slots = createSlots(policy.parallel)
  const announced = new WeakMap<Run, Set<string>>()
  const breaker = createBreaker()
  const announce = (run: Run, url: string) => {
    const host = URL.parse(url)?.hostname ?? ''
    const known = announced.get(run) ?? new Set()
    if (known.has(host)) return
    announced.set(run, known.add(host))
    run.onProgress({ done: 0, total: null, step: `contacting ${host}`, host })
  }
  return {
    fetch: (request, run) =>
      slots.use(run.signal, () => {
        announce(run, request.url)
        return fetchPatiently(caps, policy, request, run, breaker)
      }),
  }
}

async function fetchPatiently(
  caps: Capabilities,
  policy: FetchPolicy,
  request: FetchRequest,
  run: Run,
  breaker: Breaker,
): Promise<Result<HttpAnswer, FetchFailure>> {
  let got = request.resumeFrom ?? null
  for (let attempt = 1; ; attempt++) {
    const down = breaker.downBecause(run, request.url)
    if (down !== null) return fail({ failure: failed(request.url, null, down, true), partial: got })
    const isLast = attempt === policy.attempts
    let wanted: number | null = null
    let failure: Failure
    try {
      const answer = join(got, await requestOnce(caps, policy, request, got, run))
      breaker.answered(run, request.url)
      if (answer === 'restart') {
        got = null
        if (isLast)
          return fail({
            failure: failed(request.url, null, 'the server cannot continue a download', true),
            partial: null,
          })
        continue
      }
      if (!answer.isPartial && (!RETRIED.has(answer.status) || isLast)) return ok(answer)
      if (answer.isPartial && answer.status === 200 && request.isMutable !== true) got = answer.body
      failure = answer.isPartial
        ? failed(request.url, null, `the connection broke after ${answer.body.length} bytes`, true)
        : failed(request.url, answer.status, 'the server could not answer', true)
      wanted = retryAfterMs(answer.headers['retry-after'], caps.clock.nowMs())
    } catch (error) {
      if (!(error instanceof NetError)) throw error
      if (error.kind === 'aborted') throw new Cancelled()
      if (error.kind === 'unreachable') breaker.refused(run, request.url, error.message)
      failure = failed(request.url, null, error.message, error.isRetryable)
      if (!error.isRetryable) return fail({ failure, partial: got })
    }
    if (isLast || breaker.downBecause(run, request.url) !== null) return fail({ failure, partial: got })
    await pauseBefore(attempt, wanted, policy, run.signal)
  }
}

function requestOnce(
  caps: Capabilities,
  policy: FetchPolicy,
  request: FetchRequest,
  got: Uint8Array | null,
  run: Run,
): Promise<HttpAnswer> {
  const range = got === null || got.length === 0 ? {} : { range: `bytes=${got.length}-` }
  return caps.net.request({
    url: request.url,
    headers: { ...request.headers, ...range },
    maxBytes: request.maxBytes - (got?.length ?? 0),
    timeoutMs: policy.timeoutMs,
    signal: run.signal,
  })
}

interface Breaker {
  /** Why the host is not asked any more in this run; null when it is. */
  downBecause(run: Run, url: string): string | null
  answered(run: Run, url: string): void
  refused(run: Run, url: string, reason: string): void
}

function createBreaker(): Breaker {
  const runs = new WeakMap<Run, Map<string, { count: number; reason: string }>>()
  const hostsOf = (run: Run) => {
    let hosts = runs.get(run)
    if (hosts === undefined) runs.set(run, (hosts = new Map()))
    return hosts
  }
  const hostOf = (url: string) => URL.parse(url)?.host ?? ''
  return {
    downBecause(run, url) {
      const refusals = hostsOf(run).get(hostOf(url))
      return refusals !== undefined && refusals.count >= REFUSALS_UNTIL_DOWN ? refusals.reason : null
    },
    answered: (run, url) => void hostsOf(run).delete(hostOf(url)),
    refused(run, url, reason) {
      const count = hostsOf(run).get(hostOf(url))?.count ?? 0
      hostsOf(run).set(hostOf(url), { count: count + 1, reason })
    },
  }
}

/** A 206 that continues where we stopped becomes a whole 200; a server that ignores the range starts again. */
function join(got: Uint8Array | null, answer: HttpAnswer): HttpAnswer | 'restart' {
  if (answer.status === 416) return 'restart'
  if (answer.status !== 206) return answer
  const from = /^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1]
  if (got === null || from !== String(got.length)) return 'restart'
  const body = new Uint8Array(got.length + answer.body.length)
  body.set(got)
  body.set(answer.body, got.length)
  return { ...answer, status: 200, body }
}

function failed(url: string, httpStatus: number | null, reason: string, retryable: boolean): Failure {
  return { code: 'download-failed', url: withoutUserInfo(url), httpStatus, reason, retryable }
}

/** Seconds or an HTTP date; null when absent or unreadable. */
export function retryAfterMs(stated: string | undefined, nowMs: number): number | null {
  if (stated === undefined) return null
  if (/^\d{1,7}$/.test(stated.trim())) return Number(stated) * 1000
  const at = Date.parse(stated)
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs)
}

async function pauseBefore(
  attempt: number,
  wantedMs: number | null,
  policy: FetchPolicy,
  signal: AbortSignal,
): Promise<void> {
  const grown = policy.basePauseMs * 2 ** (attempt - 1) * (0.5 + Math.random())
  try {
    await pause(Math.min(Math.max(grown, wantedMs ?? 0), policy.maxPauseMs), undefined, { signal })
  } catch {
    throw new Cancelled()
  }
}

export interface Slots {
  /** Runs the task when a slot is free, in order of asking. Throws Cancelled when aborted while waiting. */
  use<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T>
}

/** At most `count` tasks at once. p-queue, loaded on first use. */
export function createSlots(count: number): Slots {
  let loading: Promise<PQueue> | null = null
  return {
    async use(signal, task) {
      loading ??= import('p-queue').then(module => new module.default({ concurrency: count }))
      const queue = await loading
      try {
        return await queue.add(task, { signal })
      } catch (error) {
        if (signal.aborted) throw new Cancelled()
        throw error
      }
    },
  }
}
