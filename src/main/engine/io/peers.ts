/**
 * Texts from addresses that a store names: peers' audits.toml, descriptions of their criteria, the list of known peers.
 * Each is asked for once per Peers value, with the condition that it changed since the cache's copy. Redirects, proxies,
 * certificates and retries are the fetcher's; what a text means is nobody's business here.
 * PARITY cargo-vet 0.10.3 src/network.rs: base64 answers of gitiles are decoded, text must be UTF-8, any status but 2xx fails.
 */
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Cache, CachedIndex } from '../cache.ts'
import type { Capabilities, HttpAnswer, Run } from '../capabilities.ts'
import { readToml } from '../store/toml-text.ts'
import { decodeUtf8 } from '../store/utf8.ts'
import { createFetcher, FETCH_POLICY, type FetchPolicy } from './fetcher.ts'
import { withoutUserInfo } from './registry-config.ts'
import { createSharedWork } from './shared-work.ts'

/** The largest known aggregate has 0.6 MB. */
const MAX_TEXT_BYTES = 32 << 20

const PEER_FETCH_POLICY: FetchPolicy = { ...FETCH_POLICY, attempts: 3, timeoutMs: 60_000 }

/** The list of peers that cargo-vet's project keeps; ASSAY_PEER_REGISTRY names another. */
const KNOWN_PEERS = 'https://raw.githubusercontent.com/mozilla/cargo-vet/main/registry.toml'

export interface PeerText {
  readonly text: string
  /** Milliseconds since the epoch: when the server last confirmed it. */
  readonly fetchedAt: number
}

export interface Peers {
  /** The text as it is now. @failure offline, download-failed, store-toml (not UTF-8) */
  text(url: string, run: Run): Promise<Result<PeerText, Failure>>
  /** The text as it was when it was last fetched, without asking; null when it never was. */
  remembered(url: string): PeerText | null
}

export interface PeersOptions {
  readonly offline: boolean
  readonly fetchPolicy?: FetchPolicy
}

export function openPeers(caps: Capabilities, cache: Cache, options: PeersOptions): Peers {
  const fetcher = createFetcher(caps, options.fetchPolicy ?? PEER_FETCH_POLICY)
  const confirmed = new Map<string, PeerText>()
  const asking = createSharedWork<Result<PeerText, Failure>>()
  const remembered = (url: string): PeerText | null => {
    const known = cache.index(cacheKey(url))
    return known === null || known.body === null ? null : { text: known.body, fetchedAt: known.fetchedAt }
  }

  const ask = async (url: string, run: Run): Promise<Result<PeerText, Failure>> => {
    if (options.offline) return fail({ code: 'offline', needed: withoutUserInfo(url) })
    const before = cache.index(cacheKey(url))
    const request = { url, headers: conditions(before), maxBytes: MAX_TEXT_BYTES, isMutable: true }
    const answer = await fetcher.fetch(request, run)
    if (!answer.ok) return fail(answer.error.failure)
    const text = textOf(url, answer.value, before)
    if (!text.ok) return text
    const kept = { text: text.value, fetchedAt: caps.clock.nowMs() }
    if (answer.value.status === 304) cache.confirmIndex(cacheKey(url), kept.fetchedAt)
    else cache.putIndex(cacheKey(url), { ...validators(answer.value, kept.fetchedAt), body: kept.text })
    confirmed.set(url, kept)
    return ok(kept)
  }

  return {
    async text(url, run) {
      const known = confirmed.get(url)
      return known === undefined ? asking.join(url, run.signal, () => ask(url, run)) : ok(known)
    },
    remembered,
  }
}

/** The table is shared with the index of the registry, whose keys are bare addresses. */
const cacheKey = (url: string): string => `text ${url}`

function conditions(before: CachedIndex | null): Record<string, string> {
  if (before === null || before.body === null) return {}
  return {
    ...(before.etag === null ? {} : { 'if-none-match': before.etag }),
    ...(before.lastModified === null ? {} : { 'if-modified-since': before.lastModified }),
  }
}

/** Servers date files to the second: a date that is not well past says nothing about the rest of that second. */
const MODIFIED_GRACE_MS = 2_000

function validators(answer: HttpAnswer, now: number): Omit<CachedIndex, 'body'> {
  const stated = answer.headers['last-modified'] ?? null
  const servedAt = Date.parse(answer.headers['date'] ?? '')
  const age = (Number.isNaN(servedAt) ? now : servedAt) - Date.parse(stated ?? '')
  return {
    etag: answer.headers['etag'] ?? null,
    lastModified: age >= MODIFIED_GRACE_MS ? stated : null,
    fetchedAt: now,
    freshUntil: 0,
  }
}

function textOf(url: string, answer: HttpAnswer, before: CachedIndex | null): Result<string, Failure> {
  if (answer.status === 304 && before !== null && before.body !== null) return ok(before.body)
  const refused = (reason: string): Result<never, Failure> =>
    fail({
      code: 'download-failed',
      url: withoutUserInfo(url),
      httpStatus: answer.status,
      reason,
      retryable: answer.status >= 500,
    })
  if (answer.status < 200 || answer.status > 299) return refused('the server has no such file to give')
  const bytes = answer.headers['x-gitiles-object-type'] === undefined ? answer.body : decodeBase64(answer.body)
  if (bytes === null) return refused('the answer should be base64 and is not')
  const text = decodeUtf8(bytes, withoutUserInfo(url))
  return text.ok ? text : fail({ code: 'store-toml', file: withoutUserInfo(url), problem: text.error })
}

/** Null when it is not base64. */
function decodeBase64(body: Uint8Array): Uint8Array | null {
  const text = new TextDecoder().decode(body).replace(/\s+/g, '')
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null
  return Buffer.from(text, 'base64')
}

/** Where the list of known peers is: a setting of the environment, else that of cargo-vet's project. */
export function peerRegistryUrl(caps: Capabilities): string {
  const stated = caps.host.env['ASSAY_PEER_REGISTRY']
  return stated === undefined || stated === '' ? KNOWN_PEERS : stated
}

/**
 * Known peers by name, each with the addresses of its audits.
 * @failure as Peers.text; store-toml when the list cannot be read
 */
export async function readPeerRegistry(
  peers: Peers,
  url: string,
  run: Run,
): Promise<Result<ReadonlyMap<string, readonly string[]>, Failure>> {
  const fetched = await peers.text(url, run)
  if (!fetched.ok) return fetched
  const tree = readToml(fetched.value.text, url)
  if (!tree.ok) return fail({ code: 'store-toml', file: url, problem: tree.error })
  const table = (tree.value as { registry?: unknown })['registry'] ?? {}
  const known = new Map<string, readonly string[]>()
  for (const [name, entry] of Object.entries(table as Record<string, { url?: unknown } | null>)) {
    const stated = typeof entry?.url === 'string' ? [entry.url] : entry?.url
    if (!Array.isArray(stated) || !stated.every(item => typeof item === 'string')) {
      const problem = { message: `registry.${name} has no url`, help: null, place: null }
      return fail({ code: 'store-toml', file: url, problem })
    }
    known.set(name, stated as string[])
  }
  return ok(known)
}
