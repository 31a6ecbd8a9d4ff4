/** The queue: what still needs an audit, least reading first, and why. */
import { useCallback, useEffect, useMemo, useRef } from 'react'
import type { PackageKey } from '../../shared/domain.ts'
import type { QueueSnapshot } from '../../shared/wire.ts'
import { ListFoot } from '../parts/list-foot.tsx'
import { useIsWide } from '../parts/use-is-wide.ts'
import { useAppStore, useSettings } from '../state/app-store.ts'
import { BulkBar } from '../team/bulk-bar.tsx'
import { extendMarks, toggleMark, useMarks } from '../team/marks.ts'
import { useTeamCommands } from '../team/use-team-commands.ts'
import { FilterBar } from './filter-bar.tsx'
import { Inspector } from './inspector.tsx'
import { QueueHeader } from './queue-header.tsx'
import { Banners, EmptyQueue, FailedQueue, LoadingQueue } from './queue-states.tsx'
import { useQueueState } from './queue-state.ts'
import { QueueTable, type OnSelect, type TableHandle } from './queue-table.tsx'
import { RiskPopover } from './risk-popover.tsx'
import { Rail, viewTitles } from './rail.tsx'
import { NotChecked, Violations } from './side-views.tsx'
import { usePrepared } from './use-prepared.ts'
import { openItem, useQueueCommands } from './use-queue-commands.ts'
import { useRows, type Rows } from './use-rows.ts'
import { select, stepAmong, useSelection } from './use-selection.ts'
import './queue.css'

const HINTS = [
  ['queue.review', 'review'],
  ['queue.certify', 'certify'],
  ['queue.assign', 'assign'],
  ['queue.select', 'select'],
  ['queue.filter', 'filter'],
  ['queue.inspector', 'inspector'],
] as const

function List(props: {
  readonly snapshot: QueueSnapshot
  readonly list: Rows
  readonly table: React.RefObject<TableHandle | null>
  readonly onSelect: OnSelect
}) {
  const { snapshot, list } = props
  const view = useQueueState(s => s.view)
  const { rowDensity } = useSettings()
  const isInQueue = useMemo(() => {
    const keys = new Set(snapshot.items.map(item => item.key))
    return (key: PackageKey) => keys.has(key)
  }, [snapshot.items])
  if (view === 'violations') return <Violations snapshot={snapshot} />
  if (view === 'not checked') return <NotChecked snapshot={snapshot} />
  if (list.items.length === 0) return <EmptyQueue snapshot={snapshot} unfiltered={list.unfiltered} />
  return (
    <QueueTable
      key={view}
      rows={list.rows}
      label={viewTitles[view]}
      isCompact={rowDensity === 'compact'}
      left={list.left}
      isInQueue={isInQueue}
      handle={props.table}
      onSelect={props.onSelect}
      onOpen={openItem}
    />
  )
}

function focusList(): void {
  document.querySelector<HTMLElement>('[data-queue-list]')?.focus()
}

function SolvedQueue({ snapshot }: { readonly snapshot: QueueSnapshot }) {
  const list = useRows(snapshot)
  const { view, isInspectorOpen } = useQueueState()
  const selected = useSelection(list.items, view)
  usePrepared(selected)
  const table = useRef<TableHandle | null>(null)
  const filterInput = useRef<HTMLInputElement>(null)
  const isWide = useIsWide()
  const hasMarks = useMarks(s => s.keys.size > 0)
  const isExplained = useAppStore(s => s.overlay === 'risk')
  const hasInspector = view !== 'violations' && view !== 'not checked'
  const hasItems = list.items.length > 0
  const isInspectorShown = hasInspector && list.unfiltered > 0 && (isInspectorOpen ?? isWide)

  // Keys work at once, without a click into the list first.
  useEffect(() => {
    if (hasItems && (document.activeElement === null || document.activeElement === document.body)) focusList()
  }, [hasItems, view])

  const scrollTo = useCallback(
    (key: PackageKey) => {
      const row = list.rows.findIndex(r => r.kind === 'item' && r.item.key === key)
      if (row >= 0) table.current?.scrollTo(row)
    },
    [list.rows],
  )
  const ordered = useMemo(() => list.rows.flatMap(row => (row.kind === 'item' ? [row.item] : [])), [list.rows])
  const move = (step: number): PackageKey | null => {
    list.hold()
    list.settle()
    const next = stepAmong(ordered, list.left, selected?.key ?? null, step)
    if (next === undefined) return null
    select(next.key)
    scrollTo(next.key)
    focusList()
    return next.key
  }
  const { hold, settle } = list
  const latest = useRef(ordered)
  useEffect(() => {
    latest.current = ordered
  })
  const selectByMouse = useCallback<OnSelect>(
    (key, how) => {
      hold()
      settle()
      const from = useAppStore.getState().selectedKey
      const order = latest.current.map(item => item.key)
      if (how === 'toggle') toggleMark(key)
      if (how === 'extend') extendMarks(order, from ?? key, key)
      select(key)
    },
    [hold, settle],
  )
  const showPath = () => {
    useQueueState.setState({ isInspectorOpen: true })
    setTimeout(() => {
      const first = document.querySelector<HTMLElement>('.insp input[type=radio]:checked, .insp input[type=radio]')
      ;(first ?? document.querySelector<HTMLElement>('.insp button'))?.focus()
    }, 0)
  }
  useTeamCommands({ items: ordered, selected, move, settle })
  useQueueCommands({ snapshot, list, selected, table, filterInput, isInspectorShown, move, showPath })

  // Coming back from a review or the palette, the selected row is in view.
  useEffect(() => {
    if (selected !== null) scrollTo(selected.key)
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when another row is selected, never when rows move
  }, [selected?.key])

  return (
    <main className={isInspectorShown ? 'lay insp-on' : 'lay'}>
      <Rail snapshot={snapshot} />
      <section className="panel" aria-label={viewTitles[view]} data-region="list">
        <QueueHeader snapshot={snapshot} items={list.matching} />
        <Banners snapshot={snapshot} />
        {hasInspector && list.unfiltered > 0 && (
          <FilterBar input={filterInput} problems={list.filter.problems} onLeave={focusList} />
        )}
        <List snapshot={snapshot} list={list} table={table} onSelect={selectByMouse} />
        {hasInspector && hasMarks && <BulkBar items={list.items} />}
        {hasInspector && hasItems && !hasMarks && (
          <ListFoot
            hints={HINTS}
            index={selected === null ? -1 : list.items.indexOf(selected)}
            total={list.items.length}
            isOrderOld={list.isOrderOld}
            onSortAnew={list.sortAnew}
          />
        )}
      </section>
      {isInspectorShown && <Inspector item={selected} generation={snapshot.generation} />}
      {isExplained && selected !== null && <RiskPopover key={selected.key} item={selected} />}
    </main>
  )
}

export function QueuePage() {
  const snapshot = useAppStore(s => s.queue)
  const hasFailed = useAppStore(s => s.queueFailure !== null)
  if (snapshot !== null) return <SolvedQueue snapshot={snapshot} />
  return hasFailed ? <FailedQueue /> : <LoadingQueue />
}
