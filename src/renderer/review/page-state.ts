/** Small state of the review page: which groups are open, the place to go on from, the status line, the window's width. */
import { useEffect, useState } from 'react'
import type { FileGroup, Review } from '../../shared/wire.ts'
import { useClient } from '../client.ts'
import { useAppStore } from '../state/app-store.ts'
import { isOptionalGroup } from '../../shared/required-files.ts'
import { shownPath } from './shown-path.ts'
import { GROUPS } from './tree-rows.ts'

const RESUME_DELAY_MS = 600

/** Groups of which nothing is required start closed, unless the reader was in one. */
export function closedAtFirst(review: Review): ReadonlySet<FileGroup> {
  const optional = GROUPS.filter(({ id }) => isOptionalGroup(id, review.files, review.criteria))
  const closed = new Set(optional.map(group => group.id))
  const resumed = review.files.find(file => file.path === review.resume?.path)
  if (resumed !== undefined) closed.delete(resumed.group)
  return closed
}

export function toggled(closed: ReadonlySet<FileGroup>, group: FileGroup): ReadonlySet<FileGroup> {
  const next = new Set(closed)
  if (!next.delete(group)) next.add(group)
  return next
}

/** Saves where the reader is, a moment after each move. */
export function useSaveResume(review: string, path: string | null, line: number | null): void {
  const client = useClient()
  useEffect(() => {
    if (path === null) return
    const timer = window.setTimeout(() => {
      void client.call('review.setResume', { review, path, line: line ?? 0 })
    }, RESUME_DELAY_MS)
    return () => window.clearTimeout(timer)
  }, [client, review, path, line])
}

export function usePageStatus(path: string | null, line: number | null): void {
  useEffect(() => {
    if (path !== null) useAppStore.setState({ pageStatus: `${shownPath(path)}${line === null ? '' : `:${line}`}` })
  }, [path, line])
}

export function useWindowWidth(): number {
  const [width, setWidth] = useState(() => window.innerWidth)
  useEffect(() => {
    const onResize = () => setWidth(window.innerWidth)
    window.addEventListener('resize', onResize)
    return () => window.removeEventListener('resize', onResize)
  }, [])
  return width
}
