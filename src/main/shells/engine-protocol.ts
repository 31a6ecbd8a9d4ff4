/**
 * What travels between a door and the engine's process: plain JSON messages, the same over an Electron utility process
 * and a Node child. The door sends calls and one `shutdown`; the engine answers each call exactly once, in any order.
 */
import type { Failure } from '../../shared/failure.ts'

/** `id` is chosen by the door and unique per engine process. */
export type ToEngine =
  | { readonly kind: 'call'; readonly id: number; readonly name: string; readonly args: unknown }
  | { readonly kind: 'shutdown' }

/** `ready` is the first message. `answer` is a Result as plain data. */
export type FromEngine =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'event'; readonly name: string; readonly payload: unknown }

/** A Result as it crosses: see shared/result.ts. */
export type PlainAnswer =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: Failure }

/** The engine's end or the door's end of the pipe. */
export interface MessagePort<Out> {
  send(message: Out): void
  onMessage(listener: (message: unknown) => void): void
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Null for anything that is not a message for the engine. */
export function parseToEngine(raw: unknown): ToEngine | null {
  if (!isRecord(raw)) return null
  if (raw.kind === 'shutdown') return { kind: 'shutdown' }
  if (raw.kind !== 'call' || typeof raw.id !== 'number' || typeof raw.name !== 'string') return null
  return { kind: 'call', id: raw.id, name: raw.name, args: raw.args ?? null }
}

/** Null for anything that is not a message from the engine. */
export function parseFromEngine(raw: unknown): FromEngine | null {
  if (!isRecord(raw)) return null
  if (raw.kind === 'ready') return { kind: 'ready' }
  if (raw.kind === 'answer' && typeof raw.id === 'number') return { kind: 'answer', id: raw.id, answer: raw.answer }
  if (raw.kind === 'event' && typeof raw.name === 'string')
    return { kind: 'event', name: raw.name, payload: raw.payload }
  return null
}
