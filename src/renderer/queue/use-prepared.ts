/** The change of the row that a reviewer rests on is compared before he opens it. */
import { useEffect } from 'react'
import type { QueueItem } from '../../shared/wire.ts'
import { useClient } from '../client.ts'

/** Moving through the list prepares nothing. */
const REST_MS = 250

/** `item`: the selected row. One that is not measured yet may have to be fetched, and is left alone. */
export function usePrepared(item: QueueItem | null): void {
  const client = useClient()
  const crate = item?.size.state === 'measured' ? item.crate : null
  const { from = null, to = null } = item?.delta ?? {}
  useEffect(() => {
    if (crate === null || to === null) return
    // Nobody waits for it: whoever opens the review is told what is wrong.
    const timer = setTimeout(() => void client.call('review.prepare', { crate, delta: { from, to } }), REST_MS)
    return () => clearTimeout(timer)
  }, [client, crate, from, to])
}
