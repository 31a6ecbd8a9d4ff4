/** The short form of a criterion's description. */
import { expect, it } from 'vitest'
import { firstSentence } from './certify-form.tsx'

it.each([
  ['One sentence.', 'One sentence.', false],
  ['First here. Then more.', 'First here.', true],
  ['Uses e.g. files. And more.', 'Uses e.g. files.', true],
  ['Runs without\nsurprises, such as:\n * Reading data.\n * More.', 'Runs without surprises …', true],
  ['First paragraph\nof two\n\nSecond.', 'First paragraph of two', true],
])('%j', (description, first, hasMore) => expect(firstSentence(description)).toEqual({ first, hasMore }))
