/**
 * How a commit hangs in the project's own history (provenance.md 3.2). That a server has a commit proves nothing: it
 * answers for every fork and pull request. Only being reachable from a branch or tag counts, and of tags only those
 * that name this version of this package. Nothing here is verified cryptographically; signatures are told as present.
 */
import { parse } from 'smol-toml'
import type { AnchorDetail, AnchorGrade, Reason } from '../../../shared/provenance.ts'
import type { Run } from '../capabilities.ts'
import type { CommitInfo, GitOid, GitRepository, RefInfo } from './git-repository.ts'

export interface Anchor {
  readonly grade: AnchorGrade
  readonly detail: AnchorDetail
  readonly reasons: readonly Reason[]
}

export interface AnchoredPackage {
  readonly name: string
  readonly version: string
  /** Folder in the repository, '' at the root. */
  readonly path: string
}

const MAX_MANIFEST_BYTES = 1 << 20
const MAX_TOLD_REFS = 5

/**
 * Tag names that projects use for a version, most specific first: those with the package's name, then bare ones, which
 * may be another package's of the same workspace. Build metadata is left out in some.
 */
export function tagCandidates(name: string, version: string): readonly string[] {
  return [...namedTags(name, version), ...spellings(version).flatMap(v => bareTags(v))]
}

function namedTags(name: string, version: string): readonly string[] {
  return spellings(version).flatMap(v => [
    ...[`${name}-v${v}`, `${name}-${v}`, `${name}/v${v}`, `${name}/${v}`],
    ...[`${name}@${v}`, `${name}@v${v}`, `${name}_v${v}`, `${name}_${v}`],
  ])
}

const bareTags = (version: string) => [
  `v${version}`,
  version,
  `v/${version}`,
  `release-${version}`,
  `release/${version}`,
]

function spellings(version: string): readonly string[] {
  const plain = version.replace(/\+.*$/, '')
  return plain === version ? [version] : [version, plain]
}

/**
 * `isOutside`: the commit was asked for by id because no branch or tag led to it. `foundBySearch`: we chose the commit
 * to fit, which is weaker whatever it hangs on. Throws Cancelled, MirrorFailure.
 */
export async function findAnchor(
  repository: GitRepository,
  commit: GitOid,
  pkg: AnchoredPackage,
  how: { readonly foundBySearch: boolean; readonly isOutside: boolean },
  run: Run,
): Promise<Anchor> {
  const [info, refs] = await Promise.all([repository.commit(commit, run), repository.refs(run)])
  const tag = await findTag(repository, commit, info, refs, pkg, run)
  const reach = await findReach(repository, commit, refs, how.isOutside, run)
  const detail: AnchorDetail = {
    reachableFrom: reach.from,
    refs: [...reach.refs],
    defaultBranch: repository.defaultBranch,
    tag,
    commitHasSignature: info?.hasSignature ?? null,
  }
  const grade = how.foundBySearch ? 'found-by-search' : gradeOf(detail)
  return { grade, detail, reasons: reasonsOf(grade, detail, commit, pkg, repository.mirror.isShallow) }
}

function gradeOf({ reachableFrom, tag }: AnchorDetail): AnchorGrade {
  const isTagged = tag?.pointsHere === true
  switch (reachableFrom) {
    case 'default-branch':
    case 'other-branch':
      return isTagged ? 'tag+branch' : 'branch'
    case 'tag':
      return 'tag-only'
    case 'none':
      return tag?.sameTree === true ? 'same-tree-as-tag' : 'outside-branches'
    case 'unknown':
      return isTagged ? 'tag-only' : 'unknown'
  }
}

/** The cheap answer first: nearly all commits are on the default branch. */
async function findReach(
  repository: GitRepository,
  commit: GitOid,
  refs: readonly RefInfo[],
  isOutside: boolean,
  run: Run,
): Promise<{ readonly from: AnchorDetail['reachableFrom']; readonly refs: readonly string[] }> {
  const head = refs.find(ref => ref.name === repository.defaultBranch)
  const tip = isOutside ? null : (head?.commit ?? null)
  if (head !== undefined && tip !== null && (await repository.isAncestor(commit, tip, run)) === true)
    return { from: 'default-branch', refs: [head.name] }
  // Branches come first in byte order (refs/heads/ before refs/tags/), so a branch is never cut off by tags.
  const containing = await repository.refsContaining(commit, MAX_TOLD_REFS, run)
  if (containing === null) return { from: 'unknown', refs: [] }
  if (containing.some(name => name.startsWith('refs/heads/'))) return { from: 'other-branch', refs: containing }
  if (containing.length > 0) return { from: 'tag', refs: containing }
  return { from: repository.mirror.isShallow ? 'unknown' : 'none', refs: [] }
}

/**
 * The tag of this version: one that names the package, else a bare one whose tree has this package in this version.
 * One that points at the commit is preferred.
 */
async function findTag(
  repository: GitRepository,
  commit: GitOid,
  info: CommitInfo | null,
  refs: readonly RefInfo[],
  pkg: AnchoredPackage,
  run: Run,
): Promise<AnchorDetail['tag']> {
  const byName = new Map(refs.filter(ref => ref.name.startsWith('refs/tags/')).map(ref => [ref.name.slice(10), ref]))
  const found = tagCandidates(pkg.name, pkg.version).flatMap(name => byName.get(name) ?? [])
  const here = found.filter(ref => ref.commit === commit)
  const named = new Set(namedTags(pkg.name, pkg.version).map(name => `refs/tags/${name}`))
  for (const ref of [...here, ...found.filter(one => !here.includes(one))]) {
    if (ref.commit === null) continue
    const target = await repository.commit(ref.commit, run)
    if (target === null) continue // a tag of a tree or a file
    // At the commit itself the package was found already.
    const isOurs = named.has(ref.name) || ref.commit === commit
    if (!isOurs && !(await holdsPackage(repository, ref.commit, pkg, run))) continue
    return {
      name: ref.name,
      objectId: ref.oid,
      commit: ref.commit,
      isAnnotated: ref.isAnnotated,
      hasSignature: await repository.tagHasSignature(ref, run),
      pointsHere: ref.commit === commit,
      sameTree: info !== null && target.tree === info.tree,
    }
  }
  return null
}

/** The package's folder at that commit has this name and version; a version that the workspace gives counts too. */
async function holdsPackage(
  repository: GitRepository,
  commit: GitOid,
  pkg: AnchoredPackage,
  run: Run,
): Promise<boolean> {
  const manifest = await readManifest(repository, commit, pkg.path, run)
  if (manifest?.['package'] === undefined) return false
  const own = manifest['package'] as Record<string, unknown>
  if (own['name'] !== pkg.name) return false
  if (typeof own['version'] === 'string') return own['version'] === pkg.version
  // `version.workspace = true`: the nearest manifest above with a [workspace].
  const folders = pkg.path.split('/')
  for (let length = folders.length; length >= 0; length--) {
    const above = await readManifest(repository, commit, folders.slice(0, length).join('/'), run)
    const workspace = above?.['workspace'] as { package?: { version?: unknown } } | undefined
    if (workspace !== undefined) return workspace.package?.version === pkg.version
  }
  return false
}

async function readManifest(repository: GitRepository, commit: GitOid, folder: string, run: Run) {
  const path = folder === '' ? 'Cargo.toml' : `${folder}/Cargo.toml`
  const entry = await repository.entryAt(commit, path, run)
  if (entry === null || !entry.mode.startsWith('10')) return null
  const [bytes] = await repository.blobs([entry.oid], MAX_MANIFEST_BYTES, run)
  if (bytes === undefined || bytes === null) return null
  try {
    return parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
  } catch {
    return null
  }
}

function reasonsOf(
  grade: AnchorGrade,
  { tag, reachableFrom, refs }: AnchorDetail,
  commit: GitOid,
  pkg: AnchoredPackage,
  isShallow: boolean,
): readonly Reason[] {
  const short = commit.slice(0, 12)
  const reasons: Reason[] = []
  const add = (weight: Reason['weight'], code: string, text: string, about: readonly string[] = []) =>
    reasons.push({ weight, code, text, about: [...about] })
  if (grade === 'outside-branches')
    add('alarm', 'outside-branches', `Commit ${short} is on no branch and under no tag of the project.`)
  if (grade === 'same-tree-as-tag')
    add('warning', 'same-tree-as-tag', `Commit ${short} is on no branch, but ${tag!.name} has the very same tree.`, [
      tag!.name,
    ])
  if (grade === 'tag-only') add('info', 'tag-only', `Commit ${short} is under a tag, but on no branch.`, refs)
  if (reachableFrom === 'other-branch')
    add('info', 'other-branch', `Commit ${short} is on another branch than the default one.`, refs)
  if (reachableFrom === 'unknown' && !isShallow)
    add('warning', 'history-unread', `Whether a branch or tag leads to commit ${short} could not be determined.`)
  if (isShallow) add('info', 'shallow-history', 'The repository served only a part of its history.')
  if (tag !== null && !tag.pointsHere && grade !== 'same-tree-as-tag') {
    const text = `${tag.name} names ${pkg.name} ${pkg.version} but points at ${tag.commit.slice(0, 12)}, not at ${short}.`
    add(tag.sameTree ? 'info' : 'warning', 'tag-elsewhere', text, [tag.name])
  }
  if (tag === null) add('info', 'no-tag', `No tag names ${pkg.name} ${pkg.version}.`)
  return reasons
}

/** A tag as it was when a check of this version saw it first. */
export interface FirstTag {
  readonly name: string
  readonly objectId: string
}

/** A tag that names another object than when it was first seen is told as long as it does. */
export async function withMoves(
  repository: GitRepository,
  anchor: Anchor,
  first: FirstTag | null,
  run: Run,
): Promise<Anchor> {
  if (first === null) return anchor
  const now = (await repository.refs(run)).find(ref => ref.name === first.name)?.oid ?? null
  if (now === first.objectId) return anchor
  const was = `The tag ${first.name} was at ${first.objectId.slice(0, 12)} when it was first seen`
  const text = now === null ? `${was} and is gone now.` : `${was} and is at ${now.slice(0, 12)} now.`
  const moved: Reason = { code: TAG_MOVED, text, weight: 'alarm', about: [first.name] }
  return { ...anchor, reasons: [...anchor.reasons, moved] }
}

const TAG_MOVED = 'tag-moved'
