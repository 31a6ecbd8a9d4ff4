import { describe, expect, it } from 'vitest'
import { startOfHistory, takeRevision, type HistoryState } from './overview-history.ts'
import { peopleOf, projectionOf, sinceOf, weeksOf } from './overview-weeks.ts'

const at = (day: string) => Date.parse(`${day}T12:00:00Z`)
function stateOf(
  steps: readonly (readonly [day: string, exemptions: number, audits?: Readonly<Record<string, string>>])[],
) {
  const state: HistoryState = startOfHistory()
  for (const [i, [day, exemptions, audits]] of steps.entries()) {
    takeRevision(state, {
      commit: `${i}`.padStart(40, '0'),
      atMs: at(day),
      subject: '',
      config: {
        exemptions: new Map(Array.from({ length: exemptions }, (_, n) => [`c${n}@1.0.0`, 1])),
        imports: new Set(),
        policy: new Map(),
      },
      audits: {
        audits: new Map(Object.entries(audits ?? {}).map(([key, who]) => [key, [[who]]])),
        wildcards: 0,
        trusted: 0,
        criteria: new Set(),
      },
      lock: null,
    })
  }
  return state
}
const now = { exemptions: 3, audits: 9, wildcards: 0, trusted: 0, packages: null, exemptedPackages: null }

describe('weeks', () => {
  it('are all there, carry on what did not change, and end with the files as they are', () => {
    const state = stateOf([
      ['2026-10-05', 5],
      ['2026-10-21', 4],
    ])
    const weeks = weeksOf(state, now, at('2026-11-05'))
    expect(weeks.map(week => [week.monday, week.exemptions, week.exemptionsRemoved])).toEqual([
      ['2026-10-05', 5, 0],
      ['2026-10-12', 5, 0],
      ['2026-10-19', 4, 1],
      ['2026-10-26', 4, 0],
      ['2026-11-02', 3, 0],
    ])
    expect(weeks.at(-1)?.audits).toBe(9)
  })
  it('are none without a revision', () => {
    expect(weeksOf(startOfHistory(), now, at('2026-11-05'))).toEqual([])
  })
})

it('dates only what is asked for, once', () => {
  const state = stateOf([
    ['2026-10-05', 1],
    ['2026-10-06', 2],
  ])
  expect(sinceOf(state.exemptionSince, ['c1@1.0.0', 'c1@1.0.0', 'new@1.0.0', 'c0@1.0.0'])).toEqual([
    { key: 'c1@1.0.0', day: '2026-10-06', isAtLeast: false },
    { key: 'c0@1.0.0', day: '2026-10-05', isAtLeast: true },
  ])
})

it('lists people with most audits first', () => {
  const state = stateOf([
    ['2026-10-05', 0],
    ['2026-10-06', 0, { a: 'Ann' }],
    ['2026-10-13', 0, { a: 'Ann', b: 'Bo', c: 'Bo' }],
  ])
  const weeks = weeksOf(state, now, at('2026-10-14'))
  expect(peopleOf(state, weeks)).toEqual([
    { who: 'Bo', weeks: [0, 2] },
    { who: 'Ann', weeks: [1, 0] },
  ])
})

describe('the line drawn on', () => {
  const weeksFrom = (exemptions: readonly number[]) =>
    exemptions.map((n, i) => ({
      ...now,
      monday: `2026-${String(1 + Math.floor(i / 4)).padStart(2, '0')}-${String(1 + 7 * (i % 4)).padStart(2, '0')}`,
      exemptions: n,
      auditsAdded: 0,
      exemptionsAdded: 0,
      exemptionsRemoved: 0,
    }))
  it.each([
    {
      case: 'falls by one a week',
      given: [10, 9, 8, 7, 6],
      want: { kind: 'falling', weeks: 4, perWeek: 1, weeksToZero: 6, zeroAt: '2026-03-15' },
    },
    {
      case: 'looks at the last twelve weeks only',
      given: [...Array.from({ length: 9 }, () => 90), 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12],
      want: { kind: 'not-falling', weeks: 12 },
    },
    { case: 'rises', given: [1, 2, 3, 4, 5], want: { kind: 'not-falling', weeks: 4 } },
    {
      case: 'falls too slowly to say anything',
      given: [10_000, 10_000, 10_000, 10_000, 9_999],
      want: { kind: 'not-falling', weeks: 4 },
    },
    { case: 'is too short', given: [9, 8, 7, 6], want: { kind: 'too-short' } },
    { case: 'is not there', given: [], want: { kind: 'too-short' } },
    { case: 'has arrived', given: [9, 0], want: { kind: 'none-left' } },
  ])('$case', ({ given, want }) => {
    expect(projectionOf(weeksFrom(given))).toEqual(want)
  })
})
