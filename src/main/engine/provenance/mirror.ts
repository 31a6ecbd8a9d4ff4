/**
 * The mirrors of repositories in the cache folder: which one answers, and how many of their processes stay. Crates that
 * share a repository share its mirror, its process and its fetch (kept-mirror.ts).
 */
import PQueue from 'p-queue'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { remoteOf, type Remote } from './git-fetch.ts'
import type { GitOid, GitRepository } from './git-repository.ts'
import { openAllMirrors } from './all-mirrors.ts'
import { createMirror, type Mirror, type MirrorPool } from './kept-mirror.ts'
import type { LiveGit } from './live-git.ts'
import { keptObjects } from './mirror-objects.ts'
import { mirrorHome } from './mirror-state.ts'
import { redirect } from '../../../shared/redirects.ts'

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
/** A process of git takes 5 to 10 MB. */
const MAX_LIVE = 12
/** Refs and graph of a usual repository take under 1 MB. */
const MAX_KEPT = 48

export function openMirrors(caps: Capabilities, options: MirrorOptions): Mirrors {
  const kept = new Map<AbsolutePath, Mirror>() // oldest use first
  const lives = new Set<LiveGit>() // oldest use first
  const owners = new WeakMap<GitRepository, Mirror>()
  const pool: MirrorPool = {
    all: openAllMirrors(caps),
    kept: keptObjects(),
    queue: new PQueue({ concurrency: Math.max(1, options.maxParallel) }),
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
    const mirror = kept.get(home) ?? createMirror({ caps, home, url, remote, limits }, options.offline, pool)
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
