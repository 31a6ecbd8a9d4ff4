/**
 * Puts what `cargo package` needs of a commit's tree on disk: the package's folder, the other manifests with empty
 * files for their targets, what links and manifests of the package lead to, and an index, so that cargo sees a clean
 * checkout. No git checkout takes part: files are written from objects, links last, and a tree that leads out of itself
 * is refused before anything is written. SPEC: docs of cargo, "cargo package"; provenance.md 6.2.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import type { OpenSubmodule } from './compare.ts'
import type { GitOid, GitRepository } from './git-repository.ts'
import { nameProblem, nameRulesOf } from './name-clash.ts'
import { makeScratchGit, readLineEndings } from './scratch-git.ts'
import { parseGitmodules, submoduleUrl } from './submodules.ts'
import { isGitFolderName, type TreeShape } from './tree-paths.ts'
import {
  chooseFiles,
  isBelow,
  readBlobs,
  shapeOf,
  TREE_LIMITS,
  type Needed,
  type Refusal,
  type TreeFile,
} from './tree-files.ts'

/** Files whose contents are asked for at once: a partial mirror fetches them in one request. */
const BATCH = 1000
const MAX_GITMODULES_BYTES = 1 << 20

export interface MaterialiseInput {
  readonly repository: GitRepository
  readonly commit: GitOid
  /** Package folder, `` for the root. */
  readonly path: string
  readonly openSubmodule: OpenSubmodule
}

export interface NotWritten {
  readonly text: Refusal
  /** The tree is sound; only the disk here cannot hold it, which says nothing about the crate. */
  readonly isOurDisk: boolean
}

/**
 * Writes below `root`, which lies in a scratch folder of ours; `root/.git` is a repository whose HEAD is the commit and
 * whose index is its tree. Throws Cancelled and FileError. @failure too large, leads out of itself, something is missing
 */
export async function materialise(
  caps: Capabilities,
  input: MaterialiseInput,
  root: AbsolutePath,
  run: Run,
): Promise<Result<{ readonly files: number }, NotWritten>> {
  const refused = (text: Refusal, isOurDisk = false) => fail({ text, isOurDisk })
  const files = await readTree(input, run)
  if (!files.ok) return refused(files.error)
  const rules = await nameRulesOf(caps, path.dirname(root) as AbsolutePath)
  const tree = await shapeOf(files.value, rules.isFolding, run)
  if (!tree.ok) return refused(tree.error)
  const needed = await chooseFiles(files.value, tree.value, input.path, run)
  if (!needed.ok) return refused(needed.error)
  const clash = nameProblem([...needed.value.files, ...needed.value.empty], rules)
  if (clash !== null) return refused(clash, true)
  const indexed = await makeScratchGit(caps, { root, objects: input.repository.gitDir, commit: input.commit }, run)
  if (!indexed.ok) return refused(indexed.error)
  const written = await writeFiles(caps, root, files.value, tree.value, needed.value, run)
  return written.ok ? written : refused(written.error)
}

/** Every file of the tree by its path, those of submodules in the package's folder included. */
async function readTree(input: MaterialiseInput, run: Run): Promise<Result<Map<string, TreeFile>, Refusal>> {
  const files = new Map<string, TreeFile>()
  const pending = [{ prefix: '', from: input.repository, commit: input.commit }]
  for (let at = 0; at < pending.length; at++) {
    if (at > TREE_LIMITS.submodules) return fail(`The tree has more than ${TREE_LIMITS.submodules} submodules.`)
    const { prefix, from, commit } = pending[at]!
    const listing = await from.list(commit, '', run)
    if (listing === null) return fail(`The tree of commit ${commit} cannot be read.`)
    if (listing.isCut) return fail('The tree is too large or not whole.')
    for (const [name, entry] of listing.entries) {
      const at = prefix + name
      if (name.split('/').some(isGitFolderName)) return fail(`The tree holds a git folder: ${at}`)
      if (entry.mode !== '160000') files.set(at, { entry, from })
      else if (isBelow(at, input.path)) {
        const url = await addressOf(from, commit, name, run)
        const submodule = url === null ? null : await input.openSubmodule(url, entry.oid, run)
        if (submodule === null) return fail(`The submodule ${at} cannot be had.`)
        pending.push({ prefix: `${at}/`, from: submodule, commit: entry.oid })
      }
    }
  }
  return ok(files)
}

/** The address that the tree's own .gitmodules states for a submodule; null when it states none that may be asked. */
async function addressOf(from: GitRepository, commit: GitOid, folder: string, run: Run): Promise<string | null> {
  const entry = await from.entryAt(commit, '.gitmodules', run)
  const [bytes] = entry === null ? [] : await from.blobs([entry.oid], MAX_GITMODULES_BYTES, run)
  const stated = parseGitmodules(new TextDecoder().decode(bytes ?? undefined)).get(folder)
  return stated === undefined ? null : submoduleUrl(stated, from.url)
}

async function writeFiles(
  caps: Capabilities,
  root: AbsolutePath,
  files: ReadonlyMap<string, TreeFile>,
  tree: TreeShape,
  needed: Needed,
  run: Run,
): Promise<Result<{ readonly files: number }, Refusal>> {
  const at = (name: string) => path.join(root, ...name.split('/')) as AbsolutePath
  const plain = [...needed.files].filter(name => tree.link(name) === undefined)
  const links = [...needed.files].filter(name => tree.link(name) !== undefined)
  const folders = new Set([...needed.files, ...needed.empty].map(name => path.dirname(at(name))))
  for (const folder of folders) await caps.files.makeFolder(folder as AbsolutePath)
  // Attributes first: they decide how the others are written.
  const attributes = plain.filter(name => /(^|\/)\.gitattributes$/.test(name))
  const others = plain.filter(name => !attributes.includes(name))
  let bytes = 0
  for (const group of [attributes, others]) {
    const withCrlf = group === others && attributes.length > 0 ? await readLineEndings(caps, root, others, run) : null
    for (let from = 0; from < group.length; from += BATCH) {
      if (run.signal.aborted) throw new Cancelled()
      const read = await readBlobs(files, group.slice(from, from + BATCH), TREE_LIMITS.fileBytes, run)
      if (!read.ok) return read
      for (const content of read.value.values()) bytes += content.length
      if (bytes > TREE_LIMITS.bytes) return fail(`The package has more than ${TREE_LIMITS.bytes >> 20} MiB.`)
      for (const [name, content] of read.value) {
        const isExecutable = files.get(name)!.entry.mode === '100755'
        await caps.files.writeInPlace(at(name), withCrlf?.has(name) ? toCrlf(content) : content, isExecutable)
      }
    }
  }
  for (const name of needed.empty) if (!needed.files.has(name)) await caps.files.writeInPlace(at(name), '')
  for (const name of links) await caps.files.makeLink(at(name), tree.link(name)!)
  return ok({ files: needed.files.size })
}

/** What git writes for `eol=crlf`: nothing is changed in a file that is binary or has a CR already. */
function toCrlf(content: Buffer): Buffer {
  if (content.includes(0) || content.includes('\r')) return content
  return Buffer.from(content.toString('latin1').replaceAll('\n', '\r\n'), 'latin1')
}
