/** The mirrors of repositories in the cache folder. */
import type { Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import type { GitOid, GitRepository } from './git-repository.ts'

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
  /** Fetch when the mirror lacks this commit. */
  readonly commit: GitOid | null
  /** Fetch when the mirror was last fetched before this time (milliseconds since the epoch), i.e. the publication. */
  readonly newerThanMs: number | null
  /** Ask the server in any case. */
  readonly refresh: boolean
}

export interface Mirrors {
  /**
   * Opens the mirror of a normalised https address, cloning or fetching first when `want` asks for it. A fetch that
   * fails while an older mirror is there gives that mirror; its `mirror.fetchedAt` tells. Throws Cancelled.
   */
  open(url: string, want: MirrorWant, run: Run): Promise<Result<GitRepository, MirrorProblem>>
  /**
   * Asks the server for one commit outside of branches and tags; it comes with its trees but under no branch or tag.
   * False: the server does not have or give it.
   */
  fetchCommit(repository: GitRepository, commit: GitOid, run: Run): Promise<boolean>
  close(): Promise<void>
}

export interface MirrorOptions {
  readonly redirects: readonly { readonly from: string; readonly to: string }[]
  readonly offline: boolean
  /** Of one mirror on disk. */
  readonly maxBytes: number
  /** Fetches at once. */
  readonly maxParallel: number
}

export function openMirrors(_caps: Capabilities, _options: MirrorOptions): Mirrors {
  throw new Error('not built yet')
}
