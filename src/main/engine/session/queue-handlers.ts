/** Calls of the queue page. */
import type { EngineHandlers } from '../../../shared/contract.ts'
import type { OpenWorkspace } from './open-workspace.ts'

type QueueHandlers = Pick<EngineHandlers, Extract<keyof EngineHandlers, `queue.${string}`>>

/** Each asks the workspace that is open when it is called. @failure no-workspace-open */
export function queueHandlers(workspace: OpenWorkspace): QueueHandlers {
  return {
    'queue.get': () => workspace.within(s => s.snapshot()),
    'queue.refresh': () => workspace.within(s => s.refresh()),
    'queue.inspect': ({ key }) => workspace.within(s => s.inspect(key)),
    'queue.measure': ({ crate, delta }) => workspace.within(s => s.measure(crate, delta)),
  }
}
