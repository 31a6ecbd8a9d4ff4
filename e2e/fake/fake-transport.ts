/**
 * An engine that answers from a scenario: the same raw pipe as a door's, typed from the contract. Calls that a scenario
 * does not answer fail as `unsupported`, so a page that calls too much is seen at once.
 */
import type {
  CallArgs,
  CallName,
  CallResult,
  EventName,
  EventPayload,
  RawTransport,
} from '../../src/shared/contract.ts'
import type { Failure } from '../../src/shared/failure.ts'
import { fail, type Result } from '../../src/shared/result.ts'

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
        ((args: unknown, emit: Emit) => Promise<unknown>) | undefined
      if (handler === undefined) return fail({ code: 'unsupported', what: name, instead: null })
      return await handler(args, emit)
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
