/** Everything said of one crate: asked for after a short pause, and again whenever the team's state changes. */
import { useEffect, useState } from 'react'
import { brand } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { TeamThread } from '../../shared/team.ts'
import { useClient } from '../client.ts'
import { useTeam } from './state.ts'

const PAUSE_MS = 60

export interface ThreadState {
  readonly thread: TeamThread | null
  readonly failure: Failure | null
}

/** An answer about another crate is never shown; the last one of this crate stays until the next. */
export function useThread(crate: string): ThreadState {
  const client = useClient()
  const generation = useTeam(s => s.team?.generation ?? null)
  const [state, setState] = useState<ThreadState & { readonly crate: string }>({ crate, thread: null, failure: null })
  useEffect(() => {
    if (generation === null) return
    let isCurrent = true
    const timer = setTimeout(async () => {
      const answer = await client.call('team.thread', { crate: brand<'CrateName'>(crate) })
      if (!isCurrent) return
      if (answer.ok) setState({ crate, thread: answer.value, failure: null })
      else if (answer.error.code !== 'cancelled')
        setState(before => ({ crate, thread: before.crate === crate ? before.thread : null, failure: answer.error }))
    }, PAUSE_MS)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [client, crate, generation])
  return state.crate === crate ? state : { thread: null, failure: null }
}
