/**
 * The team of the open workspace for the pages: the calls of the contract, what changed as events, and sync without being
 * asked: when it is opened, after something was written, and every few minutes. A failed one is told in the state.
 */
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { Capabilities } from '../capabilities.ts'
import type { Emit } from './create-engine.ts'
import type { Jobs } from './jobs.ts'
import { createTeamBackground, type TeamSettings } from './team-background.ts'
import { teamHandlers, type TeamHandlers, type WithTeam } from './team-handlers.ts'
import { createOpenedTeam, type Workspace } from './team-opened.ts'
import type { Team } from './team.ts'

export interface TeamSessionDeps {
  readonly caps: Capabilities
  readonly jobs: Jobs
  readonly emit: Emit
  /** Null while none is open. */
  readonly workspace: () => Workspace | null
  readonly settings: () => Promise<TeamSettings>
}

export interface TeamSession {
  readonly handlers: TeamHandlers
  /** Of the open workspace, opened when it is not yet. @failure no-workspace-open, git-not-found */
  team(): Promise<Result<Team, Failure>>
  close(): Promise<void>
}

/** None is open until a call or `team` asks for it. */
export function createTeam({ caps, jobs, emit, workspace, settings }: TeamSessionDeps): TeamSession {
  const background = createTeamBackground({
    ...{ clock: caps.clock, emit, settings },
    isCurrent: self => opened.isCurrent(self),
  })
  const opened = createOpenedTeam({ caps, workspace, background })
  const withTeam: WithTeam = async use => {
    const self = await opened.open()
    return self.ok ? use(self.value) : self
  }
  return {
    handlers: teamHandlers({ jobs, settings, withTeam, syncIn: background.syncIn }),
    team: () => withTeam(self => Promise.resolve(ok(self.team))),
    close: opened.close,
  }
}
