/**
 * Where in a commit's tree the package lies: where the archive says, else where its manifest is found by content, else
 * by name. Wherever it is, the manifest there has to be this package's. Source: provenance.md 2.1, rules 5 and 6.
 */
import type { Reason } from '../../../shared/provenance.ts'
import type { Run } from '../capabilities.ts'
import type { CrateFile } from './compare.ts'
import type { GitOid, GitRepository, Listing } from './git-repository.ts'
import { followTreePath } from './links.ts'
import { MAX_MANIFEST_BYTES, packageValue, readManifest } from './manifest-text.ts'
import { blobId, lineEndingIds } from './rules.ts'
import { secondPackage } from './second-package.ts'
import { isFile, join } from './tree-lookup.ts'

export type Location =
  | {
      /** '' at the root. */
      readonly path: string
      readonly from: 'vcs-info' | 'manifest-blob' | 'package-name'
      readonly warnings: readonly Reason[]
    }
  /** Not found; `candidates` are folders with a package of another name that were looked at, at most 20. */
  | { readonly path: null; readonly candidates: readonly string[] }

const MAX_TOLD = 20
/** Manifests read by name; more packages than any workspace we know. */
const MAX_MANIFESTS = 2000

/** Throws Cancelled and MirrorFailure. */
export async function locatePackage(
  repository: GitRepository,
  commit: GitOid,
  files: ReadonlyMap<string, CrateFile>,
  claimPath: string | null,
  crate: string,
  run: Run,
): Promise<Location> {
  const original = (files.get('Cargo.toml.orig') ?? files.get('Cargo.toml'))?.data ?? null
  const originalId = original === null ? null : blobId(original)
  const warnings: Reason[] = []
  if (claimPath !== null) {
    const path = cleanPath(claimPath)
    const oid = path === null ? null : await manifestAt(repository, commit, path, run)
    if (path !== null && oid !== null) {
      const there = oid === originalId ? original : await readBlob(repository, oid, run)
      const second = await secondPackage(repository, commit, path, crate, run)
      return { path, from: 'vcs-info', warnings: [...packageWarnings(there, path, crate, files), ...second] }
    }
    const text = `The archive names the folder ${shown(claimPath)}, where this commit has no Cargo.toml.`
    warnings.push({ code: 'claimed-folder-missing', weight: 'alarm', text, about: [claimPath] })
  }
  const listing = await repository.list(commit, '', run)
  if (listing === null) return { path: null, candidates: [] }
  const folders = manifestFolders(listing)
  const byBlob = original === null ? [] : foldersWith(folders, [originalId!])
  const byContent = byBlob.length > 0 || original === null ? byBlob : foldersWith(folders, lineEndingIds(original))
  // A manifest of another name is of no use, however it came to be in the archive.
  const isOwn = original !== null && nameOf(original) === crate
  const found = isOwn ? mostAlike(listing, byContent, files) : null
  if (found !== null) return { path: found, from: 'manifest-blob', warnings }
  const named = await foldersNamed(repository, folders, crate, run)
  const best = mostAlike(listing, named, files)
  if (best === null) return { path: null, candidates: Array.from(folders.keys()).slice(0, MAX_TOLD) }
  const there = await readBlob(repository, folders.get(best)!, run)
  return { path: best, from: 'package-name', warnings: [...warnings, ...packageWarnings(there, best, crate, files)] }
}

/** Null for what leaves the repository or is no path in it. */
function cleanPath(stated: string): string | null {
  const parts = stated.split('/').filter(part => part !== '' && part !== '.')
  return parts.includes('..') || stated.includes('\0') ? null : parts.join('/')
}

async function manifestAt(repository: GitRepository, commit: GitOid, path: string, run: Run): Promise<GitOid | null> {
  const entry = await repository.entryAt(commit, join(path, 'Cargo.toml'), run)
  if (entry === null) return null
  if (isFile(entry)) return entry.oid
  const where = await followTreePath(repository, commit, join(path, 'Cargo.toml'), run)
  return where.kind === 'file' ? where.entry.oid : null
}

async function readBlob(repository: GitRepository, oid: GitOid, run: Run): Promise<Uint8Array | null> {
  const [bytes] = await repository.blobs([oid], MAX_MANIFEST_BYTES, run)
  return bytes ?? null
}

/** Folder of each Cargo.toml → its blob. */
function manifestFolders(listing: Listing): ReadonlyMap<string, GitOid> {
  const folders = new Map<string, GitOid>()
  for (const [path, entry] of listing.entries) {
    if (!path.endsWith('Cargo.toml') || !isFile(entry)) continue
    if (path === 'Cargo.toml') folders.set('', entry.oid)
    else if (path.endsWith('/Cargo.toml')) folders.set(path.slice(0, -'/Cargo.toml'.length), entry.oid)
  }
  return folders
}

function foldersWith(folders: ReadonlyMap<string, GitOid>, oids: readonly GitOid[]): readonly string[] {
  return Array.from(folders)
    .filter(([, oid]) => oids.includes(oid))
    .map(([folder]) => folder)
}

async function foldersNamed(
  repository: GitRepository,
  folders: ReadonlyMap<string, GitOid>,
  crate: string,
  run: Run,
): Promise<readonly string[]> {
  const all = Array.from(folders).slice(0, MAX_MANIFESTS)
  const oids = all.map(([, oid]) => oid)
  const blobs = await repository.blobs(oids, MAX_MANIFEST_BYTES, run)
  return all.filter((_, i) => nameOf(blobs[i] ?? null) === crate).map(([folder]) => folder)
}

function nameOf(manifest: Uint8Array | null): string | null {
  // Most manifests of a workspace are another package's; parsing them all would cost more than everything else.
  if (manifest === null || !/\bname\b/.test(Buffer.from(manifest).toString('latin1'))) return null
  const name = readManifest(manifest)?.pkg['name']
  return typeof name === 'string' ? name : null
}

/** Of several folders the one where most of the archive's files lie as they are; the shorter path when equal. */
function mostAlike(listing: Listing, folders: readonly string[], files: ReadonlyMap<string, CrateFile>): string | null {
  if (folders.length <= 1) return folders[0] ?? null
  const ids = Array.from(files.values(), ({ path, data }) => [path, blobId(data)] as const)
  const score = (folder: string) =>
    ids.filter(([path, id]) => listing.entries.get(join(folder, path))?.oid === id).length
  const scored = folders.map(folder => ({ folder, score: score(folder) }))
  scored.sort((a, b) => b.score - a.score || a.folder.length - b.folder.length || (a.folder < b.folder ? -1 : 1))
  return scored[0]!.folder
}

/** Is the manifest there this package's, of this version? */
function packageWarnings(
  there: Uint8Array | null,
  path: string,
  crate: string,
  files: ReadonlyMap<string, CrateFile>,
): readonly Reason[] {
  const manifest = there === null ? null : readManifest(there)
  if (manifest === null) {
    const text = `The manifest in ${shown(path)} cannot be read, so that its package's name is not known.`
    return [{ code: 'package-name-unchecked', weight: 'warning', text, about: [path] }]
  }
  const { name } = manifest.pkg
  if (name !== crate) {
    const text = `The folder ${shown(path)} holds the package ${typeof name === 'string' ? shown(name) : 'without a name'}, not ${crate}.`
    return [{ code: 'package-name-differs', weight: 'alarm', text, about: [path] }]
  }
  const generated = files.get('Cargo.toml')
  const published = generated === undefined ? undefined : readManifest(generated.data)?.pkg['version']
  const stated = packageValue(manifest, null, 'version')
  if (typeof stated !== 'string' || typeof published !== 'string' || stated === published) return []
  const text = `The manifest in the repository says version ${shown(stated)}, the published one ${shown(published)}.`
  return [{ code: 'package-version-differs', weight: 'warning', text, about: [path] }]
}

const shown = (text: string): string => (text === '' ? 'at the root' : JSON.stringify(text.slice(0, 200)))
