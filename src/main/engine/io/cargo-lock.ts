/**
 * Cargo.lock, versions 1 to 4: the packages with their checksums, and an approximate graph for machines without
 * cargo. What a lock file cannot say: features, targets, and whether a dependency is normal, build or dev.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import type { CargoMetadata, MetadataNode, MetadataPackage } from '../core/cargo-metadata.ts'
import { isTable, tableAt, textAt, type PlainTable } from '../core/plain-table.ts'
import { parseToml } from './toml.ts'

const MAX_LOCK_BYTES = 64 << 20
const NEWEST_VERSION = 4

export interface LockPackage {
  readonly name: string
  readonly version: string
  /** cargo's source id with the commit of a git source; null for a path package. */
  readonly source: string | null
  /** sha256 of the archive, lower-case hex; null for path and git packages. */
  readonly checksum: string | null
  /** Positions in `packages`, in the file's order. */
  readonly dependencies: readonly number[]
}

export interface CargoLock {
  readonly file: AbsolutePath
  readonly version: number
  /** In the file's order (cargo sorts by name, then version). */
  readonly packages: readonly LockPackage[]
}

/** @failure lockfile-missing, lockfile-unreadable (not TOML, newer version, merge conflict, dangling dependency) */
export async function readCargoLock(caps: Capabilities, file: AbsolutePath): Promise<Result<CargoLock, Failure>> {
  let text: string
  try {
    text = await caps.files.readText(file, MAX_LOCK_BYTES)
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return fail({ code: 'lockfile-missing', path: file })
    return fail({ code: 'lockfile-unreadable', path: file, reason: error.message })
  }
  const parsed = await parseCargoLock(text, file)
  return parsed.ok ? parsed : fail({ code: 'lockfile-unreadable', path: file, reason: parsed.error })
}

/** The same from text; the error is one sentence. */
export async function parseCargoLock(text: string, file: AbsolutePath): Promise<Result<CargoLock, string>> {
  const conflict = text.split('\n').findIndex(line => line.startsWith('<<<<<<< '))
  if (conflict !== -1) return fail(`line ${conflict + 1}: an unresolved merge conflict`)
  const parsed = await parseToml(text)
  if (!parsed.ok) return parsed
  const version = statedVersion(parsed.value)
  if (!version.ok) return version
  const rows = packageRows(parsed.value)
  if (!rows.ok) return rows
  const checksums = oldChecksums(parsed.value)
  const position = indexRows(rows.value)
  const packages: LockPackage[] = []
  for (const row of rows.value) {
    const dependencies: number[] = []
    for (const wanted of row.dependencies) {
      const at = findDependency(wanted, rows.value, position)
      if (at === null) return fail(`${row.name} ${row.version} depends on '${wanted}', which the file does not list`)
      dependencies.push(at)
    }
    const checksum = row.checksum ?? checksums.get(`${row.name} ${row.version} (${row.source})`) ?? null
    if (checksum !== null && !/^[0-9a-f]{64}$/.test(checksum)) {
      return fail(`${row.name} ${row.version} has a checksum that is not a sha256: '${checksum.slice(0, 80)}'`)
    }
    packages.push({ name: row.name, version: row.version, source: row.source, checksum, dependencies })
  }
  return ok({ file, version: version.value ?? (checksums.size > 0 ? 1 : 2), packages })
}

function statedVersion(table: PlainTable): Result<number | null, string> {
  const stated = table['version']
  if (stated === undefined) return ok(null)
  if (typeof stated !== 'number' || !Number.isInteger(stated)) return fail('the version is not a number')
  if (stated > NEWEST_VERSION) return fail(`version ${stated} is newer than ${NEWEST_VERSION}, the newest known`)
  return ok(stated)
}

interface Row {
  readonly name: string
  readonly version: string
  readonly source: string | null
  readonly checksum: string | null
  readonly dependencies: readonly string[]
}

function packageRows(table: PlainTable): Result<readonly Row[], string> {
  const stated = table['package'] ?? []
  const root = table['root'] // before 2017 the root package stood apart
  const rows: Row[] = []
  if (!Array.isArray(stated)) return fail("'package' is not a list")
  for (const one of root === undefined ? stated : [root, ...stated]) {
    const row = isTable(one) ? one : undefined
    const name = textAt(row, 'name')
    const version = textAt(row, 'version')
    if (name === undefined || version === undefined) return fail(`package ${rows.length + 1} has no name or version`)
    const dependencies = row?.['dependencies'] ?? []
    if (!Array.isArray(dependencies) || !dependencies.every(d => typeof d === 'string')) {
      return fail(`the dependencies of ${name} ${version} are not a list of texts`)
    }
    const checksum = textAt(row, 'checksum') ?? null
    rows.push({ name, version, source: textAt(row, 'source') ?? null, checksum, dependencies })
  }
  return ok(rows)
}

/** Version 1 keeps checksums in `[metadata]`: `checksum NAME VERSION (SOURCE)`. */
function oldChecksums(table: PlainTable): ReadonlyMap<string, string> {
  const sums = new Map<string, string>()
  for (const [key, value] of Object.entries(tableAt(table, 'metadata') ?? {})) {
    if (key.startsWith('checksum ') && typeof value === 'string' && value !== '<none>') sums.set(key.slice(9), value)
  }
  return sums
}

function indexRows(rows: readonly Row[]): ReadonlyMap<string, readonly number[]> {
  const position = new Map<string, number[]>()
  rows.forEach((row, i) => position.set(row.name, [...(position.get(row.name) ?? []), i]))
  return position
}

/** `NAME`, `NAME VERSION` or `NAME VERSION (SOURCE)`: cargo leaves out what is not needed to be unique. */
function findDependency(
  wanted: string,
  rows: readonly Row[],
  position: ReadonlyMap<string, readonly number[]>,
): number | null {
  const [name = '', version, source] = wanted.split(' ')
  const candidates = (position.get(name) ?? []).filter(i => version === undefined || rows[i]!.version === version)
  if (source === undefined) return candidates[0] ?? null
  const bare = source.replace(/^\(|\)$/g, '')
  const stem = (id: string | null) => (id ?? '').replace(/#.*$/, '')
  return (
    candidates.find(i => rows[i]!.source === bare) ?? candidates.find(i => stem(rows[i]!.source) === stem(bare)) ?? null
  )
}

/** sha256 by `name@version`, for packages that have one. Two sources of one version: the first. */
export function lockChecksums(lock: CargoLock): ReadonlyMap<string, string> {
  const sums = new Map<string, string>()
  for (const { name, version, checksum } of lock.packages) {
    const key = `${name}@${version}`
    if (checksum !== null && !sums.has(key)) sums.set(key, checksum)
  }
  return sums
}

/**
 * The graph as far as the lock file knows it: every dependency counts as normal, every package without a source as a
 * workspace member (path dependencies outside the workspace cannot be told apart). `origin` says so.
 */
export function metadataFromLock(lock: CargoLock, workspaceRoot: AbsolutePath): CargoMetadata {
  const ids = lock.packages.map(idOf)
  const packages = lock.packages.map((one, i): MetadataPackage => ({
    id: ids[i]!,
    name: one.name,
    version: one.version,
    source: one.source,
    description: null,
    repository: null,
    manifestPath: one.source === null ? path.join(workspaceRoot, 'Cargo.toml') : '',
    vetMetadata: null,
  }))
  const resolveNodes = lock.packages.map((one, i): MetadataNode => {
    const dependencies = one.dependencies.map(d => ids[d]!)
    return { id: ids[i]!, deps: dependencies.map(pkg => ({ pkg, kinds: ['normal'] })), dependencies }
  })
  const members = ids.filter((_, i) => lock.packages[i]!.source === null)
  return {
    packages,
    workspaceMembers: members,
    workspaceRoot,
    resolveNodes,
    resolveRoot: members.length === 1 ? members[0]! : null,
    workspaceVetMetadata: null,
    origin: 'lockfile',
  }
}

/** cargo's form of a package id (1.77 and later). */
const idOf = (one: LockPackage): string => `${one.source ?? 'path+file://'}#${one.name}@${one.version}`
