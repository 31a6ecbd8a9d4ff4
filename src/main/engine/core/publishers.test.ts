import { describe, expect, it } from 'vitest'
import { brand, type CrateName } from '../../../shared/domain.ts'
import { earliestBy, livePublishers, needsPublishers, publisherText, type Release } from './publishers.ts'
import type { DepGraph, ListedPackage } from './dep-graph.ts'
import type { PublisherEntry, VetStore } from './store-model.ts'

const day = brand<'IsoDate'>
const version = brand<'VetVersion'>
const crate = brand<'CrateName'>

const user = (id: number, name: string | null = null): PublisherEntry['source'] => ({
  kind: 'user',
  userId: BigInt(id),
  login: `user${id}`,
  name,
})
const release = (at: string, when: string, source: Release['source']): Release => ({
  version: version(at),
  createdAt: day(when),
  source,
})
const row = (at: string, when: string, source: PublisherEntry['source']): PublisherEntry => ({
  version: version(at),
  when: day(when),
  source,
})

describe('livePublishers', () => {
  it('leaves out releases without a publisher, sorts by version, and marks what imports.lock lacks', () => {
    const stored = [row('1.0.0', '2019-01-01', user(7))]
    const { rows, fresh } = livePublishers(stored, [
      release('1.10.0', '2020-02-02', user(1)),
      release('1.0.0', '2020-01-01', user(2)),
      release('1.9.0', '2020-01-15', null),
      release('1.2.0', '2020-01-10', { kind: 'trusted-publisher', signature: 'github:o/r' }),
    ])
    expect(rows.map(r => r.version)).toEqual(['1.0.0', '1.2.0', '1.10.0'])
    expect(rows[0]).toEqual(row('1.0.0', '2020-01-01', user(2)))
    expect([...fresh].map(r => r.version)).toEqual(['1.2.0', '1.10.0'])
  })
})

describe('needsPublishers', () => {
  const listed = (name: string, isThirdParty: boolean): ListedPackage => ({
    name: crate(name),
    version: version('1.0.0'),
    isCratesIo: isThirdParty,
    isThirdParty,
  })
  const graph: DepGraph = {
    nodes: [],
    topoOrder: [],
    packages: ['w', 't', 'i', 'p', 'none'].map(n => listed(n, true)).concat(listed('first', false)),
  }
  const keys = <V>(...names: string[]) => new Map(names.map(n => [crate(n), [] as V[]] as const)) as never
  const empty = { criteria: new Map(), wildcardAudits: new Map(), audits: new Map(), trusted: new Map() }
  it('is about third-party packages that a wildcard audit or one of our trusted entries names', () => {
    const store: Pick<VetStore, 'audits' | 'imports'> = {
      audits: { ...empty, wildcardAudits: keys('w', 'first', 'absent'), trusted: keys('t') },
      imports: {
        unpublished: new Map(),
        // PARITY: stored rows alone do not make a crate worth asking for.
        publisher: keys('p'),
        audits: new Map([['peer', { ...empty, wildcardAudits: keys('i'), trusted: keys('none') }]]),
      },
    }
    expect(needsPublishers(store, graph)).toEqual(['i', 't', 'w'] as CrateName[])
  })
})

describe('earliestBy', () => {
  it('takes the oldest day, the lower version among equals, and no one else’s', () => {
    const rows = [
      row('1.0.0', '2020-03-01', user(1)),
      row('1.1.0', '2020-01-01', user(2)),
      row('1.2.0', '2020-02-01', user(1)),
      row('1.3.0', '2020-02-01', user(1)),
    ]
    expect(earliestBy(rows, 'user1')?.version).toBe('1.2.0')
    expect(earliestBy(rows, 'nobody')).toBeNull()
  })
  it('names people as cargo-vet does', () => {
    expect(publisherText(user(3, 'A B'))).toBe('A B (user3)')
    expect(publisherText(user(3))).toBe('user3')
  })
})
