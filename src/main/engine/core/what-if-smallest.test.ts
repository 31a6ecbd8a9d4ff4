// Combinations of changes that clear items, in a notation of their own: `a+b` is a change alone or several together.
import { describe, expect, it } from 'vitest'
import type { Gains } from './what-if-gain.ts'
import { smallestSet } from './what-if-smallest.ts'

/** One text per item: the combinations that clear it, `a | b+c`; empty for an item that nothing clears. */
function gainsOf(items: readonly string[], names: string): Gains {
  const needs = items.map(text =>
    text === '' ? [] : text.split(' | ').map(one => one.split('+').map(name => names.indexOf(name))),
  )
  return {
    items: [],
    relevant: item => [...new Set(needs[item]?.flat())].sort((a, b) => a - b),
    passes: (item, chosen) => needs[item]?.some(one => one.every(i => chosen.has(i))) === true,
    violated: () => [],
  }
}

const NAMES = 'abcdefgh'
function smallest(items: readonly string[], more: Partial<Parameters<typeof smallestSet>[0]> = {}) {
  const gains = gainsOf(items, NAMES)
  const found = smallestSet({
    ...{ gains, items: [...items.keys()], allowed: [...NAMES].map((_, i) => i), weightOf: () => 0 },
    ...more,
  })
  return { set: found.chosen.map(i => NAMES[i]).join(''), cleared: found.cleared.length, limit: found.limit }
}

describe('the smallest set', () => {
  it.each([
    { case: 'is empty where nothing helps', items: ['', ''], want: { set: '', cleared: 0, limit: 0 } },
    { case: 'takes one that clears all', items: ['a', 'a | b', 'a | c'], want: { set: 'a', cleared: 3, limit: 0 } },
    {
      case: 'beats the greedy choice',
      items: ['a | b', 'a | b', 'a | c', 'a | c', 'b', 'c'],
      want: { set: 'bc', cleared: 6, limit: 0 },
    },
    {
      case: 'knows that two together clear what none does alone',
      items: ['a+b'],
      want: { set: 'ab', cleared: 1, limit: 0 },
    },
    { case: 'shares a change of a pair', items: ['a+b', 'b+c | d', 'a'], want: { set: 'abd', cleared: 3, limit: 0 } },
    { case: 'prefers a single change to a pair', items: ['a+b | c'], want: { set: 'c', cleared: 1, limit: 0 } },
    { case: 'leaves out what cannot be cleared', items: ['a', ''], want: { set: 'a', cleared: 1, limit: 0 } },
    {
      case: 'finds three that only work together',
      items: ['a+b+c', 'a | d'],
      want: { set: 'abc', cleared: 2, limit: 0 },
    },
  ])('$case', ({ items, want }) => {
    expect(smallest(items)).toEqual(want)
  })

  it('takes the lighter of two sets of one size', () => {
    expect(smallest(['a | b'], { weightOf: i => (i === 0 ? 1 : 0) }).set).toBe('b')
  })

  it('uses only what is allowed', () => {
    expect(smallest(['a | b', 'b'], { allowed: [0] })).toEqual({ set: 'a', cleared: 1, limit: 0 })
  })

  it('says how many fewer could be possible when it runs out of branches', () => {
    const items = ['a | b', 'c | d', 'a | c', 'b | d', 'e | f', 'f | g', 'e | g']
    expect(smallest(items).limit).toBe(0)
    const stopped = smallest(items, { mostBranches: 1 })
    expect(stopped.limit).toBeGreaterThan(0)
    expect(stopped.set.length - stopped.limit).toBeLessThanOrEqual(smallest(items).set.length)
  })

  it('never claims proof when it runs out of searches', () => {
    const stopped = smallest(['a+b+c | a+d', 'b+d | c'], { mostSearches: 1 })
    expect(stopped.cleared).toBe(2)
    expect(stopped.limit).toBeGreaterThan(0)
  })

  it('is never beaten by trying everything', () => {
    // Every item is cleared by a few combinations chosen by a small generator; all subsets are tried beside it.
    let state = 7
    const next = (n: number) => (state = (state * 48_271) % 2_147_483_647) % n
    for (let round = 0; round < 60; round++) {
      const items = Array.from({ length: 1 + next(6) }, () =>
        Array.from({ length: 1 + next(3) }, () =>
          [...new Set(Array.from({ length: 1 + next(3) }, () => NAMES[next(6)]))].join('+'),
        ).join(' | '),
      )
      const gains = gainsOf(items, NAMES)
      let best = Infinity
      for (let set = 0; set < 64; set++) {
        const chosen = new Set([...NAMES].map((_, i) => i).filter(i => (set & (1 << i)) !== 0))
        if (items.every((_, item) => gains.passes(item, chosen))) best = Math.min(best, chosen.size)
      }
      const found = smallest(items)
      expect(found.limit, items.join(', ')).toBe(0)
      expect(found.set.length, items.join(', ')).toBe(best)
    }
  })
})
