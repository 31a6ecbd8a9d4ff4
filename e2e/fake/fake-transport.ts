/**
 * An engine that answers from a scenario: the same raw pipe as a door's, typed from the contract. Calls that a scenario
 * does not answer fail as `unsupported`, so a page that calls too much is seen at once.
 */
import { z } from 'zod'
import {
  contract,
  type CallArgs,
  type CallName,
  type CallResult,
  type EventName,
  type EventPayload,
  type RawTransport,
} from '../../src/shared/contract.ts'
import type { Failure } from '../../src/shared/failure.ts'
import { fail, ok, type Result } from '../../src/shared/result.ts'

export type Emit = <K extends EventName>(name: K, payload: EventPayload<K>) => void

export type FakeHandlers = {
  readonly [K in CallName]?: (
    args: CallArgs<K>,
    emit: Emit,
  ) => Result<CallResult<K>, Failure> | Promise<Result<CallResult<K>, Failure>>
}

export interface Scenario {
  readonly door: RawTransport['door']
  readonly handlers: FakeHandlers
  /** Runs once the page listens. */
  readonly start?: (emit: Emit) => void
}

export function fakeTransport(scenario: Scenario): RawTransport {
  const listeners = new Set<(name: string, payload: unknown) => void>()
  let isStarted = false
  const emit: Emit = (name, payload) => {
    for (const listener of listeners) listener(name, payload)
  }
  return {
    door: scenario.door,
    async invoke(name, args) {
      const handler = scenario.handlers[name as CallName] as
        ((args: unknown, emit: Emit) => Promise<Result<unknown, Failure>>) | undefined
      if (handler === undefined) return fail({ code: 'unsupported', what: name, instead: null })
      const answer = await handler(args, emit)
      return answer.ok ? ok(z.encode(contract[name as CallName].result as z.ZodType, answer.value)) : answer
    },
    subscribe(listener) {
      listeners.add(listener)
      if (!isStarted) {
        isStarted = true
        setTimeout(() => scenario.start?.(emit), 0)
      }
      return () => listeners.delete(listener)
    },
  }
}
