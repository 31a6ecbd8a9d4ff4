/** Loads the review page and makes its editor while the reader looks at something else, once. */
import { useEffect } from 'react'

const QUIET_MS = 400

let isPrepared = false

/** While mounted: a moment after `isReady`, when the page has nothing to do. */
export function usePreparedReview(isReady: boolean): void {
  useEffect(() => {
    if (!isReady || isPrepared) return
    let idle = 0
    const whenIdle = window.requestIdleCallback ?? ((run: () => void) => window.setTimeout(run, QUIET_MS))
    const timer = window.setTimeout(() => {
      idle = whenIdle(() => {
        isPrepared = true
        // Whoever opens a review is told when it cannot be loaded; here nobody waits.
        void import('../review/review-page.tsx').then(
          () => import('../review/spare-editor.ts').then(({ prepareDiffView }) => whenIdle(prepareDiffView)),
          () => undefined,
        )
      })
    }, QUIET_MS)
    return () => {
      window.clearTimeout(timer)
      if (!isPrepared) (window.cancelIdleCallback ?? window.clearTimeout)(idle)
    }
  }, [isReady])
}
