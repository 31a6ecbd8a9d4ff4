/**
 * Which files of a commit's tree `cargo package` needs on disk, and whether the tree is safe to be put there: nothing
 * that the package reaches may lead out of the repository. Source: provenance.md 6.2, cargo 1.95.
 */
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Run } from '../capabilities.ts'
import type { GitRepository, TreeEntry } from './git-repository.ts'
import { namedPaths } from './manifest-paths.ts'
import { otherSpellings } from './name-clash.ts'
import { followPath, foldersAbove, type TreeShape } from './tree-paths.ts'

/** Of one tree on disk; the largest of a thousand popular crates has 4,000 files and 30 MB. */
export const TREE_LIMITS = { files: 60_000, bytes: 512 << 20, fileBytes: 128 << 20, links: 20_000, submodules: 32 }
const MAX_LINK_BYTES = 4096

/** A file, and the repository that has its content: the package's own or a submodule's. */
export interface TreeFile {
  readonly entry: TreeEntry
  readonly from: GitRepository
}

/** What cannot be packaged safely or at all, as one sentence. */
export type Refusal = string

export const isBelow = (file: string, folder: string): boolean => folder === '' || file.startsWith(`${folder}/`)
const inFolder = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`)

/** Reads the links' texts. `isFolding`: the disk takes names that differ by case for one another. */
export async function shapeOf(
  files: ReadonlyMap<string, TreeFile>,
  isFolding: boolean,
  run: Run,
): Promise<Result<TreeShape, Refusal>> {
  const folders = new Set<string>([''])
  const links: string[] = []
  for (const [file, { entry }] of files) {
    if (entry.mode === '120000') links.push(file)
    for (const folder of foldersAbove(file)) {
      if (folders.has(folder) && folder !== '') break
      folders.add(folder)
    }
  }
  if (links.length > TREE_LIMITS.links) return fail(`The tree has more than ${TREE_LIMITS.links} symbolic links.`)
  const texts = new Map<string, string>()
  const read = await readBlobs(files, links, MAX_LINK_BYTES, run)
  if (!read.ok) return read
  for (const [link, bytes] of read.value) texts.set(link, bytes.toString())
  return ok({
    link: file => texts.get(file),
    isFile: file => files.has(file) && !texts.has(file),
    isFolder: folder => folders.has(folder),
    ...(isFolding ? { isOtherSpelling: otherSpellings([...files.keys(), ...folders]) } : {}),
  })
}

export interface Needed {
  /** Written with their content; links as links. */
  readonly files: ReadonlySet<string>
  /** Written empty: cargo looks whether they are there. */
  readonly empty: ReadonlySet<string>
}

/** Where cargo finds targets by their place, for packages other than ours. */
const TARGET = /(^|\/)(src\/(lib|main)\.rs|(src\/bin|tests|examples|benches)\/[^/]+(\.rs|\/main\.rs)|build\.rs)$/
/** Read by cargo or git wherever they are. */
const CONFIGURING = /(^|\/)(Cargo\.toml|\.gitignore|\.gitattributes)$/

/** The package's own files, and what else cargo reads. @failure what leads out of the repository, or too much */
export async function chooseFiles(
  files: ReadonlyMap<string, TreeFile>,
  tree: TreeShape,
  folder: string,
  run: Run,
): Promise<Result<Needed, Refusal>> {
  const embedded = embeddedRepository(tree, [folder, ...(folder === '' ? [] : foldersAbove(folder))])
  if (embedded !== null) return fail(embedded)
  const needed = new Set<string>()
  const empty = new Set<string>()
  const nested = new Set<string>()
  for (const file of files.keys()) {
    const home = file.endsWith('/Cargo.toml') ? file.slice(0, -'/Cargo.toml'.length) : folder
    if (home !== folder && isBelow(file, folder)) nested.add(home)
  }
  for (const [file, { entry }] of files) {
    const isOurs = isBelow(file, folder) && !foldersAbove(file).some(above => nested.has(above))
    if (isOurs || CONFIGURING.test(file)) needed.add(file)
    else if (TARGET.test(file) && entry.mode !== '120000') empty.add(file)
  }
  const manifests = [...needed].filter(file => /(^|\/)Cargo\.toml$/.test(file) && tree.isFile(file))
  const texts = await readBlobs(files, manifests, TREE_LIMITS.fileBytes, run)
  if (!texts.ok) return texts
  for (const [manifest, text] of texts.value) {
    const home = manifest === 'Cargo.toml' ? '' : manifest.slice(0, -'/Cargo.toml'.length)
    const { copied, escape } = namedPaths(tree, home, text.toString())
    if (escape !== null) return fail(escape)
    for (const file of copied) needed.add(file.replace(/^\//, ''))
  }
  const linked = followLinks(files, tree, needed, folder)
  return linked.ok ? ok({ files: linked.value, empty }) : linked
}

/**
 * Adds what links lead to, however far, and leaves out unsafe links that the package does not contain. Folders that are
 * linked count again for every link: cargo copies them each time.
 */
function followLinks(
  files: ReadonlyMap<string, TreeFile>,
  tree: TreeShape,
  wanted: ReadonlySet<string>,
  folder: string,
): Result<ReadonlySet<string>, Refusal> {
  const found = new Set<string>()
  const queue = [...wanted]
  const all = [...files.keys()].sort()
  let copies = 0
  for (let at = 0; at < queue.length; at++) {
    const file = queue[at]!
    if (++copies > TREE_LIMITS.files) return fail(`The package has more than ${TREE_LIMITS.files} files.`)
    if (!tree.isFolder(file) && !files.has(file)) {
      // Named by a manifest through a link, or not there at all.
      const end = followPath(tree, file)
      if (end.kind === 'file') queue.push(...end.through, end.path)
      continue
    }
    const text = tree.link(file)
    if (text === undefined) {
      found.add(file)
      continue
    }
    const end = followPath(tree, file)
    if (end.kind === 'outside' || end.kind === 'git-folder' || end.kind === 'loop' || end.kind === 'other-spelling') {
      if (!isBelow(file, folder)) continue
      const how =
        { loop: 'goes in a circle', 'other-spelling': 'leads to a name that only this disk knows' }[
          end.kind as string
        ] ?? 'leads out of the repository'
      return fail(`The symbolic link ${file} ${how}: ${text}`)
    }
    found.add(file)
    for (const link of end.through) if (!found.has(link)) queue.push(link)
    if (end.kind === 'file') queue.push(end.path)
    if (end.kind !== 'folder') continue
    if (isBelow(file, end.path)) return fail(`The symbolic link ${file} leads to a folder that it lies in: ${text}`)
    const embedded = embeddedRepository(tree, [end.path])
    if (embedded !== null) return fail(embedded)
    for (let i = firstBelow(all, end.path); i < all.length && isBelow(all[i]!, end.path); i++) queue.push(all[i]!)
  }
  return ok(found)
}

/** Where the files of a folder start in a sorted list. */
function firstBelow(sorted: readonly string[], folder: string): number {
  let [low, high] = [0, folder === '' ? 0 : sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < `${folder}/`) low = middle + 1
    else high = middle
  }
  return low
}

/** cargo asks git about these folders, and git would take one that looks like a bare repository at its word. */
function embeddedRepository(tree: TreeShape, folders: readonly string[]): string | null {
  for (const folder of folders) {
    const has = (name: string) => followPath(tree, inFolder(folder, name)).kind !== 'nothing'
    if (has('HEAD') && has('objects') && has('refs'))
      return `The tree holds something that looks like a git repository: ${folder || 'its root'}`
  }
  return null
}

/** @failure a content that cannot be had */
export async function readBlobs(
  files: ReadonlyMap<string, TreeFile>,
  names: readonly string[],
  maxBytes: number,
  run: Run,
): Promise<Result<ReadonlyMap<string, Buffer>, Refusal>> {
  const byRepository = Map.groupBy(names, name => files.get(name)!.from)
  const read = new Map<string, Buffer>()
  for (const [from, theirs] of byRepository) {
    const blobs = await from.blobs(
      theirs.map(name => files.get(name)!.entry.oid),
      maxBytes,
      run,
    )
    for (const [i, name] of theirs.entries()) {
      const bytes = blobs[i]
      if (bytes === null || bytes === undefined) return fail(`The content of ${name} cannot be had.`)
      read.set(name, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    }
  }
  return ok(read)
}
