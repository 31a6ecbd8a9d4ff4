/**
 * Looks through what measuring brought into the cache, for risk: in a job, one at a time, until nothing is left. A
 * cancelled one is not begun again, and what was not in the cache is not asked for again, until `forget`.
 */
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { Run } from '../capabilities.ts'
import type { Jobs } from './jobs.ts'
import { scanArchives } from './risk-archive.ts'
import type { RiskReader, RiskSource, WantedArchive } from './risk-rows.ts'

export interface RiskScanDeps {
  readonly jobs: Jobs
  readonly reader: RiskReader
  /** Null while no workspace is open. */
  readonly source: () => RiskSource | null
  /** An archive was looked through, or the last of them. */
  readonly onChange: () => void
}

export interface RiskScan {
  /** How many archives are still to be looked through. */
  left(): number
  /** Looks through those that are missing, unless it is under way; nothing to do while the queue is measured. */
  begin(): Promise<void>
  /** The queue was measured anew: what was fetched meanwhile is at hand now. */
  forget(): void
  /** Begins none from now on; ends with the one under way, however that ends. */
  close(): Promise<unknown>
}

/** Not begun yet. */
export function createRiskScan(deps: RiskScanDeps): RiskScan {
  let scanning: Promise<unknown> | null = null
  /** Checksums of archives that were not in the cache when they were asked for, until the queue is measured anew. */
  const absent = new Set<string>()
  let isStopped = false
  let isClosed = false
  let toScan = 0
  const onLeft = (left: number) => {
    toScan = left
    deps.onChange()
  }
  const begin = async (): Promise<void> => {
    const now = deps.source()
    if (now === null || scanning !== null || isStopped || isClosed || now.snapshot().phase !== 'ready') return
    const missing = await deps.reader.missing(now)
    const wanted = missing.ok ? missing.value.filter(one => !absent.has(one.checksum)) : []
    if (wanted.length === 0 || scanning !== null || isClosed) return
    toScan = wanted.length
    scanning = lookThrough(deps, now, wanted, { absent, onLeft }).then(done => {
      scanning = null
      isStopped = !done.ok
      onLeft(0)
      return isStopped ? undefined : begin()
    })
    await scanning
  }
  return {
    left: () => toScan,
    begin,
    forget() {
      absent.clear()
      isStopped = false
    },
    async close() {
      isClosed = true
      await scanning?.catch(() => undefined)
    },
  }
}

interface Seen {
  /** Takes the checksums of those that are not in the cache. */
  readonly absent: Set<string>
  readonly onLeft: (left: number) => void
}

function lookThrough(
  { jobs, reader }: RiskScanDeps,
  source: RiskSource,
  wanted: readonly WantedArchive[],
  { absent, onLeft }: Seen,
): Promise<Result<null, Failure>> {
  return jobs.run('Looking through archives for risk', async run => {
    const quiet: Run = { signal: run.signal, onProgress: () => undefined }
    const files = (at: number) => reader.files(source, wanted[at]!, quiet)
    const onEach = (at: number, isFound: boolean) => {
      if (!isFound) absent.add(wanted[at]!.checksum)
      onLeft(wanted.length - at - 1)
    }
    await scanArchives(wanted, files, reader.archives, onEach, run)
    return ok(null)
  })
}
