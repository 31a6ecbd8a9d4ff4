/** When a hunk counts as seen to its end, in both layouts, and when that makes a file partly read. */
import { describe, expect, it } from 'vitest'
import type { Hunk } from '../../shared/wire.ts'
import { hunksSeen, isPartlyRead, type Screen } from './seen-hunks.ts'

const hunk = (oldStart: number, oldEnd: number, newStart: number, newEnd: number): Hunk => ({
  oldStart,
  oldEnd,
  newStart,
  newEnd,
})
const split = (first: number, last: number, old = { first, last }): Screen => ({
  newSide: [{ first, last }],
  oldSide: [old],
  newLines: 100,
})
const unified = (first: number, last: number): Screen => ({ newSide: [{ first, last }], oldSide: null, newLines: 100 })

describe('hunksSeen', () => {
  it.each<[string, Hunk, Screen, boolean]>([
    ['added lines, the last on screen', hunk(5, 5, 5, 9), split(1, 8), true],
    ['added lines, the last below', hunk(5, 5, 5, 9), split(1, 7), false],
    ['added lines, all scrolled past', hunk(5, 5, 5, 9), split(9, 40), false],
    ['changed, the longer old side below', hunk(5, 30, 5, 7), split(1, 20), false],
    ['changed, both ends on screen', hunk(5, 30, 5, 7), split(1, 20, { first: 1, last: 29 }), true],
    ['removed, split', hunk(5, 8, 5, 5), split(1, 20), true],
    ['removed, split, end below', hunk(5, 40, 5, 5), split(1, 20), false],
    ['removed, unified, the line after it on screen', hunk(5, 8, 5, 5), unified(1, 5), true],
    ['removed, unified, the line after it below', hunk(5, 8, 5, 5), unified(1, 4), false],
    ['removed at the end of the file, unified', hunk(101, 108, 101, 101), unified(90, 100), true],
    [
      'between two parts of the screen',
      hunk(5, 5, 5, 9),
      { ...unified(1, 4), newSide: [{ first: 20, last: 30 }] },
      false,
    ],
  ])('%s', (_, one, screen, wanted) => expect(hunksSeen([one], screen)).toEqual(wanted ? [0] : []))
  it('answers indices', () => {
    expect(hunksSeen([hunk(1, 1, 1, 50), hunk(60, 60, 110, 112), hunk(70, 70, 120, 121)], split(45, 115))).toEqual([
      0, 1,
    ])
  })
})

describe('isPartlyRead', () => {
  it.each<[string, number, number, boolean, boolean]>([
    ['nothing seen', 0, 3, true, false],
    ['one of three, without a move', 1, 3, false, true],
    ['all that there is, as the file opened', 2, 2, false, false],
    ['all, after moving through the file', 2, 2, true, true],
    ['a file without hunks', 0, 0, true, false],
  ])('%s', (_, seen, hunks, hasMoved, wanted) => expect(isPartlyRead(seen, hunks, hasMoved)).toBe(wanted))
})
