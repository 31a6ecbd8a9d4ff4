/**
 * Order and grouping of the queue. Every order is total and independent of arrival: ties fall to name and version by
 * bytes. Sizes that are not known yet stand after the known ones, those that cannot be known last. Pure.
 */
import { linesOf } from '../../shared/domain.ts'
import type { QueueItem } from '../../shared/wire.ts'

export const orders = ['least reading', 'most reading', 'name'] as const
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

const comparators: Readonly<Record<Order, (a: QueueItem, b: QueueItem) => number>> = {
  'least reading': (a, b) =>
    sizeRank(a) - sizeRank(b) || (linesToRead(a) ?? 0) - (linesToRead(b) ?? 0) || compareName(a, b),
  'most reading': (a, b) =>
    sizeRank(a) - sizeRank(b) || (linesToRead(b) ?? 0) - (linesToRead(a) ?? 0) || compareName(a, b),
  name: compareName,
}

/** A sorted copy. */
export function orderItems(items: readonly QueueItem[], order: Order): readonly QueueItem[] {
  return [...items].sort(comparators[order])
}

/** One line of the list: an item, or the heading of a group. */
export type ListRow =
  | { readonly kind: 'item'; readonly item: QueueItem }
  | { readonly kind: 'group'; readonly title: string; readonly count: number; readonly lines: number }

function groupTitle(item: QueueItem, grouping: Grouping): string {
  if (grouping === 'criterion') return item.missing.join(', ') || 'nothing missing'
  return item.neededBy[0] ?? 'nothing'
}

/** The rows of an ordered list. Groups are sorted by title; their items keep the order given. */
export function groupItems(items: readonly QueueItem[], grouping: Grouping): readonly ListRow[] {
  if (grouping === 'none') return items.map(item => ({ kind: 'item', item }))
  const groups = new Map<string, QueueItem[]>()
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
