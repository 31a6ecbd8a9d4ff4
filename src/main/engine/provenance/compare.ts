/**
 * Is a published archive the tree it claims to come from? File by file, by git's own object ids, nothing checked out.
 */
import type { ContentGrade, FileResult, ProvenanceRecord, Reason } from '../../../shared/provenance.ts'
import type { Run } from '../capabilities.ts'
import type { GitOid, GitRepository } from './git-repository.ts'

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
  /** Cargo.toml of the workspace root, when the package inherits from one (the package's own when it is the root). */
  readonly workspaceManifest: Uint8Array | null
}

export function compareWithTree(_input: CompareInput, _run: Run): Promise<Comparison> {
  throw new Error('not built yet')
}
