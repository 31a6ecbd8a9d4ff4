/**
 * Several callers may want the same thing while it is being made: it is made once. Each caller keeps his own right to
 * give up, and the work of one who gave up is done again for those who still wait.
 */
import { Cancelled } from '../../../shared/result.ts'

export interface SharedWork<T> {
  /** The running or new work for `key`. Throws Cancelled when `signal` is aborted, whoever's work it is. */
  join(key: string, signal: AbortSignal, start: () => Promise<T>): Promise<T>
}

export function createSharedWork<T>(): SharedWork<T> {
  const running = new Map<string, Promise<T>>()
  return {
    async join(key, signal, start) {
      for (;;) {
        if (signal.aborted) throw new Cancelled()
        let work = running.get(key)
        const isOwn = work === undefined
        if (work === undefined) {
          work = start().finally(() => running.delete(key))
          running.set(key, work)
        }
        try {
          return await unlessAborted(work, signal)
        } catch (error) {
          const isAnothers = !isOwn && !signal.aborted && error instanceof Error && error.name === 'Cancelled'
          if (!isAnothers) throw error
        }
      }
    },
  }
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => undefined as void
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new Cancelled())
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
