/**
 * What the team wrote down about the open workspace, as the page holds it: the engine's folded state, kept up to date by
 * its events. A missed event is answered by asking for the whole again. Nothing here is computed that the engine knows.
 */
import { create } from 'zustand'
import type { EngineClient } from '../../shared/contract.ts'
import type { PackageKey } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { TeamItem, TeamState } from '../../shared/team.ts'
import type { SignOffRequest } from './sign-off-panel.tsx'

/** What is being asked of the user; `keys` are the items it is about, in the order of the list. */
export type TeamDialog =
  | {
      readonly kind: 'assign' | 'due' | 'state' | 'priority' | 'handOver' | 'note'
      readonly keys: readonly PackageKey[]
    }
  /** Some of `keys` are held by others. */
  | { readonly kind: 'takeOver'; readonly keys: readonly PackageKey[]; readonly held: readonly PackageKey[] }
  | { readonly kind: 'signOff'; readonly request: SignOffRequest }
  | { readonly kind: 'news' | 'join' | 'saveFilter' | 'sync' }

export interface TeamStore {
  /** Null until it was asked, and when there is no team to speak of (`failure` says why). */
  readonly team: TeamState | null
  /** `team.items` by key; the same object until one of them changes. */
  readonly items: ReadonlyMap<PackageKey, TeamItem>
  readonly failure: Failure | null
  readonly dialog: TeamDialog | null
  /** Own acts of this page that Undo takes back, the last one at the end. */
  readonly acts: readonly TeamAct[]
  /** Undone acts; `events` are the undo's own. */
  readonly undone: readonly TeamAct[]
}

export interface TeamAct {
  readonly events: readonly string[]
  /** In words, for the toast: `Assigned getrandom to Priya Raman`. */
  readonly words: string
}

const nothing: TeamStore = { team: null, items: new Map(), failure: null, dialog: null, acts: [], undone: [] }

export const useTeam = create<TeamStore>(() => nothing)

/** Grows when another workspace is opened, so that late answers about the former one are dropped. */
let round = 0

export function forgetTeam(): void {
  round += 1
  useTeam.setState(nothing)
}

function byKey(items: readonly TeamItem[]): ReadonlyMap<PackageKey, TeamItem> {
  return new Map(items.map(item => [item.key, item]))
}

/** Asks for everything. */
export async function loadTeam(client: EngineClient): Promise<void> {
  const asked = round
  const answer = await client.call('team.state', null)
  if (asked !== round) return
  if (!answer.ok) return useTeam.setState({ failure: answer.error.code === 'cancelled' ? null : answer.error })
  const shown = useTeam.getState().team
  if (shown !== null && shown.generation > answer.value.generation) return
  useTeam.setState({ team: answer.value, items: byKey(answer.value.items), failure: null })
}

/**
 * The state after a change. Its items are only those that changed; the others stay the same objects, so rows that show
 * them need not be drawn again. Null when a change before it was missed.
 */
export function withChange(before: TeamStore, change: TeamState): Pick<TeamStore, 'team' | 'items'> | null {
  if (before.team === null || change.generation > before.team.generation + 1) return null
  if (change.generation <= before.team.generation) return before
  if (change.items.length === 0) return { team: { ...change, items: before.team.items }, items: before.items }
  const items = new Map(before.items)
  for (const item of change.items) items.set(item.key, item)
  return { team: { ...change, items: [...items.values()] }, items }
}

/** Takes an event of the engine. */
export function takeTeamChange(client: EngineClient, change: TeamState): void {
  const next = withChange(useTeam.getState(), change)
  if (next === null) void loadTeam(client)
  else useTeam.setState(next)
}

/** What the team said of a package; null when nobody said anything. */
export function useTeamItem(key: PackageKey): TeamItem | null {
  return useTeam(s => s.items.get(key) ?? null)
}

export function useMe(): string | null {
  return useTeam(s => s.team?.me ?? null)
}
