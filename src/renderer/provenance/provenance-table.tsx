/**
 * The versions as an ARIA grid: one tab stop, virtualised rows, header that stays. Moving keys come from the command
 * table; the grid itself only says which row is active.
 */
import { memo, useCallback, useEffect, type RefObject } from 'react'
import type { PackageKey } from '../../shared/domain.ts'
import type { ProvenanceRow } from '../../shared/provenance.ts'
import { useGridRows } from '../parts/use-grid-rows.ts'
import { useNow } from '../parts/use-now.ts'
import { age } from '../parts/words.ts'
import { detailText, rowKey } from './rows.ts'
import { VerdictBadge } from './verdict-badge.tsx'

const ROW_HEIGHT = 30
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
  const heightOf = useCallback(() => ROW_HEIGHT, [])
  const keyOf = useCallback(
    (index: number) => {
      const row = rows[index]
      return row === undefined ? String(index) : rowKey(row)
    },
    [rows],
  )
  const grid = useGridRows({ count: rows.length, heightOf, keyOf, overscan: 6 })
  const { scroller, shown } = grid
  useEffect(() => {
    handle.current = {
      scrollTo: grid.scrollTo,
      pageSize: () => grid.pageSize(ROW_HEIGHT),
      focus: () => scroller.current?.focus({ preventScroll: true }),
    }
  })
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
      <div role="rowgroup" style={{ height: grid.virtualizer.getTotalSize(), position: 'relative' }}>
        {shown.map(({ index, top, slot }) => {
          const row = rows[index]
          if (row === undefined) return null
          return (
            <Row
              key={slot}
              row={row}
              index={index}
              top={top}
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
