/**
 * Jumping inside a review: to a line of either side of any file, with the place left remembered. Back and forward act in
 * the review as long as there is a place to go to, then for the whole page.
 */
import { useEffect, useRef, useState } from 'react'
import { useCommandHandlers } from '../commands/command-table.ts'
import type { DiffView } from './diff-editor.ts'
import { jumped, NO_JUMPS, step, type JumpPlace } from './jump-list.ts'

export interface Jumps {
  /** Call before moving away by a jump of one's own. */
  readonly leave: () => void
  /** Goes to a place and remembers the one that is left. */
  readonly to: (place: JumpPlace, column?: number) => void
  /** Goes without remembering. */
  readonly show: (place: JumpPlace, column?: number) => void
  /** Where the reader is. */
  readonly here: () => JumpPlace | null
  /** Runs it now, or once the jump on its way has arrived: what is under the cursor is only then what was meant. */
  readonly settled: (run: () => void) => void
}

export function useJumps(page: {
  readonly shownPath: string | null
  /** 1-based line of the new side. */
  readonly line: () => number | null
  readonly isText: boolean
  readonly view: () => DiffView | null
  readonly open: (path: string, line: number | null) => void
}): Jumps {
  const [list, setList] = useState(NO_JUMPS)
  const pending = useRef<{ readonly place: JumpPlace; readonly column: number | undefined } | null>(null)
  /** What waits for the place on its way; another jump takes its place. */
  const waiting = useRef<(() => void) | null>(null)
  const here = (): JumpPlace | null => {
    if (page.shownPath === null) return null
    const at = page.isText ? (page.view()?.selectedLines() ?? null) : null
    return { path: page.shownPath, side: at?.side ?? 'new', line: at?.line ?? page.line() }
  }
  const show = (place: JumpPlace, column?: number) => {
    pending.current = null
    waiting.current = null
    if (place.path === page.shownPath) {
      if (page.isText && place.line !== null) page.view()?.goToLine(place.side, place.line, column)
      return
    }
    if (place.line !== null) pending.current = { place, column }
    page.open(place.path, place.side === 'new' ? place.line : null)
  }
  const afterShown = useRef<(run: () => void) => void>(() => undefined)
  useEffect(() => {
    // The page as it is after the jump has to answer, not as it was when the key was pressed.
    afterShown.current = run => page.isText && page.view()?.whenShown(run)
  })
  // The editor's own effect has begun to show the file before this one runs; it goes to the line when that is done.
  useEffect(() => {
    const wanted = pending.current
    if (wanted === null || wanted.place.path !== page.shownPath) return
    pending.current = null
    if (page.isText && wanted.place.line !== null)
      page.view()?.goToLine(wanted.place.side, wanted.place.line, wanted.column)
    const run = waiting.current
    waiting.current = null
    // Once the effects of this render have told everybody what is shown now.
    if (run !== null) queueMicrotask(() => afterShown.current(run))
    // Only another file on screen matters.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [page.shownPath])

  const leave = () => {
    const from = here()
    if (from !== null) setList(now => jumped(now, from))
  }
  const move = (direction: 'back' | 'forward') => () => {
    const found = step(list, direction, here())
    if (found === null) return setList({ ...list, [direction]: [] })
    setList(found.list)
    show(found.to)
  }
  useCommandHandlers({
    'app.back': list.back.length > 0 ? move('back') : undefined,
    'app.forward': list.forward.length > 0 ? move('forward') : undefined,
  })
  return {
    leave,
    here,
    show,
    settled(run) {
      if (pending.current === null) afterShown.current(run)
      else waiting.current = run
    },
    to(place, column) {
      leave()
      show(place, column)
    },
  }
}
