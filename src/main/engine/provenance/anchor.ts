/** How a commit hangs in the project's own history. */
import type { AnchorDetail, AnchorGrade, Reason } from '../../../shared/provenance.ts'
import type { Run } from '../capabilities.ts'
import type { GitOid, GitRepository } from './git-repository.ts'

export interface Anchor {
  readonly grade: AnchorGrade
  readonly detail: AnchorDetail
  readonly reasons: readonly Reason[]
}

/** Tag names that projects use for a version, most specific first. */
export function tagCandidates(name: string, version: string): readonly string[] {
  const bare = version.replace(/\+.*$/, '')
  const versions = bare === version ? [version] : [version, bare]
  return versions.flatMap(v => [
    ...[`${name}-v${v}`, `${name}-${v}`, `${name}/v${v}`, `${name}/${v}`, `${name}@${v}`, `${name}@v${v}`],
    ...[`v${v}`, v, `v/${v}`],
  ])
}

export function findAnchor(
  _repository: GitRepository,
  _commit: GitOid,
  _pkg: { readonly name: string; readonly version: string; readonly path: string },
  _how: { readonly foundBySearch: boolean; readonly isOutside: boolean },
  _run: Run,
): Promise<Anchor> {
  throw new Error('not built yet')
}
