/**
 * Answers about versions from the index a registry offers, sparse over HTTP or a folder of the same layout, kept in the
 * cache. A version's checksum never changes, so a stored answer that has the version is good for ever; the list of
 * versions does change, so it is confirmed (ETag, Last-Modified) once per run unless the registry said it stays fresh.
 */
import path from 'node:path'
import { promisify } from 'node:util'
import { deflateRawSync, inflateRaw, type ZlibOptions } from 'node:zlib'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Cache, CachedIndex } from '../cache.ts'
import { FileError, type Capabilities, type HttpAnswer, type Run } from '../capabilities.ts'
import { sizeBoundedCache } from '../core/size-bounded-cache.ts'
import type { Fetcher } from './fetcher.ts'
import { withoutUserInfo, type RegistrySource } from './registry-config.ts'
import { createSharedWork } from './shared-work.ts'
import {
  downloadUrl,
  findIndexLine,
  indexPath,
  readIndexConfig,
  readIndexLines,
  type IndexVersion,
} from './registry-index.ts'

/** The largest entry of the default registry has about 2 MB. */
const MAX_INDEX_BYTES = 64 << 20
const MAX_CONFIG_BYTES = 1 << 20
/** Of inflated files; about the two largest. */
const MAX_KEPT_BYTES = 4 << 20

export interface Index {
  readonly id: string
  versions(crate: string, run: Run): Promise<Result<readonly IndexVersion[], Failure>>
  /** Of one version; a stored answer is enough. */
  checksum(crate: string, version: string, run: Run): Promise<Result<string, Failure>>
  /** Of one version, without asking anybody; null: not stored. */
  peek(crate: string, version: string): IndexVersion | null
  /** All that is stored of a crate, without asking anybody; null: nothing. */
  stored(crate: string): readonly IndexVersion[] | null
  /** The whole line about one version as the registry wrote it; a stored one is enough. */
  line(crate: string, version: string, run: Run): Promise<Result<string, Failure>>
  downloadUrl(crate: string, version: string, checksum: string, run: Run): Promise<Result<string, Failure>>
  /** Whether it can be reached now, whatever is stored. */
  probe(run: Run): Promise<Result<null, Failure>>
}

export function openIndex(
  caps: Capabilities,
  cache: Cache,
  fetcher: Fetcher,
  source: RegistrySource,
  offline: boolean,
): Index {
  if (source.kind === 'sparse') return sparseIndex(caps, cache, fetcher, source.indexUrl, offline)
  if (source.kind === 'local-registry') return folderIndex(caps, source.folder)
  const failure: Failure = {
    code: 'unsupported',
    what: `reading crates from the vendored folder ${source.folder}`,
    instead: 'Vendored sources hold one version each and no archives; remove the source replacement to review deltas.',
  }
  const refuse = () => Promise.resolve(fail(failure))
  return {
    id: source.folder,
    versions: refuse,
    checksum: refuse,
    peek: () => null,
    stored: () => null,
    line: refuse,
    downloadUrl: refuse,
    probe: refuse,
  }
}

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

function sparseIndex(caps: Capabilities, cache: Cache, fetcher: Fetcher, indexUrl: string, offline: boolean): Index {
  const asking = createSharedWork<Result<readonly IndexVersion[], Failure>>()
  const answered = new Map<string, readonly IndexVersion[]>()
  const readingConfig = createSharedWork<Result<string, Failure>>()
  const decoded = new Map<string, readonly IndexVersion[]>()
  const fetching = createSharedWork<Result<null, Failure>>()
  const urlOf = (crate: string) => indexUrl + indexPath(crate)
  const files = createStoredFiles(crate => cache.indexFile(urlOf(crate)))
  const storedLine = async (crate: string, version: string, signal: AbortSignal): Promise<string | null> => {
    const file = await files.read(crate, signal)
    const line = file === null ? null : findIndexLine(crate, version, file)
    if (line !== null || file === null) return line
    // Another program may have stored a newer one since.
    files.forget(crate)
    const newer = await files.read(crate, signal)
    return newer === null ? null : findIndexLine(crate, version, newer)
  }

  const stored = (crate: string): readonly IndexVersion[] | null => {
    const known = decoded.get(crate)
    if (known !== undefined) return known
    const body = cache.index(urlOf(crate))?.body ?? null
    if (body === null) return null
    const versions = decodeVersions(body)
    decoded.set(crate, versions)
    return versions
  }

  const ask = async (crate: string, run: Run): Promise<Result<readonly IndexVersion[], Failure>> => {
    const url = urlOf(crate)
    const before = cache.index(url)
    if (offline) {
      const versions = stored(crate)
      return versions === null ? fail({ code: 'offline', needed: `the index entry of ${crate}` }) : ok(versions)
    }
    if (before === null || before.freshUntil <= caps.clock.nowMs()) {
      const answer = await fetcher.fetch({ url, headers: conditions(before), maxBytes: MAX_INDEX_BYTES }, run)
      if (!answer.ok) return fail(answer.error.failure)
      const kept = keepAnswer(crate, url, answer.value, before)
      if (!kept.ok) return kept
    }
    const versions = stored(crate)
    return versions === null ? fail({ code: 'crate-not-in-registry', crate, version: null }) : ok(versions)
  }

  const keepAnswer = (
    crate: string,
    url: string,
    answer: HttpAnswer,
    before: CachedIndex | null,
  ): Result<null, Failure> => {
    const now = caps.clock.nowMs()
    const entry = {
      etag: answer.headers['etag'] ?? before?.etag ?? null,
      lastModified: answer.headers['last-modified'] ?? before?.lastModified ?? null,
      fetchedAt: now,
      freshUntil: now + maxAgeMs(answer.headers['cache-control']),
    }
    if (answer.status === 304 && before !== null) {
      cache.putIndex(url, { ...entry, body: before.body })
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

  const versions = async (crate: string, run: Run) => {
    const known = answered.get(crate)
    if (known !== undefined) return ok(known)
    const answer = await asking.join(crate, run.signal, () => ask(crate, run))
    if (answer.ok) answered.set(crate, answer.value)
    return answer
  }

  return {
    id: withoutUserInfo(indexUrl),
    versions,
    async checksum(crate, version, run) {
      const known = stored(crate)?.find(v => v.version === version)
      if (known !== undefined) return ok(known.checksum)
      const all = await versions(crate, run)
      if (!all.ok) return all
      const found = all.value.find(v => v.version === version)
      return found === undefined ? fail({ code: 'crate-not-in-registry', crate, version }) : ok(found.checksum)
    },
    peek: (crate, version) => stored(crate)?.find(v => v.version === version) ?? null,
    stored,
    async line(crate, version, run) {
      const kept = await storedLine(crate, version, run.signal)
      if (kept !== null) return ok(kept)
      if (offline) return fail({ code: 'offline', needed: `the index entry of ${crate} ${version}` })
      const url = urlOf(crate)
      // Without conditions: an older copy may be stored without its lines.
      const fetched = await fetching.join(crate, run.signal, async () => {
        const answer = await fetcher.fetch({ url, maxBytes: MAX_INDEX_BYTES }, run)
        return answer.ok ? keepAnswer(crate, url, answer.value, null) : fail(answer.error.failure)
      })
      if (!fetched.ok) return fetched
      const line = await storedLine(crate, version, run.signal)
      return line === null ? fail({ code: 'crate-not-in-registry', crate, version }) : ok(line)
    },
    async downloadUrl(crate, version, checksum, run) {
      const url = `${indexUrl}config.json`
      const dl = await readingConfig.join('', run.signal, () => readConfig(caps, cache, fetcher, url, run))
      return dl.ok ? ok(downloadUrl(dl.value, crate, version, checksum)) : dl
    },
    async probe(run) {
      const url = `${indexUrl}config.json`
      const answer = await fetcher.fetch({ url, maxBytes: MAX_CONFIG_BYTES }, run)
      if (!answer.ok) return fail(answer.error.failure)
      const { status } = answer.value
      return status === 200 ? ok(null) : fail(unusable(url, status, 'unexpected answer'))
    },
  }
}

/** The download template; a stored one counts for as long as the registry said, or a day. */
async function readConfig(
  caps: Capabilities,
  cache: Cache,
  fetcher: Fetcher,
  url: string,
  run: Run,
): Promise<Result<string, Failure>> {
  const before = cache.index(url)
  const now = caps.clock.nowMs()
  if (before?.body && now < before.freshUntil) return ok(before.body)
  const answer = await fetcher.fetch({ url, headers: conditions(before), maxBytes: MAX_CONFIG_BYTES }, run)
  if (!answer.ok) return fail(answer.error.failure)
  const { status, headers, body } = answer.value
  const entry = { etag: headers['etag'] ?? null, lastModified: headers['last-modified'] ?? null, fetchedAt: now }
  const freshUntil = now + Math.max(maxAgeMs(headers['cache-control']), 24 * 3_600_000)
  if (status === 304 && before?.body) {
    cache.putIndex(url, { ...before, fetchedAt: now, freshUntil })
    return ok(before.body)
  }
  if (status !== 200) return fail(unusable(url, status, 'the registry has no config.json'))
  const config = readIndexConfig(new TextDecoder().decode(body))
  if (!config.ok) return fail(unusable(url, status, config.error))
  if (config.value.authRequired) {
    return fail({
      code: 'unsupported',
      what: `the registry ${withoutUserInfo(url)}, which asks for a login,`,
      instead: null,
    })
  }
  cache.putIndex(url, { ...entry, freshUntil, body: config.value.dl })
  return ok(config.value.dl)
}

function unusable(url: string, httpStatus: number, reason: string): Failure {
  return { code: 'download-failed', url: withoutUserInfo(url), httpStatus, reason, retryable: httpStatus >= 500 }
}

function conditions(before: CachedIndex | null): Record<string, string> {
  if (before === null || before.body === null) return {}
  if (before.etag !== null) return { 'if-none-match': before.etag }
  return before.lastModified === null ? {} : { 'if-modified-since': before.lastModified }
}

/** `max-age` of a Cache-Control header in milliseconds, 0 without one; at most a day. */
function maxAgeMs(header: string | undefined): number {
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

/** A local registry: the same files under `index/`, archives beside them. Read each time: it is only a file. */
function folderIndex(caps: Capabilities, folder: AbsolutePath): Index {
  const known = new Map<string, readonly IndexVersion[]>()
  const readFile = async <T>(crate: string, use: (text: string) => Result<T, string>): Promise<Result<T, Failure>> => {
    const file = path.join(folder, 'index', indexPath(crate)) as AbsolutePath
    try {
      const read = use(await caps.files.readText(file, MAX_INDEX_BYTES))
      return read.ok ? read : fail({ code: 'registry-config', file, reason: read.error })
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      if (error.code === 'ENOENT') return fail({ code: 'crate-not-in-registry', crate, version: null })
      return fail({ code: 'registry-config', file, reason: error.message })
    }
  }
  const versions = async (crate: string): Promise<Result<readonly IndexVersion[], Failure>> => {
    const read = await readFile(crate, text => readIndexLines(crate, text))
    if (read.ok) known.set(crate, read.value)
    return read
  }
  return {
    id: folder,
    versions,
    peek: (crate, version) => known.get(crate)?.find(v => v.version === version) ?? null,
    stored: crate => known.get(crate) ?? null,
    async line(crate, version) {
      const read = await readFile(crate, text => ok(findIndexLine(crate, version, text)))
      if (!read.ok) return read
      return read.value === null ? fail({ code: 'crate-not-in-registry', crate, version }) : ok(read.value)
    },
    async checksum(crate, version) {
      const all = await versions(crate)
      if (!all.ok) return all
      const found = all.value.find(v => v.version === version)
      return found === undefined ? fail({ code: 'crate-not-in-registry', crate, version }) : ok(found.checksum)
    },
    downloadUrl: async (crate, version) => fail({ code: 'crate-not-in-registry', crate, version }),
    async probe() {
      const found = await caps.files.stat(path.join(folder, 'index') as AbsolutePath)
      const reason = 'the local registry has no folder named index'
      return found?.kind === 'directory' ? ok(null) : fail({ code: 'registry-config', file: folder, reason })
    },
  }
}
