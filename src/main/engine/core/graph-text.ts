/**
 * The build graph as text, as cargo-vet's `dump-graph` prints it: JSON of every node, or a mermaid chart down to a
 * depth. Node numbers are positions in the graph. Pure.
 * Source: cargo-vet 0.10.3 src/resolver.rs print_mermaid, DepGraph's serialization.
 */
import type { DepGraph, PackageIdx, PackageNode } from './dep-graph.ts'

/** How far down the chart goes; JSON always has everything. */
export type GraphDepth = 'roots' | 'workspace' | 'first-party' | 'first-party-and-directs' | 'full'

const DEPTHS: readonly GraphDepth[] = ['roots', 'workspace', 'first-party', 'first-party-and-directs', 'full']

/** Without a newline at the end. */
export function graphJson(graph: DepGraph): string {
  const nodes = graph.nodes.map(n => ({
    name: n.name,
    version: n.version,
    normal_deps: n.normalDeps,
    build_deps: n.buildDeps,
    dev_deps: n.devDeps,
    normal_and_build_deps: n.normalAndBuildDeps,
    all_deps: n.allDeps,
    reverse_deps: n.reverseDeps,
    is_workspace_member: n.isWorkspaceMember,
    is_third_party: n.isThirdParty,
    is_root: n.isRoot,
    is_dev_only: n.isDevOnly,
  }))
  return JSON.stringify(nodes, null, 2)
}

/** A mermaid chart; each line ends with a newline. */
export function graphMermaid(graph: DepGraph, depth: GraphDepth): string {
  const isAtLeast = (least: GraphDepth): boolean => DEPTHS.indexOf(depth) >= DEPTHS.indexOf(least)
  const expanded = graph.nodes.flatMap((node, idx) =>
    node.isRoot ||
    (node.isWorkspaceMember && isAtLeast('workspace')) ||
    (!node.isThirdParty && isAtLeast('first-party')) ||
    isAtLeast('full')
      ? [idx]
      : [],
  )
  const directs = isAtLeast('first-party-and-directs') ? expanded.flatMap(idx => graph.nodes[idx]?.allDeps ?? []) : []
  const visible = [...new Set([...expanded, ...directs])].sort((a, b) => a - b)
  const lines = ['graph LR', ...subgraphs(graph, visible)]
  const isVisible = new Set(visible)
  for (const idx of expanded) {
    for (const dep of graph.nodes[idx]?.allDeps ?? [])
      if (isVisible.has(dep)) lines.push(`    node${idx} --> node${dep}`)
  }
  return lines.map(line => `${line}\n`).join('')
}

/** Each node once, in the first group it belongs to; the shape tells the group. */
function subgraphs(graph: DepGraph, visible: readonly PackageIdx[]): string[] {
  const groups: readonly [name: string, belongs: (node: PackageNode) => boolean, open: string, close: string][] = [
    ['roots', node => node.isRoot, '{', '}'],
    ['workspace-members', node => node.isWorkspaceMember, '[/', '/]'],
    ['first-party', node => !node.isThirdParty, '[', ']'],
    ['third-party', () => true, '(', ')'],
  ]
  const shown = new Set<PackageIdx>()
  return groups.flatMap(([name, belongs, open, close]) => {
    const rows = visible.flatMap(idx => {
      const node = graph.nodes[idx]
      if (node === undefined || shown.has(idx) || !belongs(node)) return []
      shown.add(idx)
      return [`        node${idx}${open}${node.name}:${node.version}${close}`]
    })
    return [`    subgraph ${name}`, ...rows, '    end']
  })
}
