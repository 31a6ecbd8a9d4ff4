/** A tab beside the diff whose content could not be had: why, and a button to ask again. */
import type { Failure } from '../../shared/failure.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'

export function TabFailure({ failure, onRetry }: { readonly failure: Failure; readonly onRetry: () => void }) {
  return (
    <div className="rv-pad">
      <FailureNotice failure={failure}>
        <button className="btn s" onClick={onRetry}>
          Try again
        </button>
      </FailureNotice>
    </div>
  )
}
