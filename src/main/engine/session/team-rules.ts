/** What cannot be written down as things are, judged before an event is made of it. Pure. */
import type { Failure } from '../../../shared/failure.ts'
import { personKey, type TeamAction } from '../../../shared/team.ts'
import type { FoldedTeam } from '../team/fold.ts'

/** Null when it can be done; `me` null is told by whoever writes. */
export function refusal(team: FoldedTeam, action: TeamAction, me: string | null, nowMs: number): Failure | null {
  const refuse = (message: string, help: string | null = null): Failure => ({ code: 'refused', message, help })
  const isMe = (who: string) => me !== null && personKey(who) === personKey(me)
  switch (action.kind) {
    case 'claim': {
      if (Date.parse(action.until) <= nowMs) return refuse('a claim ends in the future')
      if (action.takeOver) return null
      for (const key of action.items) {
        const claim = team.items.get(key)?.claim ?? null
        if (claim !== null && !isMe(claim.by) && Date.parse(claim.until) > nowMs)
          return refuse(`${key} is held by ${claim.by} until ${claim.until}`, 'Take it over, or wait until then.')
      }
      return null
    }
    case 'reply':
    case 'resolve':
      return team.notes.has(action.note) ? null : refuse('the note is not there any more')
    case 'withdraw': {
      const signOff = [...team.items.values()].flatMap(item => item.signOffs).find(({ id }) => id === action.signOff)
      if (signOff === undefined) return refuse('the sign-off is not there any more')
      return isMe(signOff.by) ? null : refuse(`only ${signOff.by} can withdraw it`)
    }
    case 'state':
      return (action.state === 'blocked' || action.state === 'accepted') && action.reason.trim() === ''
        ? refuse(`the state ${action.state} needs a reason`)
        : null
    default:
      return null
  }
}
