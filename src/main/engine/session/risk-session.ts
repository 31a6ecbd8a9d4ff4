/**
 * Risk and advisories behind a page: the scores of the open workspace's queue, made anew when something they rest on
 * changes; the advisory database, opened when a page first asks; archives in the cache, looked through in a job. Nothing
 * happens before a page has asked once.
 */
import type { EngineHandlers } from '../../../shared/contract.ts'
import { describeFailure, type Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { RiskSnapshot } from '../../../shared/risk.ts'
import type { QueueSnapshot } from '../../../shared/wire.ts'
import type { Capabilities } from '../capabilities.ts'
import { noAdvisories, openAdvisories, type AdvisorySource } from './advisories-source.ts'
import type { Emit } from './create-engine.ts'
import type { Jobs } from './jobs.ts'
import type { Preferences } from './preferences.ts'
import { scanArchives } from './risk-archive.ts'
import { openRiskReader, type KnownAdvisories, type RiskRows, type RiskSource } from './risk-rows.ts'

const EMIT_INTERVAL_MS = 500
/** A long queue takes its time; the engine spends at most a fifth of it on scores. */
const REST = 4
/** A database is looked after again when it was opened so long ago. */
const REOPEN_AFTER_MS = 6 * 3_600_000

/** No network, or nobody wants a database. */
const QUIET: ReadonlySet<Failure['code']> = new Set(['offline', 'refused'])

export interface RiskDeps {
  readonly caps: Capabilities
  readonly jobs: Jobs
  readonly emit: Emit
  readonly preferences: () => Promise<Preferences>
  /** Null while none is open. */
  readonly source: () => RiskSource | null
}

export interface RiskSession {
  readonly handlers: Pick<EngineHandlers, 'risk.list' | 'risk.explain' | 'advisories.refresh'>
  /** The queue, or what is known of its packages, changed. */
  touch(snapshot: QueueSnapshot): void
  close(): Promise<void>
}

export function createRisk({ caps, jobs, emit, preferences, source }: RiskDeps): RiskSession {
  const reader = openRiskReader(caps)
  let known: KnownAdvisories = { advisories: null, info: noAdvisories('the advisory database was not opened yet') }
  let openedAt: number | null = null
  let opening: Promise<unknown> | null = null
  let scanning: Promise<unknown> | null = null
  /** Checksums of archives that were not in the cache when they were asked for, until the queue is measured anew. */
  const absent = new Set<string>()
  let isStopped = false
  let toScan = 0
  let last: { readonly root: string; readonly rows: RiskRows } | null = null
  let generation = 0
  let isWatched = false
  let isClosed = false
  let timer: ReturnType<typeof setTimeout> | null = null
  let phase = ''
  let computeMs = 0
  /** What was announced last, without its generation. */
  let announced = ''

  let computing: Promise<unknown> = Promise.resolve()
  const compute = (): Promise<Result<RiskSnapshot, Failure>> => {
    const work = computeNow()
    computing = Promise.allSettled([computing, work])
    return work
  }
  const computeNow = async (): Promise<Result<RiskSnapshot, Failure>> => {
    const now = source()
    if (now === null) return fail({ code: 'no-workspace-open' })
    const rows = await reader.rows(now, known)
    if (!rows.ok) return rows
    last = { root: now.workspace.root, rows: rows.value }
    const { weights, details } = rows.value
    return ok({ generation: ++generation, rows: details.map(d => d.row), weights, database: known.info, toScan })
  }
  const announce = () => {
    if (!isWatched || isClosed) return
    timer ??= setTimeout(
      () => {
        timer = null
        const startedAt = performance.now()
        compute()
          .then(snapshot => {
            computeMs = performance.now() - startedAt
            if (isClosed || !snapshot.ok) return
            const text = JSON.stringify({ ...snapshot.value, generation: 0 })
            if (text === announced) return
            announced = text
            emit('risk.changed', snapshot.value)
          })
          .catch((error: unknown) => console.error(error))
      },
      Math.max(EMIT_INTERVAL_MS, REST * computeMs),
    )
    timer.unref()
  }

  /** A job, so that it can be seen and cancelled; what fails leaves the older database, or none with the reason. */
  const openDatabase = (refresh: boolean): Promise<Result<null, Failure>> => {
    const work = (async () => {
      const { offline, gitInsteadOf: redirects = '' } = (await preferences()).settings()
      let needed: Failure | null = null
      const opened = await jobs.run(
        'Reading advisories',
        async (run): Promise<Result<AdvisorySource | null, Failure>> => {
          const done = await openAdvisories(caps, { offline, refresh, redirects }, run)
          if (done.ok || !QUIET.has(done.error.code)) return done
          // Without network or address there is nothing to be alarmed about: it is told where it is looked for.
          needed = done.error
          return ok(null)
        },
      )
      openedAt = caps.clock.nowMs()
      if (opened.ok && opened.value !== null) known = opened.value
      else if (known.advisories === null) known = { advisories: null, info: noAdvisories(reasonOf(opened, needed)) }
      announce()
      return opened.ok ? ok(null) : opened
    })()
    opening = work.catch(() => undefined).finally(() => (opening = null))
    return work
  }

  /** Looks through what measuring brought into the cache. One run at a time; a cancelled one is not begun again. */
  const scan = async () => {
    const now = source()
    if (now === null || scanning !== null || isStopped || isClosed || now.snapshot().phase !== 'ready') return
    const missing = await reader.missing(now)
    const wanted = missing.ok ? missing.value.filter(one => !absent.has(one.checksum)) : []
    if (wanted.length === 0 || scanning !== null || isClosed) return
    toScan = wanted.length
    const files = (at: number) => reader.files(now, wanted[at]!, { signal, onProgress: () => undefined })
    let signal = new AbortController().signal
    const work = jobs.run('Looking through archives for risk', async run => {
      signal = run.signal
      const onEach = (at: number, isFound: boolean) => {
        if (!isFound) absent.add(wanted[at]!.checksum)
        toScan = wanted.length - at - 1
        announce()
      }
      await scanArchives(wanted, files, reader.archives, onEach, run)
      return ok(null)
    })
    scanning = work.then(done => {
      scanning = null
      toScan = 0
      isStopped = !done.ok
      announce()
      return isStopped ? undefined : scan()
    })
    await scanning
  }
  const inBackground = (work: () => Promise<unknown>) => void work().catch((error: unknown) => console.error(error))

  return {
    handlers: {
      async 'risk.list'() {
        isWatched = true
        const isDue = openedAt === null || caps.clock.nowMs() - openedAt > REOPEN_AFTER_MS
        if (isDue && opening === null) inBackground(() => openDatabase(false))
        inBackground(scan)
        return compute()
      },
      async 'risk.explain'({ key }) {
        const find = () => (last === null ? undefined : last.rows.details.find(({ row }) => row.key === key))
        if (find() === undefined || last?.root !== source()?.workspace.root) {
          const made = await compute()
          if (!made.ok) return made
        }
        const detail = find()
        return detail === undefined ? fail({ code: 'package-unknown', name: key, version: null }) : ok(detail)
      },
      async 'advisories.refresh'() {
        if (opening !== null) await opening
        const done = await openDatabase(true)
        return done.ok ? ok(known.info) : done
      },
    },
    touch(snapshot) {
      if (snapshot.phase === phase) return announce()
      // Measuring has ended or begun: what was fetched meanwhile is at hand now.
      phase = snapshot.phase
      reader.forget()
      absent.clear()
      isStopped = false
      if (isWatched) inBackground(scan)
      announce()
    },
    async close() {
      isClosed = true
      if (timer !== null) clearTimeout(timer)
      await Promise.all([opening, scanning?.catch(() => undefined), computing])
      reader.close()
    },
  }
}

function reasonOf(opened: Result<unknown, Failure>, needed: Failure | null): string {
  const failure = opened.ok ? needed : opened.error
  if (failure === null) return 'there is no advisory database'
  const { title, cause } = describeFailure(failure)
  return cause === null ? title : `${title}: ${cause}`
}
