/** Calls of the what-if page. */
import type { EngineHandlers } from '../../../shared/contract.ts'
import type { Failure } from '../../../shared/failure.ts'
import type { Result } from '../../../shared/result.ts'
import type { OpenWorkspace } from './open-workspace.ts'
import type { WhatIfSession } from './what-if-session.ts'

type WhatIfHandlers = Pick<EngineHandlers, Extract<keyof EngineHandlers, `whatif.${string}`>>

/** Each asks the workspace that is open when it is called. @failure no-workspace-open */
export function whatIfHandlers(workspace: OpenWorkspace): WhatIfHandlers {
  const within = <T>(use: (whatIf: WhatIfSession) => Promise<Result<T, Failure>>): Promise<Result<T, Failure>> =>
    workspace.within(session => use(session.whatIf))
  return {
    'whatif.rows': ({ draft }) => within(s => s.rows(draft)),
    'whatif.fetch': ({ what, draft }) => within(s => s.fetch(what, draft)),
    'whatif.solve': ({ draft }) => within(s => s.solve(draft)),
    'whatif.smallest': ({ draft }) => within(s => s.smallest(draft)),
    'whatif.plan': ({ draft }) => within(s => s.plan(draft)),
    'whatif.apply': wish => within(s => s.apply(wish)),
  }
}
