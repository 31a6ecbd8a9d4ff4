import { expect, it } from 'vitest'
import { lineIn, minutesOf, REASON, TIME, withLine } from './note-lines.ts'

it.each<readonly [string, string, string | null, string]>([
  ['comes alone', '', 'few', `${REASON.start}few`],
  ['comes below', 'Read.\n', 'few', `Read.\n${REASON.start}few`],
  ['comes as a paragraph of its own', 'a\n\nb', 'few', `a\n\nb\n\n${REASON.start}few`],
  ['is changed in its place', `a\n${REASON.start}x\nb`, 'y', `a\n${REASON.start}y\nb`],
  ['stays one line', '', 'a\n b', `${REASON.start}a b`],
  ['keeps a blank at its end while it is typed', '', 'a ', `${REASON.start}a `],
  ['is taken out', `a\n${REASON.start}x\nb`, null, 'a\nb'],
  ['is taken out with its blank line', `a\n\n${REASON.start}x\n\nb`, null, 'a\n\nb'],
  ['is taken out at the end', `a\n\n${REASON.start}x`, null, 'a'],
  ['is taken out alone', `${REASON.start}x`, null, ''],
  ['was not there', 'a', null, 'a'],
])('the line %s', (_, notes, text, wanted) => {
  const after = withLine(notes, REASON, text)
  expect(after).toBe(wanted)
  expect(lineIn(after, REASON)).toBe(text === null ? null : text.replace('\n ', ' '))
})

it('reads a line only in its whole form', () => {
  expect(lineIn('Reading time 3 minutes.', TIME)).toBe('3 minutes')
  expect(lineIn('Reading time was short', TIME)).toBeNull()
})

it.each([
  [59_999, 'under a minute'],
  [119_000, '1 minute'],
  [6_150_000, '102 minutes'],
])('%i ms', (ms, text) => expect(minutesOf(ms)).toBe(text))
