/** Calls about the machine and whoever sits at it: what is installed, the settings, the name that git gives them. */
import type { CallArgs, EngineHandlers } from '../../../shared/contract.ts'
import type { Failure } from '../../../shared/failure.ts'
import { parseInsteadOf } from '../../../shared/redirects.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Settings } from '../../../shared/wire.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { checkEnvironment } from '../io/environment.ts'
import { setGitIdentity } from '../io/git.ts'
import type { AppStates } from './app-state.ts'
import type { OpenWorkspace } from './open-workspace.ts'
import type { Preferences } from './preferences.ts'

type SettingsHandlers = Pick<EngineHandlers, 'app.environment' | 'app.settings' | 'app.setIdentity'>

export interface SettingsHandlersDeps {
  readonly caps: Capabilities
  readonly preferences: () => Promise<Preferences>
  readonly workspace: OpenWorkspace
  readonly app: AppStates
  /** Of work that is no job: nobody sees how far it is or cancels it. */
  readonly run: Run
}

/**
 * A workspace that is open goes on with what was set.
 * @failure request-invalid (redirects that cannot be read), git-not-found, git-failed
 */
export function settingsHandlers(deps: SettingsHandlersDeps): SettingsHandlers {
  const { caps, preferences, workspace, run } = deps
  return {
    'app.environment': async ({ path: folder }) => {
      const { offline } = (await preferences()).settings()
      return ok([...(await checkEnvironment(caps, { path: folder, offline }, run))])
    },
    'app.settings': change => setSettings(deps, change),
    'app.setIdentity': async ({ name, email }) => {
      const folder = workspace.ref()?.root ?? caps.host.homeDir
      const set = await setGitIdentity(caps, folder, { name, email }, run.signal)
      if (!set.ok) return set
      await workspace.session()?.identityChanged()
      return ok(null)
    },
  }
}

async function setSettings(
  { preferences, workspace, app }: SettingsHandlersDeps,
  change: CallArgs<'app.settings'>,
): Promise<Result<Settings, Failure>> {
  const redirects = parseInsteadOf(change.gitInsteadOf ?? '')
  if (!redirects.ok) return fail({ code: 'request-invalid', call: 'app.settings', reason: redirects.error })
  const p = await preferences()
  const before = p.settings()
  const settings = await p.setSettings(change)
  if (before.offline !== settings.offline) workspace.session()?.setOffline(settings.offline)
  await app.announce()
  return ok(settings)
}
