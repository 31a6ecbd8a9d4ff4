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

/** None is open yet. */
export function createOpenedTeam(deps: OpenedTeamDeps): OpenedTeam {
  let opening: Promise<Result<OpenTeam, Failure>> | null = null
  let current: OpenTeam | null = null
  let openRoot: AbsolutePath | null = null

  const close = async () => {
    const [was, pending] = [current, opening]
    current = opening = openRoot = null
    if (pending !== null) await pending.catch(() => undefined)
    if (was === null) return
    deps.background.end(was)
    await was.team.close()
  }
  const take = (started: OpenTeam | null) => {
    if (started === null) opening = null
    else current = started
  }
  return {
    async open() {
      const workspace = deps.workspace()
      if (workspace === null) {
        await close()
        return fail({ code: 'no-workspace-open' })
      }
      if (opening !== null && openRoot === workspace.root) return opening
      await close()
      openRoot = workspace.root
      opening = start(deps, workspace, take)
      return opening
    },
    isCurrent: self => self === current && deps.workspace()?.root === self.team.root,
    close,
  }
}

/** `take` has the team before anything goes on in its background; null: it could not be opened. */
async function start(
  { caps, background }: OpenedTeamDeps,
  { root, storePath }: Workspace,
  take: (started: OpenTeam | null) => void,
): Promise<Result<OpenTeam, Failure>> {
  let self: OpenTeam | null = null
  const onChange = () => self !== null && background.announce(self)
  const team = await openTeam({ caps, root, storeDir: storePath, onChange })
  if (!team.ok) {
    take(null)
    return team
  }
  self = newOpenTeam(team.value)
  take(self)
  await background.begin(self)
  return ok(self)
}
