/**
 * Where the reader is in the file on screen: the bar of keys with the current hunk, the place to come back to, the line
 * in the status bar. Apart from the page, which need not be drawn anew for every line one moves.
 */
import { memo, type ReactNode } from 'react'
import { createStore, useStore, type StoreApi } from 'zustand'
import type { DiffPlace } from './diff-leaf.ts'
import { afterPaint } from './first-paint.ts'
import { KeyBar } from './key-bar.tsx'
import { usePageStatus, useSaveResume } from './page-state.ts'
import { REVIEW_KEYS } from './review-bars.tsx'

/** Null until a file is shown. */
export type PlaceStore = StoreApi<DiffPlace | null>

/**
 * What shows the place is told once a frame and behind it: the reader sees the move itself first. `getState` knows it at
 * once, for the next key.
 */
export function createPlace(): PlaceStore {
  const store = createStore<DiffPlace | null>(() => null)
  const subscribe: PlaceStore['subscribe'] = tell => {
    let isWaiting = false
    return store.subscribe((_, before) => {
      if (isWaiting) return
      isWaiting = true
      afterPaint(() => {
        isWaiting = false
        tell(store.getState(), before)
      })
    })
  }
  return { ...store, subscribe }
}

export const PlaceBar = memo(function PlaceBar(props: {
  readonly place: PlaceStore
  readonly review: string
  /** Null: nothing to go on with. */
  readonly resumePath: string | null
  readonly shownPath: string | null
  /** The file has lines, also while something else is shown in its place. */
  readonly hasLines: boolean
  readonly isText: boolean
  readonly hint: string | null
}) {
  const place = useStore(props.place)
  const line = props.hasLines ? (place?.line ?? null) : null
  useSaveResume(props.review, props.resumePath, line)
  usePageStatus(props.shownPath, line)
  return <KeyBar keys={REVIEW_KEYS} place={props.isText ? place : null} hint={props.hint} />
})

/** What depends on the line of the new side one is at; null before a file is shown. */
export function AtLine(props: {
  readonly place: PlaceStore
  readonly children: (line: number | null) => ReactNode
}): ReactNode {
  return props.children(useStore(props.place, place => place?.line ?? null))
}
