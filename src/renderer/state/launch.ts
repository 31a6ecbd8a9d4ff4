/**
 * What the page was asked to show: by the door that loaded it (the address's fragment) or later by a second start or a
 * link. Opening only: a request never writes anything.
 */
import type { EngineClient } from '../../shared/contract.ts'
import { launchFromHash, type LaunchRequest } from '../../shared/launch.ts'
import { openWorkspace } from './actions.ts'
import { openReview, useAppStore } from './app-store.ts'

/** Shows what the request names. The last workspace is opened only when none is open. */
export async function followLaunch(client: EngineClient, request: LaunchRequest): Promise<void> {
  const { app } = useAppStore.getState()
  if (app === null) return
  switch (request.kind) {
    case 'workspace':
      if (app.open?.root !== request.path) await openWorkspace(client, request.path)
      return
    case 'last':
    case 'last-or-sample': {
      if (app.open !== null) return
      const [last] = app.recent
      if (last?.exists === true) await openWorkspace(client, last.path)
      else if (last === undefined && request.kind === 'last-or-sample') await openWorkspace(client, null)
      return
    }
    case 'crate': {
      await followLaunch(client, { kind: 'last' })
      if ((useAppStore.getState().app?.open ?? null) !== null) openReview(request.crate, request.delta, null)
    }
  }
}

/** The request in this page's address, taken out of it so that a reload does not repeat it. */
export function takeLaunch(): LaunchRequest | null {
  const request = launchFromHash(window.location.hash)
  if (request !== null) window.history.replaceState(null, '', window.location.pathname + window.location.search)
  return request
}
