/** What rows show, how they are ordered and counted: what is not known is never taken for a match. */
import { describe, expect, it } from 'vitest'
import { OUTCOMES } from '../../shared/provenance.ts'
import {
  acceptedUntil,
  barsOf,
  canBeAccepted,
  detailText,
  noteOf,
  orderRows,
  statusOf,
  wordsOf,
  yearsOf,
} from './rows.ts'
import { bareRow, rowOf, summaryOf } from './test-rows.ts'
import { isMatch, STATUS, STATUSES } from './texts.ts'

describe('words', () => {
  it('has the tone of a match for matches alone', () => {
    for (const status of STATUSES) {
      const isFine = STATUS[status].tone === 'match'
      expect(isFine, status).toBe(status === 'match')
    }
    for (const outcome of OUTCOMES) expect(STATUSES, 'every outcome has a bar').toContain(outcome)
  })
  it('says why each verdict that is no match may be innocent', () => {
    for (const outcome of OUTCOMES) if (outcome !== 'match') expect(STATUS[outcome].innocent, outcome).not.toBe(null)
  })
  it.each([
    ['not-run', 'notrun'],
    ['queued', 'notrun'],
    ['running', 'notrun'],
    ['failed', 'unknown'],
    ['not-applicable', 'notrun'],
  ] as const)('a row that is %s is not fine', (state, tone) => expect(wordsOf(bareRow(state)).tone).toBe(tone))
  it('takes a row that says done without a verdict for a failed check', () =>
    expect(statusOf(bareRow('done'))).toBe('failed'))
  it('keeps the last verdict on screen while it is checked again', () =>
    expect(statusOf({ ...rowOf('mismatch'), state: 'running' })).toBe('mismatch'))
  it('does not take the former verdict for that of a check that failed', () =>
    expect(statusOf({ ...rowOf('match'), state: 'failed', failure: 'no' })).toBe('failed'))
  it('marks a match whose commit is on no branch', () => {
    const words = wordsOf(rowOf('match', { anchor: 'outside-branches' }))
    expect(words).toEqual({ label: 'Match, commit on no branch', glyph: 'warn', tone: 'almost' })
    expect(wordsOf(rowOf('mismatch', { anchor: 'outside-branches' }))).toMatchObject({ tone: 'differ' })
  })
  it('lets everything be accepted that is not plainly a match', () => {
    expect(canBeAccepted(rowOf('match'))).toBe(false)
    expect(canBeAccepted(rowOf('match', { anchor: 'outside-branches' }))).toBe(true)
    expect(canBeAccepted(rowOf('no-vcs-info'))).toBe(true)
    expect(canBeAccepted(bareRow('not-run'))).toBe(false)
  })
})

describe('acceptance', () => {
  const accepted = { who: 'Ada', reason: 'vendored', until: '2026-11-21', at: 0 }
  it.each([
    ['on its last day', '2026-11-21', '2026-11-21T12:00:00', { text: 'until 2026-11-21', counts: true }],
    ['after it', '2026-11-21', '2026-11-22T00:00:01', { text: 'until 2026-11-21, which has passed', counts: false }],
    ['without one', null, '2099-01-01T00:00:00', { text: 'with no end', counts: true }],
    [
      'with one that is no date',
      'soon',
      '2026-01-01T00:00:00',
      { text: 'until soon, which has passed', counts: false },
    ],
  ])('%s', (_, until, now, wanted) => expect(acceptedUntil({ ...accepted, until }, Date.parse(now))).toEqual(wanted))
})

describe('detail', () => {
  const files = summaryOf('match').files
  it.each([
    ['a match', rowOf('match'), '0123456, 9 of 9 files'],
    [
      'line endings',
      rowOf('match-line-endings', { files: { ...files, same: 4, lineEndings: 5 } }),
      '0123456, 9 of 9 files',
    ],
    [
      'a mismatch',
      rowOf('mismatch', { files: { ...files, differing: 2, onlyInCrate: 1 } }),
      '2 of 12 files differ, 1 only in the crate',
    ],
    ['a mismatch in what cargo generates', rowOf('mismatch'), 'A sentence.'],
    ['no VCS info', rowOf('no-vcs-info'), 'A sentence.'],
    [
      'a commit found by search',
      rowOf('no-vcs-info', { fallback: { how: 'tag', outcome: 'mismatch', candidates: 2 } }),
      'commit found by search: differs',
    ],
    [
      'a search without result',
      rowOf('no-vcs-info', { fallback: { how: 'none', outcome: 'no-candidate', candidates: 0 } }),
      'A sentence.',
    ],
    ['a failure', bareRow('failed', 'kelp', 'git did not start'), 'git did not start'],
    ['nothing known', bareRow('not-run'), ''],
  ])('of %s', (_, row, wanted) => expect(detailText(row)).toBe(wanted))
})

describe('a match that deserves a look', () => {
  const moved = { reasonCodes: ['no-tag', 'package-moved'] }
  it('says so first, keeps its verdict, and stands before the other matches', () => {
    const row = rowOf('match', { crate: 'z', ...moved })
    expect(noteOf(row)).toBe('another folder than before')
    expect(detailText(row)).toMatch(/^another folder than before, .* files?$/)
    expect(wordsOf(row)).toEqual(wordsOf(rowOf('match')))
    const rows = [rowOf('match', { crate: 'a' }), row, rowOf('no-vcs-info', { crate: 'n' }), bareRow('not-run', 'o')]
    expect(orderRows(rows, 'worst first').map(one => one.crate)).toEqual(['n', 'o', 'z', 'a'])
  })
  it('is only a match: elsewhere the outcome says more', () => {
    expect(noteOf(rowOf('mismatch', moved))).toBeNull()
    expect(noteOf(rowOf('match', { reasonCodes: ['no-tag'] }))).toBeNull()
  })
})

describe('order', () => {
  it('puts the worst first, and what was not checked before every match', () => {
    const rows = [
      rowOf('match', { crate: 'a' }),
      bareRow('not-applicable', 'b'),
      bareRow('not-run', 'c'),
      rowOf('match', { crate: 'd', anchor: 'outside-branches' }),
      rowOf('match-line-endings', { crate: 'e' }),
      rowOf('no-vcs-info', { crate: 'f' }),
      rowOf('mismatch', { crate: 'h' }),
      bareRow('failed', 'g'),
      rowOf('mismatch', { crate: 'i', version: '0.9.0' }),
    ]
    expect(
      orderRows(rows, 'worst first')
        .map(row => row.crate)
        .join(''),
    ).toBe('hifgcdeab')
    expect(
      orderRows([...rows].reverse(), 'worst first')
        .map(row => row.crate)
        .join(''),
    ).toBe('hifgcdeab')
  })
  it('sorts by name and by the last check', () => {
    const rows = [
      rowOf('match', { crate: 'b', checkedAt: 1 }),
      rowOf('match', { crate: 'a', checkedAt: 2 }),
      bareRow('not-run', 'c'),
    ]
    expect(orderRows(rows, 'name').map(row => row.crate)).toEqual(['a', 'b', 'c'])
    expect(orderRows(rows, 'checked last').map(row => row.crate)).toEqual(['a', 'b', 'c'])
  })
})

describe('bars and years', () => {
  const rows = [
    rowOf('match'),
    rowOf('match', { anchor: 'outside-branches', publishedAt: '2023-01-01T00:00:00Z' }),
    rowOf('no-vcs-info', { publishedAt: null }),
    bareRow('queued'),
    bareRow('not-run'),
  ]
  it('counts each row once and those outside the branches apart', () => {
    const bars = barsOf(rows)
    expect(bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(rows.length)
    expect(bars.find(bar => bar.status === 'match')).toEqual({ status: 'match', count: 2, outside: 1 })
    expect(bars.find(bar => bar.status === 'not-run')?.count).toBe(2)
    expect(bars.some(bar => isMatch(bar.status) && bar.status !== 'match' && bar.count > 0)).toBe(false)
  })
  it('shows years without gaps, only what was checked, and says how many have no date', () => {
    const { years, undated } = yearsOf(rows)
    expect(years).toEqual([
      { year: 2021, match: 1, almost: 0, unknown: 0, differ: 0 },
      { year: 2022, match: 0, almost: 0, unknown: 0, differ: 0 },
      { year: 2023, match: 0, almost: 1, unknown: 0, differ: 0 },
    ])
    expect(undated).toBe(1)
    expect(yearsOf([])).toEqual({ years: [], undated: 0 })
  })
})
