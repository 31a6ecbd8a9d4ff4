/**
 * What checking needs from the world: archives and index lines from the registry, mirrors of repositories, kept records.
 * One is opened per run and closed at its end; archives, index and mirrors stay in the cache folder.
 */
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import type { EarlierVersion, ProvenanceRecord } from '../../../shared/provenance.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { openCache } from '../cache.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { gitVersion } from '../io/git.ts'
import { readRegistryConfig } from '../io/registry-config.ts'
import { openRegistry, type Registry } from '../io/registry.ts'
import { checkCrate, type CheckDeps } from '../provenance/check.ts'
import { readClaim } from '../provenance/claim.ts'
import { publishedBefore } from '../provenance/earlier.ts'
import { readIndexFacts } from '../provenance/index-facts.ts'
import { openMirrors, type Mirrors } from '../provenance/mirror.ts'
import { parseInsteadOf, type RedirectRule } from '../../../shared/redirects.ts'
import { withArchive, withinStated } from './archive-budget.ts'
import { createByteBudget, type ByteBudget } from './byte-budget.ts'
import { openProvenanceResults, type ProvenanceResults } from './provenance-results.ts'
import { versionKey, type CheckLevel, type CheckOne, type WantedVersion } from './provenance-run.ts'

export interface SourceOptions {
  /** Where cargo's configuration counts from. */
  readonly root: AbsolutePath
  /** sha256 by `name@version`. */
  readonly lockChecksums: ReadonlyMap<string, string>
  readonly vetCacheDir: AbsolutePath | null
  readonly offline: boolean
  /** Ask the servers of repositories in any case. */
  readonly refresh: boolean
  /** The setting beside ASSAY_GIT_INSTEAD_OF; empty: none. */
  readonly redirects: string
  readonly parallel: number
  /**
   * Where git object ids agree, also compare the bytes themselves, which a made-up sha1 could not pass; the record says
   * which it was. Costs as much again, so long lists do without. A rebuild always does.
   */
  readonly compareBytes: boolean
}

export interface ProvenanceSources extends CheckOne {
  readonly registry: Registry
  readonly mirrors: Mirrors
  readonly results: ProvenanceResults
  close(): Promise<void>
}

/** Of one mirror on disk. */
const MAX_MIRROR_BYTES = 4 * 2 ** 30
const FETCHES_AT_ONCE = 4
/** Of all archives that are checked at the moment; the larger ones wait for each other. */
const MAX_UNPACKED_BYTES = 12 << 20

/** @failure registry-config, unsupported, request-invalid (redirects that are none) */
export async function openProvenanceSources(
  caps: Capabilities,
  options: SourceOptions,
): Promise<Result<ProvenanceSources, Failure>> {
  const redirects = readRedirects(caps, options.redirects)
  if (!redirects.ok) return redirects
  const config = await readRegistryConfig(caps, options.root)
  if (!config.ok) return config
  const { offline, lockChecksums, vetCacheDir } = options
  const cache = openCache(caps)
  const registry = openRegistry(caps, cache, config.value, { offline, lockChecksums, vetCacheDir })
  const results = openProvenanceResults(caps)
  const mirrors = openMirrors(caps, {
    redirects: redirects.value,
    offline,
    maxBytes: MAX_MIRROR_BYTES,
    maxParallel: FETCHES_AT_ONCE,
  })
  const budget = createByteBudget(MAX_UNPACKED_BYTES)
  // Asked while nothing else is done, and while this process is small: starting a child copies its page tables.
  const git = gitVersion(caps, new AbortController().signal).then(
    version => (version.ok ? version.value : null),
    () => null,
  )
  const deps = checkDeps(caps, { registry, mirrors, results }, git)
  /** Of versions whose checksum was asked for, until they are checked. */
  const lines = new Map<string, Result<string, Failure>>()
  return ok({
    registry,
    mirrors,
    results,
    async checksum(wanted, run) {
      const { crate, version } = wanted
      const known = registry.known(crate, version)?.checksum ?? lockChecksums.get(versionKey(wanted))
      if (known !== undefined) return known
      const line = await registry.indexLine(crate, version, run)
      lines.set(versionKey(wanted), line)
      return line.ok ? (readIndexFacts(line.value)?.checksum ?? null) : null
    },
    async check(wanted, level, run) {
      const key = versionKey(wanted)
      const line = lines.get(key) ?? null
      lines.delete(key)
      return checkOne(
        await deps,
        budget,
        registry,
        { ...wanted, line },
        { level, refresh: options.refresh, compareBytes: options.compareBytes || level === 'rebuild' },
        run,
      )
    },
    async close() {
      await mirrors.close()
      results.close()
      cache.close()
    },
  })
}

function readRedirects(caps: Capabilities, setting: string): Result<readonly RedirectRule[], Failure> {
  const rules: RedirectRule[] = []
  // Of rules for the same prefix the last counts: what this run was started with.
  const texts = [
    ['the setting for repository addresses', setting],
    ['ASSAY_GIT_INSTEAD_OF', caps.host.env['ASSAY_GIT_INSTEAD_OF'] ?? ''],
  ] as const
  for (const [call, text] of texts) {
    const parsed = parseInsteadOf(text)
    if (!parsed.ok) return fail({ code: 'request-invalid', call, reason: parsed.error })
    rules.push(...parsed.value)
  }
  return ok(rules)
}

async function checkDeps(
  caps: Capabilities,
  { registry, mirrors, results }: { registry: Registry; mirrors: Mirrors; results: ProvenanceResults },
  git: Promise<string | null>,
): Promise<CheckDeps & { readonly results: ProvenanceResults }> {
  return {
    ...{ caps, mirrors, results },
    lookup: (crate, version) => registry.known(crate, version),
    async prepareLookup(packages, during) {
      const missing = new Set(packages.filter(p => registry.known(p.crate, p.version) === null).map(p => p.crate))
      await Promise.all([...missing].map(crate => registry.versions(crate, during)))
    },
    firstTag: (crate, version) => results.asMade(crate, version)?.tag ?? null,
    namedRepositories: () =>
      results.all().flatMap(({ crate, origin }) => {
        const repository = origin?.repository ?? null
        return repository === null ? [] : [{ crate, repository }]
      }),
    versions: { git: await git, assay: caps.host.version },
    compareBytes: true,
  }
}

/** What is known of the version before without opening its archive; `bytes` of that when it has to be opened. */
interface Before {
  readonly published: string | null
  readonly bytes: Uint8Array | null
}

/**
 * The version before, by what is stored of the index, and its archive when that is on this machine: nothing is
 * downloaded for that. What was checked here is known by its record, so its archive is not needed.
 */
async function beforeOf(
  { registry, results }: { readonly registry: Registry; readonly results: ProvenanceResults },
  { crate, version }: WantedVersion,
): Promise<Before> {
  const before = publishedBefore(registry.stored(crate) ?? [], version)
  if (before === null) return { published: null, bytes: null }
  const published = before.version
  if (results.asMade(crate, published) !== null) return { published, bytes: null }
  return { published, bytes: await registry.archiveHere(crate, published) }
}

/** Where the version before says it comes from. It has its place in the budget when this returns. */
async function earlierOf(
  budget: ByteBudget,
  crate: string,
  { published, bytes }: Before,
  run: Run,
): Promise<EarlierVersion> {
  if (published === null || bytes === null) return { published, known: null }
  const known = await withinStated(
    budget,
    { crate, version: published, bytes },
    run.signal,
    ({ files, isReadable }) => {
      const { repository, path } = readClaim(files)
      return Promise.resolve(isReadable ? { version: published, repository: repository.url, path } : null)
    },
  )
  return { published, known }
}

async function checkOne(
  deps: CheckDeps & { readonly results: ProvenanceResults },
  budget: ByteBudget,
  registry: Registry,
  { crate, version, line: asked }: WantedVersion & { readonly line: Result<string, Failure> | null },
  wish: { readonly level: CheckLevel; readonly refresh: boolean; readonly compareBytes: boolean },
  run: Run,
): Promise<Result<ProvenanceRecord, Failure>> {
  const archive = await registry.archive(crate, version, run)
  if (!archive.ok) return archive
  const { bytes, checksum } = archive.value
  // Found while the archive is unpacked, in other threads.
  const asking = asked === null ? registry.indexLine(crate, version, run) : Promise.resolve(asked)
  asking.catch(() => undefined) // told where it is awaited
  const before = await beforeOf({ registry, results: deps.results }, { crate, version })
  // NOTE: before the archive itself, which is held until this is there: no two checks can wait for each other.
  const looking = earlierOf(budget, crate, before, run)
  looking.catch(() => undefined)
  return ok(
    await withArchive(budget, { crate, version, bytes }, run.signal, async opened => {
      const [line, earlier] = [await asking, await looking]
      const index = line.ok ? readIndexFacts(line.value) : null
      const { level, refresh } = wish
      const input = { crate, version, archive: bytes, archiveSha256: checksum, opened, index, earlier, level, refresh }
      return checkCrate({ ...deps, compareBytes: wish.compareBytes }, input, run)
    }),
  )
}
