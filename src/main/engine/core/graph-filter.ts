/**
 * `--filter-graph`: leaves packages out of the graph. A filter is `include(Q)` or `exclude(Q)`; all filters must pass.
 * Facts such as isRoot keep the values they had in the whole graph.
 * Source: cargo-vet 0.10.3 src/cli.rs (grammar) and src/resolver.rs DepGraph::filter.
 */
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { DepGraph, PackageIdx, PackageNode } from './dep-graph.ts'
import { parseVetVersion } from './version.ts'

export type GraphQuery =
  | { readonly kind: 'all' | 'any'; readonly queries: readonly GraphQuery[] }
  | { readonly kind: 'not'; readonly query: GraphQuery }
  | { readonly kind: 'text'; readonly property: 'name' | 'version'; readonly value: string }
  | { readonly kind: 'flag'; readonly property: FlagName; readonly value: boolean }

export interface GraphFilter {
  readonly kind: 'include' | 'exclude'
  readonly query: GraphQuery
}

type FlagName = 'is_root' | 'is_workspace_member' | 'is_third_party' | 'is_dev_only'
const FLAGS: Readonly<Record<FlagName, (node: PackageNode) => boolean>> = {
  is_root: node => node.isRoot,
  is_workspace_member: node => node.isWorkspaceMember,
  is_third_party: node => node.isThirdParty,
  is_dev_only: node => node.isDevOnly,
}

/** The filter written as in `include(any(name(serde), is_dev_only(true)))`; the error is a sentence. */
export function parseGraphFilter(text: string): Result<GraphFilter, string> {
  const parser = { text, at: 0 }
  try {
    const kind = word(parser)
    if (kind !== 'include' && kind !== 'exclude') return fail(`expected include(…) or exclude(…), found '${kind}'`)
    const query = bracketed(parser, () => parseQuery(parser))
    blanks(parser)
    if (parser.at < text.length) return fail(`unexpected text after the filter: '${text.slice(parser.at)}'`)
    return ok({ kind, query })
  } catch (error) {
    if (error instanceof FilterSyntax) return fail(error.message)
    throw error
  }
}

/** The graph without what the filters leave out, and without what is only reachable through it. */
export function filterGraph(graph: DepGraph, filters: readonly GraphFilter[]): DepGraph {
  if (filters.length === 0) return graph
  const passes = graph.nodes.map(node => filters.every(f => matches(node, f.query) === (f.kind === 'include')))
  const kept = new Set<PackageIdx>()
  const pending = graph.nodes.flatMap((node, idx) => (node.isWorkspaceMember ? [idx] : []))
  for (const idx of pending) {
    if (passes[idx] !== true || kept.has(idx)) continue
    kept.add(idx)
    pending.push(...(graph.nodes[idx]?.allDeps ?? []))
  }
  const newIdx = new Map([...kept].sort((a, b) => a - b).map((old, idx) => [old, idx]))
  const map = (deps: readonly PackageIdx[]): PackageIdx[] => deps.flatMap(dep => newIdx.get(dep) ?? [])
  return {
    nodes: graph.nodes
      .filter((_, idx) => kept.has(idx))
      .map(node => ({
        ...node,
        normalDeps: map(node.normalDeps),
        buildDeps: map(node.buildDeps),
        devDeps: map(node.devDeps),
        normalAndBuildDeps: map(node.normalAndBuildDeps),
        allDeps: map(node.allDeps),
        reverseDeps: map(node.reverseDeps),
      })),
    topoOrder: map(graph.topoOrder),
    packages: graph.packages,
  }
}

function matches(node: PackageNode, query: GraphQuery): boolean {
  switch (query.kind) {
    case 'all':
      return query.queries.every(q => matches(node, q))
    case 'any':
      return query.queries.some(q => matches(node, q))
    case 'not':
      return !matches(node, query.query)
    case 'text':
      return node[query.property] === query.value
    case 'flag':
      return FLAGS[query.property](node) === query.value
  }
}

class FilterSyntax extends Error {}

interface Parser {
  readonly text: string
  at: number
}

function blanks(p: Parser): void {
  while (/\s/.test(p.text[p.at] ?? '')) p.at++
}

function word(p: Parser): string {
  blanks(p)
  const found = /^[a-z_]*/.exec(p.text.slice(p.at))?.[0] ?? ''
  p.at += found.length
  return found
}

function expectChar(p: Parser, char: string): void {
  blanks(p)
  if (p.text[p.at] !== char) throw new FilterSyntax(`expected '${char}' at column ${p.at + 1}`)
  p.at++
}

function bracketed<T>(p: Parser, inner: () => T): T {
  expectChar(p, '(')
  const value = inner()
  expectChar(p, ')')
  return value
}

function parseQuery(p: Parser): GraphQuery {
  const name = word(p)
  switch (name) {
    case 'all':
    case 'any':
      return { kind: name, queries: bracketed(p, () => parseList(p)) }
    case 'not':
      return { kind: 'not', query: bracketed(p, () => parseQuery(p)) }
    case 'name':
    case 'version':
      return { kind: 'text', property: name, value: bracketed(p, () => argument(p, name)) }
    case 'is_root':
    case 'is_workspace_member':
    case 'is_third_party':
    case 'is_dev_only':
      return { kind: 'flag', property: name, value: bracketed(p, () => flag(p)) }
    default:
      throw new FilterSyntax(`unknown query '${name}' at column ${p.at + 1}`)
  }
}

function parseList(p: Parser): GraphQuery[] {
  const queries: GraphQuery[] = []
  for (;;) {
    queries.push(parseQuery(p))
    blanks(p)
    if (p.text[p.at] !== ',') return queries
    p.at++
  }
}

function argument(p: Parser, property: 'name' | 'version'): string {
  blanks(p)
  const found = (/^[^(),]*/.exec(p.text.slice(p.at))?.[0] ?? '').trimEnd()
  p.at += found.length
  if (property === 'name') return found
  const version = parseVetVersion(found)
  if (!version.ok) throw new FilterSyntax(`'${found}' is not a version: ${version.error}`)
  return version.value
}

function flag(p: Parser): boolean {
  const found = word(p)
  if (found !== 'true' && found !== 'false') throw new FilterSyntax(`expected true or false at column ${p.at + 1}`)
  return found === 'true'
}
