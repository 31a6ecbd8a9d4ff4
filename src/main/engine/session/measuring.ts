/**
 * Measuring in the background: first what fails, then what only an exemption holds up, each a job. A newer answer
 * stops the work for an older one; sizes are announced as they come; a job that ends early leaves its reason.
 */
import { deltaText, packageKey } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { Run } from '../capabilities.ts'
import { readingInput, startOfReading, type Answer } from './answer.ts'
import { measurePlans, planReading, type Sources, type SuggestInput } from './flow.ts'
import type { Jobs } from './jobs.ts'

export interface MeasuringDeps {
  readonly jobs: Jobs
  readonly signal: AbortSignal
  readonly inBackground: (work: () => Promise<Result<unknown, Failure>>) => void
  readonly sources: () => Sources
  readonly current: () => Answer
  readonly announce: () => void
  readonly onReady: () => Promise<void>
}

export interface Measuring {
  /** Starts over for an answer; what ran for another one is stopped. */
  start(of: Answer): void
  stop(): void
}

export function createMeasuring(deps: MeasuringDeps): Measuring {
  let mine: AbortController | null = null
  return {
    start(of) {
      mine?.abort()
      const own = (mine = new AbortController())
      of.reading = startOfReading()
      deps.inBackground(async () => {
        for (const stage of ['failing', 'exempted'] as const) {
          if (own.signal.aborted || deps.signal.aborted || of !== deps.current()) return ok(null)
          const input = readingInput(of, stage)
          if (input.report.failures.length === 0) continue
          const title = stage === 'failing' ? 'Measuring what to read' : 'Measuring what exemptions cover'
          const result = await measureStage(deps, of, input, title, own.signal)
          if (result.ok || of !== deps.current() || own.signal.aborted) continue
          of.reading = { ...of.reading, phase: 'ready', stopped: result.error }
          deps.announce()
          return ok(null)
        }
        if (of !== deps.current() || own.signal.aborted) return ok(null)
        of.reading = { ...of.reading, phase: 'ready' }
        deps.announce()
        await deps.onReady()
        return ok(null)
      })
    },
    stop() {
      mine?.abort()
    },
  }
}

function measureStage(deps: MeasuringDeps, of: Answer, input: SuggestInput, title: string, own: AbortSignal) {
  return deps.jobs.run(title, async jobRun => {
    const run: Run = { signal: AbortSignal.any([jobRun.signal, own, deps.signal]), onProgress: jobRun.onProgress }
    const sources = deps.sources()
    const planned = await planReading(input, sources, run)
    if (!planned.ok) return planned
    for (const plan of planned.value.plans) of.reading.plans.set(packageKey(plan.crate, plan.version), plan)
    deps.announce()
    const failures = await measurePlans(planned.value.plans, sources.measurer, run, (crate, delta, measured) => {
      if (!measured.ok) of.reading.failures.set(`${crate} ${deltaText(delta)}`, measured.error)
      deps.announce()
    })
    return ok(failures.length)
  })
}
