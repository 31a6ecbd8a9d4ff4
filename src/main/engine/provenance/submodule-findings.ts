/** Submodules whose files in the archive are not those of the recorded commit, and whose they are instead. */
import type { Run } from '../capabilities.ts'
import type { Compared } from './compare.ts'
import { nameLikelyTag, type LikelyTag } from './submodules.ts'
import type { OpenedSubmodule } from './tree-lookup.ts'

export interface SubmoduleFinding {
  readonly submodule: OpenedSubmodule
  /** Files of the recorded commit that differ, by their paths in the submodule. */
  readonly differing: readonly string[]
  /** What differs or is only in the archive, by paths in the archive. */
  readonly paths: readonly string[]
  /** Null: no tag has any of these files. */
  readonly tag: LikelyTag | null
}

/** For each submodule whose files are not those of the recorded commit: whose are they? */
export async function judgeSubmodules(compared: readonly Compared[], run: Run): Promise<readonly SubmoduleFinding[]> {
  const inside = Map.groupBy(
    compared.filter(one => one.counterpart.kind === 'blob' && one.counterpart.submodule !== null),
    one => (one.counterpart.kind === 'blob' ? one.counterpart.submodule! : null),
  )
  const findings: SubmoduleFinding[] = []
  for (const [submodule, ones] of inside) {
    if (submodule === null) continue
    const pathOf = (one: Compared) => (one.counterpart.kind === 'blob' ? one.counterpart.innerPath : one.path)
    const differing = ones.filter(one => one.state === 'differs').map(pathOf)
    if (differing.length === 0) continue
    const held = new Map(ones.map(one => [pathOf(one), one.data]))
    const extra = compared.filter(one => one.state === 'only-in-crate' && isBelow(one.path, submodule.prefix))
    for (const one of extra) held.set(one.path.slice(submodule.prefix!.length), one.data)
    const paths = [...ones.filter(one => one.state === 'differs'), ...extra].map(one => one.path)
    findings.push({
      submodule,
      differing,
      paths,
      tag: await nameLikelyTag(submodule.side.repository, held, differing, run),
    })
  }
  return findings
}

/** Every file of the submodule in the archive is of one and the same tag. */
export const isWhole = ({ tag }: SubmoduleFinding): boolean => tag !== null && tag.equal === tag.total

const isBelow = (path: string, prefix: string | null) => prefix !== null && path.startsWith(prefix)
