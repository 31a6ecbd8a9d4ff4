/** The jobs overlay: what runs with progress and cancel, what failed with its reason until it is dismissed. */
import { describeFailure } from '../../shared/failure.ts'
import type { Job } from '../../shared/wire.ts'
import { useClient } from '../client.ts'
import { Icon } from '../parts/icon.tsx'
import { Meter } from '../parts/meter.tsx'
import { duration, listText, number } from '../parts/words.ts'
import { toastFailure } from '../state/actions.ts'
import { useAppStore } from '../state/app-store.ts'
import { useNow } from '../parts/use-now.ts'
import { EscButton, Overlay } from './overlay.tsx'

/** `3 of 12`, `3` while the total is unknown, nothing before the first item. */
export function progressText(job: Job): string {
  if (job.total !== null) return `${number(job.done)} of ${number(job.total)}`
  return job.done > 0 ? `${number(job.done)} done` : ''
}

function JobState({ job }: { readonly job: Job }) {
  const now = useNow(1_000)
  if (job.state === 'running')
    return <span className="t11 sub num">{progressText(job) || duration(now - job.startedAt)}</span>
  if (job.state === 'failed') return <span className="v err">failed</span>
  return <span className="t11 dim">{job.state}</span>
}

function JobRow({ job }: { readonly job: Job }) {
  const client = useClient()
  const cancel = async () => {
    const answer = await client.call('jobs.cancel', { id: job.id })
    if (!answer.ok) toastFailure(answer.error)
  }
  const words = job.failure === null ? null : describeFailure(job.failure)
  return (
    <li className={job.state === 'running' ? 'jb t12' : 'jb over t12'}>
      <div className="grow">
        <div className="row" style={{ gap: 6 }}>
          {job.state === 'failed' && <Icon name="bad" className="err" />}
          <span className="med ell">{job.title}</span>
          {job.step !== null && job.state === 'running' && <span className="m11 dim ell">{job.step}</span>}
        </div>
        {words !== null && job.state === 'failed' && (
          <div className="t11 sub pre">{[words.title, words.cause, words.help].filter(Boolean).join('\n')}</div>
        )}
        {job.hosts.length > 0 && <div className="t11 dim ell">contacted {listText(job.hosts)}</div>}
      </div>
      {job.state === 'running' && <Meter done={job.done} total={job.total} label={job.title} />}
      <JobState job={job} />
      {job.state === 'running' ? (
        <button className="link t12" onClick={() => void cancel()}>
          Cancel<span className="sr"> {job.title}</span>
        </button>
      ) : (
        <button className="link t12" onClick={() => void client.call('jobs.dismiss', { id: job.id })}>
          Dismiss<span className="sr"> {job.title}</span>
        </button>
      )}
    </li>
  )
}

export function Jobs() {
  const client = useClient()
  const jobs = useAppStore(s => s.jobs)
  const running = jobs.filter(job => job.state === 'running')
  const failed = jobs.filter(job => job.state === 'failed')
  return (
    <Overlay label="Jobs" className="jobs">
      <div className="oh">
        <b>Jobs</b>
        <span className="t11 dim">
          {running.length} running{failed.length > 0 ? `, ${failed.length} failed` : ''}
        </span>
        {running.length > 1 && (
          <button
            className="link t12"
            onClick={() => running.forEach(job => void client.call('jobs.cancel', { id: job.id }))}
          >
            Cancel all
          </button>
        )}
        <EscButton />
      </div>
      {/* Enter right after the list was opened must not cancel everything. */}
      <ul className="scroll" data-autofocus tabIndex={-1} style={{ padding: '4px 14px' }}>
        {jobs.map(job => (
          <JobRow key={job.id} job={job} />
        ))}
        {jobs.length === 0 && (
          <li className="t12 sub" style={{ padding: '10px 0' }}>
            Nothing is running.
          </li>
        )}
      </ul>
    </Overlay>
  )
}
