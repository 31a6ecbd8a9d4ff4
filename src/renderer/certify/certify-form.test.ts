/** Texts of the certify sheet: the short form of a criterion, and what a diff leaves out. */
import { expect, it } from 'vitest'
import { firstSentence } from './certify-form.tsx'
import { skippedText } from './certify-preview.tsx'

it.each([
  ['One sentence.', 'One sentence.', false],
  ['First here. Then more.', 'First here.', true],
  ['Uses e.g. files. And more.', 'Uses e.g. files.', true],
  ['Runs without\nsurprises, such as:\n * Reading data.\n * More.', 'Runs without surprises …', true],
  ['First paragraph\nof two\n\nSecond.', 'First paragraph of two', true],
])('%j', (description, first, hasMore) => expect(firstSentence(description)).toEqual({ first, hasMore }))

const line = (newNo: number | null) => ({ tag: 'same' as const, oldNo: null, newNo, text: '' })

it.each([
  ['between two lines', line(4), line(9), '4 unchanged lines'],
  ['before the first', undefined, line(2), '1 unchanged line'],
  ['after a removed line', line(null), line(9), 'unchanged lines'],
  ['at the end', line(9), undefined, 'unchanged to the end'],
])('says what is skipped %s', (_, before, after, wanted) => expect(skippedText(before, after)).toBe(wanted))
