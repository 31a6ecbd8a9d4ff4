/**
 * The team's terms of the queue's filter: `mine`, `assignee:priya`, `turn:me`, `due<7d`, `is:overdue`, `state:blocked`,
 * `priority:high`, `note:open`. What is not known is never taken for what is asked: a row that nobody spoke of has no
 * assignee, no date and no note, and its state is "needs audit". Pure.
 */
import type { PackageKey } from '../../shared/domain.ts'
import { teamItemState, teamPriority, type TeamItem, type TeamItemState } from '../../shared/team.ts'
import { addDays } from './dates.ts'
import { isMe, isTurnOf } from './people.ts'
import { isHeld, isMine, isUnassigned, needsSecond } from './views.ts'
import { parseDay } from './dates.ts'

/** What the terms look at beside the row. `today` as YYYY-MM-DD. */
export interface TeamQuestion {
  readonly items: ReadonlyMap<PackageKey, TeamItem>
  readonly me: string | null
  readonly today: string
}

export const teamIsValues = ['mine', 'unassigned', 'overdue', 'claimed', 'unsent', 'signed'] as const
export type TeamIsValue = (typeof teamIsValues)[number]

export type TeamTerm =
  | { readonly kind: 'team-is'; readonly value: TeamIsValue }
  | { readonly kind: 'assignee'; readonly text: string }
  | { readonly kind: 'turn'; readonly value: 'me' | 'others' | 'anyone' | 'nobody' }
  | { readonly kind: 'state'; readonly value: TeamItemState }
  | { readonly kind: 'priority'; readonly value: string }
  | { readonly kind: 'note'; readonly value: (typeof noteValues)[number] }
  /** `at` null: without a date. */
  | { readonly kind: 'due'; readonly compare: '<' | '>' | '='; readonly text: string }

const noteValues = ['open', 'any', 'none', 'remark', 'question', 'concern', 'blocker'] as const
const turnValues = ['me', 'others', 'anyone', 'nobody'] as const
const priorityValues = [...teamPriority.options, 'none'] as const

export const teamFilterKeys = ['assignee:', 'turn:', 'state:', 'priority:', 'note:', 'due<', 'due>', 'due:'] as const

const oneOf = <T extends string>(key: string, values: readonly T[], value: string): T | string =>
  values.find(v => v === value) ?? `${key}: knows ${values.join(', ')}`

/** Reads a term; null when it is none of the team's, a sentence when it is one with a mistake. */
export function parseTeamTerm(text: string): TeamTerm | string | null {
  if (text === 'mine') return { kind: 'team-is', value: 'mine' }
  const due = /^due([<>:])(.+)$/.exec(text)
  if (due !== null) {
    const [, sign = '', when = ''] = due
    const compare = sign === ':' ? '=' : (sign as '<' | '>')
    const isNone = when === 'none' && compare === '='
    // Any day will do: whether the words are understood does not depend on it.
    if (!isNone && parseDay(when, '2026-01-01') === null)
      return `due${sign} takes a day: today, friday, 7d, 2w, 2026-02-28${sign === ':' ? ', or none' : ''}`
    return { kind: 'due', compare, text: when }
  }
  const colon = text.indexOf(':')
  const key = text.slice(0, Math.max(0, colon))
  const value = text.slice(colon + 1).toLowerCase()
  switch (key) {
    case 'is': {
      const known = teamIsValues.find(v => v === value)
      return known === undefined ? null : { kind: 'team-is', value: known }
    }
    case 'assignee':
      return value === '' ? 'assignee: takes a name, me, none, or @group' : { kind: 'assignee', text: value }
    case 'turn': {
      const known = turnValues.find(v => v === value)
      return known === undefined ? oneOf('turn', turnValues, value) : { kind: 'turn', value: known }
    }
    case 'state': {
      const known = teamItemState.options.find(v => v === value)
      return known === undefined ? oneOf('state', teamItemState.options, value) : { kind: 'state', value: known }
    }
    case 'priority':
      return priorityValues.some(v => v === value)
        ? { kind: 'priority', value }
        : oneOf('priority', priorityValues, value)
    case 'note': {
      const known = noteValues.find(v => v === value)
      return known === undefined ? oneOf('note', noteValues, value) : { kind: 'note', value: known }
    }
    default:
      return null
  }
}

export function holdsForTeam(term: TeamTerm, key: PackageKey, question: TeamQuestion): boolean {
  const { me, today } = question
  const team = question.items.get(key) ?? null
  switch (term.kind) {
    case 'team-is':
      return holdsIs(term.value, team, question)
    case 'assignee': {
      const assignee = team?.assignee ?? null
      if (term.text === 'me') return isMe(assignee, me)
      if (term.text === 'none') return assignee === null
      return assignee !== null && assignee.toLowerCase().includes(term.text)
    }
    case 'turn': {
      // Nobody spoke of it: then it is anyone's.
      const turn = team?.turn ?? { kind: 'anyone', but: [] }
      if (term.value === 'me') return isTurnOf(turn, me) === 'named'
      if (term.value === 'others') return turn.kind !== 'nobody' && isTurnOf(turn, me) === null
      return turn.kind === term.value
    }
    case 'state':
      return (team?.state ?? 'needs-audit') === term.value
    case 'priority':
      return (team?.priority ?? 'none') === term.value
    case 'note': {
      const notes = team?.notes ?? { open: 0, total: 0, worst: null }
      if (term.value === 'open') return notes.open > 0
      if (term.value === 'any') return notes.total > 0
      if (term.value === 'none') return notes.total === 0
      return notes.worst === term.value
    }
    case 'due': {
      const due = team?.due ?? null
      if (term.text === 'none') return due === null
      const day = parseDay(term.text, today)
      if (due === null || day === null) return false
      return term.compare === '<' ? due < addDays(day, 1) : term.compare === '>' ? due > day : due === day
    }
  }
}

function holdsIs(value: TeamIsValue, team: TeamItem | null, { me, today }: TeamQuestion): boolean {
  switch (value) {
    case 'mine':
      return isMine(team, me)
    case 'unassigned':
      return isUnassigned(team)
    case 'overdue':
      return team !== null && team.due !== null && team.due < today && team.state !== 'done'
    case 'claimed':
      return isHeld(team)
    case 'unsent':
      return team?.isWaiting === true
    case 'signed':
      return needsSecond(team) || (team?.signOffs.length ?? 0) > 0
  }
}

/** Whether a term is the team's, so that the list follows what the team does. */
export function isTeamTerm<T extends { readonly kind: string }>(term: T | TeamTerm): term is TeamTerm {
  return ['team-is', 'assignee', 'turn', 'state', 'priority', 'note', 'due'].includes(term.kind)
}
