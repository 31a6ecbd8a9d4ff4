/**
 * Local packages that are audited as if they came from the registry, at versions the registry does not have: which
 * published version stands for each. Stored entries stay, and one fresh entry is added for every package that is still
 * unpublished, also when an equal one is stored: the search then chooses between keeping and renewing.
 * Source: cargo-vet 0.10.3 src/storage.rs import_unpublished_entries.
 */
import { brand, type CrateName, type VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { compareText, withEntry } from './byte-order.ts'
import type { DepGraph, ListedPackage } from './dep-graph.ts'
import type { UnpublishedEntry } from './store-model.ts'
import { compareVetVersions, gitRevOf, parseVetVersion, semverOf } from './version.ts'

type UnpublishedTable = ReadonlyMap<CrateName, readonly UnpublishedEntry[]>

export interface LiveUnpublished {
  readonly unpublished: UnpublishedTable
  readonly fresh: ReadonlySet<UnpublishedEntry>
  /** Entries whose version is known to be unpublished now. Others may have been published since. */
  readonly stillUnpublished: ReadonlySet<UnpublishedEntry>
}

/** The crates whose versions the index must state, in cargo's order, each once. */
export function needsPublishedVersions(graph: DepGraph): CrateName[] {
  return [...new Set(localThirdParty(graph).map(p => p.name))]
}

/** Git versions need no entry: they are audited from any published version. */
function localThirdParty(graph: DepGraph): ListedPackage[] {
  return graph.packages.filter(p => !p.isCratesIo && p.isThirdParty && gitRevOf(p.version) === null)
}

/**
 * The table while online. `versionsOf` gives the published versions, yanked ones included; text that is no version is
 * left out. @failure crate-not-in-registry: a package that must be audited as published was never published
 */
export function liveUnpublished(
  graph: DepGraph,
  stored: UnpublishedTable,
  versionsOf: (crate: CrateName) => readonly string[],
): Result<LiveUnpublished, Failure> {
  let unpublished = stored
  const fresh = new Set<UnpublishedEntry>()
  const stillUnpublished = new Set<UnpublishedEntry>()
  for (const { name, version } of localThirdParty(graph)) {
    const auditedAs = standIn(version, versionsOf(name))
    if (auditedAs === null) return fail({ code: 'crate-not-in-registry', crate: name, version: null })
    if (auditedAs === version) continue
    const rows = unpublished.get(name) ?? []
    for (const row of rows) if (semverOf(row.version) === semverOf(version)) stillUnpublished.add(row)
    const added: UnpublishedEntry = { version, auditedAs }
    fresh.add(added)
    stillUnpublished.add(added)
    unpublished = withEntry(unpublished, name, [...rows, added])
  }
  return ok({ unpublished, fresh, stillUnpublished })
}

/** The greatest published version up to `version`, else the smallest above; null when none is published. */
function standIn(version: VetVersion, published: readonly string[]): VetVersion | null {
  let below: VetVersion | null = null
  let above: VetVersion | null = null
  for (const text of published) {
    const parsed = parseVetVersion(text)
    if (!parsed.ok || gitRevOf(parsed.value) !== null) continue
    const candidate = parsed.value
    if (compareVetVersions(candidate, version) <= 0) {
      if (below === null || compareVetVersions(candidate, below) > 0) below = candidate
    } else if (above === null || compareVetVersions(candidate, above) < 0) above = candidate
  }
  return below ?? above
}

/** The crates of `entries` that have since been published, in byte order: `regenerate unpublished` would drop them. */
export function sincePublished(
  entries: UnpublishedTable,
  stillUnpublished: ReadonlySet<UnpublishedEntry>,
): CrateName[] {
  const crates = [...entries].filter(([, rows]) => rows.some(row => !stillUnpublished.has(row))).map(([crate]) => crate)
  return crates.map(crate => brand<'CrateName'>(crate)).sort(compareText)
}

/**
 * What `regenerate unpublished` starts from: only what the registry says now, and as if it had been stored. The caller
 * then treats no unpublished entry as fresh.
 */
export function onlyFreshUnpublished(
  table: UnpublishedTable,
  isFresh: (row: UnpublishedEntry) => boolean,
): UnpublishedTable {
  return new Map([...table].map(([crate, rows]) => [crate, rows.filter(isFresh)]))
}
