/** How far the team's events got: in the status bar, beside the queue's title, and in full with what to do about it. */
import { useEffect, useState } from 'react'
import { describeFailure, type Failure } from '../../shared/failure.ts'
import type { TeamSync, TeamWhere } from '../../shared/team.ts'
import { useClient } from '../client.ts'
import { runCommand } from '../commands/command-table.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { useNow } from '../parts/use-now.ts'
import { age, count, number, sentence } from '../parts/words.ts'
import { toastFailure } from '../state/actions.ts'
import { setOverlay, showToast } from '../state/app-store.ts'
import { syncTeam } from './act.ts'
import { DialogFrame } from './dialog-frame.tsx'
import { loadTeam, useTeam } from './state.ts'
import { openDialog } from './use-team-commands.ts'

export interface SyncWords {
  readonly icon: IconName
  readonly tone: 'err' | 'warn' | 'dim' | ''
  readonly text: string
  /** Where there is no room for all of it. */
  readonly short: string
}

/** One line for the state; nothing is called synced that was not. */
export function syncWords(sync: TeamSync, now: number): SyncWords {
  const { where, waiting, failure } = sync
  const unsent = waiting === 0 ? '' : `, ${number(waiting)} not sent`
  if (where.state === 'none')
    return { icon: 'outside', tone: 'dim', text: 'Team: on this machine only', short: 'Local' }
  if (where.state === 'not-joined')
    return { icon: 'outside', tone: 'warn', text: `Team: not joined${unsent}`, short: 'Not joined' }
  if (sync.isRunning) return { icon: 'sync', tone: '', text: 'Syncing with the team', short: 'Syncing' }
  const last = sync.syncedAt === null ? 'never synced' : `synced ${age(sync.syncedAt, Math.max(now, sync.syncedAt))}`
  if (failure !== null)
    return {
      icon: 'bad',
      tone: 'err',
      text: `Team: sync failed, ${sync.syncedAt === null ? last : `last ${last}`}${unsent}`,
      short: 'Sync failed',
    }
  return {
    icon: sync.syncedAt === null ? 'clock' : 'cloud',
    tone: sync.syncedAt === null || waiting > 0 ? 'warn' : '',
    text: `Team: ${last}${unsent}`,
    short: waiting > 0 ? `${number(waiting)} not sent` : 'Team',
  }
}

/** In the status bar; opens what there is to know. */
export function SyncStatus() {
  const sync = useTeam(s => s.team?.sync ?? null)
  const failure = useTeam(s => (s.team === null ? s.failure : null))
  const now = useNow(20_000)
  if (sync === null)
    return failure === null ? null : (
      <button className="warn" title={describeFailure(failure).title} onClick={() => toastFailure(failure)}>
        <Icon name="bad" />
        No team state
      </button>
    )
  const words = syncWords(sync, now)
  return (
    <button className={words.tone} onClick={() => openDialog({ kind: 'sync' })} title="Sync with the team">
      <Icon name={words.icon} />
      <span className="sync-long">{words.text}</span>
      <span className="sync-short" aria-hidden="true">
        {words.short}
      </span>
      {sync.problemsTotal > 0 && <span className="warn">, {count(sync.problemsTotal, 'oddity', 'oddities')}</span>}
    </button>
  )
}

/** Below the queue's title. */
export function SyncLine() {
  const sync = useTeam(s => s.team?.sync ?? null)
  const now = useNow(20_000)
  if (sync === null) return null
  const words = syncWords(sync, now)
  const isOut = sync.where.state !== 'joined'
  return (
    <span className={`t11 nw row sync-line ${words.tone}`}>
      <Icon name={words.icon} className="sm" />
      {words.text.replace(/^Team: /, '').replace(/^\w/, first => first.toUpperCase())}
      {sync.where.state !== 'none' && !sync.isRunning && (
        <button className="link t11" onClick={() => runCommand('app.sync')}>
          {isOut ? 'Join' : 'Sync now'}
        </button>
      )}
    </span>
  )
}

/** Everything about the place and the last sync, with what can be done. */
export function SyncDialog() {
  const client = useClient()
  const sync = useTeam(s => s.team?.sync ?? null)
  const now = useNow(20_000)
  const [isBusy, setBusy] = useState(false)
  if (sync === null) return null
  const { where } = sync
  const words = syncWords(sync, now)
  const run = async () => {
    setBusy(true)
    await syncTeam(client)
    setBusy(false)
  }
  return (
    <DialogFrame title="Team" about={where.address ?? 'on this machine only'}>
      <p className="row" role="status">
        <Icon name={words.icon} className={words.tone} />
        {words.text.replace(/^Team: /, '').replace(/^\w/, first => first.toUpperCase())}
      </p>
      <PlaceFacts where={where} />
      {sync.failure !== null && <FailureNotice failure={sync.failure} lead="The last sync failed" />}
      {sync.problems.length > 0 && (
        <details>
          <summary>{count(sync.problemsTotal, 'thing was', 'things were')} odd in what others sent</summary>
          <ul className="held">
            {sync.problems.map((problem, i) => (
              <li key={i}>{sentence(problem)}</li>
            ))}
          </ul>
        </details>
      )}
      <div className="row" style={{ gap: 6 }}>
        {where.state === 'joined' && (
          <button className="btn p" data-autofocus disabled={isBusy || sync.isRunning} onClick={() => void run()}>
            Sync now <Keys of="app.sync" />
          </button>
        )}
        {where.state === 'not-joined' && (
          <button className="btn p" data-autofocus onClick={() => openDialog({ kind: 'join' })}>
            Join
          </button>
        )}
        {where.state === 'joined' && (
          <button className="btn q" onClick={() => void leave(client)}>
            Leave
          </button>
        )}
      </div>
    </DialogFrame>
  )
}

async function leave(client: ReturnType<typeof useClient>): Promise<void> {
  const answer = await client.call('team.setup', { join: null })
  if (!answer.ok) return toastFailure(answer.error)
  setOverlay(null)
  await loadTeam(client)
  showToast({
    tone: 'info',
    text: 'Left the team’s place',
    detail: 'What you write stays on this machine until you join.',
  })
}

function PlaceFacts({ where }: { readonly where: TeamWhere }) {
  return (
    <dl className="facts">
      <dt className="dim">Address</dt>
      <dd className="mono">{where.address ?? 'none'}</dd>
      <dt className="dim">Branch</dt>
      <dd className="mono">{where.branch}</dd>
      <dt className="dim">Named by</dt>
      <dd>
        {where.from === 'assay.toml'
          ? 'supply-chain/assay.toml'
          : where.from === 'origin'
            ? 'the workspace’s remote origin'
            : 'nothing'}
      </dd>
      <dt className="dim">Signed</dt>
      <dd>
        {where.signs ? 'yes, as git is set up to sign your commits' : 'no; git is not set up to sign your commits'}
      </dd>
      {where.reason !== null && (
        <>
          <dt className="dim">Why</dt>
          <dd className="warn">{sentence(where.reason)}</dd>
        </>
      )}
    </dl>
  )
}

/** Says what joining does before anything is asked or sent there. */
export function JoinDialog() {
  const client = useClient()
  const waiting = useTeam(s => s.team?.sync.waiting ?? 0)
  const [where, setWhere] = useState<TeamWhere | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    let isCurrent = true
    void client.call('team.where', null).then(answer => {
      if (!isCurrent) return
      if (answer.ok) setWhere(answer.value)
      else if (answer.error.code !== 'cancelled') setFailure(answer.error)
    })
    return () => {
      isCurrent = false
    }
  }, [client])
  const join = async () => {
    if (where === null || where.address === null) return
    setBusy(true)
    setFailure(null)
    const answer = await client.call('team.setup', { join: where.address })
    setBusy(false)
    if (!answer.ok) return setFailure(answer.error)
    setOverlay(null)
    await loadTeam(client)
    await syncTeam(client)
  }
  return (
    <DialogFrame title="Join the team" about="">
      {failure !== null && <FailureNotice failure={failure} />}
      {where !== null && (
        <>
          {where.address === null ? (
            <p>
              There is no place to keep the team’s events: {where.reason}. Add a remote{' '}
              <span className="mono">origin</span>, or name a repository in supply-chain/assay.toml under{' '}
              <span className="mono">[team]</span>. Until then all stays on this machine.
            </p>
          ) : (
            <p>
              What you write down for the team is sent to this repository from now on, with your name and e-mail
              address, on a branch of its own. Your working tree and your branches are not touched.
              {waiting > 0 &&
                ` ${count(waiting, 'entry', 'entries')} you wrote before ${waiting === 1 ? 'is' : 'are'} sent as well.`}
            </p>
          )}
          <PlaceFacts where={where} />
          {where.address !== null && (
            <div className="row">
              <button className="btn p" data-autofocus disabled={isBusy} onClick={() => void join()}>
                Join and sync
              </button>
            </div>
          )}
        </>
      )}
    </DialogFrame>
  )
}
