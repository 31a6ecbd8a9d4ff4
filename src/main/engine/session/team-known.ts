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

/** The events of the branch and those that wait, as one team. */
export interface KnownTeam {
  readonly team: FoldedTeam
  readonly byId: ReadonlyMap<string, TeamEvent>
  /** Own events that the branch does not hold. */
  readonly waiting: ReadonlySet<string>
  /** Of the last event. */
  readonly clock: TeamClock | null
}

/** What is known of one workspace's team, until the journal is closed. */
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

/** The workspace whose team it is, and who hears of changes. */
export interface TeamDeps {
  readonly caps: Capabilities
  readonly root: AbsolutePath
  readonly storeDir: AbsolutePath
  /** Something that `state` answers is another thing now. */
  readonly onChange: () => void
}

/** What is replaced while the team is open. The functions of this file do that; everybody else reads it when called. */
interface Held {
  place: TeamPlace
  own: readonly WrittenEvent[]
  seen: ReturnType<Journal['seen']>
  branch: Branch
  /** Both folded; null when one of them changed since. */
  memo: KnownTeam | null
}

interface Parts {
  readonly deps: TeamDeps
  readonly signal: AbortSignal
  readonly folder: AbsolutePath
  readonly journal: Journal
  readonly held: Held
}

/** Until `signal`. @failure git-not-found */
export async function openTeamKnown(deps: TeamDeps, signal: AbortSignal): Promise<Result<TeamKnown, Failure>> {
  const { caps, root, storeDir } = deps
  const found = await findTeamPlace(caps, root, storeDir, signal)
  if (!found.ok) return found
  const place = found.value
  const { folder, journal } = await openFolder(caps, root)
  const held: Held = { place, own: journal.own(place.key), seen: journal.seen(), branch: EMPTY_BRANCH, memo: null }
  const parts: Parts = { deps, signal, folder, journal, held }
  await loadBranch(parts)
  return ok({
    ...{ journal, folder },
    place: () => held.place,
    refreshPlace: () => refreshPlace(parts),
    isJoined: () => isJoined(parts),
    setJoined: isJoining => setJoined(parts, isJoining),
    clone: () => cloneOf(parts),
    branch: () => held.branch,
    own: () => held.own,
    seen: () => held.seen,
    catchUp: () => catchUp(parts),
    folded: () => folded(held),
    facts: () => factsOf(parts),
    write: async bodies => write(parts, bodies),
    adopt: next => adopt(parts, next),
    unseen: () => unseen(parts),
    markLooked: () => markLooked(parts),
  })
}

/** Where this machine keeps what it knows of the team of a workspace; made when it is not there. */
async function openFolder(caps: Capabilities, root: AbsolutePath): Promise<Pick<Parts, 'folder' | 'journal'>> {
  const name = folderName(root)
  const folder = path.join(caps.host.dataDir, name) as AbsolutePath
  await caps.files.makeFolder(folder)
  const durable = await openDurable(caps, `${name}/team.sqlite`, JOURNAL_SCHEMA)
  return { folder, journal: openJournal(durable, () => randomBytes(4).toString('hex')) }
}

function isJoined({ journal, held: { place } }: Parts): boolean {
  return place.address !== null && journal.get('joined') === placeText(place)
}

function cloneOf({ deps: { caps }, folder, held: { place } }: Parts): Promise<Clone> | null {
  const { address, committer } = place
  if (address === null) return null
  const gitDir = path.join(folder, `${shortHash(placeText(place))}.git`) as AbsolutePath
  return openClone(caps, gitDir, { address, branch: place.branch }, committer)
}

/** From the clone as it was fetched; one that cannot be read leaves the branch as it is known. */
async function loadBranch(parts: Parts): Promise<void> {
  const { signal, held } = parts
  const quiet: Run = { signal, onProgress: () => undefined }
  const of = isJoined(parts) ? await cloneOf(parts) : null
  if (of === null) {
    held.branch = EMPTY_BRANCH
    return
  }
  const read = await readBranch(of, await of.tip(quiet), held.branch, quiet)
  if (read.ok) held.branch = read.value
}

function changed({ deps, held }: Parts): void {
  held.memo = null
  deps.onChange()
}

function folded(held: Held): KnownTeam {
  return (held.memo ??= foldKnown(held.branch, held.own))
}

async function refreshPlace(parts: Parts): Promise<Result<TeamPlace, Failure>> {
  const { deps, signal, journal, held } = parts
  const again = await findTeamPlace(deps.caps, deps.root, deps.storeDir, signal)
  if (!again.ok) return again
  const isOther = placeText(again.value) !== placeText(held.place)
  held.place = again.value
  if (isOther) {
    held.branch = EMPTY_BRANCH
    held.own = journal.own(held.place.key)
    await loadBranch(parts)
    changed(parts)
  }
  return again
}

async function setJoined(parts: Parts, isJoining: boolean): Promise<void> {
  const { journal, held } = parts
  journal.set('joined', isJoining ? placeText(held.place) : null)
  journal.set('failure', null)
  await loadBranch(parts)
  changed(parts)
}

async function catchUp(parts: Parts): Promise<void> {
  const { journal, held } = parts
  if (!journal.hasChanged()) return
  held.own = journal.own(held.place.key)
  held.seen = journal.seen()
  held.memo = null
  await loadBranch(parts)
}

function factsOf({ deps: { caps }, held }: Parts): ViewFacts {
  const { waiting } = folded(held)
  return {
    nowMs: caps.clock.nowMs(),
    me: held.place.me,
    signature: id => (waiting.has(id) ? 'local' : (held.seen.get(id)?.signature ?? 'unchecked')),
  }
}

function write(parts: Parts, bodies: readonly TeamBody[]): Result<readonly string[], Failure> {
  const { deps, journal, held } = parts
  const { me, key } = held.place
  if (me === null) return fail({ code: 'identity-missing', missing: 'user.name or user.email' })
  const author = { by: me, wallMs: deps.caps.clock.nowMs(), place: key }
  const written = journal.append(author, bodies, folded(held).clock)
  if (!written.ok)
    return fail({ code: 'refused', message: `this cannot be written down: ${written.error}`, help: null })
  held.own = [...held.own, ...written.value]
  changed(parts)
  return ok(written.value.map(({ event }) => event.id))
}

function adopt(parts: Parts, next: Branch): void {
  const { journal, held } = parts
  if (next === held.branch) return
  held.branch = next
  const ids = branchEvents(next).flatMap(({ id }) => (held.seen.has(id) ? [] : [id]))
  if (ids.length > 0) for (const [id, seq] of journal.arrive(ids)) held.seen.set(id, { seq, signature: null })
  changed(parts)
}

function unseen({ journal, held }: Parts): TeamEvent[] {
  const { place, seen } = held
  const me = place.me === null ? null : personKey(place.me)
  const from = Number(journal.get('looked') ?? 0)
  return folded(held).team.events.filter(({ id, by }) => (seen.get(id)?.seq ?? 0) > from && personKey(by) !== me)
}

function markLooked({ deps: { caps }, journal, held }: Parts): void {
  let last = 0
  for (const { seq } of held.seen.values()) last = Math.max(last, seq)
  journal.set('looked', String(last))
  journal.set('lookedAt', String(caps.clock.nowMs()))
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
