/** People and groups as the lists show them. Two identities with one e-mail address are one person. Pure. */
import { personKey, type TeamState, type TeamTurn } from '../../shared/team.ts'
import { listText, personName } from '../parts/words.ts'

/** Whether both name the same person, or the same group. */
export function isSame(a: string, b: string): boolean {
  if (a.startsWith('@') || b.startsWith('@')) return a === b
  return personKey(a) === personKey(b)
}

export function isMe(who: string | null, me: string | null): boolean {
  return who !== null && me !== null && isSame(who, me)
}

/** `You`, `Priya Raman`, `@crypto`. */
export function whoText(who: string, me: string | null): string {
  return isMe(who, me) ? 'You' : who.startsWith('@') ? who : personName(who)
}

/** Short enough for a column: the first name, or the group. */
export function shortName(who: string, me: string | null): string {
  const name = whoText(who, me)
  return name.startsWith('@') ? name : (name.split(/\s+/)[0] ?? name)
}

/** Two letters for the mark beside a name; of a group its first two. */
export function initials(who: string): string {
  if (who.startsWith('@')) return who.slice(1, 3)
  const words = personName(who)
    .split(/\s+/)
    .filter(word => /^\p{L}/u.test(word))
  const first = [...(words[0] ?? '?')]
  const last = [...(words.length > 1 ? (words.at(-1) ?? '') : '')]
  return `${first[0] ?? '?'}${last[0] ?? first[1] ?? ''}`.toUpperCase()
}

/** Whether it is this person's turn for certain: named, or one of anyone who may. Groups are not looked into. */
export function isTurnOf(turn: TeamTurn, me: string | null): 'named' | 'anyone' | null {
  if (me === null || turn.kind === 'nobody') return null
  if (turn.kind === 'people') return turn.people.some(who => isMe(who, me)) ? 'named' : null
  return turn.but.some(who => isMe(who, me)) ? null : 'anyone'
}

/** `Your turn`, `Priya’s turn`, `anyone’s turn but yours`; null when nobody has to do anything. */
export function turnText(turn: TeamTurn, me: string | null): string | null {
  if (turn.kind === 'nobody') return null
  if (turn.kind === 'people') {
    if (turn.people.length === 1 && isMe(turn.people[0] ?? null, me)) return 'Your turn'
    return `${listText(turn.people.map(who => whoText(who, me)))}’s turn`
  }
  if (turn.but.length === 0) return 'Anyone’s turn'
  return `Anyone’s turn but ${listText(turn.but.map(who => (isMe(who, me) ? 'yours' : `${whoText(who, me)}’s`)))}`
}

export interface Assignable {
  readonly who: string
  readonly isMe: boolean
  readonly isGroup: boolean
}

/** Whom work can go to: oneself first, then people by name, then the groups that are known by having been named. */
export function assignables(team: TeamState | null, groups: readonly string[] = []): readonly Assignable[] {
  if (team === null) return []
  const named = new Set(groups)
  for (const item of team.items) {
    if (item.assignee?.startsWith('@') === true) named.add(item.assignee)
    if (item.turn.kind === 'people') for (const who of item.turn.people) if (who.startsWith('@')) named.add(who)
  }
  for (const { owner } of team.exemptions) if (owner.startsWith('@')) named.add(owner)
  const people = team.people
    .map(({ who, isMe }) => ({ who, isMe, isGroup: false }))
    .sort((a, b) => Number(b.isMe) - Number(a.isMe) || (a.who < b.who ? -1 : 1))
  return [...people, ...[...named].sort().map(who => ({ who, isMe: false, isGroup: true }))]
}
