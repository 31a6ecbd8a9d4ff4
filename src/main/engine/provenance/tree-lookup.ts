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
  /** Opened so far. */
  submodules(): readonly OpenedSubmodule[]
  /** By a path below the package's folder. */
  find(path: string): Promise<Counterpart>
  /** By a path from the repository's root, which may hold `..`: what a manifest names outside of the package. */
  findFromRoot(path: string): Promise<Counterpart>
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
  const used = new Set<string>()
  const opened = new Map<string, Promise<OpenedSubmodule | RuleName>>()
  const finished: OpenedSubmodule[] = []
  let openedCount = 0
  let folders: ReadonlySet<string> | null = null
  const addresses = new Map<Side, Promise<ReadonlyMap<string, string>>>()

  async function find(side: Side, path: string, prefix: string | null): Promise<Counterpart> {
    const entry = side.listing.entries.get(path)
    if (entry !== undefined && isFile(entry)) return blobOf(side, path, entry.oid)
    const standIn = entry !== undefined ? path : standInFor(side, path)
    if (standIn === null) return side.listing.isCut ? findUnlisted(side, path) : { kind: 'none' }
    const special = side.special.get(standIn)
    if (special === undefined) return { kind: 'none' }
    if (prefix !== null) used.add(prefix + standIn)
    if (special.mode === '160000' && standIn !== path) {
      const at = { path: join(side.folder, standIn), oid: special.oid, rest: path.slice(standIn.length + 1) }
      return enter(side, at, prefix === null ? null : `${prefix}${standIn}/`)
    }
    if (special.mode !== '120000') return { kind: 'none' }
    const where = await followTreePath(side.repository, side.commit, join(side.folder, path), run)
    return arrive(side, path, where, standIn === path ? special.oid : null, special.oid)
  }

  async function arrive(
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
      const inner = await enter(side, where, null)
      return inner.kind === 'blob' ? { ...inner, rule, linkOid } : inner
    }
    const repositoryPath = side.label + join(side.folder, path)
    const why = where.kind === 'folder' || where.kind === 'submodule' ? 'nothing' : where.kind
    // Beyond a link to a folder that is there, a file that is not in it is nobody's.
    if (why === 'nothing' && linkOid === null) return { kind: 'none' }
    return { kind: 'dead-end', rule: DEAD_ENDS[why], repositoryPath, linkOid: linkOid ?? deadOid }
  }

  async function enter(
    side: Side,
    at: { readonly path: string; readonly oid: GitOid; readonly rest: string },
    prefix: string | null,
  ): Promise<Counterpart> {
    const key = `${side.label}${at.path}`
    const opening = opened.get(key) ?? open(side, at.path, at.oid, prefix)
    opened.set(key, opening)
    const submodule = await opening
    if (typeof submodule === 'string')
      return { kind: 'unchecked', rule: submodule, repositoryPath: `${key}:${at.rest}` }
    const inner = await find(submodule.side, at.rest, prefix)
    if (inner.kind !== 'blob') return inner
    return { ...inner, rule: inner.rule ?? 'submodule', submodule: inner.submodule ?? submodule }
  }

  async function open(side: Side, path: string, oid: GitOid, prefix: string | null) {
    if (side.depth >= MAX_DEPTH) return 'submodule-too-deep'
    if (++openedCount > MAX_SUBMODULES) return 'submodule-too-many'
    const known = addresses.get(side) ?? readAddresses(side, run)
    addresses.set(side, known)
    const stated = (await known).get(path)
    if (stated === undefined) return 'submodule-not-declared'
    const url = submoduleUrl(stated, side.repository.url)
    if (url === null) return 'submodule-address-refused'
    const inner = await openSubmodule(url, oid, run)
    // What only a link leads to is found by other paths than the archive's.
    const wanted = prefix === null ? null : (folders ??= foldersOf(paths))
    const isWanted = wanted === null ? undefined : (inside: string) => wanted.has(prefix + inside)
    const innerListing = inner === null ? null : await inner.list(oid, '', run, isWanted)
    if (inner === null || innerListing === null) return 'submodule-unavailable'
    const label = `${side.label}${path}:`
    const made = { repository: inner, commit: oid, folder: '', label, listing: innerListing, depth: side.depth + 1 }
    const submodule = { side: makeSide(made), path, prefix }
    finished.push(submodule)
    return submodule
  }

  /** The listing was cut, so a path that is not in it is asked for by itself. */
  async function findUnlisted(side: Side, path: string): Promise<Counterpart> {
    const entry = await side.repository.entryAt(side.commit, join(side.folder, path), run)
    if (entry !== null && isFile(entry)) return blobOf(side, path, entry.oid)
    return { kind: 'unchecked', rule: 'folder-unreadable', repositoryPath: side.label + join(side.folder, path) }
  }

  return {
    root,
    used,
    submodules: () => finished,
    find: path => find(root, path, ''),
    findFromRoot: async path => {
      const where = await followTreePath(repository, commit, path, run)
      if (where.kind !== 'file' && where.kind !== 'submodule') return { kind: 'none' }
      return arrive(root, path, where, null, '')
    },
  }
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
