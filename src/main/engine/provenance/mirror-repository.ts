/**
 * A mirror as a GitRepository: objects through one live process, trees kept parsed, reachability from the commit graph
 * in memory, and git itself for the two questions about history. Everything is bounded, because a repository may be
 * made to be as large as it can.
 */
import { Cancelled } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { GIT_SAFE_ARGS, gitEnv } from '../core/git-command.ts'
import { parseCommit, parseTag, parseTree, type ParsedTree } from './git-object-text.ts'
import {
  isGitOid,
  MirrorFailure,
  type CommitChanges,
  type CommitInfo,
  type GitOid,
  type GitRepository,
  type Listing,
  type TreeChange,
  type TreeEntry,
} from './git-repository.ts'
import { GitReadError, type GitObject, type LiveGit } from './live-git.ts'
import { createManifestHistory, type AskHistory } from './manifest-history.ts'
import { sizeBoundedCache, type SizeBoundedCache } from './size-bounded-cache.ts'
import type { MirrorProblem } from './mirror.ts'
import type { MirrorSnapshot } from './mirror-state.ts'

/** The largest listing compared; the largest crate of our sample has 3,915 files. */
export const MAX_LISTING_ENTRIES = 200_000
const MAX_LISTING_CHARS = 32 << 20
const MAX_FOLDER_DEPTH = 100
/** A folder of a million entries has about 40 MB; entries past MAX_LISTING_ENTRIES are not parsed. */
const MAX_TREE_BYTES = 64 << 20
/** Commit messages may be long, but not like this. */
const MAX_COMMIT_BYTES = 4 << 20
/** Of all mirrors together: about 10 MB. */
const KEPT_TREE_ENTRIES = 60_000
/** Manifests mostly, of which a workspace of a hundred packages has a hundred that change with few commits. */
const KEPT_BLOB_BYTES = 8 << 20
const MAX_KEPT_BLOB_BYTES = 64 << 10
const KEPT_COMMITS = 256
const HISTORY_TIMEOUT_MS = 120_000
const MAX_HISTORY_BYTES = 96 << 20
const MAX_MANIFEST_COMMITS = 64
const MAX_SHARED_MISSES = 16

/**
 * Trees and small blobs of all mirrors, by id: an id stands for what it names, whichever mirror gave it. Whether a
 * repository has a commit is never told from these.
 */
export interface KeptObjects {
  readonly trees: SizeBoundedCache<GitOid, ParsedTree>
  readonly blobs: SizeBoundedCache<GitOid, Buffer>
}

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

export function createMirrorRepository(caps: Capabilities, access: MirrorAccess): GitRepository {
  const { trees, blobs: keptBlobs } = access.kept
  const manifests = createManifestHistory(caps, access.snapshot, (asked, run) => askHistory(caps, access, asked, run))
  const commits = sizeBoundedCache<GitOid, CommitInfo>(KEPT_COMMITS, () => 1)
  let defaultReach: { readonly of: MirrorSnapshot; readonly seen: Uint8Array } | null = null

  let misses = 0
  /** `isLikely`: it should be here or belongs to what is, so that any mirror may give it. */
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

  async function list(
    oid: GitOid,
    folder: string,
    run: Run,
    isWanted: (folder: string) => boolean = () => true,
  ): Promise<Listing | null> {
    const top = await entryAt(oid, folder, run)
    if (top === null || !isFolder(top)) return null
    const left = { entries: MAX_LISTING_ENTRIES, chars: MAX_LISTING_CHARS }
    let isCut = false
    // The same folder may be there many times; it is read once.
    const asked = new Map<GitOid, Promise<ParsedTree | null>>()
    const treeOnce = (id: GitOid) => {
      const tree = asked.get(id) ?? parsedTree(id, run)
      asked.set(id, tree)
      return tree
    }
    // Folders of one level are asked for together; the answers are put in order afterwards.
    const walk = async (tree: ParsedTree, prefix: string, depth: number): Promise<(readonly [string, TreeEntry])[]> => {
      if (!tree.isClean) isCut = true
      const parts: (readonly [string, TreeEntry] | Promise<(readonly [string, TreeEntry])[]>)[] = []
      let hasFolders = false
      for (const entry of tree.entries) {
        left.entries--
        left.chars -= prefix.length + entry.name.length
        if (left.entries < 0 || left.chars < 0) {
          isCut = true
          break
        }
        if (!isFolder(entry)) parts.push([prefix + entry.name, entry])
        else if (!isWanted(prefix + entry.name)) continue
        else if (depth >= MAX_FOLDER_DEPTH) isCut = true
        else {
          hasFolders = true
          parts.push(below(entry, `${prefix}${entry.name}/`, depth + 1))
        }
      }
      if (!hasFolders) return parts as (readonly [string, TreeEntry])[]
      return (await Promise.all(parts.map(async part => (part instanceof Promise ? await part : [part])))).flat()
    }
    const below = async (entry: TreeEntry, prefix: string, depth: number) => {
      const tree = await treeOnce(entry.oid)
      if (tree !== null) return walk(tree, prefix, depth)
      isCut = true
      return []
    }
    const entries = new Map(await below(top, '', 0))
    return { entries, isCut }
  }

  async function blobs(oids: readonly GitOid[], maxBytes: number, run: Run) {
    const found = new Map<GitOid, GitObject>()
    const wanted: GitOid[] = []
    for (const oid of new Set(oids)) {
      const bytes = keptBlobs.get(oid)
      if (bytes === undefined) wanted.push(oid)
      else found.set(oid, bytes.length > maxBytes ? TOO_LARGE : { kind: 'blob', bytes })
    }
    const readAll = async (some: readonly GitOid[]) => {
      const objects = await Promise.all(some.map(oid => read(oid, maxBytes, run, true)))
      for (const [i, oid] of some.entries()) found.set(oid, objects[i]!)
      return some.filter(oid => found.get(oid)?.kind === 'missing')
    }
    const missing = (await readAll(wanted)).filter(isGitOid)
    if (missing.length > 0) {
      if (await access.bring(missing, run)) await readAll(missing)
      else if (missing.length > 1) {
        // One that the source does not have makes it refuse all of them.
        for (const oid of missing.slice(0, 32)) if (await access.bring([oid], run)) await readAll([oid])
      }
    }
    for (const oid of wanted) {
      const object = found.get(oid)
      if (object?.kind === 'blob' && object.bytes.length <= MAX_KEPT_BLOB_BYTES) keptBlobs.set(oid, object.bytes)
    }
    return oids.map(oid => {
      const object = found.get(oid)
      return object?.kind === 'blob' ? object.bytes : null
    })
  }

  const positionOf = (oid: GitOid) => access.snapshot().graph?.find(oid) ?? -1

  async function isAncestor(oid: GitOid, tip: GitOid, run: Run): Promise<boolean | null> {
    if (run.signal.aborted) throw new Cancelled()
    if (oid === tip) return true
    const snapshot = access.snapshot()
    const [from, to] = [positionOf(tip), positionOf(oid)]
    if (snapshot.graph === null || from < 0) return askIsAncestor(caps, access, oid, tip, run)
    if (to < 0) return false // the graph holds all that branches and tags reach, and the tip is one of these
    const head = snapshot.refs.find(ref => ref.name === snapshot.record.defaultBranch)
    if (head?.commit !== tip) return snapshot.graph.descendsFrom(to)(from)
    if (defaultReach?.of !== snapshot) defaultReach = { of: snapshot, seen: snapshot.graph.reachableFrom(from) }
    return defaultReach.seen[to] === 1
  }

  async function refsContaining(oid: GitOid, limit: number, run: Run): Promise<readonly string[] | null> {
    const { graph, refs } = access.snapshot()
    if (graph === null) return askRefsContaining(caps, access, oid, limit, run)
    const position = graph.find(oid)
    if (position < 0) return []
    const reaches = graph.descendsFrom(position)
    const names: string[] = []
    for (const ref of refs) {
      const tip = ref.commit === null ? -1 : graph.find(ref.commit)
      if (tip >= 0 && reaches(tip)) names.push(ref.name)
      if (names.length >= limit) break
    }
    return names
  }

  return {
    url: access.url,
    get gitDir() {
      return access.snapshot().gitDir
    },
    get mirror() {
      return access.snapshot().record
    },
    get defaultBranch() {
      return access.snapshot().record.defaultBranch
    },
    commit,
    tree: async (oid, run) => (await parsedTree(oid, run))?.entries ?? null,
    list,
    entryAt,
    blobs,
    async hasBlobs(oids, run) {
      const objects = await Promise.all(oids.map(oid => read(oid, 0, run, false)))
      return objects.map(object => object.kind === 'blob' || object.kind === 'too-large')
    },
    refs: () => Promise.resolve(access.snapshot().refs),
    async tagHasSignature(tag, run) {
      if (!tag.isAnnotated) return false
      const object = await read(tag.oid, MAX_COMMIT_BYTES, run, true)
      return object.kind === 'tag' && (parseTag(object.bytes)?.hasSignature ?? false)
    },
    isAncestor,
    refsContaining,
    async commitsWithManifest(blob, run) {
      if (!isGitOid(blob) || !(await hasTrees(access, run))) return null
      return (await manifests.commitsWith(blob, run))?.slice(0, MAX_MANIFEST_COMMITS) ?? null
    },
    bringTrees: run => hasTrees(access, run),
    walkFirstParent: (tip, run) => askFirstParents(caps, access, tip, run),
    close() {
      access.live().close()
      return Promise.resolve()
    },
  }
}

const TOO_LARGE: GitObject = { kind: 'too-large', sizeBytes: 0 }

const isFolder = (entry: TreeEntry) => entry.mode === '040000'

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

/** One question to git about the mirror. Null: it failed, took too long, or said too much. */
async function askGit(caps: Capabilities, access: MirrorAccess, args: readonly string[], run: Run) {
  const { gitDir } = access.snapshot()
  const outcome = await caps.processes.run({
    command: 'git',
    args: [...GIT_SAFE_ARGS, `--git-dir=${gitDir}`, ...args],
    cwd: gitDir,
    env: gitEnv(caps.host.env),
    maxOutputBytes: MAX_HISTORY_BYTES,
    timeoutMs: HISTORY_TIMEOUT_MS,
    signal: run.signal,
  })
  return outcome.kind === 'exited' ? { code: outcome.code, text: Buffer.from(outcome.stdout).toString('utf8') } : null
}

async function askIsAncestor(caps: Capabilities, access: MirrorAccess, oid: GitOid, tip: GitOid, run: Run) {
  if (!isGitOid(oid) || !isGitOid(tip)) return null
  const answer = await askGit(caps, access, ['merge-base', '--is-ancestor', oid, tip], run)
  if (answer?.code === 0) return true
  // A history that is cut cannot say no.
  return answer?.code === 1 && !access.snapshot().record.isShallow ? false : null
}

async function askRefsContaining(caps: Capabilities, access: MirrorAccess, oid: GitOid, limit: number, run: Run) {
  if (!isGitOid(oid)) return []
  const asked = [
    'for-each-ref',
    `--contains=${oid}`,
    `--count=${limit}`,
    '--format=%(refname)',
    'refs/heads',
    'refs/tags',
  ]
  const answer = await askGit(caps, access, asked, run)
  return answer?.code === 0 ? answer.text.split('\n').filter(name => name !== '') : null
}

const LOG_ARGS = ['--raw', '-m', '--no-renames', '--no-abbrev', '--no-ext-diff', '--no-textconv', '-z', '--format=%H']

async function askHistory(
  caps: Capabilities,
  access: MirrorAccess,
  { paths, blob }: Parameters<AskHistory>[0],
  run: Run,
): ReturnType<AskHistory> {
  const which = ['--branches', '--tags', ...(blob === null ? [] : [`--find-object=${blob}`]), '--', ...paths]
  const answer = await askGit(caps, access, ['log', ...LOG_ARGS, ...which], run)
  return answer?.code === 0 ? parseRawLog(answer.text) : null
}

async function askFirstParents(caps: Capabilities, access: MirrorAccess, tip: GitOid, run: Run) {
  if (!isGitOid(tip) || !(await hasTrees(access, run))) return null
  const answer = await askGit(caps, access, ['log', ...LOG_ARGS, '--first-parent', '--reverse', tip, '--'], run)
  return answer?.code === 0 ? parseRawLog(answer.text) : null
}

async function hasTrees(access: MirrorAccess, run: Run): Promise<boolean> {
  return access.snapshot().record.partial !== 'trees-on-demand' || (await access.bringAllTrees(run))
}

const NO_OBJECT = '0'.repeat(40)

/** `git log --raw -z --format=%H`: ids, and `:OLDMODE NEWMODE OLD NEW S` each followed by a path, parted by NUL. */
export function parseRawLog(text: string): readonly CommitChanges[] {
  const commits: { commit: GitOid; changes: TreeChange[] }[] = []
  const words = text.split('\0')
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!.replace(/^\n/, '')
    const change = /^:\d{6} (\d{6}) ([0-9a-f]{40}) ([0-9a-f]{40}) [A-Z]/.exec(word)
    if (isGitOid(word)) commits.push({ commit: word, changes: [] })
    else if (change !== null) {
      const [, mode, oldOid, newOid] = change as unknown as [string, string, string, string]
      const ends = { oldOid: oldOid === NO_OBJECT ? null : oldOid, newOid: newOid === NO_OBJECT ? null : newOid }
      commits.at(-1)?.changes.push({ path: words[++i] ?? '', mode, ...ends })
    }
  }
  return commits
}
