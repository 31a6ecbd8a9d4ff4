// The report's words and numbers on a made-up team, and what it says where nothing is known.
import { describe, expect, it } from 'vitest'
import type { ExemptionFact, Help, History, HistoryWeek, OverviewState } from '../../../shared/overview.ts'
import { htmlOf, markdownOf } from './markup.ts'
import { reportTitle, weeklyReport, weeksSince } from './weekly-report.ts'

const sum = (packages: number, lines: number) => ({ packages, lines, measuring: 0, unknown: 0, largest: null })
const fact = (crate: string, more: Partial<ExemptionFact> = {}): ExemptionFact => ({
  ...{ key: `${crate}@1.0.0` as never, crate: crate as never, version: '1.0.0' as never },
  ...{ criteria: ['safe-to-deploy'], suggest: true, notes: null, isInGraph: true, isNeeded: true, lines: 100 },
  ...more,
})
const state: OverviewState = {
  name: 'helio',
  today: '2026-11-20',
  takenAt: 0,
  generation: 1,
  counts: { fully: 5, partially: 1, exempted: 2, failing: 2, total: 10 },
  coverage: {
    total: 10,
    sources: [
      { kind: 'own', importName: null, packages: ['a@1', 'b@1', 'c@1'] as never, used: 4 },
      { kind: 'trusted', importName: null, packages: ['d@1', 'e@1'] as never, used: 2 },
    ],
  },
  backlog: {
    failing: { ...sum(2, 1_200), unknown: 1 },
    exempted: sum(2, 300),
    byCriterion: [
      { criterion: 'safe-to-deploy' as never, failing: { ...sum(2, 1_200), unknown: 1 }, exempted: sum(2, 300) },
    ],
  },
  exemptions: [fact('old'), fact('late'), fact('fresh', { isNeeded: false, lines: null })],
  failing: ['x@1.0.0', 'y@1.0.0'] as never,
}
const week = (monday: string, exemptions: number, added = 0): HistoryWeek => ({
  ...{ monday, exemptions, audits: 7, wildcards: 0, trusted: 0, packages: null, exemptedPackages: null },
  ...{ auditsAdded: added, exemptionsAdded: 0, exemptionsRemoved: added },
})
const history: History = {
  state: 'known',
  weeks: [week('2026-11-02', 9), week('2026-11-09', 6, 3), week('2026-11-16', 3, 2)],
  events: [
    {
      day: '2026-11-10',
      commit: '0'.repeat(40),
      kind: 'import',
      title: 'import of peer added',
      subject: '<b>by me</b>',
    },
  ],
  projection: { kind: 'too-short' },
  exemptionSince: [
    { key: 'old@1.0.0' as never, day: '2026-01-01', isAtLeast: true },
    { key: 'late@1.0.0' as never, day: '2026-11-10', isAtLeast: false },
  ],
  packageSince: [{ key: 'x@1.0.0' as never, day: '2026-11-10', isAtLeast: false }],
  caveats: ['This clone is shallow.'],
  people: null,
}
const help: Help = {
  helpers: [
    { kind: 'peer', name: 'mozilla', removes: ['old@1.0.0', 'late@1.0.0'] as never, fetchedAt: 1 },
    { kind: 'publisher', name: 'Ann (ann)', removes: ['old@1.0.0'] as never, fetchedAt: null },
  ],
  unknownPeers: [{ name: 'google', reason: 'its audits were not fetched yet' }],
  unknownPublishers: 1,
}
const terms = [
  {
    crate: 'late',
    version: '1.0.0',
    owner: 'Bo <bo@team.invalid>',
    reason: 'no time',
    reviewBy: '2026-11-19',
    removal: 'with 2.0',
  },
]
const text = (more: Partial<Parameters<typeof weeklyReport>[0]> = {}) =>
  markdownOf(weeklyReport({ state, history, help, terms, since: '2026-11-13', ...more }))

describe('the weekly report', () => {
  it('counts whole weeks that reach into the period, and names what is overdue first', () => {
    const report = text()
    expect(report).toContain('Since 13 Nov 2026')
    expect(report).toContain(
      'In the 2 weeks from Monday 9 Nov 2026 5 audits added to audits.toml, 5 exemptions gone and 0 new; with what is not committed yet exemptions changed by −6.',
    )
    expect(report).toContain('import of peer added \\(&lt;b\\>by me&lt;/b\\>\\)')
    const crates = [...report.matchAll(/^\| (late|old|fresh) \| 1.0.0 .*$/gm)].map(match => match[0])
    expect(crates).toEqual([
      '| late | 1.0.0 | safe-to-deploy | 2026-11-10 | 10 | Bo &lt;bo@<!-- -->team.invalid\\> | 2026-11-19 \\(overdue\\) | no time | with 2.0 | 100 |',
      '| old | 1.0.0 | safe-to-deploy | 2026-01-01 or before | 323 | nobody |  |  |  | 100 |',
      '| fresh | 1.0.0 | safe-to-deploy | not committed | ? | nobody |  |  |  | ? |',
    ])
    expect(report).toContain('2 without an owner, 1 overdue for review.')
    expect(report).toContain('the oldest is x@<!-- -->1.0.0 with 10 days. The age of 1 is not known.')
    expect(report).toContain('Not known: google \\(its audits were not fetched yet\\).')
    expect(report).toContain('5 are fully audited \\(2 of them by trust in their publisher')
  })
  it('says what it does not know instead of nothing', () => {
    const report = text({ history: { state: 'unavailable', reason: 'git was not found' }, help: null, terms: null })
    expect(report).toContain('What changed is not known: git was not found.')
    expect(report).toContain('Owners and dates of review are not known here.')
    expect(report).toContain('| old | 1.0.0 | safe-to-deploy | ? | ? | ? |')
    expect(report).not.toContain('Burn-down')
  })
  it('names people only where the history has them', () => {
    expect(text()).not.toContain('Audits in the period')
    const people = [
      { who: 'Ann <ann@team.invalid>', weeks: [4, 3, 0] },
      { who: 'Cy', weeks: [1, 0, 0] },
    ]
    const report = text({ history: { ...history, people } })
    expect(report).toContain('| Ann &lt;ann@<!-- -->team.invalid\\> | 3 |')
    expect(report).not.toContain('Cy')
  })
  it('is one HTML file with its charts and no markup of others', () => {
    const html = htmlOf(reportTitle({ state }), weeklyReport({ state, history, help, terms, since: '2026-11-13' }))
    expect(html).toContain('<title>Dependency audits of helio, 20 Nov 2026</title>')
    expect(html.match(/<svg/g)).toHaveLength(4)
    expect(html).toContain('(&lt;b&gt;by me&lt;/b&gt;)')
    expect(html).not.toMatch(/<script|<b>|src=|href=/)
  })
})

it('weeks since a day begin with the one it lies in, or the first of all', () => {
  const all = history.weeks
  expect(weeksSince(all, '2026-11-09').map(w => w.monday)).toEqual(['2026-11-09', '2026-11-16'])
  expect(weeksSince(all, '2026-11-08')).toHaveLength(3)
  expect(weeksSince(all, '2020-01-01')).toHaveLength(3)
  expect(weeksSince([], '2020-01-01')).toEqual([])
})
