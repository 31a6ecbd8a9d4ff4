/**
 * The engine's end of the pipe: parses arguments on arrival and checks results before they leave, with the contract's
 * schemas; what travels in another form than it is used in (review-columns.ts) takes that form here.
 * Whatever a handler does, its call is answered exactly once; a throw is a bug of ours and becomes `internal`.
 */
import { z } from 'zod'
import {
  contract,
  isCallName,
  isEventName,
  type EngineCallName,
  type EngineHandlers,
  type EventName,
  type EventPayload,
} from '../../shared/contract.ts'
import { Cancelled, fail, ok } from '../../shared/result.ts'
import { parseToEngine, type FromEngine, type MessagePort, type PlainAnswer } from './engine-protocol.ts'

export interface Engine {
  readonly handlers: EngineHandlers
  dispose(): Promise<void>
}

export interface HostOptions {
  /** Called once after `shutdown` was carried out. */
  onShutdown(): void
  /** Where bugs are written, for a person. */
  log(text: string): void
}

/** Builds the engine with an `emit` that checks payloads, then serves calls from `port` until it is told to shut down. */
export function serveEngine(
  port: MessagePort<FromEngine>,
  build: (emit: <K extends EventName>(name: K, payload: EventPayload<K>) => void) => Engine,
  options: HostOptions,
): void {
  const engine = build((name, payload) => {
    const parsed = contract[name].payload.safeParse(payload)
    if (parsed.success) port.send({ kind: 'event', name, payload: parsed.data })
    else options.log(`event ${name} was dropped: ${parsed.error.message}`)
  })
  let isShuttingDown = false
  port.onMessage(raw => {
    const message = parseToEngine(raw)
    if (message === null) return
    if (message.kind === 'shutdown') {
      if (isShuttingDown) return
      isShuttingDown = true
      void engine.dispose().then(options.onShutdown, (error: unknown) => {
        options.log(`dispose: ${textOf(error)}`)
        options.onShutdown()
      })
      return
    }
    const { id, name, args } = message
    void answerCall(engine.handlers, name, args, options.log).then(answer => {
      port.send({ kind: 'answer', id, answer })
    })
  })
  port.send({ kind: 'ready' })
}

const textOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))

const isEngineCall = (name: string): name is EngineCallName => isCallName(name) && !name.startsWith('shell.')

/** One call, parsed both ways. Never rejects. @failure request-invalid, internal, cancelled and the handler's own */
export async function answerCall(
  handlers: EngineHandlers,
  name: string,
  args: unknown,
  log: (text: string) => void,
): Promise<PlainAnswer> {
  if (!isEngineCall(name) || isEventName(name)) {
    return fail({ code: 'request-invalid', call: name.slice(0, 100), reason: 'no such call' })
  }
  const parsedArgs = contract[name].args.safeParse(args)
  if (!parsedArgs.success) return fail({ code: 'request-invalid', call: name, reason: parsedArgs.error.message })
  try {
    const handler = handlers[name] as (args: unknown) => ReturnType<EngineHandlers[EngineCallName]>
    const result = await handler(parsedArgs.data)
    if (!result.ok) return fail(result.error)
    const encoded = z.safeEncode(contract[name].result as z.ZodType, result.value)
    if (encoded.success) return ok(encoded.data)
    log(`answer of ${name}: ${encoded.error.message}`)
    return fail({ code: 'internal', message: `the answer to ${name} was malformed: ${encoded.error.message}` })
  } catch (error) {
    if (error instanceof Cancelled) return fail({ code: 'cancelled' })
    log(`${name}: ${textOf(error)}`)
    return fail({ code: 'internal', message: `${name}: ${error instanceof Error ? error.message : String(error)}` })
  }
}
