/** What was read in one review, in the rows of the queue: an event says it without the whole queue. */
import { reviewId } from '../../shared/domain.ts'
import type { QueueRead, QueueSnapshot } from '../../shared/wire.ts'

/** The queue with it; null when something before it was missed, so that the queue has to be asked for. */
export function withRead(queue: QueueSnapshot, read: QueueRead): QueueSnapshot | null {
  if (read.generation <= queue.generation) return queue
  if (read.generation !== queue.generation + 1) return null
  const items = queue.items.map(item =>
    item.delta !== null && reviewId(item.crate, item.delta) === read.review ? { ...item, readLines: read.lines } : item,
  )
  return { ...queue, generation: read.generation, items }
}
