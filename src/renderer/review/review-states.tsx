/** What a review shows before its files are here, and when they cannot be had. */
import { useEffect, useState } from 'react'
import type { CrateName, Delta } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import { useClient } from '../client.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Meter } from '../parts/meter.tsx'
import { changeText, number } from '../parts/words.ts'
import { setOffline } from '../state/actions.ts'
import { useAppStore } from '../state/app-store.ts'

/** The job that fetches and compares, with its step and a way to stop it; nothing in the first 100 ms. */
export function ReviewLoading({ crate, delta }: { readonly crate: CrateName; readonly delta: Delta }) {
  const client = useClient()
  const job = useAppStore(s => s.jobs.filter(other => other.state === 'running' && other.title.includes(crate)).at(-1))
  const [isVisible, setVisible] = useState(false)
  useEffect(() => {
    const timer = window.setTimeout(() => setVisible(true), 100)
    return () => window.clearTimeout(timer)
  }, [])
  if (!isVisible) return <div className="rv-empty" />
  return (
    <div className="rv-empty" role="status">
      <h2 className="t15">
        Opening {crate} <span className="mono">{changeText(delta)}</span>
      </h2>
      <p className="sub">
        {job === undefined ? 'Waiting for the engine…' : `${job.title}${job.step === null ? '' : `: ${job.step}`}`}
      </p>
      {job !== undefined && (
        <div className="row rv-loading">
          <Meter done={job.done} total={job.total} label={job.title} className="grow" />
          {job.total !== null && (
            <span className="num t11 sub">
              {number(job.done)} of {number(job.total)}
            </span>
          )}
          <button className="btn s" onClick={() => void client.call('jobs.cancel', { id: job.id })}>
            Cancel
          </button>
        </div>
      )}
    </div>
  )
}

export function ReviewFailed(props: {
  readonly failure: Failure
  readonly onRetry: () => void
  readonly onBack: () => void
}) {
  const client = useClient()
  const { failure } = props
  return (
    <div className="rv-empty">
      <div className="rv-failed">
        <FailureNotice failure={failure} lead="The review could not be opened">
          <button className="btn s" onClick={props.onRetry}>
            Try again
          </button>
          {failure.code === 'offline' && (
            <button className="btn s" onClick={() => void setOffline(client, false).then(props.onRetry)}>
              Go online
            </button>
          )}
          <button className="btn s" onClick={props.onBack}>
            Back to queue
          </button>
        </FailureNotice>
      </div>
    </div>
  )
}
