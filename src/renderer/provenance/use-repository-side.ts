/**
 * The repository's side of the file on screen of a review, in place of the older version. It belongs to one file: going
 * to another file goes back to the change that is reviewed, so that nobody reads one thing and marks another.
 */
import { useMemo, useState } from 'react'
import type { Failure } from '../../shared/failure.ts'
import type { FileDiff } from '../../shared/wire.ts'
import { usePairFile } from './use-pair-file.ts'

export interface RepositorySide {
  /** The file on screen is to be shown beside the repository; `diff` is null until it is here. */
  readonly isOn: boolean
  readonly diff: FileDiff | null
  readonly failure: Failure | null
  /** Turns it on for this file; null turns it off. The file may be the one that comes next. */
  readonly set: (path: string | null) => void
  readonly page: (page: number) => void
  readonly retry: () => void
}

/** For the file `shown` of the crate's version. */
export function useRepositorySide(crate: string, version: string, shown: string | null): RepositorySide {
  const [wanted, setWanted] = useState<string | null>(null)
  const isOn = wanted !== null && wanted === shown
  const pair = usePairFile(crate, version, wanted)
  const got = isOn && pair.shown?.path === wanted ? pair.shown.diff : null
  // The editor keeps its models and a file's marks by path: this is another pair of texts than the change itself.
  const diff = useMemo(() => (got === null ? null : { ...got, path: `${got.path} beside the repository` }), [got])
  return { isOn, diff, failure: isOn ? pair.failure : null, set: setWanted, page: pair.page, retry: pair.retry }
}
