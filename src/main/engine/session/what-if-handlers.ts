/** Calls of the what-if page. */
import type { EngineHandlers } from '../../../shared/contract.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, type Result } from '../../../shared/result.ts'
import type { WhatIfSession } from './what-if-session.ts'

type WhatIfHandlers = Pick<EngineHandlers, Extract<keyof EngineHandlers, `whatif.${string}`>>

/** `current` is null while no workspace is open. */
export function whatIfHandlers(current: () => WhatIfSession | null): WhatIfHandlers {
  const within = <T>(use: (session: WhatIfSession) => Promise<Result<T, Failure>>): Promise<Result<T, Failure>> => {
    const session = current()
    return session === null ? Promise.resolve(fail({ code: 'no-workspace-open' })) : use(session)
  }
  return {
    'whatif.rows': ({ draft }) => within(s => s.rows(draft)),
    'whatif.fetch': ({ what, draft }) => within(s => s.fetch(what, draft)),
    'whatif.solve': ({ draft }) => within(s => s.solve(draft)),
    'whatif.smallest': ({ draft }) => within(s => s.smallest(draft)),
    'whatif.plan': ({ draft }) => within(s => s.plan(draft)),
    'whatif.apply': wish => within(s => s.apply(wish)),
  }
}
