/** The queue without rows: loading, failed, everything audited, no match. */
import { useEffect, useState } from 'react'
import type { QueueSnapshot } from '../../shared/wire.ts'
import { useClient, useConnection } from '../client.ts'
import { runCommand } from '../commands/command-table.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { Meter } from '../parts/meter.tsx'
import { count, number } from '../parts/words.ts'
import { progressText } from '../shell/jobs.tsx'
import { askForFolder, closeWorkspace, copyText } from '../state/actions.ts'
import { useAppStore } from '../state/app-store.ts'
import { failureText } from '../../shared/failure.ts'
import { useTeam } from '../team/state.ts'
import { useQueueState, type QueueView } from './queue-state.ts'

/** Nothing is said about loading before this. */
const QUIET_MS = 100

export function LoadingQueue() {
  const client = useClient()
  const [isShown, setShown] = useState(false)
  const job = useAppStore(s => s.jobs.find(j => j.state === 'running'))
  const name = useAppStore(s => s.app?.open?.name ?? '')
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), QUIET_MS)
    return () => clearTimeout(timer)
  }, [])
  if (!isShown) return <main className="panel loading" />
  return (
    <main className="panel loading" aria-busy="true">
      <h1 className="sr">Queue</h1>
      <div className="ld" role="status">
        <div className="row t12">
          <b className="med">{job?.title ?? `Reading ${name}`}</b>
          <span className="right num sub">{job === undefined ? '' : progressText(job)}</span>
        </div>
        <Meter done={job?.done ?? 0} total={job?.total ?? null} label={job?.title ?? 'Reading the workspace'} />
        <div className="row t11 dim">
          <span className="ell">{job?.step ?? 'Cargo.lock and the cargo-vet store'}</span>
          {job !== undefined && (
            <button className="link t11 right" onClick={() => void client.call('jobs.cancel', { id: job.id })}>
              Cancel
            </button>
          )}
        </div>
      </div>
      {Array.from({ length: 9 }, (_, i) => (
        <div className="skr" key={i} aria-hidden="true">
          <i style={{ width: 70 + ((i * 37) % 60) }} />
          <i style={{ width: 100 + ((i * 53) % 90) }} />
        </div>
      ))}
    </main>
  )
}

/** No queue could be made at all. */
export function FailedQueue() {
  const client = useClient()
  const connection = useConnection()
  const failure = useAppStore(s => s.queueFailure)
  const open = useAppStore(s => s.app?.open ?? null)
  if (failure === null) return null
  return (
    <main className="panel failed" data-region="list">
      <div className="failed-in">
        <h1 className="t18">{open?.name} could not be solved</h1>
        <FailureNotice failure={failure}>
          <button className="btn p s" onClick={() => runCommand('app.refresh')}>
            Try again <Keys of="app.refresh" />
          </button>
          <button className="btn s" onClick={() => void askForFolder(connection)}>
            Open another folder
          </button>
          <button className="btn s q" onClick={() => void copyText(failureText(failure), 'the details')}>
            Copy details
          </button>
          <button className="btn s q" onClick={() => void closeWorkspace(client)}>
            Close workspace
          </button>
        </FailureNotice>
        <p className="t12 sub">
          No file was changed. The queue is made anew when the store or Cargo.lock changes on disk.
        </p>
      </div>
    </main>
  )
}

export function EmptyQueue({
  snapshot,
  unfiltered,
}: {
  readonly snapshot: QueueSnapshot
  readonly unfiltered: number
}) {
  const view = useQueueState(s => s.view)
  const { counts } = snapshot
  if (unfiltered > 0)
    return (
      <div className="center">
        <b>No package matches</b>
        <p>{count(unfiltered, 'package')} in this view, none of them with this filter.</p>
        <button className="btn" onClick={() => useQueueState.setState({ filterText: '' })}>
          Clear filter
        </button>
      </div>
    )
  if (view !== 'needs audit' && view !== 'all' && view !== 'exemptions') return <EmptyView view={view} />
  if (view === 'exemptions')
    return (
      <div className="center">
        <b>No exemption to read</b>
        <p>
          {counts.exempted + counts.partially === 0
            ? 'Every package that passes does so by audits.'
            : 'The packages that rest on exemptions are not listed, because no smaller reading is known for them.'}
        </p>
      </div>
    )
  if (snapshot.violations.length > 0)
    return (
      <div className="center">
        <b>No package needs reading</b>
        <p>{count(snapshot.violations.length, 'violation')} must be resolved first.</p>
        <button className="btn" onClick={() => useQueueState.setState({ view: 'violations' })}>
          Show violations
        </button>
      </div>
    )
  return (
    <div className="center">
      <span className="ring">
        <Icon name="check" />
      </span>
      <b>Nothing needs audit</b>
      <p>
        {counts.total === 1 ? 'The one package passes.' : `All ${number(counts.total)} packages pass.`}{' '}
        {counts.exempted + counts.partially > 0
          ? `${number(counts.exempted)} rest on exemptions, ${number(counts.partially)} partially.`
          : 'None rests on an exemption.'}
      </p>
      {snapshot.items.some(item => item.because === 'exempted') && (
        <button className="btn" onClick={() => useQueueState.setState({ view: 'exemptions' })}>
          Burn down exemptions
        </button>
      )}
    </div>
  )
}

const emptyWords: Partial<Readonly<Record<QueueView, readonly [string, string]>>> = {
  mine: ['Nothing is with you', 'No row was given to you, is held by you, or waits for you by name.'],
  unassigned: ['Everything is with somebody', 'Each row that needs an audit was given to somebody or is held.'],
  'second sign-off': [
    'Nothing waits for a second sign-off',
    'No row has the sign-off of one person and waits for another.',
  ],
  waiting: ['You wait for nobody', 'Nothing that you signed, read or handed over waits for others.'],
  done: ['Nothing is done yet', 'Rows stand here once the team is through with them.'],
}

/** A view that is empty because of what the team wrote down, or did not. */
function EmptyView({ view }: { readonly view: QueueView }) {
  const isJoined = useTeam(s => s.team?.sync.where.state === 'joined')
  const canJoin = useTeam(s => s.team?.sync.where.state === 'not-joined')
  const [title, why] = emptyWords[view] ?? ['Nothing here', '']
  return (
    <div className="center">
      <b>{title}</b>
      <p>
        {why}
        {!isJoined && ' What others wrote is not known: the team’s events were not joined.'}
      </p>
      {canJoin && (
        <button className="btn" onClick={() => runCommand('app.sync')}>
          Join
        </button>
      )}
    </div>
  )
}

/** What stands above the list: violations, staleness, a graph from the lock file alone. */
export function Banners({ snapshot }: { readonly snapshot: QueueSnapshot }) {
  const failure = useAppStore(s => s.queueFailure)
  const view = useQueueState(s => s.view)
  const violations = snapshot.violations.length
  return (
    <div className="banners">
      {failure !== null && (
        <FailureNotice failure={failure} tone="w" lead="The queue below is from before the last change.">
          <button className="btn s" onClick={() => runCommand('app.refresh')}>
            Try again <Keys of="app.refresh" />
          </button>
          <button className="btn s q" onClick={() => void copyText(failureText(failure), 'the details')}>
            Copy details
          </button>
        </FailureNotice>
      )}
      {violations > 0 && view !== 'violations' && (
        <div className="notice e" role="status">
          <Icon name="ban" />
          <div className="grow">
            <b className="med">{count(violations, 'package')} with violations.</b> cargo vet reports only this until
            they are resolved; the list below continues without them.{' '}
            <button className="link" onClick={() => useQueueState.setState({ view: 'violations' })}>
              Show violations
            </button>
          </div>
        </div>
      )}
      {snapshot.graphSource === 'lockfile' && (
        <div className="notice w" role="note">
          <Icon name="wave" />
          <div className="grow">
            <b className="med">Read from Cargo.lock alone.</b> cargo was not used, so features, targets and dev or build
            dependencies are not known; more may be listed than cargo vet asks for.
          </div>
        </div>
      )}
      {snapshot.offline && (
        <div className="notice n" role="note">
          <Icon name="offline" />
          <div className="grow">
            <b className="med">Offline.</b> Reviews open only for crates in the cache; sizes that need the network stay
            unknown.{' '}
            <button className="link" onClick={() => runCommand('app.offline')}>
              Go online
            </button>
          </div>
        </div>
      )}
    </div>
  )
}
