/**
 * Which file of a review is on screen: the latest wish wins, the former file stays until its successor is here, and the
 * file that will probably come next is loaded meanwhile.
 */
import { useCallback, useEffect, useState } from 'react'
import type { Failure } from '../../shared/failure.ts'
import type { FileDiff, Review } from '../../shared/wire.ts'
import type { TextDiff } from './diff-editor.ts'
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
  open(path: string, line: number | null): void
  page(page: number): void
  retry(): void
}

/** Loads files one at a time: the latest wish wins, the former file stays until its successor is here. */
export function useFileBrowser({ review, loader, reload }: FileSource, order: readonly string[]): FileBrowser {
  const [shown, setShown] = useState<Shown | null>(null)
  const [lastText, setLastText] = useState<TextShown | null>(null)
  const [wanted, setWanted] = useState<{ path: string; line: number | null; page: number } | null>(() =>
    firstWish(review, order),
  )
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
  useEffect(() => {
    if (shownPathNow === null) return
    let isCurrent = true
    const isUnread = (path: string) => review.files.some(file => file.path === path && file.mark !== 'read')
    const after =
      nextPath(order, shownPathNow, 1, isUnread, true) ?? nextPath(order, shownPathNow, 1, () => true, false)
    if (after === null) return
    void loader.load(after, 0).then(answer => {
      if (isCurrent && answer.ok && answer.value.kind === 'text') setNext(answer.value)
    })
    const neighbour = nextPath(order, shownPathNow, 1, () => true, false)
    if (neighbour !== null && neighbour !== after) void loader.load(neighbour, 0)
    return () => {
      isCurrent = false
    }
    // Marks change `review.files` often; what comes next is decided when the file changes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shownPathNow, loader, order])

  const open = useCallback((path: string, line: number | null) => setWanted({ path, line, page: 0 }), [])
  return {
    shown,
    wanted: wanted?.path ?? null,
    failure,
    lastText,
    next,
    open,
    page: page => shown !== null && setWanted({ path: shown.path, line: null, page }),
    retry: () => {
      setFailure(null)
      setAttempt(n => n + 1)
    },
  }
}

function firstWish(
  review: Review,
  order: readonly string[],
): { path: string; line: number | null; page: number } | null {
  const { resume } = review
  if (resume !== null && review.files.some(file => file.path === resume.path))
    return { path: resume.path, line: resume.line > 0 ? resume.line : null, page: 0 }
  const isUnread = (path: string) => review.files.some(file => file.path === path && file.mark !== 'read')
  const first = order.find(isUnread) ?? order[0]
  return first === undefined ? null : { path: first, line: null, page: 0 }
}
