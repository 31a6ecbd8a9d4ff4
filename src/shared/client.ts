/**
 * The typed client over a door's raw pipe: arguments are checked before they leave, results and events when
 * they arrive. A malformed answer becomes an `internal` failure, never a crash of the page.
 */
import { z } from 'zod'
import { contract, isEventName, type CallName, type EngineClient, type RawTransport } from './contract.ts'
import type { Failure } from './failure.ts'
import { fail, ok, type Result } from './result.ts'
import { failure } from './wire.ts'

export function connectClient(transport: RawTransport): EngineClient {
  return {
    async call(name, args) {
      const parsedArgs = contract[name].args.safeParse(args)
      if (!parsedArgs.success)
        return fail({ code: 'request-invalid', call: name, reason: z.prettifyError(parsedArgs.error) })
      let raw: unknown
      try {
        raw = await transport.invoke(name, parsedArgs.data)
      } catch (error) {
        return fail({ code: 'engine-unreachable', reason: error instanceof Error ? error.message : String(error) })
      }
      return parseAnswer(name, raw) as never
    },
    on(name, listener) {
      return transport.subscribe((arrived, payload) => {
        if (arrived !== name || !isEventName(arrived)) return
        const parsed = contract[arrived].payload.safeParse(payload)
        if (parsed.success) listener(parsed.data as never)
        else console.error(`event ${arrived} did not parse`, parsed.error)
      })
    },
  }
}

/** Parses `{ ok: true, value }` or `{ ok: false, error }` against the call's schema. */
function parseAnswer(name: CallName, raw: unknown): Result<unknown, Failure> {
  if (typeof raw === 'object' && raw !== null && 'ok' in raw) {
    if (raw.ok === true && 'value' in raw) {
      const parsed = contract[name].result.safeParse(raw.value)
      return parsed.success
        ? ok(parsed.data)
        : fail({ code: 'internal', message: `answer to ${name}: ${parsed.error.message}` })
    }
    if (raw.ok === false && 'error' in raw) {
      const parsed = failure.safeParse(raw.error)
      if (parsed.success) return fail(parsed.data)
    }
  }
  return fail({ code: 'internal', message: `answer to ${name} has no known shape` })
}
