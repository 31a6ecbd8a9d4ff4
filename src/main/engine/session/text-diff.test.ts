import { describe, expect, it } from 'vitest'
import { diffTexts } from './text-diff.ts'

describe('diffTexts', () => {
  it('is empty for equal texts', () => {
    expect(diffTexts('a\nb\n', 'a\nb\n')).toEqual({ added: 0, removed: 0, lines: [] })
  })
  it('numbers lines on both sides', () => {
    expect(diffTexts('a\nb\nc\n', 'a\nx\ny\nc\n')).toEqual({
      added: 2,
      removed: 1,
      lines: [
        { tag: 'same', oldNo: 1, newNo: 1, text: 'a' },
        { tag: 'del', oldNo: 2, newNo: null, text: 'b' },
        { tag: 'add', oldNo: null, newNo: 2, text: 'x' },
        { tag: 'add', oldNo: null, newNo: 3, text: 'y' },
        { tag: 'same', oldNo: 3, newNo: 4, text: 'c' },
      ],
    })
  })
  it('marks what is left out before a hunk', () => {
    const before = Array.from({ length: 20 }, (_, i) => `line ${i}`).join('\n')
    const { lines } = diffTexts(before, before.replace('line 10', 'changed'))
    expect(lines[0]).toEqual({ tag: 'skip', oldNo: null, newNo: null, text: '' })
    expect(lines[1]).toEqual({ tag: 'same', oldNo: 8, newNo: 8, text: 'line 7' })
  })
})
