/**
 * What an open team does without being asked: tells what changed, a moment later and only the items that are others; tells
 * again when a claim ends; syncs after something was written and every few minutes. Nothing of it outlives the team, and
 * none of its timers keeps the program running.
 */
import { Cancelled } from '../../../shared/result.ts'
import type { TeamState } from '../../../shared/team.ts'
import type { Clock } from '../capabilities.ts'
import type { Emit } from './create-engine.ts'
import type { Team } from './team.ts'

const EMIT_INTERVAL_MS = 100
const DEFAULT_MINUTES = 5
const MINUTE_MS = 60_000
/** setTimeout takes no more than 2^31 - 1. */
const MAX_TIMER_MS = 86_400_000

/** An open team with what is under way for it. */
export interface OpenTeam {
  readonly team: Team
  readonly abort: AbortController
  generation: number
  /** Of each item as it was told last. */
  readonly told: Map<string, string>
  announcing: ReturnType<typeof setTimeout> | null
  syncing: ReturnType<typeof setTimeout> | null
  expiring: ReturnType<typeof setTimeout> | null
}

export interface TeamSettings {
  readonly offline: boolean
  /** Between syncs; 0: only when asked. Null: as it comes. */
  readonly minutes: number | null
}

export interface TeamBackgroundDeps {
  readonly clock: Clock
  readonly emit: Emit
  readonly settings: () => Promise<TeamSettings>
  readonly isCurrent: (self: OpenTeam) => boolean
}

export interface TeamBackground {
  /** Takes its state as told, and syncs at once where it was joined. */
  begin(self: OpenTeam): Promise<void>
  /** Something changed. */
  announce(self: OpenTeam): void
  /** Syncs in `delayMs`, instead of when it was going to. */
  syncIn(self: OpenTeam, delayMs: number): void
  /** Cancels a sync under way, and all that was going to happen. */
  end(self: OpenTeam): void
}

/** A team of which nothing was told yet. */
export const newOpenTeam = (team: Team, clock: Clock): OpenTeam => ({
  ...{ team, abort: new AbortController(), generation: clock.nowMs(), told: new Map() },
  ...{ announcing: null, syncing: null, expiring: null },
})

/** For each team that is opened; what belongs to one is in its `OpenTeam`. */
export function createTeamBackground(deps: TeamBackgroundDeps): TeamBackground {
  const { announce, awaitExpiry } = telling(deps)
  const syncIn = syncing(deps)
  return {
    async begin(self) {
      remember(self, await self.team.state())
      awaitExpiry(self)
      if (self.team.isJoined()) syncIn(self, 0)
    },
    announce,
    syncIn,
    end(self) {
      self.abort.abort(new Cancelled())
      for (const timer of [self.announcing, self.syncing, self.expiring]) if (timer !== null) clearTimeout(timer)
    },
  }
}

function telling({ clock, emit, isCurrent }: TeamBackgroundDeps) {
  const announce = (self: OpenTeam) => {
    self.announcing ??= setTimeout(() => {
      self.announcing = null
      tell(self).catch(report)
    }, EMIT_INTERVAL_MS)
    self.announcing.unref()
  }
  const tell = async (self: OpenTeam) => {
    if (!isCurrent(self)) return
    const state = await self.team.state()
    const items = remember(self, state)
    emit('team.changed', { ...state, items, generation: ++self.generation })
    awaitExpiry(self)
  }
  /** When a claim ends, whose turn it is changes without an event. */
  const awaitExpiry = (self: OpenTeam) => {
    if (self.expiring !== null) clearTimeout(self.expiring)
    const at = self.team.nextExpiryMs()
    if (at === null) return
    self.expiring = setTimeout(() => announce(self), Math.min(MAX_TIMER_MS, at - clock.nowMs() + 1))
    self.expiring.unref()
  }
  return { announce, awaitExpiry }
}

function syncing({ settings, isCurrent }: TeamBackgroundDeps): TeamBackground['syncIn'] {
  const syncIn = (self: OpenTeam, delayMs: number) => {
    if (self.syncing !== null) clearTimeout(self.syncing)
    self.syncing = setTimeout(() => syncByItself(self).catch(report), delayMs)
    self.syncing.unref()
  }
  const syncByItself = async (self: OpenTeam) => {
    self.syncing = null
    if (!isCurrent(self)) return
    const { offline, minutes } = await settings()
    const every = minutes ?? DEFAULT_MINUTES
    if (!offline && every > 0 && self.team.isJoined()) {
      const run = { signal: self.abort.signal, onProgress: () => undefined }
      await self.team.sync({ isAsked: false, isOffline: false }, run)
    }
    if (isCurrent(self) && self.syncing === null) syncIn(self, Math.max(1, every || DEFAULT_MINUTES) * MINUTE_MS)
  }
  return syncIn
}

/** The items that are others than when they were told last. */
function remember(self: OpenTeam, state: TeamState): TeamState['items'] {
  return state.items.filter(item => {
    const text = JSON.stringify(item)
    if (self.told.get(item.key) === text) return false
    self.told.set(item.key, text)
    return true
  })
}

function report(error: unknown): void {
  if (!(error instanceof Cancelled)) console.error(error)
}
