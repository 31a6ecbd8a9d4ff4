/**
 * The saved views of the queue: what each shows, and how many. cargo-vet's result comes first: what it reports as failing
 * stays in "needs audit" whatever the team wrote about it. Pure.
 */
import { brand, packageKey, type PackageKey } from '../../shared/domain.ts'
import type { TeamItem } from '../../shared/team.ts'
import type { QueueItem, QueueSnapshot } from '../../shared/wire.ts'
import { isMe, isTurnOf } from './people.ts'

export const queueViews = [
  'needs audit',
  'mine',
  'unassigned',
  'second sign-off',
  'waiting',
  'violations',
  'exemptions',
  'done',
  'all',
  'not checked',
] as const
export type QueueView = (typeof queueViews)[number]

/** A row of the list. `isSettled`: the team is done with it and cargo vet no longer asks for it; only the key is known. */
export interface QueueRow extends QueueItem {
  readonly isSettled?: true
}

export interface TeamFacts {
  readonly items: ReadonlyMap<PackageKey, TeamItem>
  readonly me: string | null
}

export const NO_TEAM: TeamFacts = { items: new Map(), me: null }

const isOver = (team: TeamItem | null): boolean => team?.state === 'done' || team?.state === 'accepted'
export const isHeld = (team: TeamItem | null): boolean => team !== null && team.claim !== null && !team.claim.isExpired

/** Given to me, held by me, or my turn by name. */
export function isMine(team: TeamItem | null, me: string | null): boolean {
  if (team === null || isOver(team)) return false
  return (
    isMe(team.assignee, me) || (isHeld(team) && isMe(team.claim?.by ?? null, me)) || isTurnOf(team.turn, me) === 'named'
  )
}

export function isUnassigned(team: TeamItem | null): boolean {
  return team === null || (team.assignee === null && !isHeld(team) && !isOver(team))
}

/** One person has signed or the team says so, and it is not decided otherwise. */
export function needsSecond(team: TeamItem | null): boolean {
  if (team === null) return false
  if (team.state === 'second-sign-off') return true
  return team.signOffs.length > 0 && (team.state === 'needs-audit' || team.state === 'in-review')
}

/** I did something to it, and the next thing is for others to do. */
export function isWaitingForOthers(team: TeamItem | null, me: string | null): boolean {
  if (team === null || me === null || team.turn.kind === 'nobody') return false
  if (isTurnOf(team.turn, me) !== null || (isHeld(team) && isMe(team.claim?.by ?? null, me))) return false
  const didSomething =
    team.signOffs.some(({ by }) => isMe(by, me)) ||
    isMe(team.handOver?.from ?? null, me) ||
    team.coverage.some(({ by }) => isMe(by, me))
  return didSomething
}

function belongs(item: QueueItem, view: QueueView, { items, me }: TeamFacts): boolean {
  const team = items.get(item.key) ?? null
  switch (view) {
    case 'needs audit':
      return item.because === 'failing'
    case 'exemptions':
      return item.because === 'exempted'
    case 'mine':
      return isMine(team, me)
    case 'unassigned':
      return item.because === 'failing' && isUnassigned(team)
    case 'second sign-off':
      return needsSecond(team)
    case 'waiting':
      return isWaitingForOthers(team, me)
    case 'done':
      return team?.state === 'done'
    case 'all':
      return true
    case 'violations':
    case 'not checked':
      return false
  }
}

/** Whether what a view shows depends on what the team wrote down. */
export function viewAsksTeam(view: QueueView): boolean {
  return !['needs audit', 'exemptions', 'all', 'violations', 'not checked'].includes(view)
}

/** What the team finished and cargo vet does not ask for any more, in the order of the team's items. */
function settled(snapshot: QueueSnapshot, { items }: TeamFacts): readonly QueueRow[] {
  const here = new Set(snapshot.items.map(item => item.key))
  return [...items.values()].filter(team => team.state === 'done' && !here.has(team.key)).map(settledRow)
}

function settledRow(team: TeamItem): QueueRow {
  const crate = brand<'CrateName'>(team.crate)
  const version = brand<'VetVersion'>(team.version)
  const signed = team.signOffs.at(-1)
  return {
    key: packageKey(team.crate, team.version),
    crate,
    version,
    because: 'failing',
    missing: [],
    neededBy: [],
    neededByText: '',
    isDevOnly: false,
    delta:
      signed === undefined
        ? null
        : { from: signed.delta.from === null ? null : brand<'VetVersion'>(signed.delta.from), to: version },
    size: { state: 'not-run' },
    readLines: null,
    isSettled: true,
  }
}

/** Rows of a view, in the snapshot's order. */
export function rowsOfView(snapshot: QueueSnapshot, view: QueueView, facts: TeamFacts): readonly QueueRow[] {
  if (view === 'violations' || view === 'not checked') return []
  if (view === 'all') return snapshot.items
  const rows = snapshot.items.filter(item => belongs(item, view, facts))
  return view === 'done' ? [...rows, ...settled(snapshot, facts)] : rows
}

export function countOfView(snapshot: QueueSnapshot, view: QueueView, facts: TeamFacts): number {
  if (view === 'violations') return snapshot.violations.length
  if (view === 'not checked') return snapshot.notChecked.length
  if (view === 'all') return snapshot.items.length
  let count = view === 'done' ? settled(snapshot, facts).length : 0
  for (const item of snapshot.items) if (belongs(item, view, facts)) count += 1
  return count
}
