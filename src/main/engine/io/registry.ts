/**
 * The registry as the engine sees it: which versions a crate has, and verified archives. Bytes are only handed out
 * when their sha256 is the one that the index states, and Cargo.lock where it states one; both must agree.
 * Archives are kept by sha256; cargo's own downloads are used where the sum fits.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Cache } from '../cache.ts'
import { FileError, type Capabilities, type Run } from '../capabilities.ts'
import { ARCHIVE_LIMITS, readArchive, type ArchiveEntry } from './archive.ts'
import { createFetcher, type FetchPolicy, type Fetcher } from './fetcher.ts'
import { openIndex, type Index } from './index-client.ts'
import type { RegistryConfig } from './registry-config.ts'
import { isCrateName, type IndexVersion } from './registry-index.ts'
import { unpackedFolder, unpackEntries } from './unpack.ts'

export type { IndexVersion } from './registry-index.ts'

export interface RegistryOptions {
  readonly offline: boolean
  /** sha256 by `name@version`, from Cargo.lock. */
  readonly lockChecksums: ReadonlyMap<string, string>
  /** cargo-vet's `--cache-dir`: its archives are used where the sum fits. */
  readonly vetCacheDir?: AbsolutePath | null
  readonly fetchPolicy?: FetchPolicy
}

export type VerifiedBy = 'index' | 'lockfile' | 'none'

export interface CrateArchive {
  readonly bytes: Uint8Array
  /** sha256 of `bytes`. */
  readonly checksum: string
  readonly verifiedBy: VerifiedBy
}

export interface CrateFiles {
  readonly entries: readonly ArchiveEntry[]
  readonly checksum: string
  readonly verifiedBy: VerifiedBy
}

export interface UnpackedCrate {
  /** Holds the crate's files; nothing in it is executable. */
  readonly folder: AbsolutePath
  readonly checksum: string
  readonly verifiedBy: VerifiedBy
  /** Paths that the archive marks executable, `/` between parts, sorted. */
  readonly executables: readonly string[]
}

export interface Registry {
  /** Names the registry in caches: its index address or folder. */
  readonly id: string
  /**
   * Every published version, yanked included, in the index's order. Asks the registry once per Registry (unless it
   * said its answer is still fresh); offline, what was stored counts.
   * @failure offline, download-failed, crate-not-in-registry, registry-config
   */
  versions(crate: string, run: Run): Promise<Result<readonly IndexVersion[], Failure>>
  /** What the index says about one version, from what is stored; null: not stored. Asks nobody. */
  known(crate: string, version: string): IndexVersion | null
  /** Every version of a crate as stored, in the index's order; null: nothing is stored. Asks nobody. */
  stored(crate: string): readonly IndexVersion[] | null
  /** A verified archive that is on this machine; null: it is not, or the index entry is not stored. Asks nobody. */
  archiveHere(crate: string, version: string): Promise<Uint8Array | null>
  /** The index's whole line about one version; a stored one is enough. @failure as `versions` */
  indexLine(crate: string, version: string, run: Run): Promise<Result<string, Failure>>
  /** @failure as `versions`, checksum-mismatch, git-source-unsupported, cache-io */
  archive(crate: string, version: string, run: Run): Promise<Result<CrateArchive, Failure>>
  /** The files in memory, not written anywhere. @failure as `archive`, archive-hostile, archive-truncated */
  files(crate: string, version: string, run: Run): Promise<Result<CrateFiles, Failure>>
  /** Where `unpacked` puts the files of an archive with this sum. Says nothing about whether they are there. */
  sourceFolder(crate: string, version: string, checksum: string): AbsolutePath
  /** The files on disk, checked against the archive. @failure as `files` */
  unpacked(crate: string, version: string, run: Run): Promise<Result<UnpackedCrate, Failure>>
}

export function openRegistry(
  caps: Capabilities,
  cache: Cache,
  config: RegistryConfig,
  options: RegistryOptions,
): Registry {
  const fetcher = createFetcher(caps, options.fetchPolicy)
  const index = openIndex(caps, cache, fetcher, config.source, options.offline)
  const cargoFolders = rememberedFor(CARGO_FOLDERS_MS, caps, () => cargoCacheFolders(caps, config.cargoHome))
  const source: Source = { caps, cache, config, options, fetcher, index, cargoFolders }
  const registry: Registry = {
    id: index.id,
    versions: (crate, run) => (isCrateName(crate) ? index.versions(crate, run) : Promise.resolve(unknown(crate, null))),
    known: (crate, version) => (isCrateName(crate) ? index.peek(crate, version) : null),
    stored: crate => (isCrateName(crate) ? index.stored(crate) : null),
    async archiveHere(crate, version) {
      const checksum = registry.known(crate, version)?.checksum
      const isPlain = /^[0-9A-Za-z.+-]+$/.test(version)
      return checksum === undefined || !isPlain ? null : readLocal(source, crate, version, checksum)
    },
    indexLine: (crate, version, run) =>
      isCrateName(crate) ? index.line(crate, version, run) : Promise.resolve(unknown(crate, version)),
    archive: (crate, version, run) => readVerified(source, crate, version, run),
    async files(crate, version, run) {
      const archive = await registry.archive(crate, version, run)
      if (!archive.ok) return archive
      const { bytes, checksum, verifiedBy } = archive.value
      const entries = await readArchive(crate, version, bytes, { platform: caps.host.platform })
      return entries.ok ? ok({ entries: entries.value, checksum, verifiedBy }) : entries
    },
    sourceFolder: (crate, version, checksum) => unpackedFolder(cache.sourceFolder(checksum), `${crate}-${version}`),
    async unpacked(crate, version, run) {
      const files = await registry.files(crate, version, run)
      if (!files.ok) return files
      const { entries, checksum, verifiedBy } = files.value
      const folder = await unpackEntries(caps, cache.sourceFolder(checksum), `${crate}-${version}`, entries, run.signal)
      if (!folder.ok) return folder
      const executables = entries.filter(e => e.isExecutable).map(e => e.path)
      return ok({ folder: folder.value, checksum, verifiedBy, executables: executables.sort() })
    },
  }
  return registry
}

interface Source {
  readonly caps: Capabilities
  readonly cache: Cache
  readonly config: RegistryConfig
  readonly options: RegistryOptions
  readonly fetcher: Fetcher
  readonly index: Index
  readonly cargoFolders: () => Promise<readonly string[]>
}

/** Cargo makes one per registry and hardly ever; a run over many crates asks for each that is not in our own cache. */
const CARGO_FOLDERS_MS = 2_000

function rememberedFor<T>(ms: number, { clock }: Capabilities, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | null = null
  return () => {
    const now = clock.nowMs()
    if (last === null || now - last.at > ms || now < last.at) last = { at: now, answer: ask() }
    return last.answer
  }
}

const unknown = (crate: string, version: string | null): Result<never, Failure> =>
  fail({ code: 'crate-not-in-registry', crate, version })

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function readVerified(
  source: Source,
  crate: string,
  version: string,
  run: Run,
): Promise<Result<CrateArchive, Failure>> {
  if (version.includes('@git:')) return fail({ code: 'git-source-unsupported', crate, version })
  if (!isCrateName(crate) || !/^[0-9A-Za-z.+-]+$/.test(version)) return unknown(crate, version)
  const expected = await expectedChecksum(source, crate, version, run)
  if (!expected.ok) return expected
  const { checksum, verifiedBy } = expected.value
  const local = await readLocal(source, crate, version, checksum)
  if (local !== null) return ok({ bytes: local, checksum, verifiedBy })
  const downloaded = await download(source, crate, version, checksum, run)
  return downloaded.ok ? ok({ bytes: downloaded.value, checksum, verifiedBy }) : downloaded
}

/** What index and lock file say the archive's sha256 is. The lock file alone counts when the index cannot be had. */
async function expectedChecksum(
  { index, options }: Source,
  crate: string,
  version: string,
  run: Run,
): Promise<Result<{ readonly checksum: string; readonly verifiedBy: VerifiedBy }, Failure>> {
  const locked = options.lockChecksums.get(`${crate}@${version}`)
  const stated = await index.checksum(crate, version, run)
  if (!stated.ok) {
    const isUnreachable = stated.error.code === 'offline' || stated.error.code === 'download-failed'
    return locked !== undefined && isUnreachable ? ok({ checksum: locked, verifiedBy: 'lockfile' }) : stated
  }
  if (locked !== undefined && locked !== stated.value) {
    return fail({
      code: 'checksum-mismatch',
      crate: `${crate} ${version}`,
      expectedSha256: locked,
      actualSha256: stated.value,
      source: 'Cargo.lock (the registry index states another)',
    })
  }
  return ok({ checksum: stated.value, verifiedBy: 'index' })
}

/** Our own file, a local registry's, cargo-vet's or cargo's, whichever has the wanted sum; null when none has. */
async function readLocal(source: Source, crate: string, version: string, checksum: string): Promise<Uint8Array | null> {
  const { caps, cache, config, options } = source
  const name = `${crate}-${version}.crate`
  const own = cache.archiveFile(checksum)
  const fromOwn = await readIfFits(caps, own, checksum)
  if (fromOwn === 'other')
    await caps.files.remove(own).catch(() => undefined) // damaged: fetch it again
  else if (fromOwn !== null) return fromOwn
  const elsewhere = [
    ...(config.source.kind === 'local-registry' ? [path.join(config.source.folder, name)] : []),
    ...(options.vetCacheDir ? [path.join(options.vetCacheDir, 'cache', name)] : []),
    ...(await source.cargoFolders()).map(folder => path.join(folder, name)),
  ]
  for (const file of elsewhere) {
    const bytes = await readIfFits(caps, file as AbsolutePath, checksum)
    if (bytes !== null && bytes !== 'other') return bytes
  }
  return null
}

async function readIfFits(
  caps: Capabilities,
  file: AbsolutePath,
  checksum: string,
): Promise<Uint8Array | 'other' | null> {
  try {
    const bytes = await caps.files.readBytes(file, ARCHIVE_LIMITS.maxCompressedBytes)
    return sha256Of(bytes) === checksum ? bytes : 'other'
  } catch (error) {
    if (error instanceof FileError) return null
    throw error
  }
}

async function cargoCacheFolders(caps: Capabilities, cargoHome: string): Promise<readonly string[]> {
  const folder = path.join(cargoHome, 'registry', 'cache') as AbsolutePath
  try {
    return (await caps.files.list(folder)).filter(e => e.kind === 'directory').map(e => path.join(folder, e.name))
  } catch (error) {
    if (error instanceof FileError) return []
    throw error
  }
}

async function download(
  { caps, cache, options, fetcher, index }: Source,
  crate: string,
  version: string,
  checksum: string,
  run: Run,
): Promise<Result<Uint8Array, Failure>> {
  if (options.offline) return fail({ code: 'offline', needed: `the archive of ${crate} ${version}` })
  const url = await index.downloadUrl(crate, version, checksum, run)
  if (!url.ok) return url
  const file = cache.archiveFile(checksum)
  const part = `${file}.part` as AbsolutePath
  const started = await caps.files.readBytes(part, ARCHIVE_LIMITS.maxCompressedBytes).catch(() => null)
  const request = {
    url: url.value,
    headers: { 'accept-encoding': 'identity' },
    maxBytes: ARCHIVE_LIMITS.maxCompressedBytes,
  }
  let answer = await fetcher.fetch(started === null ? request : { ...request, resumeFrom: started }, run)
  if (started !== null && answer.ok && answer.value.status === 200 && sha256Of(answer.value.body) !== checksum) {
    answer = await fetcher.fetch(request, run) // the kept part may be the wrong one: once more from the start
  }
  try {
    if (!answer.ok) {
      const { partial, failure } = answer.error
      if (partial !== null && partial.length > 0) await caps.files.writeAtomic(part, partial)
      return fail(failure)
    }
    if (started !== null) await caps.files.remove(part)
    const { status, body } = answer.value
    if (status === 404 || status === 403 || status === 410) return unknown(crate, version)
    if (status !== 200) {
      return fail({
        code: 'download-failed',
        url: url.value,
        httpStatus: status,
        reason: 'unexpected answer',
        retryable: false,
      })
    }
    const actualSha256 = sha256Of(body)
    if (actualSha256 !== checksum) {
      const subject = `${crate} ${version}`
      return fail({
        code: 'checksum-mismatch',
        crate: subject,
        expectedSha256: checksum,
        actualSha256,
        source: 'the registry index',
      })
    }
    await caps.files.writeAtomic(file, body)
    return ok(body)
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'cache-io', path: error.path, reason: error.message })
    throw error
  }
}
