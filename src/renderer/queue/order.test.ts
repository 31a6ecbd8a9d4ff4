/** Orders are total, keep unknown sizes apart from small ones, and do not depend on how items arrive. */
import { describe, expect, it } from 'vitest'
import type { Measured, QueueItem } from '../../shared/wire.ts'
import { queueItem } from './filter.test.ts'
import { groupItems, orderItems, orders } from './order.ts'

const lines = (n: number): Measured => ({
  state: 'measured',
  stat: { insertions: n, deletions: 0, filesChanged: 1 },
})
const items: readonly QueueItem[] = [
  queueItem('zed', { size: lines(10) }),
  queueItem('Big', { size: lines(900) }),
  queueItem('alpha', { size: lines(10) }),
  queueItem('later', { size: { state: 'measuring' } }),
  queueItem('never', { size: { state: 'unknown', failure: { code: 'offline', needed: 'x' } } }),
  queueItem('none', { size: lines(0) }),
]
const names = (found: readonly QueueItem[]) => found.map(item => item.crate).join(' ')

describe('order', () => {
  it.each([
    ['least reading', 'none alpha zed Big later never'],
    ['most reading', 'Big alpha zed none later never'],
    ['name', 'Big alpha later never none zed'], // by bytes: capitals first
  ] as const)('%s', (order, wanted) => expect(names(orderItems(items, order))).toBe(wanted))

  it('does not depend on arrival', () => {
    for (const order of orders)
      expect(names(orderItems([...items].reverse(), order)), order).toBe(names(orderItems(items, order)))
  })

  it('groups by title and keeps the order inside', () => {
    const rows = groupItems(
      orderItems(
        [queueItem('b', { neededBy: ['x'] }), queueItem('c', { neededBy: ['a'] }), queueItem('a', { neededBy: ['x'] })],
        'name',
      ),
      'needed by',
    )
    expect(
      rows.map(row => (row.kind === 'group' ? `[${row.title} ${row.count} ${row.lines}]` : row.item.crate)),
    ).toEqual(['[a 1 100]', 'c', '[x 2 200]', 'a', 'b'])
  })
})
