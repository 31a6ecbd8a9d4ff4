import { describe, expect, it } from 'vitest'
import { endsByPath, endText, nearestEnd, inUnified } from './move-ends.ts'

const place = (path: string, line: number, endLine: number) => ({ path, line, endLine })
const ends = endsByPath([
  { from: place('a.rs', 40, 50), to: place('b.rs', 3, 13) },
  { from: place('a.rs', 10, 20), to: place('c.rs', 1, 11) },
  { from: place('d.rs', 5, 15), to: place('a.rs', 12, 22) },
])

describe('moved blocks', () => {
  it('stand at both ends, in the order of the lines', () => {
    expect([...ends.keys()].sort()).toEqual(['a.rs', 'b.rs', 'c.rs', 'd.rs'])
    expect(ends.get('a.rs')?.map(end => `${end.side} ${end.line}: ${endText(end)}`)).toEqual([
      'old 10: moved to c.rs:1',
      'new 12: moved from d.rs:5',
      'old 40: moved to b.rs:3',
    ])
  })
  it('are gone to from their lines, or from above them', () => {
    const near = (side: 'old' | 'new', line: number) => {
      const end = nearestEnd(ends.get('a.rs') ?? [], { side, line, endLine: line })
      return end === null ? null : endText(end)
    }
    expect(near('old', 15)).toBe('moved to c.rs:1')
    expect(near('new', 15)).toBe('moved from d.rs:5')
    expect(near('old', 25)).toBe('moved to b.rs:3')
    expect(near('new', 90)).toBe('moved to c.rs:1')
    expect(nearestEnd([], null)).toBeNull()
  })
})

it('names where removed lines went above the line they stood before, in the unified layout', () => {
  const other = { path: 'b.rs', side: 'new' as const, line: 1, endLine: 4 }
  const end = (line: number) => ({ side: 'old' as const, line, endLine: line + 3, other })
  const hunks = [
    { oldStart: 5, oldEnd: 9, newStart: 5 },
    { oldStart: 20, oldEnd: 30, newStart: 16 },
  ]
  expect(inUnified([end(5), end(24), end(12)], hunks)).toEqual([
    { ...end(5), line: 5, endLine: 4 },
    { ...end(24), line: 16, endLine: 15 },
  ])
})
