// Weeks, events and dates of a history that is written down here, and dates of clocks that disagree.
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import {
  dayOf,
  mondayOf,
  startOfHistory,
  steadyDates,
  takeRevision,
  weekOf,
  type AuditFacts,
  type ConfigFacts,
  type HistoryState,
} from './overview-history.ts'

const at = (day: string) => Date.parse(`${day}T12:00:00Z`)
const config = (exemptions: readonly string[], more: Partial<ConfigFacts> = {}): ConfigFacts => ({
  exemptions: new Map(exemptions.map(key => [key, 1])),
  imports: new Set(),
  policy: new Map(),
  ...more,
})
const audits = (entries: Readonly<Record<string, readonly string[]>>, more: Partial<AuditFacts> = {}): AuditFacts => ({
  audits: new Map(Object.entries(entries).map(([key, who]) => [key, [who]])),
  wildcards: 0,
  trusted: 0,
  criteria: new Set(),
  ...more,
})
interface Step {
  readonly day: string
  readonly config?: ConfigFacts
  readonly audits?: AuditFacts
  readonly lock?: readonly string[]
}
function history(...steps: readonly Step[]): HistoryState {
  const state = startOfHistory()
  for (const [i, step] of steps.entries()) {
    takeRevision(state, {
      commit: `c${i}`,
      atMs: at(step.day),
      subject: `subject ${i}`,
      config: step.config ?? state.last?.config ?? null,
      audits: step.audits ?? state.last?.audits ?? null,
      lock: step.lock === undefined ? (state.last?.lock ?? null) : new Set(step.lock),
    })
  }
  return state
}

describe('weeks', () => {
  it.each([
    ['2026-11-15', '2026-11-09'],
    ['2026-11-16', '2026-11-16'],
    ['2026-11-22', '2026-11-16'],
    ['1970-01-01', '1969-12-29'],
  ])('%s is in the week of Monday %s', (day, monday) => {
    expect(mondayOf(weekOf(at(day)))).toBe(monday)
    expect(dayOf(at(day))).toBe(day)
  })
})

describe('folding revisions', () => {
  it('keeps the last numbers of each week and counts what lies on Cargo.lock', () => {
    const state = history(
      { day: '2026-11-09', config: config(['a@1.0.0', 'b@1.0.0']), lock: ['a@1.0.0', 'b@2.0.0', 'c@1.0.0'] },
      { day: '2026-11-10', config: config(['a@1.0.0']) },
      { day: '2026-11-17', audits: audits({ 'c full 1.0.0': ['Ann'] }) },
    )
    const numbers = { audits: 0, wildcards: 0, trusted: 0, packages: 3, exemptedPackages: 1 }
    expect([...state.numbers].map(([week, row]) => [mondayOf(week), row])).toEqual([
      ['2026-11-09', { ...numbers, exemptions: 1 }],
      ['2026-11-16', { ...numbers, exemptions: 1, audits: 1 }],
    ])
  })

  it('dates what came after the start exactly, what was there at the start as first, and what came back anew', () => {
    const state = history(
      { day: '2026-11-02', config: config(['a@1.0.0', 'b@1.0.0']) },
      { day: '2026-11-03', config: config(['a@1.0.0', 'c@1.0.0']) },
      { day: '2026-11-04', config: config(['a@1.0.0', 'b@1.0.0', 'c@1.0.0']) },
    )
    expect(Object.fromEntries(state.exemptionSince)).toEqual({
      'a@1.0.0': { atMs: at('2026-11-02'), commit: 'c0', isFirst: true },
      'b@1.0.0': { atMs: at('2026-11-04'), commit: 'c2', isFirst: false },
      'c@1.0.0': { atMs: at('2026-11-03'), commit: 'c1', isFirst: false },
    })
  })

  it('counts added audits once in all and for each of their people, and never those of the first revision', () => {
    const first = audits({ 'a full 1': ['Ann'] })
    const state = history(
      { day: '2026-11-09', audits: first },
      { day: '2026-11-10', audits: audits({ 'a full 1': ['Ann'], 'b full 1': ['Ann', 'Bo', 'Bo'] }) },
      { day: '2026-11-11', audits: audits({ 'a full 1': ['Ann renamed'], 'b full 1': ['Ann', 'Bo', 'Bo'] }) },
    )
    const flow = state.flow.get(weekOf(at('2026-11-10')))
    expect(flow?.auditsAdded).toBe(1)
    expect(Object.fromEntries(flow?.byPerson ?? [])).toEqual({ Ann: 1, Bo: 1 })
  })

  it('begins with the store where Cargo.lock is older, and takes its first content for nobody’s work', () => {
    const state = history(
      { day: '2026-10-05', lock: ['a@1.0.0'] },
      { day: '2026-10-12', config: config(Array.from({ length: 20 }, (_, i) => `c${i}@1.0.0`)) },
      { day: '2026-10-13', audits: audits({ 'a full 1': ['Ann'] }, { trusted: 3, criteria: new Set(['x']) }) },
    )
    expect([...state.numbers.keys()].map(mondayOf)).toEqual(['2026-10-12'])
    expect([...state.flow, ...state.events]).toEqual([])
    expect(state.exemptionSince.get('c0@1.0.0')).toMatchObject({ isFirst: false })
    expect(state.packageSince.get('a@1.0.0')).toMatchObject({ isFirst: true })
  })

  it('names imports, policies, criteria, trusted entries and jumps, each with the commit’s subject', () => {
    const many = Array.from({ length: 12 }, (_, i) => `n${i}@1.0.0`)
    const state = history(
      { day: '2026-11-02', config: config(['a@1.0.0']), audits: audits({}) },
      {
        day: '2026-11-03',
        config: config(['a@1.0.0', ...many], { imports: new Set(['peer']), policy: new Map([['own', 'x']]) }),
        audits: audits({}, { criteria: new Set(['crypto-reviewed']), trusted: 2 }),
      },
      { day: '2026-11-04', config: config(['a@1.0.0', ...many.slice(1)]) },
    )
    expect(state.events.map(event => `${dayOf(event.atMs)} ${event.title} (${event.subject})`)).toEqual([
      '2026-11-03 +12 exemptions (subject 1)',
      '2026-11-03 import of peer added (subject 1)',
      '2026-11-03 policy of own changed (subject 1)',
      '2026-11-03 criteria crypto-reviewed added (subject 1)',
      '2026-11-03 +2 trusted publisher entries (subject 1)',
      '2026-11-04 import of peer removed (subject 2)',
      '2026-11-04 policy of own changed (subject 2)',
    ])
  })
})

describe('dates of clocks that disagree', () => {
  it.each([
    { case: 'agree', given: [10, 20, 20, 30], want: [10, 20, 20, 30], corrected: 0 },
    { case: 'one is in the future', given: [10, 20, 900, 30], want: [10, 20, 20, 30], corrected: 1 },
    { case: 'the last is in the future', given: [10, 20, 900], want: [10, 20, 20], corrected: 1 },
    { case: 'one went back', given: [10, 20, 5, 30], want: [10, 20, 20, 30], corrected: 1 },
    { case: 'the first is too late', given: [80, 20, 30], want: [20, 20, 30], corrected: 1 },
    { case: 'none is usable', given: [900, 900], want: [100, 100], corrected: 2 },
    { case: 'nothing', given: [], want: [], corrected: 0 },
  ])('$case', ({ given, want, corrected }) => {
    expect(steadyDates(given, 100)).toEqual({ dates: want, corrected })
  })

  it('never fall, never pass now, and stay as they are when they are in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 200 }), { maxLength: 40 }), given => {
        const { dates, corrected } = steadyDates(given, 100)
        expect(dates).toHaveLength(given.length)
        for (const [i, date] of dates.entries()) {
          expect(date).toBeLessThanOrEqual(100)
          expect(date).toBeGreaterThanOrEqual(dates[i - 1] ?? 0)
        }
        const ordered = given.filter(date => date >= 0 && date <= 100).sort((a, b) => a - b)
        expect(steadyDates(ordered, 100)).toEqual({ dates: ordered, corrected: 0 })
        expect(corrected).toBeLessThanOrEqual(given.length)
      }),
    )
  })
})
