/** Calls of the list of jobs. */
import type { EngineHandlers } from '../../../shared/contract.ts'
import { ok } from '../../../shared/result.ts'
import type { Jobs } from './jobs.ts'

type JobsHandlers = Pick<EngineHandlers, Extract<keyof EngineHandlers, `jobs.${string}`>>

/** A job that is not there any more is no failure. */
export function jobsHandlers(jobs: Jobs): JobsHandlers {
  return {
    'jobs.list': async () => ok([...jobs.list()]),
    'jobs.cancel': async ({ id }) => {
      jobs.cancel(id)
      return ok(null)
    },
    'jobs.dismiss': async ({ id }) => {
      jobs.dismiss(id)
      return ok(null)
    },
  }
}
