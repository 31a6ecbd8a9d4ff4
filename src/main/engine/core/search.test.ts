import { describe, expect, it } from 'vitest'
import { brand } from '../../../shared/domain.ts'
import { auditSources, buildAuditGraph, coversRelease, type EdgeOrigin } from './audit-graph.ts'
import { searchPath, type SearchMode } from './search.ts'
import type { PublisherEntry, VetStore } from './store-model.ts'
import { mapperOf, storeOf } from './test-notation.ts'

const crate = brand<'CrateName'>('serde')
const v = (text: string) => brand<'VetVersion'>(text)
const d = (text: string) => brand<'IsoDate'>(text)

function search(store: VetStore, mode: SearchMode, isFresh: (entry: unknown) => boolean = () => false): string {
  const sources = auditSources(store)
  const targets = [v('1.0.0')]
  const graph = buildAuditGraph({ crate, store, sources, mapper: mapperOf(store), targets, isFresh })
  if (!graph.ok) throw new Error(graph.error.code)
  const found = searchPath(graph.value, 1, v('1.0.0'), mode)
  if (!found.found) {
    const names = (numbers: readonly number[]) => numbers.map(n => graph.value.versions[n] ?? 'root').join(',')
    return `root: ${names(found.reach.fromRoot)}; target: ${names(found.reach.fromTarget)}`
  }
  return found.path.map(step => `${step.from ?? 'root'}>${step.to} ${originText(step.origin)}`).join(' | ')
}

function originText(origin: EdgeOrigin): string {
  switch (origin.kind) {
    case 'local-audit':
      return `own#${origin.auditIndex}`
    case 'imported-audit':
      return `import${origin.importIndex}#${origin.auditIndex}`
    default:
      return origin.kind
  }
}

/** One row per rule of cargo-vet's order, smallest key part last. Paths run from the version back to Root. */
const rows: readonly { case: string; store: readonly string[]; mode?: SearchMode; want: string }[] = [
  {
    case: 'a long way without caveats beats a short one with an exemption',
    store: [
      'serde exempt 1.0.0 deploy',
      'serde full 0.8.0 deploy',
      'serde 0.8.0->0.9.0 deploy',
      'serde 0.9.0->1.0.0 deploy',
    ],
    want: '0.9.0>1.0.0 own#2 | 0.8.0>0.9.0 own#1 | root>0.8.0 own#0',
  },
  {
    case: 'a long importable way beats a short one that is not',
    store: ['serde full 1.0.0 deploy!', 'serde full 0.9.0 deploy', 'serde 0.9.0->1.0.0 deploy'],
    want: '0.9.0>1.0.0 own#2 | root>0.9.0 own#1',
  },
  {
    case: 'a non-importable audit beats an exemption',
    store: ['serde exempt 1.0.0 deploy', 'serde full 0.9.0 deploy!', 'serde 0.9.0->1.0.0 deploy'],
    want: '0.9.0>1.0.0 own#1 | root>0.9.0 own#0',
  },
  {
    case: 'check prefers an exemption to an unpublished entry',
    store: ['serde exempt 1.0.0 deploy', 'serde unpublished 1.0.0 as 0.9.0', 'serde full 0.9.0 deploy'],
    want: 'root>1.0.0 exemption',
  },
  {
    case: 'tidying prefers an exemption to a stale unpublished entry too',
    store: ['serde exempt 1.0.0 deploy', 'serde unpublished 1.0.0 as 0.9.0', 'serde full 0.9.0 deploy'],
    mode: 'prefer-fresh-imports',
    want: 'root>1.0.0 exemption',
  },
  {
    case: 'Root is the lowest version, so a direct audit wins',
    store: ['serde 0.9.0->1.0.0 deploy', 'serde full 0.9.0 deploy', 'serde full 1.0.0 deploy'],
    want: 'root>1.0.0 own#2',
  },
  {
    case: 'lower versions are gone through first, even on a longer way',
    store: [
      'serde 0.9.0->1.0.0 deploy',
      'serde full 0.9.0 deploy',
      'serde 0.5.0->1.0.0 deploy',
      'serde 0.1.0->0.5.0 deploy',
      'serde full 0.1.0 deploy',
    ],
    want: '0.5.0>1.0.0 own#2 | 0.1.0>0.5.0 own#3 | root>0.1.0 own#4',
  },
  {
    case: 'the exemption of the lowest version is taken',
    store: ['serde exempt 1.0.0 deploy', 'serde exempt 0.5.0 deploy', 'serde 0.5.0->1.0.0 deploy'],
    want: '0.5.0>1.0.0 own#0 | root>0.5.0 exemption',
  },
  {
    case: 'of equal steps the own audit is taken, then the first import',
    store: [
      'b:serde full 1.0.0 deploy',
      'a:serde full 1.0.0 deploy',
      'serde full 0.1.0 run',
      'serde full 1.0.0 deploy',
    ],
    want: 'root>1.0.0 own#1',
  },
  {
    case: 'without an own one the first import by name',
    store: ['b:serde full 1.0.0 deploy', 'a:serde full 1.0.0 run', 'a:serde full 1.0.0 deploy'],
    want: 'root>1.0.0 import0#1',
  },
  {
    case: 'to the same version the shorter way is taken, whatever the order of entries',
    store: [
      'serde 2.0.0->0.5.0 deploy',
      'serde 0.5.0->1.0.0 deploy',
      'serde 2.0.0->1.0.0 deploy',
      'serde full 2.0.0 deploy',
    ],
    want: '2.0.0>1.0.0 own#2 | root>2.0.0 own#3',
  },
  {
    case: 'an edge without the criterion leads nowhere',
    store: ['serde full 1.0.0 run', 'serde full 0.9.0 deploy', 'serde 0.9.0->1.0.0 run', 'serde 0.8.0->1.0.0 deploy'],
    want: 'root: root,0.9.0; target: 0.8.0,1.0.0',
  },
  {
    case: 'loops end',
    store: ['serde 0.9.0->1.0.0 deploy', 'serde 1.0.0->0.9.0 deploy', 'serde 1.0.0->1.0.0 deploy'],
    want: 'root: root; target: 0.9.0,1.0.0',
  },
  {
    case: 'regenerating uses an exemption for any criterion',
    store: ['serde exempt 1.0.0 run'],
    mode: 'regenerate-exemptions',
    want: 'root>1.0.0 exemption',
  },
  {
    case: 'regenerating invents one at the lowest version that audits lead from',
    store: ['serde 0.9.0->1.0.0 deploy', 'serde 0.8.0->0.9.0 deploy', 'serde 0.1.0->1.0.0 run'],
    mode: 'regenerate-exemptions',
    want: '0.9.0>1.0.0 own#0 | 0.8.0>0.9.0 own#1 | root>0.8.0 new-exemption',
  },
]

describe('searchPath', () => {
  it.each(rows)('$case', ({ store, mode = 'prefer-exemptions', want }) => {
    expect(search(storeOf(store), mode)).toBe(want)
  })

  it.each([
    { mode: 'prefer-exemptions' as const, want: 'root>1.0.0 exemption' },
    { mode: 'prefer-fresh-imports' as const, want: 'root>1.0.0 import0#0' },
  ])('$mode decides between an exemption and a fresh import', ({ mode, want }) => {
    const store = storeOf(['serde exempt 1.0.0 deploy', 'peer:serde full 1.0.0 deploy'])
    const fresh = store.imports.audits.get('peer')?.audits.get(crate)?.[0]
    expect(search(store, mode, entry => entry === fresh)).toBe(want)
  })

  it.each([
    { mode: 'prefer-exemptions' as const, fresh: false, want: '0.9.0>1.0.0 unpublished' },
    { mode: 'prefer-exemptions' as const, fresh: true, want: '0.8.0>1.0.0 own#1' },
    { mode: 'prefer-fresh-imports' as const, fresh: true, want: '0.9.0>1.0.0 unpublished' },
    { mode: 'prefer-fresh-imports' as const, fresh: false, want: '0.8.0>1.0.0 own#1' },
  ])('$mode, unpublished entry fresh $fresh', ({ mode, fresh, want }) => {
    // Against an exemption and a fresh import below it, an unpublished entry is liked or disliked as a whole.
    const store = storeOf([
      'serde full 0.9.0 deploy',
      'serde 0.8.0->1.0.0 deploy',
      'serde unpublished 1.0.0 as 0.9.0',
      'peer:serde full 0.8.0 deploy',
    ])
    const imported = store.imports.audits.get('peer')?.audits.get(crate)?.[0]
    const unpublished = store.imports.unpublished.get(crate)?.[0]
    const isFresh = (entry: unknown) => entry === imported || (fresh && entry === unpublished)
    expect(search(store, mode, isFresh).split(' | ')[0]).toBe(want)
  })
})

describe('releases', () => {
  const release = (when: string): PublisherEntry => ({
    version: v('1.0.0'),
    when: d(when),
    source: { kind: 'user', userId: 7n, login: 'u', name: null },
  })
  const entry = { publisher: { kind: 'user' as const, userId: 7n }, start: d('2026-01-01'), end: d('2026-02-01') }
  it.each([
    { case: 'the first day counts', when: '2026-01-01', want: true },
    { case: 'the last day does not', when: '2026-02-01', want: false },
    { case: 'the day before it does', when: '2026-01-31', want: true },
    { case: 'nor does the day before', when: '2025-12-31', want: false },
  ])('$case', ({ when, want }) => {
    expect(coversRelease(entry, release(when))).toBe(want)
  })
  it('needs the same publisher of the same kind', () => {
    expect(coversRelease({ ...entry, publisher: { kind: 'user', userId: 8n } }, release('2026-01-05'))).toBe(false)
    const publisher = { kind: 'trusted-publisher' as const, signature: 'github:a/b' }
    expect(coversRelease({ ...entry, publisher }, release('2026-01-05'))).toBe(false)
    expect(coversRelease({ ...entry, publisher }, { ...release('2026-01-05'), source: publisher })).toBe(true)
  })
  it('prefers a wildcard audit to a trusted entry to an exemption, and an audit to all', () => {
    const base = storeOf(['serde exempt 1.0.0 deploy'])
    const rest = { who: [], criteria: ['safe-to-deploy'], notes: null, aggregatedFrom: [] }
    const wildcard = { ...entry, ...rest, renew: null }
    const trusted = { ...entry, ...rest }
    const withRows = (hasWildcard: boolean, hasTrusted: boolean): VetStore => ({
      ...base,
      audits: {
        ...base.audits,
        wildcardAudits: new Map(hasWildcard ? [[crate, [wildcard]]] : []),
        trusted: new Map(hasTrusted ? [[crate, [trusted]]] : []),
      },
      imports: { ...base.imports, publisher: new Map([[crate, [release('2026-01-05')]]]) },
    })
    expect(search(withRows(true, true), 'prefer-exemptions')).toBe('root>1.0.0 wildcard')
    expect(search(withRows(false, true), 'prefer-exemptions')).toBe('root>1.0.0 trusted')
    expect(search(withRows(false, false), 'prefer-exemptions')).toBe('root>1.0.0 exemption')
  })
})
