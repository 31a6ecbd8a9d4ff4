/**
 * Is a published archive the tree it claims to come from? File by file, by git's own object ids, nothing checked out.
 * A file counts as equal only where the repository has it in its place, or where a named rule (rules.ts) says which
 * place stands for it; that the same bytes lie elsewhere in the tree is no explanation. Source: provenance.md 2.1, 2.2.
 */
import type { ContentGrade, FileResult, FileState, ProvenanceRecord, Reason } from '../../../shared/provenance.ts'
import type { Run } from '../capabilities.ts'
import { compareText } from '../core/byte-order.ts'
import { verifyBytes } from './compare-bytes.ts'
import { gradeOf, comparisonReasons } from './compare-reasons.ts'
import { concernOf, isCodePath, namedTargets } from './concern.ts'
import type { GitOid, GitRepository } from './git-repository.ts'
import { listLeftOut } from './left-out.ts'
import { isInherited, packageValue, readManifest, type Manifest } from './manifest-text.ts'
import { readManifests, type Manifests } from './repository-manifests.ts'
import { blobId, isIdentExpansion, lineEndingIds, matchContent, type RuleName } from './rules.ts'
import { isWhole, judgeSubmodules } from './submodule-findings.ts'
import { join, openLookup, type Counterpart, type TreeLookup } from './tree-lookup.ts'

/** A file of the archive. */
export interface CrateFile {
  readonly path: string
  readonly data: Uint8Array
}

/** Opens the repository of a submodule so that it has the commit, as far as it can be had; null: it cannot be had. */
export type OpenSubmodule = (url: string, commit: GitOid, run: Run) => Promise<GitRepository | null>

export interface CompareInput {
  readonly crate: string
  readonly version: string
  /** By path below `NAME-VERSION/`. */
  readonly files: ReadonlyMap<string, CrateFile>
  readonly repository: GitRepository
  readonly commit: GitOid
  /** The package's folder in the repository, '' at the root. */
  readonly path: string
  readonly openSubmodule: OpenSubmodule
  /** Also compare the bytes of what agrees by its id, as far as they are here. */
  readonly compareBytes: boolean
}

export interface Comparison {
  /** By path in byte order; files only in the repository follow. */
  readonly files: readonly FileResult[]
  readonly counts: ProvenanceRecord['files']
  readonly grade: ContentGrade
  /** Alarms first. */
  readonly reasons: readonly Reason[]
  readonly identity: ProvenanceRecord['identity']
  /** The commit's root tree; null: the commit or the folder is not there and nothing was compared. */
  readonly treeId: GitOid | null
  /** The package's Cargo.toml in the tree. */
  readonly manifestInRepository: Uint8Array | null
  /** Cargo.toml of the workspace root, when the package inherits from one in another folder. */
  readonly workspaceManifest: Uint8Array | null
}

/** One file while it is compared; `compare-bytes.ts` may still take an equality back. */
export interface Compared {
  readonly path: string
  readonly data: Uint8Array
  readonly archiveBlob: GitOid
  state: FileState
  rule: RuleName | null
  readonly counterpart: Counterpart
}

/** Above this a file of the repository is not read; that its id differs is certain all the same. */
const MAX_BLOB_BYTES = 64 << 20
/** Blobs asked for at once, and what they may have together, so that memory stays bounded. */
const BLOBS_AT_ONCE = 32
const BATCH_BYTES = 32 << 20
/** A pointer of Git LFS has less. */
const MAX_POINTER_BYTES = 1024

/** Throws Cancelled and MirrorFailure; everything else that can be missing is in the result. */
export async function compareWithTree(input: CompareInput, run: Run): Promise<Comparison> {
  const { repository, commit, path, files } = input
  const info = await repository.commit(commit, run)
  const lookup =
    info === null ? null : await openLookup(repository, commit, path, files.keys(), input.openSubmodule, run)
  if (info === null || lookup === null) return nothingCompared(files, info === null)
  const manifests = await readManifests(input, lookup, run)
  const compared: Compared[] = []
  for (const file of files.values()) {
    const counterpart = lookup.find(file.path === 'Cargo.toml.orig' ? 'Cargo.toml' : file.path)
    compared.push(placeFile(file, counterpart instanceof Promise ? await counterpart : counterpart, files))
  }
  await tryOutside(compared, input, lookup, manifests)
  await tryContents(compared, run)
  nameCaseVariants(compared, lookup)
  const identity = await verifyBytes(compared, input.compareBytes, run)
  const generated = files.get('Cargo.toml')
  const named = namedTargets((generated && readManifest(generated.data)) ?? manifests.own ?? NO_MANIFEST)
  compared.sort((a, b) => compareText(a.path, b.path))
  const submodules = await judgeSubmodules(compared, run)
  const settled = new Set(submodules.filter(isWhole).flatMap(finding => finding.paths))
  const results = compared.map(one => resultOf(one, named, settled.has(one.path)))
  const leftOut = listLeftOut(lookup, has => files.has(has), manifests.own, manifests.workspace)
  for (const { path: missing, repositoryPath, oid, rule, isInSubmodule } of leftOut.found) {
    const isCode = isCodePath(missing, named)
    const isUnexplained = rule === 'left-out' && !isInSubmodule
    const concern = concernOf(missing, 'only-in-repository', isCode, { isInSubmodule, isUnexplained })
    const sides = { repositoryPath, archiveBlob: null, treeBlob: oid, sizeBytes: null }
    results.push({ path: missing, state: 'only-in-repository', rule, ...sides, concern, isCode })
  }
  const isListingCut = lookup.root.listing.isCut || leftOut.isCut
  return {
    files: results,
    counts: countFiles(results, files.size),
    grade: gradeOf(results),
    reasons: comparisonReasons(results, { submodules, isListingCut, hasOriginal: files.has('Cargo.toml.orig') }),
    identity,
    treeId: info.tree,
    manifestInRepository: manifests.ownBytes,
    workspaceManifest: manifests.workspaceBytes,
  }
}

const NO_MANIFEST: Manifest = { tables: {}, pkg: {}, isWorkspaceRoot: false }

/** By its place in the tree, and by id only. */
function placeFile(file: CrateFile, counterpart: Counterpart, files: CompareInput['files']): Compared {
  const { path, data } = file
  const archiveBlob = blobId(data)
  const generated = generatedRule(path, files)
  const base = { path, data, archiveBlob, counterpart }
  if (generated !== null) return { ...base, state: 'generated', rule: generated }
  if (counterpart.kind === 'none') return { ...base, state: 'only-in-crate', rule: null }
  if (counterpart.kind === 'unchecked') return { ...base, state: 'unchecked', rule: counterpart.rule }
  if (counterpart.kind === 'blob' && counterpart.oid === archiveBlob) {
    const rule = path === 'Cargo.toml.orig' ? 'manifest-original' : counterpart.rule
    return { ...base, state: counterpart.rule === null ? 'same' : 'same-by-rule', rule }
  }
  if (counterpart.linkOid === archiveBlob) return { ...base, state: 'broken-symlink', rule: 'link-as-text' }
  return { ...base, state: 'differs', rule: counterpart.rule }
}

/** What cargo itself writes, at the archive's root only. */
function generatedRule(path: string, files: CompareInput['files']): RuleName | null {
  if (path === '.cargo_vcs_info.json') return 'vcs-info-written'
  if (path === 'Cargo.lock') return 'lock-file-written'
  // Without the original beside it nothing was rewritten: then it is a file like any other.
  return path === 'Cargo.toml' && files.has('Cargo.toml.orig') ? 'manifest-rewritten' : null
}

/** A readme or licence file that the repository's manifest names outside of the package lies at the archive's root. */
async function tryOutside(
  compared: Compared[],
  input: CompareInput,
  lookup: TreeLookup,
  manifests: Manifests,
): Promise<void> {
  const { own, workspace } = manifests
  if (own === null || !compared.some(one => one.state === 'only-in-crate' && !one.path.includes('/'))) return
  for (const [key, rule] of [
    ['readme', 'readme-from-outside'],
    ['license-file', 'licence-from-outside'],
  ] as const) {
    const stated = packageValue(own, workspace, key)
    if (typeof stated !== 'string') continue
    const name = stated.slice(stated.lastIndexOf('/') + 1)
    const at = compared.findIndex(one => one.path === name && one.state === 'only-in-crate')
    if (at < 0 || /^[/\\]|^[A-Za-z]:/.test(stated)) continue
    const from = isInherited(own, key) && !own.isWorkspaceRoot ? manifests.workspaceFolder : input.path
    const counterpart = await lookup.findFromRoot(join(from, stated))
    if (counterpart.kind !== 'blob') continue
    const one = compared[at]!
    const isSame = counterpart.oid === one.archiveBlob
    compared[at] = { ...one, counterpart: { ...counterpart, rule }, state: isSame ? 'same-by-rule' : 'differs', rule }
  }
}

/** Line endings, `$Id$` and LFS pointers, for what differs by id. Blobs are asked for only where ids do not tell. */
async function tryContents(compared: readonly Compared[], run: Run): Promise<void> {
  const open: { readonly one: Compared; readonly repository: GitRepository; readonly oid: GitOid }[] = []
  for (const one of compared) {
    const { counterpart, data } = one
    if (one.state !== 'differs' || counterpart.kind !== 'blob') continue
    if (lineEndingIds(data).includes(counterpart.oid)) settle(one, 'line-endings', 'line-endings')
    else if (isIdentExpansion(data, counterpart.oid)) settle(one, 'same-by-rule', 'ident-keyword')
    else open.push({ one, repository: counterpart.repository, oid: counterpart.oid })
  }
  for (const [repository, wanted] of Map.groupBy(open, ({ repository }) => repository)) {
    for (const batch of batches(wanted)) {
      run.signal.throwIfAborted()
      const oids = batch.map(({ oid }) => oid)
      const blobs = await repository.blobs(oids, Math.max(...batch.map(likelyBytes)), run)
      const lacking = oids.filter((_, i) => (blobs[i] ?? null) === null)
      // What is here but was not given is too large for any rule: then it differs.
      const isHere = lacking.length === 0 ? [] : await repository.hasBlobs(lacking, run)
      const tooLarge = new Set(lacking.filter((_, i) => isHere[i] === true))
      for (const [i, { one, oid }] of batch.entries()) {
        const bytes = blobs[i] ?? null
        const match = bytes === null ? null : matchContent(one.data, bytes)
        if (bytes === null) {
          if (!tooLarge.has(oid)) settle(one, 'differs', 'bytes-unavailable')
        } else if (match === 'line-endings') settle(one, 'line-endings', match)
        else if (match === 'lfs-pointer') settle(one, 'same-by-rule', match)
        else if (match !== null) settle(one, 'differs', match)
      }
    }
  }
}

/** The most that a blob can have which a rule makes equal: CRs in place of none, or a pointer to large content. */
const likelyBytes = ({ one }: { readonly one: Compared }): number =>
  Math.min(MAX_BLOB_BYTES, 2 * one.data.length + MAX_POINTER_BYTES)

/** Those of like size together, so that one large file of the archive does not make room for many large blobs. */
function* batches<T extends { readonly one: Compared }>(wanted: readonly T[]): Generator<readonly T[]> {
  const sorted = [...wanted].sort((a, b) => a.one.data.length - b.one.data.length)
  let batch: T[] = []
  for (const next of sorted) {
    if (batch.length > 0 && (batch.length + 1) * likelyBytes(next) > BATCH_BYTES) {
      yield batch
      batch = []
    }
    if (batch.push(next) < BLOBS_AT_ONCE) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** A likely reason why a file has no counterpart; it stays without one, as any system but a case-blind one has it. */
function nameCaseVariants(compared: readonly Compared[], lookup: TreeLookup): void {
  const alone = compared.filter(one => one.state === 'only-in-crate')
  if (alone.length === 0) return
  const folded = new Set(Array.from(lookup.root.listing.entries.keys(), path => path.toLowerCase()))
  for (const one of alone) if (folded.has(one.path.toLowerCase())) settle(one, one.state, 'name-case-differs')
}

function settle(one: Compared, state: FileState, rule: RuleName): void {
  one.state = state
  one.rule = rule
}

function resultOf(one: Compared, named: ReadonlySet<string>, isOfOtherTag: boolean): FileResult {
  const { path, state, rule, counterpart, archiveBlob, data } = one
  const isCode = isCodePath(path, named)
  const isInSubmodule = counterpart.kind === 'blob' && counterpart.submodule !== null
  const repositoryPath = counterpart.kind === 'none' ? null : counterpart.repositoryPath
  const treeBlob =
    counterpart.kind === 'blob' ? counterpart.oid : counterpart.kind === 'dead-end' ? counterpart.linkOid : null
  // A submodule that is another version as a whole is one thing to look at, not hundreds.
  const concern = isOfOtherTag ? 6 : concernOf(path, state, isCode, { isInSubmodule, isUnexplained: true })
  return { path, state, rule, repositoryPath, archiveBlob, treeBlob, sizeBytes: data.length, concern, isCode }
}

export function countFiles(results: readonly FileResult[], total: number): ProvenanceRecord['files'] {
  const by = (...states: readonly FileState[]) => results.filter(({ state }) => states.includes(state)).length
  return {
    total,
    same: by('same', 'same-by-rule'),
    differing: by('differs'),
    onlyInCrate: by('only-in-crate'),
    onlyInRepository: by('only-in-repository'),
    generated: by('generated'),
    lineEndings: by('line-endings'),
    brokenSymlinks: by('broken-symlink'),
    unchecked: by('unchecked'),
  }
}

function nothingCompared(files: CompareInput['files'], isCommitMissing: boolean): Comparison {
  const text = isCommitMissing
    ? 'The commit is not in the repository.'
    : 'The folder of the package is not in the tree of the commit.'
  const code = isCommitMissing ? 'commit-missing' : 'folder-missing'
  return {
    files: [],
    counts: { ...countFiles([], files.size), unchecked: files.size },
    grade: 'unchecked',
    reasons: [{ code, text, weight: 'warning', about: [] }],
    identity: 'none',
    treeId: null,
    manifestInRepository: null,
    workspaceManifest: null,
  }
}
