/**
 * The order cargo-vet gives the entries of one crate before it writes a file: one comparator per table, each the
 * Rust type's own order. Absent sorts before present, lists compare element by element, sorting is stable.
 * PARITY cargo-vet 0.10.3 src/format.rs Ord of each entry, src/serialization.rs Tidyable.
 */
import { compareLists, compareText, sortedMap } from '../core/byte-order.ts'
import type {
  AuditEntry,
  AuditKind,
  Exemption,
  PublisherEntry,
  PublisherId,
  TrustedEntry,
  UnpublishedEntry,
  WildcardAudit,
} from '../core/store-model.ts'
import { compareVetVersions } from '../core/version.ts'

/** The map with keys in byte order, each list sorted, empty lists left out. */
export function tidyMap<K extends string, E>(
  map: ReadonlyMap<K, readonly E[]>,
  compare: (a: E, b: E) => number,
): ReadonlyMap<K, readonly E[]> {
  const entries: [K, readonly E[]][] = []
  for (const [key, list] of map) if (list.length > 0) entries.push([key, list.toSorted(compare)])
  return sortedMap(entries)
}

const compareOptional = (a: string | null, b: string | null): number =>
  a === null || b === null ? Number(a !== null) - Number(b !== null) : compareText(a, b)
const compareBigint = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

const KIND_RANK = { full: 0, delta: 1, violation: 2 } as const

function compareKinds(a: AuditKind, b: AuditKind): number {
  if (a.kind === 'full' && b.kind === 'full') return compareVetVersions(a.version, b.version)
  if (a.kind === 'delta' && b.kind === 'delta')
    return compareVetVersions(a.from, b.from) || compareVetVersions(a.to, b.to)
  if (a.kind === 'violation' && b.kind === 'violation') return compareText(a.range, b.range)
  return KIND_RANK[a.kind] - KIND_RANK[b.kind]
}

/** Kind, criteria, who, notes. `importable` and `aggregated-from` take no part, so ties keep the file's order. */
export function compareAudits(a: AuditEntry, b: AuditEntry): number {
  return (
    compareKinds(a.kind, b.kind) ||
    compareLists(a.criteria, b.criteria) ||
    compareLists(a.who, b.who) ||
    compareOptional(a.notes, b.notes)
  )
}

function comparePublisherIds(a: PublisherId, b: PublisherId): number {
  if (a.kind === 'user') return b.kind === 'user' ? compareBigint(a.userId, b.userId) : -1
  return b.kind === 'user' ? 1 : compareText(a.signature, b.signature)
}

const compareRenew = (a: boolean | null, b: boolean | null): number =>
  (a === null ? 0 : a ? 2 : 1) - (b === null ? 0 : b ? 2 : 1)

/** Who comes first, unlike audits. */
export function compareWildcards(a: WildcardAudit, b: WildcardAudit): number {
  return (
    compareLists(a.who, b.who) ||
    compareLists(a.criteria, b.criteria) ||
    comparePublisherIds(a.publisher, b.publisher) ||
    compareText(a.start, b.start) ||
    compareText(a.end, b.end) ||
    compareRenew(a.renew, b.renew) ||
    compareOptional(a.notes, b.notes) ||
    compareLists(a.aggregatedFrom, b.aggregatedFrom)
  )
}

export function compareTrusted(a: TrustedEntry, b: TrustedEntry): number {
  return (
    compareLists(a.criteria, b.criteria) ||
    comparePublisherIds(a.publisher, b.publisher) ||
    compareText(a.start, b.start) ||
    compareText(a.end, b.end) ||
    compareOptional(a.notes, b.notes) ||
    compareLists(a.aggregatedFrom, b.aggregatedFrom)
  )
}

export function compareExemptions(a: Exemption, b: Exemption): number {
  return (
    compareVetVersions(a.version, b.version) ||
    compareLists(a.criteria, b.criteria) ||
    Number(a.suggest) - Number(b.suggest) ||
    compareOptional(a.notes, b.notes)
  )
}

export function compareUnpublished(a: UnpublishedEntry, b: UnpublishedEntry): number {
  return compareVetVersions(a.version, b.version) || compareVetVersions(a.auditedAs, b.auditedAs)
}

export function comparePublishers(a: PublisherEntry, b: PublisherEntry): number {
  const order = compareVetVersions(a.version, b.version) || compareText(a.when, b.when)
  if (order !== 0) return order
  if (a.source.kind === 'user' && b.source.kind === 'user')
    return (
      compareBigint(a.source.userId, b.source.userId) ||
      compareText(a.source.login, b.source.login) ||
      compareOptional(a.source.name, b.source.name)
    )
  return comparePublisherIds(a.source, b.source)
}
