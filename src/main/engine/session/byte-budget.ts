/** A bound on how many bytes are worked on at once, over tasks of very different sizes; waiting is in order of asking. */
import { Cancelled } from '../../../shared/result.ts'

export interface ByteBudget {
  /** Runs the task when there is room; one that is larger than the whole budget runs alone. Throws Cancelled. */
  use<T>(bytes: number, signal: AbortSignal, task: () => Promise<T>): Promise<T>
}

/** First come, first served: a large task that waits is not passed by smaller ones behind it. */
export function createByteBudget(total: number): ByteBudget {
  let left = total
  const waiting: { readonly bytes: number; readonly start: () => void }[] = []
  const next = () => {
    while (waiting.length > 0 && waiting[0]!.bytes <= left) {
      const { bytes, start } = waiting.shift()!
      left -= bytes
      start()
    }
  }
  return {
    async use(wanted, signal, task) {
      const bytes = Math.min(wanted, total)
      await new Promise<void>(resolve => {
        waiting.push({ bytes, start: resolve })
        next()
      })
      try {
        if (signal.aborted) throw new Cancelled()
        return await task()
      } finally {
        left += bytes
        next()
      }
    },
  }
}
