/**
 * One check from archive to record: read the archive, find the tree it claims to come from, compare, judge. Everything
 * that can be missing is a finding of the record, never a failure; only a cancelled run throws. Nothing is written but
 * mirrors, nothing of the crate or of the repository is run. Source: provenance.md 2.1, 3.1, 7.
 */
import type { EarlierVersion, FileResult, ProvenanceRecord, Rebuild } from '../../../shared/provenance.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import type { FirstTag } from './anchor.ts'
import { readClaim } from './claim.ts'
import { judgeContainer } from './container.ts'
import { openCrateArchive, type CrateArchive } from './crate-archive.ts'
import { findSource, submoduleOpener, type Source } from './find-source.ts'
import { MirrorFailure } from './git-repository.ts'
import type { IndexFacts } from './index-facts.ts'
import { checkLock, type IndexLookup } from './lock-check.ts'
import { checkManifest, type ManifestCheck } from './manifest-check.ts'
import type { Mirrors } from './mirror.ts'
import { rebuildCrate } from './rebuild.ts'
import type { NamedRepository } from './siblings.ts'
import { decideVerdict } from './verdict.ts'

export interface CheckDeps {
  readonly caps: Capabilities
  readonly mirrors: Mirrors
  /** Other versions in the index, for the lock file. */
  readonly lookup: IndexLookup
  /** Makes `lookup` know these as far as they can be had. */
  prepareLookup(packages: readonly { readonly crate: string; readonly version: string }[], run: Run): Promise<void>
  /** The tag of this version as its checks first saw it, to tell what moved since; null: none did. */
  firstTag(crate: string, version: string): FirstTag | null
  /** Repositories that versions checked here name, for a commit that the named one does not have. */
  namedRepositories(): readonly NamedRepository[]
  /** Also compare the bytes of what agrees by its id. */
  readonly compareBytes: boolean
  readonly versions: { readonly git: string | null; readonly assay: string }
}

export interface CheckInput {
  readonly crate: string
  readonly version: string
  readonly archive: Uint8Array
  readonly archiveSha256: string
  /** The same archive, opened already; absent: it is opened here. */
  readonly opened?: CrateArchive
  /** Null: the index did not answer. */
  readonly index: IndexFacts | null
  /** What is known about the version before; absent: nobody looked. */
  readonly earlier?: EarlierVersion
  readonly level: 'compare' | 'rebuild'
  /** Ask the repository's server in any case. */
  readonly refresh: boolean
}

/** Grows when rules change, so that older records are made anew. */
const FORMAT = 1
const MAX_LOCK_PACKAGES = 5_000

/** Throws Cancelled. */
export async function checkCrate(deps: CheckDeps, input: CheckInput, run: Run): Promise<ProvenanceRecord> {
  const startedAt = deps.caps.clock.nowMs()
  const { crate, version, index } = input
  const archive = input.opened ?? (await openCrateArchive(crate, version, input.archive))
  const claim = readClaim(archive.files)
  const publishedAt = index?.publishedAt ?? null
  const container = judgeContainer(archive, publishedAt)
  const firstTag = deps.firstTag(crate, version)
  const asked = { crate, version, claim, files: archive.files, publishedAt, firstTag, refresh: input.refresh }
  const [source, lock] = await Promise.all([
    findSource(deps, asked, run),
    lockOf(deps, { crate, version }, archive, publishedAt, run),
  ])
  const manifest = manifestOf(input, archive, source, container)
  const rebuild = input.level === 'rebuild' ? await rebuildOf(deps, input, archive, source, container, run) : null
  const { anchor } = source
  const verdict = decideVerdict({
    ...{ claim, archive, container, manifest, lock, anchor, rebuild, publishedAt },
    ...{ comparison: source.comparison, mirrorProblem: source.problem, staleMirror: source.isStale },
    ...{ fallback: source.fallback, commit: source.commit, locate: source.locate, sibling: source.sibling },
  })
  const files = followsOriginal(input, archive, source, manifest) ? asGenerated(verdict.files) : verdict.files
  const endedAt = deps.caps.clock.nowMs()
  return {
    format: FORMAT,
    ...{ crate, version, outcome: verdict.outcome, content: verdict.content, anchor: verdict.anchor },
    sentence: verdict.sentence,
    reasons: [...verdict.reasons],
    repository: source.sibling ?? claim.repository.url,
    ...{ commit: source.commit, path: source.path, pathFrom: source.pathFrom, fallback: source.fallback },
    files: countFiles(files, archive),
    identity: source.comparison?.identity ?? 'none',
    claim,
    anchorDetail: anchor?.detail ?? NO_ANCHOR,
    ...(input.earlier === undefined ? {} : { earlier: input.earlier }),
    container: {
      ...{ cargoFrom: container.cargoFrom, cargoTo: container.cargoTo, isCargo: container.isCargo },
      evidence: container.evidence,
    },
    manifest: {
      state: manifest.state,
      differences: [...manifest.differences, ...manifest.indexDifferences],
      index: manifest.index,
    },
    lock: { state: lock.state, differences: [...lock.differences] },
    ...{ rebuild, level: input.level, archiveSha256: input.archiveSha256 },
    ...{ indexLineSha256: index?.lineSha256 ?? null, publishedAt, treeId: source.comparison?.treeId ?? null },
    mirror: source.mirror,
    tools: { git: deps.versions.git, cargo: rebuild?.cargoVersion ?? null, assay: deps.versions.assay },
    fileResults: byConcern(files),
    ...{ checkedAt: endedAt, tookMs: endedAt - startedAt },
  }
}

const NO_ANCHOR: ProvenanceRecord['anchorDetail'] = {
  ...{ reachableFrom: 'unknown', refs: [], defaultBranch: null, tag: null, commitHasSignature: null },
}

async function lockOf(
  deps: CheckDeps,
  self: { readonly crate: string; readonly version: string },
  archive: CrateArchive,
  publishedAt: string | null,
  run: Run,
) {
  const data = archive.files.get('Cargo.lock')?.data
  const text = data === undefined ? null : new TextDecoder().decode(data)
  if (text !== null) await deps.prepareLookup(registryPackages(text), run)
  return checkLock(text, publishedAt, deps.lookup, self)
}

const LOCK_PACKAGE = /^\[\[package\]\]\r?\nname = "([\w-]+)"\r?\nversion = "([\w.+-]+)"\r?\nsource = "registry\+/gm

/** Whose index entries the check of a lock file will ask for. */
function registryPackages(lock: string): { crate: string; version: string }[] {
  const packages: { crate: string; version: string }[] = []
  for (const [, crate = '', version = ''] of lock.matchAll(LOCK_PACKAGE)) {
    if (packages.push({ crate, version }) >= MAX_LOCK_PACKAGES) break
  }
  return packages
}

type JudgedContainer = ReturnType<typeof judgeContainer>

function manifestOf(
  { crate, version, index }: CheckInput,
  { files }: CrateArchive,
  { comparison }: Source,
  { cargoFrom, cargoTo }: JudgedContainer,
): ManifestCheck {
  const generated = files.get('Cargo.toml')?.data
  if (generated === undefined) return NO_MANIFEST
  const check = checkManifest({
    ...{ crate, version, index, generated },
    original: files.get('Cargo.toml.orig')?.data ?? null,
    inRepository: comparison?.manifestInRepository ?? null,
    workspaceRoot: comparison?.workspaceManifest ?? null,
    archivePaths: [...files.keys()],
    cargoRange: { from: cargoFrom, to: cargoTo },
  })
  // That it follows from the copy beside it in the archive is the publisher's word on both sides.
  if (check.state !== 'explained' || (comparison?.manifestInRepository ?? null) !== null) return check
  return { ...check, state: 'unchecked', uncheckable: ["the repository's manifest is not at hand"] }
}

/**
 * The published manifest is not the repository's, and neither is the original beside it, from which it follows: then one
 * file was edited, not two.
 */
function followsOriginal(
  { crate, version, index }: CheckInput,
  { files }: CrateArchive,
  { comparison }: Source,
  manifest: ManifestCheck,
): boolean {
  const [generated, original] = [files.get('Cargo.toml')?.data, files.get('Cargo.toml.orig')?.data]
  if (
    manifest.state !== 'unexplained' ||
    manifest.index === 'differs' ||
    generated === undefined ||
    original === undefined
  )
    return false
  if (!comparison?.files.some(file => file.path === 'Cargo.toml.orig' && file.state === 'differs')) return false
  const againstOriginal = checkManifest({
    ...{ crate, version, index, generated, original, inRepository: original },
    workspaceRoot: comparison.workspaceManifest,
    archivePaths: [...files.keys()],
    cargoRange: { from: null, to: null },
  })
  return againstOriginal.state === 'explained'
}

const asGenerated = (files: readonly FileResult[]): readonly FileResult[] =>
  files.map(file =>
    file.path === 'Cargo.toml' && file.state === 'differs'
      ? { ...file, state: 'generated', rule: 'manifest-rewritten' }
      : file,
  )

const NO_MANIFEST: ManifestCheck = {
  ...{ state: 'unchecked', differences: [], index: 'unchecked', indexDifferences: [] },
  ...{ codeSurfaceDiffers: false, codePaths: [], uncheckable: ['the archive has no Cargo.toml'] },
}

async function rebuildOf(
  deps: CheckDeps,
  input: CheckInput,
  archive: CrateArchive,
  { repository, commit, path }: Source,
  container: JudgedContainer,
  run: Run,
): Promise<Rebuild | null> {
  if (repository === null || commit === null || path === null) return null
  const { crate, version, archive: archiveBytes } = input
  const cargoRange = { from: container.cargoFrom, to: container.cargoTo }
  const openSubmodule = submoduleOpener(deps.mirrors)
  const how = { archive, archiveBytes, cargoRange, openSubmodule }
  try {
    return await rebuildCrate(deps.caps, { crate, version, repository, commit, path, ...how }, run)
  } catch (error) {
    if (!(error instanceof MirrorFailure)) throw error
    const failed = { cargoVersion: null, cargoChosen: '', command: [], lockFrom: 'none', result: 'failed' } as const
    return { ...failed, command: [], detail: [error.problem.text] }
  }
}

const COUNTED: Readonly<Partial<Record<FileResult['state'], keyof ProvenanceRecord['files']>>> = {
  same: 'same',
  'same-by-rule': 'same',
  'line-endings': 'lineEndings',
  'broken-symlink': 'brokenSymlinks',
  differs: 'differing',
  'only-in-crate': 'onlyInCrate',
  'only-in-repository': 'onlyInRepository',
  generated: 'generated',
  unchecked: 'unchecked',
}

/** The files of an archive that was compared with nothing are neither same nor different: only their number is known. */
function countFiles(results: readonly FileResult[], { entryCount }: CrateArchive): ProvenanceRecord['files'] {
  const counts = {
    ...{ total: entryCount, same: 0, differing: 0, onlyInCrate: 0, onlyInRepository: 0, generated: 0 },
    ...{ lineEndings: 0, brokenSymlinks: 0, unchecked: 0 },
  }
  for (const { state } of results) {
    const key = COUNTED[state]
    if (key !== undefined) counts[key]++
  }
  return counts
}

function byConcern(files: readonly FileResult[]): FileResult[] {
  const rank = (file: FileResult) => file.concern ?? 99
  return [...files].sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}
