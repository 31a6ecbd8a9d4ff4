/**
 * The verdict. For every third-party package and every criterion it needs, a path of audits must lead from the empty
 * crate to its version. Violations and missing audits are both found; the conclusion is cargo-vet's, for which any
 * violation comes first.
 * Source: cargo-vet 0.10.3 src/resolver.rs resolve, resolve_audits.
 */
import type { CrateName, CriteriaName, VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import {
  auditSources,
  buildAuditGraph,
  nothingIsFresh,
  type AuditGraph,
  type AuditSource,
  type IsFresh,
} from './audit-graph.ts'
import { indicesOf, minimalNames, type CriteriaMapper, type CriteriaSet } from './criteria.ts'
import type { DepGraph, PackageIdx } from './dep-graph.ts'
import { resolveRequirements } from './requirements.ts'
import { searchPath, type SearchResult } from './search.ts'
import type { VetStore } from './store-model.ts'
import { findConflicts, type ViolationConflict } from './violations.ts'

export type Conclusion = 'success' | 'fail (vetting)' | 'fail (violation)'

/**
 * `fully`: no path uses an exemption. `exempted`: some path is nothing but exemption and unpublished entries.
 * `partially`: the rest of what passes. `violation`: some entry of the crate contradicts a violation.
 */
export type PackageClass = 'fully' | 'partially' | 'exempted' | 'failing' | 'violation'

export interface PackageRef {
  readonly idx: PackageIdx
  readonly name: CrateName
  readonly version: VetVersion
}

export interface FailedPackage extends PackageRef {
  readonly missing: CriteriaSet
  /** Minimal, in index order. */
  readonly missingCriteria: readonly CriteriaName[]
}

export interface ViolatedPackage extends PackageRef {
  readonly conflicts: readonly ViolationConflict[]
}

export interface PackageOutcome {
  readonly class: PackageClass
  /** Null when the crate has conflicts: then nothing was searched. */
  readonly audits: AuditGraph | null
  /** By criterion index, for every criterion the package needs (implied ones too). */
  readonly searches: ReadonlyMap<number, SearchResult>
}

export interface ResolveReport {
  readonly conclusion: Conclusion
  /** By node; null for first-party packages, which are never checked. */
  readonly outcomes: readonly (PackageOutcome | null)[]
  /** By node. */
  readonly requirements: readonly CriteriaSet[]
  /** All lists are in node order: by name, then version. */
  readonly failures: readonly FailedPackage[]
  readonly violations: readonly ViolatedPackage[]
  readonly fully: readonly PackageRef[]
  readonly partially: readonly PackageRef[]
  readonly exempted: readonly PackageRef[]
}

export interface ResolveInput {
  readonly graph: DepGraph
  readonly store: VetStore
  readonly mapper: CriteriaMapper
  readonly isFresh?: IsFresh
}

/** What one crate contributes to the report: nothing of it depends on any other crate's entries. */
export interface CrateOutcome {
  readonly conflicts: readonly ViolationConflict[]
  /** One per member, in node order; null when the crate has conflicts, then nothing was searched. */
  readonly members: readonly { readonly outcome: PackageOutcome; readonly missing: CriteriaSet }[] | null
}

/** How `resolve` gets a crate's outcome; incremental.ts puts a memory in between. */
export type SolveCrate = (
  group: CrateGroup,
  required: readonly CriteriaSet[],
  solve: () => Result<CrateOutcome, Failure>,
) => Result<CrateOutcome, Failure>

/** @failure criteria-unknown: a policy or an entry of a crate in the graph names an unknown criterion */
export function resolve(
  { graph, store, mapper, isFresh = nothingIsFresh }: ResolveInput,
  solveCrate: SolveCrate = (_group, _required, solve) => solve(),
): Result<ResolveReport, Failure> {
  const requirements = resolveRequirements(graph, store.config.policy, mapper)
  if (!requirements.ok) return requirements
  const sources = auditSources(store)
  const outcomes: (PackageOutcome | null)[] = graph.nodes.map(() => null)
  const failures: FailedPackage[] = []
  const violations: ViolatedPackage[] = []
  const passed: Record<'fully' | 'partially' | 'exempted', PackageRef[]> = { fully: [], partially: [], exempted: [] }

  for (const group of thirdPartyCrates(graph)) {
    const { crate, members } = group
    const required = members.map(member => requirements.value[member.idx] ?? 0n)
    const solved = solveCrate(group, required, () => {
      const facts = crateFacts({ crate, store, sources, mapper, targets: members.map(m => m.version), isFresh })
      if (!facts.ok) return facts
      const { audits, conflicts } = facts.value
      if (audits === null) return ok({ conflicts, members: null })
      return ok({ conflicts, members: members.map((m, i) => resolvePackage(audits, m, required[i] ?? 0n)) })
    })
    if (!solved.ok) return solved
    for (const [i, member] of members.entries()) {
      const result = solved.value.members?.[i]
      if (result === undefined) {
        violations.push({ ...member, conflicts: solved.value.conflicts })
        outcomes[member.idx] = { class: 'violation', audits: null, searches: new Map() }
        continue
      }
      const { outcome, missing } = result
      outcomes[member.idx] = outcome
      if (outcome.class === 'failing') {
        failures.push({ ...member, missing, missingCriteria: minimalNames(mapper, missing) })
      } else if (outcome.class !== 'violation') passed[outcome.class].push(member)
    }
  }
  const conclusion = violations.length > 0 ? 'fail (violation)' : failures.length > 0 ? 'fail (vetting)' : 'success'
  return ok({ conclusion, outcomes, requirements: requirements.value, failures, violations, ...passed })
}

export interface CrateGroup {
  readonly crate: CrateName
  readonly members: readonly PackageRef[]
}

/** The third-party packages of the graph, grouped by crate, in node order. */
export function thirdPartyCrates(graph: DepGraph): readonly CrateGroup[] {
  const groups: { crate: CrateName; members: PackageRef[] }[] = []
  for (const [idx, { name, version, isThirdParty }] of graph.nodes.entries()) {
    if (!isThirdParty) continue
    const last = groups.at(-1)
    if (last?.crate === name) last.members.push({ idx, name, version })
    else groups.push({ crate: name, members: [{ idx, name, version }] })
  }
  return groups
}

export interface CrateFacts {
  readonly conflicts: readonly ViolationConflict[]
  /** Null when there are conflicts. */
  readonly audits: AuditGraph | null
}

/** The audit graph of a crate, or the conflicts that make it void. @failure criteria-unknown, version-invalid */
export function crateFacts(input: {
  readonly crate: CrateName
  readonly store: VetStore
  readonly sources: readonly AuditSource[]
  readonly mapper: CriteriaMapper
  readonly targets: readonly VetVersion[]
  readonly isFresh: IsFresh
}): Result<CrateFacts, Failure> {
  const audits = buildAuditGraph(input)
  if (!audits.ok) return audits
  const conflicts = findConflicts(input.crate, input.store, input.sources, input.mapper)
  if (!conflicts.ok) return conflicts
  return ok({ conflicts: conflicts.value, audits: conflicts.value.length > 0 ? null : audits.value })
}

function resolvePackage(
  audits: AuditGraph,
  member: PackageRef,
  required: CriteriaSet,
): { readonly outcome: PackageOutcome; readonly missing: CriteriaSet } {
  const searches = new Map<number, SearchResult>()
  let missing: CriteriaSet = 0n
  let needsExemption = false
  let isDirectlyExempted = false
  for (const criterion of indicesOf(required)) {
    const search = searchPath(audits, criterion, member.version, 'prefer-exemptions')
    searches.set(criterion, search)
    if (!search.found) {
      missing |= 1n << BigInt(criterion)
      continue
    }
    const kinds = search.path.map(step => step.origin.kind)
    needsExemption ||= kinds.includes('exemption')
    isDirectlyExempted ||= kinds.every(kind => kind === 'exemption' || kind === 'unpublished')
  }
  const passes = !needsExemption ? 'fully' : isDirectlyExempted ? 'exempted' : 'partially'
  return { outcome: { class: missing === 0n ? passes : 'failing', audits, searches }, missing }
}
