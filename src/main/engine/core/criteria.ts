/**
 * Criteria as sets of bits. Index 0 is `safe-to-run`, 1 `safe-to-deploy`, 2… the custom criteria of audits.toml in byte
 * order. Every set that leaves this file is closed under `implies`; names that leave it are minimal, in index order.
 * Where cargo-vet panics (unknown, redefined, cyclic, too many criteria) this fails with a code.
 * Source: cargo-vet 0.10.3 src/criteria.rs.
 */
import { brand, type CriteriaName } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { AuditsFile } from './store-model.ts'

/** Bit i is the criterion with index i. bigint, because there may be more than 31 criteria. */
export type CriteriaSet = bigint

export const SAFE_TO_RUN = brand<'CriteriaName'>('safe-to-run')
export const SAFE_TO_DEPLOY = brand<'CriteriaName'>('safe-to-deploy')

/**
 * DECISION: cargo-vet takes 64, but with exactly 64 its "all criteria" is the empty set, so that unpublished entries
 * silently certify nothing. We refuse one earlier.
 */
export const MAX_CRITERIA = 63

export interface CriteriaMapper {
  /** In index order. */
  readonly names: readonly CriteriaName[]
  readonly indexOf: ReadonlyMap<string, number>
  /** By index: what certifying for the criterion also grants, itself included. */
  readonly granted: readonly CriteriaSet[]
  readonly all: CriteriaSet
}

/** Names and closures of all criteria. @failure criteria-redefined, criteria-too-many, criteria-unknown, criteria-cycle */
export function buildCriteriaMapper(audits: Pick<AuditsFile, 'criteria'>): Result<CriteriaMapper, Failure> {
  const names: CriteriaName[] = [SAFE_TO_RUN, SAFE_TO_DEPLOY]
  const implies = new Map<CriteriaName, readonly CriteriaName[]>([
    [SAFE_TO_RUN, []],
    [SAFE_TO_DEPLOY, [SAFE_TO_RUN]],
  ])
  for (const [key, entry] of audits.criteria) {
    const name = brand<'CriteriaName'>(key)
    if (implies.has(name)) return fail({ code: 'criteria-redefined', name })
    names.push(name)
    implies.set(name, entry.implies as readonly CriteriaName[])
  }
  if (names.length > MAX_CRITERIA) {
    return fail({ code: 'criteria-too-many', count: names.length, limit: MAX_CRITERIA })
  }
  const granted = impliedCriteria(names, implies)
  if (!granted.ok) return granted
  const indexOf = new Map(names.map((name, i) => [name as string, i]))
  return ok({ names, indexOf, granted: granted.value, all: (1n << BigInt(names.length)) - 1n })
}

/**
 * What certifying for each entry also grants, itself included: one set per name, in order, bit i being `names[i]`.
 * @failure criteria-unknown, criteria-cycle
 */
export function impliedCriteria(
  names: readonly CriteriaName[],
  implies: ReadonlyMap<CriteriaName, readonly CriteriaName[]>,
): Result<readonly CriteriaSet[], Failure> {
  const bitOf = new Map(names.map((name, i) => [name, 1n << BigInt(i)]))
  for (const [from, targets] of implies) {
    const unknown = targets.find(to => !bitOf.has(to))
    if (unknown !== undefined) return fail(unknownCriteria(names, unknown, `implies of criteria '${from}'`))
  }
  const granted: CriteriaSet[] = []
  for (const [name, ownBit] of bitOf) {
    let set = 0n
    const pending = [...(implies.get(name) ?? [])]
    for (const to of pending) {
      const bit = bitOf.get(to) ?? 0n
      if ((set & bit) !== 0n) continue
      set |= bit
      pending.push(...(implies.get(to) ?? [])) // also visited by this loop
    }
    if ((set & ownBit) !== 0n) return fail({ code: 'criteria-cycle', name })
    granted.push(set | ownBit)
  }
  return ok(granted)
}

/** The `criteria-unknown` failure: `usedBy` says where the name stands. */
export function unknownCriteria(known: readonly string[], name: string, usedBy: string): Failure {
  return { code: 'criteria-unknown', name, usedBy, known: [...known] }
}

/** The union of the closures of `names`. `usedBy` is only called for the failure. @failure criteria-unknown */
export function criteriaSet(
  mapper: CriteriaMapper,
  names: readonly string[],
  usedBy: string | (() => string),
): Result<CriteriaSet, Failure> {
  let set = 0n
  for (const name of names) {
    const index = mapper.indexOf.get(name)
    const granted = index === undefined ? undefined : mapper.granted[index]
    if (granted === undefined) {
      return fail(unknownCriteria(mapper.names, name, typeof usedBy === 'string' ? usedBy : usedBy()))
    }
    set |= granted
  }
  return ok(set)
}

function hasCriterion(set: CriteriaSet, index: number): boolean {
  return (set & (1n << BigInt(index))) !== 0n
}

/** True when `set` holds all of `other`. */
export function containsAll(set: CriteriaSet, other: CriteriaSet): boolean {
  return (set & other) === other
}

/** Indices of the members, ascending. */
export function indicesOf(set: CriteriaSet): number[] {
  const indices: number[] = []
  for (let rest = set, i = 0; rest !== 0n; rest >>= 1n, i++) if ((rest & 1n) === 1n) indices.push(i)
  return indices
}

/** Indices of the members that no other member implies, ascending. */
export function minimalIndices(mapper: CriteriaMapper, set: CriteriaSet): number[] {
  const indices = indicesOf(set)
  return indices.filter(i => indices.every(other => other === i || !hasCriterion(mapper.granted[other] ?? 0n, i)))
}

/** Names of the members that no other member implies, in index order: what is printed and stored. */
export function minimalNames(mapper: CriteriaMapper, set: CriteriaSet): CriteriaName[] {
  return minimalIndices(mapper, set).flatMap(i => mapper.names[i] ?? [])
}

/** Everything that certifying for `name` also grants, without `name`, in index order. Empty for an unknown name. */
export function impliedNames(mapper: CriteriaMapper, name: string): CriteriaName[] {
  const index = mapper.indexOf.get(name)
  if (index === undefined) return []
  return indicesOf(mapper.granted[index] ?? 0n)
    .filter(i => i !== index)
    .flatMap(i => mapper.names[i] ?? [])
}

/** Names of the criteria that imply the one at `index`, in index order. */
export function impliedByNames(mapper: CriteriaMapper, index: number): CriteriaName[] {
  return mapper.names.filter((_, i) => i !== index && hasCriterion(mapper.granted[i] ?? 0n, index))
}

export { criteriaDescription } from './criteria-text.ts'
