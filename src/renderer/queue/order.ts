/**
 * Order and grouping of the queue. Every order is total and independent of arrival: ties fall to name and version by
 * bytes. Sizes that are not known yet stand after the known ones, those that cannot be known last. Pure.
 */
import { linesOf } from '../../shared/domain.ts'
import type { TeamItem } from '../../shared/team.ts'
import type { QueueItem } from '../../shared/wire.ts'
import { compareRisk, isRiskOrder, NO_RISK } from './risk-order.ts'
import { NO_TEAM, type QueueRow, type TeamFacts } from '../team/views.ts'

export const orders = ['least reading', 'most reading', 'risk', 'risk per line', 'name', 'due', 'last change'] as const
export type Order = (typeof orders)[number]

export const groupings = ['none', 'criterion', 'needed by'] as const
export type Grouping = (typeof groupings)[number]

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const compareName = (a: QueueItem, b: QueueItem): number =>
  compareText(a.crate, b.crate) || compareText(a.version, b.version)

/** Rank of what is known: measured, being measured, not asked for, unknowable. */
const sizeRank = (item: QueueItem): number => ({ measured: 0, measuring: 1, 'not-run': 2, unknown: 3 })[item.size.state]

/** Lines to read, null while or when they are not known. */
export function linesToRead(item: QueueItem): number | null {
  return item.size.state === 'measured' ? linesOf(item.size.stat) : null
}

const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const
/** What nobody ranked stands with what is normal. */
const priorityRank = (team: TeamItem | undefined): number => PRIORITIES.indexOf(team?.priority ?? 'normal')

/** The orders that ask the team; what it did not speak of stands last, and then least reading decides. */
function compareTeam(order: 'due' | 'last change', { items }: TeamFacts): (a: QueueItem, b: QueueItem) => number {
  const least = comparators['least reading']
  return (a, b) => {
    const [one, other] = [items.get(a.key), items.get(b.key)]
    if (order === 'due')
      return compareText(one?.due ?? '9', other?.due ?? '9') || priorityRank(one) - priorityRank(other) || least(a, b)
    return compareText(other?.last.at ?? '', one?.last.at ?? '') || least(a, b)
  }
}

type PlainOrder = Exclude<Order, 'due' | 'last change' | 'risk' | 'risk per line'>
const comparators: Readonly<Record<PlainOrder, (a: QueueItem, b: QueueItem) => number>> = {
  'least reading': (a, b) =>
    sizeRank(a) - sizeRank(b) || (linesToRead(a) ?? 0) - (linesToRead(b) ?? 0) || compareName(a, b),
  'most reading': (a, b) =>
    sizeRank(a) - sizeRank(b) || (linesToRead(b) ?? 0) - (linesToRead(a) ?? 0) || compareName(a, b),
  name: compareName,
}

/** Whether an order asks what the team wrote down. */
export function isTeamOrder(order: Order): order is 'due' | 'last change' {
  return order === 'due' || order === 'last change'
}

/** A sorted copy. */
export function orderItems<T extends QueueItem>(
  items: readonly T[],
  order: Order,
  team = NO_TEAM,
  risk = NO_RISK,
): readonly T[] {
  if (isRiskOrder(order)) return [...items].sort(compareRisk(order, risk, linesToRead))
  return [...items].sort(isTeamOrder(order) ? compareTeam(order, team) : comparators[order])
}

/** One line of the list: an item, or the heading of a group. */
export type ListRow =
  | { readonly kind: 'item'; readonly item: QueueRow }
  | { readonly kind: 'group'; readonly title: string; readonly count: number; readonly lines: number }

function groupTitle(item: QueueItem, grouping: Grouping): string {
  if (grouping === 'criterion') return item.missing.join(', ') || 'nothing missing'
  return item.neededBy[0] ?? 'nothing'
}

/** The rows of an ordered list. Groups are sorted by title; their items keep the order given. */
export function groupItems(items: readonly QueueRow[], grouping: Grouping): readonly ListRow[] {
  if (grouping === 'none') return items.map(item => ({ kind: 'item', item }))
  const groups = new Map<string, QueueRow[]>()
  for (const item of items) {
    const title = groupTitle(item, grouping)
    const group = groups.get(title)
    if (group === undefined) groups.set(title, [item])
    else group.push(item)
  }
  return [...groups]
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([title, members]): ListRow[] => [
      { kind: 'group', title, count: members.length, lines: members.reduce((n, m) => n + (linesToRead(m) ?? 0), 0) },
      ...members.map((item): ListRow => ({ kind: 'item', item })),
    ])
}
