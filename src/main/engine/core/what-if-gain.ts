/**
 * What changes would make pass, without solving the whole queue again: an item depends on nothing but the entries of
 * its own crate, so each is searched for with just the changes that name its crate, and every answer is kept. Equal to
 * solving anew (law in what-if-laws.test.ts) as long as a change leaves requirements alone, which versions that merge
 * may not. Pure.
 */
import type { CrateName, VetVersion } from '../../../shared/domain.ts'
import { auditSources, nothingIsFresh, type AuditSource } from './audit-graph.ts'
import { indicesOf, type CriteriaMapper, type CriteriaSet } from './criteria.ts'
import type { DepGraph } from './dep-graph.ts'
import { crateFacts, thirdPartyCrates, type FailedPackage, type ResolveReport } from './resolve.ts'
import { searchPath } from './search.ts'
import type { AuditsFile, PublisherEntry, TrustedEntry, VetStore } from './store-model.ts'

/** A change as far as a verdict can tell. */
export type Candidate =
  | { readonly kind: 'import'; readonly file: AuditsFile }
  | { readonly kind: 'trust'; readonly entries: ReadonlyMap<CrateName, TrustedEntry> }
  | { readonly kind: 'move'; readonly crate: CrateName; readonly from: VetVersion; readonly to: VetVersion }

/** A row of the queue. */
export interface GainItem {
  readonly failure: FailedPackage
  /** `exempted`: it passes, but only by an exemption. */
  readonly because: 'failing' | 'exempted'
}

export interface GainInput {
  readonly graph: DepGraph
  readonly mapper: CriteriaMapper
  /** The store as it counts now and its verdict; then the same without exemptions. */
  readonly store: VetStore
  readonly report: ResolveReport
  readonly suggestStore: VetStore
  readonly suggestReport: ResolveReport
  /** All releases of a crate that anybody is known to have published; null when nobody was asked. */
  readonly releasesOf: (crate: CrateName) => readonly PublisherEntry[] | null
  readonly candidates: readonly Candidate[]
}

/** Positions in `candidates`. */
export type Chosen = ReadonlySet<number>

export interface Gains {
  /** What fails, then what is exempted; each in node order. */
  readonly items: readonly GainItem[]
  /** The candidates that can matter to an item, ascending. */
  relevant(item: number): readonly number[]
  passes(item: number, chosen: Chosen): boolean
  /** Crates of the graph with a violation conflict, in node order. */
  violated(chosen: Chosen): readonly CrateName[]
}

export function createGains(input: GainInput): Gains {
  const { report, suggestReport, candidates } = input
  const failing = new Set(report.failures.map(f => f.idx))
  const items: GainItem[] = [
    ...report.failures.map(failure => ({ failure, because: 'failing' as const })),
    ...suggestReport.failures
      .filter(f => !failing.has(f.idx))
      .map(failure => ({ failure, because: 'exempted' as const })),
  ]
  const sources = auditSources(input.store)
  const relevantOf = new Map<CrateName, readonly number[]>()
  const relevantTo = (crate: CrateName): readonly number[] => {
    const known = relevantOf.get(crate)
    if (known !== undefined) return known
    const found = candidates.flatMap((candidate, i) => (concerns(candidate, crate) ? [i] : []))
    relevantOf.set(crate, found)
    return found
  }
  const answers = new Map<string, boolean>()
  const conflicted = new Map<string, boolean>()
  const suspects = cratesWithViolations(input, sources)
  const pick = (crate: CrateName, chosen: Chosen) => relevantTo(crate).filter(i => chosen.has(i))

  return {
    items,
    relevant: item => relevantTo(items[item]!.failure.name),
    passes(at, chosen) {
      const item = items[at]!
      const picked = pick(item.failure.name, chosen)
      const key = `${at} ${picked.join()}`
      let answer = answers.get(key)
      if (answer === undefined) answers.set(key, (answer = searchItem(input, sources, item, picked)))
      return answer
    },
    violated(chosen) {
      return suspects.filter(crate => {
        const picked = pick(crate, chosen)
        const key = `${crate} ${picked.join()}`
        let answer = conflicted.get(key)
        if (answer === undefined) conflicted.set(key, (answer = hasConflict(input, sources, crate, picked)))
        return answer
      })
    },
  }
}

function concerns(candidate: Candidate, crate: CrateName): boolean {
  switch (candidate.kind) {
    case 'import':
      return candidate.file.audits.has(crate) || candidate.file.wildcardAudits.has(crate)
    case 'trust':
      return candidate.entries.has(crate)
    case 'move':
      return candidate.crate === crate
  }
}

function searchItem(
  input: GainInput,
  base: readonly AuditSource[],
  item: GainItem,
  picked: readonly number[],
): boolean {
  const { failure, because } = item
  let target = failure.version
  for (const i of picked) {
    const candidate = input.candidates[i]
    if (candidate?.kind === 'move' && candidate.from === target) target = candidate.to
  }
  const facts = factsWith(input, base, failure.name, picked, target, because === 'failing')
  if (facts === null || facts.audits === null) return false
  // A version that was moved to has to have all that the one before was asked for.
  const wanted: CriteriaSet =
    target === failure.version ? failure.missing : (input.report.requirements[failure.idx] ?? failure.missing)
  const { audits } = facts
  return indicesOf(wanted).every(criterion => searchPath(audits, criterion, target, 'prefer-exemptions').found)
}

function hasConflict(
  input: GainInput,
  base: readonly AuditSource[],
  crate: CrateName,
  picked: readonly number[],
): boolean {
  const facts = factsWith(input, base, crate, picked, null, true)
  return facts !== null && facts.conflicts.length > 0
}

/** The crate's audits and conflicts with the picked changes; null for criteria that no entry may have. */
function factsWith(
  input: GainInput,
  base: readonly AuditSource[],
  crate: CrateName,
  picked: readonly number[],
  target: VetVersion | null,
  withExemptions: boolean,
) {
  const { mapper, candidates } = input
  const from = withExemptions ? input.store : input.suggestStore
  const sources = [...base]
  const trusted = [...(from.audits.trusted.get(crate) ?? [])]
  let needsReleases = false
  for (const i of picked) {
    const candidate = candidates[i]
    if (candidate?.kind === 'import') {
      sources.push({ importIndex: null, importName: null, file: candidate.file })
      needsReleases ||= candidate.file.wildcardAudits.has(crate)
    } else if (candidate?.kind === 'trust') {
      const entry = candidate.entries.get(crate)
      if (entry !== undefined) trusted.push(entry)
      needsReleases = true
    }
  }
  const known = from.imports.publisher.get(crate)
  const releases = needsReleases ? (input.releasesOf(crate) ?? known) : known
  const store: VetStore = {
    ...from,
    audits: { ...from.audits, trusted: new Map([[crate, trusted]]) },
    imports: { ...from.imports, publisher: new Map(releases === undefined ? [] : [[crate, releases]]) },
  }
  const targets = target === null ? [] : [target]
  const facts = crateFacts({ crate, store, sources, mapper, targets, isFresh: nothingIsFresh })
  return facts.ok ? facts.value : null
}

/** Only these can have conflicts, whatever is chosen. */
function cratesWithViolations(input: GainInput, base: readonly AuditSource[]): readonly CrateName[] {
  const files = [
    ...base.map(source => source.file),
    ...input.candidates.flatMap(candidate => (candidate.kind === 'import' ? [candidate.file] : [])),
  ]
  return thirdPartyCrates(input.graph)
    .map(group => group.crate)
    .filter(crate => files.some(file => file.audits.get(crate)?.some(entry => entry.kind.kind === 'violation')))
}
