/** The last resort of the search: which commit of the default branch has most of the archive's files in their places. */
import { Cancelled } from '../../../shared/result.ts'
import type { Run } from '../capabilities.ts'
import type { CrateFile } from './compare.ts'
import type { GitOid, GitRepository } from './git-repository.ts'
import { blobId } from './rules.ts'

export interface Place {
  readonly folder: string
  /** The first commit in which most files were there, and the last before one of them changed: submodules may differ. */
  readonly commits: readonly GitOid[]
}

interface Best {
  readonly folder: string
  readonly count: number
  readonly first: GitOid
  last: GitOid | null
}

/** Below this share it is some other thing that happens to share a licence text. */
const MIN_SHARE = 0.5
/** Packages lie no deeper; a path of thousands of folders would cost as many looks, each as long as the path. */
const MAX_DEPTH = 32
/** Changes looked at before others get their turn, and a cancel is seen. */
const PAUSE_AFTER = 5_000
const GENERATED = new Set(['Cargo.toml', 'Cargo.lock', '.cargo_vcs_info.json'])

/**
 * Walks the history once, oldest first, with a running count for each folder that has a Cargo.toml. Exact on a linear
 * history; releases made on side branches are not seen, nor what submodules hold.
 * @param only the package's folder when it is known; without it at least half of the files have to fit
 */
export async function bestOfHistory(
  repository: GitRepository,
  tip: GitOid,
  files: ReadonlyMap<string, CrateFile>,
  only: string | null,
  run: Run,
): Promise<Place | null> {
  const wanted = new Map<string, string>()
  for (const { path, data } of files.values())
    if (!GENERATED.has(path)) wanted.set(path === 'Cargo.toml.orig' ? 'Cargo.toml' : path, blobId(data))
  const history = await repository.walkFirstParent(tip, run)
  if (history === null || wanted.size === 0) return null
  let longest = 'Cargo.toml'.length
  for (const path of wanted.keys()) longest = Math.max(longest, path.length)
  const counts = new Map<string, number>()
  const packages = new Set<string>()
  let best: Best | null = null
  let before = tip
  let changesSincePause = 0
  for (const { commit, changes } of history) {
    if ((changesSincePause += changes.length + 1) > PAUSE_AFTER) {
      changesSincePause = 0
      await new Promise(resolve => setImmediate(resolve))
      if (run.signal.aborted) throw new Cancelled()
    }
    const touched = new Set<string>()
    for (const { path, oldOid, newOid } of changes) {
      for (const [folder, inner] of splits(path, longest)) {
        if (inner === 'Cargo.toml') packages[newOid === null ? 'delete' : 'add'](folder)
        const id = wanted.get(inner)
        if (id === undefined || (id !== oldOid && id !== newOid)) continue
        counts.set(folder, (counts.get(folder) ?? 0) + (newOid === id ? 1 : 0) - (oldOid === id ? 1 : 0))
        touched.add(folder)
      }
    }
    for (const folder of touched) {
      const count = counts.get(folder)!
      const isPlace = only === null ? packages.has(folder) : folder === only
      if (isPlace && count > (best?.count ?? 0)) best = { folder, count, first: commit, last: null }
    }
    if (best !== null && best.last === null && counts.get(best.folder)! < best.count) best.last = before
    before = commit
  }
  if (best === null || (only === null && best.count < wanted.size * MIN_SHARE)) return null
  return { folder: best.folder, commits: [...new Set([best.first, best.last ?? tip])] }
}

/** Every way to take a path as a folder, down to MAX_DEPTH, and what is in it, as far as that is no longer than `longest`. */
function* splits(path: string, longest: number): Generator<readonly [folder: string, inner: string]> {
  if (path.length <= longest) yield ['', path]
  let depth = 0
  for (let at = path.indexOf('/'); at >= 0 && depth++ < MAX_DEPTH; at = path.indexOf('/', at + 1))
    if (path.length - at - 1 <= longest) yield [path.slice(0, at), path.slice(at + 1)]
}
