/** `assay advisories`: what the database says about a lock file. Reads; writes only the cache. */
import path from 'node:path'
import PQueue from 'p-queue'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { AdvisoryDatabaseInfo } from '../../../shared/risk.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { auditLock, type LockReport } from '../core/advisories-lock.ts'
import { openCache } from '../cache.ts'
import { lockChecksums, readCargoLock, type CargoLock, type LockPackage } from '../io/cargo-lock.ts'
import { locateWorkspace } from '../io/locate-workspace.ts'
import { readRegistryConfig } from '../io/registry-config.ts'
import { openRegistry, type IndexVersion } from '../io/registry.ts'
import { openAdvisories, openAdvisoryFolder } from './advisories-source.ts'

export interface AdvisoriesWish {
  /** A folder with the database; null: the fetched one. */
  readonly db: AbsolutePath | null
  /** Null: that of the workspace. */
  readonly lockFile: AbsolutePath | null
  readonly offline: boolean
  readonly refresh: boolean
  readonly yanked: boolean
}

export interface AdvisoriesAnswer {
  readonly lock: CargoLock
  readonly report: LockReport<LockPackage>
  readonly database: AdvisoryDatabaseInfo
}

/** Index files at once. */
const ASKED_AT_ONCE = 16

/** @failure lockfile codes, not-a-workspace, advisories-*, registry-config, offline (nothing in the cache) */
export async function advisoriesOfWorkspace(
  caps: Capabilities,
  options: { readonly path: AbsolutePath; readonly cacheDir: AbsolutePath | null },
  wish: AdvisoriesWish,
  run: Run,
): Promise<Result<AdvisoriesAnswer, Failure>> {
  const place = await lockPlace(caps, options.path, wish.lockFile)
  if (!place.ok) return place
  const lock = await readCargoLock(caps, place.value)
  if (!lock.ok) return lock
  const source =
    wish.db === null
      ? await openAdvisories(caps, { offline: wish.offline, refresh: wish.refresh, redirects: '' }, run)
      : await openAdvisoryFolder(caps, wish.db, run)
  if (!source.ok) return source
  const { advisories, info } = source.value
  const root = path.dirname(place.value) as AbsolutePath
  const published = await publishedVersions(caps, { ...options, root, lock: lock.value, wish }, run)
  if (!published.ok) return published
  const publishedOf = (crate: string) => published.value.get(crate) ?? null
  const report = auditLock(lock.value.packages, advisories, publishedOf, { yanked: wish.yanked })
  return ok({ lock: lock.value, report, database: info })
}

async function lockPlace(
  caps: Capabilities,
  at: AbsolutePath,
  given: AbsolutePath | null,
): Promise<Result<AbsolutePath, Failure>> {
  if (given !== null) return ok(given)
  const located = await locateWorkspace(caps, at)
  return located.ok ? ok(path.join(located.value.root, 'Cargo.lock') as AbsolutePath) : located
}

/** Of every crate of the file, as far as the registry answers; none at all when yanked ones are not asked for. */
async function publishedVersions(
  caps: Capabilities,
  input: {
    readonly root: AbsolutePath
    readonly cacheDir: AbsolutePath | null
    readonly lock: CargoLock
    readonly wish: AdvisoriesWish
  },
  run: Run,
): Promise<Result<ReadonlyMap<string, readonly IndexVersion[]>, Failure>> {
  const published = new Map<string, readonly IndexVersion[]>()
  if (!input.wish.yanked) return ok(published)
  const config = await readRegistryConfig(caps, input.root)
  if (!config.ok) return config
  const cache = openCache(caps)
  try {
    const registry = openRegistry(caps, cache, config.value, {
      offline: input.wish.offline,
      lockChecksums: lockChecksums(input.lock),
      vetCacheDir: input.cacheDir,
    })
    const crates = [...new Set(input.lock.packages.filter(p => p.source !== null).map(p => p.name))]
    const queue = new PQueue({ concurrency: ASKED_AT_ONCE })
    await queue.addAll(
      crates.map(crate => async () => {
        const versions = await registry.versions(crate, run)
        if (versions.ok) published.set(crate, versions.value)
      }),
    )
    return ok(published)
  } finally {
    cache.close()
  }
}
