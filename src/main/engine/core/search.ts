/**
 * The best path of audits from Root to a version for one criterion. "Best" is cargo-vet's order: the fewest caveats
 * first, then what keeps the store small; which path is taken decides what is pruned, not whether a package passes.
 * Source: cargo-vet 0.10.3 src/resolver.rs search_for_path.
 */
import type { VetVersion } from '../../../shared/domain.ts'
import { forwardEdges, type AuditEdge, type AuditGraph, type EdgeOrigin } from './audit-graph.ts'

/**
 * `prefer-exemptions`: check and suggest. `prefer-fresh-imports`: commands that tidy the store.
 * `regenerate-exemptions`: may use exemptions for any criterion and invent new ones, so it never fails.
 */
export type SearchMode = 'prefer-exemptions' | 'prefer-fresh-imports' | 'regenerate-exemptions'

/** On failure: the nodes that can be reached from Root, and those from which the target can be reached; ascending. */
export interface Reach {
  readonly fromRoot: readonly number[]
  readonly fromTarget: readonly number[]
}

/** `path` runs from the target back to Root. */
export type SearchResult =
  { readonly found: true; readonly path: readonly PathStep[] } | { readonly found: false; readonly reach: Reach }

/** One edge of a path, in the direction of the audit. */
export interface PathStep {
  readonly from: VetVersion | null
  readonly to: VetVersion
  readonly origin: EdgeOrigin
  /** Null for a new exemption, which is no edge of the graph. */
  readonly edge: AuditEdge | null
}

/** Searches from `target` back to Root for the criterion with this index. `target` must be a node of the graph. */
export function searchPath(graph: AuditGraph, criterion: number, target: VetVersion, mode: SearchMode): SearchResult {
  const start = graph.numberOf.get(target)
  if (start === undefined) throw new Error(`${graph.crate} ${target} is not a node of its audit graph`)
  const bit = 1n << BigInt(criterion)
  const queue = new Queue()
  queue.push({ node: start, origin: null, exemptionFrom: 0, length: 0, caveat: 0, previous: null, edge: null })
  const visited = new Set<number>()
  for (let item = queue.pop(); item !== undefined; item = queue.pop()) {
    if (visited.has(item.node)) continue
    visited.add(item.node)
    if (item.node === 0) return { found: true, path: pathOf(graph, item) }
    for (const edge of graph.backward[item.node] ?? []) {
      const anyCriterion = mode === 'regenerate-exemptions' && edge.origin.kind === 'exemption'
      if (!anyCriterion && (edge.criteria & bit) === 0n) continue
      if (visited.has(edge.from)) continue
      queue.push(step(item, edge.from, Math.max(item.caveat, caveatOf(edge, mode)), edge.origin, edge))
    }
    const version = graph.versions[item.node]
    if (mode === 'regenerate-exemptions' && version !== null && version !== undefined) {
      queue.push(step(item, 0, CAVEAT.newExemption, { kind: 'new-exemption', version }, null))
    }
  }
  let reach: Reach | null = null
  return {
    found: false,
    // Only suggestions ask for it.
    get reach() {
      reach ??= {
        fromRoot: reachableFromRoot(graph, criterion),
        fromTarget: [...visited].sort((a, b) => a - b),
      }
      return reach
    },
  }
}

/** All nodes that audits for the criterion lead to from Root, Root included; ascending. */
export function reachableFromRoot(graph: AuditGraph, criterion: number): number[] {
  const bit = 1n << BigInt(criterion)
  const forward = forwardEdges(graph)
  const reached = new Set([0])
  for (const node of reached) {
    for (const edge of forward[node] ?? []) if ((edge.criteria & bit) !== 0n) reached.add(edge.to) // grows while we walk
  }
  return [...reached].sort((a, b) => a - b)
}

/** How unwelcome an edge is; a path is as unwelcome as its worst edge. */
const CAVEAT = {
  none: 0,
  nonImportableAudit: 1,
  preferredExemption: 2,
  preferredUnpublished: 3,
  freshPublisher: 4,
  freshImport: 5,
  exemption: 6,
  unpublished: 7,
  newExemption: 8,
} as const

function caveatOf(edge: AuditEdge, mode: SearchMode): number {
  const preferExemptions = mode === 'prefer-exemptions'
  switch (edge.origin.kind) {
    case 'local-audit':
      if (!edge.origin.importable) return CAVEAT.nonImportableAudit
      break
    case 'exemption':
      return preferExemptions ? CAVEAT.preferredExemption : CAVEAT.exemption
    case 'unpublished':
      // Stale entries are kept while exemptions are preferred; otherwise fresh ones replace outdated versions.
      return preferExemptions === (edge.freshness === 'stale') ? CAVEAT.preferredUnpublished : CAVEAT.unpublished
    default:
      break
  }
  return edge.freshness === 'stale'
    ? CAVEAT.none
    : edge.freshness === 'fresh-publisher'
      ? CAVEAT.freshPublisher
      : CAVEAT.freshImport
}

interface Item {
  readonly node: number
  readonly caveat: number
  /** The node the last edge came from when the caveat is an exemption's, else 0. */
  readonly exemptionFrom: number
  readonly length: number
  readonly origin: EdgeOrigin | null
  readonly edge: AuditEdge | null
  readonly previous: Item | null
}

function step(previous: Item, node: number, caveat: number, origin: EdgeOrigin, edge: AuditEdge | null): Item {
  const isExemption =
    caveat === CAVEAT.preferredExemption || caveat === CAVEAT.exemption || caveat === CAVEAT.newExemption
  return {
    node,
    caveat,
    exemptionFrom: isExemption ? previous.node : 0,
    length: previous.length + 1,
    origin,
    edge,
    previous,
  }
}

function pathOf(graph: AuditGraph, end: Item): PathStep[] {
  const path: PathStep[] = []
  for (let item = end; item.previous !== null && item.origin !== null; item = item.previous) {
    const to = graph.versions[item.previous.node]
    if (to === null || to === undefined) throw new Error('a path leads through Root')
    path.push({ from: graph.versions[item.node] ?? null, to, origin: item.origin, edge: item.edge })
  }
  return path.reverse()
}

// ── order ────────────────────────────────────────────────────────────────────────────────────

const ORIGIN_RANK: Readonly<Record<EdgeOrigin['kind'], number>> = {
  'local-audit': 0,
  'imported-audit': 1,
  wildcard: 2,
  trusted: 3,
  exemption: 4,
  unpublished: 5,
  'new-exemption': 6,
}

/** Smaller is better: caveat, version, where an exemption starts, length, and whose word the last edge is. */
function compareItems(a: Item, b: Item): number {
  return (
    a.caveat - b.caveat ||
    a.node - b.node ||
    a.exemptionFrom - b.exemptionFrom ||
    a.length - b.length ||
    compareOrigins(a.origin, b.origin)
  )
}

function compareOrigins(a: EdgeOrigin | null, b: EdgeOrigin | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null)
  const order = ORIGIN_RANK[a.kind] - ORIGIN_RANK[b.kind]
  if (order !== 0) return order
  const left = originIndices(a)
  const right = originIndices(b)
  for (const [i, x] of left.entries()) {
    const y = right[i] ?? 0
    if (x !== y) return x - y
  }
  return 0
}

function originIndices(origin: EdgeOrigin): readonly number[] {
  switch (origin.kind) {
    case 'local-audit':
      return [origin.auditIndex]
    case 'imported-audit':
      return [origin.importIndex, origin.auditIndex]
    case 'wildcard':
      return [origin.importIndex ?? -1, origin.auditIndex, origin.publisherIndex] // our own before any import's
    case 'trusted':
      return [origin.publisherIndex, origin.trustedIndex]
    case 'exemption':
      return [origin.exemptionIndex]
    case 'unpublished':
      return [origin.unpublishedIndex]
    case 'new-exemption':
      return [] // two of them never meet: each starts at another version, which was compared before
  }
}

/** A binary heap with the best item on top. */
class Queue {
  readonly #items: Item[] = []

  push(item: Item): void {
    const items = this.#items
    let at = items.length
    items.push(item)
    while (at > 0) {
      const parentAt = (at - 1) >> 1
      const parent = items[parentAt]
      if (parent === undefined || compareItems(parent, item) <= 0) break
      items[at] = parent
      at = parentAt
    }
    items[at] = item
  }

  pop(): Item | undefined {
    const items = this.#items
    const top = items[0]
    const last = items.pop()
    if (top === undefined || last === undefined || items.length === 0) return top
    let at = 0
    for (;;) {
      let childAt = at * 2 + 1
      let child = items[childAt]
      const right = items[childAt + 1]
      if (child !== undefined && right !== undefined && compareItems(right, child) < 0) {
        child = right
        childAt++
      }
      if (child === undefined || compareItems(last, child) <= 0) break
      items[at] = child
      at = childAt
    }
    items[at] = last
    return top
  }
}
