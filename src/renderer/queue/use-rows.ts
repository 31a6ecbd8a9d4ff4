/**
 * The rows on screen: view, filter, order, grouping. Sorted live until the user moves in the list; after that arriving
 * sizes do not move rows, and `isOrderOld` says that sorting anew would change something. A row that leaves the list
 * without a new question stays, as one that left, until the user's next act.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { PackageKey } from '../../shared/domain.ts'
import type { QueueSnapshot } from '../../shared/wire.ts'
import { useNow } from '../parts/use-now.ts'
import { rowsByKey, useProvenance } from '../provenance/state.ts'
import { useAppStore } from '../state/app-store.ts'
import { localDay } from '../team/dates.ts'
import { isTeamTerm } from '../team/filter-team.ts'
import { useMe, useTeam } from '../team/state.ts'
import { NO_TEAM, rowsOfView, viewAsksTeam, type QueueRow } from '../team/views.ts'
import { matchesFilter, parseFilter, type Filter } from './filter.ts'
import { groupItems, isTeamOrder, orderItems, type ListRow } from './order.ts'
import { isRiskOrder } from './risk-order.ts'
import { riskByKey, useRisk } from './risk-state.ts'
import { useQueueState, withChoice } from './queue-state.ts'

export interface Rows {
  readonly rows: readonly ListRow[]
  /** In the order shown, those that left among them. */
  readonly items: readonly QueueRow[]
  /** Without those that left. */
  readonly matching: readonly QueueRow[]
  readonly left: ReadonlySet<PackageKey>
  readonly filter: Filter
  /** Items of the view before the filter. */
  readonly unfiltered: number
  readonly isOrderOld: boolean
  /** Call when the user moved in the list: from now on rows keep their place. */
  readonly hold: () => void
  /** Sorts anew. */
  readonly sortAnew: () => void
  /** The user's next act: rows that left go. */
  readonly settle: () => void
}

/** Items in the held order; new ones after them in their own order. */
function keepOrder(sorted: readonly QueueRow[], held: readonly PackageKey[]): readonly QueueRow[] {
  const byKey = new Map(sorted.map(item => [item.key, item]))
  const kept = held.flatMap(key => byKey.get(key) ?? [])
  const isHeld = new Set(held)
  return [...kept, ...sorted.filter(item => !isHeld.has(item.key))]
}

interface Seen {
  readonly question: string
  readonly sorted: readonly QueueRow[]
  readonly left: ReadonlyMap<PackageKey, QueueRow>
}
const NOTHING_LEFT: Seen['left'] = new Map()

/** What left the list since it was seen last, beside what had left before and is not back. */
export function leftSince(before: Pick<Seen, 'sorted' | 'left'>, sorted: readonly QueueRow[]): Seen['left'] {
  const here = new Set(sorted.map(item => item.key))
  const gone = [...before.left.values(), ...before.sorted].filter(item => !here.has(item.key))
  return gone.length === 0 ? NOTHING_LEFT : new Map(gone.map(item => [item.key, item]))
}

/** The filter with what it asks, matched against the view's rows. Follows the team and provenance only when asked for. */
function useMatching(snapshot: QueueSnapshot) {
  const { view, filterText, order } = useQueueState()
  const filter = useMemo(() => parseFilter(filterText), [filterText])
  const asksProvenance = filter.terms.some(term => term.kind === 'provenance')
  const known = useProvenance(s => (asksProvenance ? s.snapshots.workspace : null))
  const asksTeam = viewAsksTeam(view) || isTeamOrder(order) || filter.terms.some(isTeamTerm)
  const items = useTeam(s => (asksTeam ? s.items : NO_TEAM.items))
  const me = useMe()
  const today = localDay(useNow(60_000))
  const team = useMemo(() => ({ items, me, today }), [items, me, today])
  const asksRisk = isRiskOrder(order) || filter.terms.some(term => term.kind === 'risk')
  const scores = useRisk(s => (asksRisk ? s.snapshot : null))
  const ofView = useMemo(() => rowsOfView(snapshot, view, team), [snapshot, view, team])
  const sorted = useMemo(() => {
    const risk = scores === null ? undefined : riskByKey(scores)
    const facts = { known: known === null ? new Map() : rowsByKey(known), team, risk: risk ?? null }
    return orderItems(
      ofView.filter(item => matchesFilter(filter, item, facts)),
      order,
      team,
      risk,
    )
  }, [ofView, filter, order, known, team, scores])
  return { filter, ofView, sorted }
}

export function useRows(snapshot: QueueSnapshot): Rows {
  const { view, filterText, order, grouping, chosenSizes } = useQueueState()
  const chosenDeltas = useAppStore(s => s.chosenDeltas)
  const [held, setHeld] = useState<readonly PackageKey[] | null>(null)
  const { filter, ofView, sorted } = useMatching(snapshot)
  const question = [view, filterText, order, grouping, snapshot.workspace.root].join('\n')

  const [seen, setSeen] = useState<Seen>({ question, sorted, left: NOTHING_LEFT })
  // While drawing, so that no frame shows the list without a row that stays.
  if (seen.question !== question) setSeen({ question, sorted, left: NOTHING_LEFT })
  else if (seen.sorted !== sorted) {
    const left = leftSince(seen, sorted)
    if (left.size > 0 && held === null) setHeld(seen.sorted.map(item => item.key))
    setSeen({ question, sorted, left })
  }
  const left = seen.question === question ? seen.left : NOTHING_LEFT

  // A new question is a new order.
  useEffect(() => setHeld(null), [question])

  // cargo-vet's own pick decides the order, so choosing another change moves no row.
  const items = useMemo(() => {
    const all = left.size === 0 ? sorted : [...sorted, ...left.values()]
    const inOrder = held === null ? all : keepOrder(all, held)
    return chosenDeltas.size === 0 ? inOrder : inOrder.map(item => withChoice(item, chosenDeltas, chosenSizes))
  }, [sorted, left, held, chosenDeltas, chosenSizes])
  const rows = useMemo(() => groupItems(items, grouping), [items, grouping])
  const latest = useRef(items)
  useEffect(() => {
    latest.current = items
  })
  const hold = useCallback(() => setHeld(before => before ?? latest.current.map(item => item.key)), [])
  const sortAnew = useCallback(() => setHeld(null), [])
  const settle = useCallback(
    () => setSeen(before => (before.left.size === 0 ? before : { ...before, left: NOTHING_LEFT })),
    [],
  )
  const isOrderOld = useMemo(
    () => held !== null && left.size === 0 && items.some((item, i) => item.key !== sorted[i]?.key),
    [held, left, items, sorted],
  )
  return {
    rows,
    items,
    matching: sorted,
    left: useMemo(() => new Set(left.keys()), [left]),
    filter,
    unfiltered: ofView.length,
    isOrderOld,
    hold,
    sortAnew,
    settle,
  }
}
