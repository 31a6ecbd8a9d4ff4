/** The team's calls of the contract. */
import type { EngineHandlers } from '../../../shared/contract.ts'
import { fail } from '../../../shared/result.ts'

export type TeamHandlers = Pick<EngineHandlers, Extract<keyof EngineHandlers, `team.${string}`>>

export function createTeam(): { readonly handlers: TeamHandlers } {
  // TODO: no call works yet; each says so.
  const unsupported = async () => fail({ code: 'unsupported', what: 'the team state', instead: null } as const)
  return {
    handlers: {
      'team.state': unsupported,
      'team.thread': unsupported,
      'team.act': unsupported,
      'team.undo': unsupported,
      'team.sync': unsupported,
      'team.where': unsupported,
      'team.setup': unsupported,
      'team.news': unsupported,
      'team.looked': unsupported,
    },
  }
}
