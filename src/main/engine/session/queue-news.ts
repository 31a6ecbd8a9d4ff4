/**
 * Tells the pages that the queue changed: as a whole, a few times a second at most, or what was read in one review, at
 * once. All of it counts in one row of generations, so that a page sees what it missed.
 */
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { QueueSnapshot } from '../../../shared/wire.ts'
import type { Emit } from './create-engine.ts'

export interface QueueNews {
  /** Tells the pages soon, once for many announcements. */
  announce(): void
  /** Tells the pages how far this review (`reviewId`) was read now. */
  announceRead(review: string): void
}

export interface QueueNewsDeps {
  readonly emit: Emit
  readonly signal: AbortSignal
  readonly root: AbsolutePath
  /** Grows with every announcement. */
  readonly held: { generation: number }
  /** As it is when called, with the generation held. */
  readonly snapshot: () => QueueSnapshot
  readonly linesRead: (review: string) => number
}

const EMIT_INTERVAL_MS = 250

export function createQueueNews({ emit, signal, root, held, snapshot, linesRead }: QueueNewsDeps): QueueNews {
  let timer: ReturnType<typeof setTimeout> | null = null
  return {
    announce() {
      held.generation++
      timer ??= setTimeout(() => {
        timer = null
        if (!signal.aborted) emit('queue.changed', snapshot())
      }, EMIT_INTERVAL_MS)
      timer.unref()
    },
    announceRead(review) {
      held.generation++
      // The whole queue is about to be told, this with it.
      if (timer !== null || signal.aborted) return
      emit('queue.read', { root, generation: held.generation, review, lines: linesRead(review) })
    },
  }
}
