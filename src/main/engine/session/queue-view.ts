/**
 * The queue as a page sees it, from a verdict and the sizes measured so far. Pure. Rows: what fails, then what
 * passes only by an exemption; each group with least reading first, unmeasured rows after measured ones, then by name.
 */
import type { CrateName, Delta, DiffStat, PackageKey } from '../../../shared/domain.ts'
import { deltaText, linesOf, packageKey } from '../../../shared/domain.ts'
import { storeProblemText, type Failure } from '../../../shared/failure.ts'
import type { Measured, QueueItem, QueueSnapshot, WorkspaceRef } from '../../../shared/wire.ts'
import { checkCratePolicies } from '../core/check-policies.ts'
import { formatShortList, sortShortList } from '../core/short-list.ts'
import { chooseCandidate, dependentNames, type CandidatePlan } from '../core/suggest.ts'
import type { AuditEntry } from '../core/store-model.ts'
import type { ViolationConflict } from '../core/violations.ts'
import type { ResolveReport } from '../core/resolve.ts'
import type { LoadedWorkspace, Solved } from './flow.ts'
import { importCaveats } from './import-caveats.ts'
import type { ImportsState } from './imports-refresh.ts'
import type { LiveStore } from './online.ts'

/** How far measuring has come for one answer. */
export interface Reading {
  readonly phase: 'measuring' | 'ready'
  /** Candidate deltas by package. */
  readonly plans: Map<PackageKey, CandidatePlan>
  /** By `crate deltaText`: why a candidate could not be measured. */
  readonly failures: Map<string, Failure>
  /** Why measuring ended early, for example cancelled. */
  readonly stopped?: Failure
}

export type SizeOf = (crate: CrateName, delta: Delta) => DiffStat | null

export interface SnapshotInput {
  readonly ref: WorkspaceRef
  readonly generation: number
  readonly takenAt: number
  readonly workspace: LoadedWorkspace
  readonly solved: Solved
  readonly reading: Reading
  readonly sizeOf: SizeOf
  readonly readLines: (crate: CrateName, delta: Delta) => number | null
  readonly offline: boolean
  readonly imports: ImportsState
  readonly live: LiveStore | null
  readonly nowMs: number
}

/** Failing items and those that only an exemption holds up, in the order of reading. */
export function buildSnapshot(input: SnapshotInput): QueueSnapshot {
  const { solved, workspace, reading } = input
  const { report, suggestReport } = solved
  const failing = new Set(report.failures.map(f => f.idx))
  const items = [
    ...report.failures.map(f => queueItem(input, f, 'failing')),
    ...suggestReport.failures.filter(f => !failing.has(f.idx)).map(f => queueItem(input, f, 'exempted')),
  ].sort(byReading)
  const exempted = report.exempted.length
  const fully = report.fully.length
  const partially = report.partially.length
  // A package of a crate with a violation does not pass either; cargo-vet reports nothing else then.
  const failingCount = report.failures.length + report.violations.length
  return {
    workspace: input.ref,
    generation: input.generation,
    takenAt: input.takenAt,
    phase: reading.phase,
    conclusion: report.conclusion,
    counts: { fully, partially, exempted, failing: failingCount, total: fully + partially + exempted + failingCount },
    notChecked: workspace.graph.nodes
      .filter(n => !n.isThirdParty)
      .map(n => ({ key: packageKey(n.name, n.version), source: n.source ?? 'path' })),
    items,
    violations: report.violations.map(v => ({
      key: packageKey(v.name, v.version),
      crate: v.name,
      version: v.version,
      conflicts: v.conflicts.map(conflictView),
    })),
    graphSource: workspace.metadata.origin,
    caveats: caveatsOf(input),
    cargoVersion: workspace.cargoVersion,
    offline: input.offline,
  }
}

type ReportFailure = ResolveReport['failures'][number]

function queueItem(input: SnapshotInput, failure: ReportFailure, because: QueueItem['because']): QueueItem {
  const { graph } = input.workspace
  const key = packageKey(failure.name, failure.version)
  const node = graph.nodes[failure.idx]
  const parents = dependentNames(graph, failure.idx)
  const plan = input.reading.plans.get(key)
  const { delta, size } = reading(input, plan)
  return {
    key,
    crate: failure.name,
    version: failure.version,
    because,
    missing: [...failure.missingCriteria],
    neededBy: sortShortList(parents),
    neededByText: formatShortList(parents),
    isDevOnly: node?.isDevOnly ?? false,
    delta,
    size,
    readLines: delta === null ? null : input.readLines(failure.name, delta),
  }
}

/** The delta to show now: cargo-vet's pick once all candidates are measured or given up, else nothing yet. */
function reading(
  { reading: state, sizeOf }: SnapshotInput,
  plan: CandidatePlan | undefined,
): { delta: Delta | null; size: Measured } {
  const stopped: Measured = { state: 'unknown', failure: state.stopped ?? { code: 'cancelled' } }
  if (plan === undefined) return { delta: null, size: state.phase === 'measuring' ? { state: 'measuring' } : stopped }
  const failureOf = (d: Delta) => state.failures.get(`${plan.crate} ${deltaText(d)}`) ?? null
  const isOpen = plan.candidates.some(d => sizeOf(plan.crate, d) === null && failureOf(d) === null)
  const chosen = chooseCandidate(plan, sizeOf)
  const first = plan.candidates[0] ?? null
  if (isOpen && state.phase === 'measuring') return { delta: chosen?.delta ?? first, size: { state: 'measuring' } }
  if (chosen !== null) return { delta: chosen.delta, size: { state: 'measured', stat: chosen.stat } }
  const failure = first === null ? null : failureOf(first)
  return { delta: first, size: failure === null ? stopped : { state: 'unknown', failure } }
}

/** The size of one delta as far as known now. */
export function sizeView(state: Reading, sizeOf: SizeOf, crate: CrateName, delta: Delta): Measured {
  const stat = sizeOf(crate, delta)
  if (stat !== null) return { state: 'measured', stat }
  const failure = state.failures.get(`${crate} ${deltaText(delta)}`)
  if (failure !== undefined) return { state: 'unknown', failure }
  return state.phase === 'measuring'
    ? { state: 'measuring' }
    : { state: 'unknown', failure: state.stopped ?? { code: 'cancelled' } }
}

const sizeRank = (item: QueueItem) =>
  item.size.state === 'measured' ? linesOf(item.size.stat) : Number.MAX_SAFE_INTEGER

function byReading(a: QueueItem, b: QueueItem): number {
  if (a.because !== b.because) return a.because === 'failing' ? -1 : 1
  return sizeRank(a) - sizeRank(b) || (a.crate < b.crate ? -1 : a.crate > b.crate ? 1 : a.version < b.version ? -1 : 1)
}

/** One conflict in words. */
export function conflictView(conflict: ViolationConflict): QueueSnapshot['violations'][number]['conflicts'][number] {
  const { violation } = conflict
  const range = violation.kind.kind === 'violation' ? violation.kind.range : ''
  const contradicts =
    conflict.kind === 'exemption'
      ? `our exemption of ${conflict.exemption.version} (${conflict.exemption.criteria.join(', ')})`
      : `${conflict.auditSource === null ? 'our own' : `${conflict.auditSource}'s`} audit of ${auditText(conflict.audit.kind)} (${conflict.audit.criteria.join(', ')})`
  return {
    source: conflict.violationSource ?? 'our own audits.toml',
    range,
    criteria: [...violation.criteria],
    contradicts,
    notes: violation.notes,
  }
}

function auditText(kind: AuditEntry['kind']): string {
  switch (kind.kind) {
    case 'full':
      return kind.version
    case 'delta':
      return `${kind.from} -> ${kind.to}`
    case 'violation':
      return kind.range
  }
}

function caveatsOf(input: SnapshotInput): string[] {
  const { workspace, offline, reading: state } = input
  const caveats: string[] = []
  for (const problem of checkCratePolicies(workspace.graph, workspace.loaded.store.config)) {
    const text = storeProblemText(problem).replace(/\s*\n\s*/g, ' ')
    caveats.push(`cargo vet check stops at the policy table: ${text}.`)
  }
  if (workspace.metadata.origin === 'lockfile') {
    caveats.push(
      'cargo was not found: the graph comes from Cargo.lock alone, so features, targets and dev or build dependencies are not told apart.',
    )
  }
  caveats.push(...importCaveats(input))
  if (offline) caveats.push('Working offline: only crates in the cache can be measured or opened.')
  if (state.stopped !== undefined) caveats.push('Measuring was stopped; some sizes are unknown.')
  return caveats
}
