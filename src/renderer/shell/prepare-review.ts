/**
 * The review page is by far the largest part: it is loaded and its editor made while the reader looks at something else,
 * once, or when the first review opens.
 */
import { lazy, useEffect, useState, type ComponentType } from 'react'
import { whenIdle } from '../parts/when-idle.ts'
import type { ReviewPageProps } from '../review/review-page.tsx'

const QUIET_MS = 400
/** The second editor is not needed for the first file. */
const SECOND_MS = 3_000

let loaded: ComponentType<ReviewPageProps> | null = null

async function load(): Promise<{ readonly default: ComponentType<ReviewPageProps> }> {
  const { ReviewPage } = await import('../review/review-page.tsx')
  loaded = ReviewPage
  return { default: ReviewPage }
}
const LazyReviewPage = lazy(load)

/** The page for one review. NOTE: React shows a lazy component 300 ms late, also when it is here already. */
export function useReviewPage(): ComponentType<ReviewPageProps> {
  const [page] = useState(() => loaded ?? LazyReviewPage)
  return page
}

let isPrepared = false

/** While mounted: a moment after `isReady`, when the page has nothing to do. */
export function usePreparedReview(isReady: boolean): void {
  useEffect(() => {
    if (!isReady || isPrepared) return
    let callOff = () => undefined as void
    const timer = window.setTimeout(() => {
      callOff = whenIdle(() => {
        isPrepared = true
        // Whoever opens a review is told when it cannot be loaded; here nobody waits.
        void load().then(
          () =>
            import('../review/spare-editor.ts').then(({ prepareDiffView, warmDiffView }) => {
              whenIdle(prepareDiffView)
              window.setTimeout(() => whenIdle(warmDiffView), SECOND_MS)
            }),
          () => undefined,
        )
      })
    }, QUIET_MS)
    return () => {
      window.clearTimeout(timer)
      if (!isPrepared) callOff()
    }
  }, [isReady])
}
