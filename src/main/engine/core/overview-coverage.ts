/**
 * On whose word each package passes, from a verdict that is there already: nothing is searched again. A package counts
 * once, where its trust is weakest over all the criteria it needs; so the rows add up to what the check says, and a
 * package is never shown as read that rests on trust in a publisher.
 */
import { packageKey, type PackageKey } from '../../../shared/domain.ts'
import type { Coverage, CoverageKind, CoverageSource } from '../../../shared/overview.ts'
import type { EdgeOrigin } from './audit-graph.ts'
import { compareText } from './byte-order.ts'
import type { DepGraph } from './dep-graph.ts'
import type { PackageOutcome, ResolveReport } from './resolve.ts'
import type { VetStore } from './store-model.ts'

/** Strongest first; a package counts at the last of those on its paths. */
const STRENGTH: readonly CoverageKind[] = [
  'own',
  'peer',
  'unpublished',
  'wildcard',
  'trusted',
  'partial',
  'exemption',
  'failing',
  'violation',
]
const rankOf = (kind: CoverageKind): number => STRENGTH.indexOf(kind)

interface Step {
  readonly kind: CoverageKind
  readonly importName: string | null
}

/** `store` is the one that `report` was made from: its entries are pointed into. */
export function coverageOf(graph: DepGraph, store: VetStore, report: ResolveReport): Coverage {
  const importNames = [...store.imports.audits.keys()]
  const rows = new Map<string, { readonly step: Step; readonly packages: PackageKey[]; used: number }>()
  const rowOf = (step: Step) => {
    const id = `${step.kind} ${step.importName ?? ''}`
    let row = rows.get(id)
    if (row === undefined) rows.set(id, (row = { step, packages: [], used: 0 }))
    return row
  }
  for (const [idx, outcome] of report.outcomes.entries()) {
    const node = graph.nodes[idx]
    if (outcome === null || node === undefined) continue
    const steps = stepsOf(outcome, importNames)
    const counted = countedAt(outcome, steps)
    rowOf(counted).packages.push(packageKey(node.name, node.version))
    const used = new Map([...steps, counted].map(step => [`${step.kind} ${step.importName ?? ''}`, step]))
    for (const step of used.values()) rowOf(step).used++
  }
  const sources = [...rows.values()].map(({ step, packages, used }): CoverageSource => ({ ...step, packages, used }))
  sources.sort((a, b) => rankOf(a.kind) - rankOf(b.kind) || compareText(a.importName ?? '', b.importName ?? ''))
  return { total: sources.reduce((sum, source) => sum + source.packages.length, 0), sources }
}

/** Every step on the paths that make the package pass; empty for what fails. */
function stepsOf(outcome: PackageOutcome, importNames: readonly string[]): readonly Step[] {
  if (outcome.class === 'failing' || outcome.class === 'violation') return []
  return [...outcome.searches.values()].flatMap(search =>
    search.found ? search.path.map(({ origin }) => stepOf(origin, importNames)) : [],
  )
}

function stepOf(origin: EdgeOrigin, importNames: readonly string[]): Step {
  const named = (index: number | null) => (index === null ? null : (importNames[index] ?? null))
  switch (origin.kind) {
    case 'local-audit':
      return { kind: 'own', importName: null }
    case 'imported-audit':
      return { kind: 'peer', importName: named(origin.importIndex) }
    case 'wildcard':
      return { kind: 'wildcard', importName: named(origin.importIndex) }
    case 'trusted':
      return { kind: 'trusted', importName: null }
    case 'unpublished':
      return { kind: 'unpublished', importName: null }
    case 'exemption':
    case 'new-exemption':
      return { kind: 'exemption', importName: null }
  }
}

/** Of several sources of the same strength, the one with most steps; of those the first by name. */
function countedAt(outcome: PackageOutcome, steps: readonly Step[]): Step {
  const only = (kind: CoverageKind): Step => ({ kind, importName: null })
  switch (outcome.class) {
    case 'failing':
    case 'violation':
      return only(outcome.class)
    case 'exempted':
      return only('exemption')
    case 'partially':
      return only('partial')
    case 'fully': {
      const weakest = Math.max(-1, ...steps.map(step => rankOf(step.kind)))
      // Nothing is asked of it, so nothing vouches for it; it passes like our own.
      if (weakest < 0) return only('own')
      const counts = new Map<string | null, number>()
      for (const step of steps) {
        if (rankOf(step.kind) === weakest) counts.set(step.importName, (counts.get(step.importName) ?? 0) + 1)
      }
      const [importName] = [...counts].sort(([a, n], [b, m]) => m - n || compareText(a ?? '', b ?? ''))[0] as [
        string | null,
        number,
      ]
      return { kind: STRENGTH[weakest] as CoverageKind, importName }
    }
  }
}
