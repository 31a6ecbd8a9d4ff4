/**
 * Result: the value of a step that may fail for a reason we can name. Failures are data and travel;
 * bugs are thrown. `E` is a Failure (failure.ts) or a narrower union inside one module.
 */

export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E }

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

export function fail<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error }
}

/** An impossible case. Throws, because reaching it is a bug of ours and never the user's doing. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`)
}

/** Thrown through the engine when its AbortSignal fired; becomes the `cancelled` failure at the contract. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled'
}
