/**
 * Finds for a path of an archive what the repository has in its place: in the package's folder, through symbolic links,
 * in submodules. Trees are listed once per folder and submodule.
 */
import type { Run } from '../capabilities.ts'
import type { OpenSubmodule } from './compare.ts'
import type { GitOid, GitRepository, Listing, TreeEntry } from './git-repository.ts'
import { followTreePath, type Destination } from './links.ts'
import type { RuleName } from './rules.ts'
import { parseGitmodules, submoduleUrl } from './submodules.ts'

/** A folder of a commit of one repository, listed. */
export interface Side {
  readonly repository: GitRepository
  readonly commit: GitOid
  /** '' at the root. */
  readonly folder: string
  /** Goes before paths shown to people: '' or `SUBMODULE:`. */
  readonly label: string
  readonly listing: Listing
  /** Links and submodules of the listing: what can stand in for a folder. */
  readonly special: ReadonlyMap<string, TreeEntry>
  readonly depth: number
}

export interface OpenedSubmodule {
  readonly side: Side
  /** From the root of the repository it is in. */
  readonly path: string
  /** Path in the package where it lies, `/` at the end; null when only links lead there. */
  readonly prefix: string | null
}

export type Counterpart =
  | {
      readonly kind: 'blob'
      readonly repository: GitRepository
      readonly oid: GitOid
      readonly repositoryPath: string
      /** How it was found; null: at the same path. */
      readonly rule: RuleName | null
      /** Blob of the symbolic link at the path itself, when there is one. */
      readonly linkOid: GitOid | null
      readonly submodule: OpenedSubmodule | null
      /** Path in the submodule, else in the package. */
      readonly innerPath: string
    }
  /** The tree has something there that leads nowhere in it. */
  | { readonly kind: 'dead-end'; readonly rule: RuleName; readonly repositoryPath: string; readonly linkOid: GitOid }
  | { readonly kind: 'unchecked'; readonly rule: RuleName; readonly repositoryPath: string }
  | { readonly kind: 'none' }

const MAX_DEPTH = 5
/** Each may be a repository to clone; the crates that vendor most have about 30. */
const MAX_SUBMODULES = 64
const MAX_GITMODULES_BYTES = 1 << 20
const DEAD_ENDS = { outside: 'link-outside', 'too-deep': 'link-too-deep', nothing: 'link-to-nothing' } as const

export interface TreeLookup {
  readonly root: Side
  /** Paths of links and submodules, in the package's folder, that stand for something in the archive. */
  readonly used: ReadonlySet<string>
  /** By a path below the package's folder; at once for nearly all, which saves a turn for each of thousands of files. */
  find(path: string): Counterpart | Promise<Counterpart>
  /** By a path from the repository's root, which may hold `..`: what a manifest names outside of the package. */
  findFromRoot(path: string): Promise<Counterpart>
}

interface Parts {
  readonly root: Side
  readonly used: Set<string>
  readonly submodules: Submodules
  readonly run: Run
}

/** Each is opened once, by whichever path leads there first. */
interface Submodules {
  readonly open: OpenSubmodule
  /** By the path shown to people. */
  readonly opened: Map<string, Promise<Opened | RuleName>>
  count: number
  /** What .gitmodules states, by path. */
  readonly addresses: Map<Side, Promise<ReadonlyMap<string, string>>>
  /** All that will be asked for. */
  readonly paths: Iterable<string>
  /** Of `paths`; null until a submodule needs them. */
  folders: ReadonlySet<string> | null
}

interface Opened extends OpenedSubmodule {
  /** Told late where a link led there first. */
  prefix: string | null
  /** With every folder, where `side` has those of the archive only; null until a link needs the others. */
  whole: Promise<Side> | null
}

/** A submodule on the way of a path: where it is in its repository, its commit, and what remains of the path. */
interface Entrance {
  readonly path: string
  readonly oid: GitOid
  readonly rest: string
}

/**
 * Null: the commit, or the folder in it, is not there.
 * @param paths all that will be asked for: of a submodule only their folders are listed, because a crate may ship a
 *   corner of a huge project
 */
export async function openLookup(
  repository: GitRepository,
  commit: GitOid,
  folder: string,
  paths: Iterable<string>,
  openSubmodule: OpenSubmodule,
  run: Run,
): Promise<TreeLookup | null> {
  const listing = await repository.list(commit, folder, run)
  if (listing === null) return null
  const root = makeSide({ repository, commit, folder, label: '', listing, depth: 0 })
  const submodules: Submodules = {
    ...{ open: openSubmodule, paths, folders: null },
    ...{ opened: new Map(), count: 0, addresses: new Map() },
  }
  const parts: Parts = { root, used: new Set(), submodules, run }
  return {
    root,
    used: parts.used,
    find: path => find(parts, root, path, ''),
    findFromRoot: path => findFromRoot(parts, path),
  }
}

/** @param prefix as of an `OpenedSubmodule`: where the side lies in the package */
function find(parts: Parts, side: Side, path: string, prefix: string | null): Counterpart | Promise<Counterpart> {
  const entry = side.listing.entries.get(path)
  if (entry !== undefined && isFile(entry)) return blobOf(side, path, entry.oid)
  const standIn = entry !== undefined ? path : standInFor(side, path)
  if (standIn === null) return side.listing.isCut ? findUnlisted(parts, side, path) : { kind: 'none' }
  const special = side.special.get(standIn)
  if (special === undefined) return { kind: 'none' }
  if (prefix !== null) parts.used.add(prefix + standIn)
  if (special.mode === '160000' && standIn !== path) {
    const at = { path: join(side.folder, standIn), oid: special.oid, rest: path.slice(standIn.length + 1) }
    return enter(parts, side, at, prefix === null ? null : `${prefix}${standIn}/`)
  }
  if (special.mode !== '120000') return { kind: 'none' }
  return followLink(parts, side, path, standIn === path, special.oid)
}

async function followLink(parts: Parts, side: Side, path: string, isLink: boolean, oid: GitOid): Promise<Counterpart> {
  const where = await followTreePath(side.repository, side.commit, join(side.folder, path), parts.run)
  return arrive(parts, side, path, where, isLink ? oid : null, oid)
}

async function findFromRoot(parts: Parts, path: string): Promise<Counterpart> {
  const { root, run } = parts
  const where = await followTreePath(root.repository, root.commit, path, run)
  if (where.kind !== 'file' && where.kind !== 'submodule') return { kind: 'none' }
  return arrive(parts, root, path, where, null, '')
}

/** The listing was cut, so a path that is not in it is asked for by itself. */
async function findUnlisted({ run }: Parts, side: Side, path: string): Promise<Counterpart> {
  const entry = await side.repository.entryAt(side.commit, join(side.folder, path), run)
  if (entry !== null && isFile(entry)) return blobOf(side, path, entry.oid)
  return { kind: 'unchecked', rule: 'folder-unreadable', repositoryPath: side.label + join(side.folder, path) }
}

async function arrive(
  parts: Parts,
  side: Side,
  path: string,
  where: Destination,
  linkOid: GitOid | null,
  deadOid: GitOid,
): Promise<Counterpart> {
  const rule = linkOid === null ? 'linked-folder' : 'link-followed'
  if (where.kind === 'file') {
    const found = { repository: side.repository, oid: where.entry.oid, repositoryPath: side.label + where.path }
    return { kind: 'blob', ...found, rule, linkOid, submodule: null, innerPath: path }
  }
  if (where.kind === 'submodule' && where.rest !== '') {
    const inner = await enter(parts, side, where, null)
    return inner.kind === 'blob' ? { ...inner, rule, linkOid } : inner
  }
  const repositoryPath = side.label + join(side.folder, path)
  const why = where.kind === 'folder' || where.kind === 'submodule' ? 'nothing' : where.kind
  // Beyond a link to a folder that is there, a file that is not in it is nobody's.
  if (why === 'nothing' && linkOid === null) return { kind: 'none' }
  return { kind: 'dead-end', rule: DEAD_ENDS[why], repositoryPath, linkOid: linkOid ?? deadOid }
}

async function enter(parts: Parts, side: Side, at: Entrance, prefix: string | null): Promise<Counterpart> {
  const { opened } = parts.submodules
  const key = `${side.label}${at.path}`
  const opening = opened.get(key) ?? openInner(parts, side, at, prefix)
  opened.set(key, opening)
  const submodule = await opening
  if (typeof submodule === 'string') return { kind: 'unchecked', rule: submodule, repositoryPath: `${key}:${at.rest}` }
  submodule.prefix ??= prefix
  let inner = await find(parts, submodule.side, at.rest, prefix)
  // A link leads to folders that have another name in the archive, if any.
  if (inner.kind === 'none' && prefix === null)
    inner = await find(parts, await wholeOf(parts, submodule), at.rest, null)
  if (inner.kind !== 'blob') return inner
  return { ...inner, rule: inner.rule ?? 'submodule', submodule: inner.submodule ?? submodule }
}

async function openInner(
  { submodules, run }: Parts,
  side: Side,
  { path, oid }: Entrance,
  prefix: string | null,
): Promise<Opened | RuleName> {
  if (side.depth >= MAX_DEPTH) return 'submodule-too-deep'
  if (++submodules.count > MAX_SUBMODULES) return 'submodule-too-many'
  const known = submodules.addresses.get(side) ?? readAddresses(side, run)
  submodules.addresses.set(side, known)
  const stated = (await known).get(path)
  if (stated === undefined) return 'submodule-not-declared'
  const url = submoduleUrl(stated, side.repository.url)
  if (url === null) return 'submodule-address-refused'
  const repository = await submodules.open(url, oid, run)
  // What only a link leads to is found by other paths than the archive's.
  const wanted = prefix === null ? null : (submodules.folders ??= foldersOf(submodules.paths))
  const isWanted = wanted === null ? undefined : (inside: string) => wanted.has(prefix + inside)
  const listing = repository === null ? null : await repository.list(oid, '', run, isWanted)
  if (repository === null || listing === null) return 'submodule-unavailable'
  const label = `${side.label}${path}:`
  const inner = makeSide({ repository, commit: oid, folder: '', label, listing, depth: side.depth + 1 })
  return { side: inner, path, prefix, whole: wanted === null ? Promise.resolve(inner) : null }
}

function wholeOf({ run }: Parts, opened: Opened): Promise<Side> {
  return (opened.whole ??= listWhole(opened.side, run))
}

async function listWhole(side: Side, run: Run): Promise<Side> {
  const listing = await side.repository.list(side.commit, side.folder, run)
  return listing === null ? side : makeSide({ ...side, listing })
}

/** Every folder above a path, as the path of the folder. */
function foldersOf(paths: Iterable<string>): ReadonlySet<string> {
  const folders = new Set<string>()
  for (const path of paths) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end)
      if (folders.has(folder)) break
      folders.add(folder)
    }
  }
  return folders
}

async function readAddresses(side: Side, run: Run): Promise<ReadonlyMap<string, string>> {
  const entry = await side.repository.entryAt(side.commit, '.gitmodules', run)
  if (entry === null || !isFile(entry)) return new Map()
  const [bytes] = await side.repository.blobs([entry.oid], MAX_GITMODULES_BYTES, run)
  return parseGitmodules(bytes === undefined || bytes === null ? '' : Buffer.from(bytes).toString('utf8'))
}

function makeSide(from: Omit<Side, 'special'>): Side {
  const special = new Map<string, TreeEntry>()
  for (const [path, entry] of from.listing.entries) if (!isFile(entry)) special.set(path, entry)
  return { ...from, special }
}

function blobOf(side: Side, path: string, oid: GitOid): Counterpart {
  const repositoryPath = side.label + join(side.folder, path)
  const found = { repository: side.repository, oid, repositoryPath, linkOid: null, submodule: null, innerPath: path }
  return { kind: 'blob', ...found, rule: null }
}

/** The link or submodule above a path that stands where a folder would; null: none. */
function standInFor(side: Side, path: string): string | null {
  if (side.special.size === 0) return null
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
    const above = path.slice(0, at)
    if (side.special.has(above)) return above
  }
  return null
}

export const isFile = (entry: TreeEntry): boolean => entry.mode.startsWith('100')
export const join = (folder: string, path: string): string => (folder === '' ? path : `${folder}/${path}`)
