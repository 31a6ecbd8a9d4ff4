/**
 * The team of the open workspace for the pages: the calls of the contract, what changed as events, and sync without being
 * asked: when it is opened, after something was written, and every few minutes. A failed one is told in the state.
 */
import type { EngineHandlers } from '../../../shared/contract.ts'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import type { TeamState } from '../../../shared/team.ts'
import type { Capabilities } from '../capabilities.ts'
import type { Emit } from './create-engine.ts'
import type { Jobs } from './jobs.ts'
import { openTeam, type Team } from './team.ts'

const EMIT_INTERVAL_MS = 100
/** Long enough that a few decisions in a row are one commit. */
const AFTER_ACT_MS = 3_000
const DEFAULT_MINUTES = 5
const MINUTE_MS = 60_000
/** setTimeout takes no more than 2^31 - 1. */
const MAX_TIMER_MS = 86_400_000

export type TeamHandlers = Pick<EngineHandlers, Extract<keyof EngineHandlers, `team.${string}`>>

export interface TeamSessionDeps {
  readonly caps: Capabilities
  readonly jobs: Jobs
  readonly emit: Emit
  readonly workspace: () => { readonly root: AbsolutePath; readonly storePath: AbsolutePath } | null
  /** `minutes` between syncs; 0: only when asked. Null: as it comes. */
  readonly settings: () => Promise<{ readonly offline: boolean; readonly minutes: number | null }>
}

export interface TeamSession {
  readonly handlers: TeamHandlers
  /** Of the open workspace, opened when it is not yet. @failure no-workspace-open, git-not-found */
  team(): Promise<Result<Team, Failure>>
  close(): Promise<void>
}

interface Open {
  readonly team: Team
  readonly abort: AbortController
  generation: number
  /** Of each item as it was told last. */
  readonly told: Map<string, string>
  announcing: ReturnType<typeof setTimeout> | null
  syncing: ReturnType<typeof setTimeout> | null
  expiring: ReturnType<typeof setTimeout> | null
}

export function createTeam(deps: TeamSessionDeps): TeamSession {
  const { caps, jobs, emit } = deps
  let opening: Promise<Result<Open, Failure>> | null = null
  let current: Open | null = null
  let openRoot: AbsolutePath | null = null

  const close = async () => {
    const was = current
    const pending = opening
    current = null
    opening = null
    openRoot = null
    if (pending !== null) await pending.catch(() => undefined)
    if (was === null) return
    was.abort.abort(new Cancelled())
    for (const timer of [was.announcing, was.syncing, was.expiring]) if (timer !== null) clearTimeout(timer)
    await was.team.close()
  }
  const open = async (): Promise<Result<Open, Failure>> => {
    const workspace = deps.workspace()
    if (workspace === null) {
      await close()
      return fail({ code: 'no-workspace-open' })
    }
    if (opening !== null && openRoot === workspace.root) return opening
    await close()
    openRoot = workspace.root
    opening = start(workspace.root, workspace.storePath)
    return opening
  }
  const start = async (root: AbsolutePath, storeDir: AbsolutePath): Promise<Result<Open, Failure>> => {
    let self: Open | null = null
    const team = await openTeam({ caps, root, storeDir, onChange: () => self !== null && announce(self) })
    if (!team.ok) {
      opening = null
      return team
    }
    self = {
      ...{ team: team.value, abort: new AbortController(), generation: 1, told: new Map() },
      ...{ announcing: null, syncing: null, expiring: null },
    }
    current = self
    remember(self, await team.value.state())
    scheduleExpiry(self)
    if (team.value.isJoined()) schedule(self, 0)
    return ok(self)
  }

  const isCurrent = (self: Open) => self === current && deps.workspace()?.root === self.team.root
  /** The items that are others than when they were told last. */
  const remember = (self: Open, state: TeamState) =>
    state.items.filter(item => {
      const text = JSON.stringify(item)
      if (self.told.get(item.key) === text) return false
      self.told.set(item.key, text)
      return true
    })
  const announce = (self: Open) => {
    self.announcing ??= setTimeout(() => {
      self.announcing = null
      tell(self).catch(report)
    }, EMIT_INTERVAL_MS)
    self.announcing.unref()
  }
  const tell = async (self: Open) => {
    if (!isCurrent(self)) return
    const state = await self.team.state()
    const items = remember(self, state)
    emit('team.changed', { ...state, items, generation: ++self.generation })
    scheduleExpiry(self)
  }
  /** When a claim ends, whose turn it is changes without an event. */
  const scheduleExpiry = (self: Open) => {
    if (self.expiring !== null) clearTimeout(self.expiring)
    const at = self.team.nextExpiryMs()
    if (at === null) return
    self.expiring = setTimeout(() => announce(self), Math.min(MAX_TIMER_MS, at - caps.clock.nowMs() + 1))
    self.expiring.unref()
  }
  const schedule = (self: Open, delayMs: number) => {
    if (self.syncing !== null) clearTimeout(self.syncing)
    self.syncing = setTimeout(() => syncByItself(self).catch(report), delayMs)
    self.syncing.unref()
  }
  const syncByItself = async (self: Open) => {
    self.syncing = null
    if (!isCurrent(self)) return
    const { offline, minutes } = await deps.settings()
    const every = minutes ?? DEFAULT_MINUTES
    if (!offline && every > 0 && self.team.isJoined()) {
      const run = { signal: self.abort.signal, onProgress: () => undefined }
      await self.team.sync({ isAsked: false, isOffline: false }, run)
    }
    if (isCurrent(self) && self.syncing === null) schedule(self, Math.max(1, every || DEFAULT_MINUTES) * MINUTE_MS)
  }
  const report = (error: unknown) => {
    if (!(error instanceof Cancelled)) console.error(error)
  }
  const withTeam = async <T>(use: (self: Open) => Promise<Result<T, Failure>>): Promise<Result<T, Failure>> => {
    const self = await open()
    return self.ok ? use(self.value) : self
  }
  const afterWriting = (self: Open) => {
    if (self.team.isJoined()) schedule(self, AFTER_ACT_MS)
  }

  return {
    handlers: {
      'team.state': () =>
        withTeam(async self => {
          const state = await self.team.state()
          return ok({ ...state, generation: self.generation })
        }),
      'team.thread': ({ crate }) => withTeam(async ({ team }) => ok(await team.thread(crate))),
      'team.act': ({ actions }) =>
        withTeam(async self => {
          const done = await self.team.act(actions)
          if (done.ok) afterWriting(self)
          return done.ok ? ok({ events: [...done.value] }) : done
        }),
      'team.undo': ({ events }) =>
        withTeam(async self => {
          const done = await self.team.undo(events)
          if (done.ok) afterWriting(self)
          return done.ok ? ok({ events: [...done.value] }) : done
        }),
      'team.sync': () =>
        withTeam(async self => {
          const { offline } = await deps.settings()
          return jobs.run('Syncing the team', run =>
            self.team.sync(
              { isAsked: true, isOffline: offline },
              { ...run, signal: AbortSignal.any([run.signal, self.abort.signal]) },
            ),
          )
        }),
      'team.where': () => withTeam(({ team }) => team.where()),
      'team.setup': ({ join }) =>
        withTeam(async self => {
          const where = await self.team.setup(join)
          if (where.ok && join !== null) schedule(self, 0)
          return where
        }),
      'team.news': () => withTeam(async ({ team }) => ok(await team.news())),
      'team.looked': () =>
        withTeam(async ({ team }) => {
          await team.looked()
          return ok(null)
        }),
    },
    team: () => withTeam(self => Promise.resolve(ok(self.team))),
    close,
  }
}
