// Where a package counts, in short notation, and the sums on two real stores and on random ones.
import { describe, expect, it } from 'vitest'
import { hasRecordedStore, RECORDED_STORES, resolveRecordedStore } from '../testing/recorded-stores.ts'
import { buildDepGraph } from './dep-graph.ts'
import { coverageOf } from './overview-coverage.ts'
import { resolve, type ResolveReport } from './resolve.ts'
import type { VetStore } from './store-model.ts'
import { graphOf, mapperOf, storeOf } from './test-notation.ts'
import type { DepGraph } from './dep-graph.ts'
import type { Coverage } from '../../../shared/overview.ts'

const X = ['app -> x 1.0.0']
const rowsOf = ({ sources }: Coverage) =>
  Object.fromEntries(
    sources.map(s => [
      `${s.kind}${s.importName === null ? '' : ` ${s.importName}`}`,
      `${s.packages.join()} of ${s.used}`,
    ]),
  )

it.each([
  { case: 'an own audit', store: ['x full 1.0.0 deploy'], want: { own: 'x@1.0.0 of 1' } },
  { case: 'a peer’s audit', store: ['peer:x full 1.0.0 deploy'], want: { 'peer peer': 'x@1.0.0 of 1' } },
  {
    case: 'a peer’s audit with an own delta counts at the peer',
    store: ['peer:x full 0.9.0 deploy', 'x 0.9.0->1.0.0 deploy'],
    want: { own: ' of 1', 'peer peer': 'x@1.0.0 of 1' },
  },
  {
    case: 'of two peers the one with most steps',
    store: ['alpha:x full 0.1.0 deploy', 'beta:x 0.1.0->0.2.0 deploy', 'beta:x 0.2.0->1.0.0 deploy'],
    want: { 'peer alpha': ' of 1', 'peer beta': 'x@1.0.0 of 1' },
  },
  {
    case: 'of two peers with as many steps the first by name',
    store: ['beta:x full 0.1.0 deploy', 'alpha:x 0.1.0->1.0.0 deploy'],
    want: { 'peer alpha': 'x@1.0.0 of 1', 'peer beta': ' of 1' },
  },
  { case: 'an exemption', store: ['x exempt 1.0.0 deploy'], want: { exemption: 'x@1.0.0 of 1' } },
  {
    case: 'a delta on an exemption is partial and says that both are used',
    store: ['x exempt 0.9.0 deploy', 'x 0.9.0->1.0.0 deploy'],
    want: { own: ' of 1', partial: 'x@1.0.0 of 1', exemption: ' of 1' },
  },
  { case: 'nothing', store: [], want: { failing: 'x@1.0.0 of 1' } },
  {
    case: 'a violation',
    store: ['x full 1.0.0 deploy', 'x violation =1.0.0 deploy'],
    want: { violation: 'x@1.0.0 of 1' },
  },
])('counts at the weakest step: $case', ({ store, want }) => {
  const graph = buildDepGraph(graphOf(...X), new Map())
  const values = storeOf(store)
  const report = resolve({ graph, store: values, mapper: mapperOf(values) })
  if (!report.ok) throw new Error(report.error.code)
  expect(rowsOf(coverageOf(graph, values, report.value))).toEqual(want)
})

/** The rows against the lists of the check itself. */
function expectSums(graph: DepGraph, store: VetStore, report: ResolveReport): Coverage {
  const coverage = coverageOf(graph, store, report)
  const sum = (...kinds: readonly string[]) =>
    coverage.sources.filter(s => kinds.includes(s.kind)).reduce((n, s) => n + s.packages.length, 0)
  expect(sum('own', 'peer', 'unpublished', 'wildcard', 'trusted')).toBe(report.fully.length)
  expect(sum('partial')).toBe(report.partially.length)
  expect(sum('exemption')).toBe(report.exempted.length)
  expect(sum('failing')).toBe(report.failures.length)
  expect(sum('violation')).toBe(report.violations.length)
  const all = coverage.sources.flatMap(s => s.packages)
  expect(new Set(all).size).toBe(all.length)
  expect(coverage.total).toBe(all.length)
  return coverage
}

interface Recorded {
  readonly conclusion: string
  readonly vetted_fully?: readonly unknown[]
  readonly vetted_partially?: readonly unknown[]
  readonly vetted_with_exemptions?: readonly unknown[]
  readonly failures?: readonly { readonly name: string; readonly version: string }[]
}
describe.each(RECORDED_STORES)('%s', name => {
  it.skipIf(!hasRecordedStore(name))('adds up to the recorded check of the real cargo-vet [needs shared data]', () => {
    const { graph, store, report, check } = resolveRecordedStore(name)
    const coverage = expectSums(graph, store, report)
    const recorded = JSON.parse(check) as Recorded
    const counted = (...kinds: readonly string[]) =>
      coverage.sources.filter(s => kinds.includes(s.kind)).reduce((n, s) => n + s.packages.length, 0)
    if (recorded.conclusion === 'success') {
      expect(counted('exemption')).toBe(recorded.vetted_with_exemptions?.length)
      expect(counted('partial')).toBe(recorded.vetted_partially?.length)
      expect(coverage.total - counted('exemption', 'partial')).toBe(recorded.vetted_fully?.length)
    } else {
      const named = coverage.sources.find(s => s.kind === 'failing')?.packages
      expect(named).toEqual(recorded.failures?.map(f => `${f.name}@${f.version}`))
    }
  })
})
