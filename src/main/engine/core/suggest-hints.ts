/**
 * What stands beside a suggested reading in the report for people: who published the release, whom one might trust
 * instead of reading, and which known peers have audited it already. JSON has none of this.
 * Source: cargo-vet 0.10.3 src/resolver.rs compute_suggest.
 */
import type { DiffStat, VetVersion } from '../../../shared/domain.ts'
import { linesOf } from '../../../shared/domain.ts'
import { auditSources, type IsFresh } from './audit-graph.ts'
import { compareText } from './byte-order.ts'
import { indicesOf, type CriteriaMapper } from './criteria.ts'
import { publisherKey, publisherName, type Release } from './publishers.ts'
import { crateFacts, type FailedPackage, type ResolveReport } from './resolve.ts'
import { searchPath, type SearchResult } from './search.ts'
import type { AuditsFile, PublisherEntry, VetStore } from './store-model.ts'
import { planCandidates, type CandidatePlan, type SuggestItem } from './suggest.ts'
import { gitRevOf } from './version.ts'

export const THIS_PROJECT = 'this project'

export interface TrustHint {
  /** This project alone, else peers in byte order. */
  readonly trustedBy: readonly string[]
  readonly publisher: PublisherEntry['source']
  /** False: he published another version of the crate. */
  readonly isExactVersion: boolean
  /** Nobody else published the crate. */
  readonly isSolePublisher: boolean
}

export interface PeerHint {
  readonly peer: string
  /** What would remain to be read with the peer's audits. */
  readonly lines: number
}

export interface SuggestHints {
  /** Login or identity of whoever published the end of the delta; null when unknown. */
  readonly publisher: string | null
  readonly trust: TrustHint | null
  /** Fewest lines first. */
  readonly peers: readonly PeerHint[]
}

/** The hints of one suggestion; null when there are none. */
export type HintsFor = (item: SuggestItem) => SuggestHints | null

/** Who is trusted for anything, by identity: the names of those who do. */
export type TrustedBy = ReadonlyMap<string, ReadonlySet<string>>

/** `store.imports` must be live: imports.lock does not keep whom peers trust. */
export function trustedPublishers({ audits, imports }: Pick<VetStore, 'audits' | 'imports'>): TrustedBy {
  const trusted = new Map<string, Set<string>>()
  const files = [[THIS_PROJECT, audits] as const, ...imports.audits]
  for (const [name, file] of files) {
    for (const entry of [...file.trusted.values()].flat()) {
      const key = publisherKey(entry.publisher)
      trusted.set(key, (trusted.get(key) ?? new Set()).add(name))
    }
  }
  return trusted
}

/** `releases` in order of versions; null when unknown. */
export function trustHints(
  { name, delta }: Pick<SuggestItem, 'name' | 'delta'>,
  releases: readonly Release[] | null,
  store: Pick<VetStore, 'audits'>,
  trusted: TrustedBy,
): Pick<SuggestHints, 'publisher' | 'trust'> {
  const isTrusted = (source: Release['source']): source is PublisherEntry['source'] =>
    source !== null && trusted.has(publisherKey(source))
  const known = releases ?? []
  const exact = gitRevOf(delta.to) === null ? (known.find(r => r.version === delta.to)?.source ?? null) : null
  const other = store.audits.trusted.has(name) ? null : (known.findLast(r => isTrusted(r.source))?.source ?? null)
  const source = isTrusted(exact) ? exact : other
  const publisher = exact === null ? null : publisherName(exact)
  if (source === null) return { publisher, trust: null }
  const names = [...(trusted.get(publisherKey(source)) ?? [])].sort(compareText)
  const identities = new Set(known.flatMap(r => (r.source === null ? [] : [publisherKey(r.source)])))
  return {
    publisher,
    trust: {
      trustedBy: names.includes(THIS_PROJECT) ? [THIS_PROJECT] : names,
      publisher: source,
      isExactVersion: isTrusted(exact),
      isSolePublisher: identities.size === 1,
    },
  }
}

export interface PeerGainInput {
  readonly failure: FailedPackage
  readonly store: VetStore
  readonly mapper: CriteriaMapper
  readonly isFresh: IsFresh
  /** The peer's file as it would be imported. */
  readonly peer: AuditsFile
  /** The version to reach: the one in use, or for a git version the published one that is read first. */
  readonly target: VetVersion
  readonly known: readonly string[] | null
}

/**
 * What would remain to be read if the peer's audits counted: a plan of candidates, `nothing`, or null where the peer's
 * audits contradict ours. @returns null also for criteria that cannot be mapped
 */
export function planWithPeer(input: PeerGainInput): CandidatePlan | 'nothing' | null {
  const { failure, store, mapper, isFresh, peer, target, known } = input
  const sources = [...auditSources(store), { importIndex: null, importName: null, file: peer }]
  const facts = crateFacts({ crate: failure.name, store, sources, mapper, targets: [target], isFresh })
  if (!facts.ok || facts.value.audits === null) return null
  const { audits } = facts.value
  const searches = new Map<number, SearchResult>()
  for (const criterion of indicesOf(failure.missing)) {
    searches.set(criterion, searchPath(audits, criterion, target, 'prefer-exemptions'))
  }
  if ([...searches.values()].every(search => search.found)) return 'nothing'
  return planCandidates({ ...failure, version: target }, { audits, searches }, known)
}

/** Peers with whom less remains than `own` lines, fewest first; equal ones in the order given. */
export function peerHints(
  own: DiffStat,
  remaining: readonly { readonly peer: string; readonly stat: DiffStat | null }[],
): PeerHint[] {
  return remaining
    .flatMap(({ peer, stat }) => (stat === null ? [] : [{ peer, lines: linesOf(stat) }]))
    .filter(hint => hint.lines < linesOf(own))
    .sort((a, b) => a.lines - b.lines)
}

/** The failing package that a suggestion is for. */
export function failureOf(report: ResolveReport, item: SuggestItem): FailedPackage | null {
  return report.failures.find(f => f.idx === item.idx) ?? null
}
