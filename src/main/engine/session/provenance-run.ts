/**
 * Many checks in one run: skips what has a record that still counts, works on several crates at once, keeps every
 * record as soon as it is there, and tells how fast it goes. A crate whose check cannot end is one failed row, never the
 * end of the run. Killed at any moment and started again, it goes on where it was.
 */
import type { Failure } from '../../../shared/failure.ts'
import type { ProvenanceRecord } from '../../../shared/provenance.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import type { KeptSummary, ProvenanceResults } from './provenance-results.ts'
import { bugOf } from './bug.ts'

export interface WantedVersion {
  readonly crate: string
  readonly version: string
}

/** `name@version`, as in the checksums of a workspace. */
export const versionKey = ({ crate, version }: WantedVersion): string => `${crate}@${version}`

export type CheckLevel = ProvenanceRecord['level']

export interface RunOptions {
  readonly level: CheckLevel
  /** Also what has a record. */
  readonly again: boolean
  /** Checks at once. */
  readonly parallel: number
  /** Without network: then a record that could not reach its repository counts as well as a new one would. */
  readonly offline: boolean
}

/** What ended: a verdict (made now or kept from before), or why there is none. */
export type Checked =
  | { readonly ok: true; readonly value: KeptSummary; readonly isNew: boolean }
  | { readonly ok: false; readonly error: Failure }

export interface RunSpeed {
  readonly done: number
  readonly total: number
  /** Checks made per second over the last seconds; what was kept from before does not count. */
  readonly perSecond: number
  /** Null until the speed is known. */
  readonly secondsLeft: number | null
}

export interface RunListener {
  started?(index: number): void
  /** Each position of the list once, in the order in which the checks end; the record when it was made just now. */
  done(index: number, checked: Checked, record: ProvenanceRecord | null): void
  speed?(speed: RunSpeed): void
}

/** What one check needs; provenance-sources.ts holds the real one. */
export interface CheckOne {
  /** sha256 of the archive as the registry states it; null: unknown here and now. */
  checksum(wanted: WantedVersion, run: Run): Promise<string | null>
  check(wanted: WantedVersion, level: CheckLevel, run: Run): Promise<Result<ProvenanceRecord, Failure>>
}

/** Verdicts that say what is missing hold for this long; then a run asks again. */
const UNSETTLED_MS = 3_600_000
const SPEED_WINDOW_MS = 10_000

/** Throws Cancelled; what was done until then is kept. */
export async function checkMany(
  caps: Pick<Capabilities, 'clock'>,
  one: CheckOne,
  results: ProvenanceResults,
  input: { readonly wanted: readonly WantedVersion[]; readonly options: RunOptions },
  listener: RunListener,
  run: Run,
): Promise<void> {
  const { wanted, options } = input
  const meter = createMeter(caps, wanted.length)
  const shares = openShares(wanted)
  const finish = (positions: readonly number[], { checked, record }: Ended) => {
    for (const position of positions) listener.done(position, checked, record)
    const speed = meter.add(positions.length, checked.ok && checked.isNew)
    const { crate, version } = wanted[positions[0]!]!
    run.onProgress({ done: speed.done, total: speed.total, step: `${crate} ${version}` })
    listener.speed?.(speed)
  }
  const work = async (): Promise<void> => {
    const take = shares.lane()
    for (let positions = take(); positions !== null; positions = take()) {
      if (run.signal.aborted) throw new Cancelled()
      const first = positions[0]!
      const quiet: Run = { signal: run.signal, onProgress: progress => forwardHost(run, progress) }
      finish(
        positions,
        await checkKept(caps, one, results, wanted[first]!, options, () => listener.started?.(first), quiet),
      )
    }
  }
  await settleAll(Array.from({ length: Math.min(options.parallel, shares.count) }, work))
}

interface Ended {
  readonly checked: Checked
  readonly record: ProvenanceRecord | null
}

async function checkKept(
  caps: Pick<Capabilities, 'clock'>,
  one: CheckOne,
  results: ProvenanceResults,
  wanted: WantedVersion,
  options: RunOptions,
  onStart: () => void,
  run: Run,
): Promise<Ended> {
  try {
    if (!options.again) {
      const checksum = await one.checksum(wanted, run)
      const kept = checksum === null ? null : results.summary(wanted.crate, wanted.version, checksum)
      if (kept !== null && stillCounts(kept, options, caps.clock.nowMs())) {
        return { checked: { ...ok(kept), isNew: false }, record: null }
      }
    }
    onStart()
    const record = await one.check(wanted, options.level, run)
    if (!record.ok) return { checked: record, record: null }
    const kept = results.put(record.value)
    return { checked: { ...ok(kept.summary), isNew: true }, record: kept.record }
  } catch (error) {
    if (error instanceof Cancelled || run.signal.aborted) throw new Cancelled()
    return { checked: fail(bugOf(error)), record: null }
  }
}

/** A verdict about the archive holds for ever; one about what could not be had, for an hour. */
export function stillCounts(kept: KeptSummary, options: Pick<RunOptions, 'level' | 'offline'>, nowMs: number): boolean {
  if (options.level === 'rebuild' && kept.level !== 'rebuild') return false
  if (kept.isSettled) return true
  if (kept.wasOffline && !options.offline) return false
  return nowMs - kept.checkedAt < UNSETTLED_MS
}

/** Positions of one version in the list: asked for twice, it is checked once and answered twice. */
type Positions = readonly number[]

/**
 * Shares the list out to lanes. Each takes the versions of one crate, one after the other: they need the same index entry
 * and mostly the same mirror, which answers one question at a time and may first have to be fetched. When every crate is
 * taken, a lane helps where most is left.
 */
function openShares(wanted: readonly WantedVersion[]) {
  const byVersion = Map.groupBy(wanted.keys(), position => versionKey(wanted[position]!))
  const byCrate = Map.groupBy(byVersion.values(), ([first = 0]) => wanted[first]!.crate)
  const untaken: Positions[][] = [...byCrate.values()].reverse()
  const taken: Positions[][] = []
  return {
    /** Versions in all. */
    count: byVersion.size,
    /** What gives a lane its next version; null when all are given out. */
    lane(): () => Positions | null {
      let own: Positions[] = []
      return () => {
        if (own.length === 0) {
          const next = untaken.pop()
          if (next !== undefined) taken.push((own = next))
        }
        if (own.length > 0) return own.shift() ?? null
        return taken.reduce((most, one) => (one.length > most.length ? one : most), own).pop() ?? null
      }
    },
  }
}

/** Waits for all of them before it throws, so that nothing goes on behind a cancelled run. */
async function settleAll(work: readonly Promise<void>[]): Promise<void> {
  const ended = await Promise.allSettled(work)
  for (const one of ended) if (one.status === 'rejected') throw one.reason as Error
}

type Progress = Parameters<Run['onProgress']>[0]

/** Of a single check only the hosts it contacts are told on: the counts are the whole run's. */
function forwardHost(run: Run, progress: Progress): void {
  if (progress.host !== undefined) run.onProgress({ done: 0, total: null, step: progress.step, host: progress.host })
}

function createMeter({ clock }: Pick<Capabilities, 'clock'>, total: number) {
  let done = 0
  const startedAt = clock.nowMs()
  /** Times of the checks of the last seconds, oldest first. */
  const recent: number[] = []
  return {
    add(count: number, isNew: boolean): RunSpeed {
      done += count
      const now = clock.nowMs()
      if (isNew) recent.push(now)
      while (recent.length > 0 && now - recent[0]! > SPEED_WINDOW_MS) recent.shift()
      const seconds = Math.max(Math.min(now - startedAt, SPEED_WINDOW_MS), 1) / 1000
      const perSecond = recent.length / seconds
      const secondsLeft = recent.length < 2 ? null : (total - done) / perSecond
      return { done, total, perSecond, secondsLeft: done === total ? 0 : secondsLeft }
    },
  }
}
