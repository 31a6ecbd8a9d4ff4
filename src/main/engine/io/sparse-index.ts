/**
 * A registry's sparse index over HTTP, kept in the cache. A version's checksum never changes, so a stored answer that has
 * the version is good for ever; the list of versions does change, so it is confirmed (ETag, Last-Modified) once per run
 * unless the registry said it stays fresh.
 */
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Cache } from '../cache.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import type { Fetcher } from './fetcher.ts'
import type { Index } from './index-client.ts'
import { withoutUserInfo } from './registry-config.ts'
import { downloadUrl, MAX_INDEX_BYTES, readIndexConfig, type IndexVersion } from './registry-index.ts'
import { createSharedWork } from './shared-work.ts'
import { conditions, maxAgeMs, openStoredIndex, unusable, type StoredIndex } from './stored-index.ts'

const MAX_CONFIG_BYTES = 1 << 20

export interface SparseIndexDeps {
  readonly caps: Capabilities
  readonly cache: Cache
  readonly fetcher: Fetcher
  /** Ends with a slash. */
  readonly indexUrl: string
  readonly offline: boolean
}

interface Parts extends SparseIndexDeps {
  readonly stored: StoredIndex
  /** Lists that were confirmed in this run. */
  readonly answered: Map<string, readonly IndexVersion[]>
}

/** Asks nobody before it is asked itself. */
export function sparseIndex(deps: SparseIndexDeps): Index {
  const { caps, cache, indexUrl } = deps
  const stored = openStoredIndex(caps, cache, indexUrl)
  const parts: Parts = { ...deps, stored, answered: new Map() }
  return {
    id: withoutUserInfo(indexUrl),
    ...versionCalls(parts),
    peek: (crate, version) => stored.versions(crate)?.find(v => v.version === version) ?? null,
    stored: stored.versions,
    ...lineCalls(parts),
    ...configCalls(deps),
  }
}

function versionCalls(parts: Parts): Pick<Index, 'versions' | 'checksum'> {
  const { stored, answered } = parts
  const asking = createSharedWork<Result<readonly IndexVersion[], Failure>>()
  const versions: Index['versions'] = async (crate, run) => {
    const known = answered.get(crate)
    if (known !== undefined) return ok(known)
    const answer = await asking.join(crate, run.signal, () => confirmedVersions(parts, crate, run))
    if (answer.ok) answered.set(crate, answer.value)
    return answer
  }
  return {
    versions,
    async checksum(crate, version, run) {
      const known = stored.versions(crate)?.find(v => v.version === version)
      if (known !== undefined) return ok(known.checksum)
      const all = await versions(crate, run)
      if (!all.ok) return all
      const found = all.value.find(v => v.version === version)
      return found === undefined ? fail({ code: 'crate-not-in-registry', crate, version }) : ok(found.checksum)
    },
  }
}

/** The list as the registry has it now, as it said it would stay, or as it is stored when going online is switched off. */
async function confirmedVersions(
  { caps, fetcher, offline, stored }: Parts,
  crate: string,
  run: Run,
): Promise<Result<readonly IndexVersion[], Failure>> {
  const before = stored.reread(crate)
  if (offline) {
    const versions = stored.versions(crate)
    return versions === null ? fail({ code: 'offline', needed: `the index entry of ${crate}` }) : ok(versions)
  }
  if (before === null || before.freshUntil <= caps.clock.nowMs()) {
    const request = { url: stored.urlOf(crate), headers: conditions(before), maxBytes: MAX_INDEX_BYTES }
    const answer = await fetcher.fetch(request, run)
    if (!answer.ok) return fail(answer.error.failure)
    const kept = stored.keep(crate, answer.value, before)
    if (!kept.ok) return kept
  }
  const versions = stored.versions(crate)
  return versions === null ? fail({ code: 'crate-not-in-registry', crate, version: null }) : ok(versions)
}

function lineCalls({ fetcher, offline, stored, answered }: Parts): Pick<Index, 'line'> {
  const fetching = createSharedWork<Result<null, Failure>>()
  return {
    async line(crate, version, run) {
      const kept = await stored.line(crate, version, run.signal)
      if (kept !== null) return ok(kept)
      if (offline) return fail({ code: 'offline', needed: `the index entry of ${crate} ${version}` })
      // Without conditions: an older copy may be stored without its lines.
      const fetched = await fetching.join(crate, run.signal, async () => {
        const answer = await fetcher.fetch({ url: stored.urlOf(crate), maxBytes: MAX_INDEX_BYTES }, run)
        return answer.ok ? stored.keep(crate, answer.value, null) : fail(answer.error.failure)
      })
      if (!fetched.ok) return fetched
      // The list that came with it is newer than one that was confirmed before.
      const versions = stored.versions(crate)
      if (versions !== null) answered.set(crate, versions)
      const line = await stored.line(crate, version, run.signal)
      return line === null ? fail({ code: 'crate-not-in-registry', crate, version }) : ok(line)
    },
  }
}

function configCalls(deps: SparseIndexDeps): Pick<Index, 'downloadUrl' | 'probe'> {
  const url = `${deps.indexUrl}config.json`
  const reading = createSharedWork<Result<string, Failure>>()
  return {
    async downloadUrl(crate, version, checksum, run) {
      const dl = await reading.join('', run.signal, () => readConfig(deps, url, run))
      return dl.ok ? ok(downloadUrl(dl.value, crate, version, checksum)) : dl
    },
    async probe(run) {
      const answer = await deps.fetcher.fetch({ url, maxBytes: MAX_CONFIG_BYTES }, run)
      if (!answer.ok) return fail(answer.error.failure)
      const { status } = answer.value
      return status === 200 ? ok(null) : fail(unusable(url, status, 'unexpected answer'))
    },
  }
}

/** The download template; a stored one counts for as long as the registry said, or a day. */
async function readConfig(
  { caps, cache, fetcher }: SparseIndexDeps,
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
