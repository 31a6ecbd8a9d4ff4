/**
 * Objects of a mirror by id, read through one live process and kept parsed: commits, trees, what lies at a path. What is
 * missing is asked of the source, within bounds.
 */
import type { Run } from '../capabilities.ts'
import { parseCommit, parseTree, type ParsedTree } from './git-object-text.ts'
import { isGitOid, MirrorFailure, type CommitInfo, type GitOid, type TreeEntry } from './git-repository.ts'
import { GitReadError, type GitObject, type LiveGit } from './live-git.ts'
import type { MirrorProblem } from './mirror.ts'
import type { MirrorSnapshot } from './mirror-state.ts'
import { sizeBoundedCache, type SizeBoundedCache } from '../core/size-bounded-cache.ts'

/** The largest listing compared; the largest crate of our sample has 3,915 files. */
export const MAX_LISTING_ENTRIES = 200_000
/** A folder of a million entries has about 40 MB; entries past MAX_LISTING_ENTRIES are not parsed. */
const MAX_TREE_BYTES = 64 << 20
/** Commit messages may be long, but not like this. */
export const MAX_COMMIT_BYTES = 4 << 20
/** Of all mirrors together: about 10 MB. */
const KEPT_TREE_ENTRIES = 60_000
/** Manifests mostly, of which a workspace of a hundred packages has a hundred that change with few commits. */
const KEPT_BLOB_BYTES = 8 << 20
const KEPT_COMMITS = 256
const MAX_SHARED_MISSES = 16

/**
 * Trees and small blobs of all mirrors, by id: an id stands for what it names, whichever mirror gave it. Whether a
 * repository has a commit is never told from these.
 */
export interface KeptObjects {
  readonly trees: SizeBoundedCache<GitOid, ParsedTree>
  readonly blobs: SizeBoundedCache<GitOid, Buffer>
}

/** Empty, for all mirrors of one run. */
export function keptObjects(): KeptObjects {
  return {
    trees: sizeBoundedCache(KEPT_TREE_ENTRIES, tree => tree.entries.length + 1),
    blobs: sizeBoundedCache(KEPT_BLOB_BYTES, blob => blob.length + 200),
  }
}

/** What a repository gets from the one who keeps the mirrors. */
export interface MirrorAccess {
  readonly url: string
  readonly kept: KeptObjects
  snapshot(): MirrorSnapshot
  live(): LiveGit
  /** Gives what this repository should have without starting a process for it; what it does not have says nothing. */
  shared(): Promise<LiveGit | null>
  /** Nothing was fetched here since `shared` may have been started: what it does not have is not here. */
  isUnchanged(): boolean
  /** Asks the source for trees or blobs by id. False: it does not give them. */
  bring(oids: readonly GitOid[], run: Run): Promise<boolean>
  /** All trees; false when they cannot be had. */
  bringAllTrees(run: Run): Promise<boolean>
  /** Clones anew, once. Null: reading may go on. */
  repair(broken: MirrorSnapshot, run: Run): Promise<MirrorProblem | null>
}

/** Objects of one mirror. All throw Cancelled and MirrorFailure. */
export interface MirrorObjects {
  /** `isLikely`: it should be here or belongs to what is, so that any mirror may give it. */
  read(oid: GitOid, maxBytes: number, run: Run, isLikely: boolean): Promise<GitObject>
  /** Null: the repository does not have it. */
  commit(oid: GitOid, run: Run): Promise<CommitInfo | null>
  parsedTree(oid: GitOid, run: Run): Promise<ParsedTree | null>
  /** What lies at a path of a commit, `/` between parts, '' for its root. */
  entryAt(oid: GitOid, path: string, run: Run): Promise<TreeEntry | null>
}

/** Reads nothing before it is asked; commits are kept per mirror, trees with those of the other mirrors. */
export function mirrorObjects(access: MirrorAccess): MirrorObjects {
  const { trees } = access.kept
  const commits = sizeBoundedCache<GitOid, CommitInfo>(KEPT_COMMITS, () => 1)

  let misses = 0
  async function read(oid: GitOid, maxBytes: number, run: Run, isLikely: boolean, isKnown = false): Promise<GitObject> {
    // What none has costs git a look into all folders, so a repository that lacks much is asked alone.
    if (isLikely && isGitOid(oid) && misses < MAX_SHARED_MISSES) {
      const found = await readShared(access, oid, maxBytes, run)
      if (found !== null) return found
      misses++
    }
    return readObject(access, oid, maxBytes, run, isKnown)
  }

  async function commit(oid: GitOid, run: Run): Promise<CommitInfo | null> {
    const kept = commits.get(oid)
    if (kept !== undefined) return kept
    // What the graph knows was here once: if it is not, the copy has lost it.
    const isKnown = (access.snapshot().graph?.find(oid) ?? -1) >= 0
    // Most commits that are not in the graph are in no mirror, which spares starting a process for this one.
    if (!isKnown && (await isNowhere(access, oid, run))) return null
    const object = await read(oid, MAX_COMMIT_BYTES, run, isKnown, isKnown)
    const info = object.kind === 'commit' ? parseCommit(oid, object.bytes) : null
    if (info !== null) commits.set(oid, info)
    return info
  }

  async function parsedTree(oid: GitOid, run: Run): Promise<ParsedTree | null> {
    const kept = trees.get(oid)
    if (kept !== undefined) return kept
    let object = await read(oid, MAX_TREE_BYTES, run, true)
    if (object.kind === 'missing' && (await access.bring([oid], run)))
      object = await read(oid, MAX_TREE_BYTES, run, false)
    if (object.kind !== 'tree') return null
    const tree = parseTree(object.bytes, MAX_LISTING_ENTRIES)
    trees.set(oid, tree)
    return tree
  }

  async function entryAt(oid: GitOid, path: string, run: Run): Promise<TreeEntry | null> {
    const info = await commit(oid, run)
    if (info === null) return null
    let entry: TreeEntry = { mode: '040000', oid: info.tree, name: '' }
    for (const name of path === '' ? [] : path.split('/')) {
      if (!isFolder(entry)) return null
      const found = (await parsedTree(entry.oid, run))?.entries.find(one => one.name === name)
      if (found === undefined) return null
      entry = found
    }
    return entry
  }

  return { read: (oid, maxBytes, run, isLikely) => read(oid, maxBytes, run, isLikely), commit, parsedTree, entryAt }
}

export const isFolder = (entry: TreeEntry): boolean => entry.mode === '040000'

/** A process that died is started again once; then the mirror is made anew once. */
async function readObject(
  access: MirrorAccess,
  oid: GitOid,
  maxBytes: number,
  run: Run,
  isKnown: boolean,
): Promise<GitObject> {
  const snapshot = access.snapshot()
  for (let attempt = 0; ; attempt++) {
    try {
      const object = await access.live().read(oid, maxBytes, run.signal)
      if (object.kind !== 'missing' || !isKnown) return object
      throw new GitReadError(`${oid} is lost`, false)
    } catch (error) {
      if (!(error instanceof GitReadError)) throw error
      if (error.isGitMissing) throw new MirrorFailure({ kind: 'git-missing', text: 'git is not installed.' })
      if (attempt === 0) continue
      const text = `The copy of ${access.url} cannot be read (git: “${error.message.slice(0, 300)}”).`
      if (attempt > 1) throw new MirrorFailure({ kind: 'corrupt', text })
      const problem = await access.repair(snapshot, run)
      if (problem !== null) throw new MirrorFailure({ ...problem, text: `${text} ${problem.text}` })
    }
  }
}

/** Null: it is in none of the mirrors, or they cannot be read together. */
async function readShared(access: MirrorAccess, oid: GitOid, maxBytes: number, run: Run): Promise<GitObject | null> {
  const reader = await access.shared()
  if (reader === null) return null
  try {
    const object = await reader.read(oid, maxBytes, run.signal)
    return object.kind === 'missing' ? null : object
  } catch (error) {
    if (error instanceof GitReadError) return null
    throw error
  }
}

/** No mirror has it; false when that is not known. */
async function isNowhere(access: MirrorAccess, oid: GitOid, run: Run): Promise<boolean> {
  const reader = access.isUnchanged() && isGitOid(oid) ? await access.shared() : null
  if (reader === null) return false
  try {
    const { kind } = await reader.read(oid, 0, run.signal)
    // A fetch may have ended meanwhile.
    return kind === 'missing' && access.isUnchanged()
  } catch (error) {
    if (error instanceof GitReadError) return false
    throw error
  }
}

/** All trees are here, or could be brought. */
export async function hasTrees(access: MirrorAccess, run: Run): Promise<boolean> {
  return access.snapshot().record.partial !== 'trees-on-demand' || (await access.bringAllTrees(run))
}
