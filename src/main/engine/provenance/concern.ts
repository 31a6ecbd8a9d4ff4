/**
 * How much a file deserves a look (provenance.md 5.1), and whether cargo compiles or runs it. Pure: decided by names, so
 * it says "looks like code", not "is reached". Errs towards code.
 */
import type { FileState } from '../../../shared/provenance.ts'
import type { Manifest } from './manifest-text.ts'

/** Compiled, linked or run wherever they lie: a build script may name any of them. */
const NATIVE = /\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx|inc|s|asm|m|mm|cu|o|obj|a|lib|so|dll|dylib|wasm|def|pl|py|sh|cmake|mk)$/i
const CARGO_CONFIG = /(?:^|\/)\.cargo\/config(?:\.toml)?$/
/** Compiled only by those who work on the crate itself. */
const NOT_FOR_USERS = /^(?:tests|benches|examples|fuzz|docs?)\//

/** @param named paths that the manifest names as targets or build script (`namedTargets`). */
export function isCodePath(path: string, named: ReadonlySet<string>): boolean {
  if (named.has(path) || path === 'build.rs' || path.startsWith('src/') || CARGO_CONFIG.test(path)) return true
  if (/^(?:Makefile|CMakeLists\.txt|configure)$/.test(path.slice(path.lastIndexOf('/') + 1))) return true
  return !NOT_FOR_USERS.test(path) && (path.endsWith('.rs') || NATIVE.test(path))
}

/** Library, binaries and build script as the manifest names them, `./` and `//` taken out. */
export function namedTargets(manifest: Manifest): ReadonlySet<string> {
  const { lib, bin } = manifest.tables
  const { build } = manifest.pkg
  const targets = [lib, ...(Array.isArray(bin) ? bin : [bin])] as readonly unknown[]
  const paths = targets.map(target =>
    typeof target === 'object' && target !== null && 'path' in target ? target.path : undefined,
  )
  const names = [...paths, ...(Array.isArray(build) ? (build as unknown[]) : [build])]
  return new Set(names.filter(name => typeof name === 'string').map(name => name.replace(/^(?:\.\/+)+/, '')))
}

/** 1 first, 11 last; null for what is the same or generated (other checks judge that). */
export function concernOf(
  path: string,
  state: FileState,
  isCode: boolean,
  where: { readonly isInSubmodule: boolean; readonly isUnexplained: boolean },
): number | null {
  switch (state) {
    case 'same':
    case 'same-by-rule':
    case 'generated':
      return null
    case 'only-in-crate':
      return isCode ? 1 : 7
    case 'differs':
      if (path === 'Cargo.toml.orig') return 8
      return isCode ? 2 : where.isInSubmodule ? 6 : 7
    case 'unchecked':
      return 6
    case 'line-endings':
    case 'broken-symlink':
      return 9
    case 'only-in-repository':
      return isCode && where.isUnexplained ? 7 : 11
  }
}
