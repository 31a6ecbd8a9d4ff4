/** Where in a tree the package lies. */
import type { Reason } from '../../../shared/provenance.ts'
import type { Run } from '../capabilities.ts'
import type { CrateFile } from './compare.ts'
import type { GitOid, GitRepository } from './git-repository.ts'

export type Location =
  | {
      /** '' at the root. */
      readonly path: string
      readonly from: 'vcs-info' | 'manifest-blob' | 'package-name'
      readonly warnings: readonly Reason[]
    }
  /** Not found; `candidates` are folders with a package of another name that were looked at, at most 20. */
  | { readonly path: null; readonly candidates: readonly string[] }

export function locatePackage(
  _repository: GitRepository,
  _commit: GitOid,
  _files: ReadonlyMap<string, CrateFile>,
  _claimPath: string | null,
  _crate: string,
  _run: Run,
): Promise<Location> {
  throw new Error('not built yet')
}
