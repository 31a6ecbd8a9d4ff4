import { describe, expect, it } from 'vitest'
import { intralineChanges, pairLines } from './intraline.ts'

const marked = (olds: string[], news: string[]) => {
  const hunk = { oldStart: 1, oldEnd: 1 + olds.length, newStart: 1, newEnd: 1 + news.length }
  const cut = (lines: string[], span: { startLineNumber: number; startColumn: number; endColumn: number }) =>
    (lines[span.startLineNumber - 1] ?? '').slice(span.startColumn - 1, span.endColumn - 1)
  return intralineChanges(hunk, olds, news)?.map(change => [cut(olds, change.old), cut(news, change.new)]) ?? null
}

describe('intralineChanges', () => {
  it.each([
    {
      case: 'marks what was put into a line',
      olds: ['pub fn last_os_error() -> Error {'],
      news: ['pub(crate) fn last_os_error() -> Error {'],
      want: [['', '(crate)']],
    },
    {
      case: 'marks nothing when lines share little',
      olds: ['} else {'],
      news: ['match u32::try_from(errno) {'],
      want: null,
    },
    { case: 'marks nothing on a side that is empty', olds: [], news: ['a'], want: null },
    {
      case: 'pairs the lines that are alike, not those at the same place',
      olds: ['let alpha = first(1);'],
      news: ['// a comment that is new', 'let alpha = second(1);'],
      want: [['first', 'second']],
    },
  ])('$case', ({ olds, news, want }) => {
    expect(marked(olds, news)).toEqual(want)
  })

  it('keeps to its limits on text made to be slow', { timeout: 2_000 }, () => {
    const lines = (word: string) => Array.from({ length: 60 }, (_, i) => `${word} ${'ab '.repeat(150)}${i}`)
    marked(lines('x'), lines('y'))
  })
})

it('pairLines keeps the order', () => {
  expect(pairLines(['aaa bbb', 'ccc ddd'], ['ccc ddd', 'aaa bbb'])).toHaveLength(1)
})
