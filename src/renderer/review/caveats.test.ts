import { expect, test } from 'vitest'
import { hasCaveat, noteParts } from './caveats.ts'

const marked = (text: string) => noteParts(text).flatMap(part => (part.isCaveat ? [part.text] : []))

test.each([
  ['I did not review the tests.', ['did not review']],
  ["We didn't closely review the asm.", ["didn't closely review"]],
  ['The tests were not reviewed, benches skipped.', ['were not reviewed', 'skipped']],
  ['Partial audit: only looked at unsafe blocks.', ['Partial', 'only looked']],
  ['Skimmed the docs, cursory review of the rest.', ['Skimmed', 'cursory']],
  ['The generated tables have\nnot been checked.', ['have\nnot been checked']],
  ['Cryptography is out of scope; approved without reading it.', ['out of scope', 'without reading']],
  ['A quick look at build.rs, spot-checked constants.', ['quick look', 'spot-checked']],
])('%s', (text, want) => {
  expect(marked(text)).toEqual(want)
  expect(
    noteParts(text)
      .map(part => part.text)
      .join(''),
  ).toBe(text)
})

test.each([
  'Reviewed in full, no unsafe code. It does not read the environment.',
  'Derives PartialEq; the parser does not panic.',
  'Adds a skip list and reads only what it is given.',
])('%s has no caveat', text => expect(hasCaveat(text)).toBe(false))

test('a long hostile note is read in linear time', { timeout: 1_000 }, () => {
  noteParts(`did not ${'verylovely '.repeat(80_000)}`)
  noteParts('not '.repeat(160_000))
  expect(hasCaveat(null)).toBe(false)
})
