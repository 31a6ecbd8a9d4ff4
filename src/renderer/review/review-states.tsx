/** What a review shows before its files are here, and when they cannot be had. */
import { useEffect, useState, type ReactNode } from 'react'
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
  const back = (
    <button className="btn s" onClick={props.onBack}>
      Back to queue
    </button>
  )
  const again = (text: string, isMain: boolean) => (
    <button className={isMain ? 'btn p s' : 'btn s'} onClick={props.onRetry}>
      {text}
    </button>
  )
  // Neither is an error: one was asked for, the other is how Assay was told to work.
  if (failure.code === 'cancelled')
    return (
      <Calm title="Opening was cancelled" text="Nothing was kept of it. What was downloaded stays in the cache.">
        {again('Open again', true)}
        {back}
      </Calm>
    )
  if (failure.code === 'offline')
    return (
      <Calm
        title="Not in the cache"
        text={`Assay works offline, and ${failure.needed} was never downloaded here. Marks and notes are safe.`}
      >
        <button className="btn p s" onClick={() => void setOffline(client, false).then(props.onRetry)}>
          Go online
        </button>
        {again('Try again', false)}
        {back}
      </Calm>
    )
  return (
    <div className="rv-empty">
      <div className="rv-failed">
        <FailureNotice failure={failure} lead="The review could not be opened">
          {again('Try again', false)}
          {back}
        </FailureNotice>
      </div>
    </div>
  )
}

function Calm(props: { readonly title: string; readonly text: string; readonly children: ReactNode }) {
  return (
    <div className="rv-empty" role="status">
      <h2 className="t15">{props.title}</h2>
      <p className="sub">{props.text}</p>
      <div className="row rv-calm">{props.children}</div>
    </div>
  )
}
