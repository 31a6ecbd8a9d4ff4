/**
 * The queue as an ARIA grid: one tab stop, virtualised rows, header that stays. Moving keys come from the command table;
 * the grid itself only says which row is active.
 */
import type { Virtualizer } from '@tanstack/react-virtual'
import { memo, useCallback, useEffect, useRef, type MouseEvent, type RefObject } from 'react'
import type { PackageKey } from '../../shared/domain.ts'
import type { QueueItem } from '../../shared/wire.ts'
import { CriteriaChip } from '../parts/criteria-chip.tsx'
import { Icon } from '../parts/icon.tsx'
import { SizeCell } from '../parts/size-cell.tsx'
import { HEADER_HEIGHT, useGridRows, type GridRows } from '../parts/use-grid-rows.ts'
import { changeText, count, number } from '../parts/words.ts'
import { useAppStore } from '../state/app-store.ts'
import { AssigneeCell, LeftCell, StateCell } from '../team/cells.tsx'
import { clearMarks, markAll, useMarks } from '../team/marks.ts'
import type { QueueRow } from '../team/views.ts'
import { type ListRow } from './order.ts'
import { RiskCell, SignalsCell } from './risk-cell.tsx'

const ROW_HEIGHT = { 'two-lines': 42, compact: 28 } as const
const GROUP_HEIGHT = 28

export const rowId = (key: PackageKey): string => `row-${key}`

/** `how`: alone, as one more or less, or everything up to it. */
export type OnSelect = (key: PackageKey, how: 'one' | 'toggle' | 'extend') => void

const howOf = (event: MouseEvent): 'one' | 'toggle' | 'extend' =>
  event.shiftKey ? 'extend' : event.ctrlKey || event.metaKey ? 'toggle' : 'one'

function SelectAll({ rows }: { readonly rows: readonly ListRow[] }) {
  const marked = useMarks(s => s.keys.size)
  const keys = () => rows.flatMap(row => (row.kind === 'item' ? [row.item.key] : []))
  const isSome = marked > 0 && marked < rows.filter(row => row.kind === 'item').length
  return (
    <span role="columnheader" className="pick">
      <input
        type="checkbox"
        tabIndex={-1}
        aria-label="Select all rows shown"
        ref={box => {
          if (box !== null) box.indeterminate = isSome
        }}
        checked={marked > 0}
        onChange={() => (marked > 0 ? clearMarks() : markAll(keys()))}
      />
    </span>
  )
}

const ItemRow = memo(function ItemRow(props: {
  readonly item: QueueRow
  readonly index: number
  readonly top: number
  readonly isSelected: boolean
  readonly isCompact: boolean
  /** It is no longer of the list; `gone`: nor of the queue. */
  readonly left: 'no' | 'left' | 'gone'
  readonly onSelect: OnSelect
  readonly onOpen: (item: QueueItem) => void
}) {
  const { item, isCompact } = props
  const isMarked = useMarks(s => s.keys.has(item.key))
  const shown = item.missing.slice(0, isCompact ? 1 : 2)
  const change = item.delta === null ? item.version : changeText(item.delta)
  return (
    <div
      role="row"
      id={rowId(item.key)}
      aria-rowindex={props.index + 2}
      aria-selected={props.isSelected}
      className={`tr q ${isCompact ? 'one' : 'two'}${isMarked ? ' marked' : ''}${props.isSelected ? ' sel' : ''}${props.left === 'no' ? '' : ' left'}`}
      style={{ transform: `translateY(${props.top}px)` }}
      onMouseDown={event => props.onSelect(item.key, howOf(event))}
      onDoubleClick={() => props.onOpen(item)}
    >
      <span role="gridcell" className="pick" onMouseDown={event => event.stopPropagation()}>
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`Select ${item.crate}`}
          checked={isMarked}
          onClick={event => props.onSelect(item.key, event.shiftKey ? 'extend' : 'toggle')}
          onChange={() => undefined}
        />
      </span>
      <span role="gridcell" className="risk">
        <RiskCell of={item.key} isCompact={isCompact} />
      </span>
      <span role="gridcell" className="name">
        <span className="name-line">
          <b className="med ell">{item.crate}</b>
          {item.isDevOnly && (
            <span className="flag">
              <Icon name="flask" />
              dev only
            </span>
          )}
          {item.neededByText !== '' && (
            <span className="t11 dim ell need" title={item.neededBy.join(', ')}>
              for {item.neededByText}
            </span>
          )}
        </span>
        <span className="m11 sub ell">{change}</span>
      </span>
      <span role="gridcell" className="size">
        <SizeCell size={item.size} />
      </span>
      <span role="gridcell" className="cs">
        {shown.map((name, i) => (
          <span className="pair" key={name}>
            <CriteriaChip name={name} />
            {i === shown.length - 1 && item.missing.length > shown.length && (
              <span className="t11 dim" title={item.missing.join(', ')}>
                +{item.missing.length - shown.length}
              </span>
            )}
          </span>
        ))}
      </span>
      <span role="gridcell" className="prov">
        <SignalsCell of={item.key} isCompact={isCompact} />
      </span>
      <span role="gridcell">
        <AssigneeCell of={item.key} />
      </span>
      <span role="gridcell">
        {props.left === 'no' ? <StateCell item={item} /> : <LeftCell of={item.key} isGone={props.left === 'gone'} />}
      </span>
    </div>
  )
})

export interface TableHandle {
  readonly scrollTo: (index: number) => void
  /** Rows that fit on screen. */
  readonly pageSize: () => number
}

function useTableHandle(handle: RefObject<TableHandle | null>, grid: GridRows, rowHeight: number): void {
  useEffect(() => {
    handle.current = { scrollTo: grid.scrollTo, pageSize: () => grid.pageSize(rowHeight) }
  })
}

const indexOfSelected = (rows: readonly ListRow[]): number => {
  const { selectedKey } = useAppStore.getState()
  return rows.findIndex(row => row.kind === 'item' && row.item.key === selectedKey)
}

/** Keeps the selected row on screen when the list changes its height or its rows theirs, if it was there before. */
function useSelectedInView(
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  scroller: RefObject<HTMLDivElement | null>,
  rows: readonly ListRow[],
  rowHeight: number,
): void {
  const latest = useRef(rows)
  useEffect(() => {
    latest.current = rows
  })
  const formerHeight = useRef(rowHeight)
  useEffect(() => {
    if (formerHeight.current === rowHeight) return
    formerHeight.current = rowHeight
    const index = indexOfSelected(latest.current)
    if (index >= 0) virtualizer.scrollToIndex(index, { align: 'auto' })
  }, [virtualizer, rowHeight])
  useEffect(() => {
    const element = scroller.current
    if (element === null) return
    let former = element.clientHeight
    const observer = new ResizeObserver(() => {
      const visible = former - HEADER_HEIGHT
      former = element.clientHeight
      const index = indexOfSelected(latest.current)
      const place = index < 0 ? undefined : virtualizer.measurementsCache[index]
      if (place === undefined) return
      const top = place.start - element.scrollTop
      if (top < 0 || top + place.size > visible) return
      if (top + place.size > former - HEADER_HEIGHT) element.scrollTop = place.end - former + HEADER_HEIGHT
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [virtualizer, scroller])
}

interface QueueTableProps {
  readonly rows: readonly ListRow[]
  readonly label: string
  readonly isCompact: boolean
  readonly handle: RefObject<TableHandle | null>
  readonly left: ReadonlySet<PackageKey>
  /** Whether the queue has it at all. */
  readonly isInQueue: (key: PackageKey) => boolean
  readonly onSelect: OnSelect
  readonly onOpen: (item: QueueItem) => void
}

export function QueueTable(props: QueueTableProps) {
  const { rows } = props
  const { scroller, virtualizer, shown } = useTableRows(props)
  const selectedKey = useAppStore(s => s.selectedKey)
  const isActiveShown = shown.some(({ index }) => {
    const row = rows[index]
    return row?.kind === 'item' && row.item.key === selectedKey
  })
  return (
    <div
      ref={scroller}
      className="list"
      role="grid"
      aria-label={props.label}
      aria-rowcount={rows.length + 1}
      aria-multiselectable
      aria-activedescendant={isActiveShown && selectedKey !== null ? rowId(selectedKey) : undefined}
      tabIndex={0}
      data-region-focus
      data-queue-list
    >
      <HeaderRow rows={rows} />
      <div role="rowgroup" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {shown.map(({ index, top, slot }) => {
          const row = rows[index]
          if (row === undefined) return null
          if (row.kind === 'group') return <GroupRow key={slot} row={row} index={index} top={top} />
          return (
            <ItemRow
              key={slot}
              item={row.item}
              index={index}
              top={top}
              isSelected={row.item.key === selectedKey}
              isCompact={props.isCompact}
              left={!props.left.has(row.item.key) ? 'no' : props.isInQueue(row.item.key) ? 'left' : 'gone'}
              onSelect={props.onSelect}
              onOpen={props.onOpen}
            />
          )
        })}
      </div>
    </div>
  )
}

/** Which rows are on screen, and where; keeps the selected one there. */
function useTableRows({ rows, isCompact, handle }: QueueTableProps): GridRows {
  const rowHeight = ROW_HEIGHT[isCompact ? 'compact' : 'two-lines']
  const heightOf = useCallback(
    (index: number) => (rows[index]?.kind === 'group' ? GROUP_HEIGHT : rowHeight),
    [rows, rowHeight],
  )
  const keyOf = useCallback(
    (index: number) => {
      const row = rows[index]
      return row === undefined ? String(index) : row.kind === 'group' ? `group ${row.title}` : row.item.key
    },
    [rows],
  )
  const grid = useGridRows({ count: rows.length, heightOf, keyOf, overscan: 8 })
  const { scroller, virtualizer } = grid
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight, rows])
  useTableHandle(handle, grid, rowHeight)
  useSelectedInView(virtualizer, scroller, rows, rowHeight)
  return grid
}

function HeaderRow({ rows }: { readonly rows: readonly ListRow[] }) {
  return (
    <div role="rowgroup" className="thead">
      <div className="th q" role="row" aria-rowindex={1}>
        <SelectAll rows={rows} />
        <span role="columnheader">Risk</span>
        <span role="columnheader">Crate and change</span>
        <span role="columnheader" className="ra">
          To read
        </span>
        <span role="columnheader">Missing criteria</span>
        <span role="columnheader">Provenance</span>
        <span role="columnheader">Assignee, due</span>
        <span role="columnheader">State</span>
      </div>
    </div>
  )
}

interface GroupRowProps {
  readonly row: ListRow & { readonly kind: 'group' }
  readonly index: number
  readonly top: number
}

function GroupRow({ row, index, top }: GroupRowProps) {
  return (
    <div role="row" aria-rowindex={index + 2} className="gr" style={{ transform: `translateY(${top}px)` }}>
      <span role="gridcell">
        <b>{row.title}</b>
        <span className="dim">
          {count(row.count, 'package')}, {number(row.lines)} lines
        </span>
      </span>
    </div>
  )
}
