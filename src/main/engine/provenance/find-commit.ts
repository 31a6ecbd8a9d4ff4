/**
 * The commit that an archive fits best, when it names none or one that is not there: tags that name the version, then
 * commits that brought this very manifest, then the history of the default branch. What fits only in part does not end
 * the search. Such a commit was chosen to fit, which proves less than one that was stated.
 * Source: provenance.md 3.1. Pull requests are never looked at: anybody can put a file there.
 */
import type { Run } from '../capabilities.ts'
import { tagCandidates } from './anchor.ts'
import { compareWithTree, type Comparison, type CrateFile, type OpenSubmodule } from './compare.ts'
import type { GitOid, GitRepository, RefInfo } from './git-repository.ts'
import { bestOfHistory } from './history-walk.ts'
import { locatePackage } from './locate-package.ts'
import { blobId, lineEndingIds } from './rules.ts'

export interface FindInput {
  readonly crate: string
  readonly version: string
  readonly files: ReadonlyMap<string, CrateFile>
  /** A folder that the manifest's repository address names; breaks ties only. */
  readonly hintPath: string | null
  /** Absent: submodules stay unchecked. */
  readonly openSubmodule?: OpenSubmodule
  /** Of the commit chosen; candidates are compared by id. */
  readonly compareBytes?: boolean
}

export interface FoundCommit {
  readonly commit: GitOid
  readonly path: string
  readonly how: 'tag' | 'manifest-history' | 'history-walk'
  /** How many commits were compared. */
  readonly candidates: number
  readonly comparison: Comparison
}

/** Compared of each kind; a version has one or two in most repositories. */
const MAX_TAGS = 12
const MAX_COMMITS = 16

/** Null: nothing fits. Throws Cancelled and MirrorFailure. */
export async function findCommit(repository: GitRepository, input: FindInput, run: Run): Promise<FoundCommit | null> {
  const tried = new Set<GitOid>()
  let best: FoundCommit | null = null
  const attempt = async (commit: GitOid, how: FoundCommit['how'], folder: string | null) => {
    if (tried.has(commit)) return
    const found = await tryCommit(repository, input, commit, folder, run)
    tried.add(commit)
    if (found !== null && (best === null || isBetter(found.comparison, best.comparison)))
      best = { commit, how, candidates: 0, ...found }
  }
  const done = () => best !== null && missesOf(best.comparison).every(count => count === 0)

  for (const tag of versionTags(await repository.refs(run), input.crate, input.version).slice(0, MAX_TAGS)) {
    if (done()) break
    await attempt(tag.commit!, 'tag', null)
  }
  if (!done()) {
    for (const commit of await manifestCommits(repository, input.files, run)) {
      if (done()) break
      await attempt(commit, 'manifest-history', null)
    }
  }
  // The manifest may have been ready some commits before the rest.
  if (best === null || missesOf(best.comparison)[0] !== 0) {
    const folder = best === null ? null : (best as FoundCommit).path
    const tip = (await repository.refs(run)).find(ref => ref.name === repository.defaultBranch)?.commit ?? null
    const place = tip === null ? null : await bestOfHistory(repository, tip, input.files, folder, run)
    for (const commit of place?.commits ?? []) await attempt(commit, 'history-walk', place!.folder)
  }
  return finish(repository, input, best, tried.size, run)
}

async function finish(
  repository: GitRepository,
  input: FindInput,
  best: FoundCommit | null,
  candidates: number,
  run: Run,
): Promise<FoundCommit | null> {
  if (best === null) return null
  if (input.compareBytes !== true) return { ...best, candidates }
  const { commit, path } = best
  const comparison = await compareWithTree(comparing(repository, input, commit, path, true), run)
  return { ...best, candidates, comparison }
}

async function tryCommit(
  repository: GitRepository,
  input: FindInput,
  commit: GitOid,
  folder: string | null,
  run: Run,
): Promise<{ readonly path: string; readonly comparison: Comparison } | null> {
  run.signal.throwIfAborted()
  const located =
    folder === null
      ? await locatePackage(repository, commit, input.files, null, input.crate, run)
      : { path: folder, warnings: [] }
  if (located.path === null) return null
  // A bare tag may be another package's of the workspace: then this one has another version there.
  if (located.warnings.some(({ code }) => code === 'package-version-differs')) return null
  const paths = new Set([located.path])
  if (input.hintPath !== null && folder === null) {
    const hinted = await locatePackage(repository, commit, input.files, input.hintPath, input.crate, run)
    if (hinted.path === input.hintPath && hinted.warnings.length === 0) paths.add(hinted.path)
  }
  let best: { readonly path: string; readonly comparison: Comparison } | null = null
  for (const path of paths) {
    const comparison = await compareWithTree(comparing(repository, input, commit, path, false), run)
    if (comparison.treeId === null) continue
    if (best === null || isBetter(comparison, best.comparison)) best = { path, comparison }
  }
  return best
}

function comparing(repository: GitRepository, input: FindInput, commit: GitOid, path: string, compareBytes: boolean) {
  const { crate, version, files } = input
  const openSubmodule = input.openSubmodule ?? (() => Promise.resolve(null))
  return { crate, version, files, repository, commit, path, openSubmodule, compareBytes }
}

/** What does not fit, most telling first; a version's own commit has only zeros. */
function missesOf({ counts }: Comparison): readonly number[] {
  return [counts.differing + counts.onlyInCrate, counts.unchecked, counts.brokenSymlinks, counts.lineEndings]
}

function isBetter(a: Comparison, b: Comparison): boolean {
  const [missesOfA, missesOfB] = [missesOf(a), missesOf(b)]
  const at = missesOfA.findIndex((count, i) => count !== missesOfB[i])
  return at >= 0 && missesOfA[at]! < missesOfB[at]!
}

/** Tags that name the version: usual spellings in their order, then any that ends with it. */
export function versionTags(refs: readonly RefInfo[], crate: string, version: string): readonly RefInfo[] {
  const order = new Map(tagCandidates(crate, version).map((name, i) => [`refs/tags/${name}`, i]))
  const plain = version.replace(/\+.*$/, '')
  const rank = ({ name }: RefInfo): number | null => {
    const known = order.get(name)
    if (known !== undefined) return known
    return name.startsWith('refs/tags/') && (endsWith(name, version) || endsWith(name, plain)) ? order.size : null
  }
  const ranked = refs.flatMap(ref => {
    const at = ref.commit === null ? null : rank(ref)
    return at === null ? [] : [{ ref, at }]
  })
  return ranked.sort((a, b) => a.at - b.at).map(({ ref }) => ref)
}

/** `x-1.2.3` and `xv1.2.3` end with `1.2.3`; `x-11.2.3` and `0.1.2.3` do not. */
function endsWith(name: string, version: string): boolean {
  return name.endsWith(version) && !/[\d.]$/.test(name.slice(0, -version.length))
}

/** Newest first: commits in which some Cargo.toml became the one that was published, line endings aside. */
async function manifestCommits(
  repository: GitRepository,
  files: FindInput['files'],
  run: Run,
): Promise<readonly GitOid[]> {
  const original = files.get('Cargo.toml.orig') ?? files.get('Cargo.toml')
  if (original === undefined) return []
  for (const blob of new Set([blobId(original.data), ...lineEndingIds(original.data)])) {
    const commits = await repository.commitsWithManifest(blob, run)
    if (commits !== null && commits.length > 0) return commits.slice(0, MAX_COMMITS)
  }
  return []
}
