/**
 * What the cache keeps of a sparse index: per crate the list of versions with what confirms it, and the file as the
 * registry wrote it, compressed. Which answers are kept is decided here; when the registry is asked, in sparse-index.ts.
 */
import { promisify } from 'node:util'
import { deflateRawSync, inflateRaw, type ZlibOptions } from 'node:zlib'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Cache, CachedIndex } from '../cache.ts'
import type { Capabilities, HttpAnswer } from '../capabilities.ts'
import { sizeBoundedCache } from '../core/size-bounded-cache.ts'
import { withoutUserInfo } from './registry-config.ts'
import { findIndexLine, indexPath, readIndexLines, type IndexVersion } from './registry-index.ts'
import { createSharedWork } from './shared-work.ts'

/** Of inflated files; about the two largest. */
const MAX_KEPT_BYTES = 4 << 20

export interface StoredIndex {
  urlOf(crate: string): string
  /**
   * The list with what confirms it, as whichever program stored it last; `versions` gives that one from then on. Its body
   * is null where the registry said that there is no such crate.
   */
  reread(crate: string): CachedIndex | null
  /** Null: nothing is stored. */
  versions(crate: string): readonly IndexVersion[] | null
  /** As the registry wrote it; null: it is not stored. Throws Cancelled. */
  line(crate: string, version: string, signal: AbortSignal): Promise<string | null>
  /** `before`: what the registry was told we have; null when it was asked without conditions. @failure download-failed */
  keep(crate: string, answer: HttpAnswer, before: CachedIndex | null): Result<null, Failure>
}

interface Parts {
  readonly caps: Capabilities
  readonly cache: Cache
  readonly urlOf: (crate: string) => string
  readonly decoded: Map<string, readonly IndexVersion[]>
  readonly files: StoredFiles
}

/** Reads nothing before it is asked. */
export function openStoredIndex(caps: Capabilities, cache: Cache, indexUrl: string): StoredIndex {
  const urlOf = (crate: string) => indexUrl + indexPath(crate)
  const files = createStoredFiles(crate => cache.indexFile(urlOf(crate)))
  const parts: Parts = { caps, cache, urlOf, decoded: new Map(), files }
  return {
    urlOf,
    reread(crate) {
      parts.decoded.delete(crate)
      return cache.index(urlOf(crate))
    },
    versions: crate => storedVersions(parts, crate),
    line: (crate, version, signal) => storedLine(files, crate, version, signal),
    keep: (crate, answer, before) => keepAnswer(parts, crate, answer, before),
  }
}

function storedVersions({ cache, urlOf, decoded }: Parts, crate: string): readonly IndexVersion[] | null {
  const known = decoded.get(crate)
  if (known !== undefined) return known
  const body = cache.index(urlOf(crate))?.body ?? null
  if (body === null) return null
  const versions = decodeVersions(body)
  decoded.set(crate, versions)
  return versions
}

async function storedLine(
  files: StoredFiles,
  crate: string,
  version: string,
  signal: AbortSignal,
): Promise<string | null> {
  const file = await files.read(crate, signal)
  const line = file === null ? null : findIndexLine(crate, version, file)
  if (line !== null || file === null) return line
  // Another program may have stored a newer one since.
  files.forget(crate)
  const newer = await files.read(crate, signal)
  return newer === null ? null : findIndexLine(crate, version, newer)
}

function keepAnswer(
  { caps, cache, urlOf, decoded, files }: Parts,
  crate: string,
  answer: HttpAnswer,
  before: CachedIndex | null,
): Result<null, Failure> {
  const url = urlOf(crate)
  const now = caps.clock.nowMs()
  const entry = {
    etag: answer.headers['etag'] ?? null,
    lastModified: answer.headers['last-modified'] ?? null,
    fetchedAt: now,
    freshUntil: now + maxAgeMs(answer.headers['cache-control']),
  }
  if (answer.status === 304 && before !== null) {
    const { etag, lastModified, body } = before
    cache.putIndex(url, { ...entry, etag: entry.etag ?? etag, lastModified: entry.lastModified ?? lastModified, body })
  } else if (answer.status === 404 || answer.status === 410 || answer.status === 451) {
    decoded.delete(crate)
    cache.putIndex(url, { ...entry, etag: null, lastModified: null, freshUntil: 0, body: null })
  } else if (answer.status === 200) {
    const read = readIndexLines(crate, new TextDecoder().decode(answer.body))
    if (!read.ok) return fail(unusable(url, answer.status, read.error))
    decoded.set(crate, read.value)
    cache.putIndex(url, { ...entry, body: encodeVersions(read.value) })
    cache.putIndexFile(url, deflateRawSync(answer.body, { level: 1 }))
    files.forget(crate)
  } else {
    const reason = answer.status === 401 ? 'the registry asks for a login, which is never sent' : 'unexpected answer'
    return fail(unusable(url, answer.status, reason))
  }
  return ok(null)
}

type StoredFiles = ReturnType<typeof createStoredFiles>

/** Inflated index files, the last ones kept: of a crate that is checked in many versions each asks for its line. */
function createStoredFiles(compressedOf: (crate: string) => Uint8Array | null) {
  const kept = sizeBoundedCache<string, Buffer>(MAX_KEPT_BYTES, file => file.length)
  const inflating = createSharedWork<Buffer | null>()
  return {
    /** Null: nothing is stored. Throws Cancelled. */
    async read(crate: string, signal: AbortSignal): Promise<Buffer | null> {
      const known = kept.get(crate)
      if (known !== undefined) return known
      return inflating.join(crate, signal, async () => {
        const compressed = compressedOf(crate)
        if (compressed === null) return null
        const file = await inflateAside(compressed)
        kept.set(crate, file)
        return file
      })
    },
    /** Another file is stored now. */
    forget: (crate: string) => kept.delete(crate),
  }
}

/** On another thread, in as few pieces as is likely: entries of hundreds of versions have megabytes, a tenth packed. */
function inflateAside(compressed: Uint8Array): Promise<Buffer> {
  const chunkSize = Math.min(Math.max(16 * compressed.length, 16 << 10), 4 << 20)
  return inflate(compressed, { chunkSize })
}

const inflate = promisify<Uint8Array, ZlibOptions, Buffer>(inflateRaw)

/** The answer is no index. */
export function unusable(url: string, httpStatus: number, reason: string): Failure {
  return { code: 'download-failed', url: withoutUserInfo(url), httpStatus, reason, retryable: httpStatus >= 500 }
}

/** What asks the registry to answer only when it has another list. */
export function conditions(before: CachedIndex | null): Record<string, string> {
  if (before === null || before.body === null) return {}
  if (before.etag !== null) return { 'if-none-match': before.etag }
  return before.lastModified === null ? {} : { 'if-modified-since': before.lastModified }
}

/** `max-age` of a Cache-Control header in milliseconds, 0 without one; at most a day. */
export function maxAgeMs(header: string | undefined): number {
  if (header === undefined || /no-(cache|store)/i.test(header)) return 0
  const seconds = Number(/\bmax-age=(\d{1,9})\b/i.exec(header)?.[1] ?? 0)
  return Math.min(seconds, 86_400) * 1000
}

/** Stored as rows: a quarter of the size and a tenth of the reading time of the index's own lines. */
const encodeVersions = (versions: readonly IndexVersion[]): string =>
  JSON.stringify(versions.map(v => [v.version, v.checksum, v.yanked ? 1 : 0, v.publishedAt]))

const decodeVersions = (body: string): readonly IndexVersion[] =>
  (JSON.parse(body) as [string, string, number, string | null][]).map(([version, checksum, yanked, publishedAt]) => ({
    version,
    checksum,
    yanked: yanked === 1,
    publishedAt,
  }))
