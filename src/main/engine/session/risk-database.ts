/**
 * The advisory database behind a page: opened in a job when it is due or asked for, never before. What fails leaves the
 * older database, or none with the reason.
 */
import { describeFailure, type Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { AdvisoryDatabaseInfo } from '../../../shared/risk.ts'
import type { Capabilities } from '../capabilities.ts'
import { noAdvisories, openAdvisories, type AdvisorySource } from './advisories-source.ts'
import type { Jobs } from './jobs.ts'
import type { Preferences } from './preferences.ts'
import type { KnownAdvisories } from './risk-rows.ts'

/** A database is looked after again when it was opened so long ago. */
const REOPEN_AFTER_MS = 6 * 3_600_000

/** No network, or nobody wants a database. */
const QUIET: ReadonlySet<Failure['code']> = new Set(['offline', 'refused'])

export interface RiskDatabaseDeps {
  readonly caps: Capabilities
  readonly jobs: Jobs
  readonly preferences: () => Promise<Preferences>
  /** It was opened, or could not be. */
  readonly onChange: () => void
}

export interface RiskDatabase {
  /** What was opened last; before that no advisories, with the reason. */
  known(): KnownAdvisories
  /** Nobody is opening it, and it was not opened yet or long ago. */
  isDue(): boolean
  /** A job, so that it can be seen and cancelled. @failure as openAdvisories, but for those that are only told */
  open(): Promise<Result<null, Failure>>
  /** Asks for it anew, after the one under way; who asks meanwhile gets the same answer. @failure as `open` */
  refresh(): Promise<Result<AdvisoryDatabaseInfo, Failure>>
  /** The one under way, however it ends; null: none is. */
  underWay(): Promise<unknown> | null
}

/** Not opened yet. */
export function createRiskDatabase(deps: RiskDatabaseDeps): RiskDatabase {
  const { clock } = deps.caps
  let known: KnownAdvisories = { advisories: null, info: noAdvisories('the advisory database was not opened yet') }
  let openedAt: number | null = null
  let opening: Promise<unknown> | null = null
  let refreshing: ReturnType<RiskDatabase['refresh']> | null = null

  const openNow = async (refresh: boolean): Promise<Result<null, Failure>> => {
    const { opened, needed } = await openInJob(deps, refresh)
    openedAt = clock.nowMs()
    if (opened.ok && opened.value !== null) known = opened.value
    else if (known.advisories === null) known = { advisories: null, info: noAdvisories(reasonOf(opened, needed)) }
    deps.onChange()
    return opened.ok ? ok(null) : opened
  }
  const open = (refresh: boolean): Promise<Result<null, Failure>> => {
    const work = openNow(refresh)
    opening = work.catch(() => undefined).finally(() => (opening = null))
    return work
  }

  const refresh: RiskDatabase['refresh'] = async () => {
    if (opening !== null) await opening
    const done = await open(true)
    return done.ok ? ok(known.info) : done
  }

  return {
    known: () => known,
    isDue() {
      const isOld = openedAt === null || clock.nowMs() - openedAt > REOPEN_AFTER_MS
      return isOld && opening === null
    },
    open: () => open(false),
    refresh: () => (refreshing ??= refresh().finally(() => (refreshing = null))),
    underWay: () => opening,
  }
}

interface Opened {
  readonly opened: Result<AdvisorySource | null, Failure>
  /** Why there is none, where that is no alarm. */
  readonly needed: Failure | null
}

async function openInJob({ caps, jobs, preferences }: RiskDatabaseDeps, refresh: boolean): Promise<Opened> {
  const { offline, gitInsteadOf: redirects = '' } = (await preferences()).settings()
  let needed: Failure | null = null
  const opened = await jobs.run('Reading advisories', async (run): Promise<Opened['opened']> => {
    const done = await openAdvisories(caps, { offline, refresh, redirects }, run)
    if (done.ok || !QUIET.has(done.error.code)) return done
    // Without network or address there is nothing to be alarmed about: it is told where it is looked for.
    needed = done.error
    return ok(null)
  })
  return { opened, needed }
}

function reasonOf(opened: Result<unknown, Failure>, needed: Failure | null): string {
  const failure = opened.ok ? needed : opened.error
  if (failure === null) return 'there is no advisory database'
  const { title, cause } = describeFailure(failure)
  return cause === null ? title : `${title}: ${cause}`
}
