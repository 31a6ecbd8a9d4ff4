/** What pages know of risk: the engine's last scores, never recomputed here. A failure stands beside the last ones. */
import { create } from 'zustand'
import type { EngineClient } from '../../shared/contract.ts'
import type { PackageKey } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { AdvisoryDatabaseInfo, RiskRow, RiskSnapshot } from '../../shared/risk.ts'
import { useAppStore } from '../state/app-store.ts'

export interface RiskState {
  readonly snapshot: RiskSnapshot | null
  readonly failure: Failure | null
}

export const useRisk = create<RiskState>(() => ({ snapshot: null, failure: null }))

/** Another workspace was opened, or none. */
export function forgetRisk(): void {
  useRisk.setState({ snapshot: null, failure: null })
}

/** Takes scores unless newer ones are here. */
export function takeRisk(snapshot: RiskSnapshot): void {
  const known = useRisk.getState().snapshot
  if (known === null || known.generation <= snapshot.generation) useRisk.setState({ snapshot, failure: null })
}

/** Asks for the scores; from then on they come by events. */
export async function loadRisk(client: EngineClient): Promise<void> {
  const rootNow = () => useAppStore.getState().app?.open?.root ?? null
  const root = rootNow()
  const answer = await client.call('risk.list', null)
  if (rootNow() !== root) return
  if (answer.ok) takeRisk(answer.value)
  else if (answer.error.code !== 'cancelled') useRisk.setState({ failure: answer.error })
}

export type KnownRisk = ReadonlyMap<PackageKey, RiskRow>

const byKey = new WeakMap<RiskSnapshot, KnownRisk>()

/** The rows by package; made once per snapshot. */
export function riskByKey(snapshot: RiskSnapshot): KnownRisk {
  const known = byKey.get(snapshot)
  if (known !== undefined) return known
  const made = new Map(snapshot.rows.map(row => [row.key as PackageKey, row]))
  byKey.set(snapshot, made)
  return made
}

/** Null before the engine answered, or when it has no such row. */
export function useRiskOf(key: PackageKey | null): RiskRow | null {
  return useRisk(s => (key === null || s.snapshot === null ? null : (riskByKey(s.snapshot).get(key) ?? null)))
}

/** 1 to 4, for bars and colour. */
export function riskLevel(score: number, most: number): 1 | 2 | 3 | 4 {
  const share = most > 0 ? score / most : 0
  return share >= 0.65 ? 4 : share >= 0.45 ? 3 : share >= 0.25 ? 2 : 1
}

/** `database 9 days old`; an age that nobody knows says so. */
export function databaseAge({ fetchedAt }: AdvisoryDatabaseInfo, now: number): string {
  if (fetchedAt === null) return 'database of unknown age'
  const minutes = Math.max(0, Math.floor((now - fetchedAt) / 60_000))
  if (minutes < 1) return 'database just fetched'
  if (minutes < 60) return `database ${minutes} min old`
  if (minutes < 48 * 60) return `database ${Math.floor(minutes / 60)} h old`
  return `database ${Math.floor(minutes / 1_440)} days old`
}
