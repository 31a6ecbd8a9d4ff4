/**
 * From the claim to a tree: which repository, which commit, which folder, and how the archive compares with it. What is
 * missing on the way is told apart: no repository named, not to be had, our copy too old, the commit not there, the
 * package not in it. A commit that has to be searched for is marked so. Source: provenance.md 2.1, 2.2, 3.1.
 */
import type { Claim, ContentGrade, Fallback, ProvenanceRecord, Reason } from '../../../shared/provenance.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { Run } from '../capabilities.ts'
import { findAnchor, withMoves, type Anchor, type FirstTag } from './anchor.ts'
import { compareWithTree, type Comparison, type OpenSubmodule } from './compare.ts'
import type { ArchiveFile } from './crate-archive.ts'
import { findCommit } from './find-commit.ts'
import { MirrorFailure, type GitOid, type GitRepository } from './git-repository.ts'
import { locatePackage } from './locate-package.ts'
import type { MirrorProblem, Mirrors } from './mirror.ts'
import { normaliseRepository } from './repository-address.ts'
import { findSibling, type NamedRepository } from './siblings.ts'

export interface SourceInput {
  readonly crate: string
  readonly version: string
  readonly claim: Claim
  readonly files: ReadonlyMap<string, ArchiveFile>
  readonly publishedAt: string | null
  readonly firstTag: FirstTag | null
  readonly refresh: boolean
}

export interface SourceDeps {
  readonly mirrors: Mirrors
  readonly compareBytes: boolean
  /** Repositories that versions checked here name; asked for only when a commit is missing. */
  namedRepositories(): readonly NamedRepository[]
}

export interface Source {
  readonly repository: GitRepository | null
  /** Its copy as it was when all this had been read; null without a repository. */
  readonly mirror: ProvenanceRecord['mirror']
  readonly problem: MirrorProblem | null
  /** Compared commit; null when none was found. */
  readonly commit: GitOid | null
  readonly path: string | null
  readonly pathFrom: ProvenanceRecord['pathFrom']
  /** Nothing of our copy is as new as the publication, so what is not there may be all the same. */
  readonly isStale: boolean
  readonly fallback: Fallback | null
  /** Address of another repository than the named one that has the commit; null: the named one was looked into. */
  readonly sibling: string | null
  readonly locate: { readonly path: string | null; readonly warnings: readonly Reason[] } | null
  readonly comparison: Comparison | null
  readonly anchor: Anchor | null
}

const NOTHING: Source = {
  ...{ repository: null, mirror: null, problem: null, commit: null, path: null, pathFrom: 'none', isStale: false },
  ...{ fallback: null, sibling: null, locate: null, comparison: null, anchor: null },
}

const NOT_FOUND: Fallback = { how: 'none', outcome: 'no-candidate', candidates: 0 }

/** Throws Cancelled. */
export async function findSource(deps: SourceDeps, input: SourceInput, run: Run): Promise<Source> {
  const { claim, publishedAt, refresh } = input
  const { url } = claim.repository
  if (url === null) return claim.vcsInfo === 'absent' ? { ...NOTHING, fallback: NOT_FOUND } : NOTHING
  const newerThanMs = publishedAt === null ? null : Date.parse(publishedAt)
  const opened = await deps.mirrors.open(url, { commit: claim.commit, newerThanMs, refresh }, run)
  if (!opened.ok) return { ...NOTHING, problem: opened.error }
  try {
    const found = await sourceIn(deps, input, opened.value, newerThanMs, run)
    const { anchor, repository } = found
    if (repository === null) return found
    const { fetchedFrom, newestCommitAt, fetchedAt, partial } = repository.mirror
    const mirror = { fetchedFrom, newestCommitAt, fetchedAt, partial }
    return { ...found, mirror, anchor: anchor && (await withMoves(repository, anchor, input.firstTag, run)) }
  } catch (error) {
    if (error instanceof MirrorFailure) return { ...NOTHING, problem: error.problem }
    throw error
  }
}

async function sourceIn(
  deps: SourceDeps,
  input: SourceInput,
  repository: GitRepository,
  newerThanMs: number | null,
  run: Run,
): Promise<Source> {
  const { claim } = input
  const had = claim.commit === null ? ok(null) : await haveCommit(deps.mirrors, repository, claim.commit, run)
  const found = had.ok ? had.value : null
  if (claim.commit !== null && found === null && isOlder(repository.mirror.newestCommitAt, newerThanMs)) {
    // What is as new as the release is not in our copy: the best fit of what is would accuse it of being different.
    return { ...NOTHING, repository, isStale: true }
  }
  // Not here, and nobody could be asked: that it is nowhere would be a guess.
  if (!had.ok) return { ...NOTHING, repository, problem: had.error }
  if (claim.commit === null) return searched(deps, input, repository, run)
  if (found === null) {
    // A sibling that cannot be read is no reason to say less about the named one.
    const sibling = await inSibling(deps, input, claim.commit, run).catch((error: unknown) => {
      if (error instanceof MirrorFailure) return null
      throw error
    })
    return sibling ?? searched(deps, input, repository, run)
  }
  return claimed(deps, input, repository, { commit: claim.commit, isOutside: found === 'outside' }, run)
}

/** `outside`: the server gave it by its id, but no branch or tag brought it. Null: nobody has it. */
export async function haveCommit(
  mirrors: Mirrors,
  repository: GitRepository,
  commit: GitOid,
  run: Run,
): Promise<Result<'inside' | 'outside' | null, MirrorProblem>> {
  if ((await repository.commit(commit, run)) !== null) return ok('inside')
  const fetched = await mirrors.fetchCommit(repository, commit, run)
  if (!fetched.ok) return fetched
  if (!fetched.value) return ok(null)
  return ok((await repository.commit(commit, run)) === null ? null : 'outside')
}

const isOlder = (newestCommitAt: string | null, thanMs: number | null): boolean =>
  newestCommitAt !== null && thanMs !== null && Date.parse(newestCommitAt) < thanMs

async function claimed(
  deps: SourceDeps,
  { crate, version, claim, files }: SourceInput,
  repository: GitRepository,
  { commit, isOutside }: { readonly commit: GitOid; readonly isOutside: boolean },
  run: Run,
): Promise<Source> {
  const located = await locatePackage(repository, commit, files, claim.path, crate, run)
  const how = { foundBySearch: false, isOutside }
  if (located.path === null) {
    const anchor = await findAnchor(repository, commit, { name: crate, version, path: claim.path ?? '' }, how, run)
    return { ...NOTHING, repository, commit, anchor, locate: { path: null, warnings: [] } }
  }
  const { path, from, warnings } = located
  const compared = { crate, version, files, repository, commit, path, ...comparing(deps) }
  const [comparison, anchor] = await Promise.all([
    compareWithTree(compared, run),
    findAnchor(repository, commit, { name: crate, version, path }, how, run),
  ])
  return {
    ...NOTHING,
    ...{ repository, commit, path, pathFrom: from, comparison, anchor, locate: { path, warnings } },
  }
}

async function searched(
  deps: SourceDeps,
  { crate, version, claim, files }: SourceInput,
  repository: GitRepository,
  run: Run,
): Promise<Source> {
  const { hintPath } = claim.repository
  const found = await findCommit(repository, { crate, version, files, hintPath, ...comparing(deps) }, run)
  if (found === null) return { ...NOTHING, repository, fallback: NOT_FOUND }
  const { commit, path, how, candidates, comparison } = found
  const fallback: Fallback = { how, outcome: FALLBACK_OUTCOMES[comparison.grade], candidates }
  const pkg = { name: crate, version, path }
  const anchor = await findAnchor(repository, commit, pkg, { foundBySearch: true, isOutside: false }, run)
  return {
    ...NOTHING,
    ...{ repository, commit, path, pathFrom: 'manifest-blob', fallback, comparison, anchor },
    locate: { path, warnings: [] },
  }
}

/** The claimed commit in a repository that the archive does not name; null: in none that is known. */
async function inSibling(
  deps: SourceDeps,
  { crate, version, claim, files }: SourceInput,
  commit: GitOid,
  run: Run,
): Promise<Source | null> {
  const known = deps.namedRepositories()
  const found = await findSibling(deps.mirrors, { crate, claim, files, known }, commit, run)
  if (found === null) return null
  const { repository, path, url, tried } = found
  const comparison = await compareWithTree({ crate, version, files, repository, commit, path, ...comparing(deps) }, run)
  const pkg = { name: crate, version, path }
  const anchor = await findAnchor(repository, commit, pkg, { foundBySearch: true, isOutside: false }, run)
  const outcome = FALLBACK_OUTCOMES[comparison.grade]
  return {
    ...NOTHING,
    ...{ repository, commit, path, comparison, anchor, sibling: url, locate: { path, warnings: [] } },
    pathFrom: claim.path === path ? 'vcs-info' : 'manifest-blob',
    fallback: { how: 'sibling-repository', outcome, candidates: tried },
  }
}

const FALLBACK_OUTCOMES: Readonly<Record<ContentGrade, Fallback['outcome']>> = {
  exact: 'match',
  'line-endings': 'match-line-endings',
  'broken-symlinks': 'match-broken-symlinks',
  differs: 'mismatch',
  'partly-unchecked': 'submodule-unavailable',
  unchecked: 'no-candidate',
}

/** What comparing needs beside the tree. */
function comparing({ mirrors, compareBytes }: { readonly mirrors: Mirrors; readonly compareBytes: boolean }) {
  return { compareBytes, openSubmodule: submoduleOpener(mirrors) }
}

/** Submodules are repositories of their own, with mirrors of their own. */
export function submoduleOpener(mirrors: Mirrors): OpenSubmodule {
  return async (stated, commit, run) => {
    const address = normaliseRepository(stated)
    if (address === null) return null
    const opened = await mirrors.open(address.url, { commit, newerThanMs: null, refresh: false }, run)
    if (!opened.ok) return null
    const had = await haveCommit(mirrors, opened.value, commit, run)
    return had.ok && had.value !== null ? opened.value : null
  }
}
