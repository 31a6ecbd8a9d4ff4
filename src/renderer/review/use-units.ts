/**
 * The units of the review on screen: asked for once it is open, answered on screen at once and saved at once. What the
 * engine says always replaces what we guessed.
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { EngineClient } from '../../shared/contract.ts'
import type { Failure } from '../../shared/failure.ts'
import type { Unit, UnitList, UnitVerdict } from '../../shared/review-units.ts'
import { toastFailure } from '../state/actions.ts'

export interface UnitsState {
  /** Null until they were looked for. */
  readonly list: UnitList | null
  readonly failure: Failure | null
  readonly retry: () => void
  /** Null takes the answer back. Answers whether it is on disk. */
  readonly answer: (units: readonly Unit[], verdict: UnitVerdict | null, note: string) => Promise<boolean>
}

export function useUnits(client: EngineClient, review: string): UnitsState {
  const [state, setState] = useState<{ list: UnitList | null; failure: Failure | null }>({ list: null, failure: null })
  const [attempt, setAttempt] = useState(0)
  const turn = useRef(0)
  /** As the engine said last. */
  const known = useRef<UnitList | null>(null)

  useEffect(() => {
    let isCurrent = true
    void client.call('review.units', { review }).then(answer => {
      if (!isCurrent) return
      known.current = answer.ok ? answer.value : null
      setState(answer.ok ? { list: answer.value, failure: null } : { list: null, failure: answer.error })
    })
    return () => {
      isCurrent = false
    }
  }, [client, review, attempt])

  const answer = useCallback(
    async (units: readonly Unit[], verdict: UnitVerdict | null, note: string) => {
      const mine = ++turn.current
      const ids = new Set(units.map(unit => unit.id))
      const guess = verdict === null ? null : { verdict, note, who: 'you', at: Date.now(), version: '' }
      setState(s => {
        if (s.list === null) return s
        const changed = s.list.units.map(unit => (ids.has(unit.id) ? { ...unit, answer: guess } : unit))
        return { ...s, list: { ...s.list, units: changed } }
      })
      const said = verdict === null ? null : { verdict, note }
      const saved = await client.call('review.answerUnits', { review, units: [...ids], answer: said })
      if (!saved.ok) toastFailure(saved.error)
      // A later answer is on its way: its result holds this one too.
      if (saved.ok) known.current = saved.value
      if (mine !== turn.current) return saved.ok
      // Not what was on screen before: that may be another guess that was not saved.
      setState(s => (saved.ok ? { list: saved.value, failure: null } : { ...s, list: known.current }))
      return saved.ok
    },
    [client, review],
  )
  const retry = useCallback(() => setAttempt(n => n + 1), [])
  return useMemo(() => ({ ...state, retry, answer }), [state, retry, answer])
}
