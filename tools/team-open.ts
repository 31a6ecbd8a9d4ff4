/** Opens a team as a machine of tools/team-fixture.ts does, from plain values: for processes of their own. */
import path from 'node:path'
import type { Capabilities } from '../src/main/engine/capabilities.ts'
import { createNodeCapabilities } from '../src/main/engine/node-capabilities.ts'
import { openTeam, type Team } from '../src/main/engine/session/team.ts'
import type { AbsolutePath } from '../src/shared/domain.ts'

/** @param skewMs by how much the clock is off */
export function nodeCapabilitiesFor(env: Readonly<Record<string, string>>, skewMs: number): Capabilities {
  return createNodeCapabilities({
    ...{ version: 'test', sampleDir: env['HOME'] ?? '/', env },
    nowMs: () => Date.now() + skewMs,
  })
}

export async function openTeamAt(caps: Capabilities, root: string): Promise<Team> {
  const storeDir = path.join(root, 'supply-chain') as AbsolutePath
  const team = await openTeam({ caps, root: root as AbsolutePath, storeDir, onChange: () => undefined })
  if (!team.ok) throw new Error(JSON.stringify(team.error))
  return team.value
}
