/**
 * Jobs: long work that a user can watch and cancel. Each has an id, an AbortSignal and monotone progress;
 * the list goes out at most ten times a second. A failed job stays until dismissed, a good one for a minute.
 */
import type { JobId } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, type Result } from '../../../shared/result.ts'
import type { Job } from '../../../shared/wire.ts'
import type { Clock, Run } from '../capabilities.ts'
import { bugOf } from './bug.ts'

const EMIT_INTERVAL_MS = 100
const KEEP_ENDED_MS = 60_000

export interface Jobs {
  /**
   * Runs `work` as a job. A Cancelled thrown inside becomes the `cancelled` failure; other throws are bugs and
   * become `internal`. Progress never goes down.
   */
  run<T>(title: string, work: (run: Run) => Promise<Result<T, Failure>>): Promise<Result<T, Failure>>
  list(): readonly Job[]
  cancel(id: JobId): void
  cancelAll(): void
  dismiss(id: JobId): void
}

interface Entry {
  job: Job
  readonly abort: AbortController
  endedAt: number | null
}

export function createJobs(clock: Clock, emit: (jobs: Job[]) => void): Jobs {
  const entries = new Map<JobId, Entry>()
  let nextId = 1
  let timer: ReturnType<typeof setTimeout> | null = null

  const visible = (): Job[] => {
    const now = clock.nowMs()
    for (const [id, entry] of entries) {
      const isStale = entry.endedAt !== null && now - entry.endedAt > KEEP_ENDED_MS
      if (isStale && entry.job.state !== 'failed') entries.delete(id)
    }
    return [...entries.values()].map(entry => entry.job)
  }
  const announce = () => {
    timer ??= setTimeout(() => {
      timer = null
      emit(visible())
    }, EMIT_INTERVAL_MS)
    timer.unref()
  }
  const end = (entry: Entry, state: Job['state'], failure: Failure | null) => {
    entry.job = { ...entry.job, state, failure, step: null }
    entry.endedAt = clock.nowMs()
    announce()
  }

  return {
    async run(title, work) {
      const id = `job-${nextId++}` as JobId
      const startedAt = clock.nowMs()
      const entry: Entry = {
        abort: new AbortController(),
        endedAt: null,
        job: { id, title, step: null, done: 0, total: null, state: 'running', failure: null, startedAt, hosts: [] },
      }
      entries.set(id, entry)
      announce()
      try {
        const result = await work({
          signal: entry.abort.signal,
          onProgress: ({ done, total, step, host }) => {
            if (entry.endedAt !== null) return
            const hosts =
              host === undefined || entry.job.hosts.includes(host) ? entry.job.hosts : [...entry.job.hosts, host]
            entry.job = { ...entry.job, done: Math.max(entry.job.done, done), total, step, hosts }
            announce()
          },
        })
        if (result.ok) end(entry, 'done', null)
        else if (result.error.code === 'cancelled') end(entry, 'cancelled', null)
        else end(entry, 'failed', result.error)
        return result
      } catch (error) {
        if (error instanceof Cancelled || entry.abort.signal.aborted) {
          end(entry, 'cancelled', null)
          return fail({ code: 'cancelled' })
        }
        const failure = bugOf(error)
        end(entry, 'failed', failure)
        return fail(failure)
      }
    },
    list: visible,
    cancel(id) {
      const entry = entries.get(id)
      if (entry === undefined || entry.endedAt !== null) return
      entry.abort.abort(new Cancelled('cancelled by the user'))
      end(entry, 'cancelled', null)
    },
    cancelAll() {
      for (const entry of entries.values()) {
        if (entry.endedAt === null) entry.abort.abort(new Cancelled('the workspace was closed'))
      }
    },
    dismiss(id) {
      if (entries.get(id)?.endedAt !== null) entries.delete(id)
      announce()
    },
  }
}
