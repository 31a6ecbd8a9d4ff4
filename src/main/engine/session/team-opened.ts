/**
 * The team of the open workspace: opened when it is first needed, closed when another workspace is open, or none. At most
 * one is open; what goes on for another finds out with `isCurrent`.
 */
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { WorkspaceRef } from '../../../shared/wire.ts'
import type { Capabilities } from '../capabilities.ts'
import { newOpenTeam, type OpenTeam, type TeamBackground } from './team-background.ts'
import { openTeam } from './team.ts'

export type Workspace = Pick<WorkspaceRef, 'root' | 'storePath'>

export interface OpenedTeamDeps {
  readonly caps: Capabilities
  /** Null while none is open. */
  readonly workspace: () => Workspace | null
  readonly background: TeamBackground
}

export interface OpenedTeam {
  /** Of the open workspace, opened when it is not yet. @failure no-workspace-open, git-not-found */
  open(): Promise<Result<OpenTeam, Failure>>
  /** Neither closed nor of a workspace that is no longer open. */
  isCurrent(self: OpenTeam): boolean
  close(): Promise<void>
}

interface Held {
  readonly root: AbsolutePath
  /** Ends once its background has begun. */
  readonly started: Promise<Result<OpenTeam, Failure>>
}

/** None is open yet. */
export function createOpenedTeam(deps: OpenedTeamDeps): OpenedTeam {
  let held: Held | null = null
  let current: OpenTeam | null = null
  /** When those that were let go of are closed. */
  let closed: Promise<void> = Promise.resolve()

  const close = (): Promise<void> => {
    const was = held
    held = current = null
    // One that is still being opened is closed as soon as it is.
    const closing = was === null ? closed : closed.then(() => end(deps, was))
    closed = closing.catch(() => undefined)
    return closing
  }
  /** Held at once, so that who asks meanwhile gets the same; a team that was not opened is not held. */
  const hold = (workspace: Workspace): Held => {
    const take = (started: OpenTeam) => {
      if (held === mine) current = started
    }
    const letGo = () => {
      if (held === mine) held = null
    }
    const started = close().then(() => start(deps, workspace, take))
    const mine: Held = { root: workspace.root, started }
    void started.then(team => team.ok || letGo(), letGo)
    return (held = mine)
  }
  return {
    async open() {
      const workspace = deps.workspace()
      if (workspace !== null) return (held?.root === workspace.root ? held : hold(workspace)).started
      await close()
      return fail({ code: 'no-workspace-open' })
    },
    isCurrent: self => self === current && deps.workspace()?.root === self.team.root,
    close,
  }
}

async function end({ background }: OpenedTeamDeps, { started }: Held): Promise<void> {
  const team = await started.catch(() => null)
  if (team?.ok !== true) return
  background.end(team.value)
  await team.value.team.close()
}

/** `take` has the team before anything goes on in its background. */
async function start(
  { caps, background }: OpenedTeamDeps,
  { root, storePath }: Workspace,
  take: (started: OpenTeam) => void,
): Promise<Result<OpenTeam, Failure>> {
  let self: OpenTeam | null = null
  const onChange = () => self !== null && background.announce(self)
  const team = await openTeam({ caps, root, storeDir: storePath, onChange })
  if (!team.ok) return team
  self = newOpenTeam(team.value, caps.clock)
  take(self)
  await background.begin(self)
  return ok(self)
}
