/**
 * What the registry's web API says about a crate, and cargo-vet's cache of it (`crates-io-cache.json`). Both come from
 * outside: every field is checked, sizes are bounded by the caller, ids keep all 64 bits. Pure.
 * Source: cargo-vet 0.10.3 src/format.rs CratesAPICrate, CratesCache.
 */
import { brand, type IsoDate, type VetVersion } from '../../../shared/domain.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { compareText } from '../core/byte-order.ts'
import type { PublisherId } from '../core/store-model.ts'
import { compareVetVersions, parseVetVersion } from '../core/version.ts'

export interface CrateMetadata {
  readonly description: string | null
  readonly repository: string | null
}

export interface ApiVersion {
  /** Plain semver, canonical. */
  readonly version: VetVersion
  /** RFC 3339 as it came. */
  readonly createdAt: string
  readonly source: PublisherId | null
}

export interface ApiUser {
  readonly login: string
  readonly name: string | null
}

export interface ApiCrate {
  /** In order of the versions. */
  readonly versions: readonly ApiVersion[]
  readonly metadata: CrateMetadata
}

export interface PublisherCache {
  readonly users: ReadonlyMap<bigint, ApiUser>
  readonly crates: ReadonlyMap<string, ApiCrate>
}

class Unreadable extends Error {}

type Json = Readonly<Record<string, unknown>>

/** One answer of `…/crates/NAME`. The error is one sentence. */
export function readApiCrate(
  text: string,
): Result<ApiCrate & { readonly users: ReadonlyMap<bigint, ApiUser> }, string> {
  return guarded(text, json => {
    const users = new Map<bigint, ApiUser>()
    const versions = list(json['versions'], 'versions').map(value => apiVersion(object(value, 'versions'), users))
    return { versions: inOrder(versions), metadata: metadataOf(object(json['crate'], 'crate')), users }
  })
}

function apiVersion(json: Json, users: Map<bigint, ApiUser>): ApiVersion {
  const version = versionOf(json['num'], 'num')
  const createdAt = time(json['created_at'], 'created_at')
  if (isGiven(json['published_by'])) {
    const user = object(json['published_by'], 'published_by')
    const userId = id(user['id'], 'published_by.id')
    users.set(userId, userOf(user))
    return { version, createdAt, source: { kind: 'user', userId } }
  }
  return { version, createdAt, source: trustedPublisher(json['trustpub_data']) }
}

/** PARITY cargo-vet 0.10.3: only GitHub's identity is known; another provider counts as no publisher. */
function trustedPublisher(value: unknown): PublisherId | null {
  if (!isGiven(value)) return null
  const json = object(value, 'trustpub_data')
  if (text(json['provider'], 'trustpub_data.provider') !== 'github') return null
  return { kind: 'trusted-publisher', signature: `github:${text(json['repository'], 'trustpub_data.repository')}` }
}

/** Never fails: a cache of another version, or one that is not understood, is empty; so it is for cargo-vet. */
export function readPublisherCache(source: string): PublisherCache {
  const read = guarded(source, json => {
    if (json['version'] !== '2') throw new Unreadable('another version')
    const users = Object.entries(object(json['users'], 'users')).map(
      ([key, user]) =>
        [id(/^\d{1,20}$/.test(key) ? BigInt(key) : null, 'users'), userOf(object(user, 'users'))] as const,
    )
    const crates = Object.entries(object(json['crates'], 'crates')).map(
      ([name, value]) => [name, cachedCrate(object(value, 'crates'))] as const,
    )
    return { users: new Map(users), crates: new Map(crates) }
  })
  return read.ok ? read.value : { users: new Map(), crates: new Map() }
}

function cachedCrate(json: Json): ApiCrate {
  const versions = Object.entries(object(json['versions'], 'versions')).map(([key, value]): ApiVersion => {
    const row = object(value, 'versions')
    const createdAt = time(row['created_at'], 'created_at')
    return { version: versionOf(key, 'versions'), createdAt, source: cachedSource(row['source']) }
  })
  return { versions: inOrder(versions), metadata: metadataOf(object(json['metadata'], 'metadata')) }
}

function cachedSource(value: unknown): PublisherId | null {
  if (!isGiven(value)) return null
  const json = object(value, 'source')
  if (isGiven(json['user-id'])) return { kind: 'user', userId: id(json['user-id'], 'user-id') }
  return { kind: 'trusted-publisher', signature: text(json['trusted-publisher'], 'trusted-publisher') }
}

/** cargo-vet's text: one line, users by id, crates by name, versions in order. */
export function renderPublisherCache({ users, crates }: PublisherCache): string {
  const userRows = [...users].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const crateRows = [...crates].sort(([a], [b]) => compareText(a, b))
  const objectText = (rows: readonly string[]): string => `{${rows.join(',')}}`
  const q = (value: string | null): string => JSON.stringify(value)
  const usersText = userRows.map(([key, u]) => `"${key}":{"login":${q(u.login)},"name":${q(u.name)}}`)
  const cratesText = crateRows.map(([name, { versions, metadata }]) => {
    const rows = versions.map(v => `${q(v.version)}:{"created_at":${q(v.createdAt)},"source":${sourceText(v.source)}}`)
    const { description, repository } = metadata
    return `${q(name)}:{"versions":${objectText(rows)},"metadata":{"description":${q(description)},"repository":${q(repository)}}}`
  })
  return `{"version":"2","users":${objectText(usersText)},"crates":${objectText(cratesText)}}`
}

function sourceText(source: PublisherId | null): string {
  if (source === null) return 'null'
  return source.kind === 'user'
    ? `{"user-id":${source.userId}}`
    : `{"trusted-publisher":${JSON.stringify(source.signature)}}`
}

/** The day of an RFC 3339 time, UTC. */
export function dayOf(createdAt: string): IsoDate {
  return brand<'IsoDate'>(new Date(createdAt).toISOString().slice(0, 10))
}

// ── checked reading ──────────────────────────────────────────────────────────────────────────

function guarded<T>(source: string, read: (json: Json) => T): Result<T, string> {
  try {
    return ok(read(object(parseJson(source), 'the answer')))
  } catch (error) {
    // RangeError: nested deeper than the stack.
    if (error instanceof Unreadable || error instanceof SyntaxError || error instanceof RangeError)
      return fail(error.message)
    throw error
  }
}

type SourceReviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown

/** JSON numbers lose bits past 2^53; an id that long is read from its digits. */
function parseJson(source: string): unknown {
  if (!/"(?:id|user-id)"\s*:\s*\d{16}/.test(source)) return JSON.parse(source)
  const keepDigits: SourceReviver = (key, value, context) =>
    (key === 'id' || key === 'user-id') && typeof value === 'number' && /^\d+$/.test(context?.source ?? '')
      ? BigInt(context?.source ?? '')
      : value
  return JSON.parse(source, keepDigits as (key: string, value: unknown) => unknown)
}

const isGiven = (value: unknown): boolean => value !== null && value !== undefined

function object(value: unknown, where: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Unreadable(`${where} is not an object`)
  }
  return value as Json
}

function list(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Unreadable(`${where} is not a list`)
  return value
}

function text(value: unknown, where: string): string {
  if (typeof value !== 'string') throw new Unreadable(`${where} is not a text`)
  return value
}

const textOrNull = (value: unknown, where: string): string | null => (isGiven(value) ? text(value, where) : null)

const MAX_ID = (1n << 64n) - 1n

function id(value: unknown, where: string): bigint {
  const found = typeof value === 'bigint' ? value : Number.isSafeInteger(value) ? BigInt(value as number) : -1n
  if (found < 0n || found > MAX_ID) throw new Unreadable(`${where} is not an id`)
  return found
}

function versionOf(value: unknown, where: string): VetVersion {
  const given = text(value, where)
  const parsed = parseVetVersion(given)
  if (!parsed.ok || given.includes('@')) throw new Unreadable(`${where} is not a version: ${given.slice(0, 80)}`)
  return parsed.value
}

function time(value: unknown, where: string): string {
  const given = text(value, where)
  if (
    !/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(given) ||
    Number.isNaN(Date.parse(given))
  ) {
    throw new Unreadable(`${where} is not a time: ${given.slice(0, 80)}`)
  }
  return given.replace(/(?:[Zz]|[+-]00:00)$/, 'Z')
}

function userOf(json: Json): ApiUser {
  return { login: text(json['login'], 'login'), name: textOrNull(json['name'], 'name') }
}

function metadataOf(json: Json): CrateMetadata {
  return {
    description: textOrNull(json['description'], 'description'),
    repository: textOrNull(json['repository'], 'repository'),
  }
}

/** The last of two rows for one version counts. */
function inOrder(versions: readonly ApiVersion[]): ApiVersion[] {
  return [...new Map(versions.map(v => [v.version, v])).values()].sort((a, b) =>
    compareVetVersions(a.version, b.version),
  )
}
