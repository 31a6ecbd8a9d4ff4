/** The rows of a grid under a header that stays: which of them are on screen, where, and in which elements. */
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual'
import { useCallback, useRef, useState, type RefObject } from 'react'
import { RowSlots } from './row-slots.ts'

/** The header stays at the top of the scroller and covers this much of it. */
export const HEADER_HEIGHT = 28
/** What the tests' environment without layout and the first paint draw before the size is known. */
const INITIAL_RECT = { width: 800, height: 600 }

export interface ShownRow {
  readonly index: number
  /** From the first row in pixels. */
  readonly top: number
  /** React's key: of the elements, not of the row. State kept in a row's component would go to another row. */
  readonly slot: number
}

export interface GridRows {
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly virtualizer: Virtualizer<HTMLDivElement, Element>
  readonly shown: readonly ShownRow[]
  /** Scrolls no further than is needed to see all of the row. */
  readonly scrollTo: (index: number) => void
  /** Rows of this height that fit on screen, less one to keep in view. */
  readonly pageSize: (rowHeight: number) => number
}

/** `heightOf` and `keyOf` stay the same functions while the rows do: with new ones every row is measured again. */
export function useGridRows(list: {
  readonly count: number
  readonly heightOf: (index: number) => number
  readonly keyOf: (index: number) => string
  readonly overscan: number
}): GridRows {
  const scroller = useRef<HTMLDivElement>(null)
  const getScrollElement = useCallback(() => scroller.current, [])
  const virtualizer = useVirtualizer({
    count: list.count,
    getScrollElement,
    estimateSize: list.heightOf,
    getItemKey: list.keyOf,
    overscan: list.overscan,
    // The virtualizer counts from the first row: what the header takes at the top is missing at the bottom.
    scrollPaddingEnd: HEADER_HEIGHT,
    initialRect: INITIAL_RECT,
  })
  const items = virtualizer.getVirtualItems()
  const [slots] = useState(() => new RowSlots())
  const given = slots.assign(items.map(({ key }) => String(key)))
  return {
    scroller,
    virtualizer,
    shown: items.map(({ index, start }, i) => ({ index, top: start, slot: given[i] ?? i })),
    scrollTo: index => virtualizer.scrollToIndex(index, { align: 'auto' }),
    pageSize: rowHeight =>
      Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 0) - HEADER_HEIGHT) / rowHeight) - 1),
  }
}
