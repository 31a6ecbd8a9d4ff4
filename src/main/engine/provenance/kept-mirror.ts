/**
 * One mirror and the repository it gives: whether the server must be asked first, what is asked of it on demand, and
 * what a copy that broke or a server that failed means for whoever reads.
 */
import type PQueue from 'p-queue'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import type { Run } from '../capabilities.ts'
import type { AllMirrors } from './all-mirrors.ts'
import { isNotGiven } from './git-fetch.ts'
import { isGitOid, MirrorFailure, type GitOid, type GitRepository } from './git-repository.ts'
import type { LiveGit } from './live-git.ts'
import {
  bringObjects,
  bringTrees,
  createCopy,
  liveGit,
  load,
  loaded,
  renewCopy,
  type MirrorCopy,
  type Renewal,
} from './mirror-copy.ts'
import { FILTERS, type FetchPlace } from './mirror-fetch.ts'
import type { KeptObjects, MirrorAccess } from './mirror-objects.ts'
import { createMirrorRepository } from './mirror-repository.ts'
import type { MirrorProblem, MirrorWant } from './mirror.ts'
import type { MirrorSnapshot } from './mirror-state.ts'
import { createSharedTask } from './shared-task.ts'

const MISSING_COMMIT_RETRY_MS = 24 * 3_600_000
const REFRESH_PAUSE_MS = 60_000
/** After so many requests for single trees, all of them cost less (provenance.md 2.3: 160 KB each, 2 MB for all). */
const SINGLE_TREES = 8

/** What all mirrors have in common. */
export interface MirrorPool {
  readonly all: AllMirrors
  readonly kept: KeptObjects
  /** Fetches wait here. */
  readonly queue: PQueue
  /** Counts as used now; one not used for long is closed for it. */
  touch(live: LiveGit): void
}

/** `open` and `fetchCommit` as Mirrors says. */
export interface Mirror {
  readonly repository: GitRepository
  open(want: MirrorWant, run: Run): Promise<Result<GitRepository, MirrorProblem>>
  fetchCommit(commit: GitOid, run: Run): Promise<Result<boolean, MirrorProblem>>
}

interface Parts {
  readonly copy: MirrorCopy
  readonly offline: boolean
  readonly pool: MirrorPool
  /** For all who want the same at a time. */
  readonly renew: (want: Renewal, signal: AbortSignal) => Promise<MirrorProblem | null>
}

interface OpenParts extends Parts {
  readonly repository: GitRepository
}

/** Reads and asks nothing before it is opened. */
export function createMirror(place: FetchPlace, offline: boolean, pool: MirrorPool): Mirror {
  const copy = createCopy(place, pool.queue)
  const work = (want: Renewal, signal: AbortSignal) => renewCopy(copy, want, signal)
  // Who needs a new repository gets nothing from an update that somebody else is waiting for.
  const [update, clone] = [createSharedTask(work), createSharedTask(work)]
  const renew: Parts['renew'] = (want, signal) => (want.isClone ? clone : update)(want, signal)
  const parts: Parts = { copy, offline, pool, renew }
  const access: MirrorAccess = {
    url: place.url,
    kept: pool.kept,
    ...readingCalls(parts),
    ...demandCalls(parts),
    repair: createRepair(parts),
  }
  const repository = createMirrorRepository(place.caps, access)
  const open: OpenParts = { ...parts, repository }
  return {
    repository,
    open: (want, run) => openMirror(open, want, run),
    fetchCommit: (commit, run) => fetchCommit(open, commit, run),
  }
}

function readingCalls({ copy, pool }: Parts): Pick<MirrorAccess, 'snapshot' | 'live' | 'shared' | 'isUnchanged'> {
  return {
    snapshot: () => loaded(copy),
    live() {
      const git = liveGit(copy)
      pool.touch(git)
      return git
    },
    shared: () => pool.all.reader(loaded(copy).gitDir),
    isUnchanged: () => !copy.hasNews,
  }
}

function demandCalls({ copy, offline }: Parts): Pick<MirrorAccess, 'bring' | 'bringAllTrees'> {
  let singleTrees = 0
  const trees = createSharedTask((_: null, signal) => bringTrees(copy, signal))
  const bringAllTrees = async (run: Run) => !offline && (await trees(null, run.signal)) === null
  return {
    async bring(oids, run) {
      if (offline) return false
      const { record, gitDir } = loaded(copy)
      if (record.partial === 'full') return false
      // What is asked for may be blobs: they come after the trees.
      if (record.partial === 'trees-on-demand' && ++singleTrees === SINGLE_TREES) await bringAllTrees(run)
      const want = { oids, withHead: false, filter: 'blob:none', mode: 'alone' } as const
      return (await bringObjects(copy, gitDir, want, run)).ok
    },
    bringAllTrees,
  }
}

/** Clones anew, once; null when that went well, or somebody else did meanwhile. */
function createRepair({ copy, offline, renew }: Parts): MirrorAccess['repair'] {
  const { url } = copy.place
  let isRepaired = false
  return async (broken, run) => {
    if (copy.current !== null && copy.current.gitDir !== broken.gitDir) return null
    if (offline) return lostProblem(url)
    if (isRepaired) return { kind: 'corrupt', text: `The copy of ${url} broke again after it was cloned anew.` }
    const problem = await renew({ isClone: true, commit: null }, run.signal)
    isRepaired = true
    return problem
  }
}

async function openMirror(parts: OpenParts, want: MirrorWant, run: Run): Promise<Result<GitRepository, MirrorProblem>> {
  const { copy, offline, renew, repository } = parts
  const { url } = copy.place
  if (run.signal.aborted) throw new Cancelled()
  const lacking = await lacks(parts, want, run).catch((error: unknown) => {
    if (error instanceof MirrorFailure) return error
    throw error
  })
  if (lacking instanceof MirrorFailure) return fail(lacking.problem)
  if (lacking === null) return ok(repository)
  // A copy that is behind is of use and says so by its time; one that lost objects is not.
  const isOfUse = lacking === 'news'
  if (offline) return isOfUse ? ok(repository) : fail(copy.current === null ? offlineProblem(url) : lostProblem(url))
  const known = want.refresh ? null : (copy.asked?.problem ?? null)
  const commit = isGitOid(want.commit ?? '') ? want.commit : null
  const problem = known ?? (await renew({ isClone: lacking === 'everything', commit }, run.signal))
  return problem === null || isOfUse ? ok(repository) : fail(problem)
}

/** Why the server must be asked first; null when it need not. */
async function lacks(parts: OpenParts, want: MirrorWant, run: Run): Promise<'everything' | 'news' | null> {
  const { copy, repository } = parts
  const found = await load(copy)
  if (found === null) return 'everything'
  const { asked } = copy
  const nowMs = copy.place.caps.clock.nowMs()
  if (want.refresh && (asked === null || nowMs - asked.atMs > REFRESH_PAUSE_MS)) return 'news'
  if (asked !== null) return null
  if (!found.isWhole) return 'news'
  if (want.newerThanMs !== null && found.record.fetchedAt < want.newerThanMs) return 'news'
  if (want.commit === null || (await hasCommit(repository, want.commit, run))) return null
  if (!(await hasTips(repository, found, run))) return 'everything'
  return nowMs - found.record.fetchedAt > MISSING_COMMIT_RETRY_MS ? 'news' : null
}

/** A file that is gone loses commits without a word; the tips of branches must always be there. */
async function hasTips(repository: GitRepository, found: MirrorSnapshot, run: Run): Promise<boolean> {
  const tips = found.refs.filter(ref => ref.name.startsWith('refs/heads/')).slice(0, 50)
  for (const tip of tips) if (!(await hasCommit(repository, tip.oid, run))) return false
  return true
}

const hasCommit = async (repository: GitRepository, commit: GitOid, run: Run) =>
  (await repository.commit(commit, run)) !== null

async function fetchCommit(
  { copy, offline, repository }: OpenParts,
  commit: GitOid,
  run: Run,
): Promise<Result<boolean, MirrorProblem>> {
  const { url, caps } = copy.place
  if (!isGitOid(commit)) return ok(false)
  // Packages of one workspace are published from one commit.
  const askedAtMs = copy.notGiven.get(commit)
  if (askedAtMs !== undefined && caps.clock.nowMs() - askedAtMs < REFRESH_PAUSE_MS) return ok(false)
  if (await hasCommit(repository, commit, run)) return ok(true)
  if (offline) return fail(notHereProblem(url, commit))
  // A server that failed just now is not kept waiting for again.
  if (copy.asked !== null && copy.asked.problem !== null) return fail(copy.asked.problem)
  const { record, gitDir } = loaded(copy)
  const want = { oids: [commit], withHead: false, filter: FILTERS[record.partial], mode: 'more' } as const
  const fetched = await bringObjects(copy, gitDir, want, run)
  copy.hasNews = true
  if (fetched.ok && (await hasCommit(repository, commit, run))) return ok(true)
  if (!fetched.ok && !isNotGiven(fetched.error)) return fetched
  copy.notGiven.set(commit, caps.clock.nowMs())
  return ok(false)
}

function offlineProblem(url: string): MirrorProblem {
  return { kind: 'offline', text: `There is no copy of ${url}, and going online is switched off.` }
}

function notHereProblem(url: string, commit: GitOid): MirrorProblem {
  const text = `The copy of ${url} has no commit ${commit.slice(0, 12)}, and going online is switched off.`
  return { kind: 'offline', text }
}

function lostProblem(url: string): MirrorProblem {
  return { kind: 'corrupt', text: `The copy of ${url} has lost objects, and going online is switched off.` }
}
