/**
 * One open review: what was fetched, verified and compared of its two sides, and where their files are. The files stay
 * in memory until somebody needs folders; then they are unpacked, once, and the memory is let go.
 */
import type { AbsolutePath, CrateName, CriteriaName, Delta } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { gitRevOf, semverOf } from '../core/version.ts'
import { compareArchives, type Patches } from '../io/compare-archives.ts'
import type { LiveDiff } from '../io/live-diff.ts'
import type { CrateFiles, Registry } from '../io/registry.ts'
import { compareContents, type TreeDiff } from '../review/tree-diff.ts'

export interface OpenReview extends ComparedSides {
  /** As `reviewId` says. */
  readonly id: string
  readonly crate: CrateName
  readonly delta: Delta
  readonly criteria: readonly CriteriaName[]
  /** Whose marks these are; empty when git does not say. */
  reviewer: string
  unpacking: Promise<Result<null, Failure>> | null
}

export interface ComparedSides {
  readonly tree: TreeDiff
  readonly oldSide: Side | null
  readonly newSide: Side
  readonly patches: Promise<Patches | null>
}

interface Side {
  readonly version: string
  readonly folder: AbsolutePath
  readonly checksum: string
  readonly verifiedBy: CrateFiles['verifiedBy']
  /** Null once the folder holds them. */
  contents: ReadonlyMap<string, Uint8Array> | null
}

export interface CompareDeps {
  readonly caps: Capabilities
  readonly registry: () => Registry
  /** A git that stays; asked first. */
  readonly diff: LiveDiff
}

/**
 * Both sides, verified, with what differs between them file by file. Nothing is unpacked. Throws Cancelled.
 * @failure every registry, archive and git code
 */
export async function fetchCompared(
  { caps, registry, diff }: CompareDeps,
  { crate, delta }: Pick<OpenReview, 'crate' | 'delta'>,
  run: Run,
): Promise<Result<ComparedSides, Failure>> {
  const filesOf = (version: Delta['to']) => registry().files(crate, semverOf(version), run)
  const [newFiles, oldFiles] = await Promise.all([filesOf(delta.to), delta.from === null ? null : filesOf(delta.from)])
  if (!newFiles.ok) return newFiles
  if (oldFiles !== null && !oldFiles.ok) return oldFiles
  const entries = { old: oldFiles?.value.entries ?? [], new: newFiles.value.entries }
  const compared = await compareArchives(caps, entries.old, entries.new, run.signal, diff)
  if (!compared.ok) return compared
  const sideOf = (version: Delta['to'], { entries, checksum, verifiedBy }: CrateFiles): Side => ({
    version: semverOf(version),
    folder: registry().sourceFolder(crate, semverOf(version), checksum),
    ...{ checksum, verifiedBy },
    contents: new Map(entries.map(entry => [entry.path, entry.data])),
  })
  const newSide = sideOf(delta.to, newFiles.value)
  const oldSide = delta.from === null || oldFiles === null ? null : sideOf(delta.from, oldFiles.value)
  const { files: rows, patches } = compared.value
  const contents = { oldFiles: oldSide?.contents ?? null, newFiles: newSide.contents ?? new Map() }
  const tree = await compareContents({ crate, delta, rows, ...contents }, run)
  return ok({ tree, oldSide, newSide, patches })
}

/**
 * As `fetchCompared`, of archives that are on this machine alone: nobody is asked. Throws Cancelled.
 * @failure offline when one is not; every archive and git code
 */
export async function compareHere(
  deps: CompareDeps,
  change: Pick<OpenReview, 'crate' | 'delta'>,
  run: Run,
): Promise<Result<ComparedSides, Failure>> {
  const { crate, delta } = change
  for (const version of [delta.from, delta.to]) {
    if (version === null) continue
    const isHere = gitRevOf(version) === null && (await deps.registry().archiveHere(crate, semverOf(version))) !== null
    if (run.signal.aborted) throw new Cancelled()
    if (!isHere) return fail({ code: 'offline', needed: `the archive of ${crate} ${version}` })
  }
  return fetchCompared(deps, change, run)
}

/**
 * Puts the files of both sides on disk. One that failed is tried again by the next who asks.
 * @failure every registry and archive code
 */
export function unpackReview(registry: () => Registry, r: OpenReview, run: Run): Promise<Result<null, Failure>> {
  r.unpacking ??= unpackNow(registry, r, run).then(
    done => {
      if (!done.ok) r.unpacking = null
      return done
    },
    (error: unknown) => {
      r.unpacking = null
      throw error
    },
  )
  return r.unpacking
}

async function unpackNow(registry: () => Registry, r: OpenReview, run: Run): Promise<Result<null, Failure>> {
  const sides = r.oldSide === null ? [r.newSide] : [r.newSide, r.oldSide]
  const there = await Promise.all(sides.map(side => registry().unpacked(r.crate, side.version, run)))
  const failed = there.find(answer => !answer.ok)
  if (failed !== undefined && !failed.ok) return failed
  for (const side of sides) side.contents = null
  return ok(null)
}
