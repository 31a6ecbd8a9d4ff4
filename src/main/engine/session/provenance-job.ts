/**
 * A provenance run that a page started: one at a time, as a job, and what each package is in meanwhile. Which packages
 * are to be checked is decided here; how many of them are checked at once, in provenance-run.ts.
 */
import type { CallArgs } from '../../../shared/contract.ts'
import type { Failure } from '../../../shared/failure.ts'
import type { ProvenanceSnapshot } from '../../../shared/provenance.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Run } from '../capabilities.ts'
import { DEFAULT_PARALLEL } from './provenance-command.ts'
import type { ProvenanceResults } from './provenance-results.ts'
import { checkMany, stillCounts, versionKey, type RunListener, type WantedVersion } from './provenance-run.ts'
import type { ProvenanceDeps } from './provenance-session.ts'
import type { ProvenanceSources } from './provenance-sources.ts'

export interface Running {
  /** By `versionKey`; who has ended is in it no more. */
  readonly states: Map<string, 'queued' | 'running'>
  progress: NonNullable<ProvenanceSnapshot['run']>
}

/** What runs now and what came of earlier runs, beside the records that are kept. */
export interface RunState {
  running: Running | null
  /** Why a package has no verdict, by `versionKey`, until a run has one. */
  readonly failures: Map<string, Failure>
  /** Settles when the last run has ended. */
  working: Promise<unknown>
}

/** Nothing runs and nothing has failed. */
export const startOfRuns = (): RunState => ({ running: null, failures: new Map(), working: Promise.resolve() })

export interface RunDeps extends Pick<ProvenanceDeps, 'caps' | 'jobs' | 'preferences' | 'workspace'> {
  readonly results: ProvenanceResults
  /** `compareBytes` as in SourceOptions. */
  readonly openSources: (compareBytes: boolean) => Promise<Result<ProvenanceSources, Failure>>
  /** `now`, or what is kept, changed. */
  readonly announce: () => void
}

/**
 * How many were checked just now; what still counts from before is not among them.
 * @failure no-workspace-open, refused (a run is going on), cancelled, those of opening the sources
 */
export async function runAsJob(
  deps: RunDeps,
  now: RunState,
  args: CallArgs<'provenance.run'>,
): Promise<Result<{ checked: number }, Failure>> {
  if (now.running !== null)
    return fail({ code: 'refused', message: 'a provenance run is going on', help: 'Wait for it, or cancel it.' })
  const running: Running = { states: new Map(), progress: { done: 0, total: 0, perSecond: 0, secondsLeft: null } }
  now.running = running
  try {
    const { offline } = (await deps.preferences()).settings()
    const wanted = args.packages ?? missing(deps, args, offline)
    if (wanted === null) return fail({ code: 'no-workspace-open' })
    for (const one of wanted) running.states.set(versionKey(one), 'queued')
    running.progress = { ...running.progress, total: wanted.length }
    deps.announce()
    const title = wanted.length === 1 ? `${wanted[0]!.crate} ${wanted[0]!.version}` : `${wanted.length} packages`
    const work = deps.jobs.run(`Checking provenance of ${title}`, run =>
      checkAll(deps, wanted, args, noting(deps, now.failures, running, wanted), run),
    )
    now.working = work
    return await work
  } finally {
    now.running = null
    deps.announce()
  }
}

/** The workspace's packages that have no record that still counts, or all of them; null: no workspace. */
function missing(
  { caps, workspace, results }: RunDeps,
  { again, level }: CallArgs<'provenance.run'>,
  offline: boolean,
): readonly WantedVersion[] | null {
  const open = workspace()
  if (open === null) return null
  const nowMs = caps.clock.nowMs()
  const isMissing = (wanted: WantedVersion) => {
    const kept = results.summary(wanted.crate, wanted.version, open.lockChecksums.get(versionKey(wanted)))
    return kept === null || !stillCounts(kept, { level, offline }, nowMs)
  }
  return open.packages.filter(p => p.isFromRegistry && (again || isMissing(p)))
}

/** Sources are opened for the run and closed at its end, however it ends. */
async function checkAll(
  { caps, preferences, openSources }: RunDeps,
  wanted: readonly WantedVersion[],
  { level, again }: CallArgs<'provenance.run'>,
  notes: Notes,
  run: Run,
): Promise<Result<{ checked: number }, Failure>> {
  const sources = await openSources(wanted.length === 1)
  if (!sources.ok) return sources
  try {
    const { offline } = (await preferences()).settings()
    const options = { level, again, parallel: DEFAULT_PARALLEL, offline }
    await checkMany(caps, sources.value, sources.value.results, { wanted, options }, notes, run)
    return ok({ checked: notes.checked() })
  } finally {
    await sources.value.close()
  }
}

interface Notes extends RunListener {
  /** How many verdicts were made just now. */
  checked(): number
}

/** Writes down what becomes of each package of the run. */
function noting(
  { announce }: RunDeps,
  failures: Map<string, Failure>,
  running: Running,
  wanted: readonly WantedVersion[],
): Notes {
  let checked = 0
  return {
    started(at) {
      running.states.set(versionKey(wanted[at]!), 'running')
      announce()
    },
    done(at, ended) {
      const key = versionKey(wanted[at]!)
      running.states.delete(key)
      if (ended.ok) failures.delete(key)
      else failures.set(key, ended.error)
      if (ended.ok && ended.isNew) checked++
      announce()
    },
    speed({ done, total, perSecond, secondsLeft }) {
      running.progress = { done, total, perSecond, secondsLeft }
    },
    checked: () => checked,
  }
}
