/**
 * The rows on screen: view, filter, order, grouping. Sorted live until the user moves in the list; after that arriving
 * sizes do not move rows, and `isOrderOld` says that sorting anew would change something.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { PackageKey } from '../../shared/domain.ts'
import type { QueueItem, QueueSnapshot } from '../../shared/wire.ts'
import { rowsByKey, useProvenance } from '../provenance/state.ts'
import { useAppStore } from '../state/app-store.ts'
import { matchesFilter, parseFilter, type Filter } from './filter.ts'
import { groupItems, orderItems, type ListRow } from './order.ts'
import { itemsOfView, useQueueState, withChoice } from './queue-state.ts'

export interface Rows {
  readonly rows: readonly ListRow[]
  readonly items: readonly QueueItem[]
  readonly filter: Filter
  /** Items of the view before the filter. */
  readonly unfiltered: number
  readonly isOrderOld: boolean
  /** Call when the user moved in the list: from now on rows keep their place. */
  readonly hold: () => void
  /** Sorts anew. */
  readonly sortAnew: () => void
}

/** Items in the held order; new ones after them in their own order. */
function keepOrder(sorted: readonly QueueItem[], held: readonly PackageKey[]): readonly QueueItem[] {
  const byKey = new Map(sorted.map(item => [item.key, item]))
  const kept = held.flatMap(key => byKey.get(key) ?? [])
  const isHeld = new Set(held)
  return [...kept, ...sorted.filter(item => !isHeld.has(item.key))]
}

export function useRows(snapshot: QueueSnapshot): Rows {
  const { view, filterText, order, grouping, chosenSizes } = useQueueState()
  const chosenDeltas = useAppStore(s => s.chosenDeltas)
  const [held, setHeld] = useState<readonly PackageKey[] | null>(null)
  const filter = useMemo(() => parseFilter(filterText), [filterText])
  const asksProvenance = filter.terms.some(term => term.kind === 'provenance')
  // Only a filter that asks for it makes the list follow the results of checks.
  const known = useProvenance(s => (asksProvenance ? s.snapshots.workspace : null))
  const ofView = useMemo(() => itemsOfView(snapshot, view), [snapshot, view])
  const sorted = useMemo(
    () =>
      orderItems(
        ofView.filter(item => matchesFilter(filter, item, known === null ? undefined : rowsByKey(known))),
        order,
      ),
    [ofView, filter, order, known],
  )

  // A new question is a new order.
  useEffect(() => setHeld(null), [view, filterText, order, grouping, snapshot.workspace.root])

  // cargo-vet's own pick decides the order, so choosing another change moves no row.
  const items = useMemo(() => {
    const inOrder = held === null ? sorted : keepOrder(sorted, held)
    return chosenDeltas.size === 0 ? inOrder : inOrder.map(item => withChoice(item, chosenDeltas, chosenSizes))
  }, [sorted, held, chosenDeltas, chosenSizes])
  const rows = useMemo(() => groupItems(items, grouping), [items, grouping])
  const latest = useRef(items)
  useEffect(() => {
    latest.current = items
  })
  const hold = useCallback(() => setHeld(before => before ?? latest.current.map(item => item.key)), [])
  const sortAnew = useCallback(() => setHeld(null), [])
  const isOrderOld = useMemo(
    () => held !== null && items.some((item, i) => item.key !== sorted[i]?.key),
    [held, items, sorted],
  )
  return {
    rows,
    items,
    filter,
    unfiltered: ofView.length,
    isOrderOld,
    hold,
    sortAnew,
  }
}
