/** Small rules of the provenance screens: keys in lists, ticks of the chart, words of a run, snapshots by age. */
import { beforeEach, describe, expect, it } from 'vitest'
import { halfYearOn } from './accept-dialog.tsx'
import { listTarget } from './files-list.tsx'
import { runText } from './provenance-bar.tsx'
import { notableFiles } from './review-tab.tsx'
import { forgetProvenance, takeProvenance, useProvenance } from './state.ts'
import { bareRow, recordOf, rowOf } from './test-rows.ts'
import { tickStep } from './year-chart.tsx'

describe('keys in the list of files', () => {
  it.each([
    ['ArrowDown', 0, 1],
    ['k', 1, 0],
    ['ArrowUp', 0, 0],
    ['PageDown', 1, 5],
    ['PageDown', 8, 9],
    ['End', 3, 9],
    ['Home', 3, 0],
    ['x', 3, null],
    // Nothing is selected yet.
    ['ArrowDown', -1, 0],
  ])('%s from %i', (key, from, wanted) => expect(listTarget(key, from, 10, 4)).toBe(wanted))
  it('has nowhere to go without files', () => expect(listTarget('End', -1, 0, 4)).toBe(null))
})

describe('chart', () => {
  it.each([
    [1, 1],
    [3, 1],
    [4, 2],
    [60, 20],
    [61, 50],
    [450, 200],
    [5_000, 2_000],
  ])('has steps for %i', (most, wanted) => expect(tickStep(most)).toBe(wanted))
})

describe('a run in words', () => {
  it.each([
    [{ done: 120, total: 1_389, perSecond: 142.4, secondsLeft: 8.9 }, '120 of 1,389, 142 a second, 9 s left'],
    [{ done: 3, total: 9, perSecond: 0.25, secondsLeft: 70 }, '3 of 9, 0.3 a second, 1 min 10 s left'],
    // What is not known yet is left out.
    [{ done: 0, total: 9, perSecond: 0, secondsLeft: null }, '0 of 9'],
  ])('%#', (run, wanted) => expect(runText(run)).toBe(wanted))
})

describe('an acceptance', () => {
  it('ends half a year on unless said otherwise', () => {
    expect(halfYearOn(Date.parse('2026-11-21T23:00:00Z'))).toBe('2027-05-21')
  })
})

describe('a review', () => {
  it('lists what is only in the crate before what differs, and nothing that is the same', () => {
    const file = (path: string, state: 'same' | 'differs' | 'only-in-crate' | 'generated' | 'only-in-repository') => ({
      ...{ path, state, rule: null, repositoryPath: null, archiveBlob: null, treeBlob: null },
      ...{ sizeBytes: null, concern: null, isCode: false },
    })
    const fileResults = [
      file('a', 'differs'),
      file('b', 'only-in-crate'),
      file('c', 'same'),
      file('d', 'generated'),
      file('e', 'only-in-repository'),
    ]
    expect(notableFiles({ ...recordOf('mismatch'), fileResults }).map(f => f.path)).toEqual(['b', 'a'])
  })
})

describe('snapshots', () => {
  beforeEach(forgetProvenance)
  const snapshot = (generation: number, scope: 'workspace' | 'everything' = 'workspace') => ({
    ...{ generation, scope, run: null },
    rows: [generation === 1 ? bareRow('not-run') : rowOf('mismatch')],
  })
  it('are replaced by newer ones only, each scope by itself', () => {
    takeProvenance(snapshot(2))
    takeProvenance(snapshot(1))
    takeProvenance(snapshot(1, 'everything'))
    const { snapshots } = useProvenance.getState()
    expect(snapshots.workspace?.generation).toBe(2)
    expect(snapshots.everything?.generation).toBe(1)
  })
  it('are forgotten with their workspace', () => {
    takeProvenance(snapshot(2))
    forgetProvenance()
    expect(useProvenance.getState().snapshots).toEqual({ workspace: null, everything: null })
  })
})
