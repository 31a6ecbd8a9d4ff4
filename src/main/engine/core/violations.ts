/**
 * Violations: an entry saying that a range of versions must not have a criterion. It conflicts with every exemption
 * and audit of the crate that grants the criterion to a version in the range, whether or not that version is in use.
 * Each criterion of a violation counts alone, so a violation of `safe-to-run` also hits a `safe-to-deploy` audit.
 * Wildcard, trusted and unpublished entries are not looked at, and git hashes are ignored.
 * Source: cargo-vet 0.10.3 src/resolver.rs AuditGraph::build, "Reject forbidden packages".
 */
import type { CrateName, VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { AuditSource } from './audit-graph.ts'
import { containsAll, criteriaSet, type CriteriaMapper, type CriteriaSet } from './criteria.ts'
import type { AuditEntry, Exemption, VetStore } from './store-model.ts'
import { matchesReq, parseVersionReq } from './version-req.ts'

/** Sources are import names; null is our own file. */
export type ViolationConflict =
  | {
      readonly kind: 'exemption'
      readonly violationSource: string | null
      readonly violation: AuditEntry
      readonly exemption: Exemption
    }
  | {
      readonly kind: 'audit'
      readonly violationSource: string | null
      readonly violation: AuditEntry
      readonly auditSource: string | null
      readonly audit: AuditEntry
    }

/**
 * All conflicts of a crate. Order: by violation (imports by name, then our own); for each the exemptions in file order,
 * then the audits (imports by name, then our own).
 * @failure criteria-unknown, version-invalid (a range that no reader would have let through)
 */
export function findConflicts(
  crate: CrateName,
  store: VetStore,
  sources: readonly AuditSource[],
  mapper: CriteriaMapper,
): Result<readonly ViolationConflict[], Failure> {
  const conflicts: ViolationConflict[] = []
  for (const { importName, file } of sources) {
    for (const violation of file.audits.get(crate) ?? []) {
      if (violation.kind.kind !== 'violation') continue
      const found = conflictsOf(violation, violation.kind.range, importName, { crate, store, sources, mapper })
      if (!found.ok) return found
      conflicts.push(...found.value)
    }
  }
  return ok(conflicts)
}

interface Context {
  readonly crate: CrateName
  readonly store: VetStore
  readonly sources: readonly AuditSource[]
  readonly mapper: CriteriaMapper
}

function conflictsOf(
  violation: AuditEntry,
  rangeText: string,
  violationSource: string | null,
  { crate, store, sources, mapper }: Context,
): Result<readonly ViolationConflict[], Failure> {
  const range = parseVersionReq(rangeText)
  if (!range.ok) return fail({ code: 'version-invalid', text: rangeText, reason: range.error })
  const forbidden: CriteriaSet[] = []
  for (const name of violation.criteria) {
    const set = criteriaSet(mapper, [name], `violation of ${crate}`)
    if (!set.ok) return set
    forbidden.push(set.value)
  }
  const isHit = (names: readonly string[], versions: readonly VetVersion[]): Result<boolean, Failure> => {
    const granted = criteriaSet(mapper, names, `audit or exemption of ${crate}`)
    if (!granted.ok) return granted
    return ok(forbidden.some(set => containsAll(granted.value, set)) && versions.some(v => matchesReq(range.value, v)))
  }
  const conflicts: ViolationConflict[] = []
  for (const exemption of store.config.exemptions.get(crate) ?? []) {
    const hit = isHit(exemption.criteria, [exemption.version])
    if (!hit.ok) return hit
    if (hit.value) conflicts.push({ kind: 'exemption', violationSource, violation, exemption })
  }
  for (const { importName, file } of sources) {
    for (const audit of file.audits.get(crate) ?? []) {
      const hit = isHit(audit.criteria, versionsOf(audit))
      if (!hit.ok) return hit
      if (hit.value) conflicts.push({ kind: 'audit', violationSource, violation, auditSource: importName, audit })
    }
  }
  return ok(conflicts)
}

function versionsOf(audit: AuditEntry): readonly VetVersion[] {
  switch (audit.kind.kind) {
    case 'full':
      return [audit.kind.version]
    case 'delta':
      return [audit.kind.from, audit.kind.to]
    case 'violation':
      return []
  }
}
