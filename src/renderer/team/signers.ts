/** Who has signed a change for the same criteria: whom the audit names, and who is still to sign. Pure, but for the hook. */
import { useMemo } from 'react'
import { packageKey, type Delta } from '../../shared/domain.ts'
import { personKey, type TeamItem, type TeamSignOff } from '../../shared/team.ts'
import { useTeam } from './state.ts'

const sorted = (names: readonly string[]): string => [...names].sort().join(' ')

/** The sign-offs of exactly this change and these criteria; others become audits of their own. */
export function signOffsFor(item: TeamItem | null, delta: Delta, criteria: readonly string[]): readonly TeamSignOff[] {
  if (item === null) return []
  return item.signOffs.filter(
    signed =>
      signed.delta.from === delta.from && signed.delta.to === delta.to && sorted(signed.criteria) === sorted(criteria),
  )
}

/**
 * Everybody whom the audit is to name when `me` certifies now: those who signed, in order, and oneself. Empty when nobody
 * else signed, so that git's identity stands there as ever.
 */
export function auditors(signOffs: readonly TeamSignOff[], me: string | null): readonly string[] {
  const seen = new Map(signOffs.map(({ by }) => [personKey(by), by]))
  if (me === null || [...seen.keys()].every(key => key === personKey(me))) return []
  if (!seen.has(personKey(me))) seen.set(personKey(me), me)
  return [...seen.values()]
}

export interface Signers {
  readonly item: TeamItem | null
  readonly signOffs: readonly TeamSignOff[]
  /** As `auditors`; the same array until one of them is another. */
  readonly who: readonly string[]
}

export function useSigners(crate: string, delta: Delta, criteria: readonly string[] | null): Signers {
  const item = useTeam(s => s.items.get(packageKey(crate, delta.to)) ?? null)
  const me = useTeam(s => s.team?.me ?? null)
  return useMemo(() => {
    const signOffs = criteria === null ? [] : signOffsFor(item, delta, criteria)
    return { item, signOffs, who: auditors(signOffs, me) }
  }, [item, delta, criteria, me])
}
