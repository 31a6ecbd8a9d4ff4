import { expect, it } from 'vitest'
import type { CargoMetadata } from './cargo-metadata.ts'
import { buildDepGraph } from './dep-graph.ts'
import { graphMermaid, type GraphDepth } from './graph-text.ts'

const REGISTRY = 'registry+https://github.com/rust-lang/crates.io-index'
/** app (root) → lib (member), path (first-party), near (third-party) → far (third-party). */
const DEPS: Readonly<Record<string, readonly string[]>> = {
  app: ['lib', 'path', 'near'],
  lib: [],
  path: [],
  near: ['far'],
  far: [],
}

const metadata: CargoMetadata = {
  packages: Object.keys(DEPS).map(name => ({
    id: name,
    name,
    version: '1.0.0',
    source: name === 'near' || name === 'far' ? REGISTRY : null,
    description: null,
    repository: null,
    manifestPath: `/${name}/Cargo.toml`,
    vetMetadata: null,
  })),
  workspaceMembers: ['app', 'lib'],
  workspaceRoot: '/',
  resolveNodes: Object.entries(DEPS).map(([id, deps]) => ({
    id,
    deps: deps.map(pkg => ({ pkg, kinds: ['normal' as const] })),
    dependencies: deps,
  })),
  resolveRoot: 'app',
  workspaceVetMetadata: null,
  origin: 'cargo',
}

it.each<{ depth: GraphDepth; nodes: string[]; edges: number }>([
  { depth: 'roots', nodes: ['{app:1.0.0}'], edges: 0 },
  { depth: 'workspace', nodes: ['{app:1.0.0}', '[/lib:1.0.0/]'], edges: 1 },
  { depth: 'first-party', nodes: ['{app:1.0.0}', '[/lib:1.0.0/]', '[path:1.0.0]'], edges: 2 },
  {
    depth: 'first-party-and-directs',
    nodes: ['{app:1.0.0}', '[/lib:1.0.0/]', '[path:1.0.0]', '(near:1.0.0)'],
    edges: 3,
  },
  { depth: 'full', nodes: ['{app:1.0.0}', '[/lib:1.0.0/]', '[path:1.0.0]', '(far:1.0.0)', '(near:1.0.0)'], edges: 4 },
])('$depth shows $nodes', ({ depth, nodes, edges }) => {
  const text = graphMermaid(buildDepGraph(metadata, new Map()), depth)
  expect([...text.matchAll(/^ {8}node\d+(.*)$/gm)].map(m => m[1])).toEqual(nodes)
  expect(text.match(/-->/g) ?? []).toHaveLength(edges)
})
