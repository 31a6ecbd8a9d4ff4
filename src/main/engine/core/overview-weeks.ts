/**
 * A folded history as the overview draws it: one row for every week up to now, the events of those weeks, and the last
 * weeks' line drawn on. Pure; `nowMs` and the numbers of the files as they are come from the caller.
 */
import type { HistoryEvent, HistoryWeek, Projection, Since } from '../../../shared/overview.ts'
import { brand } from '../../../shared/domain.ts'
import { addDays } from './dates.ts'
import { dayOf, mondayOf, weekOf, type HistoryState, type WeekNumbers } from './overview-history.ts'

/** Twenty years; older weeks are not drawn. */
const MAX_WEEKS = 1_040
/** The line is drawn through so many weeks, and never through fewer than the least. */
const PACE_WEEKS = 12
const LEAST_WEEKS = 4
/** Further ahead a straight line says nothing. */
const MAX_WEEKS_AHEAD = 520

/** Every week from the first revision to now; the last row has the numbers of now. Empty without a revision. */
export function weeksOf(state: HistoryState, now: WeekNumbers, nowMs: number): readonly HistoryWeek[] {
  const current = weekOf(nowMs)
  const first = Math.min(...state.numbers.keys())
  if (!Number.isFinite(first)) return []
  const weeks: HistoryWeek[] = []
  let numbers: WeekNumbers | null = null
  for (let week = first; week <= current; week++) {
    numbers = week === current ? now : (state.numbers.get(week) ?? numbers ?? now)
    if (week <= current - MAX_WEEKS) continue
    const flow = state.flow.get(week)
    weeks.push({
      monday: mondayOf(week),
      ...numbers,
      auditsAdded: flow?.auditsAdded ?? 0,
      exemptionsAdded: flow?.exemptionsAdded ?? 0,
      exemptionsRemoved: flow?.exemptionsRemoved ?? 0,
    })
  }
  return weeks
}

export function eventsOf(state: HistoryState): readonly HistoryEvent[] {
  return state.events.map(({ atMs, commit, kind, title, subject }) => ({
    day: dayOf(atMs),
    commit,
    kind,
    title,
    subject,
  }))
}

/** Those of `keys` whose date is known. */
export function sinceOf(known: HistoryState['exemptionSince'], keys: Iterable<string>): Since[] {
  return [...new Set(keys)].flatMap(key => {
    const since = known.get(key)
    return since === undefined ? [] : [{ key: brand(key), day: dayOf(since.atMs), isAtLeast: since.isFirst }]
  })
}

/** Audits by person for the same weeks; people with most first, then by name as written. */
export function peopleOf(
  state: HistoryState,
  weeks: readonly Pick<HistoryWeek, 'monday'>[],
): { readonly who: string; readonly weeks: number[] }[] {
  const position = new Map(weeks.map(({ monday }, i) => [monday, i]))
  const people = new Map<string, number[]>()
  for (const [week, { byPerson }] of state.flow) {
    const at = position.get(mondayOf(week))
    if (at === undefined) continue
    for (const [who, audits] of byPerson) {
      const counts = people.get(who) ?? weeks.map(() => 0)
      counts[at] = (counts[at] ?? 0) + audits
      people.set(who, counts)
    }
  }
  const total = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0)
  return [...people]
    .map(([who, counts]) => ({ who, weeks: counts }))
    .sort((a, b) => total(b.weeks) - total(a.weeks) || (a.who < b.who ? -1 : 1))
}

/** The mean net change of the last weeks, drawn on to zero. The current week counts although it is not over. */
export function projectionOf(weeks: readonly HistoryWeek[]): Projection {
  const last = weeks.at(-1)
  if (last !== undefined && last.exemptions === 0) return { kind: 'none-left' }
  const back = Math.min(PACE_WEEKS, weeks.length - 1)
  const then = weeks[weeks.length - 1 - back]
  if (last === undefined || then === undefined || back < LEAST_WEEKS) return { kind: 'too-short' }
  const perWeek = (then.exemptions - last.exemptions) / back
  const weeksToZero = Math.ceil(last.exemptions / perWeek)
  if (perWeek <= 0 || weeksToZero > MAX_WEEKS_AHEAD) return { kind: 'not-falling', weeks: back }
  const zeroAt = addDays(brand<'IsoDate'>(last.monday), weeksToZero * 7)
  return { kind: 'falling', weeks: back, perWeek: Math.round(perWeek * 100) / 100, weeksToZero, zeroAt }
}
