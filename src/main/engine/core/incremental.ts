/**
 * A resolver with a memory: a crate whose entries, requirements and versions are those of the last time is not solved
 * again. Entries are compared by value, the same object first, so it does not matter whether a store was changed in
 * memory or read again. The answer is always that of `resolve`; only the work differs (law in tools/reference/incremental.test.ts).
 */
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { CriteriaSet } from './criteria.ts'
import { resolve, type CrateOutcome, type ResolveInput, type ResolveReport, type SolveCrate } from './resolve.ts'
import type { VetStore } from './store-model.ts'

interface Remembered {
  readonly facts: readonly unknown[]
  readonly versions: readonly string[]
  readonly required: readonly CriteriaSet[]
  readonly outcome: CrateOutcome
}

export interface IncrementalResolver {
  /** As `resolve`. @failure as resolve; a failed crate is not remembered */
  resolve(input: ResolveInput): Result<ResolveReport, Failure>
  /** Crates solved in the last call; the others came from memory. */
  solvedCrates(): number
}

export function createResolver(): IncrementalResolver {
  const memory = new Map<string, Remembered>()
  let mapperText = ''
  let isFresh: ResolveInput['isFresh']
  let solved = 0

  return {
    resolve(input) {
      // Criteria are few: when their meaning or the freshness changes, everything is forgotten.
      const text = input.mapper.names.map((name, i) => `${name}=${String(input.mapper.granted[i])}`).join()
      if (text !== mapperText || input.isFresh !== isFresh) memory.clear()
      mapperText = text
      isFresh = input.isFresh
      solved = 0
      const remember: SolveCrate = ({ crate, members }, required, solve) => {
        const facts = entriesOf(input.store, crate)
        const versions = members.map(m => m.version)
        const known = memory.get(crate)
        const isKnown =
          known !== undefined &&
          isSameList(known.facts, facts) &&
          isSameList(known.versions, versions) &&
          isSameList(known.required, required)
        if (isKnown) return ok(known.outcome)
        solved++
        const outcome = solve()
        if (outcome.ok) memory.set(crate, { facts, versions, required, outcome: outcome.value })
        else memory.delete(crate)
        return outcome
      }
      return resolve(input, remember)
    },
    solvedCrates: () => solved,
  }
}

/** Every list that the audit graph and the violations of a crate are made from, with the names of the imports. */
function entriesOf(store: VetStore, crate: string): readonly unknown[] {
  const name = crate as never
  const { config, audits, imports } = store
  const facts: unknown[] = [
    config.exemptions.get(name),
    audits.audits.get(name),
    audits.wildcardAudits.get(name),
    audits.trusted.get(name),
    imports.publisher.get(name),
    imports.unpublished.get(name),
  ]
  for (const [importName, file] of imports.audits) {
    facts.push(importName, file.audits.get(name), file.wildcardAudits.get(name))
  }
  return facts
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!isSame(a[i], b[i])) return false
  return true
}

/**
 * Plain data compared by value: entries of a file that was read again are the same entries. Written with loops
 * because a large store is 22,000 entries of eight keys, compared within one frame.
 */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) return Array.isArray(b) && isSameList(a, b)
  if (Array.isArray(b)) return false
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  for (const key in left) if (!isSame(left[key], right[key])) return false
  for (const key in right) if (!(key in left)) return false
  return true
}
