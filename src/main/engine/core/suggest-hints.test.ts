import { describe, expect, it } from 'vitest'
import { brand } from '../../../shared/domain.ts'
import { nothingIsFresh } from './audit-graph.ts'
import { buildDepGraph } from './dep-graph.ts'
import type { Release } from './publishers.ts'
import { reportHuman } from './report-human.ts'
import { resolve } from './resolve.ts'
import type { AuditsFile, TrustedEntry, VetStore } from './store-model.ts'
import {
  peerHints,
  planWithPeer,
  THIS_PROJECT,
  trustedPublishers,
  trustHints,
  type SuggestHints,
} from './suggest-hints.ts'
import { candidateDeltas, chooseSuggestions } from './suggest.ts'
import { graphOf, mapperOf, storeOf } from './test-notation.ts'

const day = brand<'IsoDate'>
const version = brand<'VetVersion'>
const leaf = brand<'CrateName'>('leaf')

const release = (at: string, id: number | null): Release => ({
  version: version(at),
  createdAt: day('2024-01-01'),
  source: id === null ? null : { kind: 'user', userId: BigInt(id), login: `u${id}`, name: id === 1 ? 'Uma' : null },
})
const trusts = (id: number): TrustedEntry => ({
  criteria: ['safe-to-deploy'],
  publisher: { kind: 'user', userId: BigInt(id) },
  start: day('2020-01-01'),
  end: day('2030-01-01'),
  notes: null,
  aggregatedFrom: [],
})

/** Who trusts whom: `{ us: { other: [1] }, mozilla: {…} }`. */
function storeTrusting(who: Record<string, Record<string, number[]>>): VetStore {
  const store = storeOf(Object.keys(who).flatMap(name => (name === 'us' ? [] : [`${name}:absent full 1.0.0 run`])))
  const tableOf = (rows: Record<string, number[]> = {}) =>
    new Map(Object.entries(rows).map(([crate, ids]) => [brand<'CrateName'>(crate), ids.map(trusts)]))
  const audits = [...store.imports.audits].map(
    ([name, file]) => [name, { ...file, trusted: tableOf(who[name]) }] as const,
  )
  return {
    ...store,
    audits: { ...store.audits, trusted: tableOf(who['us']) },
    imports: { ...store.imports, audits: new Map(audits) },
  }
}

describe('trustHints', () => {
  const releases = [release('1.0.0', 1), release('1.1.0', 2), release('1.2.0', null)]
  const hint = (to: string, who: Parameters<typeof storeTrusting>[0], known: readonly Release[] | null = releases) => {
    const store = storeTrusting(who)
    return trustHints({ name: leaf, delta: { from: null, to: version(to) } }, known, store, trustedPublishers(store))
  }
  it.each<[string, string, Parameters<typeof storeTrusting>[0], string | null, readonly string[] | null, boolean]>([
    ['nobody trusts anybody', '1.1.0', {}, 'u2', null, false],
    ['a peer trusts the publisher of this very version', '1.1.0', { moz: { x: [2] } }, 'u2', ['moz'], true],
    ['peers in byte order', '1.1.0', { b: { x: [2] }, a: { y: [2] } }, 'u2', ['a', 'b'], true],
    ['this project hides peers', '1.1.0', { us: { x: [2] }, a: { y: [2] } }, 'u2', [THIS_PROJECT], true],
    ['the publisher of another version', '1.1.0', { moz: { x: [1] } }, 'u2', ['moz'], false],
    [
      'not another version where we trust somebody for the crate',
      '1.1.0',
      { us: { leaf: [9] }, m: { x: [1] } },
      'u2',
      null,
      false,
    ],
    ['a version nobody we know published', '1.2.0', { moz: { x: [2] } }, null, ['moz'], false],
    ['a git version has no publisher', `1.1.0@git:${'a'.repeat(40)}`, { moz: { x: [2] } }, null, ['moz'], false],
  ])('%s', (_, to, who, publisher, trustedBy, isExactVersion) => {
    const found = hint(to, who)
    expect(found.publisher).toBe(publisher)
    expect(found.trust?.trustedBy ?? null).toEqual(trustedBy)
    if (found.trust !== null) expect(found.trust.isExactVersion).toBe(isExactVersion)
  })
  it('knows nothing without releases, and a sole publisher from all of them', () => {
    expect(hint('1.1.0', { moz: { x: [2] } }, null)).toEqual({ publisher: null, trust: null })
    expect(hint('1.1.0', { moz: { x: [2] } }).trust?.isSolePublisher).toBe(false)
    expect(hint('1.1.0', { moz: { x: [2] } }, releases.slice(1)).trust?.isSolePublisher).toBe(true)
  })
})

describe('planWithPeer', () => {
  const graph = buildDepGraph(graphOf('app -> leaf 1.2.0'), new Map())
  const plan = (...lines: string[]) => {
    const store = storeOf(['leaf full 1.0.0 deploy'])
    const mapper = mapperOf(store)
    const report = resolve({ graph, store, mapper })
    const failure = report.ok ? report.value.failures[0] : undefined
    if (failure === undefined) throw new Error('nothing fails')
    const peer: AuditsFile = storeOf(lines).audits
    const input = { failure, store, mapper, isFresh: nothingIsFresh, peer, target: failure.version, known: null }
    return planWithPeer(input)
  }
  it('finds nothing left, a smaller step, or the same as before', () => {
    expect(plan('leaf 1.0.0->1.2.0 deploy')).toBe('nothing')
    const smaller = plan('leaf 1.0.0->1.1.0 deploy')
    expect(smaller !== null && smaller !== 'nothing' && smaller.candidates).toContainEqual({
      from: '1.1.0',
      to: '1.2.0',
    })
    const same = plan('leaf 1.0.0->1.1.0 run')
    expect(same !== null && same !== 'nothing' && same.candidates).not.toContainEqual({ from: '1.1.0', to: '1.2.0' })
  })
  it('says nothing of a peer that contradicts us', () => {
    expect(plan('leaf 1.0.0->1.2.0 deploy', 'leaf violation * run')).toBeNull()
  })
  it('lists only peers that leave less, fewest first', () => {
    const stat = (insertions: number) => ({ insertions, deletions: 0, filesChanged: 1 })
    const found = peerHints(stat(10), [
      { peer: 'a', stat: stat(9) },
      { peer: 'b', stat: stat(10) },
      { peer: 'c', stat: null },
      { peer: 'd', stat: stat(0) },
    ])
    expect(found).toEqual([
      { peer: 'd', lines: 0 },
      { peer: 'a', lines: 9 },
    ])
  })
})

describe('the report for people', () => {
  const graph = buildDepGraph(graphOf('app -> leaf 1.2.0'), new Map())
  const store = storeOf([])
  const mapper = mapperOf(store)
  const solved = resolve({ graph, store, mapper })
  if (!solved.ok) throw new Error('failed')
  const report = solved.value
  const plans = candidateDeltas({ graph, report, store, mapper, knownVersions: () => null })
  const sizeOf = () => ({ insertions: 5, deletions: 0, filesChanged: 1 })
  const suggest = chooseSuggestions({ graph, report, store, mapper, plans, sizeOf })
  const notes = (hints: Partial<SuggestHints>) =>
    reportHuman(report, suggest, () => ({ publisher: null, trust: null, peers: [], ...hints }))
      .split('\n')
      .filter(line => line.includes('NOTE') || line.includes('inspect'))
  const publisher = { kind: 'user', userId: 1n, login: 'u1', name: 'Uma' } as const
  const trust = { trustedBy: ['a', 'b'], publisher, isExactVersion: false, isSolePublisher: false }
  it('words notes as cargo-vet does', () => {
    expect(notes({ publisher: 'somebody-long' })).toEqual([
      '    cargo vet inspect leaf 1.2.0  somebody-long  app      5 lines',
    ])
    expect(
      notes({
        peers: [
          { peer: 'moz', lines: 0 },
          { peer: 'isrg', lines: 3 },
        ],
      }).slice(1),
    ).toEqual([
      '      NOTE: cargo vet import moz would eliminate this',
      '      NOTE: cargo vet import isrg would reduce this to a 3-line diff',
    ])
    expect(notes({ trust }).slice(1)).toEqual([
      '      NOTE: a and b trust Uma (u1), who published another version of this crate - consider cargo vet trust leaf u1',
    ])
    const sole = { ...trust, trustedBy: ['this project'], isExactVersion: true, isSolePublisher: true }
    expect(notes({ trust: sole }).slice(1)).toEqual([
      '      NOTE: this project trusts Uma (u1) - consider cargo vet trust leaf or cargo vet trust --all u1',
    ])
  })
})
