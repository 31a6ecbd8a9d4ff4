/** The checklists of the review on screen: asked for when it is open and again when what they count has changed. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { EngineClient } from '../../shared/contract.ts'
import type { CriteriaName } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { Result } from '../../shared/result.ts'
import type { Checklist, ChecklistItem, ChecklistVerdict } from '../../shared/review-checklist.ts'
import { toastFailure } from '../state/actions.ts'
import { afterPaint } from './first-paint.ts'

export interface ChecklistState {
  /** Null until it is here. */
  readonly list: Checklist | null
  readonly failure: Failure | null
  readonly retry: () => void
  /** Null takes the answer back. Answers whether it is on disk. */
  readonly answer: (
    criterion: CriteriaName,
    item: string,
    said: { readonly verdict: ChecklistVerdict; readonly note: string } | null,
  ) => Promise<boolean>
  /** Writes the questions of a criterion to assay.toml. Answers whether they are there. */
  readonly save: (criterion: CriteriaName, items: readonly ChecklistItem[]) => Promise<boolean>
}

/** `stamp` changes with what is counted: units answered, files read. */
export function useChecklist(client: EngineClient, review: string, stamp: string): ChecklistState {
  const [state, setState] = useState<{ list: Checklist | null; failure: Failure | null }>({ list: null, failure: null })
  const [attempt, setAttempt] = useState(0)
  const turn = useRef(0)
  useEffect(() => {
    const mine = ++turn.current
    const ask = async () => {
      if (mine !== turn.current) return
      const answer = await client.call('review.checklist', { review, criteria: [] })
      if (mine !== turn.current) return
      setState(answer.ok ? { list: answer.value, failure: null } : { list: null, failure: answer.error })
    }
    // The key that marks a file is seen first.
    afterPaint(() => void ask())
  }, [client, review, stamp, attempt])

  const take = useCallback(async (asked: Promise<Result<Checklist, Failure>>) => {
    const mine = ++turn.current
    const answer = await asked
    if (!answer.ok) toastFailure(answer.error)
    // A later one is on its way: its list holds this answer too.
    else if (mine === turn.current) setState({ list: answer.value, failure: null })
    return answer.ok
  }, [])
  const answer = useCallback<ChecklistState['answer']>(
    (criterion, item, said) =>
      take(client.call('review.answerChecklist', { review, criteria: [], criterion, item, answer: said })),
    [client, review, take],
  )
  const base = state.list?.file.sha256 ?? null
  const save = useCallback<ChecklistState['save']>(
    (criterion, items) =>
      take(client.call('review.saveChecklist', { review, criteria: [], criterion, items: [...items], base })),
    [client, review, take, base],
  )
  const retry = useCallback(() => setAttempt(n => n + 1), [])
  return { ...state, retry, answer, save }
}
