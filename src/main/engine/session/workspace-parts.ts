/**
 * The parts behind pages that show a whole workspace: provenance, risk, the overview, the team. Each is made once, lives
 * as long as the engine and asks which workspace is open when it is called. Closing them is left to the engine, which
 * knows the order.
 */
import type { Capabilities } from '../capabilities.ts'
import type { Emit } from './create-engine.ts'
import type { Jobs } from './jobs.ts'
import type { OpenWorkspace } from './open-workspace.ts'
import { createOverview, type OverviewHandlers } from './overview-session.ts'
import type { Preferences } from './preferences.ts'
import { createProvenance, type ProvenanceSession } from './provenance-session.ts'
import { createRisk, type RiskSession } from './risk-session.ts'
import { createTeam, type TeamSession } from './team-session.ts'

export interface WorkspacePartsDeps {
  readonly caps: Capabilities
  readonly jobs: Jobs
  readonly emit: Emit
  readonly preferences: () => Promise<Preferences>
  readonly workspace: OpenWorkspace
}

export interface WorkspaceParts {
  readonly provenance: ProvenanceSession
  readonly risk: RiskSession
  readonly overview: { readonly handlers: OverviewHandlers }
  readonly team: TeamSession
}

/** One of each, at rest: none does anything before it is asked. */
export function createWorkspaceParts(deps: WorkspacePartsDeps): WorkspaceParts {
  const { caps, jobs, emit, preferences, workspace } = deps
  const provenance = createProvenance({
    ...{ caps, jobs, emit, preferences },
    workspace: () => workspace.session()?.provenanceWorkspace() ?? null,
  })
  const risk = createRisk({
    ...{ caps, jobs, emit, preferences },
    source: () => workspace.session()?.riskSource() ?? null,
  })
  const team = createTeam({
    ...{ caps, jobs, emit, workspace: workspace.ref },
    settings: async () => {
      const { offline, teamSyncMinutes } = (await preferences()).settings()
      return { offline, minutes: teamSyncMinutes ?? null }
    },
  })
  const overview = createOverview({
    ...{ caps, jobs },
    source: () => workspace.session()?.overviewSource() ?? null,
    terms: async () => {
      const state = await team.handlers['team.state'](null)
      return state.ok ? state.value.exemptions : null
    },
  })
  return { provenance, risk, overview, team }
}
