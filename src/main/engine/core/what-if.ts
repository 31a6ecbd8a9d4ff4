/**
 * Two verdicts beside each other: how many packages are in which class before and after, which change theirs, what the
 * second one rests on that the first one does not, and how much is left to read. Nothing is solved here, and only
 * measured sizes are added up. Pure.
 */
import {
  linesOf,
  packageKey,
  type CrateName,
  type CriteriaName,
  type Delta,
  type DiffStat,
  type PackageKey,
} from '../../../shared/domain.ts'
import { noteParts } from '../../../shared/caveats.ts'
import type { ReliedSource, WhatIfChanged, WhatIfCounts, WhatIfLines } from '../../../shared/what-if.ts'
import { vouchedEdge, type VouchedEdge } from './audit-path.ts'
import { compareText } from './byte-order.ts'
import { minimalIndices, type CriteriaMapper } from './criteria.ts'
import type { DepGraph } from './dep-graph.ts'
import { publisherText } from './publishers.ts'
import type { FailedPackage, PackageClass, PackageOutcome, ResolveReport } from './resolve.ts'
import type { PathStep } from './search.ts'
import { chooseCandidate, planCandidates } from './suggest.ts'
import type { VetStore } from './store-model.ts'

/** A solved workspace as far as comparing needs it. */
export interface Verdict {
  readonly graph: DepGraph
  readonly mapper: CriteriaMapper
  readonly store: VetStore
  readonly report: ResolveReport
  readonly suggestReport: ResolveReport
}

export function countsOf(report: ResolveReport): WhatIfCounts {
  const counts = {
    fully: report.fully.length,
    partially: report.partially.length,
    exempted: report.exempted.length,
    failing: report.failures.length,
    violation: report.violations.length,
  }
  return { ...counts, total: report.outcomes.filter(outcome => outcome !== null).length }
}

/** What only exemptions hold up, in node order: what `suggest` reports beside the failures. */
export function exemptedItems({ report, suggestReport }: Verdict): readonly FailedPackage[] {
  const failing = new Set(report.failures.map(f => f.idx))
  return suggestReport.failures.filter(f => !failing.has(f.idx))
}

// ── lines ────────────────────────────────────────────────────────────────────────────────────

export type KnownSize = (crate: CrateName, delta: Delta) => DiffStat | null
/** Lines by package; null where nothing was measured. */
export type ItemLines = ReadonlyMap<PackageKey, number | null>

/**
 * The smallest measured reading of each failing package. `atMost` are lines that are known to be enough, from a verdict
 * in which less was audited; they also stand in for readings that have become smaller but were not measured.
 */
export function linesByItem(
  failures: readonly FailedPackage[],
  report: ResolveReport,
  sizeOf: KnownSize,
  atMost: ItemLines = new Map(),
): ItemLines {
  const lines = new Map<PackageKey, number | null>()
  for (const failure of failures) {
    const key = packageKey(failure.name, failure.version)
    const chosen = chooseCandidate(planCandidates(failure, report.outcomes[failure.idx] ?? null, null), sizeOf)
    const before = atMost.get(key) ?? null
    const own = chosen === null ? null : linesOf(chosen.stat)
    lines.set(key, own === null ? before : before === null ? own : Math.min(own, before))
  }
  return lines
}

export function sumLines(lines: Iterable<number | null>): WhatIfLines {
  let [measured, unknown] = [0, 0]
  for (const one of lines) {
    if (one === null) unknown++
    else measured += one
  }
  return { measured, unknown }
}

// ── verdicts ─────────────────────────────────────────────────────────────────────────────────

/**
 * Packages whose class or missing criteria differ, in node order of the first graph. `movedTo` is the key that a
 * package has afterwards, where its version is another one.
 */
export function changedPackages(
  before: Verdict,
  after: Verdict,
  movedTo: ReadonlyMap<PackageKey, PackageKey>,
): WhatIfChanged[] {
  const later = byKey(after)
  return [...byKey(before)].flatMap(([key, was]) => {
    const keyAfter = movedTo.get(key) ?? key
    const now = later.get(keyAfter)
    const isSame = now?.class === was.class && now.missing.join() === was.missing.join() && keyAfter === key
    if (isSame) return []
    return [
      {
        key,
        crate: was.crate,
        version: was.version,
        keyAfter,
        before: was.class,
        after: now?.class ?? ('gone' as const),
        missingBefore: [...was.missing],
        missingAfter: [...(now?.missing ?? [])],
      },
    ]
  })
}

interface Standing {
  readonly crate: CrateName
  readonly version: WhatIfChanged['version']
  readonly class: PackageClass
  readonly missing: readonly CriteriaName[]
}

function byKey({ graph, report }: Verdict): ReadonlyMap<PackageKey, Standing> {
  const missing = new Map(report.failures.map(f => [f.idx, f.missingCriteria]))
  return new Map(
    report.outcomes.flatMap((outcome, idx) => {
      const node = graph.nodes[idx]
      if (outcome === null || node === undefined) return []
      const standing = {
        crate: node.name,
        version: node.version,
        class: outcome.class,
        missing: missing.get(idx) ?? [],
      }
      return [[packageKey(node.name, node.version), standing] as const]
    }),
  )
}

// ── what is relied upon ──────────────────────────────────────────────────────────────────────

/** Entries listed of one source; the rest is counted. */
const MOST_ENTRIES = 200

/**
 * Audits, wildcard audits and trusted publishers that carry a passing package afterwards and carried none of that crate
 * before, by whose word they are; most packages first. Our own audits and exemptions are nobody's news.
 */
export function newlyRelied(before: Verdict, after: Verdict): ReliedSource[] {
  const known = new Set(pathsOf(before).flatMap(({ crate, steps }) => steps.map(({ edge }) => edgeText(crate, edge))))
  const sources = new Map<string, Relied>()
  for (const { key, crate, steps } of pathsOf(after)) {
    const own = new Set(steps.map(step => step.source).filter(source => source !== null))
    const isAlone = own.size === 1 && steps.every(step => step.source !== null)
    for (const { edge, source } of steps) {
      if (source === null || known.has(edgeText(crate, edge))) continue
      const relied = sources.get(source) ?? {
        ...sourceOf(edge, source),
        keys: new Set(),
        alone: new Set(),
        entries: new Map(),
      }
      sources.set(source, relied)
      relied.keys.add(key)
      if (isAlone) relied.alone.add(key)
      relied.entries.set(edgeText(crate, edge), { crate, edge })
    }
  }
  return [...sources.values()]
    .map(({ source, kind, keys, alone, entries }) => ({
      source,
      kind,
      packages: keys.size,
      alone: alone.size,
      entries: [...entries.values()].slice(0, MOST_ENTRIES).map(({ crate, edge }) => ({
        crate,
        edge: { ...edge, who: [...edge.who], criteria: [...edge.criteria] },
        caveat: caveatOf(edge.notes),
      })),
      more: Math.max(entries.size - MOST_ENTRIES, 0),
    }))
    .sort((a, b) => b.packages - a.packages || compareText(a.source, b.source) || compareText(a.kind, b.kind))
}

interface Relied {
  readonly source: string
  readonly kind: ReliedSource['kind']
  readonly keys: Set<PackageKey>
  readonly alone: Set<PackageKey>
  readonly entries: Map<string, { readonly crate: CrateName; readonly edge: VouchedEdge }>
}

/** The first phrase by which the author says that something was not read. */
export function caveatOf(notes: string | null): string | null {
  return notes === null ? null : (noteParts(notes).find(part => part.isCaveat)?.text ?? null)
}

interface CarriedPackage {
  readonly key: PackageKey
  readonly crate: CrateName
  /** `source` null: ours. */
  readonly steps: readonly { readonly edge: VouchedEdge; readonly source: string | null }[]
}

/** Every package that passes, with the steps that carry it for the criteria it must have. */
function pathsOf({ graph, mapper, store, report }: Verdict): CarriedPackage[] {
  return report.outcomes.flatMap((outcome, idx) => {
    const node = graph.nodes[idx]
    if (outcome === null || node === undefined || outcome.class === 'failing' || outcome.class === 'violation')
      return []
    const steps = stepsOf(outcome, minimalIndices(mapper, report.requirements[idx] ?? 0n))
    const told = steps.map(step => {
      const edge = vouchedEdge(store, node.name, step)
      return { edge, source: wordOf(store, node.name, step, edge) }
    })
    return [{ key: packageKey(node.name, node.version), crate: node.name, steps: told }]
  })
}

function stepsOf(outcome: PackageOutcome, criteria: readonly number[]): PathStep[] {
  const steps = new Map<string, PathStep>()
  for (const criterion of criteria) {
    const search = outcome.searches.get(criterion)
    if (search?.found !== true) continue
    for (const step of search.path) steps.set(JSON.stringify([step.from, step.to, step.origin]), step)
  }
  return [...steps.values()]
}

function wordOf(store: VetStore, crate: CrateName, { origin }: PathStep, edge: VouchedEdge): string | null {
  if (edge.importName !== null) return `${edge.kind} ${edge.importName}`
  if (origin.kind !== 'trusted') return null
  const row = store.imports.publisher.get(crate)?.[origin.publisherIndex]
  return `trusted ${row === undefined ? 'unknown' : publisherText(row.source)}`
}

function sourceOf(edge: VouchedEdge, source: string): Pick<Relied, 'source' | 'kind'> {
  if (edge.kind === 'trusted') return { source: source.slice('trusted '.length), kind: 'publisher' }
  return { source: edge.importName ?? '', kind: edge.kind === 'wildcard' ? 'wildcards' : 'audits' }
}

/** Who says it counts, not how the file words it. */
function edgeText(crate: CrateName, edge: VouchedEdge): string {
  return JSON.stringify([
    crate,
    edge.kind,
    edge.importName,
    edge.from,
    edge.to,
    edge.criteria,
    edge.kind === 'trusted' ? edge.who : [],
  ])
}
