/**
 * Syncing a team with its branch: own events go out, those of others come in, signatures are looked at. One process at a
 * time, kept by a lock in the team's folder; nothing is asked of a place that was not joined.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import type { Clone } from '../team/clone.ts'
import { remoteFailure } from '../team/remote-failure.ts'
import { syncBranch } from '../team/sync.ts'
import { updateSignatures } from '../team/update-signatures.ts'
import type { TeamKnown } from './team-known.ts'
import type { TeamPlace } from './team-place.ts'

const LOCK_WAIT_MS = 120_000

export const NO_PLACE =
  'Add a remote, or `[team] repository = "…"` to supply-chain/assay.toml. Until then all stays on this machine.'
const NOT_JOINED =
  'Join it first (`assay team join`): from then on what you write is sent there, with your name and e-mail address.'

/**
 * The outcome is kept in the journal for whoever looks next. `isAsked`: by a person, not by the clock.
 * @failure refused without a place or before it was joined, offline, identity-missing, team-remote and what git says
 */
export async function syncTeam(
  caps: Capabilities,
  known: TeamKnown,
  { isAsked, isOffline }: { readonly isAsked: boolean; readonly isOffline: boolean },
  {
    run,
    onRunning,
    onChange,
  }: { readonly run: Run; readonly onRunning: (by: 1 | -1) => void; readonly onChange: () => void },
): Promise<Result<null, Failure>> {
  const at = await known.refreshPlace()
  if (!at.ok) return at
  const place = at.value
  if (place.address === null) return fail({ code: 'refused', message: place.reason ?? '', help: NO_PLACE })
  if (!known.isJoined())
    return fail({ code: 'refused', message: `${place.shown} was not joined yet`, help: NOT_JOINED })
  if (isOffline) return fail({ code: 'offline', needed: `syncing with ${place.shown}` })
  onRunning(1)
  let lock: Awaited<ReturnType<Capabilities['files']['lock']>> = null
  try {
    lock = await caps.files.lock(path.join(known.folder, 'sync.lock') as AbsolutePath, LOCK_WAIT_MS, run.signal)
    if (lock === null) return fail(busy(place))
    await known.catchUp()
    const clone = await known.clone()
    if (clone === null) return fail(busy(place))
    const done = await syncWith(caps, known, clone, { isAsked, run, onChange })
    known.journal.set('failure', done.ok ? null : JSON.stringify(done.error))
    if (done.ok) known.journal.set('syncedAt', String(caps.clock.nowMs()))
    return done
  } finally {
    await lock?.release()
    onRunning(-1)
  }
}

interface SyncRun {
  readonly isAsked: boolean
  readonly run: Run
  readonly onChange: () => void
}

async function syncWith(
  caps: Capabilities,
  known: TeamKnown,
  clone: Clone,
  at: SyncRun,
): Promise<Result<null, Failure>> {
  const { journal } = known
  const { me, shown, branch, key, committer } = known.place()
  const done = await syncBranch(
    {
      clone,
      place: { shown: shown ?? '', branch },
      committer,
      own: () => (me === null ? [] : known.own()),
      onBranch: next => known.adopt(next),
    },
    known.branch(),
    at.run,
  )
  if (!done.ok) return done
  known.adopt(done.value)
  journal.settle(key)
  if (journal.get('looked') === null) known.markLooked()
  if (me === null && known.folded().waiting.size > 0)
    return fail({ code: 'identity-missing', missing: 'user.name or user.email' })
  return checkSignatures(caps, known, clone, at)
}

async function checkSignatures(
  caps: Capabilities,
  known: TeamKnown,
  clone: Clone,
  { isAsked, run, onChange }: SyncRun,
): Promise<Result<null, Failure>> {
  const { tip } = known.branch()
  if (tip === null) return ok(null)
  const { byId } = known.folded()
  const { signers, shown, branch } = known.place()
  const wish = { tip, signers, isAsked, nowMs: caps.clock.nowMs() }
  const done = await updateSignatures(clone, known.journal, known.seen(), wish, id => byId.get(id) ?? null, run)
  onChange()
  return done.ok ? ok(null) : fail(remoteFailure(done.error, { shown: shown ?? '', branch }))
}

const busy = (place: TeamPlace): Failure => ({
  ...{ code: 'team-remote', kind: 'busy', address: place.shown ?? '', branch: place.branch },
  said: 'another sync of this workspace is still running',
})
