/**
 * The file on screen of a pair: repository side left, crate side right. The latest wish wins; the former file stays
 * until its successor is here.
 */
import { useCallback, useEffect, useState } from 'react'
import { brand } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { FileDiff } from '../../shared/wire.ts'
import { useClient } from '../client.ts'
import type { TextDiff } from '../review/diff-editor.ts'

export interface PairFile {
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

/** Loads `path` of the version; null: nothing is asked. */
export function usePairFile(crate: string, version: string, path: string | null): PairFile {
  const client = useClient()
  const [state, setState] = useState<State | null>(null)
  const [lastText, setLastText] = useState<TextDiff | null>(null)
  const [wish, setWish] = useState<{ readonly path: string; readonly page: number } | null>(null)
  const [attempt, setAttempt] = useState(0)
  const page = wish !== null && wish.path === path ? wish.page : 0
  useEffect(() => {
    if (path === null) return
    let isCurrent = true
    void client.call('provenance.file', { crate: brand<'CrateName'>(crate), version, path, page }).then(answer => {
      if (!isCurrent) return
      if (!answer.ok) return setState({ of: path, diff: null, failure: answer.error })
      setState({ of: path, diff: answer.value, failure: null })
      if (answer.value.kind === 'text') setLastText(answer.value)
    })
    return () => {
      isCurrent = false
    }
  }, [client, crate, version, path, page, attempt])
  return {
    shown: state !== null && state.diff !== null ? { path: state.of, diff: state.diff } : null,
    lastText,
    failure: state !== null && state.of === path ? state.failure : null,
    isLoading: path !== null && state?.of !== path,
    page: useCallback((next: number) => path !== null && setWish({ path, page: next }), [path]),
    retry: () => setAttempt(n => n + 1),
  }
}
