/**
 * Who published which release, as far as the answer can depend on it: whose crates must be looked up when going online,
 * and what the rows of `publisher` become then. Rows are only looked up for crates that a wildcard audit or a trusted
 * entry names; all others have none while online, whatever imports.lock keeps.
 * Source: cargo-vet 0.10.3 src/storage.rs wildcard_audits_packages, import_publisher_versions.
 */
import type { CrateName, IsoDate, VetVersion } from '../../../shared/domain.ts'
import { compareText } from './byte-order.ts'
import type { DepGraph } from './dep-graph.ts'
import type { PublisherEntry, PublisherId, VetStore } from './store-model.ts'
import { compareVetVersions } from './version.ts'

/** A published version as the registry's web API states it. `source` is null when nobody we know published it. */
export interface Release {
  /** Plain semver. */
  readonly version: VetVersion
  /** The day of publication, UTC. */
  readonly createdAt: IsoDate
  readonly source: PublisherEntry['source'] | null
}

export interface LiveRows {
  /** In order of the versions. */
  readonly rows: readonly PublisherEntry[]
  /** Those of `rows` that are not in imports.lock yet. */
  readonly fresh: ReadonlySet<PublisherEntry>
}

/**
 * The crates whose publishers matter, in byte order: third-party packages that a wildcard audit (ours or, in
 * `store.imports`, a peer's as fetched now) or a trusted entry of ours names.
 */
export function needsPublishers(store: Pick<VetStore, 'audits' | 'imports'>, graph: DepGraph): CrateName[] {
  const relevant = new Set<CrateName>([
    ...store.audits.wildcardAudits.keys(),
    ...store.audits.trusted.keys(),
    ...[...store.imports.audits.values()].flatMap(file => [...file.wildcardAudits.keys()]),
  ])
  const wanted = graph.packages.filter(p => p.isThirdParty && relevant.has(p.name)).map(p => p.name)
  return [...new Set(wanted)].sort(compareText)
}

/** The rows of one crate. A row is fresh when `stored`, the crate's rows of imports.lock, has none for its version. */
export function livePublishers(stored: readonly PublisherEntry[], fetched: readonly Release[]): LiveRows {
  const known = new Set(stored.map(row => row.version))
  const rows = fetched
    .flatMap(({ version, createdAt, source }) => (source === null ? [] : [{ version, when: createdAt, source }]))
    .sort((a, b) => compareVetVersions(a.version, b.version))
  return { rows, fresh: new Set(rows.filter(row => !known.has(row.version))) }
}

/** What people type to name a publisher: the login, or the identity of trusted publishing. */
export function publisherName(source: PublisherEntry['source']): string {
  return source.kind === 'user' ? source.login : source.signature
}

/** For sentences: `NAME (login)`, or the identity. */
export function publisherText(source: PublisherEntry['source']): string {
  if (source.kind === 'trusted-publisher') return source.signature
  return source.name === null ? source.login : `${source.name} (${source.login})`
}

/** The identity that wildcard audits and trusted entries store. */
export function publisherIdOf(source: PublisherEntry['source']): PublisherId {
  return source.kind === 'user'
    ? { kind: 'user', userId: source.userId }
    : { kind: 'trusted-publisher', signature: source.signature }
}

/** One text per identity, for maps and comparisons. */
export function publisherKey(id: PublisherId | PublisherEntry['source']): string {
  return id.kind === 'user' ? `user ${id.userId}` : `trusted-publisher ${id.signature}`
}

/** The oldest release by the named publisher; the first of equally old ones. Null when there is none. */
export function earliestBy(rows: readonly PublisherEntry[], name: string): PublisherEntry | null {
  let earliest: PublisherEntry | null = null
  for (const row of rows) {
    if (publisherName(row.source) === name && (earliest === null || row.when < earliest.when)) earliest = row
  }
  return earliest
}
