/**
 * `team` without a window: the team of the workspace that a folder belongs to. Needs no store and no cargo, since an item
 * is a crate and a version. Nothing is printed here.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import type { Result } from '../../../shared/result.ts'
import type { Capabilities } from '../capabilities.ts'
import { locateWorkspace } from '../io/locate-workspace.ts'
import { openTeam, type Team } from './team.ts'

/** @failure not-a-workspace, git-not-found */
export async function openTeamOf(
  caps: Capabilities,
  options: { readonly path: AbsolutePath; readonly storePath: AbsolutePath | null },
): Promise<Result<Team, Failure>> {
  const located = await locateWorkspace(caps, options.path)
  if (!located.ok) return located
  const { root } = located.value
  const storeDir = options.storePath ?? (path.join(root, 'supply-chain') as AbsolutePath)
  return openTeam({ caps, root, storeDir, onChange: () => undefined })
}

/** The event that starts so; null when there is none or more than one. At least 6 digits. */
export async function findEvent(team: Team, start: string): Promise<string | null> {
  if (!/^[0-9a-f]{6,32}$/.test(start)) return null
  const found = (await team.eventIds()).filter(id => id.startsWith(start))
  return found.length === 1 ? (found[0] ?? null) : null
}
