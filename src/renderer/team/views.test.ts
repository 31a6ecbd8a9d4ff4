/** Which rows the saved views show, what the typed terms mean, and how the orders of the team sort. */
import { describe, expect, it } from 'vitest'
import type { PackageKey } from '../../shared/domain.ts'
import type { QueueItem, QueueSnapshot } from '../../shared/wire.ts'
import { queueItem } from '../queue/filter.test.ts'
import { matchesFilter, parseFilter } from '../queue/filter.ts'
import { orderItems } from '../queue/order.ts'
import { leftSince } from '../queue/use-rows.ts'
import { leftWords } from './cells.tsx'
import { ADA, BEN, CLEO, claimOf, signOff, teamItem } from './test-items.ts'
import { countOfView, isWaitingForOthers, queueViews, rowsOfView, type TeamFacts } from './views.ts'

const people = (...who: string[]) => ({ kind: 'people' as const, people: who })
const team = [
  teamItem('given', { assignee: BEN, turn: people(BEN), due: '2026-11-20', priority: 'high' }),
  teamItem('held', { claim: claimOf(BEN), state: 'in-review', turn: people(BEN) }),
  teamItem('lapsed', { claim: claimOf(BEN, true), state: 'in-review' }),
  // Signed by me, the next person is named.
  teamItem('signed', {
    assignee: ADA,
    state: 'second-sign-off',
    signOffs: [signOff(BEN)],
    turn: people(ADA),
    due: '2026-11-28',
  }),
  // Signed, though nobody said what comes next.
  teamItem('half', { signOffs: [signOff(ADA)], turn: { kind: 'anyone', but: [ADA] } }),
  teamItem('passed-on', {
    assignee: CLEO,
    turn: people(CLEO),
    handOver: { from: BEN, to: CLEO, note: '', at: '2026-11-20T10:00:00.000Z', signature: 'verified' },
    notes: { open: 1, total: 2, worst: 'blocker' },
    last: { id: '2'.repeat(32), by: BEN, at: '2026-11-21T10:00:00.000Z', kind: 'handOver' },
  }),
  teamItem('finished', {
    state: 'done',
    turn: { kind: 'nobody' },
    assignee: BEN,
    last: { id: '3'.repeat(32), by: BEN, at: '2026-11-20T09:00:00.000Z', kind: 'state' },
  }),
  teamItem('gone', { state: 'done', turn: { kind: 'nobody' }, signOffs: [signOff(ADA), signOff(CLEO)] }),
  teamItem('blocked', { state: 'blocked', stateReason: 'upstream', isWaiting: true }),
]
const names = ['given', 'held', 'lapsed', 'signed', 'half', 'passed-on', 'finished', 'blocked', 'unspoken']
const items: readonly QueueItem[] = [
  ...names.map(name => queueItem(name)),
  queueItem('resting', { because: 'exempted' }),
]
const facts: TeamFacts = { items: new Map(team.map(item => [item.key, item])), me: BEN }
const snapshot = { items, violations: [], notChecked: [] } as unknown as QueueSnapshot
const crates = (rows: readonly QueueItem[]) => rows.map(row => row.crate).join(' ')

describe('views', () => {
  it.each([
    ['needs audit', 'given held lapsed signed half passed-on finished blocked unspoken'],
    ['mine', 'given held'],
    ['unassigned', 'lapsed half blocked unspoken'],
    ['second sign-off', 'signed half'],
    ['waiting', 'signed passed-on'],
    ['exemptions', 'resting'],
    // What cargo vet no longer asks for is listed for the record.
    ['done', 'finished gone'],
    ['all', 'given held lapsed signed half passed-on finished blocked unspoken resting'],
  ] as const)('%s', (view, wanted) => expect(crates(rowsOfView(snapshot, view, facts))).toBe(wanted))
  it('counts what it shows', () => {
    for (const view of queueViews)
      expect(countOfView(snapshot, view, facts), view).toBe(rowsOfView(snapshot, view, facts).length)
  })
  it('shows nothing as mine to somebody whom git does not name', () =>
    expect(rowsOfView(snapshot, 'mine', { ...facts, me: null })).toEqual([]))
  it('takes two identities with one address for one person', () => {
    const me = 'B. Beholder <BEN@team.invalid>'
    expect(crates(rowsOfView(snapshot, 'mine', { ...facts, me }))).toBe('given held')
  })
})

it('waits for others only when the next thing is theirs', () => {
  const read = { by: BEN, at: '2026-11-20T10:00:00.000Z', delta: { from: null, to: '1.0.0' } }
  const coverage = [{ ...read, files: 3, filesTotal: 3, lines: 9, linesTotal: 9 }]
  const theirs = { coverage, turn: people(ADA) }
  expect(isWaitingForOthers(teamItem('x', theirs), BEN)).toBe(true)
  expect(isWaitingForOthers(teamItem('x', { ...theirs, turn: people(BEN) }), BEN)).toBe(false)
  expect(isWaitingForOthers(teamItem('x', { ...theirs, turn: { kind: 'anyone', but: [] } }), BEN)).toBe(false)
  expect(isWaitingForOthers(teamItem('x', { ...theirs, turn: { kind: 'anyone', but: [BEN] } }), BEN)).toBe(true)
  expect(isWaitingForOthers(teamItem('x', { ...theirs, claim: claimOf(BEN) }), BEN)).toBe(false)
  expect(isWaitingForOthers(teamItem('x', { turn: people(ADA) }), BEN), 'nothing of mine').toBe(false)
})

describe('terms of the team', () => {
  const today = '2026-11-21'
  it.each([
    ['mine', 'given held'],
    ['-mine is:failing assignee:ben', 'finished'],
    ['assignee:me', 'given finished'],
    ['assignee:cleo', 'passed-on'],
    ['assignee:none', 'held lapsed half blocked unspoken resting'],
    ['is:unassigned', 'lapsed half blocked unspoken resting'],
    ['is:overdue', 'given'],
    ['is:claimed', 'held'],
    ['is:unsent', 'blocked'],
    ['is:signed', 'signed half'],
    ['due<7d', 'given signed'],
    ['due<friday', 'given'],
    ['due>today', 'signed'],
    ['due:2026-11-28', 'signed'],
    ['due:none assignee:cleo', 'passed-on'],
    ['state:blocked', 'blocked'],
    ['state:needs-audit -assignee:none', 'given passed-on'],
    ['turn:me', 'given held'],
    ['turn:nobody', 'finished'],
    ['turn:anyone', 'lapsed half blocked unspoken resting'],
    ['turn:others', 'signed passed-on'],
    ['priority:high', 'given'],
    ['-priority:none', 'given'],
    ['note:open', 'passed-on'],
    ['note:blocker', 'passed-on'],
    ['note:none -is:failing', 'resting'],
  ])('%s', (text, wanted) => {
    const filter = parseFilter(text)
    expect(filter.problems).toEqual([])
    const asked = { known: new Map(), team: { ...facts, today } }
    expect(crates(items.filter(item => matchesFilter(filter, item, asked)))).toBe(wanted)
  })
  it.each([
    ['due<soon', /^due< takes a day/],
    ['state:odd', /^state: knows needs-audit, .*accepted$/],
    ['turn:mine', /^turn: knows me, others/],
    ['priority:most', /^priority: knows urgent/],
    ['note:bad', /^note: knows open/],
    ['assignee:', /^assignee: takes a name/],
  ])('%s is told', (text, problem) => expect(parseFilter(text).problems).toEqual([expect.stringMatching(problem)]))
})

describe('orders of the team', () => {
  it('due: the earliest first, what has no date last', () =>
    expect(
      crates(orderItems(items, 'due', facts))
        .split(' ')
        .slice(0, 3),
    ).toEqual(['given', 'signed', 'blocked']))
  it('last change: the latest first, what nobody spoke of last', () => {
    const order = crates(orderItems(items, 'last change', facts)).split(' ')
    expect([order[0], ...order.slice(-2)]).toEqual(['passed-on', 'resting', 'unspoken'])
  })
})

describe('rows that left', () => {
  const rows = rowsOfView(snapshot, 'unassigned', facts)
  it('stay until they are back or the next act', () => {
    const left = leftSince({ sorted: rows, left: new Map() }, rows.slice(1))
    expect([...left.keys()]).toEqual([rows[0]?.key])
    expect(leftSince({ sorted: rows.slice(1), left }, rows).size).toBe(0)
    expect([...leftSince({ sorted: rows.slice(1), left }, rows.slice(2)).keys()]).toEqual([rows[0]?.key, rows[1]?.key])
  })
  const item = (key: string) => facts.items.get(`${key}@1.0.0` as PackageKey) ?? null
  it.each([
    ['gone', true, 'Resolved by Ada Auditor and Cleo Clerk'],
    ['finished', true, 'Resolved by you'],
    ['given', true, 'Resolved'],
    ['passed-on', false, 'Handed over by you'],
    ['unspoken', false, 'No longer matches'],
  ])('%s', (key, isGone, words) => expect(leftWords(item(key), BEN, isGone)).toBe(words))
})
