/**
 * What changed about where a crate says it comes from: another repository, or another folder of the same one, than the
 * version before. A package that moves is ordinary; one that moves into a place of somebody else's is how an attack
 * would look. Pure. What is not known of the earlier version is left unknown: it is never taken for "nothing changed".
 * Source: provenance.md 2.1 rule 6, 5.1.
 */
import type { EarlierVersion, ProvenanceRecord, Reason } from '../../../shared/provenance.ts'
import type { VetVersion } from '../../../shared/domain.ts'
import { compareVetVersions, parseVetVersion } from '../core/version.ts'
import { orderReasons, reasonOf } from './reasons.ts'

export const REPOSITORY_CHANGED = 'repository-changed'
export const PACKAGE_MOVED = 'package-moved'
/** Reasons that depend on what is known about other versions, so that they are found anew whenever a record is read. */
export const SINCE_EARLIER: ReadonlySet<string> = new Set([REPOSITORY_CHANGED, PACKAGE_MOVED])

export interface PublishedVersion {
  readonly version: string
  readonly publishedAt: string | null
  readonly yanked: boolean
}

/** Where a version says it comes from. */
export type Origin = NonNullable<EarlierVersion['known']>
export interface DatedOrigin extends Origin {
  readonly publishedAt: string | null
}

/** Its archive's own word; the folder as it was found where the archive does not name it. */
export function originOf({ version, claim, path }: Pick<ProvenanceRecord, 'version' | 'claim' | 'path'>): Origin {
  return { version, repository: claim.repository.url, path: claim.path ?? path }
}

/**
 * The greatest version below this one that was there before it; one that was yanked only when there is no other, so
 * that a change cannot hide behind a version that was up for an hour. Null: none, or the version is not understood.
 */
export function publishedBefore(all: readonly PublishedVersion[], version: string): PublishedVersion | null {
  const own = all.find(one => one.version === version)?.publishedAt ?? null
  const of = { version, publishedAt: own }
  return nearestBelow(all, of, one => !one.yanked) ?? nearestBelow(all, of, () => true)
}

/** The nearest of the earlier versions whose origin is known here; null: none is. */
export function nearestOrigin(
  known: readonly DatedOrigin[],
  of: { readonly version: string; readonly publishedAt: string | null },
): Origin | null {
  const nearest = nearestBelow(known, of, () => true)
  return nearest === null ? null : { version: nearest.version, repository: nearest.repository, path: nearest.path }
}

/** The greatest below, of equal ones the first. Build metadata takes part in the order, as in the index. */
function nearestBelow<T extends { readonly version: string; readonly publishedAt: string | null }>(
  all: readonly T[],
  of: { readonly version: string; readonly publishedAt: string | null },
  isWanted: (one: T) => boolean,
): T | null {
  const own = parsedVersion(of.version)
  let nearest: { readonly one: T; readonly at: VetVersion } | null = null
  if (own === null) return null
  for (const one of all) {
    if (!isWanted(one)) continue
    const at = parsedVersion(one.version)
    if (at === null || compareVetVersions(at, own) >= 0) continue
    if (nearest !== null && compareVetVersions(at, nearest.at) <= 0) continue
    if (!isLater(one.publishedAt, of.publishedAt)) nearest = { one, at }
  }
  return nearest?.one ?? null
}

/** An index entry has hundreds of versions, and each check of one goes through all of them. */
const parsedVersions = new Map<string, VetVersion | null>()
const MAX_PARSED = 20_000

function parsedVersion(text: string): VetVersion | null {
  const known = parsedVersions.get(text)
  if (known !== undefined) return known
  const parsed = parseVetVersion(text)
  const value = parsed.ok ? parsed.value : null
  if (parsedVersions.size >= MAX_PARSED) parsedVersions.clear()
  parsedVersions.set(text, value)
  return value
}

const isLater = (a: string | null, b: string | null): boolean =>
  a !== null && b !== null && Date.parse(a) > Date.parse(b)

/** The record with what is known now about the versions before it. */
export function withEarlier(record: ProvenanceRecord, others: readonly DatedOrigin[]): ProvenanceRecord {
  const stored = record.earlier?.known ?? null
  // What was read of an archive at the time of the check counts where nothing nearer was checked since.
  const all = [...others, ...(stored === null ? [] : [{ ...stored, publishedAt: null }])]
  const known = nearestOrigin(all, record)
  if (known === null && record.earlier === undefined) return record
  const told = record.reasons.filter(reason => !SINCE_EARLIER.has(reason.code))
  return {
    ...record,
    earlier: { published: record.earlier?.published ?? null, known },
    reasons: [...orderReasons([...told, ...changesSince(originOf(record), known)])],
  }
}

/** What changed since `earlier`; nothing is told of what one of both does not say. */
export function changesSince(now: Origin, earlier: Origin | null): readonly Reason[] {
  if (earlier === null || earlier.repository === null) return []
  const { version } = earlier
  if (now.repository === null) {
    const text = `Version ${version} named the repository ${earlier.repository}; this one names none.`
    return [reasonOf('warning', REPOSITORY_CHANGED, text)]
  }
  if (!isSameRepository(now.repository, earlier.repository)) {
    const text = `The repository is another one than that of version ${version}: ${now.repository} instead of ${earlier.repository}.`
    return [reasonOf('warning', REPOSITORY_CHANGED, text)]
  }
  if (now.path === null || earlier.path === null || now.path === earlier.path) return []
  const text = `The package lies ${placed(now.path)}, that of version ${version} ${placed(earlier.path)}.`
  return [
    reasonOf(
      'warning',
      PACKAGE_MOVED,
      text,
      [now.path, earlier.path].filter(path => path !== ''),
    ),
  ]
}

const placed = (path: string): string => (path === '' ? 'at the root' : `in ${JSON.stringify(path.slice(0, 200))}`)

/** Forges that take owner and name in any case. */
const ANY_CASE = /^https:\/\/(github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)\//

function isSameRepository(a: string, b: string): boolean {
  return a === b || (ANY_CASE.test(a) && a.toLowerCase() === b.toLowerCase())
}
