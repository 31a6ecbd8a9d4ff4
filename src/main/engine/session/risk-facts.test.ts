// Where each fact comes from, and when it is unknown or may be out of date.
import { describe, expect, it } from 'vitest'
import { brand, packageKey, type VetVersion } from '../../../shared/domain.ts'
import { fail, ok } from '../../../shared/result.ts'
import type { QueueItem } from '../../../shared/wire.ts'
import { indexAdvisories, readAdvisory } from '../core/advisories.ts'
import type { Release } from '../core/publishers.ts'
import type { IndexVersion } from '../io/registry-index.ts'
import type { ArchiveFacts } from './risk-archive.ts'
import { hitsOf, riskFacts, type ItemInput } from './risk-facts.ts'

const NOW = Date.UTC(2026, 5, 30)
const version = (text: string) => brand<'VetVersion'>(text)
const read = (patched: string[]) =>
  readAdvisory(
    { advisory: { id: 'RUSTSEC-2026-0001', package: 'leaky', date: '2026-01-01' }, versions: { patched } },
    { title: 'It leaks', description: '' },
  )
const database = (patched: string[], isBroken = false) =>
  indexAdvisories([
    { path: 'crates/leaky/A.md', crate: 'leaky', read: read(patched) },
    ...(isBroken ? [{ path: 'crates/leaky/B.md', crate: 'leaky', read: fail('line 1') }] : []),
    { path: 'crates/other/C.md', crate: 'other', read: ok(null) },
  ])
const item: QueueItem = {
  ...{ key: packageKey('leaky', '1.2.0'), crate: brand<'CrateName'>('leaky'), version: version('1.2.0') },
  ...{ because: 'failing', missing: [], neededBy: [], neededByText: '', isDevOnly: false, readLines: null },
  delta: { from: version('1.1.0'), to: version('1.2.0') },
  size: { state: 'measured', stat: { insertions: 7, deletions: 3, filesChanged: 1 } },
}
const archive = (change: Partial<ArchiveFacts> = {}): ArchiveFacts => ({
  ...{ buildScript: null, procMacro: false, unsafe: 1, ffi: 0, process: 0, network: 0, fileSystem: 0 },
  ...{ unsafeTexts: ['a'], unread: 0 },
  ...change,
})
const input = (change: Partial<ItemInput> = {}): ItemInput => ({
  ...{ item, isFromRegistry: true, place: { usage: 'runtime', depth: 2, dependents: 3 }, hasKinds: true },
  ...{ hasDefaultFeatures: true, hasAudits: true, advisories: database(['>=1.2.0']) },
  database: { state: 'known', reason: null, advisories: 1, unread: 0, commit: null, committedAt: null, fetchedAt: 5 },
  index: text => published.find(one => one.version === text) ?? null,
  ...{ published, releases: null, provenance: null, archive: () => null, nowMs: NOW },
  ...change,
})
const published: readonly IndexVersion[] = ['1.1.0', '1.2.0', '1.3.0'].map(text => ({
  ...{ version: text, checksum: '0'.repeat(64), yanked: text === '1.2.0' },
  publishedAt: text === '1.2.0' ? '2026-06-20T12:00:00Z' : null,
}))

describe('advisories', () => {
  it('tells those of the old version from those of the new, and offers what is fixed', () => {
    expect(hitsOf(input())).toMatchObject([{ hitsOld: true, hitsNew: false, fixedBy: null }])
    expect(hitsOf(input({ advisories: database(['>=1.3.0']) }))).toMatchObject([
      { hitsOld: true, hitsNew: true, fixedBy: '1.3.0' },
    ])
    expect(riskFacts(input()).advisoriesOld).toMatchObject({ state: 'known', value: [{ id: 'RUSTSEC-2026-0001' }] })
    expect(riskFacts(input()).advisoriesNew).toMatchObject({ state: 'known', value: [], date: 5 })
  })

  it.each<[string, Partial<ItemInput>, string]>([
    [
      'without a database',
      { advisories: null, database: { ...input().database, state: 'unknown', reason: 'gone' } },
      'gone',
    ],
    ['of another registry', { isFromRegistry: false }, 'not of the registry'],
    ['when a file about the crate cannot be read', { advisories: database(['>=1.2.0'], true) }, '1 of its advisories'],
  ])('are unknown %s', (_, change, reason) => {
    const facts = riskFacts(input(change))
    expect(facts.advisoriesNew).toMatchObject({ state: 'unknown', reason: expect.stringContaining(reason) })
    expect(facts.advisoriesOld).toMatchObject({ state: 'unknown' })
  })

  it('of an old database may be out of date', () =>
    expect(riskFacts(input({ database: { ...input().database, state: 'stale' } })).advisoriesNew.state).toBe('stale'))
})

describe('publishers', () => {
  const by = (text: string, login: string | null): Release => ({
    version: version(text),
    createdAt: brand<'IsoDate'>('2026-01-01'),
    source: login === null ? null : { kind: 'user', userId: BigInt(login.length), login, name: null },
  })
  it.each<[Release[] | null, unknown]>([
    [null, { state: 'unknown', reason: 'the registry was not asked' }],
    [[by('1.1.0', 'ann')], { state: 'unknown' }],
    [[by('1.2.0', null)], { state: 'unknown' }],
    [[by('1.2.0', 'ann')], { value: { kind: 'first', name: 'ann' } }],
    [[by('1.1.0', 'ann'), by('1.2.0', 'ann')], { value: { kind: 'same', earlier: 1 } }],
    [[by('1.2.0', 'ann'), by('1.1.0', 'bobby')], { value: { kind: 'new', name: 'ann', before: 'bobby' } }],
    [[by('1.0.0', 'ann'), by('1.1.0', 'bobby'), by('1.2.0', 'ann')], { value: { kind: 'changed', before: 'bobby' } }],
    // A later release says nothing about who had published before.
    [[by('1.3.0', 'ann'), by('1.1.0', 'bobby'), by('1.2.0', 'ann')], { value: { kind: 'new' } }],
  ])('%#', (releases, want) => expect(riskFacts(input({ releases })).publisher).toMatchObject(want as object))
})

describe('archives', () => {
  const both = (now: ArchiveFacts | null, before: ArchiveFacts | null) =>
    riskFacts(input({ archive: (of: VetVersion) => (of === '1.2.0' ? now : before) }))
  it('are unknown while they were not looked through', () => {
    const facts = both(null, archive())
    for (const fact of [facts.buildScript, facts.procMacro, facts.code, facts.unsafeNew])
      expect(fact.state).toBe('unknown')
  })
  it('an old version that is missing leaves the change unknown, and a build script counts as changed', () => {
    const facts = both(archive({ buildScript: 'x' }), null)
    expect(facts.unsafeNew.state).toBe('unknown')
    expect(facts.buildScript).toMatchObject({ value: { has: true, isChanged: true } })
    expect(facts.code).toMatchObject({ state: 'known', value: { unsafe: 1 } })
  })
  it('compares both ends', () => {
    const facts = both(archive({ buildScript: 'x', unsafeTexts: ['a', 'b'] }), archive({ buildScript: 'x' }))
    expect(facts.unsafeNew).toMatchObject({ state: 'known', value: 1 })
    expect(facts.buildScript).toMatchObject({ value: { isChanged: false } })
  })
  it('a file that nobody could look through makes the counts unknown', () => {
    const facts = both(archive({ unread: 1 }), archive())
    expect([facts.code.state, facts.unsafeNew.state]).toEqual(['unknown', 'unknown'])
    expect(both(archive(), archive({ unread: 1 })).unsafeNew.state).toBe('unknown')
  })
})

it('the rest, known and not', () => {
  expect(riskFacts(input())).toMatchObject({
    yanked: { value: true },
    releaseAge: { value: 9 },
    lines: { value: 10 },
    audit: { value: 'delta' },
    usage: { value: 'runtime', source: 'cargo metadata' },
    depth: { value: 2 },
    dependents: { value: 3 },
    defaultFeatures: { value: true },
    provenance: { state: 'unknown' },
  })
  const bare = input({ published: null, index: () => null, place: null, hasKinds: false, hasDefaultFeatures: null })
  for (const fact of ['yanked', 'releaseAge', 'usage', 'depth', 'dependents', 'defaultFeatures'] as const)
    expect(riskFacts(bare)[fact].state, fact).toBe('unknown')
  expect(riskFacts(input({ hasKinds: false })).usage.state).toBe('unknown')
  const full = { ...item, delta: { from: null, to: item.version } }
  expect(riskFacts(input({ item: full })).audit).toMatchObject({ value: 'full' })
  expect(riskFacts(input({ item: full, hasAudits: false })).audit).toMatchObject({ value: 'first' })
})
