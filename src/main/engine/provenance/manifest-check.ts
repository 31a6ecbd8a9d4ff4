/**
 * Is the generated Cargo.toml of an archive what cargo makes of the manifest in the repository, and what the index says?
 * The two files never have equal bytes, so they are compared by meaning, under named rules (manifest-rules.ts).
 */
import type { IndexFacts } from './index-facts.ts'

export interface ManifestCheckInput {
  /** Cargo.toml of the archive. */
  readonly generated: Uint8Array
  /** Cargo.toml.orig of the archive. */
  readonly original: Uint8Array | null
  /** The package's Cargo.toml at the compared commit. */
  readonly inRepository: Uint8Array | null
  /** The workspace root's Cargo.toml at that commit, where it is another file. */
  readonly workspaceRoot: Uint8Array | null
  readonly index: IndexFacts | null
  /** Files of the archive, below NAME-VERSION/. */
  readonly archivePaths: readonly string[]
  readonly crate: string
  readonly version: string
  /** Inclusive minor versions of the cargo that made the archive, for example `1.63`; null: open. */
  readonly cargoRange: { readonly from: string | null; readonly to: string | null }
}

export interface ManifestCheck {
  /**
   * `explained`: every difference to the repository's manifest follows from a rule. `unexplained`: at least one does
   * not. `unchecked`: nothing to compare with, or parts come from a workspace manifest that is not here.
   */
  readonly state: 'explained' | 'unexplained' | 'unchecked'
  /** One sentence per difference, those that decide which code runs first. */
  readonly differences: readonly string[]
  readonly index: 'equal' | 'differs' | 'unchecked'
  /** One sentence per difference to the index line. */
  readonly indexDifferences: readonly string[]
  /** Which code is compiled or run differs: build script, target paths, proc-macro, links, dependencies, features. */
  readonly codeSurfaceDiffers: boolean
  /** Files of the archive that the generated manifest's targets and build script name, discovered ones included. */
  readonly codePaths: readonly string[]
  /** What could not be compared, one phrase each. */
  readonly uncheckable: readonly string[]
}

export function checkManifest(_input: ManifestCheckInput): ManifestCheck {
  throw new Error('not built yet')
}
