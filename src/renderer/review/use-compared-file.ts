/** The file on screen of two sides that are no review: the latest wish wins, the former file stays until it is here. */
import { useCallback, useEffect, useState } from 'react'
import type { Failure } from '../../shared/failure.ts'
import type { Result } from '../../shared/result.ts'
import type { FileDiff } from '../../shared/wire.ts'
import type { TextDiff } from './file-models.ts'

export interface ComparedFileState {
  readonly shown: { readonly path: string; readonly diff: FileDiff } | null
  /** The text the editor holds, also while another kind of file is shown over it. */
  readonly lastText: TextDiff | null
  /** Why the file asked for cannot be shown; the former one is then hidden. */
  readonly failure: Failure | null
  readonly isLoading: boolean
  readonly page: (page: number) => void
  readonly retry: () => void
}

interface State {
  readonly of: string
  readonly diff: FileDiff | null
  readonly failure: Failure | null
}

/** `load`: the same function until the two sides are others. `path` null: nothing is asked. */
export function useComparedFile(
  load: (path: string, page: number) => Promise<Result<FileDiff, Failure>>,
  path: string | null,
): ComparedFileState {
  const [state, setState] = useState<State | null>(null)
  const [lastText, setLastText] = useState<TextDiff | null>(null)
  const [wish, setWish] = useState<{ readonly path: string; readonly page: number } | null>(null)
  const [attempt, setAttempt] = useState(0)
  const page = wish !== null && wish.path === path ? wish.page : 0
  useEffect(() => {
    if (path === null) return
    let isCurrent = true
    void load(path, page).then(answer => {
      if (!isCurrent) return
      if (!answer.ok) return setState({ of: path, diff: null, failure: answer.error })
      setState({ of: path, diff: answer.value, failure: null })
      if (answer.value.kind === 'text') setLastText(answer.value)
    })
    return () => {
      isCurrent = false
    }
  }, [load, path, page, attempt])
  return {
    shown: state !== null && state.diff !== null ? { path: state.of, diff: state.diff } : null,
    lastText,
    failure: state !== null && state.of === path ? state.failure : null,
    isLoading: path !== null && state?.of !== path,
    page: useCallback((next: number) => path !== null && setWish({ path, page: next }), [path]),
    retry: () => setAttempt(n => n + 1),
  }
}
