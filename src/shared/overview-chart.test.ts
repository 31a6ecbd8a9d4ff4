// The charts' marks: inside their frame, numbers that are numbers, names that do not lie on each other, whatever the history.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backlogChart, coverageChart, percentText, throughputChart } from './overview-bars.ts'
import { burnDownChart, projectionText } from './overview-burn-down.ts'
import { numberText, ticksTo, type Chart } from './overview-chart.ts'
import { agesOf, daysBetween, exemptionRows, type HistoryWeek } from './overview.ts'

const monday = (i: number) => new Date(Date.UTC(2025, 0, 6) + i * 7 * 86_400_000).toISOString().slice(0, 10)
const week = (i: number, exemptions: number, audits: number): HistoryWeek => ({
  ...{ monday: monday(i), exemptions, audits, wildcards: 0, trusted: 0, packages: null, exemptedPackages: null },
  ...{ auditsAdded: audits % 7, exemptionsAdded: 0, exemptionsRemoved: 0 },
})

function expectSound({ marks, width, height, table, words }: Chart): void {
  expect(words).not.toMatch(/NaN|undefined|Infinity/)
  expect(new Set(table.rows.map(row => row.length)).size).toBeLessThanOrEqual(1)
  for (const mark of marks) {
    const points =
      'points' in mark
        ? mark.points
        : mark.kind === 'rect'
          ? [
              [mark.x, mark.y],
              [mark.x + mark.width, mark.y + mark.height],
            ]
          : [[mark.x, mark.y]]
    for (const [x = NaN, y = NaN] of points) {
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x).toBeLessThanOrEqual(width)
      expect(y).toBeGreaterThanOrEqual(0)
      expect(y).toBeLessThanOrEqual(height)
    }
  }
}

const kinds = ['import', 'policy', 'criteria', 'trusted', 'exemptions'] as const
const past = fc.record({
  sizes: fc.array(fc.tuple(fc.nat(5_000), fc.nat(5_000)), { minLength: 1, maxLength: 120 }),
  events: fc.array(fc.tuple(fc.nat(130), fc.constantFrom(...kinds), fc.string({ maxLength: 60 })), { maxLength: 30 }),
  perWeek: fc.double({ min: 0.1, max: 50, noNaN: true }),
  width: fc.integer({ min: 300, max: 1_600 }),
})

describe('the burn-down', () => {
  it('stays in its frame, and names of events never lie on each other', () => {
    fc.assert(
      fc.property(past, ({ sizes, events, perWeek, width }) => {
        const weeks = sizes.map(([exemptions, audits], i) => week(i, exemptions, audits))
        const chart = burnDownChart({
          weeks,
          events: events.map(([at, kind, title]) => ({
            day: monday(at),
            commit: '0'.repeat(40),
            kind,
            title,
            subject: '',
          })),
          projection: { kind: 'falling', weeks: 12, perWeek, weeksToZero: 9, zeroAt: '2026-01-01' },
          width,
          height: 240,
        })
        expectSound(chart)
        const names = chart.marks.flatMap(mark =>
          mark.kind === 'text' && mark.y < 34 && mark.tone === 'text' ? [mark] : [],
        )
        for (const a of names)
          for (const b of names)
            if (a !== b && a.y === b.y)
              expect(a.x + a.text.length * 6 < b.x || b.x + b.text.length * 6 < a.x).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
  it('without a week says so', () => {
    const chart = burnDownChart({ weeks: [], events: [], projection: { kind: 'too-short' }, width: 400, height: 200 })
    expectSound(chart)
    expect(chart.words).toBe('No week is known.')
  })
  it.each([
    [{ kind: 'none-left' } as const, 'No exemption is left.'],
    [
      { kind: 'not-falling', weeks: 5 } as const,
      'In the last 5 weeks exemptions did not become fewer, so there is no projection.',
    ],
  ])('words of %j', (projection, words) => expect(projectionText(projection)).toBe(words))
})

describe('bars', () => {
  it('show what is not known as a question mark, in the picture and in the table', () => {
    const none = { packages: 0, lines: 0, measuring: 0, unknown: 0, largest: null }
    const chart = backlogChart(
      {
        failing: none,
        exempted: none,
        byCriterion: [
          {
            criterion: 'x' as never,
            failing: { ...none, packages: 2, unknown: 2 },
            exempted: { ...none, packages: 1 },
          },
        ],
      },
      500,
    )
    expectSound(chart)
    expect(chart.table.rows.map(row => row[3])).toEqual([null, 0])
    expect(chart.marks.some(mark => mark.kind === 'text' && mark.text === '?')).toBe(true)
  })
  it('of a coverage add up and are striped where nobody read', () => {
    const source = (kind: 'own' | 'trusted', n: number) => ({
      kind,
      importName: null,
      used: n,
      packages: Array.from({ length: n }, (_, i) => `${kind}${i}@1`) as never,
    })
    const chart = coverageChart({ total: 5, sources: [source('own', 3), source('trusted', 2)] }, 500)
    expectSound(chart)
    expect(chart.marks.flatMap(mark => (mark.kind === 'rect' ? [mark.isHatched] : []))).toEqual([false, true])
  })
  it('of a week stay in their frame', () => {
    const weeks = Array.from({ length: 300 }, (_, i) => week(i, 0, i))
    expectSound(throughputChart({ weeks, people: null, width: 420, height: 150 }))
  })
})

it.each([
  [0, [0, 1]],
  [1, [0, 1]],
  [4, [0, 1, 2, 3, 4]],
  [5, [0, 2, 4, 6]],
  [41, [0, 20, 40, 60]],
])('ticks to %i are %j', (most, want) => expect(ticksTo(most)).toEqual(want))

it.each([
  [0, 10, '0%'],
  [1, 1_000, '<1%'],
  [999, 1_000, '>99%'],
  [10, 10, '100%'],
  [0, 0, '0%'],
])('%i of %i is %s', (part, total, want) => expect(percentText(part, total)).toBe(want))

describe('joining', () => {
  const fact = (key: string) => ({
    ...{
      key: key as never,
      crate: key.split('@')[0] as never,
      version: '1.0.0' as never,
      criteria: ['c'],
      suggest: true,
    },
    ...{ notes: null, isInGraph: true, isNeeded: true, lines: null },
  })
  const known = {
    ...{
      state: 'known' as const,
      weeks: [],
      events: [],
      projection: { kind: 'too-short' as const },
      caveats: [],
      people: null,
    },
    exemptionSince: [
      { key: 'b@1.0.0' as never, day: '2026-01-01', isAtLeast: true },
      { key: 'a@1.0.0' as never, day: '2026-02-01', isAtLeast: false },
    ],
    packageSince: [
      { key: 'x@1.0.0' as never, day: '2026-11-01', isAtLeast: false },
      { key: 'y@1.0.0' as never, day: '2026-11-11', isAtLeast: true },
    ],
  }
  const today = '2026-11-21'
  it('orders exemptions oldest first, those not committed after them, and a day of review that is today is not overdue', () => {
    const terms = (version: string, reviewBy: string) => ({
      crate: 'a',
      version,
      owner: 'o',
      reason: 'r',
      reviewBy,
      removal: null,
    })
    const exemptions = [fact('n@1.0.0'), fact('a@1.0.0'), fact('b@1.0.0')]
    const rows = exemptionRows(
      { exemptions, today },
      known,
      [terms('1.0.0', today), terms('2.0.0', '2020-01-01')],
      null,
    )
    expect(rows.map(row => [row.key, row.ageDays, row.since, row.isOverdue])).toEqual([
      ['b@1.0.0', 324, { day: '2026-01-01', isAtLeast: true }, false],
      ['a@1.0.0', 293, { day: '2026-02-01', isAtLeast: false }, false],
      ['n@1.0.0', null, 'uncommitted', false],
    ])
    const unknown = exemptionRows({ exemptions, today }, null, [terms('1.0.0', '2026-11-20')], null)
    expect(unknown.map(row => [row.since, row.isOverdue])).toEqual([
      [null, false],
      [null, true],
      [null, false],
    ])
  })
  it('takes the middle of known ages and counts the others', () => {
    const failing = ['x@1.0.0', 'y@1.0.0', 'z@1.0.0'] as never
    expect(agesOf({ failing, today }, known)).toEqual({
      medianDays: 15,
      oldest: { key: 'x@1.0.0', days: 20, isAtLeast: false },
      known: 2,
      unknown: 1,
    })
    expect(agesOf({ failing: ['z@1.0.0'] as never, today }, known)).toBeNull()
    expect(agesOf({ failing, today }, { state: 'unavailable', reason: '' })).toBeNull()
    expect(daysBetween('2024-02-28', '2024-03-01')).toBe(2)
  })
  it('writes numbers for people', () => expect([numberText(1_234_567), numberText(null)]).toEqual(['1,234,567', '?']))
})
