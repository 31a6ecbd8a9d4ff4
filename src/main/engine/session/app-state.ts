/**
 * What every page shows of the program: version, recent workspaces, the open one, settings. It is put together anew each
 * time, since folders come and go, and goes out to all pages after a call that changed something of it.
 */
import type { AppState, RecentWorkspace } from '../../../shared/wire.ts'
import type { Capabilities } from '../capabilities.ts'
import type { Emit } from './create-engine.ts'
import type { OpenWorkspace } from './open-workspace.ts'
import type { Preferences } from './preferences.ts'

export interface AppStateDeps {
  readonly caps: Capabilities
  readonly emit: Emit
  readonly preferences: () => Promise<Preferences>
  readonly workspace: OpenWorkspace
  readonly engine: AppState['engine']
}

export interface AppStates {
  now(): Promise<AppState>
  /** Tells all pages. */
  announce(): Promise<void>
}

/** Says of each recent workspace whether its folder is still there; one that cannot be looked at is not. */
export function createAppStates({ caps, emit, preferences, workspace, engine }: AppStateDeps): AppStates {
  const now = async (): Promise<AppState> => {
    const p = await preferences()
    const recent = await Promise.all(
      p.recent().map(async (r): Promise<RecentWorkspace> => ({
        ...r,
        exists: (await caps.files.stat(r.path).catch(() => null)) !== null,
      })),
    )
    return {
      version: caps.host.version,
      platform: caps.host.platform,
      recent,
      open: workspace.ref(),
      settings: p.settings(),
      engine,
    }
  }
  return {
    now,
    announce: async () => emit('app.changed', await now()),
  }
}
