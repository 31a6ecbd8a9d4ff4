/**
 * One open bare mirror, read only: commits, trees, blobs, branches and tags as data. What it gives back comes from a
 * hostile place: names are text, ids are checked, lists are bounded. It runs `git cat-file` as one long-lived process
 * and never checks anything out; objects that a partial mirror lacks are asked for by id from where it came from.
 */
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Run } from '../capabilities.ts'
import type { MirrorProblem } from './mirror.ts'

/** 40 lower-case hex digits; `isGitOid` before use. */
export type GitOid = string

/** True for a full SHA-1 object id as git prints it. */
export function isGitOid(text: string): text is GitOid {
  return /^[0-9a-f]{40}$/.test(text)
}

/** `040000` folder, `100644` file, `100755` program, `120000` symbolic link, `160000` submodule; others occur. */
export interface TreeEntry {
  readonly mode: string
  readonly oid: GitOid
  /** One path component as text; bytes that are not UTF-8 are shown as `\xNN`, so that no two names fall together. */
  readonly name: string
}

export interface CommitInfo {
  readonly oid: GitOid
  readonly tree: GitOid
  readonly parents: readonly GitOid[]
  /** Milliseconds since the epoch, as the committer's clock said. */
  readonly committedAtMs: number
  /** A signature header is there; it was not verified. */
  readonly hasSignature: boolean
}

/** A branch (`refs/heads/…`) or tag (`refs/tags/…`). */
export interface RefInfo {
  readonly name: string
  /** The object it names: a tag object for an annotated tag. */
  readonly oid: GitOid
  /** What it comes to in the end: nearly always a commit (`commit()` tells); null when that is not known. */
  readonly commit: GitOid | null
  readonly isAnnotated: boolean
}

export interface Listing {
  /** Path relative to the folder → entry; recursive, links and submodules included, folders themselves not. Tree order. */
  readonly entries: ReadonlyMap<string, TreeEntry>
  /** There is more than the limit, or a part of it could not be read. */
  readonly isCut: boolean
}

export interface MirrorState {
  readonly fetchedFrom: string
  /** RFC 3339, UTC; null when there is no commit. */
  readonly newestCommitAt: string | null
  /** Milliseconds since the epoch. */
  readonly fetchedAt: number | null
  readonly partial: 'trees-on-demand' | 'blobs-on-demand' | 'full'
  /** The source itself has only a part of the history. */
  readonly isShallow: boolean
}

export interface TreeChange {
  /** From the repository's root. */
  readonly path: string
  readonly mode: string
  /** Null: added. */
  readonly oldOid: GitOid | null
  /** Null: removed. */
  readonly newOid: GitOid | null
}
export interface CommitChanges {
  readonly commit: GitOid
  /** Against the first parent. */
  readonly changes: readonly TreeChange[]
}

/** Thrown when a mirror cannot be read any more, although it was cloned anew. A verdict of its own: not available. */
export class MirrorFailure extends Error {
  override readonly name = 'MirrorFailure'
  readonly problem: MirrorProblem
  constructor(problem: MirrorProblem) {
    super(problem.text)
    this.problem = problem
  }
}

/** Every method throws Cancelled when `run.signal` fires, and MirrorFailure. */
export interface GitRepository {
  /** Normalised address, before redirects. */
  readonly url: string
  readonly gitDir: AbsolutePath
  readonly mirror: MirrorState
  /** Full name; null when the server names none. Where several branches share its commit, the most usual name. */
  readonly defaultBranch: string | null
  /** Null: not in the mirror, or no commit. */
  commit(oid: GitOid, run: Run): Promise<CommitInfo | null>
  /** Entries of one tree in its order; fetched when the mirror lacks it. Null: cannot be had, no tree, or too large. */
  tree(oid: GitOid, run: Run): Promise<readonly TreeEntry[] | null>
  /**
   * Everything below `folder` ('' = root) of a commit's tree. Null: no such commit or folder. See `isCut`.
   * @param isWanted is asked for each folder, by its path below `folder`; what lies in others is not listed
   */
  list(commit: GitOid, folder: string, run: Run, isWanted?: (folder: string) => boolean): Promise<Listing | null>
  /** The entry at a path of a commit's tree; links are not followed. Null: nothing there. */
  entryAt(commit: GitOid, path: string, run: Run): Promise<TreeEntry | null>
  /** Blobs by id, in order; fetched when the mirror lacks them. Null: cannot be had, or above `maxBytes`. */
  blobs(oids: readonly GitOid[], maxBytes: number, run: Run): Promise<readonly (Uint8Array | null)[]>
  /** Which blobs are here already; fetches nothing. */
  hasBlobs(oids: readonly GitOid[], run: Run): Promise<readonly boolean[]>
  /** Branches and tags, in byte order of their names. Never anything else: pull requests are not the project's word. */
  refs(run: Run): Promise<readonly RefInfo[]>
  /** The tag object carries a signature (not verified); false for a light tag. */
  tagHasSignature(tag: RefInfo, run: Run): Promise<boolean>
  /** Is `commit` reachable from the commit `tip` (or the same)? Null: could not be determined. */
  isAncestor(commit: GitOid, tip: GitOid, run: Run): Promise<boolean | null>
  /** Full names of branches and tags from which `commit` is reachable, in byte order, at most `limit`. Null: git failed. */
  refsContaining(commit: GitOid, limit: number, run: Run): Promise<readonly string[] | null>
  /**
   * Commits on branches and tags in which some Cargo.toml became this blob, newest first, at most 64. Makes a mirror
   * without trees fetch them all once. Null: could not be searched.
   */
  commitsWithManifest(blob: GitOid, run: Run): Promise<readonly GitOid[] | null>
  /** History of a tip along first parents, oldest first, with the changed files of each; null: too long, or no trees. */
  walkFirstParent(tip: GitOid, run: Run): Promise<readonly CommitChanges[] | null>
  /** Makes a mirror without trees fetch them all once. False: they cannot be had. */
  bringTrees(run: Run): Promise<boolean>
  /** Lets its process go; the next call starts it again. */
  close(): Promise<void>
}
