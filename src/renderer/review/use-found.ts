/**
 * What was found last, as rows, with the row that has the keyboard, and whether an answer is on its way. A later wish
 * makes an earlier one void. It asks nothing itself.
 */
import { useMemo, useRef, useState } from 'react'
import type { Failure } from '../../shared/failure.ts'
import type { Definitions, Findings, SearchQuery } from '../../shared/review-aids.ts'
import { definitionRows, findRows, nextRow, type FindRow } from './find-rows.ts'

export type Found =
  | { readonly kind: 'search'; readonly query: SearchQuery; readonly findings: Findings }
  | { readonly kind: 'references'; readonly name: string; readonly findings: Findings }
  | { readonly kind: 'definitions'; readonly definitions: Definitions }

/** Counts the wishes for the keyboard: in the field, or in the list. */
export interface FindFocus {
  readonly on: 'field' | 'list'
  readonly turn: number
}

export interface FoundList {
  readonly found: Found | null
  readonly rows: readonly FindRow[]
  /** Index of the row with the keyboard; -1 for none. */
  readonly current: number
  readonly isBusy: boolean
  readonly failure: Failure | null
  readonly focus: FindFocus
  /** A wish begins; the function answers whether it is still the last one. */
  readonly begin: () => () => boolean
  /** No answer on its way counts any more. */
  readonly drop: () => void
  /** Shows what was found, and gives the keyboard to the list if that is wanted and there is something in it. */
  readonly take: (next: Found, on: FindFocus['on']) => void
  readonly fail: (failure: Failure) => void
  readonly setCurrent: (index: number) => void
  readonly focusField: () => void
}

const NO_ROWS: readonly FindRow[] = []

export function useFound(): FoundList {
  const [found, setFound] = useState<Found | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [current, setCurrent] = useState(-1)
  const [focus, setFocus] = useState<FindFocus>({ on: 'field', turn: 0 })
  const turn = useRef(0)
  const rows = useMemo(() => (found === null ? NO_ROWS : rowsOf(found)), [found])
  const focusOn = (on: FindFocus['on']) => setFocus(f => ({ on, turn: f.turn + 1 }))
  return {
    ...{ found, rows, current, isBusy, failure, focus },
    begin() {
      const mine = ++turn.current
      setBusy(true)
      // What failed was the wish before.
      setFailure(null)
      return () => {
        if (mine !== turn.current) return false
        setBusy(false)
        return true
      }
    },
    drop() {
      turn.current += 1
      setBusy(false)
    },
    take(next, on) {
      setFound(next)
      setFailure(null)
      const list = rowsOf(next)
      setCurrent(nextRow(list, -1, 1))
      if (on === 'list' && list.length > 0) focusOn('list')
    },
    fail: setFailure,
    setCurrent,
    focusField: () => focusOn('field'),
  }
}

function rowsOf(found: Found): readonly FindRow[] {
  return found.kind === 'definitions' ? definitionRows(found.definitions) : findRows(found.findings)
}
