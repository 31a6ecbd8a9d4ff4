/** Two crates beside each other. Nothing is kept of it but the last few comparisons, in memory. */
import type { ComparedPair } from '../../../shared/crate-compare.ts'
import type { EngineHandlers } from '../../../shared/contract.ts'
import { brand, type AbsolutePath, type CrateName } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { readFileDiff } from '../review/file-diff.ts'
import { compareTrees, type TreeDiff } from '../review/tree-diff.ts'
import type { Jobs } from './jobs.ts'

const KEPT = 4

interface Compared {
  readonly left: AbsolutePath
  readonly right: AbsolutePath
  readonly tree: TreeDiff
}

export interface ReviewCompareDeps {
  readonly caps: Capabilities
  readonly jobs: Jobs
  /** The verified files of a version. @failure registry and archive codes */
  readonly unpacked: (crate: CrateName, version: string) => Promise<Result<AbsolutePath, Failure>>
}

export function createReviewCompare(deps: ReviewCompareDeps): Pick<EngineHandlers, 'compare.open' | 'compare.file'> {
  const { caps, jobs } = deps
  const kept = new Map<string, Compared>() // oldest use first
  const textOf = ({ left, right }: ComparedPair) => `${left.crate} ${left.version} with ${right.crate} ${right.version}`
  const compare = async (pair: ComparedPair, run: Run): Promise<Result<Compared, Failure>> => {
    const { left, right } = pair
    const key = textOf(pair)
    const known = kept.get(key)
    kept.delete(key)
    if (known !== undefined) {
      kept.set(key, known)
      return ok(known)
    }
    const [old, now] = await Promise.all([
      deps.unpacked(left.crate, left.version),
      deps.unpacked(right.crate, right.version),
    ])
    if (!old.ok) return old
    if (!now.ok) return now
    const delta = { from: brand<'VetVersion'>(left.version), to: brand<'VetVersion'>(right.version) }
    const folders = { oldFolder: old.value, newFolder: now.value }
    const tree = await compareTrees(caps, { crate: right.crate, delta, ...folders }, run)
    if (!tree.ok) return tree
    const made = { left: old.value, right: now.value, tree: tree.value }
    kept.set(key, made)
    for (const oldest of kept.keys()) {
      if (kept.size <= KEPT) break
      kept.delete(oldest)
    }
    return ok(made)
  }
  return {
    'compare.open': pair =>
      jobs.run(`Comparing ${textOf(pair)}`, async run => {
        const made = await compare(pair, run)
        if (!made.ok) return made
        const { files, unchangedFiles, stat } = made.value.tree
        return ok({
          files: files.map(({ path, oldPath, change, insertions, deletions }) => ({
            ...{ path, oldPath, change, insertions, deletions },
          })),
          unchangedFiles,
          stat,
        })
      }),
    'compare.file': async ({ left, right, path, page }) => {
      const run: Run = { signal: new AbortController().signal, onProgress: () => undefined }
      const made = await compare({ left, right }, run)
      if (!made.ok) return made
      const file = made.value.tree.files.find(other => other.path === path)
      if (file === undefined) return fail({ code: 'file-not-in-review', path })
      const folders = { oldFolder: made.value.left, newFolder: made.value.right }
      return readFileDiff(caps, { ...folders, file, page }, run)
    },
  }
}
