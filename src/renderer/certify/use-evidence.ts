/**
 * The evidence file of the sheet: off until the workspace wants it, made anew for other criteria, named by its sha256
 * so that exactly what the sheet stands for is written. Its line in the notes follows it.
 */
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { CallArgs, CallResult } from '../../shared/contract.ts'
import { reviewId, type CrateName, type Delta } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import { useClient } from '../client.ts'
import { toastFailure } from '../state/actions.ts'
import { EVIDENCE, lineIn, TIME, withLine } from './note-lines.ts'
import type { CertifyState } from './use-plan.ts'

export interface EvidenceState {
  readonly isOn: boolean
  readonly set: (isOn: boolean) => void
  /** Null while it is made, when it is off, and when it cannot be made. */
  readonly file: CallResult<'review.evidence'> | null
  readonly failure: Failure | null
  /** Milliseconds that this delta was read; null until known. */
  readonly readingMs: number | null
  /** False while the file of the form on screen is not known. */
  readonly isReady: boolean
  readonly toWrite: NonNullable<CallArgs<'certify.write'>['evidence']> | null
  /** Makes it once more. */
  readonly again: () => void
}

interface Made {
  readonly asked: object
  readonly file: CallResult<'review.evidence'> | null
  readonly failure: Failure | null
}

/** The line in the notes. */
export function evidenceLine(file: { readonly path: string; readonly sha256: string }): string {
  return `${file.path}, sha256 ${file.sha256}`
}

export function useEvidence(crate: CrateName, delta: Delta, state: CertifyState): EvidenceState {
  const client = useClient()
  const [isOn, setOn] = useState(false)
  const [readingMs, setReadingMs] = useState<number | null>(null)
  const [made, setMade] = useState<Made | null>(null)
  const [round, setRound] = useState(0)
  const { plan, form, edit } = state
  const withTime = lineIn(form.notes, TIME) !== null
  const criteria = plan?.request.criteria.join(' ') ?? ''

  useEffect(() => {
    void client.call('review.writesEvidence', { set: null }).then(answer => answer.ok && setOn(answer.value.isOn))
    void client
      .call('review.readingTime', { review: reviewId(crate, delta), add: 0 })
      .then(answer => answer.ok && setReadingMs(answer.value.ms))
  }, [client, crate, delta])

  const asked = useMemo(() => ({ criteria, withTime, round }), [criteria, withTime, round])
  useEffect(() => {
    if (!isOn || asked.criteria === '') return
    let isCurrent = true
    const names = asked.criteria.split(' ') as CallArgs<'review.evidence'>['criteria']
    void client
      .call('review.evidence', { crate, delta, criteria: names, withTime: asked.withTime })
      .then(
        answer =>
          isCurrent &&
          setMade(
            answer.ok ? { asked, file: answer.value, failure: null } : { asked, file: null, failure: answer.error },
          ),
      )
    return () => {
      isCurrent = false
    }
  }, [client, crate, delta, isOn, asked])

  const current = isOn && made?.asked === asked ? made : null
  const file = current?.file ?? null
  const said = lineIn(form.notes, EVIDENCE)
  const wanted = said === null ? null : !isOn ? '' : file === null ? said : evidenceLine(file)
  useEffect(() => {
    if (wanted !== null && wanted !== said)
      edit({ notes: withLine(form.notes, EVIDENCE, wanted === '' ? null : wanted) })
  }, [wanted, said, edit, form.notes])

  const set = useCallback(
    (next: boolean) => {
      setOn(next)
      void client.call('review.writesEvidence', { set: next }).then(answer => answer.ok || toastFailure(answer.error))
    },
    [client],
  )
  return {
    isOn,
    set,
    file,
    failure: current?.failure ?? null,
    readingMs,
    isReady: !isOn || (file !== null && wanted === said),
    toWrite: file === null ? null : { sha256: file.sha256, withTime },
    again: () => setRound(n => n + 1),
  }
}
