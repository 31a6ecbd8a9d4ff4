/**
 * The file on screen compared with the content of it that was read in another version, in place of the change. It belongs
 * to one file: going to another file goes back to the change.
 */
import { useEffect, useMemo, useState } from 'react'
import type { EngineClient } from '../../shared/contract.ts'
import type { Failure } from '../../shared/failure.ts'
import type { FileDiff, ReviewFile } from '../../shared/wire.ts'

export interface SinceRead {
  /** This file can be compared with what was read. */
  readonly canShow: boolean
  readonly isOn: boolean
  /** Null until it is here. */
  readonly diff: FileDiff | null
  readonly failure: Failure | null
  /** The path that the editor knows this comparison by: another pair of texts than the change itself. */
  readonly shownAs: string
  toggle(): void
  page(page: number): void
  retry(): void
}

interface Loaded {
  readonly of: string
  readonly diff: FileDiff | null
  readonly failure: Failure | null
}

/** `file`: the file on screen. */
export function useSinceRead(client: EngineClient, review: string, file: ReviewFile | null): SinceRead {
  const [wanted, setWanted] = useState<{ readonly path: string; readonly page: number } | null>(null)
  const [loaded, setLoaded] = useState<Loaded | null>(null)
  const [attempt, setAttempt] = useState(0)
  const canShow = file?.earlier?.hasDiff === true
  const isOn = canShow && wanted?.path === file.path
  const path = isOn ? wanted.path : null
  const page = isOn ? wanted.page : 0
  const shownAs = `${file?.path ?? ''} since ${file?.earlier?.version ?? ''}`
  useEffect(() => {
    if (path === null) return
    let isCurrent = true
    void client.call('review.sinceRead', { review, path, page }).then(answer => {
      if (!isCurrent) return
      setLoaded(
        answer.ok ? { of: path, diff: answer.value, failure: null } : { of: path, diff: null, failure: answer.error },
      )
    })
    return () => {
      isCurrent = false
    }
  }, [client, review, path, page, attempt])
  const here = isOn && loaded?.of === path ? loaded : null
  const got = here?.diff ?? null
  const diff = useMemo(() => (got === null ? null : { ...got, path: shownAs }), [got, shownAs])
  return {
    canShow,
    isOn,
    diff,
    failure: here?.failure ?? null,
    shownAs,
    toggle() {
      setWanted(isOn || file === null ? null : { path: file.path, page: 0 })
      setLoaded(null)
    },
    page: next => path !== null && setWanted({ path, page: next }),
    retry: () => setAttempt(n => n + 1),
  }
}

/** What the lists know of a file, under the name that the comparison is shown by. */
export function underName<T>(
  byPath: ReadonlyMap<string, readonly T[]>,
  path: string,
  name: string,
  fits: (item: T) => boolean = () => true,
): ReadonlyMap<string, readonly T[]> {
  return new Map([[name, (byPath.get(path) ?? []).filter(fits)]])
}
