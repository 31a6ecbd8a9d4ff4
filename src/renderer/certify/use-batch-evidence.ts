/**
 * The evidence files of several audits on one sheet, under the rules of one audit's: off until the workspace wants them,
 * made anew for other criteria, named by their sha256 so that exactly what the sheet stands for is written. The line in
 * each audit's notes follows its file.
 */
import { useEffect, useState } from 'react'
import type { BatchPlan } from '../../shared/certify-batch.ts'
import type { CallArgs, CallResult } from '../../shared/contract.ts'
import { describeFailure, type Failure } from '../../shared/failure.ts'
import { useClient } from '../client.ts'
import { toastFailure } from '../state/actions.ts'
import { EVIDENCE, lineIn, TIME, withLine } from './note-lines.ts'
import { itemId, type BatchItem, type BatchState } from './use-batch.ts'
import { evidenceLine } from './use-evidence.ts'

type Files = NonNullable<CallArgs<'certify.writeAll'>['evidence']>

export interface BatchEvidence {
  readonly isOn: boolean
  readonly set: (isOn: boolean) => void
  /** Of the files that are made, all of them together. */
  readonly count: number
  readonly bytes: number
  /** Each of the audits' notes names its file. */
  readonly isNamed: boolean
  readonly setNamed: (isNamed: boolean) => void
  /** Why a file cannot be made, with whose it is. */
  readonly problems: readonly string[]
  /** False while a file of the plan on screen is not known. */
  readonly isReady: boolean
  /** One for each audit of the plan, in order. */
  readonly toWrite: Files
  /** Makes them once more. */
  readonly again: () => void
}

interface Made {
  readonly file: CallResult<'review.evidence'> | null
  readonly failure: Failure | null
}

export function useBatchEvidence(
  items: readonly BatchItem[],
  state: BatchState,
  plan: BatchPlan | null,
): BatchEvidence {
  const client = useClient()
  const [isOn, setOn] = useState(false)
  const [made, setMade] = useState<ReadonlyMap<string, Made>>(new Map())
  const [round, setRound] = useState(0)
  useEffect(() => {
    void client.call('review.writesEvidence', { set: null }).then(answer => answer.ok && setOn(answer.value.isOn))
  }, [client])

  const { prepared, setNotes } = state
  const notesOf = (id: string) => prepared.get(id)?.notes ?? ''
  const asked = (plan?.steps ?? []).map(({ request }) => {
    const id = itemId(request)
    const withTime = lineIn(notesOf(id), TIME) !== null
    const { crate, delta, criteria } = request
    return {
      id,
      withTime,
      of: { crate, delta, criteria, withTime },
      key: JSON.stringify([id, criteria, withTime, round]),
    }
  })
  const wanted = isOn ? asked.map(one => one.key).join('\n') : ''
  useEffect(() => {
    if (wanted === '') return
    let isCurrent = true
    for (const { key, of } of asked) {
      if (made.has(key)) continue
      void client.call('review.evidence', of).then(answer => {
        if (!isCurrent) return
        const one = answer.ok ? { file: answer.value, failure: null } : { file: null, failure: answer.error }
        setMade(before => new Map(before).set(key, one))
      })
    }
    return () => {
      isCurrent = false
    }
    // What is asked for is in `wanted`; what was made in between is not made again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [client, wanted])

  const files = asked.map(one => ({ ...one, made: made.get(one.key) ?? null }))
  const fileOf = (id: string) => files.find(one => one.id === id)?.made?.file ?? null
  const known = files.flatMap(({ made: one }) => one?.file ?? [])
  // The line of notes that should stand there, where one does.
  const stale = items.flatMap(item => {
    const notes = notesOf(itemId(item))
    const [said, file] = [lineIn(notes, EVIDENCE), fileOf(itemId(item))]
    if (said === null) return []
    const line = !isOn ? null : file === null ? said : evidenceLine(file)
    return line === said ? [] : [{ item, notes: withLine(notes, EVIDENCE, line) }]
  })
  useEffect(() => {
    for (const { item, notes } of stale) setNotes(item, notes)
  })

  return {
    isOn,
    set(next) {
      setOn(next)
      void client.call('review.writesEvidence', { set: next }).then(answer => answer.ok || toastFailure(answer.error))
    },
    count: known.length,
    bytes: known.reduce((sum, file) => sum + file.bytes, 0),
    isNamed: files.length > 0 && files.every(({ id }) => lineIn(notesOf(id), EVIDENCE) !== null),
    setNamed(isNamed) {
      for (const item of items) {
        const file = fileOf(itemId(item))
        if (file === null) continue
        setNotes(item, withLine(notesOf(itemId(item)), EVIDENCE, isNamed ? evidenceLine(file) : null))
      }
    },
    problems: isOn
      ? files.flatMap(({ of, made: one }) =>
          one?.failure === undefined || one.failure === null
            ? []
            : [`${of.crate}: ${describeFailure(one.failure).title}`],
        )
      : [],
    isReady: stale.length === 0 && (!isOn || (files.length > 0 && known.length === files.length)),
    toWrite: files.map(({ made: one, withTime }) =>
      isOn && one !== null && one.file !== null ? { sha256: one.file.sha256, withTime } : null,
    ),
    again: () => setRound(n => n + 1),
  }
}
