/** What the repository has in the package's folder and the archive has not, and why as far as the manifest tells. */
import { compareText } from '../core/byte-order.ts'
import type { GitOid } from './git-repository.ts'
import { patternMatcher, type PatternMatcher } from './manifest-patterns.ts'
import { packageValue, type Manifest } from './manifest-text.ts'
import type { RuleName } from './rules.ts'
import { isFile, join, type Side, type TreeLookup } from './tree-lookup.ts'

export interface LeftOut {
  /** Below the package's folder. */
  readonly path: string
  readonly repositoryPath: string
  readonly oid: GitOid
  readonly rule: RuleName
  readonly isInSubmodule: boolean
}

/** Told one by one; a crate that ships a corner of a huge submodule has many. */
export const MAX_LEFT_OUT = 5000

/**
 * By path.
 * @param has is the path in the archive (Cargo.toml counts)
 * @param manifest of the package, as the repository has it; null: unreadable, so that only the tree tells reasons
 */
export function listLeftOut(
  lookup: TreeLookup,
  has: (path: string) => boolean,
  manifest: Manifest | null,
  workspace: Manifest | null,
): { readonly found: readonly LeftOut[]; readonly isCut: boolean } {
  const found: LeftOut[] = []
  const patterns = manifestPatterns(manifest, workspace)
  // Of another project's tree a crate takes what it needs: what it leaves out there tells nothing.
  const sides: readonly { readonly side: Side; readonly prefix: string }[] = [{ side: lookup.root, prefix: '' }]
  for (const { side, prefix } of sides) {
    const nested = nestedPackages(side, prefix)
    for (const [inner, entry] of side.listing.entries) {
      const path = prefix + inner
      if (has(path) || lookup.used.has(path)) continue
      const repositoryPath = side.label + join(side.folder, inner)
      const isSubmodule = entry.mode === '160000'
      const rule = isBelow(inner, nested) ? 'nested-package' : isSubmodule ? 'submodule-left-out' : patterns(path)
      found.push({ path, repositoryPath, oid: entry.oid, rule, isInSubmodule: prefix !== '' })
      if (found.length > MAX_LEFT_OUT) return { found: sorted(found.slice(0, MAX_LEFT_OUT)), isCut: true }
    }
  }
  return { found: sorted(found), isCut: false }
}

const sorted = (found: LeftOut[]) => found.sort((a, b) => compareText(a.path, b.path))

function nestedPackages(side: Side, prefix: string): ReadonlySet<string> {
  const folders = new Set<string>()
  for (const [path, entry] of side.listing.entries) {
    if (!path.endsWith('Cargo.toml') || !isFile(entry)) continue
    if (path.endsWith('/Cargo.toml')) folders.add(path.slice(0, -'/Cargo.toml'.length))
    else if (path === 'Cargo.toml' && prefix !== '') folders.add('')
  }
  return folders
}

function isBelow(path: string, folders: ReadonlySet<string>): boolean {
  if (folders.size === 0) return false
  if (folders.has('')) return true
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1))
    if (folders.has(path.slice(0, at))) return true
  return false
}

function manifestPatterns(manifest: Manifest | null, workspace: Manifest | null): (path: string) => RuleName {
  const list = (key: string): PatternMatcher | null => {
    const value = manifest === null ? undefined : packageValue(manifest, workspace, key)
    return Array.isArray(value) && value.length > 0 ? patternMatcher(value as unknown[]) : null
  }
  const include = list('include')
  // cargo ignores `exclude` when there is an include list.
  const exclude = include === null ? list('exclude') : null
  return path => {
    if (include !== null && !include(path)) return 'not-included-by-manifest'
    if (exclude?.(path) === true) return 'excluded-by-manifest'
    return path === 'Cargo.lock' ? 'lock-file-left-out' : 'left-out'
  }
}
