/**
 * The versions as an ARIA grid: one tab stop, virtualised rows, header that stays. Moving keys come from the command
 * table; the grid itself only says which row is active.
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useCallback, useEffect, useRef, type RefObject } from 'react'
import type { PackageKey } from '../../shared/domain.ts'
import type { ProvenanceRow } from '../../shared/provenance.ts'
import { useNow } from '../parts/use-now.ts'
import { age } from '../parts/words.ts'
import { detailText, rowKey } from './rows.ts'
import { VerdictBadge } from './verdict-badge.tsx'

const ROW_HEIGHT = 30
const HEADER_HEIGHT = 28
/** What the tests' environment without layout and the first paint draw before the size is known. */
const INITIAL_RECT = { width: 800, height: 600 }

/** Rows on screen are counted in such steps, so that a row more or less does not renumber them. */
const POOL_STEP = 32

const rowId = (key: PackageKey): string => `prov-${key}`

const Row = memo(function Row(props: {
  readonly row: ProvenanceRow
  readonly index: number
  readonly top: number
  readonly isSelected: boolean
  readonly checked: string
  readonly onSelect: (key: PackageKey) => void
  readonly onOpen: (row: ProvenanceRow) => void
}) {
  const { row } = props
  const detail = detailText(row)
  return (
    <div
      role="row"
      id={rowId(rowKey(row))}
      aria-rowindex={props.index + 2}
      aria-selected={props.isSelected}
      className={`tr pt${props.isSelected ? ' sel' : ''}`}
      style={{ transform: `translateY(${props.top}px)` }}
      onMouseDown={() => props.onSelect(rowKey(row))}
      onDoubleClick={() => props.onOpen(row)}
    >
      <b role="gridcell" className="med ell">
        {row.crate}
      </b>
      <span role="gridcell" className="m11 sub ell">
        {row.version}
      </span>
      <span role="gridcell">
        <VerdictBadge row={row} />
      </span>
      <span role="gridcell" className="t12 sub ell" title={row.summary?.sentence ?? detail}>
        {detail}
      </span>
      <span role="gridcell" className="t11 dim ra nw">
        {props.checked}
      </span>
    </div>
  )
})

export interface ProvenanceTableHandle {
  readonly scrollTo: (index: number) => void
  /** Rows that fit on screen. */
  readonly pageSize: () => number
  readonly focus: () => void
}

export function ProvenanceTable(props: {
  readonly rows: readonly ProvenanceRow[]
  readonly selectedKey: PackageKey | null
  readonly handle: RefObject<ProvenanceTableHandle | null>
  readonly onSelect: (key: PackageKey) => void
  readonly onOpen: (row: ProvenanceRow) => void
}) {
  const { rows, selectedKey, handle } = props
  const now = useNow(30_000)
  const scroller = useRef<HTMLDivElement>(null)
  // Stable functions: a new one makes the virtualizer measure every row again.
  const estimateSize = useCallback(() => ROW_HEIGHT, [])
  const getItemKey = useCallback(
    (index: number) => {
      const row = rows[index]
      return row === undefined ? index : rowKey(row)
    },
    [rows],
  )
  const getScrollElement = useCallback(() => scroller.current, [])
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement,
    estimateSize,
    getItemKey,
    overscan: 6,
    // The virtualizer counts from the first row: what the header takes at the top is missing at the bottom.
    scrollPaddingEnd: HEADER_HEIGHT,
    initialRect: INITIAL_RECT,
  })
  useEffect(() => {
    handle.current = {
      scrollTo: index => virtualizer.scrollToIndex(index, { align: 'auto' }),
      pageSize: () => Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 0) - HEADER_HEIGHT) / ROW_HEIGHT) - 1),
      focus: () => scroller.current?.focus({ preventScroll: true }),
    }
  })
  const shown = virtualizer.getVirtualItems()
  const pool = Math.ceil((shown.length + 4) / POOL_STEP) * POOL_STEP
  const isActiveShown = shown.some(({ index }) => {
    const row = rows[index]
    return row !== undefined && rowKey(row) === selectedKey
  })
  return (
    <div
      ref={scroller}
      className="list pv-list"
      role="grid"
      aria-label="Versions and their provenance"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={isActiveShown && selectedKey !== null ? rowId(selectedKey) : undefined}
      tabIndex={0}
      data-region-focus
      data-list
    >
      <div role="rowgroup" className="thead">
        <div className="th pt" role="row" aria-rowindex={1}>
          <span role="columnheader">Crate</span>
          <span role="columnheader">Version</span>
          <span role="columnheader">Outcome</span>
          <span role="columnheader">Detail</span>
          <span role="columnheader" className="ra">
            Checked
          </span>
        </div>
      </div>
      <div role="rowgroup" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {shown.map(({ index, start }) => {
          const row = rows[index]
          if (row === undefined) return null
          return (
            <Row
              // A row that leaves the screen lends its elements to one that comes: nothing is made while scrolling.
              key={index % pool}
              row={row}
              index={index}
              top={start}
              isSelected={rowKey(row) === selectedKey}
              checked={row.summary === null ? '—' : age(row.summary.checkedAt, now)}
              onSelect={props.onSelect}
              onOpen={props.onOpen}
            />
          )
        })}
      </div>
    </div>
  )
}
