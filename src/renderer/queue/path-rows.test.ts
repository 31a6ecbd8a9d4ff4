/** The audit path as rows: what collapses, what is missing, and what another choice of change shows. */
import { describe, expect, it } from 'vitest'
import { brand } from '../../shared/domain.ts'
import type { Inspection, PathEdge } from '../../shared/wire.ts'
import { pathRows, type PathRow } from './path-rows.ts'

const v = brand<'VetVersion'>
const edge = (from: string | null, to: string, change: Partial<PathEdge> = {}): PathEdge => ({
  from: from === null ? null : v(from),
  to: v(to),
  kind: 'audit',
  importName: 'isrg',
  who: [],
  criteria: ['safe-to-deploy'],
  notes: null,
  ...change,
})
const inspection = (path: Inspection['path']): Inspection => ({
  key: brand<'PackageKey'>('a@5.0.0'),
  crate: brand<'CrateName'>('a'),
  version: v('5.0.0'),
  path,
  exemptions: [],
  alternatives: [],
  audits: [],
  neededBy: [],
  publisher: null,
})
const missing = { delta: { from: v('3.0.0'), to: v('5.0.0') }, criteria: [brand<'CriteriaName'>('safe-to-deploy')] }
const before = [
  edge(null, '1.0.0', { importName: null, who: ['Mara Okafor <m@example.org>'] }),
  edge('1.0.0', '2.0.0'),
  edge('2.0.0', '3.0.0'),
]
const text = (rows: readonly PathRow[]) =>
  rows.map(row => (row.kind === 'missing' ? `missing ${row.delta.from ?? 'root'}..${row.delta.to}` : row.text))

describe('pathRows', () => {
  it('collapses steps of one source and shows the gap', () => {
    expect(text(pathRows(inspection({ before, missing, after: [] }), null, false))).toEqual([
      'root',
      'full audit by Mara Okafor, safe-to-deploy',
      '1.0.0',
      '2 deltas by isrg, safe-to-deploy',
      '3.0.0',
      'missing 3.0.0..5.0.0',
      '5.0.0',
    ])
  })
  it('expands them when asked', () => {
    expect(
      pathRows(inspection({ before, missing, after: [] }), null, true).filter(r => r.kind === 'edge'),
    ).toHaveLength(3)
  })
  it('draws a full audit from the root', () => {
    const chosen = { from: null, to: v('5.0.0') }
    expect(text(pathRows(inspection({ before, missing, after: [] }), chosen, false))).toEqual([
      'root',
      'missing root..5.0.0',
      '5.0.0',
    ])
  })
  it('does not invent the way to another version', () => {
    const chosen = { from: v('2.5.0'), to: v('5.0.0') }
    expect(text(pathRows(inspection({ before, missing, after: [] }), chosen, false))).toEqual([
      'root',
      'stored audits',
      '2.5.0',
      'missing 2.5.0..5.0.0',
      '5.0.0',
    ])
  })
  it('goes on after the gap', () => {
    const path = {
      before,
      missing: { ...missing, delta: { from: v('3.0.0'), to: v('4.0.0') } },
      after: [edge('4.0.0', '5.0.0')],
    }
    expect(text(pathRows(inspection(path), null, false)).slice(-4)).toEqual([
      'missing 3.0.0..4.0.0',
      '4.0.0',
      'delta by isrg, safe-to-deploy',
      '5.0.0',
    ])
  })
  it('draws a whole path when nothing is missing', () => {
    const path = { before: [edge(null, '5.0.0', { kind: 'exemption' })], missing: null, after: [] }
    expect(text(pathRows(inspection(path), null, false))).toEqual(['root', 'exempted for safe-to-deploy', '5.0.0'])
  })
})
