/**
 * Calls that open, close and choose workspaces. One is open at a time: another one is solved before the one before is
 * closed, so that a folder that cannot be opened leaves the page as it was.
 */
import type { EngineHandlers, EventPayload } from '../../../shared/contract.ts'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { WorkspaceRef } from '../../../shared/wire.ts'
import type { Capabilities } from '../capabilities.ts'
import type { AppStates } from './app-state.ts'
import type { Emit } from './create-engine.ts'
import { listFolder } from './folder-listing.ts'
import type { Jobs } from './jobs.ts'
import type { OpenWorkspace } from './open-workspace.ts'
import type { Preferences } from './preferences.ts'
import { prepareSample, sampleFolder } from './sample.ts'
import { openSession } from './session.ts'
import type { WorkspaceParts } from './workspace-parts.ts'

type WorkspaceHandlers = Pick<
  EngineHandlers,
  'app.state' | 'app.open' | 'app.openSample' | 'app.close' | 'app.forget' | 'app.listFolder'
>

export interface WorkspaceHandlersDeps {
  readonly caps: Capabilities
  readonly jobs: Jobs
  readonly emit: Emit
  readonly preferences: () => Promise<Preferences>
  readonly workspace: OpenWorkspace
  readonly app: AppStates
  readonly parts: WorkspaceParts
}

/** All but `app.state` and `app.listFolder` tell every page afterwards. */
export function workspaceHandlers(deps: WorkspaceHandlersDeps): WorkspaceHandlers {
  const { caps, preferences, workspace, app } = deps
  return {
    'app.state': async () => ok(await app.now()),
    'app.open': ({ path: folder }) => open(deps, folder),
    'app.openSample': async () => {
      const sample = await prepareSample(caps)
      return sample.ok ? open(deps, sample.value) : sample
    },
    'app.close': async () => {
      await workspace.session()?.close()
      workspace.set(null)
      await app.announce()
      return ok(null)
    },
    'app.forget': async ({ path: folder }) => {
      await (await preferences()).forget(folder)
      await app.announce()
      return ok(null)
    },
    'app.listFolder': ({ path: folder }) => listFolder(caps, folder ?? caps.host.homeDir),
  }
}

async function open(deps: WorkspaceHandlersDeps, folder: AbsolutePath): Promise<Result<WorkspaceRef, Failure>> {
  const { caps, jobs, preferences, workspace, app, parts } = deps
  const p = await preferences()
  const isSample = folder === sampleFolder(caps)
  const opened = await openSession(
    { caps, jobs, emit: telling(deps), preferences: p, team: () => parts.team.team() },
    folder,
    isSample,
  )
  if (!opened.ok) {
    // Pages may still show what was open in an engine before this one.
    if (workspace.session() === null) await app.announce()
    return opened
  }
  await workspace.session()?.close()
  workspace.set(opened.value)
  parts.provenance.touch()
  const ref = opened.value.ref()
  await p.remember({ path: ref.root, name: ref.name })
  await app.announce()
  return ok(ref)
}

/** Packages of the workspace may be other ones after any change of the queue. */
function telling({ emit, parts: { provenance, risk } }: WorkspaceHandlersDeps): Emit {
  return (name, payload) => {
    emit(name, payload)
    if (name === 'queue.changed') {
      provenance.touch()
      risk.touch(payload as EventPayload<'queue.changed'>)
    }
  }
}
