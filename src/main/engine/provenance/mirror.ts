/**
 * The mirrors of repositories in the cache folder: which one answers, whether it must be fetched first, and one fetch
 * at a time for each, across programs too. Crates that share a repository share its mirror, its process and its fetch.
 */
import PQueue from 'p-queue'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities, type Run } from '../capabilities.ts'
import { fetchObjects, isNotGiven, remoteOf, type Remote } from './git-fetch.ts'
import { isGitOid, MirrorFailure, type GitOid, type GitRepository } from './git-repository.ts'
import { openAllMirrors, type AllMirrors } from './all-mirrors.ts'
import { createLiveGit, type LiveGit } from './live-git.ts'
import { cloneMirror, fetchAllTrees, FILTERS, updateMirror, type FetchPlace } from './mirror-fetch.ts'
import { keptObjects, type KeptObjects, type MirrorAccess } from './mirror-objects.ts'
import { createMirrorRepository } from './mirror-repository.ts'
import { at, mirrorHome, readSnapshot, readStamp, type MirrorSnapshot } from './mirror-state.ts'
import { redirect } from '../../../shared/redirects.ts'
import { createSharedTask } from './shared-task.ts'

/** Why a repository cannot be read, with a sentence. `gone` and `refused` are what the server said. */
export interface MirrorProblem {
  readonly kind:
    | 'gone'
    | 'refused'
    | 'no-network'
    | 'offline'
    | 'corrupt'
    | 'too-large'
    | 'timeout'
    | 'not-allowed'
    | 'git-missing'
    | 'failed'
  readonly text: string
}

export interface MirrorWant {
  /** Fetch when the mirror lacks this commit and was not fetched within the last day. */
  readonly commit: GitOid | null
  /** Fetch when the mirror was last fetched before this time (milliseconds since the epoch), i.e. the publication. */
  readonly newerThanMs: number | null
  /** Ask the server, unless it was asked within the last minute. */
  readonly refresh: boolean
}

export interface Mirrors {
  /**
   * Opens the mirror of a normalised https address, cloning or fetching first when `want` asks for it. A fetch that
   * fails while an older mirror is there gives that mirror; its `mirror.fetchedAt` tells. A server that failed is not
   * asked again by the same Mirrors unless for `refresh`. Throws Cancelled.
   */
  open(url: string, want: MirrorWant, run: Run): Promise<Result<GitRepository, MirrorProblem>>
  /**
   * Asks the server for one commit outside of branches and tags; it comes with its history but under no branch or tag.
   * False: the server does not have or give it, as it said now or within the last minute. A server that could not be
   * asked is a problem: then nobody knows.
   */
  fetchCommit(repository: GitRepository, commit: GitOid, run: Run): Promise<Result<boolean, MirrorProblem>>
  /** Ends all processes. */
  close(): Promise<void>
}

export interface MirrorOptions {
  /** Longest prefix wins, of equal ones the last. The only way to http: and file: addresses. */
  readonly redirects: readonly { readonly from: string; readonly to: string }[]
  readonly offline: boolean
  /** Of one mirror on disk. */
  readonly maxBytes: number
  /** Fetches at once. */
  readonly maxParallel: number
  /** Of one fetch; default ten minutes. */
  readonly timeoutMs?: number
}

const FETCH_TIMEOUT_MS = 600_000
const MISSING_COMMIT_RETRY_MS = 24 * 3_600_000
const REFRESH_PAUSE_MS = 60_000
/** A process of git takes 5 to 10 MB. */
const MAX_LIVE = 12
/** Refs and graph of a usual repository take under 1 MB. */
const MAX_KEPT = 48
/** After so many requests for single trees, all of them cost less (provenance.md 2.3: 160 KB each, 2 MB for all). */
const SINGLE_TREES = 8
const LOCK_WAIT_MS = 900_000

export function openMirrors(caps: Capabilities, options: MirrorOptions): Mirrors {
  const kept = new Map<AbsolutePath, Mirror>() // oldest use first
  const lives = new Set<LiveGit>() // oldest use first
  const queue = new PQueue({ concurrency: Math.max(1, options.maxParallel) })
  const owners = new WeakMap<GitRepository, Mirror>()
  const pool: LivePool = {
    all: openAllMirrors(caps),
    kept: keptObjects(),
    touch(live) {
      lives.delete(live)
      lives.add(live)
      for (const idle of lives) {
        if (lives.size <= MAX_LIVE) break
        if (idle === live || idle.pendingCount > 0) continue
        idle.close()
        lives.delete(idle)
      }
    },
  }
  const mirrorOf = (url: string, remote: Remote): Mirror => {
    const home = mirrorHome(caps, url, remote.url)
    const limits = { maxBytes: options.maxBytes, timeoutMs: options.timeoutMs ?? FETCH_TIMEOUT_MS }
    const mirror = kept.get(home) ?? createMirror({ caps, home, url, remote, limits }, options.offline, pool, queue)
    kept.delete(home)
    kept.set(home, mirror)
    owners.set(mirror.repository, mirror)
    for (const oldest of kept.keys()) {
      if (kept.size <= MAX_KEPT) break
      kept.delete(oldest)
    }
    return mirror
  }
  return {
    async open(url, want, run) {
      const { url: target, isRedirected } = redirect(url, options.redirects)
      const remote = remoteOf(target, isRedirected)
      if (remote === null) return fail({ kind: 'not-allowed', text: `${target} is no address that is fetched from.` })
      return mirrorOf(url, remote).open(want, run)
    },
    async fetchCommit(repository, commit, run) {
      return (await owners.get(repository)?.fetchCommit(commit, run)) ?? ok(false)
    },
    close() {
      for (const live of lives) live.close()
      lives.clear()
      pool.all.close()
      pool.kept.trees.clear()
      pool.kept.blobs.clear()
      kept.clear()
      return Promise.resolve()
    },
  }
}

interface LivePool {
  readonly all: AllMirrors
  readonly kept: KeptObjects
  /** Counts as used now; one not used for long is closed for it. */
  touch(live: LiveGit): void
}

interface Mirror {
  readonly repository: GitRepository
  open(want: MirrorWant, run: Run): Promise<Result<GitRepository, MirrorProblem>>
  fetchCommit(commit: GitOid, run: Run): Promise<Result<boolean, MirrorProblem>>
}

function createMirror(place: FetchPlace, offline: boolean, pool: LivePool, queue: PQueue): Mirror {
  const { caps, home, url, remote, limits } = place
  let current: MirrorSnapshot | null = null
  let stamp: string | null = null
  let live: { readonly git: LiveGit; readonly gitDir: AbsolutePath } | null = null
  /** What asking the server last gave; null before it was asked. */
  let asked: { readonly atMs: number; readonly problem: MirrorProblem | null } | null = null
  let isRepaired = false
  let singleTrees = 0
  /** When the server was asked for a commit by its id in vain. */
  const notGiven = new Map<GitOid, number>()
  /** Something was fetched since the process that reads all mirrors may have been started. */
  let hasNews = false

  async function load(): Promise<MirrorSnapshot | null> {
    const now = await readStamp(caps, home)
    if (now === stamp && current !== null) return current
    current = now === null ? null : await readSnapshot(caps, home)
    stamp = now
    return current
  }

  const snapshot = (): MirrorSnapshot => {
    if (current === null) throw new Error('the mirror was not opened')
    return current
  }

  const liveGit = (): LiveGit => {
    const { gitDir } = snapshot()
    if (live?.gitDir !== gitDir) {
      live?.git.close()
      live = { git: createLiveGit(caps, gitDir), gitDir }
    }
    pool.touch(live.git)
    return live.git
  }

  /** Fetches under the lock of the mirror. `isClone`: into a new repository, whatever is there. */
  const ask = createSharedTask(async (want: { isClone: boolean; commit: GitOid | null }, signal) => {
    const run: Run = { signal, onProgress: () => undefined }
    const before = current
    const problem = await queue.add(() =>
      withLock(place, signal, async () => {
        const found = await load()
        // Another program was here while we waited: its fetch is as good as ours.
        const isNew = want.isClone
          ? found?.gitDir !== before?.gitDir
          : found?.record.fetchedAt !== before?.record.fetchedAt
        if (found !== null && isNew && found.isWhole) return null
        return renew(place, found, want, run)
      }),
    )
    await load()
    hasNews = true
    notGiven.clear()
    asked = { atMs: caps.clock.nowMs(), problem: problem ?? null }
    return asked.problem
  })

  const hasCommit = async (commit: GitOid, run: Run) => (await repository.commit(commit, run)) !== null

  /** Why the server must be asked first; null when it need not. */
  async function lacks(want: MirrorWant, run: Run): Promise<'everything' | 'news' | null> {
    const found = await load()
    if (found === null) return 'everything'
    const nowMs = caps.clock.nowMs()
    if (want.refresh && (asked === null || nowMs - asked.atMs > REFRESH_PAUSE_MS)) return 'news'
    if (asked !== null) return null
    if (!found.isWhole) return 'news'
    if (want.newerThanMs !== null && found.record.fetchedAt < want.newerThanMs) return 'news'
    if (want.commit === null || (await hasCommit(want.commit, run))) return null
    if (!(await hasTips(found, run))) return 'everything'
    return nowMs - found.record.fetchedAt > MISSING_COMMIT_RETRY_MS ? 'news' : null
  }

  /** A file that is gone loses commits without a word; the tips of branches must always be there. */
  async function hasTips(found: MirrorSnapshot, run: Run): Promise<boolean> {
    const tips = found.refs.filter(ref => ref.name.startsWith('refs/heads/')).slice(0, 50)
    for (const tip of tips) if (!(await hasCommit(tip.oid, run))) return false
    return true
  }

  async function open(want: MirrorWant, run: Run): Promise<Result<GitRepository, MirrorProblem>> {
    if (run.signal.aborted) throw new Cancelled()
    const lacking = await lacks(want, run).catch((error: unknown) => {
      if (error instanceof MirrorFailure) return error
      throw error
    })
    if (lacking instanceof MirrorFailure) return fail(lacking.problem)
    if (lacking === null) return ok(repository)
    // A copy that is behind is of use and says so by its time; one that lost objects is not.
    const isOfUse = lacking === 'news'
    if (offline) return isOfUse ? ok(repository) : fail(current === null ? offlineProblem(url) : lostProblem(url))
    const isKnownBad = asked?.problem !== null && asked !== null && !want.refresh
    const commit = isGitOid(want.commit ?? '') ? want.commit : null
    const problem = isKnownBad ? asked!.problem : await ask({ isClone: lacking === 'everything', commit }, run.signal)
    return problem === null || isOfUse ? ok(repository) : fail(problem)
  }

  async function bring(oids: readonly GitOid[], run: Run): Promise<boolean> {
    if (offline) return false
    const { record, gitDir } = snapshot()
    if (record.partial === 'full') return false
    // What is asked for may be blobs: they come after the trees.
    if (record.partial === 'trees-on-demand' && ++singleTrees === SINGLE_TREES) await bringAllTrees(run)
    const want = { oids: [...oids], withHead: false, filter: 'blob:none', mode: 'alone' } as const
    const fetched = await queue.add(() => fetchObjects(caps, gitDir, remote, want, limits, run))
    return fetched.ok
  }

  const bringTrees = createSharedTask(async (_: null, signal) => {
    const run: Run = { signal, onProgress: () => undefined }
    const fetched = await queue.add(() =>
      withLock(place, signal, async () => {
        const found = await load()
        if (found === null || found.record.partial !== 'trees-on-demand') return null
        const all = await fetchAllTrees(place, found, run)
        return all.ok ? null : all.error
      }),
    )
    await load()
    return fetched ?? null
  })

  async function bringAllTrees(run: Run): Promise<boolean> {
    return !offline && (await bringTrees(null, run.signal)) === null
  }

  async function repair(broken: MirrorSnapshot, run: Run): Promise<MirrorProblem | null> {
    if (current !== null && current.gitDir !== broken.gitDir) return null
    if (offline) return lostProblem(url)
    if (isRepaired) return { kind: 'corrupt', text: `The copy of ${url} broke again after it was cloned anew.` }
    const problem = await ask({ isClone: true, commit: null }, run.signal)
    isRepaired = true
    return problem
  }

  const access: MirrorAccess = {
    ...{ url, kept: pool.kept, snapshot, live: liveGit, bring, bringAllTrees, repair },
    shared: () => pool.all.reader(snapshot().gitDir),
    isUnchanged: () => !hasNews,
  }
  const repository = createMirrorRepository(caps, access)
  return {
    repository,
    open,
    async fetchCommit(commit, run) {
      if (!isGitOid(commit)) return ok(false)
      // Packages of one workspace are published from one commit.
      const askedAtMs = notGiven.get(commit)
      if (askedAtMs !== undefined && caps.clock.nowMs() - askedAtMs < REFRESH_PAUSE_MS) return ok(false)
      if (await hasCommit(commit, run)) return ok(true)
      if (offline) return fail(notHereProblem(url, commit))
      // A server that failed just now is not kept waiting for again.
      if (asked !== null && asked.problem !== null) return fail(asked.problem)
      const { record, gitDir } = snapshot()
      const want = { oids: [commit], withHead: false, filter: FILTERS[record.partial], mode: 'more' } as const
      const fetched = await queue.add(() => fetchObjects(caps, gitDir, remote, want, limits, run))
      hasNews = true
      if (fetched.ok && (await hasCommit(commit, run))) return ok(true)
      if (!fetched.ok && !isNotGiven(fetched.error)) return fetched
      notGiven.set(commit, caps.clock.nowMs())
      return ok(false)
    },
  }
}

/** Update, or clone where there is nothing, and clone anew where an update fails for a reason of the copy's own. */
async function renew(
  place: FetchPlace,
  found: MirrorSnapshot | null,
  want: { readonly isClone: boolean; readonly commit: GitOid | null },
  run: Run,
): Promise<MirrorProblem | null> {
  if (found !== null && !want.isClone) {
    const updated = await updateMirror(place, found, run)
    if (updated.ok) return null
    if (updated.error.kind !== 'failed') return updated.error
  }
  const cloned = await cloneMirror(place, want.commit, found, run)
  if (cloned.ok) return null
  // A branch that moved between listing and fetching is no failure of the server's.
  if (!isNotGiven(cloned.error)) return cloned.error
  const again = await cloneMirror(place, want.commit, found, run)
  return again.ok ? null : again.error
}

/** Files that cannot be written are the mirror's problem, not the check's end. */
async function withLock(
  { caps, home, url }: FetchPlace,
  signal: AbortSignal,
  action: () => Promise<MirrorProblem | null>,
): Promise<MirrorProblem | null> {
  try {
    await caps.files.makeFolder(home)
    const lock = await caps.files.lock(at(home, 'lock'), LOCK_WAIT_MS, signal)
    if (lock === null) return { kind: 'timeout', text: `Another program has been fetching ${url} for too long.` }
    try {
      return await action()
    } finally {
      await lock.release()
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    return { kind: 'failed', text: `The copy of ${url} cannot be written: ${error.message}.` }
  }
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
