/** The reading time of reviews: pages count it, the engine keeps it. */
import type { EngineHandlers } from '../../../shared/contract.ts'
import { ok } from '../../../shared/result.ts'
import type { Capabilities } from '../capabilities.ts'
import { openReadingTime } from '../review/reading-time.ts'

export interface ReviewTime {
  readonly handlers: Pick<EngineHandlers, 'review.readingTime'>
  /** Milliseconds. */
  of(review: string): Promise<number>
  close(): Promise<void>
}

export function createReviewTime(caps: Capabilities): ReviewTime {
  const time = openReadingTime(caps)
  return {
    handlers: {
      'review.readingTime': async ({ review, add }) => {
        await time.ready()
        return ok({ ms: add === 0 ? time.of(review) : await time.add(review, add) })
      },
    },
    async of(review) {
      await time.ready()
      return time.of(review)
    },
    close: () => time.close(),
  }
}
