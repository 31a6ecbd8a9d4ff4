/** The commit that an archive fits best, when it names none or one that is not there. */
import type { Run } from '../capabilities.ts'
import type { Comparison, CrateFile, OpenSubmodule } from './compare.ts'
import type { GitOid, GitRepository } from './git-repository.ts'

export interface FindInput {
  readonly crate: string
  readonly version: string
  readonly files: ReadonlyMap<string, CrateFile>
  /** A folder that the manifest's repository address names; breaks ties only. */
  readonly hintPath: string | null
  /** Absent: submodules stay unchecked. */
  readonly openSubmodule?: OpenSubmodule
}

export interface FoundCommit {
  readonly commit: GitOid
  readonly path: string
  readonly how: 'tag' | 'manifest-history' | 'history-walk'
  /** How many commits were compared. */
  readonly candidates: number
  readonly comparison: Comparison
}

/** Null: nothing fits. */
export function findCommit(_repository: GitRepository, _input: FindInput, _run: Run): Promise<FoundCommit | null> {
  throw new Error('not built yet')
}
