/**
 * Entries that are added as they are, without asking the solver: an exemption, a violation. Both take known criteria
 * only: cargo-vet writes unknown ones and then refuses to read its own store.
 * Source: cargo-vet 0.10.3 src/main.rs cmd_add_exemption, cmd_record_violation.
 */
import type { CrateName, VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { withEntry } from './byte-order.ts'
import { unknownCriteria, type CriteriaMapper } from './criteria.ts'
import type { DepGraph } from './dep-graph.ts'
import type { AuditEntry, Exemption, VetStore } from './store-model.ts'

interface EntryInput {
  readonly graph: DepGraph
  readonly store: VetStore
  readonly mapper: CriteriaMapper
  readonly crate: CrateName
  /** Kept as given; empty means the store's `default-criteria`. */
  readonly criteria: readonly string[]
  readonly notes: string | null
  /** Allows crates that are not third-party packages of the workspace. */
  readonly force: boolean
}

/** @failure criteria-unknown, package-unknown */
export function addExemption(
  input: EntryInput & { readonly version: VetVersion; readonly suggest: boolean },
): Result<VetStore, Failure> {
  const criteria = checkedCriteria(input, 'exempted')
  if (!criteria.ok) return criteria
  const { store, crate, version, notes, suggest } = input
  const entry: Exemption = { version, criteria: criteria.value, suggest, notes }
  const exemptions = withEntry(store.config.exemptions, crate, [...(store.config.exemptions.get(crate) ?? []), entry])
  return ok({ ...store, config: { ...store.config, exemptions } })
}

/** `range` as parseVersionReq renders it. @failure criteria-unknown, package-unknown */
export function recordViolation(
  input: EntryInput & { readonly range: string; readonly who: readonly string[] },
): Result<VetStore, Failure> {
  const criteria = checkedCriteria(input, 'violated')
  if (!criteria.ok) return criteria
  const { store, crate, range, who, notes } = input
  const entry: AuditEntry = {
    who,
    criteria: criteria.value,
    kind: { kind: 'violation', range },
    importable: true,
    notes,
    aggregatedFrom: [],
  }
  const audits = withEntry(store.audits.audits, crate, [...(store.audits.audits.get(crate) ?? []), entry])
  return ok({ ...store, audits: { ...store.audits, audits } })
}

function checkedCriteria(input: EntryInput, what: string): Result<readonly string[], Failure> {
  const { graph, store, mapper, crate, force } = input
  const isGiven = input.criteria.length > 0
  const criteria = isGiven ? input.criteria : [store.config.defaultCriteria]
  const unknown = criteria.find(name => !mapper.indexOf.has(name))
  if (unknown !== undefined)
    return fail(
      unknownCriteria(mapper.names, unknown, isGiven ? `criteria ${what}` : 'default-criteria of config.toml'),
    )
  if (!force && !graph.packages.some(p => p.isThirdParty && p.name === crate))
    return fail({ code: 'package-unknown', name: crate, version: null })
  return ok(criteria)
}
