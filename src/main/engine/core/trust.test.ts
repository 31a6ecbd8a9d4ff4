import { describe, expect, it } from 'vitest'
import { brand } from '../../../shared/domain.ts'
import { certifyWildcard, type WildcardRequest } from './certify-wildcard.ts'
import { buildDepGraph } from './dep-graph.ts'
import { resolve } from './resolve.ts'
import type { PublisherEntry, TrustedEntry, VetStore } from './store-model.ts'
import { storeForSuggest } from './suggest.ts'
import { graphOf, linesOfStore, mapperOf, storeOf } from './test-notation.ts'
import { planTrustAll, solePublisher, trustPublisher, trustSeveral, type TrustRequest } from './trust.ts'

const day = brand<'IsoDate'>
const crate = brand<'CrateName'>
const TODAY = day('2026-11-01')

const by = (id: number): PublisherEntry['source'] => ({ kind: 'user', userId: BigInt(id), login: `u${id}`, name: null })
const row = (version: string, when: string, source = by(1)): PublisherEntry => ({
  version: brand<'VetVersion'>(version),
  when: day(when),
  source,
})

const graph = buildDepGraph(graphOf('app -> leaf 1.1.0, tree 2.0.0'), new Map())

function withRows(lines: string[], rows: Record<string, PublisherEntry[]>): VetStore {
  const store = storeOf(lines)
  const publisher = new Map(Object.entries(rows).map(([name, list]) => [crate(name), list]))
  return { ...store, imports: { ...store.imports, publisher } }
}

const LEAF_ROWS = { leaf: [row('1.0.0', '2024-05-05'), row('1.1.0', '2025-05-05'), row('1.2.0', '2020-01-01', by(2))] }

function trust(
  store: VetStore,
  request: Partial<TrustRequest> = {},
  isFresh: (entry: unknown) => boolean = () => false,
) {
  return trustPublisher({
    graph,
    store,
    mapper: mapperOf(store),
    today: TODAY,
    isFresh,
    request: {
      crate: crate('leaf'),
      publisher: 'u1',
      criteria: ['safe-to-deploy'],
      start: null,
      end: null,
      notes: null,
      ...request,
    },
  })
}

const trustedOf = (store: VetStore): readonly TrustedEntry[] => store.audits.trusted.get(crate('leaf')) ?? []

describe('trustPublisher', () => {
  it('starts at the first release, ends in a year, drops the exemption and keeps only the needed row', () => {
    const store = withRows(['leaf exempt 1.1.0 deploy', 'tree exempt 2.0.0 deploy'], LEAF_ROWS)
    const rows = new Set<unknown>(LEAF_ROWS.leaf)
    const done = trust(store, {}, entry => rows.has(entry))
    if (!done.ok) throw new Error(done.error.code)
    expect(done.value.entry).toMatchObject({ start: '2024-05-05', end: '2027-11-01', publisher: { userId: 1n } })
    expect(linesOfStore(done.value.store)).toEqual(['tree exempt 2.0.0 deploy'])
    expect(done.value.store.imports.publisher.get(crate('leaf'))?.map(r => r.version)).toEqual(['1.1.0'])
  })
  it('does not lift an exemption where the release lies outside the range', () => {
    const store = withRows(['leaf exempt 1.1.0 deploy'], LEAF_ROWS)
    const done = trust(store, { end: day('2025-05-05') })
    expect(done.ok && linesOfStore(done.value.store)).toEqual(['leaf exempt 1.1.0 deploy'])
  })
  it('refuses a stranger and an unknown criterion', () => {
    const store = withRows([], LEAF_ROWS)
    expect(trust(store, { publisher: 'u9' })).toMatchObject({ ok: false, error: { code: 'publisher-unknown' } })
    expect(trust(store, { criteria: ['nonsense'] })).toMatchObject({ ok: false, error: { code: 'criteria-unknown' } })
  })

  const old: TrustedEntry = {
    criteria: ['safe-to-deploy'],
    publisher: { kind: 'user', userId: 1n },
    start: day('2024-06-01'),
    end: day('2027-01-01'),
    notes: 'ours',
    aggregatedFrom: [],
  }
  it.each<[string, Partial<TrustedEntry>, Partial<TrustRequest>, boolean]>([
    ['a range within the new one', {}, {}, true],
    ['the same range', { start: day('2024-05-05'), end: day('2027-11-01') }, {}, true],
    ['a range that starts earlier', { start: day('2024-05-04') }, {}, false],
    ['a range that ends later', { end: day('2027-11-02') }, {}, false],
    ['other criteria', { criteria: ['safe-to-run'] }, {}, false],
    ['another publisher', { publisher: { kind: 'user', userId: 2n } }, {}, false],
    ['new notes', {}, { notes: 'mine' }, false],
    ['a later stated end', { end: day('2030-01-01') }, { end: day('2031-01-01') }, true],
  ])('widens an entry? %s', (_, entry, request, isWidened) => {
    const store = withRows([], LEAF_ROWS)
    const trusted = new Map([[crate('leaf'), [{ ...old, ...entry }]]])
    const done = trust({ ...store, audits: { ...store.audits, trusted } }, request)
    if (!done.ok) throw new Error(done.error.code)
    expect(done.value.isWidened).toBe(isWidened)
    expect(trustedOf(done.value.store)).toHaveLength(isWidened ? 1 : 2)
    if (isWidened) expect(trustedOf(done.value.store)[0]).toMatchObject({ start: '2024-05-05', notes: 'ours' })
  })
})

describe('solePublisher', () => {
  it.each([
    ['nobody', [], 'publisher-unknown'],
    ['one', [row('1.0.0', '2020-01-01'), row('1.1.0', '2020-01-02')], 'u1'],
    ['two', [row('1.0.0', '2020-01-01'), row('1.1.0', '2020-01-02', by(2))], 'publisher-ambiguous'],
  ])('%s', (_, rows, expected) => {
    const found = solePublisher(crate('leaf'), rows)
    expect(found.ok ? found.value : found.error.code).toBe(expected)
  })
})

describe('trust --all', () => {
  const rows = { ...LEAF_ROWS, tree: [row('2.0.0', '2023-03-03')] }
  const store = withRows(['leaf exempt 1.1.0 deploy', 'tree exempt 2.0.0 run'], rows)
  const plan = (publisher: string, allow: boolean) => {
    const mapper = mapperOf(store)
    const report = resolve({ graph, store: storeForSuggest(store), mapper })
    if (!report.ok) throw new Error(report.error.code)
    return planTrustAll(mapper, report.value, publisher, allow, name => rows[name as 'leaf' | 'tree'] ?? [])
  }
  it('skips crates that others published too, unless allowed', () => {
    expect(plan('u1', false)).toEqual({
      ok: true,
      value: { crates: ['tree'], skipped: ['leaf'], criteria: ['safe-to-deploy'] },
    })
    expect(plan('u1', true)).toMatchObject({ ok: true, value: { crates: ['leaf', 'tree'], skipped: [] } })
    expect(plan('u2', false)).toMatchObject({ ok: false, error: { code: 'nothing-to-trust', skipped: ['leaf'] } })
  })
  it('trusts one crate after the other', () => {
    const request = { publisher: 'u1', criteria: ['safe-to-deploy'], start: null, end: null, notes: null }
    const done = trustSeveral(
      { graph, store, mapper: mapperOf(store), today: TODAY },
      [crate('leaf'), crate('tree')],
      request,
    )
    if (!done.ok) throw new Error(done.error.code)
    expect([...done.value.audits.trusted.keys()]).toEqual(['leaf', 'tree'])
    expect(linesOfStore(done.value)).toEqual([])
  })
})

describe('certifyWildcard', () => {
  const certify = (request: Partial<WildcardRequest>, force = false) => {
    const store = withRows(['leaf exempt 1.1.0 deploy'], { ...LEAF_ROWS, absent: [row('1.0.0', '2020-01-01')] })
    const asked = { crate: crate('leaf'), publisher: 'u1', criteria: ['safe-to-run', 'safe-to-deploy'], who: ['Ann'] }
    const whole = { ...asked, start: null, end: null, notes: null, ...request }
    return certifyWildcard({ graph, store, mapper: mapperOf(store), today: TODAY, force, request: whole })
  }
  it('writes minimal criteria, the first release as start, a year as end, and drops the exemption', () => {
    const done = certify({})
    if (!done.ok) throw new Error(done.error.code)
    const expected = { criteria: ['safe-to-deploy'], start: '2024-05-05', end: '2027-11-01', renew: null }
    expect(done.value.added).toMatchObject(expected)
    expect(linesOfStore(done.value.store)).toEqual([])
  })
  it('a stated end is not renewed; a day beyond a year is refused', () => {
    expect(certify({ end: day('2027-11-01') })).toMatchObject({ ok: true, value: { added: { renew: false } } })
    expect(certify({ end: day('2027-11-02') })).toMatchObject({
      ok: false,
      error: { code: 'wildcard-end-date', latest: '2027-11-01' },
    })
  })
  it('refuses strangers, and crates outside the workspace unless forced', () => {
    expect(certify({ publisher: 'u3' })).toMatchObject({ ok: false, error: { code: 'publisher-unknown' } })
    expect(certify({ crate: crate('absent') })).toMatchObject({ ok: false, error: { code: 'package-unknown' } })
    expect(certify({ crate: crate('absent') }, true)).toMatchObject({ ok: true })
    expect(certify({ criteria: [] })).toMatchObject({ ok: false, error: { code: 'criteria-none-chosen' } })
  })
})
