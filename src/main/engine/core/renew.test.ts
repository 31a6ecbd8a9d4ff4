import { expect, it } from 'vitest'
import type { CrateName, IsoDate, VetVersion } from '../../../shared/domain.ts'
import { expiringInput, renewCrate, renewExpiring } from './renew.ts'
import type { VetStore, WildcardAudit } from './store-model.ts'

const TODAY = '2026-06-01' as IsoDate
const NEXT_YEAR = '2027-06-01' as IsoDate
const LEAF = 'leaf' as CrateName

function storeWith(end: string, renew: boolean | null): VetStore {
  const entry: WildcardAudit = {
    who: [],
    criteria: ['safe-to-run'],
    publisher: { kind: 'user', userId: 7n },
    start: '2020-01-01' as IsoDate,
    end: end as IsoDate,
    renew,
    notes: null,
    aggregatedFrom: [],
  }
  return {
    config: {
      storeVersion: { major: 0, minor: 10 },
      defaultCriteria: 'safe-to-deploy',
      imports: new Map(),
      policy: new Map(),
      exemptions: new Map(),
    },
    audits: { criteria: new Map(), wildcardAudits: new Map([[LEAF, [entry]]]), audits: new Map(), trusted: new Map() },
    imports: { unpublished: new Map(), publisher: new Map(), audits: new Map() },
  }
}
const endOf = (store: VetStore | undefined) => store?.audits.wildcardAudits.get(LEAF)?.[0]?.end

it.each([
  { case: 'the day before six weeks are over', end: '2026-07-12', renew: null, want: NEXT_YEAR },
  { case: 'not the day six weeks from now', end: '2026-07-13', renew: null, want: '2026-07-13' },
  { case: 'what ended long ago', end: '2021-01-01', renew: true, want: NEXT_YEAR },
  { case: 'not what must not be renewed', end: '2026-06-02', renew: false, want: '2026-06-02' },
])('--expiring renews $case', ({ end, renew, want }) => {
  const input = { ...expiringInput(TODAY), includeInactive: false, liveReleases: null }
  expect(endOf(renewExpiring(storeWith(end, renew), input, NEXT_YEAR).store)).toBe(want)
})

it.each([
  { case: 'a release within 16 weeks', when: '2026-02-09', includeInactive: false, want: NEXT_YEAR },
  { case: 'none since', when: '2026-02-08', includeInactive: false, want: '2026-06-20' },
  { case: 'none since, but all are wanted', when: '2026-02-08', includeInactive: true, want: NEXT_YEAR },
])('--expiring with $case', ({ when, includeInactive, want }) => {
  const release = {
    version: '1.0.0' as VetVersion,
    when: when as IsoDate,
    source: { kind: 'trusted-publisher', signature: 's' } as const,
  }
  const input = { ...expiringInput(TODAY), includeInactive, liveReleases: new Map([[LEAF, [release]]]) }
  expect(endOf(renewExpiring(storeWith('2026-06-20', null), input, NEXT_YEAR).store)).toBe(want)
})

it('renews all of a crate but what must not be, and knows a crate without any', () => {
  expect(endOf(renewCrate(storeWith('2030-01-01', null), LEAF, NEXT_YEAR)?.store)).toBe(NEXT_YEAR)
  expect(renewCrate(storeWith('2026-06-02', false), LEAF, NEXT_YEAR)?.renewed).toEqual([])
  expect(renewCrate(storeWith('2026-06-02', null), 'other' as CrateName, NEXT_YEAR)).toBeNull()
})
