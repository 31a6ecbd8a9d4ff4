/** Which branches and tags reach a commit: from the commit graph in memory, from git where there is none. */
import { Cancelled } from '../../../shared/result.ts'
import type { Capabilities } from '../capabilities.ts'
import type { GitOid, GitRepository } from './git-repository.ts'
import type { MirrorAccess } from './mirror-objects.ts'
import { askIsAncestor, askRefsContaining } from './mirror-questions.ts'
import type { MirrorSnapshot } from './mirror-state.ts'

/** Keeps what the default branch reaches, which is asked for most. */
export function mirrorReach(
  caps: Capabilities,
  access: MirrorAccess,
): Pick<GitRepository, 'isAncestor' | 'refsContaining'> {
  let defaultReach: { readonly of: MirrorSnapshot; readonly seen: Uint8Array } | null = null
  const positionOf = (oid: GitOid) => access.snapshot().graph?.find(oid) ?? -1

  const isAncestor: GitRepository['isAncestor'] = async (oid, tip, run) => {
    if (run.signal.aborted) throw new Cancelled()
    if (oid === tip) return true
    const snapshot = access.snapshot()
    const [from, to] = [positionOf(tip), positionOf(oid)]
    if (snapshot.graph === null || from < 0) return askIsAncestor(caps, access, oid, tip, run)
    if (to < 0) return false // the graph holds all that branches and tags reach, and the tip is one of these
    const head = snapshot.refs.find(ref => ref.name === snapshot.record.defaultBranch)
    if (head?.commit !== tip) return snapshot.graph.descendsFrom(to)(from)
    if (defaultReach?.of !== snapshot) defaultReach = { of: snapshot, seen: snapshot.graph.reachableFrom(from) }
    return defaultReach.seen[to] === 1
  }

  const refsContaining: GitRepository['refsContaining'] = async (oid, limit, run) => {
    const { graph, refs } = access.snapshot()
    if (graph === null) return askRefsContaining(caps, access, oid, limit, run)
    const position = graph.find(oid)
    if (position < 0) return []
    const reaches = graph.descendsFrom(position)
    const names: string[] = []
    for (const ref of refs) {
      const tip = ref.commit === null ? -1 : graph.find(ref.commit)
      if (tip >= 0 && reaches(tip)) names.push(ref.name)
      if (names.length >= limit) break
    }
    return names
  }

  return { isAncestor, refsContaining }
}
