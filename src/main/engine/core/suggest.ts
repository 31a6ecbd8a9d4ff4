/**
 * What to read next. Three steps, so that measuring (network, git) stays outside: list candidate deltas for each
 * failing package, let the caller measure them, choose the smallest. Each candidate joins what Root reaches with what
 * reaches the version in use, for all missing criteria at once.
 * Source: cargo-vet 0.10.3 src/resolver.rs suggest_delta, compute_suggest.
 */
import {
  brand,
  linesOf,
  type CrateName,
  type CriteriaName,
  type Delta,
  type DiffStat,
  type VetVersion,
} from '../../../shared/domain.ts'
import type { IsFresh } from './audit-graph.ts'
import { compareText } from './byte-order.ts'
import { impliedByNames, indicesOf, minimalIndices, type CriteriaMapper, type CriteriaSet } from './criteria.ts'
import type { DepGraph, PackageIdx } from './dep-graph.ts'
import type { FailedPackage, PackageOutcome, ResolveReport } from './resolve.ts'
import type { VetStore } from './store-model.ts'
import { compareVetVersions, gitRevOf, parseVetVersion, semverOf } from './version.ts'

export interface CandidatePlan {
  readonly idx: PackageIdx
  readonly crate: CrateName
  /** The version in use. */
  readonly version: VetVersion
  /** In cargo-vet's order; of equal sizes the first is taken. */
  readonly candidates: readonly Delta[]
  /** At most one: from the nearest published version to the git version in use, to be read as well. */
  readonly extra: readonly Delta[]
}

export interface SuggestItem {
  readonly idx: PackageIdx
  readonly name: CrateName
  /** The version in use that fails; `delta.to` may be another. */
  readonly version: VetVersion
  readonly delta: Delta
  readonly stat: DiffStat
  readonly missing: CriteriaSet
  /** Minimal names of `missing`. */
  readonly criteria: readonly CriteriaName[]
  /** Names of direct dependents of every package that needs it; in byte order, without duplicates. */
  readonly notableParents: readonly string[]
}

export interface SuggestGroup {
  /** For example `safe-to-run (or safe-to-deploy)`. */
  readonly label: string
  readonly items: readonly SuggestItem[]
}

export interface Suggest {
  /** By lines, then crate name, then version. */
  readonly suggestions: readonly SuggestItem[]
  /** The same items by the criteria to certify; groups in byte order of their labels. */
  readonly byCriteria: readonly SuggestGroup[]
  readonly totalLines: number
  /** Failing packages of which no candidate could be measured, in node order. */
  readonly unmeasured: readonly PackageIdx[]
}

interface SuggestInput {
  readonly graph: DepGraph
  readonly report: ResolveReport
  readonly store: VetStore
  readonly mapper: CriteriaMapper
}

/**
 * The store that cargo-vet's `suggest` works on: without exemptions, except those marked `suggest = false`. Online
 * (`isFresh` given) also without the unpublished entries of imports.lock, so that what is published now gets read.
 */
export function storeForSuggest(store: VetStore, isFresh: IsFresh | null = null): VetStore {
  const exemptions = new Map(
    [...store.config.exemptions].map(([crate, entries]) => [crate, entries.filter(entry => !entry.suggest)] as const),
  )
  const imports = isFresh === null ? store.imports : { ...store.imports, unpublished: freshOnly(store, isFresh) }
  return { ...store, imports, config: { ...store.config, exemptions } }
}

function freshOnly({ imports }: VetStore, isFresh: IsFresh): VetStore['imports']['unpublished'] {
  return new Map([...imports.unpublished].map(([crate, entries]) => [crate, entries.filter(isFresh)]))
}

/**
 * One plan per failing package, in node order. `knownVersions` gives the published versions of a crate (yanked ones
 * too), or null when unknown; then every version without a git commit counts as published.
 */
export function candidateDeltas(
  input: SuggestInput & { readonly knownVersions: (crate: CrateName) => readonly string[] | null },
): readonly CandidatePlan[] {
  return input.report.failures.map(failure =>
    planCandidates(failure, input.report.outcomes[failure.idx] ?? null, input.knownVersions(failure.name)),
  )
}

type Searched = Pick<PackageOutcome, 'audits' | 'searches'>

/** The candidates for one package that was searched for in vain. */
export function planCandidates(
  failure: FailedPackage,
  outcome: Searched | null,
  known: readonly string[] | null,
): CandidatePlan {
  const { fromRoot, fromTarget } = commonReach(failure, outcome, known === null ? null : new Set(known))
  const extra: Delta[] = []
  if (gitRevOf(failure.version) !== null) {
    const base = nearestPublished(failure.version, known)
    if (base !== null && !fromRoot.has(base)) {
      fromTarget.delete(failure.version)
      if (!fromTarget.has(base)) extra.push({ from: base, to: failure.version })
      fromTarget.add(base)
    }
  }
  const starts = [...fromRoot].sort(comparePlaces)
  const candidates = [...fromTarget].sort(comparePlaces).flatMap(to => {
    if (to === null) return []
    const above = starts.findIndex(start => comparePlaces(start, to) >= 0)
    const nearest = above < 0 ? [starts.at(-1)] : [starts[above - 1], starts[above]]
    return nearest.flatMap(from => (from === undefined ? [] : [{ from, to }]))
  })
  return { idx: failure.idx, crate: failure.name, version: failure.version, candidates, extra }
}

/** A version, or null for Root. */
type Place = VetVersion | null

function comparePlaces(a: Place, b: Place): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null)
  return compareVetVersions(a, b)
}

/**
 * What is reachable for every missing criterion, so that one reading heals all of them.
 * PARITY cargo-vet 0.10.3 resolver.rs suggest_delta: only the first criterion's versions are filtered by having sources;
 * the others can only take away.
 */
function commonReach(
  failure: FailedPackage,
  outcome: Searched | null,
  known: ReadonlySet<string> | null,
): { readonly fromRoot: Set<Place>; readonly fromTarget: Set<Place> } {
  const versions = outcome?.audits?.versions ?? []
  const hasSources = (node: Place): boolean =>
    node === null || (gitRevOf(node) !== null ? node === failure.version : known === null || known.has(semverOf(node)))
  let fromRoot: Set<Place> | null = null
  let fromTarget: Set<Place> | null = null
  for (const criterion of indicesOf(failure.missing)) {
    const search = outcome?.searches.get(criterion)
    if (search === undefined || search.found) continue
    const places = (numbers: readonly number[]): Place[] => numbers.map(n => versions[n] ?? null)
    fromRoot = narrow(fromRoot, places(search.reach.fromRoot), hasSources)
    fromTarget = narrow(fromTarget, places(search.reach.fromTarget), hasSources)
  }
  return { fromRoot: fromRoot ?? new Set(), fromTarget: fromTarget ?? new Set() }
}

/** The first list, filtered; later lists only take away. */
function narrow(before: Set<Place> | null, next: readonly Place[], isUsable: (place: Place) => boolean): Set<Place> {
  return before === null ? new Set(next.filter(isUsable)) : new Set(next.filter(place => before.has(place)))
}

/** The greatest published version not above the git version's own; null (Root) when there is none. */
function nearestPublished(version: VetVersion, known: readonly string[] | null): Place {
  const own = brand<'VetVersion'>(semverOf(version))
  if (known === null) return own
  let best: Place = null
  for (const text of known) {
    const parsed = parseVetVersion(text)
    if (!parsed.ok || compareVetVersions(parsed.value, own) > 0) continue
    if (best === null || compareVetVersions(parsed.value, best) > 0) best = parsed.value
  }
  return best
}

type SizeOf = (crate: CrateName, delta: Delta) => DiffStat | null

/** The smallest measured candidate of a plan, the first of equals; null when none was measured. */
export function chooseCandidate(
  plan: CandidatePlan,
  sizeOf: SizeOf,
): { readonly delta: Delta; readonly stat: DiffStat } | null {
  let best: { readonly delta: Delta; readonly stat: DiffStat } | null = null
  for (const delta of plan.candidates) {
    const stat = sizeOf(plan.crate, delta)
    if (stat !== null && (best === null || linesOf(stat) < linesOf(best.stat))) best = { delta, stat }
  }
  return best
}

/** The choice for each plan, equal readings merged, sorted and grouped. What could not be measured is left out. */
export function chooseSuggestions(
  input: SuggestInput & { readonly plans: readonly CandidatePlan[]; readonly sizeOf: SizeOf },
): Suggest {
  const failureByIdx = new Map(input.report.failures.map(f => [f.idx, f]))
  const unmeasured: PackageIdx[] = []
  const found = input.plans.flatMap(plan => {
    const failure = failureByIdx.get(plan.idx)
    if (failure === undefined) return []
    const best = chooseCandidate(plan, input.sizeOf)
    if (best === null) {
      unmeasured.push(plan.idx)
      return []
    }
    const extra = plan.extra.flatMap(delta => {
      const stat = input.sizeOf(plan.crate, delta)
      return stat === null ? [] : [{ delta, stat }]
    })
    return [...extra, best].map(({ delta, stat }) => toItem(input.graph, failure, delta, stat))
  })
  const suggestions = mergeEqual(found.sort(compareItems))
  return {
    suggestions,
    byCriteria: groupByCriteria(input.mapper, suggestions),
    totalLines: suggestions.reduce((sum, item) => sum + linesOf(item.stat), 0),
    unmeasured,
  }
}

function toItem(graph: DepGraph, failure: FailedPackage, delta: Delta, stat: DiffStat): SuggestItem {
  const { idx, name, version, missing, missingCriteria } = failure
  return {
    idx,
    name,
    version,
    delta,
    stat,
    missing,
    criteria: missingCriteria,
    notableParents: dependentNames(graph, idx),
  }
}

/** Names of the packages that depend directly on a node, in byte order, without duplicates. */
export function dependentNames(graph: DepGraph, idx: PackageIdx): string[] {
  const names = new Set((graph.nodes[idx]?.reverseDeps ?? []).flatMap(parent => graph.nodes[parent]?.name ?? []))
  return [...names].sort(compareText)
}

function compareItems(a: SuggestItem, b: SuggestItem): number {
  return linesOf(a.stat) - linesOf(b.stat) || compareText(a.name, b.name) || compareVetVersions(a.delta.to, b.delta.to)
}

/** Joins neighbours that ask for the same reading, for example for two versions of a crate; their dependents are united. */
function mergeEqual(items: readonly SuggestItem[]): SuggestItem[] {
  const merged: SuggestItem[] = []
  for (const item of items) {
    const last = merged.at(-1)
    if (last === undefined || !isSameReading(last, item)) {
      merged.push(item)
      continue
    }
    const parents = new Set([...last.notableParents, ...item.notableParents])
    merged[merged.length - 1] = { ...last, notableParents: [...parents].sort(compareText) }
  }
  return merged
}

function isSameReading(a: SuggestItem, b: SuggestItem): boolean {
  return (
    a.name === b.name &&
    a.delta.from === b.delta.from &&
    a.delta.to === b.delta.to &&
    a.stat.insertions === b.stat.insertions &&
    a.stat.deletions === b.stat.deletions &&
    a.stat.filesChanged === b.stat.filesChanged
  )
}

function groupByCriteria(mapper: CriteriaMapper, items: readonly SuggestItem[]): SuggestGroup[] {
  const groups = new Map<string, SuggestItem[]>()
  for (const item of items) {
    const label = criteriaLabel(mapper, item.missing)
    const group = groups.get(label)
    if (group === undefined) groups.set(label, [item])
    else group.push(item)
  }
  return [...groups].sort(([a], [b]) => compareText(a, b)).map(([label, grouped]) => ({ label, items: grouped }))
}

/** What to certify for, with the criteria that would do as well: `safe-to-run (or safe-to-deploy)`. */
export function criteriaLabel(mapper: CriteriaMapper, set: CriteriaSet): string {
  const parts = minimalIndices(mapper, set).map(index => {
    const instead = impliedByNames(mapper, index).map(name => `or ${name}`)
    const name = mapper.names[index] ?? ''
    return instead.length === 0 ? name : `${name} (${instead.join(', ')})`
  })
  return parts.join(', ')
}
