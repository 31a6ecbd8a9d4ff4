/**
 * Who published each release of a crate, and how the registry describes the crate, from the registry's web API. An
 * answer is good as long as it names exactly the versions that the index lists, so in most runs nothing is asked. The
 * registry's rule for programs is kept: a name in User-Agent, one request a second. Answers live in our cache, and in
 * cargo-vet's own file where its `--cache-dir` is given.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { AbsolutePath, CrateName } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Cache } from '../cache.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import type { Release } from '../core/publishers.ts'
import type { PublisherEntry, PublisherId } from '../core/store-model.ts'
import { compareVetVersions, parseVetVersion } from '../core/version.ts'
import { createFetcher, createSlots, type Fetcher, type FetchPolicy } from './fetcher.ts'
import type { Registry } from './registry.ts'
import { isCrateName } from './registry-index.ts'
import { createSharedWork, type SharedWork } from './shared-work.ts'
import { addToVetCache, vetCacheOnce } from './vet-publishers.ts'
import {
  dayOf,
  readApiCrate,
  type ApiCrate,
  type ApiUser,
  type CrateMetadata,
  type PublisherCache,
} from './web-api-json.ts'

export type { Release } from '../core/publishers.ts'
export type { CrateMetadata } from './web-api-json.ts'

/** The largest answers of the default registry have about 3 MB. */
const MAX_ANSWER_BYTES = 32 << 20

export interface WebApiOptions {
  /** As from `webApiUrl`: no slash at the end. */
  readonly baseUrl: string
  /** Says which versions there are. */
  readonly registry: Pick<Registry, 'versions'>
  /** cargo-vet's `--cache-dir`: its crates-io-cache.json is read and written. */
  readonly vetCacheDir: AbsolutePath | null
  readonly offline: boolean
  /** Least time between the starts of two requests. Default: ASSAY_WEB_API_PAUSE_MS, else 1000. */
  readonly pauseMs?: number
  readonly fetchPolicy?: FetchPolicy
}

export interface WebApi {
  /**
   * Every version that the index lists, in order. Offline, what was stored.
   * @failure offline, download-failed (also when the API lacks a version of the index), crate-not-in-registry
   */
  releases(crate: string, run: Run): Promise<Result<readonly Release[], Failure>>
  /** Of several crates; users get the name that the last answer gave them. @failure the first of `releases` */
  releasesOf(
    crates: readonly CrateName[],
    run: Run,
  ): Promise<Result<ReadonlyMap<CrateName, readonly Release[]>, Failure>>
  /**
   * Of as many crates as can be had with at most `mostRequests` requests, in the order given: for hints, which are not
   * worth a minute of waiting. What fails is left out too.
   */
  releasesWithin(
    crates: readonly CrateName[],
    mostRequests: number,
    run: Run,
  ): Promise<ReadonlyMap<CrateName, readonly Release[]>>
  /** As last heard, without asking anybody; null when never. May lack newer releases. */
  remembered(crate: string): Promise<readonly Release[] | null>
  /** Milliseconds between two requests. */
  readonly pauseMs: number
  /** @failure as `releases` */
  metadata(crate: string, run: Run): Promise<Result<CrateMetadata, Failure>>
  /** What is known of a user without asking. */
  user(userId: bigint): Promise<ApiUser | null>
  /** Adds what was fetched to cargo-vet's file. A file that cannot be written loses nothing but time. */
  flush(signal: AbortSignal): Promise<Result<null, Failure>>
}

interface Parts {
  readonly caps: Capabilities
  readonly cache: Cache
  readonly options: WebApiOptions
  readonly fetcher: Fetcher
  readonly inTurn: InTurn
  readonly asking: SharedWork<Result<ApiCrate, Failure>>
  /** Found to be what the index lists, since this was opened. */
  readonly answered: Map<string, ApiCrate>
  /** Heard since this was opened: names of users wherever from, crates from the API only, which `flush` writes. */
  readonly fetched: { readonly users: Map<bigint, ApiUser>; readonly crates: Map<string, ApiCrate> }
  /** cargo-vet's file. */
  readonly stored: () => Promise<PublisherCache>
}

/** Asks nobody and reads nothing before it is asked itself. */
export function openWebApi(caps: Capabilities, cache: Cache, options: WebApiOptions): WebApi {
  const pauseMs = options.pauseMs ?? pauseFromEnv(caps)
  const parts: Parts = {
    ...{ caps, cache, options },
    fetcher: createFetcher(caps, options.fetchPolicy),
    inTurn: createTurns(pauseMs),
    asking: createSharedWork(),
    answered: new Map(),
    fetched: { users: new Map(), crates: new Map() },
    stored: vetCacheOnce(caps, options.vetCacheDir),
  }
  return { pauseMs, ...askingOne(parts), ...askingSeveral(parts), ...rememberingOf(parts), flush: flushOf(parts) }
}

function askingOne(parts: Parts): Pick<WebApi, 'releases' | 'metadata'> {
  return {
    async releases(crate, run) {
      const answer = await entryOf(parts, crate, run)
      return answer.ok ? ok(await withNames(parts, answer.value)) : answer
    },
    async metadata(crate, run) {
      const answer = await entryOf(parts, crate, run)
      return answer.ok ? ok(answer.value.metadata) : answer
    },
  }
}

function askingSeveral(parts: Parts): Pick<WebApi, 'releasesOf' | 'releasesWithin'> {
  return {
    async releasesOf(crates, run) {
      let done = 0
      const entries = await Promise.all(
        crates.map(async crate => {
          const answer = await entryOf(parts, crate, run)
          run.onProgress({ done: ++done, total: crates.length, step: `publishers of ${crate}` })
          return [crate, answer] as const
        }),
      )
      const releases = new Map<CrateName, readonly Release[]>()
      for (const [crate, answer] of entries) {
        if (!answer.ok) return answer
        releases.set(crate, await withNames(parts, answer.value))
      }
      return ok(releases)
    },
    async releasesWithin(crates, mostRequests, run) {
      let left = mostRequests
      const mayAsk = () => left-- > 0
      const entries = await Promise.all(
        crates.map(async crate => [crate, await entryOf(parts, crate, run, mayAsk)] as const),
      )
      const releases = new Map<CrateName, readonly Release[]>()
      for (const [crate, answer] of entries) if (answer.ok) releases.set(crate, await withNames(parts, answer.value))
      return releases
    },
  }
}

function rememberingOf(parts: Parts): Pick<WebApi, 'remembered' | 'user'> {
  return {
    async remembered(crate) {
      if (!isCrateName(crate)) return null
      const known = parts.answered.get(crate) ?? (await parts.stored()).crates.get(crate) ?? fromOwnCache(parts, crate)
      return known === null ? null : withNames(parts, known)
    },
    user: userId => userOf(parts, userId),
  }
}

function flushOf({ caps, options, fetched }: Parts): WebApi['flush'] {
  return async signal => {
    if (options.vetCacheDir === null || fetched.crates.size === 0) return ok(null)
    // More may be fetched while this is written: that is for the next flush.
    const crates = new Map(fetched.crates)
    const written = await addToVetCache(caps, options.vetCacheDir, { users: fetched.users, crates }, signal)
    if (written.ok) for (const crate of crates.keys()) fetched.crates.delete(crate)
    return written
  }
}

// ── one crate ────────────────────────────────────────────────────────────────────────────────

/** `mayAsk` is called when nothing stored will do; false ends it there. */
async function entryOf(parts: Parts, crate: string, run: Run, mayAsk = () => true): Promise<Result<ApiCrate, Failure>> {
  const before = parts.answered.get(crate)
  if (before !== undefined) return ok(before)
  const answer = await findEntry(parts, crate, mayAsk, run)
  if (answer.ok) parts.answered.set(crate, answer.value)
  return answer
}

async function findEntry(
  parts: Parts,
  crate: string,
  mayAsk: () => boolean,
  run: Run,
): Promise<Result<ApiCrate, Failure>> {
  const { options } = parts
  if (!isCrateName(crate)) return fail({ code: 'crate-not-in-registry', crate, version: null })
  const known = (await parts.stored()).crates.get(crate) ?? null
  if (options.offline) {
    const offline = known ?? fromOwnCache(parts, crate)
    return offline === null ? fail(notAsked(crate)) : ok(offline)
  }
  const listed = await options.registry.versions(crate, run)
  if (!listed.ok) return listed
  const versions = canonicalVersions(listed.value.map(v => v.version))
  if (versions.length === 0) return fail({ code: 'crate-not-in-registry', crate, version: null })
  if (known !== null && hasExactly(known, versions)) return ok(known)
  const own = fromOwnCache(parts, crate)
  if (own !== null && hasExactly(own, versions)) return ok(own)
  // Only the request is shared: a caller who may not ask must not answer for one who may.
  if (!mayAsk()) return fail(notAsked(crate))
  return parts.asking.join(crate, run.signal, () => askApi(parts, crate, versions, run))
}

const notAsked = (crate: string): Failure => ({ code: 'offline', needed: `the publishers of ${crate}` })

/** Keeps the answer. @param versions those of the index, which are all that it may name */
async function askApi(
  { caps, cache, options, fetcher, inTurn, fetched }: Parts,
  crate: string,
  versions: readonly string[],
  run: Run,
): Promise<Result<ApiCrate, Failure>> {
  const answer = await inTurn(run.signal, () => fetchCrate(fetcher, options, crate, run))
  if (!answer.ok) return answer
  const fresh = onlyListed(answer.value, versions)
  if (!fresh.ok) return fail(unusable(crateUrl(options, crate), 200, fresh.error))
  for (const [userId, user] of answer.value.users) fetched.users.set(userId, user)
  fetched.crates.set(crate, fresh.value)
  keepInOwnCache(caps, cache, cacheKey(options, crate), fresh.value, fetched.users)
  return fresh
}

function fromOwnCache({ cache, options, fetched }: Parts, crate: string): ApiCrate | null {
  const body = cache.index(cacheKey(options, crate))?.body ?? null
  const read = body === null ? null : readApiCrate(body)
  if (read === null || !read.ok) return null
  for (const [userId, user] of read.value.users) if (!fetched.users.has(userId)) fetched.users.set(userId, user)
  return read.value
}

// ── names ────────────────────────────────────────────────────────────────────────────────────

async function userOf({ fetched, stored }: Parts, userId: bigint): Promise<ApiUser | null> {
  return fetched.users.get(userId) ?? (await stored()).users.get(userId) ?? null
}

async function withNames(parts: Parts, { versions }: ApiCrate): Promise<readonly Release[]> {
  const releases: Release[] = []
  for (const { version, createdAt, source } of versions) {
    releases.push({ version, createdAt: dayOf(createdAt), source: await named(parts, source) })
  }
  return releases
}

async function named(parts: Parts, source: PublisherId | null): Promise<PublisherEntry['source'] | null> {
  if (source === null || source.kind === 'trusted-publisher') return source
  const user = await userOf(parts, source.userId)
  return user === null ? null : { kind: 'user', userId: source.userId, login: user.login, name: user.name }
}

// ── one answer ───────────────────────────────────────────────────────────────────────────────

/** The table is shared with the registry's index, whose keys are bare addresses. */
const cacheKey = (options: WebApiOptions, crate: string): string => `web-api ${crateUrl(options, crate)}`

const crateUrl = ({ baseUrl }: WebApiOptions, crate: string): string => `${baseUrl}/crates/${crate}`

function unusable(url: string, httpStatus: number, reason: string): Failure {
  return { code: 'download-failed', url, httpStatus, reason, retryable: true }
}

async function fetchCrate(
  fetcher: Fetcher,
  options: WebApiOptions,
  crate: string,
  run: Run,
): Promise<Result<ApiCrate & { readonly users: ReadonlyMap<bigint, ApiUser> }, Failure>> {
  const url = crateUrl(options, crate)
  const headers = { accept: 'application/json' }
  const answer = await fetcher.fetch({ url, headers, maxBytes: MAX_ANSWER_BYTES }, run)
  if (!answer.ok) return fail(answer.error.failure)
  const { status, body } = answer.value
  if (status !== 200) return fail(unusable(url, status, 'unexpected answer'))
  const read = readApiCrate(new TextDecoder().decode(body))
  return read.ok ? read : fail(unusable(url, status, read.error))
}

/** In order, each once; what is no version is left out, as cargo-vet does. */
function canonicalVersions(texts: readonly string[]): readonly string[] {
  const parsed = texts.map(parseVetVersion).flatMap(p => (p.ok ? [p.value] : []))
  return [...new Set(parsed)].sort(compareVetVersions)
}

function hasExactly({ versions }: ApiCrate, listed: readonly string[]): boolean {
  return versions.length === listed.length && versions.every((v, i) => v.version === listed[i])
}

/** Without versions that the index does not list yet. The error says which ones of the index are missing. */
function onlyListed(answer: ApiCrate, listed: readonly string[]): Result<ApiCrate, string> {
  const wanted = new Set(listed)
  const versions = answer.versions.filter(v => wanted.has(v.version))
  if (versions.length === wanted.size) return ok({ versions, metadata: answer.metadata })
  for (const { version } of versions) wanted.delete(version)
  const missing = [...wanted].slice(0, 3).join(', ')
  return fail(`the registry's index lists ${missing}, which its web API does not know yet; try again in a minute`)
}

// ── one request a second ─────────────────────────────────────────────────────────────────────

function pauseFromEnv({ host }: Capabilities): number {
  const stated = host.env['ASSAY_WEB_API_PAUSE_MS'] ?? ''
  return /^\d{1,6}$/.test(stated) ? Number(stated) : 1000
}

type InTurn = <T>(signal: AbortSignal, request: () => Promise<T>) => Promise<T>

/**
 * One request after the other, by the machine's own time, not the day a run plays on. A turn begins when the request
 * does: whoever gave up while waiting costs the next one nothing, and a slow answer brings no two requests together.
 */
function createTurns(pauseMs: number): InTurn {
  const slots = createSlots(1)
  let nextAt = 0
  return (signal, request) =>
    slots.use(signal, async () => {
      const waitMs = nextAt - performance.now()
      if (waitMs > 0) await pause(waitMs, undefined, { signal })
      nextAt = performance.now() + pauseMs
      return request()
    })
}

// ── what is kept ─────────────────────────────────────────────────────────────────────────────

/** In the form of the API itself, so that one reader serves both. */
function keepInOwnCache(
  caps: Capabilities,
  cache: Cache,
  url: string,
  { versions, metadata }: ApiCrate,
  users: ReadonlyMap<bigint, ApiUser>,
): void {
  const q = (value: string | null): string => JSON.stringify(value)
  const rows = versions.map(({ version, createdAt, source }) => {
    const user = source?.kind === 'user' ? users.get(source.userId) : undefined
    const by =
      source?.kind === 'user' && user !== undefined
        ? `"published_by":{"id":${source.userId},"login":${q(user.login)},"name":${q(user.name)}}`
        : source?.kind === 'trusted-publisher'
          ? `"trustpub_data":{"provider":"github","repository":${q(source.signature.replace(/^github:/, ''))}}`
          : '"published_by":null'
    return `{"num":${q(version)},"created_at":${q(createdAt)},${by}}`
  })
  const body = `{"crate":${JSON.stringify(metadata)},"versions":[${rows.join(',')}]}`
  const now = caps.clock.nowMs()
  cache.putIndex(url, { etag: null, lastModified: null, fetchedAt: now, freshUntil: 0, body })
}
