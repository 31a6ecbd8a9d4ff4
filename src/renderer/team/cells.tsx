/** What the team wrote down about a row: whom it is with, until when, and what state it is in. */
import { memo } from 'react'
import type { PackageKey } from '../../shared/domain.ts'
import type { TeamItem, TeamItemState } from '../../shared/team.ts'
import type { QueueItem } from '../../shared/wire.ts'
import { Icon } from '../parts/icon.tsx'
import { useNow } from '../parts/use-now.ts'
import { count, listText } from '../parts/words.ts'
import { dueText, leftText, localDay } from './dates.ts'
import { initials, isMe, isTurnOf, shortName, turnText, whoText } from './people.ts'
import { useMe, useTeamItem } from './state.ts'
import { isHeld, type QueueRow } from './views.ts'
import './team.css'

export const stateWords: Readonly<Record<TeamItemState, string>> = {
  'needs-audit': 'Needs audit',
  'in-review': 'In review',
  'second-sign-off': 'Second sign-off',
  'ready-to-export': 'Ready to export',
  done: 'Done',
  blocked: 'Blocked',
  accepted: 'Accepted for now',
}

/** Two letters in a disc; decoration beside the name. `who` null: nobody. */
export function Avatar({ who, me }: { readonly who: string | null; readonly me: string | null }) {
  if (who === null) return <span className="av none" aria-hidden="true" />
  return (
    <span className={isMe(who, me) ? 'av me' : 'av'} aria-hidden="true">
      {initials(who)}
    </span>
  )
}

function DueLine({ team }: { readonly team: TeamItem }) {
  const now = useNow(60_000)
  const held = isHeld(team) ? team.claim : null
  if (team.due !== null) {
    const due = dueText(team.due, localDay(now))
    return <span className={due.isLate ? 't11 err ell' : 't11 dim ell'}>{due.text}</span>
  }
  if (held !== null) return <span className="t11 dim ell">{leftText(held.until, now)}</span>
  return null
}

/** Assignee and due date; who holds it when nobody was given it. */
export const AssigneeCell = memo(function AssigneeCell({ of }: { readonly of: PackageKey }) {
  const team = useTeamItem(of)
  const me = useMe()
  const holder = team !== null && isHeld(team) ? (team.claim?.by ?? null) : null
  const who = team?.assignee ?? holder
  const isTurn = team !== null && isTurnOf(team.turn, me) === 'named'
  return (
    <span className="whom" title={team === null ? undefined : titleOf(team, me)}>
      <Avatar who={who} me={me} />
      <span className="whom-text">
        <span className={who === null ? 't12 dim ell' : 't12 ell'}>
          {who === null ? 'Unassigned' : shortName(who, me)}
          {isTurn && !isMe(who, me) && <span className="acc">, your turn</span>}
        </span>
        {team !== null && <DueLine team={team} />}
      </span>
    </span>
  )
})

/** All of it in words, for the tooltip. */
function titleOf(team: TeamItem, me: string | null): string {
  const held = isHeld(team) ? team.claim : null
  const parts = [
    team.assignee === null ? 'Assigned to nobody' : `Assigned to ${whoText(team.assignee, me)}`,
    held === null ? null : `held by ${whoText(held.by, me)}, ${leftText(held.until, Date.now())}`,
    turnText(team.turn, me),
    team.priority === null ? null : `priority ${team.priority}`,
  ]
  return parts.filter(part => part !== null).join('; ')
}

/** Share of the lines read, 0 to 100; null when the review was never opened. */
export function percentRead(item: QueueItem): number | null {
  const lines = item.size.state === 'measured' ? item.size.stat.insertions + item.size.stat.deletions : null
  if (item.readLines === null || item.readLines === 0 || lines === null || lines === 0) return null
  return Math.min(100, Math.floor((item.readLines / lines) * 100))
}

function Percent({ percent }: { readonly percent: number }) {
  return (
    <span className="row" style={{ gap: 5 }}>
      <span className="meter" style={{ width: 36 }}>
        <i style={{ width: `${percent}%` }} />
      </span>
      <span className="t11 dim num">{percent}%</span>
    </span>
  )
}

/** What cargo vet and the reader’s own marks say when the team said nothing. */
function firstWord(item: QueueRow, team: TeamItem | null, percent: number | null): string {
  if (team !== null && team.state !== 'needs-audit') return stateWords[team.state]
  if (percent !== null) return 'In review'
  return item.because === 'exempted' ? 'Exempted' : 'Needs audit'
}

/** The second line: what the state is waiting for. */
function Detail({ team, percent }: { readonly team: TeamItem | null; readonly percent: number | null }) {
  const urgent = team?.priority === 'urgent' || team?.priority === 'high' ? team.priority : null
  if (team !== null && team.signOffs.length > 0 && team.state !== 'done')
    return <span className="t11 dim ell">{team.signOffs.length} signed</span>
  if (percent !== null) return <Percent percent={percent} />
  if (team?.state === 'blocked' || team?.state === 'accepted')
    return <span className="t11 dim ell">{team.stateReason}</span>
  if (team !== null && team.notes.open > 0)
    return (
      <span
        className={team.notes.worst === 'blocker' || team.notes.worst === 'concern' ? 't11 warn ell' : 't11 dim ell'}
      >
        {count(team.notes.open, 'open note')}
      </span>
    )
  return urgent === null ? null : (
    <span className="t11 warn ell">{urgent === 'urgent' ? 'Urgent' : 'High priority'}</span>
  )
}

export const StateCell = memo(function StateCell({ item }: { readonly item: QueueRow }) {
  const team = useTeamItem(item.key)
  const percent = percentRead(item)
  const word = firstWord(item, team, percent)
  const tone = team?.state === 'blocked' ? ' err' : team?.state === 'second-sign-off' ? ' warn' : ''
  return (
    <span className="state">
      <span className={`t12 ell${tone}${word === 'Exempted' ? ' sub' : ''}`} title={team?.stateReason || undefined}>
        {team?.isWaiting === true && <Icon name="clock" className="sm unsent" />}
        {word}
        {team?.isWaiting === true && <span className="sr">, not sent yet</span>}
      </span>
      <Detail team={team} percent={percent} />
    </span>
  )
})

const lastWords: Readonly<Record<TeamItem['last']['kind'], string>> = {
  assign: 'assigned',
  claim: 'claimed',
  release: 'released',
  handOver: 'handed over',
  state: 'set to another state',
  due: 'given another date',
  priority: 'given another priority',
  note: 'noted',
  reply: 'replied to',
  resolve: 'resolved',
  signOff: 'signed',
  withdraw: 'withdrawn',
  coverage: 'read',
  exemption: 'exempted',
  undo: 'taken back',
}

/** Why a row is not in the list any more, in its place until the next act. `isGone`: cargo vet does not ask for it now. */
export const LeftCell = memo(function LeftCell({ of, isGone }: { readonly of: PackageKey; readonly isGone: boolean }) {
  const team = useTeamItem(of)
  const me = useMe()
  return (
    <span className="state">
      <span className="t12 dim ell">{leftWords(team, me, isGone)}</span>
    </span>
  )
})

export function leftWords(team: TeamItem | null, me: string | null, isGone: boolean): string {
  const by = (who: string) => (isMe(who, me) ? 'you' : whoText(who, me))
  if (isGone) {
    const signers = team?.signOffs.map(signOff => by(signOff.by)) ?? []
    const doer = team?.state === 'done' && team.last.kind === 'state' ? [by(team.last.by)] : []
    const who = [...new Set([...signers, ...doer])]
    return who.length === 0 ? 'Resolved' : `Resolved by ${listText(who)}`
  }
  if (team === null) return 'No longer matches'
  const word = lastWords[team.last.kind]
  return `${word[0]?.toUpperCase()}${word.slice(1)} by ${by(team.last.by)}`
}
