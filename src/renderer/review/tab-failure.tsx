/** A part of the page whose content could not be had: why, and a button to ask again. */
import type { Failure } from '../../shared/failure.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'

/** `lead`: what could not be had, where the failure itself does not say it. */
export function TabFailure(props: {
  readonly failure: Failure
  readonly onRetry: () => void
  readonly lead?: string
  readonly className?: 'rv-pad' | 'sec'
}) {
  const { failure, onRetry, lead, className = 'rv-pad' } = props
  return (
    <div className={className}>
      <FailureNotice failure={failure} {...(lead === undefined ? {} : { lead })}>
        <button className="btn s" onClick={onRetry}>
          Try again
        </button>
      </FailureNotice>
    </div>
  )
}
