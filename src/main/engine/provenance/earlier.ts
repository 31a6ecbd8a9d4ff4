/**
 * What changed about where a crate says it comes from: another repository, or another folder of the same one, than the
 * version before. A package that moves is ordinary; one that moves into a place of somebody else's is how an attack
 * would look. Pure. What is not known of the earlier version is left unknown: it is never taken for "nothing changed".
 * Source: provenance.md 2.1 rule 6, 5.1.
 */
import type { EarlierVersion, ProvenanceRecord, Reason } from '../../../shared/provenance.ts'
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
  const lower = below(all, { version, publishedAt: own })
  return lower.find(one => !one.yanked) ?? lower[0] ?? null
}

/** The nearest of the earlier versions whose origin is known here; null: none is. */
export function nearestOrigin(
  known: readonly DatedOrigin[],
  of: { readonly version: string; readonly publishedAt: string | null },
): Origin | null {
  const nearest = below(known, of)[0]
  return nearest === undefined ? null : { version: nearest.version, repository: nearest.repository, path: nearest.path }
}

/** Greatest first. Build metadata takes part in the order, as in the index. */
function below<T extends { readonly version: string; readonly publishedAt: string | null }>(
  all: readonly T[],
  of: { readonly version: string; readonly publishedAt: string | null },
): readonly T[] {
  const own = parseVetVersion(of.version)
  if (!own.ok) return []
  return all
    .flatMap(one => {
      const parsed = parseVetVersion(one.version)
      const isBelow = parsed.ok && compareVetVersions(parsed.value, own.value) < 0
      return isBelow && !isLater(one.publishedAt, of.publishedAt) ? [{ one, at: parsed.value }] : []
    })
    .sort((a, b) => compareVetVersions(b.at, a.at))
    .map(({ one }) => one)
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
