/**
 * The build graph of a workspace: one node per resolved package, sorted by name, version and package id, so that a
 * node's position is its identity everywhere. Two passes: normal and build edges first, which decide roots and what
 * is dev-only; then the dev edges of workspace members. All targets count, as cargo lists them.
 * Source: cargo-vet 0.10.3 src/resolver.rs DepGraph::new.
 */
import { brand, type CrateName, type VetVersion } from '../../../shared/domain.ts'
import { compareText } from './byte-order.ts'
import type { CargoMetadata, MetadataNode, MetadataPackage } from './cargo-metadata.ts'
import { indexPolicy, policyFor, type PolicyIndex } from './policy.ts'
import type { PolicyEntry } from './store-model.ts'
import { compareVetVersions, parseVetVersion } from './version.ts'

/** Position in `DepGraph.nodes`. */
export type PackageIdx = number

export interface PackageNode {
  readonly packageId: string
  readonly name: CrateName
  readonly version: VetVersion
  /** cargo's source id text; null for a path package. */
  readonly source: string | null
  readonly normalDeps: readonly PackageIdx[]
  readonly buildDeps: readonly PackageIdx[]
  /** Filled for workspace members only. */
  readonly devDeps: readonly PackageIdx[]
  readonly normalAndBuildDeps: readonly PackageIdx[]
  /** cargo's flat `dependencies` list, in its order. */
  readonly allDeps: readonly PackageIdx[]
  /** Ascending, without duplicates. */
  readonly reverseDeps: readonly PackageIdx[]
  readonly isWorkspaceMember: boolean
  /** From the default registry, or a policy says `audit-as-crates-io = true`. Only these need audits. */
  readonly isThirdParty: boolean
  /** A member that no other member needs for a normal build. */
  readonly isRoot: boolean
  readonly isDevOnly: boolean
}

/** A package as cargo lists it, in the graph or not; in cargo's order. */
export interface ListedPackage {
  readonly name: CrateName
  readonly version: VetVersion
  readonly isCratesIo: boolean
  readonly isThirdParty: boolean
}

export interface DepGraph {
  readonly nodes: readonly PackageNode[]
  /** Every package after its normal and build dependencies. */
  readonly topoOrder: readonly PackageIdx[]
  readonly packages: readonly ListedPackage[]
}

const CRATES_IO_SOURCE = 'registry+https://github.com/rust-lang/crates.io-index'

type Building = { -readonly [K in keyof PackageNode]: PackageNode[K] } & { readonly reverse: Set<PackageIdx> }

/**
 * Joins cargo's metadata with the policies. Throws when the metadata contradicts itself (a package id without a
 * package): the reader of the metadata has refused that before.
 */
export function buildDepGraph(metadata: CargoMetadata, policy: ReadonlyMap<string, PolicyEntry>): DepGraph {
  const index = indexPolicy(policy)
  const packageById = new Map(metadata.packages.map(p => [p.id, p]))
  const nodes = metadata.resolveNodes.map(node => startNode(required(packageById, node.id), index)).sort(compareNodes)
  const idxById = new Map(nodes.map((node, idx) => [node.packageId, idx]))
  const resolveById = new Map(metadata.resolveNodes.map(node => [node.id, node]))
  const resolveNodes = nodes.map(node => required(resolveById, node.packageId))
  const members = metadata.workspaceMembers.map(id => required(idxById, id))
  const topoOrder: PackageIdx[] = []
  const visited = new Set<PackageIdx>()
  const visit = (start: PackageIdx) => visitNode(start, { nodes, resolveNodes, idxById, visited, topoOrder })

  for (const member of members) {
    at(nodes, member).isWorkspaceMember = true
    visit(member)
  }
  for (const idx of visited) at(nodes, idx).isDevOnly = false
  for (const member of members) at(nodes, member).isRoot = at(nodes, member).reverse.size === 0
  for (const member of members) {
    const devDeps = devDepsOf(at(resolveNodes, member), idxById)
    for (const child of devDeps) {
      visit(child)
      at(nodes, child).reverse.add(member) // after the roots are known: does not change them
    }
    at(nodes, member).devDeps = devDeps
  }
  return {
    nodes: nodes.map(({ reverse, ...node }) => ({ ...node, reverseDeps: [...reverse].sort((a, b) => a - b) })),
    topoOrder,
    packages: metadata.packages.map(p => listPackage(p, index)),
  }
}

/** True for a package of the default registry, whatever the policies say. */
export function isCratesIo(source: string | null): boolean {
  return source === CRATES_IO_SOURCE
}

/** The version of a package; a git dependency's commit is the fragment of its source id. */
export function vetVersionOf(pkg: Pick<MetadataPackage, 'name' | 'version' | 'source'>): VetVersion {
  const hash = pkg.source?.startsWith('git+') === true ? pkg.source.indexOf('#') : -1
  if (pkg.source !== null && hash >= 0) {
    const withRev = parseVetVersion(`${pkg.version}@git:${pkg.source.slice(hash + 1)}`)
    if (withRev.ok) return withRev.value
  }
  const plain = parseVetVersion(pkg.version)
  if (!plain.ok)
    throw new Error(`cargo metadata gives ${pkg.name} the version ${JSON.stringify(pkg.version)}: ${plain.error}`)
  return plain.value
}

function listPackage(pkg: MetadataPackage, policy: PolicyIndex): ListedPackage {
  const version = vetVersionOf(pkg)
  const forced = policyFor(policy, pkg.name, version)?.auditAsCratesIo === true
  return {
    name: brand<'CrateName'>(pkg.name),
    version,
    isCratesIo: isCratesIo(pkg.source),
    isThirdParty: forced || isCratesIo(pkg.source),
  }
}

function startNode(pkg: MetadataPackage, policy: PolicyIndex): Building {
  const { name, version, isThirdParty } = listPackage(pkg, policy)
  return {
    packageId: pkg.id,
    name,
    version,
    source: pkg.source,
    normalDeps: [],
    buildDeps: [],
    devDeps: [],
    normalAndBuildDeps: [],
    allDeps: [],
    reverseDeps: [],
    isWorkspaceMember: false,
    isThirdParty,
    isRoot: false,
    isDevOnly: true,
    reverse: new Set(),
  }
}

function compareNodes(a: PackageNode, b: PackageNode): number {
  return (
    compareText(a.name, b.name) || compareVetVersions(a.version, b.version) || compareText(a.packageId, b.packageId)
  )
}

interface Walk {
  readonly nodes: readonly Building[]
  readonly resolveNodes: readonly MetadataNode[]
  readonly idxById: ReadonlyMap<string, PackageIdx>
  readonly visited: Set<PackageIdx>
  readonly topoOrder: PackageIdx[]
}

/** Depth first over normal and build edges, appending after the children. With a stack of our own: chains may be long. */
function visitNode(start: PackageIdx, walk: Walk): void {
  if (walk.visited.has(start)) return
  const stack: { readonly idx: PackageIdx; readonly deps: readonly PackageIdx[]; next: number }[] = []
  const enter = (idx: PackageIdx): void => {
    walk.visited.add(idx)
    const resolved = at(walk.resolveNodes, idx)
    const node = at(walk.nodes, idx)
    const [normal, build, both]: [PackageIdx[], PackageIdx[], PackageIdx[]] = [[], [], []]
    for (const dep of resolved.deps) {
      const isNormal = dep.kinds.includes('normal')
      const isBuild = dep.kinds.includes('build')
      if (!isNormal && !isBuild) continue
      const child = required(walk.idxById, dep.pkg)
      if (isNormal) normal.push(child)
      if (isBuild) build.push(child)
      both.push(child)
    }
    node.normalDeps = normal
    node.buildDeps = build
    node.normalAndBuildDeps = both
    node.allDeps = resolved.dependencies.map(id => required(walk.idxById, id))
    stack.push({ idx, deps: node.normalAndBuildDeps, next: 0 })
  }
  enter(start)
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const child = top.deps[top.next++]
    if (child === undefined) {
      walk.topoOrder.push(top.idx)
      stack.pop()
      continue
    }
    at(walk.nodes, child).reverse.add(top.idx)
    if (!walk.visited.has(child)) enter(child)
  }
}

function devDepsOf(node: MetadataNode, idxById: ReadonlyMap<string, PackageIdx>): PackageIdx[] {
  return node.deps.filter(dep => dep.kinds.includes('dev')).map(dep => required(idxById, dep.pkg))
}

function required<V>(map: ReadonlyMap<string, V>, id: string): V {
  const value = map.get(id)
  if (value === undefined)
    throw new Error(`cargo metadata names the package id ${JSON.stringify(id)} without listing it`)
  return value
}

function at<T>(list: readonly T[], idx: number): T {
  const item = list[idx]
  if (item === undefined) throw new Error(`no item at ${idx}`)
  return item
}
