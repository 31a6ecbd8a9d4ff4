/**
 * Why a package passes or fails, for the inspector: the edges that lead to it and who vouches for each, the gap, the
 * exemptions it rests on, and every audit of the crate. Built from a verdict; nothing is resolved again.
 * The path shown is that of the criterion that is hardest to meet: the first missing one, else the highest required.
 */
import { brand, type CrateName, type CriteriaName, type Delta, type VetVersion } from '../../../shared/domain.ts'
import { forwardEdges, type AuditEdge, type AuditGraph } from './audit-graph.ts'
import { indicesOf, minimalIndices, minimalNames, type CriteriaMapper } from './criteria.ts'
import type { DepGraph, PackageIdx } from './dep-graph.ts'
import type { PackageOutcome, ResolveReport } from './resolve.ts'
import { reachableFromRoot, searchPath, type PathStep } from './search.ts'
import { sortShortList } from './short-list.ts'
import type { AuditEntry, PublisherEntry, PublisherId, VetStore } from './store-model.ts'
import { dependentNames } from './suggest.ts'
import { compareVetVersions } from './version.ts'

/** Stands where a violation has no version, so that every row has the same shape; never shown. */
const NO_VERSION = brand<'VetVersion'>('0.0.0')

/** One step of an audit path with the words of the entry behind it. Has the shape of wire.ts `pathEdge`. */
export interface VouchedEdge {
  readonly from: VetVersion | null
  readonly to: VetVersion
  readonly kind: 'audit' | 'wildcard' | 'trusted' | 'exemption' | 'unpublished'
  readonly importName: string | null
  readonly who: readonly string[]
  readonly criteria: readonly string[]
  readonly notes: string | null
}

/** A wildcard audit or trusted publisher of a crate. Has the shape of wire.ts `vouchedPublisher`. */
export interface VouchedPublisher {
  readonly kind: 'wildcard' | 'trusted'
  readonly importName: string | null
  /** Who is vouched for, as imports.lock names them, else their number or signature. */
  readonly publisher: string
  /** Releases from this day until before that one. */
  readonly start: string
  readonly end: string
  readonly who: readonly string[]
  readonly criteria: readonly string[]
  readonly notes: string | null
}

export interface PackageInspection {
  readonly crate: CrateName
  readonly version: VetVersion
  readonly path: {
    /** From Root, in order. */
    readonly before: readonly VouchedEdge[]
    /** The reading that would close the gap; null when the package passes or nothing was suggested. */
    readonly missing: { readonly delta: Delta; readonly criteria: readonly CriteriaName[] } | null
    /** From the far side of the gap to the version in use. */
    readonly after: readonly VouchedEdge[]
  }
  readonly exemptions: readonly VouchedEdge[]
  /** Newest version first; violations sort by nothing but file order, at the end. */
  readonly audits: readonly {
    readonly edge: VouchedEdge
    readonly isViolation: boolean
    readonly range: string | null
  }[]
  /** Vouched for by who published it, in our files and the stored imports: nobody read these versions for that. */
  readonly publishers: readonly VouchedPublisher[]
  /** Names of direct dependents, shortest first. */
  readonly neededBy: readonly string[]
  /** Who published the version in use, when imports.lock knows. */
  readonly publisher: string | null
}

export interface InspectInput {
  readonly graph: DepGraph
  /** The one that `report` was made from: indices of entries point into it. */
  readonly store: VetStore
  readonly mapper: CriteriaMapper
  /** Either verdict; with the one for suggest an exempted package shows the gap behind its exemption. */
  readonly report: ResolveReport
  readonly idx: PackageIdx
  /** The reading to show in the gap, as chosen or the first candidate. */
  readonly gap: Delta | null
}

/** Null for a first-party package, which has no audits. */
export function inspectPackage(input: InspectInput): PackageInspection | null {
  const { graph, store, mapper, report, idx, gap } = input
  const node = graph.nodes[idx]
  const outcome = report.outcomes[idx]
  if (node === undefined || outcome === undefined || outcome === null) return null
  const failure = report.failures.find(f => f.idx === idx)
  const describe = (step: Pick<PathStep, 'from' | 'to' | 'origin'>) => vouchedEdge(store, node.name, step)
  const sides =
    failure === undefined || gap === null
      ? { before: passingPath(mapper, outcome, report, idx), after: [] }
      : sidesOfGap(outcome, indicesOf(failure.missing)[0] ?? 0, gap, node.version)
  return {
    crate: node.name,
    version: node.version,
    path: {
      before: sides.before.map(describe),
      missing:
        failure === undefined || gap === null ? null : { delta: gap, criteria: minimalNames(mapper, failure.missing) },
      after: sides.after.map(describe),
    },
    exemptions: exemptionsUsed(outcome).map(describe),
    audits: allAudits(store, node.name),
    publishers: allPublishers(store, node.name),
    neededBy: sortShortList(dependentNames(graph, idx)),
    publisher: publisherName(store.imports.publisher.get(node.name)?.find(row => row.version === node.version)),
  }
}

function passingPath(
  mapper: CriteriaMapper,
  outcome: PackageOutcome,
  report: ResolveReport,
  idx: PackageIdx,
): readonly PathStep[] {
  const hardest = minimalIndices(mapper, report.requirements[idx] ?? 0n).at(-1)
  const search = hardest === undefined ? undefined : outcome.searches.get(hardest)
  return search?.found === true ? search.path.toReversed() : []
}

/** The audited way to where the reading starts, and from where it ends to the version in use; Root first. */
function sidesOfGap(
  { audits }: PackageOutcome,
  criterion: number,
  gap: Delta,
  version: VetVersion,
): { readonly before: readonly PathStep[]; readonly after: readonly PathStep[] } {
  if (audits === null) return { before: [], after: [] }
  const before =
    gap.from === null || !audits.numberOf.has(gap.from)
      ? null
      : searchPath(audits, criterion, gap.from, 'prefer-exemptions')
  return {
    before: before?.found === true ? before.path.toReversed() : [],
    after: audits.numberOf.has(gap.to) ? shortestWay(audits, criterion, gap.to, version) : [],
  }
}

/** Fewest audited steps between two versions; empty when there is no way or nothing to go. */
function shortestWay(audits: AuditGraph, criterion: number, from: VetVersion, to: VetVersion): readonly PathStep[] {
  const start = audits.numberOf.get(from)
  const end = audits.numberOf.get(to)
  if (start === undefined || end === undefined) return []
  const forward = forwardEdges(audits)
  const cameBy = new Map<number, AuditEdge | null>([[start, null]])
  for (const [node] of cameBy) {
    for (const edge of forward[node] ?? []) {
      if (((edge.criteria >> BigInt(criterion)) & 1n) === 1n && !cameBy.has(edge.to)) cameBy.set(edge.to, edge) // grows while we walk
    }
  }
  const way: PathStep[] = []
  for (let edge = cameBy.get(end); edge !== undefined && edge !== null; edge = cameBy.get(edge.from)) {
    const target = audits.versions[edge.to]
    if (target === null || target === undefined) return []
    way.push({ from: audits.versions[edge.from] ?? null, to: target, origin: edge.origin, edge })
  }
  return way.reverse()
}

/** Versions of the crate that have the criterion now, ascending: what explain lists when the one in use has not. */
export function certifiedVersions(audits: AuditGraph, criterion: number): VetVersion[] {
  return reachableFromRoot(audits, criterion).flatMap(n => audits.versions[n] ?? [])
}

function exemptionsUsed(outcome: PackageOutcome): PathStep[] {
  const used = new Map<number, PathStep>()
  for (const search of outcome.searches.values()) {
    if (!search.found) continue
    for (const step of search.path) if (step.origin.kind === 'exemption') used.set(step.origin.exemptionIndex, step)
  }
  return [...used].sort(([a], [b]) => a - b).map(([, step]) => step)
}

/** The step with the words of the entry behind it. `store` is the one that the path was searched in. */
export function vouchedEdge(
  store: VetStore,
  crate: CrateName,
  { from, to, origin }: Pick<PathStep, 'from' | 'to' | 'origin'>,
): VouchedEdge {
  const base = { from, to, importName: null, who: [], criteria: [], notes: null }
  switch (origin.kind) {
    case 'local-audit':
      return withWords({ ...base, kind: 'audit' }, store.audits.audits.get(crate)?.[origin.auditIndex])
    case 'imported-audit': {
      const [importName, file] = importAt(store, origin.importIndex)
      return withWords({ ...base, kind: 'audit', importName }, file?.audits.get(crate)?.[origin.auditIndex])
    }
    case 'wildcard': {
      const [importName, file] =
        origin.importIndex === null ? [null, store.audits] : importAt(store, origin.importIndex)
      return withWords({ ...base, kind: 'wildcard', importName }, file?.wildcardAudits.get(crate)?.[origin.auditIndex])
    }
    case 'trusted': {
      const entry = store.audits.trusted.get(crate)?.[origin.trustedIndex]
      const publisher = publisherName(store.imports.publisher.get(crate)?.[origin.publisherIndex])
      return withWords({ ...base, kind: 'trusted' }, entry && { ...entry, who: publisher === null ? [] : [publisher] })
    }
    case 'exemption': {
      const entry = store.config.exemptions.get(crate)?.[origin.exemptionIndex]
      return withWords({ ...base, kind: 'exemption' }, entry && { ...entry, who: [] })
    }
    case 'unpublished':
    case 'new-exemption':
      return { ...base, kind: origin.kind === 'unpublished' ? 'unpublished' : 'exemption' }
  }
}

type Words = Pick<VouchedEdge, 'who' | 'criteria' | 'notes'>

function withWords(edge: VouchedEdge, words: Words | undefined): VouchedEdge {
  return words === undefined ? edge : { ...edge, who: words.who, criteria: words.criteria, notes: words.notes }
}

const importAt = (store: VetStore, index: number) => [...store.imports.audits][index] ?? ([null, undefined] as const)

function publisherName(row: PublisherEntry | undefined): string | null {
  if (row === undefined) return null
  return row.source.kind === 'user' ? (row.source.name ?? row.source.login) : row.source.signature
}

function allAudits(store: VetStore, crate: CrateName): PackageInspection['audits'] {
  const sources = [[null, store.audits] as const, ...store.imports.audits]
  const listed = sources.flatMap(([importName, file]) =>
    (file.audits.get(crate) ?? []).map(audit => listedAudit(importName, audit)),
  )
  return listed.sort(
    (a, b) => Number(a.isViolation) - Number(b.isViolation) || compareVetVersions(b.edge.to, a.edge.to),
  )
}

function allPublishers(store: VetStore, crate: CrateName): readonly VouchedPublisher[] {
  const rows = store.imports.publisher.get(crate) ?? []
  const nameOf = (id: PublisherId): string => {
    const isThat = ({ source }: PublisherEntry) =>
      source.kind === 'user'
        ? id.kind === 'user' && source.userId === id.userId
        : id.kind === 'trusted-publisher' && source.signature === id.signature
    return publisherName(rows.find(isThat)) ?? (id.kind === 'user' ? `user ${id.userId}` : id.signature)
  }
  const sources = [[null, store.audits] as const, ...store.imports.audits]
  return sources.flatMap(([importName, file]) => [
    ...(file.wildcardAudits.get(crate) ?? []).map(({ who, criteria, publisher, start, end, notes }) => ({
      ...{ kind: 'wildcard' as const, importName, publisher: nameOf(publisher) },
      ...{ start, end, who, criteria, notes },
    })),
    ...(file.trusted.get(crate) ?? []).map(({ criteria, publisher, start, end, notes }) => ({
      ...{ kind: 'trusted' as const, importName, publisher: nameOf(publisher) },
      ...{ start, end, who: [], criteria, notes },
    })),
  ])
}

function listedAudit(importName: string | null, audit: AuditEntry): PackageInspection['audits'][number] {
  const { who, criteria, notes, kind } = audit
  const words = { kind: 'audit' as const, importName, who, criteria, notes }
  switch (kind.kind) {
    case 'full':
      return { edge: { ...words, from: null, to: kind.version }, isViolation: false, range: null }
    case 'delta':
      return { edge: { ...words, from: kind.from, to: kind.to }, isViolation: false, range: null }
    case 'violation':
      // A violation has no version; the place is filled so that every row has the same shape.
      return { edge: { ...words, from: null, to: NO_VERSION }, isViolation: true, range: kind.range }
  }
}
