/** The kept record of one version: asked for after a short pause, kept while its check is the last one. */
import { useEffect, useState } from 'react'
import { brand } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { ProvenanceRecord } from '../../shared/provenance.ts'
import { useClient } from '../client.ts'

/** Moving through the list with a held key asks for the last row only. */
const PAUSE_MS = 60

export interface RecordState {
  /** Null while it is loading, when there is none, and after a failure. */
  readonly record: ProvenanceRecord | null
  readonly failure: Failure | null
  readonly isLoading: boolean
  readonly retry: () => void
}

interface Answer {
  readonly key: string
  readonly record: ProvenanceRecord | null
  readonly failure: Failure | null
}

/**
 * The record of `crate` `version`. `checkedAt` is that of the row on screen: a newer check asks anew, and the former
 * record stays until its answer. Null `checkedAt`: not checked, nothing is asked.
 */
export function useRecord(crate: string | null, version: string | null, checkedAt: number | null): RecordState {
  const client = useClient()
  const [answer, setAnswer] = useState<Answer | null>(null)
  const [attempt, setAttempt] = useState(0)
  const key = crate === null || version === null ? null : `${crate} ${version}`
  useEffect(() => {
    if (crate === null || version === null || key === null || checkedAt === null) return
    let isCurrent = true
    const timer = setTimeout(async () => {
      const got = await client.call('provenance.record', { crate: brand<'CrateName'>(crate), version })
      if (!isCurrent) return
      if (got.ok) setAnswer({ key, record: got.value, failure: null })
      else if (got.error.code !== 'cancelled') setAnswer({ key, record: null, failure: got.error })
    }, PAUSE_MS)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [client, key, crate, version, checkedAt, attempt])
  const shown = answer !== null && answer.key === key ? answer : null
  return {
    record: shown?.record ?? null,
    failure: shown?.failure ?? null,
    isLoading: key !== null && checkedAt !== null && shown === null,
    retry: () => setAttempt(n => n + 1),
  }
}
