/** The inspection of the selected package: asked for after a short pause, kept per package and queue generation. */
import { useEffect, useState } from 'react'
import type { PackageKey } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { Inspection } from '../../shared/wire.ts'
import { useClient } from '../client.ts'

/** Moving through the list with a held key asks for the last row only. */
const PAUSE_MS = 60

export interface InspectionState {
  readonly inspection: Inspection | null
  readonly failure: Failure | null
}

const nothing: InspectionState = { inspection: null, failure: null }

/** What is known about `key`; an answer about another package is never shown. */
export function useInspection(key: PackageKey | null, generation: number): InspectionState {
  const client = useClient()
  const [state, setState] = useState<InspectionState & { readonly key: PackageKey | null }>({ ...nothing, key: null })
  useEffect(() => {
    if (key === null) return
    let isCurrent = true
    const timer = setTimeout(async () => {
      const answer = await client.call('queue.inspect', { key })
      if (!isCurrent) return
      if (answer.ok) setState({ key, inspection: answer.value, failure: null })
      else if (answer.error.code !== 'cancelled')
        setState(before => ({ key, inspection: before.key === key ? before.inspection : null, failure: answer.error }))
    }, PAUSE_MS)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [client, key, generation])
  return state.key === key ? state : nothing
}
