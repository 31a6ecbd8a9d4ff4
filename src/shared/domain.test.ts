import fc from 'fast-check'
import { expect, it } from 'vitest'
import { reviewId, reviewOfId, type CrateName, type VetVersion } from './domain.ts'

const word = fc.stringMatching(/^[A-Za-z0-9_.+:@-]{1,12}$/)

it('finds crate and delta in what they made', () => {
  fc.assert(
    fc.property(word, fc.option(word), word, (name, from, to) => {
      const named = { crate: name as CrateName, delta: { from: from as VetVersion | null, to: to as VetVersion } }
      expect(reviewOfId(reviewId(named.crate, named.delta))).toEqual(named)
    }),
  )
})

it.each(['', 'serde', 'serde 1.0.0 ->', 'serde -> 1.0.0', 'serde 1.0.0 1.0.1', 'serde 1 -> 2 -> 3', 'a 1\n2'])(
  'finds nothing in %j',
  text => {
    expect(reviewOfId(text)).toBeNull()
  },
)
