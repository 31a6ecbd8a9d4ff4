/**
 * The team of one workspace: own events and those of the branch, folded, and what is done with them. Used by the window
 * and by the command line alike, also at once: the journal is shared between processes, the clone is locked while it syncs.
 * Nothing here writes into the workspace, and nothing asks the remote before it was joined.
 */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import type { AbsolutePath, PackageKey } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import {
  personKey,
  type TeamAction,
  type TeamEvent,
  type TeamItem,
  type TeamNews,
  type TeamState,
  type TeamSync,
  type TeamThread,
  type TeamWhere,
} from '../../../shared/team.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { openDurable } from '../review/durable.ts'
import { openClone, type Clone } from '../team/clone.ts'
import { laterClock, type TeamBody, type TeamClock, type WrittenEvent } from '../team/event-line.ts'
import { foldTeam, type FoldedTeam } from '../team/fold.ts'
import { JOURNAL_SCHEMA, openJournal, type Journal } from '../team/journal.ts'
import { isAboutCrate, itemsOf, logEntry } from '../team/log.ts'
import { updateSignatures } from '../team/update-signatures.ts'
import {
  branchEvents,
  EMPTY_BRANCH,
  readBranch,
  shortHash,
  syncBranch,
  waitingEvents,
  type Branch,
} from '../team/sync.ts'
import { exemptionViews, itemViews, memberViews, noteViews, type ViewFacts } from '../team/view.ts'
import { remoteFailure } from '../team/remote-failure.ts'
import { refusal } from './team-rules.ts'
import { findTeamPlace, type TeamPlace } from './team-place.ts'

const MAX_PROBLEMS = 50
const MAX_LOG = 500
const LOCK_WAIT_MS = 120_000

export interface Team {
  readonly root: AbsolutePath
  state(): Promise<TeamState>
  thread(crate: string): Promise<TeamThread>
  act(actions: readonly TeamAction[]): Promise<Result<readonly string[], Failure>>
  undo(events: readonly string[]): Promise<Result<readonly string[], Failure>>
  /** `isAsked`: by a person, not by the clock. */
  sync(
    options: { readonly isAsked: boolean; readonly isOffline: boolean },
    run: Run,
  ): Promise<Result<TeamSync, Failure>>
  where(): Promise<Result<TeamWhere, Failure>>
  setup(join: string | null): Promise<Result<TeamWhere, Failure>>
  news(): Promise<TeamNews>
  looked(): Promise<void>
  /** Whether anything may be asked of a remote. */
  isJoined(): boolean
  /** Of every event, for whoever names one by its start. */
  eventIds(): Promise<readonly string[]>
  /** When the next claim ends, in milliseconds since the epoch; null without one. */
  nextExpiryMs(): number | null
  close(): Promise<void>
}

export interface TeamDeps {
  readonly caps: Capabilities
  readonly root: AbsolutePath
  readonly storeDir: AbsolutePath
  /** Something that `state` answers is another thing now. */
  readonly onChange: () => void
}

/** Reads what this machine has; asks no server. @failure git-not-found */
export async function openTeam({ caps, root, storeDir, onChange }: TeamDeps): Promise<Result<Team, Failure>> {
  const abort = new AbortController()
  const quiet: Run = { signal: abort.signal, onProgress: () => undefined }
  const found = await findTeamPlace(caps, root, storeDir, abort.signal)
  if (!found.ok) return found
  let place = found.value
  const name = `team/${path
    .basename(root)
    .replace(/[^\w.-]+/g, '-')
    .slice(0, 40)}-${shortHash(root)}`
  const folder = path.join(caps.host.dataDir, name) as AbsolutePath
  await caps.files.makeFolder(folder)
  const journal: Journal = openJournal(await openDurable(caps, `${name}/team.sqlite`, JOURNAL_SCHEMA), () =>
    randomBytes(4).toString('hex'),
  )

  let own: readonly WrittenEvent[] = journal.own(place.key)
  let seen = journal.seen()
  let branch: Branch = EMPTY_BRANCH
  let syncs = 0
  let memo: Memo | null = null

  const isJoined = () => place.address !== null && journal.get('joined') === placeText(place)
  const cloneOf = (at: TeamPlace): Promise<Clone> | null => {
    const { address } = at
    if (address === null) return null
    const gitDir = path.join(folder, `${shortHash(placeText(at))}.git`) as AbsolutePath
    return openClone(caps, gitDir, { address, branch: at.branch }, at.committer)
  }
  const loadBranch = async () => {
    const clone = isJoined() ? await cloneOf(place) : null
    if (clone === null) {
      branch = EMPTY_BRANCH
      return
    }
    const read = await readBranch(clone, await clone.tip(quiet), branch, quiet)
    if (read.ok) branch = read.value
  }
  await loadBranch()

  const changed = () => {
    memo = null
    onChange()
  }
  /** What another process wrote since. */
  const catchUp = async () => {
    if (!journal.hasChanged()) return
    own = journal.own(place.key)
    seen = journal.seen()
    memo = null
    await loadBranch()
  }
  const folded = (): Memo => {
    if (memo !== null) return memo
    const onBranch = branchEvents(branch)
    const waiting = waitingEvents(branch, own).map(({ event }) => event)
    const team = foldTeam([...onBranch, ...waiting])
    memo = {
      team,
      byId: new Map(team.events.map(event => [event.id, event])),
      waiting: new Set(waiting.map(({ id }) => id)),
      clock: team.events.reduce<TeamClock | null>((last, event) => laterClock(last, event.clock), null),
    }
    return memo
  }
  const facts = (now: Memo): ViewFacts => ({
    nowMs: caps.clock.nowMs(),
    me: place.me,
    signature: id => (now.waiting.has(id) ? 'local' : (seen.get(id)?.signature ?? 'unchecked')),
  })
  const whereNow = (): TeamWhere => ({
    state: place.address === null ? 'none' : isJoined() ? 'joined' : 'not-joined',
    address: place.shown,
    branch: place.branch,
    from: place.from,
    reason: place.reason,
    signs: place.committer.signs,
  })
  const syncNow = (): TeamSync => {
    const failure = journal.get('failure')
    const syncedAt = journal.get('syncedAt')
    const { byId } = folded()
    const elsewhere = journal.elsewhere(place.key).filter(id => !byId.has(id)).length
    const problems = [
      ...(elsewhere === 0
        ? []
        : [`${elsewhere} own events were written for another repository or branch and are not here`]),
      ...branch.problems,
    ]
    return {
      where: whereNow(),
      isRunning: syncs > 0,
      syncedAt: syncedAt === null ? null : Number(syncedAt),
      waiting: folded().waiting.size,
      failure: failure === null ? null : (JSON.parse(failure) as Failure),
      problems: problems.slice(0, MAX_PROBLEMS),
      problemsTotal: problems.length,
    }
  }
  const lookedAt = () => Number(journal.get('looked') ?? 0)
  /** Events of others that arrived after the last look, in canonical order. */
  const unseen = (now: Memo): TeamEvent[] => {
    const me = place.me === null ? null : personKey(place.me)
    const from = lookedAt()
    return now.team.events.filter(({ id, by }) => (seen.get(id)?.seq ?? 0) > from && personKey(by) !== me)
  }
  const refreshPlace = async (): Promise<Result<TeamPlace, Failure>> => {
    const again = await findTeamPlace(caps, root, storeDir, abort.signal)
    if (!again.ok) return again
    const isOther = placeText(again.value) !== placeText(place)
    place = again.value
    if (isOther) {
      branch = EMPTY_BRANCH
      own = journal.own(place.key)
      await loadBranch()
      changed()
    }
    return again
  }
  const write = async (bodies: readonly TeamBody[]): Promise<Result<readonly string[], Failure>> => {
    const { me } = place
    if (me === null) return fail({ code: 'identity-missing', missing: 'user.name or user.email' })
    const written = journal.append({ by: me, wallMs: caps.clock.nowMs(), place: place.key }, bodies, folded().clock)
    if (!written.ok)
      return fail({ code: 'refused', message: `this cannot be written down: ${written.error}`, help: null })
    own = [...own, ...written.value]
    changed()
    return ok(written.value.map(({ event }) => event.id))
  }

  const adopt = (next: Branch) => {
    if (next === branch) return
    branch = next
    const ids = branchEvents(branch).flatMap(({ id }) => (seen.has(id) ? [] : [id]))
    if (ids.length > 0) for (const [id, seq] of journal.arrive(ids)) seen.set(id, { seq, signature: null })
    changed()
  }
  const checkSignatures = async (clone: Clone, isAsked: boolean, run: Run): Promise<Result<null, Failure>> => {
    if (branch.tip === null) return ok(null)
    const { byId } = folded()
    const wish = { tip: branch.tip, signers: place.signers, isAsked, nowMs: caps.clock.nowMs() }
    const done = await updateSignatures(clone, journal, seen, wish, id => byId.get(id) ?? null, run)
    onChange()
    return done.ok ? ok(null) : fail(remoteFailure(done.error, { shown: place.shown ?? '', branch: place.branch }))
  }
  const syncWith = async (clone: Clone, isAsked: boolean, run: Run): Promise<Result<null, Failure>> => {
    const { me } = place
    const done = await syncBranch(
      {
        clone,
        place: { shown: place.shown ?? '', branch: place.branch },
        committer: place.committer,
        own: () => (me === null ? [] : own),
        onBranch: adopt,
      },
      branch,
      run,
    )
    if (!done.ok) return done
    adopt(done.value)
    journal.settle(place.key)
    if (journal.get('looked') === null) await markLooked()
    if (me === null && folded().waiting.size > 0)
      return fail({ code: 'identity-missing', missing: 'user.name or user.email' })
    return checkSignatures(clone, isAsked, run)
  }
  const markLooked = async () => {
    let last = 0
    for (const { seq } of seen.values()) last = Math.max(last, seq)
    journal.set('looked', String(last))
    journal.set('lookedAt', String(caps.clock.nowMs()))
  }

  const running = new Set<Promise<unknown>>()
  const syncOnce: Team['sync'] = async ({ isAsked, isOffline }, run) => {
    const at = await refreshPlace()
    if (!at.ok) return at
    if (place.address === null) return fail({ code: 'refused', message: place.reason ?? '', help: NO_PLACE })
    if (!isJoined()) return fail({ code: 'refused', message: `${place.shown} was not joined yet`, help: NOT_JOINED })
    if (isOffline) return fail({ code: 'offline', needed: `syncing with ${place.shown}` })
    syncs++
    onChange()
    const lock = await caps.files.lock(path.join(folder, 'sync.lock') as AbsolutePath, LOCK_WAIT_MS, run.signal)
    try {
      if (lock === null) return fail(busy(place))
      await catchUp()
      const clone = await cloneOf(place)
      if (clone === null) return fail(busy(place))
      const done = await syncWith(clone, isAsked, run)
      journal.set('failure', done.ok ? null : JSON.stringify(done.error))
      if (done.ok) journal.set('syncedAt', String(caps.clock.nowMs()))
      return done.ok ? ok({ ...syncNow(), isRunning: false }) : done
    } finally {
      await lock?.release()
      syncs--
      onChange()
    }
  }

  const team: Team = {
    root,
    isJoined,
    async state() {
      await catchUp()
      const now = folded()
      return {
        generation: 0,
        me: place.me,
        items: items(now, facts(now)),
        exemptions: exemptionViews(now.team, facts(now)),
        people: memberViews(now.team, facts(now)),
        sync: syncNow(),
        unseen: unseen(now).length,
      }
    },
    async thread(crate) {
      await catchUp()
      const now = folded()
      const log = now.team.events.filter(event => isAboutCrate(event, crate, now.byId)).slice(-MAX_LOG)
      return {
        crate,
        notes: noteViews(now.team, crate, facts(now)),
        log: log.reverse().map(event => logEntry(now.team, now.byId, event, facts(now))),
      }
    },
    async act(actions) {
      await catchUp()
      const now = folded()
      for (const action of actions) {
        const refused = refusal(now.team, action, place.me, caps.clock.nowMs())
        if (refused !== null) return fail(refused)
      }
      return write(actions)
    },
    async undo(events) {
      await catchUp()
      const now = folded()
      for (const id of events) {
        const event = now.byId.get(id)
        const refuse = (message: string) => fail({ code: 'refused', message, help: null } as const)
        if (event === undefined) return refuse('what is to be taken back is not there')
        if (place.me === null || personKey(event.by) !== personKey(place.me))
          return refuse(`only ${event.by} can take that back`)
        if (now.team.undone.has(id)) return refuse('that was taken back already')
      }
      return write([{ kind: 'undo', events }])
    },
    sync(options, run) {
      const signal = AbortSignal.any([run.signal, abort.signal])
      const done = syncOnce(options, { ...run, signal })
      running.add(done)
      return done.finally(() => running.delete(done))
    },
    async where() {
      const at = await refreshPlace()
      return at.ok ? ok(whereNow()) : at
    },
    async setup(join) {
      const at = await refreshPlace()
      if (!at.ok) return at
      if (join !== null && place.address === null)
        return fail({ code: 'refused', message: place.reason ?? '', help: NO_PLACE })
      if (join !== null && join !== place.shown)
        return fail({ code: 'refused', message: `the place is ${place.shown} now, not ${join}`, help: 'Look again.' })
      journal.set('joined', join === null ? null : placeText(place))
      journal.set('failure', null)
      await loadBranch()
      changed()
      return ok(whereNow())
    },
    async news() {
      await catchUp()
      const now = folded()
      const events = unseen(now)
      const since = journal.get('lookedAt')
      return {
        since: since === null ? null : Number(since),
        total: events.length,
        entries: events
          .slice(-MAX_LOG)
          .reverse()
          .map(event => logEntry(now.team, now.byId, event, facts(now))),
      }
    },
    async looked() {
      await markLooked()
      onChange()
    },
    async eventIds() {
      await catchUp()
      return [...folded().byId.keys()]
    },
    nextExpiryMs() {
      const nowMs = caps.clock.nowMs()
      let next = Infinity
      for (const { claim } of folded().team.items.values()) {
        const end = claim === null ? NaN : Date.parse(claim.until)
        if (end > nowMs && end < next) next = end
      }
      return next === Infinity ? null : next
    },
    async close() {
      abort.abort()
      await Promise.allSettled(running)
      journal.close()
    },
  }
  return ok(team)
}

interface Memo {
  readonly team: FoldedTeam
  readonly byId: ReadonlyMap<string, TeamEvent>
  /** Own events that the branch does not hold. */
  readonly waiting: ReadonlySet<string>
  /** Of the last event. */
  readonly clock: TeamClock | null
}

function items(now: Memo, facts: ViewFacts): TeamItem[] {
  const waiting = new Set<PackageKey>()
  for (const id of now.waiting) {
    const event = now.byId.get(id)
    if (event !== undefined) for (const key of itemsOf(event, now.byId)) waiting.add(key)
  }
  return itemViews(now.team, waiting, facts)
}

const placeText = (place: TeamPlace): string => `${place.address}\n${place.branch}`

const busy = (place: TeamPlace): Failure => ({
  ...{ code: 'team-remote', kind: 'busy', address: place.shown ?? '', branch: place.branch },
  said: 'another sync of this workspace is still running',
})

const NO_PLACE =
  'Add a remote, or `[team] repository = "…"` to supply-chain/assay.toml. Until then all stays on this machine.'
const NOT_JOINED =
  'Join it first (`assay team join`): from then on what you write is sent there, with your name and e-mail address.'
