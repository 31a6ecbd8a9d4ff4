/**
 * What this machine knows of a team: the journal of own events, which processes share, the branch as last fetched, and both
 * folded. Reading asks no server; writing is one line in the journal, sent by the next sync (team-syncing.ts).
 */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { personKey, type TeamEvent } from '../../../shared/team.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { openDurable } from '../review/durable.ts'
import { openClone, type Clone } from '../team/clone.ts'
import { laterClock, type TeamBody, type TeamClock, type WrittenEvent } from '../team/event-line.ts'
import { foldTeam, type FoldedTeam } from '../team/fold.ts'
import { JOURNAL_SCHEMA, openJournal, type Journal } from '../team/journal.ts'
import { branchEvents, EMPTY_BRANCH, readBranch, shortHash, waitingEvents, type Branch } from '../team/sync.ts'
import type { ViewFacts } from '../team/view.ts'
import { findTeamPlace, type TeamPlace } from './team-place.ts'

export interface KnownTeam {
  readonly team: FoldedTeam
  readonly byId: ReadonlyMap<string, TeamEvent>
  /** Own events that the branch does not hold. */
  readonly waiting: ReadonlySet<string>
  /** Of the last event. */
  readonly clock: TeamClock | null
}

export interface TeamKnown {
  readonly journal: Journal
  /** Of this workspace, below the data folder. */
  readonly folder: AbsolutePath
  place(): TeamPlace
  /** Reads again where the team is; what was known of another place is put aside. @failure as findTeamPlace */
  refreshPlace(): Promise<Result<TeamPlace, Failure>>
  isJoined(): boolean
  /** Joins the place of now, or leaves it. */
  setJoined(isJoined: boolean): Promise<void>
  /** Null without an address. */
  clone(): Promise<Clone> | null
  branch(): Branch
  own(): readonly WrittenEvent[]
  /** When each event arrived here, and what was found about its signature. */
  seen(): ReturnType<Journal['seen']>
  /** Takes in what another process wrote since. */
  catchUp(): Promise<void>
  folded(): KnownTeam
  facts(): ViewFacts
  /** Answers the events' ids. @failure identity-missing, refused */
  write(bodies: readonly TeamBody[]): Promise<Result<readonly string[], Failure>>
  /** Takes the branch as it was fetched; its new events arrive now. */
  adopt(branch: Branch): void
  /** Events of others that arrived after the last look, in canonical order. */
  unseen(): TeamEvent[]
  markLooked(): void
}

export interface TeamDeps {
  readonly caps: Capabilities
  readonly root: AbsolutePath
  readonly storeDir: AbsolutePath
  /** Something that `state` answers is another thing now. */
  readonly onChange: () => void
}

/** Until `signal`. @failure git-not-found */
export async function openTeamKnown(
  { caps, root, storeDir, onChange }: TeamDeps,
  signal: AbortSignal,
): Promise<Result<TeamKnown, Failure>> {
  const quiet: Run = { signal, onProgress: () => undefined }
  const found = await findTeamPlace(caps, root, storeDir, signal)
  if (!found.ok) return found
  let place = found.value
  const name = folderName(root)
  const folder = path.join(caps.host.dataDir, name) as AbsolutePath
  await caps.files.makeFolder(folder)
  const journal: Journal = openJournal(await openDurable(caps, `${name}/team.sqlite`, JOURNAL_SCHEMA), () =>
    randomBytes(4).toString('hex'),
  )
  let own: readonly WrittenEvent[] = journal.own(place.key)
  let seen = journal.seen()
  let branch: Branch = EMPTY_BRANCH
  let memo: KnownTeam | null = null

  const isJoined = () => place.address !== null && journal.get('joined') === placeText(place)
  const clone = (): Promise<Clone> | null => {
    const { address, committer } = place
    if (address === null) return null
    const gitDir = path.join(folder, `${shortHash(placeText(place))}.git`) as AbsolutePath
    return openClone(caps, gitDir, { address, branch: place.branch }, committer)
  }
  const loadBranch = async () => {
    const of = isJoined() ? await clone() : null
    if (of === null) {
      branch = EMPTY_BRANCH
      return
    }
    const read = await readBranch(of, await of.tip(quiet), branch, quiet)
    if (read.ok) branch = read.value
  }
  await loadBranch()

  const changed = () => {
    memo = null
    onChange()
  }
  const folded = () => (memo ??= foldKnown(branch, own))
  return ok({
    journal,
    folder,
    place: () => place,
    isJoined,
    clone,
    branch: () => branch,
    own: () => own,
    seen: () => seen,
    folded,
    async refreshPlace() {
      const again = await findTeamPlace(caps, root, storeDir, signal)
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
    },
    async setJoined(isJoining) {
      journal.set('joined', isJoining ? placeText(place) : null)
      journal.set('failure', null)
      await loadBranch()
      changed()
    },
    async catchUp() {
      if (!journal.hasChanged()) return
      own = journal.own(place.key)
      seen = journal.seen()
      memo = null
      await loadBranch()
    },
    facts() {
      const { waiting } = folded()
      return {
        nowMs: caps.clock.nowMs(),
        me: place.me,
        signature: id => (waiting.has(id) ? 'local' : (seen.get(id)?.signature ?? 'unchecked')),
      }
    },
    async write(bodies) {
      const { me } = place
      if (me === null) return fail({ code: 'identity-missing', missing: 'user.name or user.email' })
      const written = journal.append({ by: me, wallMs: caps.clock.nowMs(), place: place.key }, bodies, folded().clock)
      if (!written.ok)
        return fail({ code: 'refused', message: `this cannot be written down: ${written.error}`, help: null })
      own = [...own, ...written.value]
      changed()
      return ok(written.value.map(({ event }) => event.id))
    },
    adopt(next) {
      if (next === branch) return
      branch = next
      const ids = branchEvents(branch).flatMap(({ id }) => (seen.has(id) ? [] : [id]))
      if (ids.length > 0) for (const [id, seq] of journal.arrive(ids)) seen.set(id, { seq, signature: null })
      changed()
    },
    unseen() {
      const me = place.me === null ? null : personKey(place.me)
      const from = Number(journal.get('looked') ?? 0)
      return folded().team.events.filter(({ id, by }) => (seen.get(id)?.seq ?? 0) > from && personKey(by) !== me)
    },
    markLooked() {
      let last = 0
      for (const { seq } of seen.values()) last = Math.max(last, seq)
      journal.set('looked', String(last))
      journal.set('lookedAt', String(caps.clock.nowMs()))
    },
  })
}

/** The workspace's name, so that a person finds it, and a hash, so that two of one name are two. */
const folderName = (root: AbsolutePath): string =>
  `team/${path
    .basename(root)
    .replace(/[^\w.-]+/g, '-')
    .slice(0, 40)}-${shortHash(root)}`

function foldKnown(branch: Branch, own: readonly WrittenEvent[]): KnownTeam {
  const waiting = waitingEvents(branch, own).map(({ event }) => event)
  const team = foldTeam([...branchEvents(branch), ...waiting])
  return {
    team,
    byId: new Map(team.events.map(event => [event.id, event])),
    waiting: new Set(waiting.map(({ id }) => id)),
    clock: team.events.reduce<TeamClock | null>((last, event) => laterClock(last, event.clock), null),
  }
}

const placeText = (place: TeamPlace): string => `${place.address}\n${place.branch}`
