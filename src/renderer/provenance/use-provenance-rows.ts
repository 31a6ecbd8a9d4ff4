/**
 * The rows on screen: scope, order, filter. Sorted live until the user moves in the list; after that arriving results do
 * not move rows, and `isOrderOld` says that sorting anew would change something.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { PackageKey } from '../../shared/domain.ts'
import type { ProvenanceRow, ProvenanceSnapshot } from '../../shared/provenance.ts'
import { matchesProvenance, parseProvenanceFilter, type ProvenanceFilter } from './filter.ts'
import { orderRows, rowKey, type ProvenanceOrder } from './rows.ts'
import { rowsByKey } from './state.ts'

export interface ProvenanceRows {
  readonly rows: readonly ProvenanceRow[]
  readonly filter: ProvenanceFilter
  readonly isOrderOld: boolean
  /** Call when the user moved in the list: from now on rows keep their place. */
  readonly hold: () => void
  readonly sortAnew: () => void
}

/** Rows in the held order; new ones after them in their own order. */
function keepOrder(
  sorted: readonly ProvenanceRow[],
  held: readonly PackageKey[],
  known: ReadonlyMap<PackageKey, ProvenanceRow>,
): readonly ProvenanceRow[] {
  const isHeld = new Set(held)
  return [...held.flatMap(key => known.get(key) ?? []), ...sorted.filter(row => !isHeld.has(rowKey(row)))]
}

export function useProvenanceRows(
  snapshot: ProvenanceSnapshot,
  filterText: string,
  order: ProvenanceOrder,
): ProvenanceRows {
  const [held, setHeld] = useState<readonly PackageKey[] | null>(null)
  const filter = useMemo(() => parseProvenanceFilter(filterText), [filterText])
  // Sorted once per snapshot; a filter only leaves rows out.
  const sorted = useMemo(() => orderRows(snapshot.rows, order), [snapshot, order])
  const inOrder = useMemo(
    () => (held === null ? sorted : keepOrder(sorted, held, rowsByKey(snapshot))),
    [held, sorted, snapshot],
  )
  const rows = useMemo(
    () => (filter.terms.length === 0 ? inOrder : inOrder.filter(row => matchesProvenance(filter, row))),
    [inOrder, filter],
  )
  // A new question is a new order.
  useEffect(() => setHeld(null), [order, snapshot.scope])
  const latest = useRef(sorted)
  useEffect(() => {
    latest.current = sorted
  })
  const hold = useCallback(() => setHeld(before => before ?? latest.current.map(rowKey)), [])
  const sortAnew = useCallback(() => setHeld(null), [])
  const isOrderOld = useMemo(
    () => held !== null && inOrder.some((row, i) => row !== sorted[i]),
    [held, inOrder, sorted],
  )
  return { rows, filter, isOrderOld, hold, sortAnew }
}
