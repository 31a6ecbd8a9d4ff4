/**
 * The change that a reviewer will probably open next, compared while he still looks at its row. Its two crates are in
 * memory then, so there is one at a time, and it is let go after a while.
 */
import type { CrateName, Delta } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, type Result } from '../../../shared/result.ts'
import type { Run } from '../capabilities.ts'

const KEPT_MS = 5 * 60_000

export interface Change {
  readonly crate: CrateName
  readonly delta: Delta
}

export interface ComparedAhead<T> {
  /** Begins, and lets go of any other. Resolves when it is done, failed, or another took its place. */
  start(change: Change): Promise<void>
  /**
   * What was begun for this change, once; null when nothing was, and when it came to nothing: its failure is of an
   * earlier time. One of another change is called off: what is opened has the machine for itself. The caller's progress
   * and signal are its own from then on. Throws Cancelled.
   */
  take(change: Change, run: Run): Promise<T | null>
  close(): void
}

interface Held<T> {
  readonly change: Change
  readonly abort: AbortController
  /** Null when it failed. */
  readonly outcome: Promise<T | null>
  onProgress: Run['onProgress']
  readonly timer: NodeJS.Timeout
}

const isSame = (a: Change, b: Change): boolean =>
  a.crate === b.crate && a.delta.from === b.delta.from && a.delta.to === b.delta.to

/** `compare` may throw Cancelled; it should ask nobody: the reviewer has not asked for anything yet. */
export function createComparedAhead<T>(
  compare: (change: Change, run: Run) => Promise<Result<T, Failure>>,
): ComparedAhead<T> {
  let held: Held<T> | null = null
  const release = (): Held<T> | null => {
    const former = held
    held = null
    if (former !== null) clearTimeout(former.timer)
    return former
  }
  const drop = () => release()?.abort.abort()
  return {
    async start(change) {
      if (held === null || !isSame(held.change, change)) {
        drop()
        held = begin(compare, change, drop)
      }
      await held.outcome.catch(() => undefined)
    },
    async take(change, run) {
      if (held !== null && !isSame(held.change, change)) drop()
      const taken = release()
      if (taken === null) return null
      taken.onProgress = run.onProgress
      const cancel = () => taken.abort.abort()
      if (run.signal.aborted) cancel()
      run.signal.addEventListener('abort', cancel, { once: true })
      try {
        const outcome = await taken.outcome
        if (run.signal.aborted) throw new Cancelled()
        return outcome
      } finally {
        run.signal.removeEventListener('abort', cancel)
      }
    },
    close: drop,
  }
}

function begin<T>(
  compare: (change: Change, run: Run) => Promise<Result<T, Failure>>,
  change: Change,
  drop: () => void,
): Held<T> {
  const abort = new AbortController()
  const run: Run = { signal: abort.signal, onProgress: progress => begun.onProgress(progress) }
  const outcome = compare(change, run).then(answer => (answer.ok ? answer.value : null))
  outcome.catch(() => undefined) // told to whoever takes it
  const begun: Held<T> = {
    ...{ change, abort, outcome },
    onProgress: () => undefined,
    timer: setTimeout(drop, KEPT_MS).unref(),
  }
  return begun
}
