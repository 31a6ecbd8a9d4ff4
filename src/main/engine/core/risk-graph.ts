/** Where packages stand in the graph, as far as risk asks: what they are used for, how far away they are, how many need them. */
import type { DepGraph, PackageIdx, PackageNode } from './dep-graph.ts'

export interface GraphPlace {
  readonly usage: 'runtime' | 'build' | 'dev'
  /** Edges from the nearest workspace member. */
  readonly depth: number
  /** Packages that need it, directly or not, up to DEPENDENTS_COUNTED. */
  readonly dependents: number
}

/** More are not counted: the weight is reached long before. */
export const DEPENDENTS_COUNTED = 500

/** By position; null for a package that no member reaches. `dependents` is counted when asked for. */
export interface GraphPlaces {
  of(idx: PackageIdx): GraphPlace | null
}

export function graphPlaces(graph: DepGraph): GraphPlaces {
  const { nodes } = graph
  const members = nodes.flatMap((node, idx) => (node.isWorkspaceMember ? [idx] : []))
  const runtime = reach(nodes, members, node => node.normalDeps)
  const built = reach(nodes, members, node => node.normalAndBuildDeps)
  const all = reach(nodes, members, node => [...node.normalAndBuildDeps, ...node.devDeps])
  const counted = new Map<PackageIdx, number>()
  return {
    of(idx) {
      const depth = all.get(idx)
      if (depth === undefined) return null
      const usage = runtime.has(idx) ? 'runtime' : built.has(idx) ? 'build' : 'dev'
      const dependents = counted.get(idx) ?? dependentsOf(nodes, idx)
      counted.set(idx, dependents)
      return { usage, depth, dependents }
    },
  }
}

/** Everything that can be reached, with the number of edges to it. */
function reach(
  nodes: readonly PackageNode[],
  from: readonly PackageIdx[],
  next: (node: PackageNode) => readonly PackageIdx[],
): ReadonlyMap<PackageIdx, number> {
  const depths = new Map<PackageIdx, number>(from.map(idx => [idx, 0]))
  // A map gives what is added while it is walked: this is the queue of a breadth-first search.
  for (const [idx, depth] of depths)
    for (const child of next(nodes[idx]!)) if (!depths.has(child)) depths.set(child, depth + 1)
  return depths
}

function dependentsOf(nodes: readonly PackageNode[], start: PackageIdx): number {
  const seen = new Set<PackageIdx>([start])
  for (const idx of seen)
    for (const parent of nodes[idx]!.reverseDeps) {
      if (seen.size > DEPENDENTS_COUNTED) return DEPENDENTS_COUNTED
      seen.add(parent)
    }
  return seen.size - 1
}
