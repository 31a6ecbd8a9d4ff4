/**
 * Recording an audit: the entry that is added to audits.toml, what happens to the entries around it, and which
 * criteria an audit of a delta would most likely be for. Nothing is written here.
 * Source: cargo-vet 0.10.3 src/main.rs do_cmd_certify, guess_audit_criteria; src/format.rs try_collapse_with_prior.
 */
import type { CrateName, CriteriaName, Delta, VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { auditSources, nothingIsFresh, type IsFresh } from './audit-graph.ts'
import { withEntry } from './byte-order.ts'
import {
  criteriaSet,
  indicesOf,
  minimalIndices,
  minimalNames,
  type CriteriaMapper,
  type CriteriaSet,
} from './criteria.ts'
import type { DepGraph } from './dep-graph.ts'
import { crateFacts, type ResolveReport } from './resolve.ts'
import { searchPath } from './search.ts'
import type { AuditEntry, AuditKind, VetStore } from './store-model.ts'
import { updateStore } from './update-store.ts'
import { gitRevOf } from './version.ts'

export interface AuditRequest {
  readonly crate: CrateName
  readonly delta: Delta
  /** As chosen; stored in minimal form. */
  readonly criteria: readonly string[]
  readonly who: readonly string[]
  readonly notes: string | null
  /** cargo-vet's `--no-collapse`: keep the audit that leads to a git version apart from this one. */
  readonly noCollapse?: boolean
}

export interface CertifyInput {
  readonly graph: DepGraph
  readonly store: VetStore
  readonly mapper: CriteriaMapper
  readonly request: AuditRequest
  /** Allows crates that are not third-party packages of the workspace. */
  readonly force: boolean
  readonly isFresh?: IsFresh
}

export interface Certified {
  /** The store with the audit, and without what it made unnecessary for this crate. */
  readonly store: VetStore
  /** The new entry; joined with an earlier one when the delta starts at a git version. */
  readonly added: AuditEntry
}

/** @failure package-unknown, criteria-none-chosen, criteria-unknown */
export function certifyAudit(input: CertifyInput): Result<Certified, Failure> {
  const { graph, store, mapper, request, force, isFresh = nothingIsFresh } = input
  if (!force && !graph.packages.some(p => p.isThirdParty && p.name === request.crate)) {
    return fail({ code: 'package-unknown', name: request.crate, version: null })
  }
  if (request.criteria.length === 0) return fail({ code: 'criteria-none-chosen' })
  const chosen = criteriaSet(mapper, request.criteria, 'criteria to certify for')
  if (!chosen.ok) return chosen
  const kind = kindOf(request.delta)
  const entry: AuditEntry = {
    who: request.who,
    criteria: minimalNames(mapper, chosen.value),
    kind,
    importable: isImportable(kind),
    notes: request.notes,
    aggregatedFrom: [],
  }
  const collapsed = request.noCollapse === true ? ok(entry) : collapseWithPrior(input, entry, chosen.value)
  if (!collapsed.ok) return collapsed
  const added = collapsed.value
  const audits = withEntry(store.audits.audits, request.crate, [
    ...(store.audits.audits.get(request.crate) ?? []),
    added,
  ])
  const updated = updateStore({
    graph,
    store: { ...store, audits: { ...store.audits, audits } },
    mapper,
    isFresh,
    modeFor: crate => ({
      search: crate === request.crate ? 'prefer-fresh-imports' : 'prefer-exemptions',
      pruneExemptions: crate === request.crate,
      pruneNonImportable: crate === request.crate,
      pruneImports: false,
    }),
  })
  return updated.ok ? ok({ store: updated.value, added }) : updated
}

/** False for audits that touch a git version: others cannot use them. */
function isImportable(kind: AuditKind): boolean {
  switch (kind.kind) {
    case 'full':
      return gitRevOf(kind.version) === null
    case 'delta':
      return gitRevOf(kind.from) === null && gitRevOf(kind.to) === null
    case 'violation':
      return false
  }
}

function kindOf({ from, to }: Delta): AuditKind {
  return from === null ? { kind: 'full', version: to } : { kind: 'delta', from, to }
}

/**
 * A delta that starts at a git version takes the place of the audit that led there, when that one is rooted, is not
 * importable and has the same criteria: one audit then covers both steps. The update drops the earlier one.
 */
function collapseWithPrior(input: CertifyInput, entry: AuditEntry, criteria: CriteriaSet): Result<AuditEntry, Failure> {
  const { store, mapper, request, isFresh = nothingIsFresh } = input
  if (request.delta.from === null || gitRevOf(request.delta.from) === null) return ok(entry)
  const facts = crateFacts({ crate: request.crate, store, sources: auditSources(store), mapper, targets: [], isFresh })
  if (!facts.ok) return facts
  const { audits: graph } = facts.value
  if (graph === null) return ok(entry) // conflicts: cargo-vet warns and collapses nothing
  const isRooted = (version: VetVersion): boolean =>
    minimalIndices(mapper, criteria).every(i => searchPath(graph, i, version, 'prefer-exemptions').found)
  for (const prior of store.audits.audits.get(request.crate) ?? []) {
    if (prior.importable || prior.kind.kind === 'violation') continue
    if (prior.kind.kind === 'delta' && !isRooted(prior.kind.from)) continue
    const joined = joinWithPrior(prior, entry)
    if (joined !== null) return ok(joined)
  }
  return ok(entry)
}

function joinWithPrior(prior: AuditEntry, entry: AuditEntry): AuditEntry | null {
  if (entry.kind.kind !== 'delta' || prior.kind.kind === 'violation') return null
  const priorTo = prior.kind.kind === 'full' ? prior.kind.version : prior.kind.to
  if (priorTo !== entry.kind.from) return null
  // PARITY cargo-vet 0.10.3 format.rs try_collapse_with_prior: lists are compared as written, order included.
  if (!isSameList(prior.criteria, entry.criteria)) return null
  const kind = kindOf({ from: prior.kind.kind === 'full' ? null : prior.kind.from, to: entry.kind.to })
  const notes =
    prior.notes === null ? entry.notes : entry.notes === null ? prior.notes : `${prior.notes}\n${entry.notes}`
  const who = [...prior.who.filter(name => !entry.who.includes(name)), ...entry.who]
  return { ...entry, kind, who, notes, importable: isImportable(kind) }
}

const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, i) => item === b[i])

export interface GuessInput {
  readonly mapper: CriteriaMapper
  /** Of the store as it is, and of the store for suggest. */
  readonly report: ResolveReport
  readonly suggestReport: ResolveReport
  readonly crate: CrateName
  readonly delta: Delta
}

/**
 * The criteria for which an audit of the delta would heal a failure; if there is none, for which it would make an
 * exemption unnecessary. Minimal names in index order; empty when it would change nothing.
 */
export function guessCriteria({ mapper, report, suggestReport, crate, delta }: GuessInput): CriteriaName[] {
  const healed = healedCriteria(mapper, report, crate, delta)
  return healed.length > 0 ? healed : healedCriteria(mapper, suggestReport, crate, delta)
}

function healedCriteria(mapper: CriteriaMapper, report: ResolveReport, crate: CrateName, delta: Delta): CriteriaName[] {
  if (report.conclusion !== 'fail (vetting)') return []
  let healed: CriteriaSet = 0n
  for (const failure of report.failures) {
    if (failure.name !== crate) continue
    const outcome = report.outcomes[failure.idx]
    const from = outcome?.audits?.numberOf.get(delta.from)
    const to = outcome?.audits?.numberOf.get(delta.to)
    if (from === undefined || to === undefined) continue
    for (const criterion of indicesOf(failure.missing)) {
      const search = outcome?.searches.get(criterion)
      if (search === undefined || search.found) continue
      if (search.reach.fromRoot.includes(from) && search.reach.fromTarget.includes(to))
        healed |= 1n << BigInt(criterion)
    }
  }
  return minimalNames(mapper, healed)
}
