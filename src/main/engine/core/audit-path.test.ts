import { describe, expect, it } from 'vitest'
import { brand, type Delta } from '../../../shared/domain.ts'
import { inspectPackage, type VouchedEdge } from './audit-path.ts'
import { buildDepGraph } from './dep-graph.ts'
import { resolve } from './resolve.ts'
import { graphOf, mapperOf, storeOf } from './test-notation.ts'

const v = (text: string) => brand<'VetVersion'>(text)

function inspect(lines: readonly string[], gap: Delta | null, crate = 'serde', store = storeOf(lines)) {
  const mapper = mapperOf(store)
  const graph = buildDepGraph(graphOf('app -> serde 1.0.0', 'much-longer -> serde 1.0.0'), store.config.policy)
  const report = resolve({ graph, store, mapper })
  if (!report.ok) throw new Error(report.error.code)
  const idx = graph.nodes.findIndex(n => n.name === crate)
  return inspectPackage({ graph, store, mapper, report: report.value, idx, gap })
}

const text = ({ from, to, kind, importName }: VouchedEdge) => `${importName ?? 'own'} ${kind} ${from ?? ''}>${to}`

describe('inspectPackage', () => {
  it('shows who vouches for each step, Root first', () => {
    const seen = inspect(['peer:serde full 0.8.0 deploy', 'serde 0.8.0->1.0.0 deploy'], null)
    expect(seen?.path.before.map(text)).toEqual(['peer audit >0.8.0', 'own audit 0.8.0>1.0.0'])
    expect(seen?.path.missing).toBeNull()
    expect(seen?.path.before[0]).toMatchObject({ who: ['Ann'], criteria: ['safe-to-deploy'] })
  })
  it('shows both sides of the gap', () => {
    const lines = ['serde full 0.5.0 deploy', 'serde 0.9.0->1.0.0 deploy']
    const seen = inspect(lines, { from: v('0.5.0'), to: v('0.9.0') })
    expect(seen?.path.before.map(text)).toEqual(['own audit >0.5.0'])
    expect(seen?.path.missing).toEqual({ delta: { from: '0.5.0', to: '0.9.0' }, criteria: ['safe-to-deploy'] })
    expect(seen?.path.after.map(text)).toEqual(['own audit 0.9.0>1.0.0'])
  })
  it('names the exemptions it rests on', () => {
    const seen = inspect(['serde exempt 0.9.0 deploy', 'serde 0.9.0->1.0.0 deploy'], null)
    expect(seen?.exemptions.map(text)).toEqual(['own exemption >0.9.0'])
    expect(seen?.path.before.map(text)).toEqual(['own exemption >0.9.0', 'own audit 0.9.0>1.0.0'])
  })
  it('lists all audits, newest first and violations last', () => {
    const seen = inspect(['serde violation <0.1 run', 'serde full 0.5.0 run', 'peer:serde 0.5.0->2.0.0 run'], null)
    expect(seen?.audits.map(a => (a.isViolation ? a.range : text(a.edge)))).toEqual([
      'peer audit 0.5.0>2.0.0',
      'own audit >0.5.0',
      '<0.1',
    ])
    expect(seen?.neededBy).toEqual(['app', 'much-longer'])
  })
  it('keeps publishers vouched for apart from audits, by name where imports.lock has it', () => {
    const store = storeOf([])
    const [serde, days] = [
      brand<'CrateName'>('serde'),
      { start: brand<'IsoDate'>('2024-01-01'), end: brand<'IsoDate'>('2025-01-01') },
    ]
    const entry = { criteria: ['safe-to-run'], notes: null, aggregatedFrom: [], ...days }
    const user = (userId: bigint) => ({ kind: 'user' as const, userId })
    const wildcard = { ...entry, who: ['Ann'], publisher: user(1n), renew: null }
    const release = { version: v('1.0.0'), when: days.start, source: { ...user(1n), login: 'bo', name: 'Bo' } }
    const seen = inspect([], null, 'serde', {
      ...store,
      audits: {
        ...store.audits,
        wildcardAudits: new Map([[serde, [wildcard]]]),
        trusted: new Map([[serde, [{ ...entry, publisher: user(2n) }]]]),
      },
      imports: { ...store.imports, publisher: new Map([[serde, [release]]]) },
    })
    expect(seen?.audits).toEqual([])
    const words = seen?.publishers.map(row => [row.kind, row.importName, row.publisher, row.start, row.who.join()])
    expect(words).toEqual([
      ['wildcard', null, 'Bo', '2024-01-01', 'Ann'],
      ['trusted', null, 'user 2', '2024-01-01', ''],
    ])
  })
  it('has nothing to say of first-party packages', () => {
    expect(inspect([], null, 'app')).toBeNull()
  })
})
