/**
 * Which file of a review is on screen: the latest wish wins, the former file stays until its successor is here, and the
 * file that will probably come next is loaded meanwhile.
 */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Failure } from '../../shared/failure.ts'
import type { FileDiff, Review } from '../../shared/wire.ts'
import type { TextDiff } from './file-models.ts'
import { nextPath } from './tree-rows.ts'
import type { FileLoader } from './use-review.ts'

export interface Shown {
  readonly path: string
  readonly diff: FileDiff
  /** Line to start at, null for the first hunk. */
  readonly line: number | null
}

export interface FileSource {
  readonly review: Review
  readonly loader: FileLoader
  /** Opens the review again when the engine no longer knows it. */
  readonly reload: () => void
}

export interface TextShown {
  readonly diff: TextDiff
  readonly line: number | null
}

export interface FileBrowser {
  readonly shown: Shown | null
  /** The file asked for that is not here yet. */
  readonly wanted: string | null
  readonly failure: Failure | null
  /** The text diff the editor holds, also while another kind of file is shown over it. */
  readonly lastText: TextShown | null
  /** The prefetched successor, when it is a text. */
  readonly next: TextDiff | null
  /** The file shown is on the screen: there is time for its successor. */
  onPainted(): void
  open(path: string, line: number | null): void
  page(page: number): void
  retry(): void
}

/** Loads files one at a time: the latest wish wins, the former file stays until its successor is here. */
export function useFileBrowser({ review, loader, reload }: FileSource, order: readonly string[]): FileBrowser {
  const [shown, setShown] = useState<Shown | null>(null)
  const [lastText, setLastText] = useState<TextShown | null>(null)
  const [wanted, setWanted] = useState<Wish | null>(() => firstWish(review, order))
  const [failure, setFailure] = useState<Failure | null>(null)
  const [attempt, setAttempt] = useState(0)
  const [next, setNext] = useState<TextDiff | null>(null)

  useEffect(() => {
    if (wanted === null) return
    let isCurrent = true
    const take = (diff: FileDiff) => {
      setFailure(null)
      setShown({ path: wanted.path, diff, line: wanted.line })
      if (diff.kind === 'text') setLastText({ diff, line: wanted.line })
      setWanted(null)
    }
    const here = loader.peek(wanted.path, wanted.page)
    if (here !== null) take(here)
    else
      void loader.load(wanted.path, wanted.page).then(answer => {
        if (!isCurrent) return
        if (answer.ok) take(answer.value)
        else if (answer.error.code === 'review-unknown') reload()
        else setFailure(answer.error)
      })
    return () => {
      isCurrent = false
    }
  }, [wanted, loader, reload, attempt])

  const shownPathNow = shown?.path ?? null
  const latest = useRef({ review, loader, order, path: shownPathNow })
  useEffect(() => {
    latest.current = { review, loader, order, path: shownPathNow }
  })
  const loadNext = useCallback(() => {
    const { path, ...now } = latest.current
    if (path === null) return
    const isUnread = (other: string) => now.review.files.some(file => file.path === other && file.mark !== 'read')
    const neighbour = nextPath(now.order, path, 1, () => true, false)
    const after = nextPath(now.order, path, 1, isUnread, true) ?? neighbour
    if (after === null) return
    void now.loader.load(after, 0).then(answer => {
      if (latest.current.path === path && answer.ok && answer.value.kind === 'text') setNext(answer.value)
    })
    if (neighbour !== null && neighbour !== after) void now.loader.load(neighbour, 0)
  }, [])
  useEffect(loadNext, [loadNext, loader, order])

  const open = useCallback((path: string, line: number | null) => setWanted({ path, line, page: 0 }), [])
  return {
    shown,
    wanted: wanted?.path ?? null,
    failure,
    lastText,
    next,
    onPainted: loadNext,
    open,
    page: page => shown !== null && setWanted({ path: shown.path, line: null, page }),
    retry: () => {
      setFailure(null)
      setAttempt(n => n + 1)
    },
  }
}

interface Wish {
  readonly path: string
  readonly line: number | null
  readonly page: number
}

/** Where the reader was, else the first file that is unread; null when there are no files. */
export function firstWish(review: Review, order: readonly string[]): Wish | null {
  const { resume } = review
  if (resume !== null && review.files.some(file => file.path === resume.path))
    return { path: resume.path, line: resume.line > 0 ? resume.line : null, page: 0 }
  const isUnread = (path: string) => review.files.some(file => file.path === path && file.mark !== 'read')
  const first = order.find(isUnread) ?? order[0]
  return first === undefined ? null : { path: first, line: null, page: 0 }
}
