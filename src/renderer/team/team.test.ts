/** Selecting, people, sign-offs, sync in words, and the page's copy of the team's state. */
import { describe, expect, it } from 'vitest'
import { brand, packageKey, type PackageKey } from '../../shared/domain.ts'
import type { TeamState, TeamSync } from '../../shared/team.ts'
import { forItems, itemsText } from './act.ts'
import { extended, noMarks, toggled } from './marks.ts'
import { assignables, initials, isTurnOf, turnText } from './people.ts'
import { auditors, signOffsFor } from './signers.ts'
import { withChange, type TeamStore } from './state.ts'
import { syncWords } from './sync-status.tsx'
import { ADA, BEN, CLEO, signOff, teamItem } from './test-items.ts'
import { readable } from './thread.tsx'

const keys = ['a', 'b', 'c', 'd', 'e'].map(name => packageKey(name, '1.0.0'))
const key = (i: number): PackageKey => keys[i] ?? packageKey('none', '0.0.0')
const chosen = (marks: { readonly keys: ReadonlySet<PackageKey> }) => [...marks.keys].map(k => k[0]).join('')

describe('selecting', () => {
  it('extends from where it began, there and back', () => {
    const started = toggled(noMarks, key(4))
    const down = extended(extended(started, keys, key(0), key(1)), keys, key(1), key(2))
    expect(chosen(down)).toBe('eabc')
    expect(chosen(extended(down, keys, key(2), key(1)))).toBe('eab')
  })
  it('survives another order of the list', () => {
    const some = extended(noMarks, keys, key(1), key(2))
    const turned = [...keys].reverse()
    expect(chosen(extended({ ...some, anchor: null }, turned, key(4), key(3)))).toBe('bced')
  })
  it('begins anew after another act', () => {
    const once = toggled(extended(noMarks, keys, key(0), key(1)), key(3))
    expect(once.anchor).toBe(null)
    expect(chosen(toggled(once, key(0)))).toBe('bd')
  })
})

describe('acting on many', () => {
  it('writes as many events as the items need', () => {
    const many = Array.from({ length: 2_001 }, (_, i) => packageKey(`crate-${i}`, '1.0.0'))
    const actions = forItems(many, items => ({ kind: 'release', items }))
    expect(actions.map(action => ('items' in action ? action.items.length : 0))).toEqual([1_000, 1_000, 1])
  })
  it('names one item and counts several', () => {
    expect(itemsText([key(0)])).toBe('a 1.0.0')
    expect(itemsText(keys)).toBe('5 packages')
  })
})

describe('people', () => {
  it.each([
    ['Priya Raman <p@x.y>', 'PR'],
    ['Tomás de la Cruz <t@x.y>', 'TC'],
    ['ada <a@x.y>', 'AD'],
    ['李 小龙 <l@x.y>', '李小'],
    ['@crypto', 'cr'],
  ])('%s is shown as %s', (who, wanted) => expect(initials(who)).toBe(wanted))
  it('says whose turn it is', () => {
    expect(turnText({ kind: 'people', people: [BEN] }, BEN)).toBe('Your turn')
    expect(turnText({ kind: 'people', people: [ADA, '@crypto'] }, BEN)).toBe('Ada Auditor and @crypto’s turn')
    expect(turnText({ kind: 'anyone', but: [BEN, ADA] }, BEN)).toBe('Anyone’s turn but yours and Ada Auditor’s')
    expect(turnText({ kind: 'nobody' }, BEN)).toBe(null)
    expect(isTurnOf({ kind: 'anyone', but: [BEN] }, BEN)).toBe(null)
    expect(isTurnOf({ kind: 'anyone', but: [] }, BEN)).toBe('anyone')
  })
  it('offers oneself first, then people, then groups that were named', () => {
    const state = {
      people: [ADA, BEN].map(who => ({ who, isMe: who === BEN, events: 0, verified: 0, bad: 0, lastAt: null })),
      items: [teamItem('x', { assignee: '@crypto' })],
      exemptions: [],
    } as unknown as TeamState
    expect(assignables(state).map(({ who }) => who)).toEqual([BEN, ADA, '@crypto'])
  })
})

describe('sign-offs', () => {
  const delta = { from: brand<'VetVersion'>('0.9.0'), to: brand<'VetVersion'>('1.0.0') }
  const item = teamItem('x', {
    signOffs: [
      signOff(ADA, { criteria: ['crypto-reviewed', 'safe-to-deploy'] }),
      signOff(CLEO, { delta: { from: null, to: '1.0.0' } }),
    ],
  })
  it('are of the very change and the very criteria', () => {
    expect(signOffsFor(item, delta, ['safe-to-deploy', 'crypto-reviewed']).map(({ by }) => by)).toEqual([ADA])
    expect(signOffsFor(item, delta, ['safe-to-deploy'])).toEqual([])
    expect(signOffsFor(null, delta, ['safe-to-deploy'])).toEqual([])
  })
  it('name everybody once, and nobody when oneself alone signed', () => {
    expect(auditors([signOff(ADA), signOff(CLEO)], BEN)).toEqual([ADA, CLEO, BEN])
    expect(auditors([signOff(ADA), signOff(BEN)], 'B <BEN@team.invalid>')).toEqual([ADA, BEN])
    expect(auditors([signOff(BEN)], BEN)).toEqual([])
    expect(auditors([], BEN)).toEqual([])
  })
})

describe('the state of the page', () => {
  const before = {
    team: { generation: 4, items: [teamItem('x'), teamItem('y')] },
    items: new Map([teamItem('x'), teamItem('y')].map(item => [item.key, item])),
  } as unknown as TeamStore
  const change = (generation: number, ...items: ReturnType<typeof teamItem>[]) =>
    ({ generation, items }) as unknown as TeamState
  it('takes the next change, and keeps the objects of what did not change', () => {
    const after = withChange(before, change(5, teamItem('y', { assignee: BEN }), teamItem('z')))
    expect(after?.items.size).toBe(3)
    expect(after?.items.get(packageKey('y', '1.0.0'))?.assignee).toBe(BEN)
    expect(after?.items.get(packageKey('x', '1.0.0'))).toBe(before.items.get(packageKey('x', '1.0.0')))
    expect(after?.team?.items).toHaveLength(3)
  })
  it('asks again when a change was missed, and drops an old one', () => {
    expect(withChange(before, change(6))).toBe(null)
    expect(withChange(before, change(4, teamItem('z')))?.items).toBe(before.items)
    expect(withChange({ ...before, team: null }, change(5))).toBe(null)
  })
})

describe('sync in words', () => {
  const now = 1_000_000
  const base: TeamSync = {
    where: {
      ...{ state: 'joined', address: 'https://x/y', branch: 'assay/team', from: 'origin', reason: null },
      signs: false,
    },
    ...{ isRunning: false, syncedAt: now - 180_000, waiting: 0, failure: null, problems: [], problemsTotal: 0 },
  }
  const failure = { code: 'offline', needed: 'syncing' } as const
  it.each([
    [{}, 'Team: synced 3 min ago'],
    [{ waiting: 2 }, 'Team: synced 3 min ago, 2 not sent'],
    [{ syncedAt: null }, 'Team: never synced'],
    [{ isRunning: true }, 'Syncing with the team'],
    [{ failure, waiting: 1 }, 'Team: sync failed, last synced 3 min ago, 1 not sent'],
    [{ failure, syncedAt: null }, 'Team: sync failed, never synced'],
    [{ where: { ...base.where, state: 'not-joined' as const }, waiting: 3 }, 'Team: not joined, 3 not sent'],
    [{ where: { ...base.where, state: 'none' as const } }, 'Team: on this machine only'],
  ])('%j', (change: Partial<TeamSync>, wanted) => expect(syncWords({ ...base, ...change }, now).text).toBe(wanted))
})

it('shows the text of a log without addresses and machine times', () =>
  expect(readable(`assigned it to ${ADA} until 2026-11-21T16:00:00.000Z`)).toMatch(
    /^assigned it to Ada Auditor until 21 Nov, \d\d:00$/,
  ))
