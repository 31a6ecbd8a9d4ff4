/**
 * The team of one workspace: own events and those of the branch, folded, and what is done with them. Used by the window
 * and by the command line alike, also at once: the journal is shared between processes, the clone is locked while it syncs.
 * Nothing here writes into the workspace, and nothing asks the remote before it was joined.
 */
import type { AbsolutePath, PackageKey } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import {
  personKey,
  type TeamAction,
  type TeamItem,
  type TeamNews,
  type TeamState,
  type TeamSync,
  type TeamThread,
  type TeamWhere,
} from '../../../shared/team.ts'
import type { Run } from '../capabilities.ts'
import { isAboutCrate, itemsOf, logEntry } from '../team/log.ts'
import { exemptionViews, itemViews, memberViews, noteViews } from '../team/view.ts'
import { openTeamKnown, type TeamDeps, type TeamKnown } from './team-known.ts'
import { refusal } from './team-rules.ts'
import { NO_PLACE, syncTeam } from './team-syncing.ts'

const MAX_PROBLEMS = 50
const MAX_LOG = 500

/** What can be asked of an open team and done in it; usable until `close`. */
export interface Team {
  readonly root: AbsolutePath
  state(): Promise<TeamState>
  /** Notes and log of a crate. */
  thread(crate: string): Promise<TeamThread>
  /** All or none of them; answers the events' ids, for `undo`. @failure refused, identity-missing */
  act(actions: readonly TeamAction[]): Promise<Result<readonly string[], Failure>>
  /** Takes own events back. @failure as act */
  undo(events: readonly string[]): Promise<Result<readonly string[], Failure>>
  /** `isAsked`: by a person, not by the clock. @failure as syncTeam */
  sync(
    options: { readonly isAsked: boolean; readonly isOffline: boolean },
    run: Run,
  ): Promise<Result<TeamSync, Failure>>
  where(): Promise<Result<TeamWhere, Failure>>
  /** Joins the place that was shown as `join`; null leaves it. @failure refused when it is another one by now */
  setup(join: string | null): Promise<Result<TeamWhere, Failure>>
  /** What others did since `looked`, newest first. */
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

/** Reads what this machine has; asks no server. @failure git-not-found */
export async function openTeam(deps: TeamDeps): Promise<Result<Team, Failure>> {
  const abort = new AbortController()
  const opened = await openTeamKnown(deps, abort.signal)
  if (!opened.ok) return opened
  const known = opened.value
  const syncing = createSyncing(deps, known, abort.signal)
  return ok({
    root: deps.root,
    isJoined: known.isJoined,
    ...looking(deps, known, syncing.now),
    ...writing(deps, known),
    ...placing(known),
    sync: syncing.sync,
    async close() {
      abort.abort()
      await syncing.settled()
      known.journal.close()
    },
  })
}

interface Syncing {
  readonly sync: Team['sync']
  /** What the last one left, and whether one is running. */
  now(): TeamSync
  /** Once none of those that were begun is running. */
  settled(): Promise<unknown>
}

/** Every sync ends with `closing`, also one that its caller does not cancel. */
function createSyncing({ caps, onChange }: TeamDeps, known: TeamKnown, closing: AbortSignal): Syncing {
  const running = new Set<Promise<unknown>>()
  let syncs = 0
  const onRunning = (by: 1 | -1) => {
    syncs += by
    onChange()
  }
  const now = (): TeamSync => ({ ...syncState(known), isRunning: syncs > 0 })
  const syncOnce: Team['sync'] = async (options, run) => {
    const done = await syncTeam(caps, known, options, { run, onRunning, onChange })
    return done.ok ? ok({ ...now(), isRunning: false }) : done
  }
  return {
    sync(options, run) {
      const signal = AbortSignal.any([run.signal, closing])
      const done = syncOnce(options, { ...run, signal })
      running.add(done)
      return done.finally(() => running.delete(done))
    },
    now,
    settled: () => Promise.allSettled(running),
  }
}

type Looking = Pick<Team, 'state' | 'thread' | 'news' | 'looked' | 'eventIds' | 'nextExpiryMs'>

/** What the team did, for pages and for whoever acts by it; `looked` alone writes something, in the journal. */
function looking({ caps, onChange }: TeamDeps, known: TeamKnown, syncNow: () => TeamSync): Looking {
  return {
    async state() {
      await known.catchUp()
      return stateOf(known, syncNow)
    },
    async thread(crate) {
      await known.catchUp()
      return threadOf(known, crate)
    },
    async news() {
      await known.catchUp()
      return newsOf(known)
    },
    async looked() {
      known.markLooked()
      onChange()
    },
    async eventIds() {
      await known.catchUp()
      return [...known.folded().byId.keys()]
    },
    nextExpiryMs: () => nextExpiryAfter(known, caps.clock.nowMs()),
  }
}

function stateOf(known: TeamKnown, syncNow: () => TeamSync): TeamState {
  const [{ team }, facts] = [known.folded(), known.facts()]
  return {
    generation: 0,
    me: known.place().me,
    items: items(known),
    exemptions: exemptionViews(team, facts),
    people: memberViews(team, facts),
    sync: syncNow(),
    unseen: known.unseen().length,
  }
}

function threadOf(known: TeamKnown, crate: string): TeamThread {
  const [{ team, byId }, facts] = [known.folded(), known.facts()]
  const log = team.events.filter(event => isAboutCrate(event, crate, byId)).slice(-MAX_LOG)
  return {
    crate,
    notes: noteViews(team, crate, facts),
    log: log.reverse().map(event => logEntry(team, byId, event, facts)),
  }
}

function newsOf(known: TeamKnown): TeamNews {
  const [{ team, byId }, facts] = [known.folded(), known.facts()]
  const events = known.unseen()
  const since = known.journal.get('lookedAt')
  return {
    since: since === null ? null : Number(since),
    total: events.length,
    entries: events
      .slice(-MAX_LOG)
      .reverse()
      .map(event => logEntry(team, byId, event, facts)),
  }
}

function nextExpiryAfter(known: TeamKnown, nowMs: number): number | null {
  let next = Infinity
  for (const { claim } of known.folded().team.items.values()) {
    const end = claim === null ? NaN : Date.parse(claim.until)
    if (end > nowMs && end < next) next = end
  }
  return next === Infinity ? null : next
}

/** Checked against what is known here; what others did meanwhile is for the fold to settle. */
function writing({ caps }: TeamDeps, known: TeamKnown): Pick<Team, 'act' | 'undo'> {
  return {
    async act(actions) {
      await known.catchUp()
      const { team } = known.folded()
      for (const action of actions) {
        const refused = refusal(team, action, known.place().me, caps.clock.nowMs())
        if (refused !== null) return fail(refused)
      }
      return known.write(actions)
    },
    async undo(events) {
      await known.catchUp()
      const reason = whyNoUndo(known, events)
      if (reason !== null) return fail({ code: 'refused', message: reason, help: null })
      return known.write([{ kind: 'undo', events }])
    },
  }
}

/** Both look again first where the team is: settings of git and of the store may have changed since. */
function placing(known: TeamKnown): Pick<Team, 'where' | 'setup'> {
  return {
    async where() {
      const at = await known.refreshPlace()
      return at.ok ? ok(whereOf(known)) : at
    },
    async setup(join) {
      const at = await known.refreshPlace()
      if (!at.ok) return at
      const { address, reason, shown } = at.value
      if (join !== null && address === null) return fail({ code: 'refused', message: reason ?? '', help: NO_PLACE })
      if (join !== null && join !== shown)
        return fail({ code: 'refused', message: `the place is ${shown} now, not ${join}`, help: 'Look again.' })
      await known.setJoined(join !== null)
      return ok(whereOf(known))
    },
  }
}

function whereOf(known: TeamKnown): TeamWhere {
  const { address, shown, branch, from, reason, committer } = known.place()
  return {
    state: address === null ? 'none' : known.isJoined() ? 'joined' : 'not-joined',
    address: shown,
    branch,
    from,
    reason,
    signs: committer.signs,
  }
}

/** As the journal keeps it; whether one is running is for the caller to say. */
function syncState(known: TeamKnown): Omit<TeamSync, 'isRunning'> {
  const { journal } = known
  const failure = journal.get('failure')
  const syncedAt = journal.get('syncedAt')
  const { byId, waiting } = known.folded()
  const elsewhere = journal.elsewhere(known.place().key).filter(id => !byId.has(id)).length
  const problems = [
    ...(elsewhere === 0
      ? []
      : [`${elsewhere} own events were written for another repository or branch and are not here`]),
    ...known.branch().problems,
  ]
  return {
    where: whereOf(known),
    syncedAt: syncedAt === null ? null : Number(syncedAt),
    waiting: waiting.size,
    failure: failure === null ? null : (JSON.parse(failure) as Failure),
    problems: problems.slice(0, MAX_PROBLEMS),
    problemsTotal: problems.length,
  }
}

/** A sentence without its full stop; null when all of them can be taken back. */
function whyNoUndo(known: TeamKnown, events: readonly string[]): string | null {
  const { team, byId } = known.folded()
  const { me } = known.place()
  for (const id of events) {
    const event = byId.get(id)
    if (event === undefined) return 'what is to be taken back is not there'
    if (me === null || personKey(event.by) !== personKey(me)) return `only ${event.by} can take that back`
    if (team.undone.has(id)) return 'that was taken back already'
  }
  return null
}

function items(known: TeamKnown): TeamItem[] {
  const { team, byId, waiting } = known.folded()
  const keys = new Set<PackageKey>()
  for (const id of waiting) {
    const event = byId.get(id)
    if (event !== undefined) for (const key of itemsOf(event, byId)) keys.add(key)
  }
  return itemViews(team, keys, known.facts())
}
