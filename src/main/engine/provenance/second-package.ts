/**
 * Other packages of the same name in the commit that an archive was made from. Anybody whose test data is taken into a
 * repository could have put one there and publish that; so what matters is whether another folder is a more likely home
 * of the package than the one that was packed. SPEC: provenance.md 6.5, "second package parked in a sub-directory".
 */
import type { Reason } from '../../../shared/provenance.ts'
import type { Run } from '../capabilities.ts'
import type { GitOid, GitRepository, TreeEntry } from './git-repository.ts'
import { followTreePath } from './links.ts'
import { readManifest } from './manifest-text.ts'
import { reasonOf } from './reasons.ts'
import { isFile, join } from './tree-lookup.ts'

/** Folders read in search of manifests, the upper ones first; a project of a hundred packages has fewer. */
const MAX_FOLDERS = 600
const MAX_DEPTH = 8
/** Manifests read for their names, those in folders named like the crate first. */
const MAX_MANIFESTS = 300
/** A manifest of a real package is smaller; a mirror may have to fetch them. */
const MAX_BYTES = 256 << 10

/** Where nobody keeps what is published. */
const NO_HOME =
  /(^|[/_.-])(tests?|testing|testdata|test-?suite|fixtures?|examples?|bench(es|marks?)?|fuzz|vendor(ed)?|third[-_]?party|corpus|samples?|docs?|archived?|old|legacy|ui|node_modules|target|data)([/_.-]|$)/i

/** How likely a folder is the home of a crate: 0 most. */
function homeRank(folder: string, crate: string): number {
  if (folder === '') return 0
  const names = spellings(crate)
  if (names.some(name => folder === name || folder === `crates/${name}`)) return 1
  if (NO_HOME.test(folder) && !NO_HOME.test(crate)) return 4
  return names.includes(folder.slice(folder.lastIndexOf('/') + 1)) ? 2 : 3
}

const spellings = (crate: string): readonly string[] => [
  ...new Set([crate, crate.replaceAll('_', '-'), crate.replaceAll('-', '_')]),
]

/**
 * At most one reason: an alarm when a likelier folder holds a package of this name, a warning when an equally likely one
 * does, a note when a part of the tree was not looked through. A package at the root is the project's own.
 * Throws Cancelled and MirrorFailure.
 */
export async function secondPackage(
  repository: GitRepository,
  commit: GitOid,
  path: string,
  crate: string,
  run: Run,
): Promise<readonly Reason[]> {
  const own = homeRank(path, crate)
  if (own === 0) return []
  const usual = ['', ...spellings(crate), ...spellings(crate).map(name => `crates/${name}`)]
  for (const folder of usual) {
    const oid = folder === path ? null : await manifestAt(repository, commit, folder, run)
    if (oid === null) continue
    const [bytes = null] = await repository.blobs([oid], MAX_BYTES, run)
    if (isNamed(bytes, crate)) return [told('alarm', path, folder, crate)]
  }
  // Where packages are kept, one elsewhere is the odd one.
  if (own === 1) return []
  return throughTree(repository, commit, path, crate, run)
}

/** Also through links: a project may link its packages. */
async function manifestAt(repository: GitRepository, commit: GitOid, folder: string, run: Run): Promise<GitOid | null> {
  const file = join(folder, 'Cargo.toml')
  const entry = await repository.entryAt(commit, file, run)
  if (entry === null) return null
  if (isFile(entry)) return entry.oid
  const where = await followTreePath(repository, commit, file, run)
  return where.kind === 'file' ? where.entry.oid : null
}

async function throughTree(
  repository: GitRepository,
  commit: GitOid,
  path: string,
  crate: string,
  run: Run,
): Promise<readonly Reason[]> {
  const own = homeRank(path, crate)
  const { manifests, isCut } = await findManifests(repository, commit, run)
  const rivals = Array.from(manifests)
    .map(([folder, oid]) => ({ folder, oid, rank: homeRank(folder, crate) }))
    .filter(({ folder, rank }) => folder !== path && rank <= own)
    .sort((a, b) => a.rank - b.rank || a.folder.length - b.folder.length || (a.folder < b.folder ? -1 : 1))
  const looked = rivals.slice(0, MAX_MANIFESTS)
  const blobs = await repository.blobs(
    looked.map(({ oid }) => oid),
    MAX_BYTES,
    run,
  )
  const rival = looked.find((_, i) => isNamed(blobs[i] ?? null, crate))
  if (rival !== undefined) return [told(rival.rank < own ? 'alarm' : 'warning', path, rival.folder, crate)]
  if (!isCut && looked.length === rivals.length && !blobs.includes(null)) return []
  const text = `Not all of the commit was looked through for another package named ${crate}.`
  return [reasonOf('info', 'second-package-unchecked', text, [path])]
}

interface FoundManifests {
  /** Folder → blob of its Cargo.toml. */
  readonly manifests: ReadonlyMap<string, GitOid>
  readonly isCut: boolean
  /** A part could not be had just now. */
  readonly lacksPart: boolean
}

/** Of the trees looked through last; the packages of a workspace come from few commits. */
const found = new WeakMap<GitRepository, Map<GitOid, FoundManifests>>()
const MAX_FOUND = 4

async function findManifests(repository: GitRepository, commit: GitOid, run: Run): Promise<FoundManifests> {
  const top = (await repository.commit(commit, run))?.tree ?? null
  const kept = found.get(repository) ?? new Map<GitOid, FoundManifests>()
  found.set(repository, kept)
  const known = top === null ? undefined : kept.get(top)
  if (known !== undefined) return known
  const manifests = await lookForManifests(repository, top, run)
  if (top !== null && !manifests.lacksPart) kept.set(top, manifests)
  for (const oldest of kept.keys()) {
    if (kept.size <= MAX_FOUND) break
    kept.delete(oldest)
  }
  return manifests
}

/** Level by level, so that a bound cuts off what lies deepest. */
async function lookForManifests(repository: GitRepository, top: GitOid | null, run: Run): Promise<FoundManifests> {
  const manifests = new Map<string, GitOid>()
  let level: readonly (readonly [string, GitOid])[] = top === null ? [] : [['', top]]
  let left = MAX_FOLDERS
  let isCut = top === null
  let lacksPart = false
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH || left <= 0) return { manifests, isCut: true, lacksPart }
    const read = level.slice(0, left)
    if (read.length < level.length) isCut = true
    left -= read.length
    const trees = await Promise.all(read.map(([, oid]) => repository.tree(oid, run)))
    level = trees.flatMap((tree, i) => {
      if (tree === null) isCut = lacksPart = true
      return foldersIn(tree ?? [], read[i]![0], manifests)
    })
  }
  return { manifests, isCut, lacksPart }
}

/** Notes the manifest of a folder; gives the folders in it. */
function foldersIn(
  tree: readonly TreeEntry[],
  folder: string,
  manifests: Map<string, GitOid>,
): readonly (readonly [string, GitOid])[] {
  const manifest = tree.find(entry => entry.name === 'Cargo.toml')
  if (manifest !== undefined && isFile(manifest)) manifests.set(folder, manifest.oid)
  return tree.filter(entry => entry.mode === '040000').map(entry => [join(folder, entry.name), entry.oid] as const)
}

function isNamed(manifest: Uint8Array | null, crate: string): boolean {
  // Most manifests of a workspace are another package's; parsing them all would cost more than everything else.
  if (manifest === null || !Buffer.from(manifest.buffer, manifest.byteOffset, manifest.byteLength).includes(crate))
    return false
  return readManifest(manifest)?.pkg['name'] === crate
}

function told(weight: 'alarm' | 'warning', path: string, folder: string, crate: string): Reason {
  const there = folder === '' ? 'at the root' : `in ${shown(folder)}`
  const text = `The archive was made from the folder ${shown(path)}, but ${crate} is ${there} as well.`
  return reasonOf(weight, 'second-package', text, [path, folder])
}

const shown = (text: string): string => JSON.stringify(text.slice(0, 200))
