/** The filter's terms about risk, the orders by score, and which advisory and which summands are shown first. */
import { describe, expect, it } from 'vitest'
import { brand, packageKey } from '../../shared/domain.ts'
import type { AdvisoryHit, RiskRow, RiskSignal } from '../../shared/risk.ts'
import type { QueueItem } from '../../shared/wire.ts'
import { NO_TEAM } from '../team/views.ts'
import { matchesFilter, parseFilter } from './filter.ts'
import { worstAdvisory } from './risk-cell.tsx'
import { parseRiskTerm, riskHolds } from './risk-filter.ts'
import { compareRisk } from './risk-order.ts'
import { databaseAge, riskLevel } from './risk-state.ts'
import { factText, pointsText, summands } from './risk-words.ts'

const hit = (id: string, change: Partial<AdvisoryHit> = {}): AdvisoryHit => ({
  ...{ id, kind: 'vulnerability', title: 'It leaks', date: '2026-01-01', url: null, aliases: [], cvss: null },
  ...{ patched: [], hitsOld: false, hitsNew: true, fixedBy: null },
  ...change,
})
const row = (name: string, score: number, change: Partial<RiskRow> = {}): RiskRow => ({
  ...{
    key: packageKey(name, '1.0.0'),
    score,
    unknown: 0,
    advisories: [],
    areAdvisoriesKnown: true,
    unreadAdvisories: 0,
  },
  contains: { unsafe: false, build: false, procMacro: false },
  ...change,
})

describe('terms of the filter', () => {
  const hits = [
    hit('RUSTSEC-2026-0001', { aliases: ['CVE-2026-7'] }),
    hit('RUSTSEC-2026-0002', { kind: 'unsound', hitsNew: false, hitsOld: true }),
  ]
  it.each<[string, RiskRow | null, boolean | null]>([
    ['risk>40', row('a', 41), true],
    ['risk>40', row('a', 40), false],
    ['risk<40', row('a', 39), true],
    ['risk>40', null, null],
    ['is:unsafe', row('a', 1, { contains: { unsafe: true, build: null, procMacro: null } }), true],
    ['is:build', row('a', 1, { contains: { unsafe: true, build: null, procMacro: null } }), null],
    ['is:proc-macro', row('a', 1), false],
    ['advisory:', row('a', 1, { advisories: hits }), true],
    ['advisory:any', row('a', 1), false],
    ['advisory:any', row('a', 1, { areAdvisoriesKnown: false }), null],
    ['advisory:2026-0002', row('a', 1, { advisories: hits }), true],
    ['advisory:cve-2026-7', row('a', 1, { advisories: hits }), true],
    ['advisory:unsound', row('a', 1, { advisories: hits.slice(0, 1) }), false],
    ['advisory:unsound', row('a', 1, { advisories: hits, areAdvisoriesKnown: false }), true],
    ['advisory:new', row('a', 1, { advisories: hits.slice(1) }), false],
    ['advisory:old', row('a', 1, { advisories: hits.slice(1) }), true],
  ])('%s of %j is %s', (text, of, wanted) => {
    const term = parseRiskTerm(text)
    expect(term).not.toBeNull()
    if (term !== null) expect(riskHolds(term, of)).toBe(wanted)
  })

  it('what is not known is neither so nor not so', () => {
    const item = { key: packageKey('a', '1.0.0'), crate: 'a', version: '1.0.0', neededBy: [] } as unknown as QueueItem
    const shows = (text: string, of: RiskRow | null) => {
      const risk = new Map(of === null ? [] : [[item.key, of]])
      return matchesFilter(parseFilter(text), item, {
        known: new Map(),
        team: { ...NO_TEAM, today: '2026-01-01' },
        risk,
      })
    }
    const unread = row('a', 1, { contains: { unsafe: null, build: false, procMacro: false } })
    expect([shows('is:unsafe', unread), shows('-is:unsafe', unread), shows('-is:build', unread)]).toEqual([
      false,
      false,
      true,
    ])
    expect([shows('risk>0', null), shows('-risk>0', null)]).toEqual([false, false])
  })

  it.each(['risk:40', 'risk>x', 'is:dev', 'lines>3', 'serde'])('%s is a term about something else', text =>
    expect(parseRiskTerm(text)).toBeNull(),
  )
})

describe('orders by score', () => {
  const item = (name: string) =>
    ({ key: packageKey(name, '1.0.0'), crate: brand<'CrateName'>(name), version: '1.0.0' }) as QueueItem
  const known = new Map(
    [row('a', 10), row('b', 30), row('c', 10), row('d', 30)].map(r => [packageKey(r.key.slice(0, 1), '1.0.0'), r]),
  )
  const lines: Readonly<Record<string, number | null>> = { a: 1, b: 300, c: 100, d: null, e: 5 }
  const sorted = (order: 'risk' | 'risk per line') =>
    ['e', 'd', 'c', 'b', 'a']
      .map(item)
      .sort(compareRisk(order, known, i => lines[i.crate] ?? null))
      .map(i => i.crate)
      .join('')
  it('are total: no score last, ties by name', () => {
    expect(sorted('risk')).toBe('bdace')
    expect(sorted('risk per line')).toBe('abcde')
  })
})

describe('what is shown first', () => {
  it('is an advisory of the new version, the worst kind, the highest score', () => {
    const scored = (score: number) => ({ cvss: { vector: '', version: '3.1', score, severity: 'high' as const } })
    const all = [
      hit('old', { hitsNew: false, hitsOld: true, ...scored(10) }),
      hit('unmaintained', { kind: 'unmaintained' }),
      hit('low', scored(2)),
      hit('high', scored(8)),
    ]
    expect(worstAdvisory(all)?.id).toBe('high')
    expect(worstAdvisory(all.slice(0, 2))?.id).toBe('unmaintained')
    expect(worstAdvisory([])).toBeNull()
  })

  it('are the largest summands; unknown ones say what is counted', () => {
    const signal = (id: RiskSignal['id'], points: number, state: RiskSignal['state'] = 'known'): RiskSignal => ({
      ...{ id, state, value: 'found', weight: 9, points, source: 'here', date: null },
    })
    const { counted, nothing } = summands([
      signal('yanked', 0),
      signal('lines', 2),
      signal('publisher', 8, 'unknown'),
      signal('usage', 2),
    ])
    expect(counted.map(s => s.id)).toEqual(['publisher', 'lines', 'usage'])
    expect(nothing.map(s => s.id)).toEqual(['yanked'])
    expect(factText(counted[0]!)).toBe('unknown, counted as +8')
    expect([pointsText(0), pointsText(3)]).toEqual(['0', '+3'])
  })

  it.each([
    [100, 4],
    [65, 4],
    [64, 3],
    [45, 3],
    [25, 2],
    [24, 1],
    [0, 1],
  ])('%i of 100 is level %i', (score, level) => expect(riskLevel(score, 100)).toBe(level))

  it.each([
    [null, 'database of unknown age'],
    [59_000, 'database just fetched'],
    [4 * 60_000, 'database 4 min old'],
    [26 * 3_600_000, 'database 26 h old'],
    [9 * 24 * 3_600_000, 'database 9 days old'],
  ])('fetched %s ms ago: %s', (ago, text) => {
    const info = { state: 'known', reason: null, advisories: 1, unread: 0, commit: null, committedAt: null } as const
    expect(databaseAge({ ...info, fetchedAt: ago === null ? null : 1_000_000_000 - ago }, 1_000_000_000)).toBe(text)
  })
})
