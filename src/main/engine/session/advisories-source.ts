/**
 * The advisory database for whoever asks: fetched when it is older than a day and the network may be used, else as it
 * lies in the cache, with its age; or a folder that the user names. `ASSAY_ADVISORY_DB` names another address (empty:
 * none), `ASSAY_GIT_INSTEAD_OF` other places for addresses. A workspace cannot choose the address: one that pointed to an
 * empty database would silence what it is warned of.
 */
import type { AbsolutePath } from '../../../shared/domain.ts'
import { describeFailure, type Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { AdvisoryDatabaseInfo } from '../../../shared/risk.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import type { Advisories } from '../core/advisories.ts'
import { advisoriesFetchedAt, advisoryCopy, fetchAdvisories, type AdvisoryRemote } from '../io/advisory-db-fetch.ts'
import { readAdvisoryFolder, readAdvisoryMirror, type AdvisoryDatabase } from '../io/advisory-db.ts'
import { remoteOf } from '../provenance/git-fetch.ts'
import { parseInsteadOf, redirect } from '../../../shared/redirects.ts'

/** RustSec's own, the only place where it is written. */
const PUBLIC_DATABASE = 'https://github.com/RustSec/advisory-db'
const DAY_MS = 24 * 3_600_000
/** From this age on an answer says that it may be out of date. */
const STALE_AFTER_MS = 7 * DAY_MS

export interface AdvisorySource {
  readonly advisories: Advisories
  readonly info: AdvisoryDatabaseInfo
}

export interface AdvisoryWish {
  readonly offline: boolean
  /** Ask the server even when it was asked within a day. */
  readonly refresh: boolean
  /** The setting beside ASSAY_GIT_INSTEAD_OF; empty: none. */
  readonly redirects: string
}

/** No database, and why: answers then say `unknown`. */
export const noAdvisories = (reason: string): AdvisoryDatabaseInfo => ({
  ...{ state: 'unknown', reason, advisories: 0, unread: 0, commit: null, committedAt: null, fetchedAt: null },
})

/** @failure refused (none is named), offline, request-invalid (redirects that are none, an address that is not fetched from), advisories-*, git-not-found */
export async function openAdvisories(
  caps: Capabilities,
  wish: AdvisoryWish,
  run: Run,
): Promise<Result<AdvisorySource, Failure>> {
  const remote = advisoryRemote(caps, wish.redirects)
  if (!remote.ok) return remote
  const gitDir = advisoryCopy(caps, remote.value)
  const before = await advisoriesFetchedAt(caps, gitDir)
  const isDue = wish.refresh || before === null || Math.abs(caps.clock.nowMs() - before) > DAY_MS
  const fetched = isDue && !wish.offline ? await fetchAdvisories(caps, remote.value, run) : null
  if (before === null && fetched?.ok !== true)
    return fetched ?? fail({ code: 'offline', needed: 'the advisory database' })
  const read = await readAdvisoryMirror(caps, gitDir, run.signal)
  if (!read.ok) return read
  const fetchedAt = (await advisoriesFetchedAt(caps, gitDir)) ?? before
  const trouble = fetched?.ok === false ? describeFailure(fetched.error) : null
  const words = trouble === null ? null : `${trouble.title}${trouble.cause === null ? '' : `: ${trouble.cause}`}`
  return ok({ advisories: read.value.advisories, info: infoOf(caps, read.value, fetchedAt, words) })
}

/** A folder or a clone of the database, as `cargo audit --db` takes it. @failure advisories-unreadable */
export async function openAdvisoryFolder(
  caps: Capabilities,
  folder: AbsolutePath,
  run: Run,
): Promise<Result<AdvisorySource, Failure>> {
  const read = await readAdvisoryFolder(caps, folder, run.signal)
  if (!read.ok) return read
  return ok({ advisories: read.value.advisories, info: infoOf(caps, read.value, read.value.committedAt, null) })
}

function infoOf(
  caps: Capabilities,
  { advisories, commit, committedAt }: AdvisoryDatabase,
  fetchedAt: number | null,
  trouble: string | null,
): AdvisoryDatabaseInfo {
  // A folder without git tells no age: nobody knows how old it is, so nobody may take it for new.
  const isStale = fetchedAt === null || caps.clock.nowMs() - fetchedAt > STALE_AFTER_MS
  return {
    state: isStale ? 'stale' : 'known',
    reason: trouble ?? (fetchedAt === null ? 'the age of this database is not known' : null),
    advisories: advisories.count,
    unread: advisories.problems.length,
    ...{ commit, committedAt, fetchedAt },
  }
}

function advisoryRemote(caps: Capabilities, setting: string): Result<AdvisoryRemote, Failure> {
  const given = caps.host.env['ASSAY_ADVISORY_DB']
  if (given?.trim() === '')
    return fail({
      code: 'refused',
      message: 'no advisory database is named',
      help: 'ASSAY_ADVISORY_DB is empty; without it the public one is used.',
    })
  const address = given ?? PUBLIC_DATABASE
  const rules = parseInsteadOf(`${caps.host.env['ASSAY_GIT_INSTEAD_OF'] ?? ''} ${setting}`)
  if (!rules.ok) return fail({ code: 'request-invalid', call: 'ASSAY_GIT_INSTEAD_OF', reason: rules.error })
  const target = redirect(address, rules.value)
  // What the user's own variable says may be any protocol that a redirect may lead to.
  const remote = remoteOf(target.url, target.isRedirected || given !== undefined)
  if (remote !== null) return ok(remote)
  const reason = `${target.url.slice(0, 200)} is no address that is fetched from`
  return fail({ code: 'request-invalid', call: 'ASSAY_ADVISORY_DB', reason })
}
