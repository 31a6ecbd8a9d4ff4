/**
 * `provenance` without a window: which versions are meant, then the run. Needs no store and no cargo: a workspace is
 * what its Cargo.lock says. Nothing is printed here.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import type { ProvenanceRecord } from '../../../shared/provenance.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { compareVetVersions, parseVetVersion } from '../core/version.ts'
import { lockChecksums, readCargoLock, type CargoLock } from '../io/cargo-lock.ts'
import { locateWorkspace } from '../io/locate-workspace.ts'
import { DEFAULT_SOURCE_ID } from '../io/registry-config.ts'
import { openPreferences } from './preferences.ts'
import { openAccepted, type AcceptedList } from './provenance-accepted.ts'
import { readList } from './provenance-list.ts'
import { checkMany, type CheckLevel, type RunListener, type WantedVersion } from './provenance-run.ts'
import { openProvenanceSources, type ProvenanceSources } from './provenance-sources.ts'

/** Which versions: those of the workspace's Cargo.lock, one crate, or those that a file lists. */
export type ProvenanceTarget =
  | { readonly kind: 'workspace' }
  | { readonly kind: 'crate'; readonly crate: string; readonly version: string | null }
  | { readonly kind: 'file'; readonly file: AbsolutePath }

export interface ProvenanceWish {
  readonly target: ProvenanceTarget
  readonly level: CheckLevel
  readonly again: boolean
  /** Ask the servers of repositories even when our copies are newer than the publications. */
  readonly refresh: boolean
  readonly offline: boolean
  /** Null: a number that fits this machine. */
  readonly parallel: number | null
}

export interface PreparedProvenance {
  /** In the order asked for: Cargo.lock's, or the file's. */
  readonly wanted: readonly WantedVersion[]
  readonly accepted: AcceptedList
  check(listener: RunListener, run: Run): Promise<void>
  /** The kept record; null when that check did not end. */
  record(wanted: WantedVersion): ProvenanceRecord | null
  close(): Promise<void>
}

/** Most of a check is processor time of one thread; the rest waits for git and for reading. */
export const DEFAULT_PARALLEL = 4

/** @failure registry codes, lockfile codes, not-a-workspace (no Cargo.lock where one is needed), request-invalid (the file) */
export async function prepareProvenance(
  caps: Capabilities,
  /** `redirects`: absent, the user's setting. */
  options: { readonly path: AbsolutePath; readonly cacheDir: AbsolutePath | null; readonly redirects?: string },
  wish: ProvenanceWish,
  run: Run,
): Promise<Result<PreparedProvenance, Failure>> {
  const workspace = await readWorkspaceLock(caps, options.path, wish.target.kind === 'workspace')
  if (!workspace.ok) return workspace
  const { root, lock } = workspace.value
  const parallel = wish.parallel ?? DEFAULT_PARALLEL
  const sources = await openProvenanceSources(caps, {
    root,
    lockChecksums: lock === null ? new Map() : lockChecksums(lock),
    vetCacheDir: options.cacheDir,
    offline: wish.offline,
    refresh: wish.refresh,
    redirects: options.redirects ?? (await openPreferences(caps)).settings().gitInsteadOf ?? '',
    parallel,
    compareBytes: wish.target.kind === 'crate',
  })
  if (!sources.ok) return sources
  const wanted = await wantedVersions(caps, wish.target, lock, sources.value, run)
  if (!wanted.ok) {
    await sources.value.close()
    return wanted
  }
  const { results } = sources.value
  const again = wish.again || wish.refresh
  const runOptions = { level: wish.level, again, parallel, offline: wish.offline }
  return ok({
    wanted: wanted.value,
    accepted: await openAccepted(caps),
    check: (listener, during) =>
      checkMany(caps, sources.value, results, { wanted: wanted.value, options: runOptions }, listener, during),
    record: ({ crate, version }) => results.record(crate, version),
    close: () => sources.value.close(),
  })
}

async function readWorkspaceLock(
  caps: Capabilities,
  at: AbsolutePath,
  isNeeded: boolean,
): Promise<Result<{ readonly root: AbsolutePath; readonly lock: CargoLock | null }, Failure>> {
  const located = await locateWorkspace(caps, at)
  if (!located.ok) return isNeeded ? located : ok({ root: at, lock: null })
  const { root } = located.value
  const lock = await readCargoLock(caps, path.join(root, 'Cargo.lock') as AbsolutePath)
  if (lock.ok) return ok({ root, lock: lock.value })
  return isNeeded ? lock : ok({ root, lock: null })
}

function wantedVersions(
  caps: Capabilities,
  target: ProvenanceTarget,
  lock: CargoLock | null,
  sources: ProvenanceSources,
  run: Run,
): Promise<Result<readonly WantedVersion[], Failure>> {
  switch (target.kind) {
    case 'workspace':
      return Promise.resolve(ok(registryPackages(lock)))
    case 'file':
      return readList(caps, target.file)
    case 'crate':
      return versionsOf(target, lock, sources, run)
  }
}

/** Packages that come from the default registry: only these have an archive and an index line. */
function registryPackages(lock: CargoLock | null): readonly WantedVersion[] {
  const packages = lock?.packages.filter(p => p.source === DEFAULT_SOURCE_ID) ?? []
  return packages.map(({ name, version }) => ({ crate: name, version }))
}

/** Without a version: those that the workspace uses, else the newest release that was not yanked. */
async function versionsOf(
  { crate, version }: Extract<ProvenanceTarget, { kind: 'crate' }>,
  lock: CargoLock | null,
  { registry }: ProvenanceSources,
  run: Run,
): Promise<Result<readonly WantedVersion[], Failure>> {
  if (version !== null) return ok([{ crate, version }])
  const used = registryPackages(lock).filter(p => p.crate === crate)
  if (used.length > 0) return ok(used)
  const known = await registry.versions(crate, run)
  if (!known.ok) return known
  const newest = newestRelease(known.value.filter(v => !v.yanked).map(v => v.version))
  const any = newest ?? newestRelease(known.value.map(v => v.version)) ?? known.value.at(-1)?.version
  return any === undefined
    ? fail({ code: 'crate-not-in-registry', crate, version: null })
    : ok([{ crate, version: any }])
}

function newestRelease(versions: readonly string[]): string | null {
  const releases = versions
    .filter(text => !text.replace(/\+.*$/, '').includes('-'))
    .map(parseVetVersion)
    .flatMap(parsed => (parsed.ok ? [parsed.value] : []))
  return releases.sort(compareVetVersions).at(-1) ?? null
}
