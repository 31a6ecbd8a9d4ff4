/**
 * What the advisories say about a lock file, as `cargo audit` reports it: vulnerabilities, and warnings by kind. Packages
 * of the default registry only. Order: that of the lock file, for one package by id.
 * Source: rustsec 0.33.0 src/report.rs, cargo-audit 0.22.2 src/auditor.rs.
 */
import { advisoriesOf, nearestFixed, unreadOf, type Advisories, type Advisory } from './advisories.ts'
import { isCratesIo } from './dep-graph.ts'
import { parseVetVersion } from './version.ts'
import type { VetVersion } from '../../../shared/domain.ts'

export interface LockedPackage {
  readonly name: string
  readonly version: string
  readonly source: string | null
}

export interface LockFinding<P extends LockedPackage = LockedPackage> {
  readonly package: P
  readonly advisory: Advisory
  /** The nearest published version that nothing hits; null when none is known. */
  readonly fixedBy: VetVersion | null
}

export interface LockReport<P extends LockedPackage = LockedPackage> {
  /** All packages of the file, those that are not from the registry included. */
  readonly packageCount: number
  readonly vulnerabilities: readonly LockFinding<P>[]
  readonly warnings: Readonly<Record<'notice' | 'unmaintained' | 'unsound', readonly LockFinding<P>[]>>
  readonly yanked: readonly P[]
  /** Packages of which nobody could say whether they were yanked. */
  readonly yankedUnknown: readonly P[]
  /** Packages about which a file of the database could not be read, or whose version is none. */
  readonly unsure: readonly { readonly package: P; readonly reason: string }[]
}

/** What the registry says of one release; null: not known. */
export type PublishedOf = (crate: string) => readonly { readonly version: string; readonly yanked: boolean }[] | null

/** `yanked` false leaves that question out altogether. */
export function auditLock<P extends LockedPackage>(
  packages: readonly P[],
  advisories: Advisories,
  publishedOf: PublishedOf,
  options: { readonly yanked: boolean },
): LockReport<P> {
  const findings: LockFinding<P>[] = []
  const yanked: P[] = []
  const yankedUnknown: P[] = []
  const unsure: { package: P; reason: string }[] = []
  for (const one of packages) {
    // cargo writes the default registry's git address, whichever protocol it uses; no other matches an advisory.
    if (!isCratesIo(one.source)) continue
    for (const problem of unreadOf(advisories, one.name))
      unsure.push({ package: one, reason: `${problem.path}: ${problem.reason}` })
    const version = parseVetVersion(one.version)
    if (!version.ok) {
      unsure.push({ package: one, reason: version.error })
      continue
    }
    const published = publishedOf(one.name)
    const hits = advisoriesOf(advisories, one.name, version.value)
    const known = (advisories.byCrate.get(one.name) ?? []).filter(
      a => a.withdrawn === null && a.kind === 'vulnerability',
    )
    const fixedBy = published === null || hits.length === 0 ? null : nearestFixed(known, version.value, published)
    findings.push(...hits.map(advisory => ({ package: one, advisory, fixedBy: isFixable(advisory) ? fixedBy : null })))
    if (!options.yanked) continue
    const release = published?.find(p => p.version === one.version)
    if (release === undefined) yankedUnknown.push(one)
    else if (release.yanked) yanked.push(one)
  }
  const ofKind = (kind: Advisory['kind']) => findings.filter(found => found.advisory.kind === kind)
  return {
    packageCount: packages.length,
    vulnerabilities: ofKind('vulnerability'),
    warnings: { notice: ofKind('notice'), unmaintained: ofKind('unmaintained'), unsound: ofKind('unsound') },
    ...{ yanked, yankedUnknown, unsure },
  }
}

/** Another version helps against a hole; nobody's version helps against a crate that is not looked after. */
const isFixable = (advisory: Advisory): boolean => advisory.patched.length > 0
