/** What is thrown and is no cancellation is a bug of ours; where it is caught it becomes this failure. */
import type { Failure } from '../../../shared/failure.ts'

/** With the stack, which the page offers for a report. */
export function bugOf(error: unknown): Failure {
  return { code: 'internal', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}
