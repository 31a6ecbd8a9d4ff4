/** The tree of a review's files: its order, what is filtered and folded away, and the row with the keyboard. */
import { useMemo, useRef, useState, type RefObject } from 'react'
import type { FileGroup, Review, ReviewFile } from '../../shared/wire.ts'
import { closedAtFirst, toggled } from './page-state.ts'
import { readingOrder, treeRows, type TreeRow, type TreeSort } from './tree-rows.ts'

export interface ReviewTree {
  readonly filesByPath: ReadonlyMap<string, ReviewFile>
  /** All paths, also of folded groups. */
  readonly order: readonly string[]
  readonly rows: readonly TreeRow[]
  readonly sort: TreeSort
  readonly filter: string
  readonly filterRef: RefObject<HTMLInputElement | null>
  readonly focusedRow: RefObject<TreeRow | null>
  readonly setFilter: (filter: string) => void
  readonly toggleGroup: (group: FileGroup) => void
  /** Unfolds the group that a file lies in. */
  readonly unfoldFor: (path: string) => void
  /** `unitsOf`: how many units of a file wait, for the order by risk. */
  readonly changeSort: (sort: TreeSort, unitsOf: (path: string) => number) => void
}

/** `byName`: all paths in reading order, which is what they are listed in until another sort is chosen. */
export function useReviewTree(review: Review, byName: readonly string[]): ReviewTree {
  const [sort, setSort] = useState<TreeSort>('path')
  const [filter, setFilter] = useState('')
  const focusedRow = useRef<TreeRow | null>(null)
  const filterRef = useRef<HTMLInputElement>(null)
  const filesByPath = useMemo(() => new Map(review.files.map(file => [file.path, file])), [review.files])
  // The order is taken from the marks as they were when the review or the sort was chosen: rows stay put while marking.
  const [order, setOrder] = useState(byName)
  const [closed, setClosed] = useState<ReadonlySet<FileGroup>>(() => closedAtFirst(review))
  const rows = useMemo(
    () => treeRows(filesByPath, order, { sort, closed, filter, criteria: review.criteria }),
    [filesByPath, order, sort, closed, filter, review.criteria],
  )
  return {
    ...{ filesByPath, order, rows, sort, filter, filterRef, focusedRow, setFilter },
    toggleGroup: group => setClosed(toggled(closed, group)),
    unfoldFor(path) {
      const group = filesByPath.get(path)?.group
      if (group !== undefined && closed.has(group)) setClosed(toggled(closed, group))
    },
    changeSort(next, unitsOf) {
      setSort(next)
      setOrder(readingOrder(review.files, next, unitsOf))
    },
  }
}
