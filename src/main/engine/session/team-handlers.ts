/**
 * Calls of the team page, each on the team of the open workspace. A sync that was asked for is a job, which ends with the
 * team; what was written is synced soon after.
 */
import type { EngineHandlers } from '../../../shared/contract.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { Jobs } from './jobs.ts'
import type { OpenTeam, TeamBackground, TeamSettings } from './team-background.ts'
import type { Team } from './team.ts'

/** Long enough that a few decisions in a row are one commit. */
const AFTER_ACT_MS = 3_000

export type TeamHandlers = Pick<EngineHandlers, Extract<keyof EngineHandlers, `team.${string}`>>

/** With the team of the open workspace. @failure those of opening it, and those of `use` */
export type WithTeam = <T>(use: (self: OpenTeam) => Promise<Result<T, Failure>>) => Promise<Result<T, Failure>>

export interface TeamHandlersDeps {
  readonly jobs: Jobs
  readonly settings: () => Promise<TeamSettings>
  readonly withTeam: WithTeam
  readonly syncIn: TeamBackground['syncIn']
}

/** All of them; each opens the team when it is not yet. */
export function teamHandlers({ jobs, settings, withTeam, syncIn }: TeamHandlersDeps): TeamHandlers {
  const writing = (write: (team: Team) => ReturnType<Team['act']>) =>
    withTeam(async self => {
      const done = await write(self.team)
      if (done.ok && self.team.isJoined()) syncIn(self, AFTER_ACT_MS)
      return done.ok ? ok({ events: [...done.value] }) : done
    })
  return {
    'team.state': () =>
      withTeam(async self => {
        const state = await self.team.state()
        return ok({ ...state, generation: self.generation })
      }),
    'team.thread': ({ crate }) => withTeam(async ({ team }) => ok(await team.thread(crate))),
    'team.act': ({ actions }) => writing(team => team.act(actions)),
    'team.undo': ({ events }) => writing(team => team.undo(events)),
    'team.sync': () =>
      withTeam(async self => {
        const { offline } = await settings()
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
        if (where.ok && join !== null) syncIn(self, 0)
        return where
      }),
    'team.news': () => withTeam(async ({ team }) => ok(await team.news())),
    'team.looked': () =>
      withTeam(async ({ team }) => {
        await team.looked()
        return ok(null)
      }),
  }
}
