/** Status bar. Left: jobs, the page's own state, a waiting key. Right: staleness, cargo vet, network, cargo. */
import { useClient } from '../client.ts'
import { Icon } from '../parts/icon.tsx'
import { Meter } from '../parts/meter.tsx'
import { useNow } from '../parts/use-now.ts'
import { age } from '../parts/words.ts'
import { runCommand } from '../commands/command-table.ts'
import { setOffline, toastFailure } from '../state/actions.ts'
import { setOverlay, useAppStore, useSettings } from '../state/app-store.ts'
import { FocusTime } from '../review/focus-time.tsx'
import { SourceStatus } from '../review/source-status.tsx'
import { SyncStatus } from '../team/sync-status.tsx'
import { progressText } from './jobs.tsx'

function JobStatus() {
  const client = useClient()
  const jobs = useAppStore(s => s.jobs)
  const running = jobs.filter(job => job.state === 'running')
  const failed = jobs.filter(job => job.state === 'failed').length
  const first = running[0]
  const cancel = async () => {
    if (first === undefined) return
    const answer = await client.call('jobs.cancel', { id: first.id })
    if (!answer.ok) toastFailure(answer.error)
  }
  return (
    <>
      {first !== undefined && (
        <span role="status" aria-live="off">
          <Icon name="sync" />
          {first.title}
          <b className="num med">{progressText(first)}</b>
          {first.step !== null && (
            <span className="m11 ell" style={{ maxWidth: 180 }}>
              {first.step}
            </span>
          )}
          <Meter done={first.done} total={first.total} label={first.title} />
          <button className="act" onClick={() => void cancel()}>
            Cancel
          </button>
        </span>
      )}
      {running.length > 1 && (
        <button onClick={() => setOverlay('jobs')}>
          <Icon name="jobs" />
          {running.length - 1} more {running.length === 2 ? 'job' : 'jobs'}
        </button>
      )}
      {failed > 0 && (
        <button className="err" onClick={() => setOverlay('jobs')}>
          <Icon name="bad" className="err" />
          {failed} {failed === 1 ? 'job' : 'jobs'} failed
        </button>
      )}
    </>
  )
}

function QueueAge() {
  const takenAt = useAppStore(s => s.queue?.takenAt ?? null)
  const isStale = useAppStore(s => s.queueFailure !== null)
  const isLoading = useAppStore(s => s.isQueueLoading)
  const now = useNow(20_000)
  if (takenAt === null) return null
  if (isStale)
    return (
      <span className="warn">
        <Icon name="clock" />
        Queue is from {age(takenAt, now)}
        <button className="act" onClick={() => runCommand('app.refresh')}>
          Try again
        </button>
      </span>
    )
  return <span>{isLoading ? 'Refreshing' : `Solved ${age(takenAt, Math.max(now, takenAt))}`}</span>
}

function Network() {
  const client = useClient()
  const { offline } = useSettings()
  return (
    <button
      onClick={() => void setOffline(client, !offline)}
      title={offline ? 'Go online: fetch what is missing' : 'Work offline: use only what is in the cache'}
    >
      <Icon name={offline ? 'offline' : 'cloud'} className={offline ? 'warn' : ''} />
      {offline ? 'Offline' : 'Online'}
    </button>
  )
}

/** `cargo 1.84.0` whatever form the engine answered. */
function cargoText(version: string | null): string {
  const number = version === null ? null : (/\d+\.\d+\.\d+[^\s(]*/.exec(version)?.[0] ?? version)
  return number === null ? 'cargo not used' : `cargo ${number}`
}

/** By itself, because it changes with every line one moves in a file. */
function PageStatus() {
  const status = useAppStore(s => s.pageStatus)
  return status !== null && <span role="status">{status}</span>
}

export function StatusBar() {
  const isOpen = useAppStore(s => (s.app?.open ?? null) !== null)
  const version = useAppStore(s => s.app?.version ?? '')
  const pendingKey = useAppStore(s => s.pendingKey)
  const isSolved = useAppStore(s => s.queue !== null)
  const cargo = useAppStore(s => s.queue?.cargoVersion ?? null)
  const graphSource = useAppStore(s => s.queue?.graphSource ?? null)
  return (
    <footer className="status" data-region="status" tabIndex={-1}>
      {!isOpen && (
        <span>
          <Icon name="lock" />
          No telemetry. Network use: the registry that cargo is set up for, and the hosts you import from
        </span>
      )}
      <JobStatus />
      <PageStatus />
      <FocusTime />
      {pendingKey !== null && (
        <span>
          <kbd>{pendingKey}</kbd> then…
        </span>
      )}
      <span className="sep" />
      <SourceStatus />
      {isOpen && <QueueAge />}
      {isOpen && isSolved && (
        <span title="Assay solves by itself. Run `cargo vet --locked` to compare.">
          <Icon name="unknown" className="unk" />
          cargo vet not run on this state
        </span>
      )}
      {isOpen && <SyncStatus />}
      <Network />
      {graphSource === 'lockfile' && (
        <span className="warn">
          <Icon name="wave" />
          Cargo.lock only
        </span>
      )}
      {graphSource === 'cargo' && <span>{cargoText(cargo)}</span>}
      {!isOpen && version !== '' && <span>Assay {version}</span>}
    </footer>
  )
}
