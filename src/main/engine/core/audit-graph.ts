/**
 * All audits of one crate as edges between versions. The empty crate is the node Root, so that a full audit, a
 * wildcard, a trusted release and an exemption are all an edge from Root, and a delta is an edge between versions:
 * a package is vetted when a path leads from Root to its version. Nodes are numbered by version order with Root = 0,
 * which makes every comparison of the search a comparison of small numbers.
 * Source: cargo-vet 0.10.3 src/resolver.rs AuditGraph::build.
 */
import type { CrateName, VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import { criteriaSet, type CriteriaMapper, type CriteriaSet } from './criteria.ts'
import type {
  AuditEntry,
  AuditsFile,
  PublisherEntry,
  PublisherId,
  TrustedEntry,
  UnpublishedEntry,
  VetStore,
  WildcardAudit,
} from './store-model.ts'
import { sortedVersions } from './version.ts'

/**
 * Whose word an edge is; the indices point into the store's lists as they were. `importIndex` counts the imports in
 * byte order of their names, null is our own file. cargo-vet's preference among equals is the order of ORIGIN_RANK.
 */
export type EdgeOrigin =
  | { readonly kind: 'local-audit'; readonly auditIndex: number; readonly importable: boolean }
  | { readonly kind: 'imported-audit'; readonly importIndex: number; readonly auditIndex: number }
  | {
      readonly kind: 'wildcard'
      readonly importIndex: number | null
      readonly auditIndex: number
      readonly publisherIndex: number
    }
  | { readonly kind: 'trusted'; readonly publisherIndex: number; readonly trustedIndex: number }
  | { readonly kind: 'exemption'; readonly exemptionIndex: number }
  | { readonly kind: 'unpublished'; readonly unpublishedIndex: number }
  /** Only from the search mode `regenerate-exemptions`. */
  | { readonly kind: 'new-exemption'; readonly version: VetVersion }

/** `stale`: all of it is in the store. `fresh-publisher`: only the publisher row is new. `fresh`: the entry is new. */
export type Freshness = 'stale' | 'fresh-publisher' | 'fresh'

export interface AuditEdge {
  readonly from: number
  readonly to: number
  readonly criteria: CriteriaSet
  readonly origin: EdgeOrigin
  readonly freshness: Freshness
}

export interface AuditGraph {
  readonly crate: CrateName
  /** By node number, ascending; index 0 is null, the Root. */
  readonly versions: readonly (VetVersion | null)[]
  readonly numberOf: ReadonlyMap<VetVersion | null, number>
  readonly edges: readonly AuditEdge[]
  /** The edges by their `to` node: searches run from a version towards Root. */
  readonly backward: readonly (readonly AuditEdge[])[]
}

/** The edges by their `from` node. Made on demand: only failures and the inspector look this way. */
export function forwardEdges(graph: AuditGraph): readonly (readonly AuditEdge[])[] {
  const forward: AuditEdge[][] = graph.versions.map(() => [])
  for (const edge of graph.edges) forward[edge.from]?.push(edge)
  return forward
}

/** An entry that was fetched now and is not in imports.lock yet. Until there are online imports: nothing is. */
export type IsFresh = (entry: AuditEntry | WildcardAudit | PublisherEntry | UnpublishedEntry) => boolean

export const nothingIsFresh: IsFresh = () => false

/** One audits file as the solver sees it: an import, or our own (`importIndex` null). Imports come first, in order. */
export interface AuditSource {
  readonly importIndex: number | null
  readonly importName: string | null
  readonly file: AuditsFile
}

/** Imports in byte order of their names, then our own file: cargo-vet's order for audits and for conflicts. */
export function auditSources(store: VetStore): readonly AuditSource[] {
  const imports = [...store.imports.audits].map(([importName, file], importIndex) => ({
    importIndex,
    importName,
    file,
  }))
  return [...imports, { importIndex: null, importName: null, file: store.audits }]
}

/** What the edges of one crate are built from. `sources` may be shared between crates. */
export interface AuditGraphInput {
  readonly crate: CrateName
  readonly store: VetStore
  readonly sources: readonly AuditSource[]
  readonly mapper: CriteriaMapper
  /** Versions that must be nodes even when no edge touches them: those in use. */
  readonly targets: readonly VetVersion[]
  readonly isFresh: IsFresh
}

interface LooseEdge {
  readonly from: VetVersion | null
  readonly to: VetVersion
  readonly criteria: CriteriaSet
  readonly origin: EdgeOrigin
  readonly freshness: Freshness
}

/**
 * The audit graph of one crate; violations are not looked at (see violations.ts).
 * @failure criteria-unknown: an entry of this crate names an unknown criterion. cargo-vet panics there.
 */
export function buildAuditGraph(input: AuditGraphInput): Result<AuditGraph, Failure> {
  const edges: LooseEdge[] = []
  for (const collect of [collectAudits, collectPublished, collectUnpublished, collectExemptions]) {
    const collected = collect(input, edges)
    if (!collected.ok) return collected
  }
  return ok(numberNodes(input.crate, edges, input.targets))
}

/** True when a wildcard or trusted entry covers a release: same publisher, start <= when < end. */
export function coversRelease(
  entry: Pick<WildcardAudit | TrustedEntry, 'publisher' | 'start' | 'end'>,
  release: PublisherEntry,
): boolean {
  return samePublisher(entry.publisher, release.source) && entry.start <= release.when && release.when < entry.end
}

function samePublisher(id: PublisherId, source: PublisherEntry['source']): boolean {
  if (id.kind === 'user') return source.kind === 'user' && source.userId === id.userId
  return source.kind === 'trusted-publisher' && source.signature === id.signature
}

const freshIf = (isFresh: boolean): Freshness => (isFresh ? 'fresh' : 'stale')

function collectAudits(
  { crate, sources, mapper, isFresh }: AuditGraphInput,
  edges: LooseEdge[],
): Result<null, Failure> {
  // Entries read from one file share the list of their criteria where it is the same.
  let names: readonly string[] = []
  let criteria: CriteriaSet = 0n
  for (const { importIndex, importName, file } of sources) {
    const audits = file.audits.get(crate) ?? []
    for (let auditIndex = 0; auditIndex < audits.length; auditIndex++) {
      const audit = audits[auditIndex] as AuditEntry
      if (audit.kind.kind === 'violation') continue
      if (audit.criteria !== names) {
        const set = criteriaSet(mapper, audit.criteria, () => auditName(crate, importName))
        if (!set.ok) return set
        names = audit.criteria
        criteria = set.value
      }
      edges.push({
        from: audit.kind.kind === 'full' ? null : audit.kind.from,
        to: audit.kind.kind === 'full' ? audit.kind.version : audit.kind.to,
        criteria,
        origin:
          importIndex === null
            ? { kind: 'local-audit', auditIndex, importable: audit.importable }
            : { kind: 'imported-audit', importIndex, auditIndex },
        freshness: freshIf(isFresh(audit)),
      })
    }
  }
  return ok(null)
}

/** Releases whose publisher a wildcard audit or a trusted entry vouches for. */
function collectPublished(input: AuditGraphInput, edges: LooseEdge[]): Result<null, Failure> {
  const { crate, store, sources, mapper, isFresh } = input
  for (const [publisherIndex, release] of (store.imports.publisher.get(crate) ?? []).entries()) {
    for (const { importIndex, importName, file } of sources) {
      for (const [auditIndex, entry] of (file.wildcardAudits.get(crate) ?? []).entries()) {
        if (!coversRelease(entry, release)) continue
        const criteria = criteriaSet(mapper, entry.criteria, () => `wildcard ${auditName(crate, importName)}`)
        if (!criteria.ok) return criteria
        const origin: EdgeOrigin = { kind: 'wildcard', importIndex, auditIndex, publisherIndex }
        const freshness = isFresh(entry) ? 'fresh' : isFresh(release) ? 'fresh-publisher' : 'stale'
        edges.push({ from: null, to: release.version, criteria: criteria.value, origin, freshness })
      }
    }
    for (const [trustedIndex, entry] of (store.audits.trusted.get(crate) ?? []).entries()) {
      if (!coversRelease(entry, release)) continue
      const criteria = criteriaSet(mapper, entry.criteria, () => `trusted entry for ${crate}`)
      if (!criteria.ok) return criteria
      const origin: EdgeOrigin = { kind: 'trusted', publisherIndex, trustedIndex }
      edges.push({
        from: null,
        to: release.version,
        criteria: criteria.value,
        origin,
        freshness: freshIf(isFresh(release)),
      })
    }
  }
  return ok(null)
}

function collectUnpublished(
  { crate, store, mapper, isFresh }: AuditGraphInput,
  edges: LooseEdge[],
): Result<null, Failure> {
  for (const [unpublishedIndex, entry] of (store.imports.unpublished.get(crate) ?? []).entries()) {
    edges.push({
      from: entry.auditedAs,
      to: entry.version,
      criteria: mapper.all,
      origin: { kind: 'unpublished', unpublishedIndex },
      freshness: freshIf(isFresh(entry)),
    })
  }
  return ok(null)
}

function collectExemptions({ crate, store, mapper }: AuditGraphInput, edges: LooseEdge[]): Result<null, Failure> {
  for (const [exemptionIndex, entry] of (store.config.exemptions.get(crate) ?? []).entries()) {
    const criteria = criteriaSet(mapper, entry.criteria, () => `exemption for ${crate} ${entry.version}`)
    if (!criteria.ok) return criteria
    const origin: EdgeOrigin = { kind: 'exemption', exemptionIndex }
    edges.push({ from: null, to: entry.version, criteria: criteria.value, origin, freshness: 'stale' })
  }
  return ok(null)
}

function numberNodes(crate: CrateName, loose: readonly LooseEdge[], targets: readonly VetVersion[]): AuditGraph {
  const distinct = new Set<VetVersion>()
  for (const { from, to } of loose) {
    if (from !== null) distinct.add(from)
    distinct.add(to)
  }
  for (const target of targets) distinct.add(target)
  const versions: (VetVersion | null)[] = [null]
  const numberOf = new Map<VetVersion | null, number>([[null, 0]])
  const backward: AuditEdge[][] = [[]]
  for (const version of sortedVersions(distinct)) {
    numberOf.set(version, versions.length)
    versions.push(version)
    backward.push([])
  }
  const edges = loose.map(({ from, to, criteria, origin, freshness }): AuditEdge => {
    const edge = { from: numberOf.get(from) ?? 0, to: numberOf.get(to) ?? 0, criteria, origin, freshness }
    backward[edge.to]?.push(edge)
    return edge
  })
  return { crate, versions, numberOf, edges, backward }
}

function auditName(crate: CrateName, importName: string | null): string {
  return importName === null ? `audit of ${crate}` : `audit of ${crate} imported from ${importName}`
}
