// What prune, a peer or a publisher would let go; held against solving the store without those exemptions.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildDepGraph } from './dep-graph.ts'
import { removableExemptions, removableWithPeer, unprunableCrates } from './overview-exemptions.ts'
import { resolve } from './resolve.ts'
import type { AuditsFile, VetStore } from './store-model.ts'
import { graphOf, mapperOf, storeOf } from './test-notation.ts'

const graph = buildDepGraph(graphOf('app -> x 1.0.0, y 1.0.0, z 1.0.0'), new Map())
const inputOf = (lines: readonly string[]) => {
  const store = storeOf(lines)
  return { graph, store, mapper: mapperOf(store) }
}
/** The entries of a peer that is not imported. */
const peerFile = (lines: readonly string[]): AuditsFile => storeOf(lines).audits
const value = <T>(result: { readonly ok: boolean; readonly value?: T }): T => {
  if (!result.ok) throw new Error('failed')
  return result.value as T
}

describe('what prune would take away', () => {
  it('is what nothing needs: superseded, of another version, or of no package', () => {
    const found = value(
      removableExemptions(
        inputOf([
          'x exempt 1.0.0 deploy',
          'x full 1.0.0 deploy',
          'y exempt 1.0.0 deploy',
          'y exempt 0.9.0 deploy',
          'z exempt 1.0.0 deploy',
          'gone exempt 1.0.0 deploy',
        ]),
      ),
    )
    // PARITY: an audit that does the same is preferred.
    expect([...found.whole].sort()).toEqual(['gone@1.0.0', 'x@1.0.0', 'y@0.9.0'])
  })

  it('is a part of the criteria when the rest is needed', () => {
    const found = value(
      removableExemptions(
        inputOf(['x exempt 1.0.0 deploy', 'x full 1.0.0 run', 'y exempt 1.0.0 deploy', 'z full 1.0.0 deploy']),
      ),
    )
    expect([...found.whole, ...found.partly]).toEqual([])
  })

  it('is nothing of a crate that fails or contradicts itself, and that is known', () => {
    const input = inputOf([
      'x exempt 0.9.0 deploy',
      'y exempt 1.0.0 deploy',
      'y violation =1.0.0 deploy',
      'z exempt 1.0.0 deploy',
    ])
    expect([...value(removableExemptions(input)).whole]).toEqual([])
    expect([...value(unprunableCrates(input, new Set(['x'])))].sort()).toEqual(['x', 'y'])
  })
})

describe('what a peer would let go', () => {
  const input = inputOf([
    'x exempt 1.0.0 deploy',
    'y exempt 0.9.0 deploy',
    'y 0.9.0->1.0.0 deploy',
    'z exempt 1.0.0 deploy',
  ])
  const without = value(removableExemptions(input))
  it.each([
    { case: 'has read the version', peer: ['x full 1.0.0 deploy'], want: ['x@1.0.0'] },
    { case: 'has read what our delta starts from', peer: ['y full 0.9.0 deploy'], want: ['y@0.9.0'] },
    { case: 'has read it for less', peer: ['x full 1.0.0 run'], want: [] },
    { case: 'has read another version', peer: ['x full 0.9.0 deploy'], want: [] },
    { case: 'contradicts the exemption', peer: ['x full 1.0.0 deploy', 'x violation =1.0.0 deploy'], want: [] },
  ])('who $case', ({ peer, want }) => {
    expect([...value(removableWithPeer(input, 'them', peerFile(peer), without))]).toEqual(want)
  })
  it('is only what could not go without', () => {
    const superfluous = inputOf(['x exempt 1.0.0 deploy', 'x full 1.0.0 deploy'])
    const now = value(removableExemptions(superfluous))
    expect([...value(removableWithPeer(superfluous, 'them', peerFile(['x full 1.0.0 deploy']), now))]).toEqual([])
  })
})

it('what is said to go can go, all of it at once: the check says the same of every package', () => {
  const crate = fc.constantFrom('x', 'y', 'z')
  const version = fc.constantFrom('0.8.0', '0.9.0', '1.0.0')
  const criteria = fc.constantFrom('run', 'deploy')
  const line = fc.oneof(
    fc.tuple(crate, version, criteria).map(([c, v, k]) => `${c} full ${v} ${k}`),
    fc.tuple(crate, version, version, criteria).map(([c, a, b, k]) => `${c} ${a}->${b} ${k}`),
  )
  const exempt = fc.tuple(crate, version, criteria).map(([c, v, k]) => `${c} exempt ${v} ${k}`)
  fc.assert(
    fc.property(
      fc.uniqueArray(exempt, { maxLength: 6 }),
      fc.array(line, { maxLength: 6 }),
      fc.array(line, { maxLength: 6 }),
      (exemptions, own, theirs) => {
        const input = inputOf([...exemptions, ...own])
        const without = value(removableExemptions(input))
        const file = peerFile(theirs)
        const more = value(removableWithPeer(input, 'them', file, without))
        const imports = { ...input.store.imports, audits: new Map([['them', file]]) }
        const gone = new Set<string>([...without.whole, ...more])
        const left = [...input.store.config.exemptions].map(
          ([name, list]) => [name, list.filter(entry => !gone.has(`${name}@${entry.version}`))] as const,
        )
        const imported: VetStore = { ...input.store, imports }
        const pruned: VetStore = { ...imported, config: { ...input.store.config, exemptions: new Map(left) } }
        const failing = (store: VetStore) => value(resolve({ ...input, store })).failures.map(f => f.name)
        expect(failing(pruned)).toEqual(failing(imported))
      },
    ),
    { numRuns: 1_000 },
  )
})
