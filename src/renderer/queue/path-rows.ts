/**
 * The audit path as rows of text and line style, for the graph and its text equivalent: versions, who vouches for each
 * step, and the part that is missing. Consecutive steps of one source collapse until asked for. Pure.
 */
import type { Delta } from '../../shared/domain.ts'
import type { Inspection, PathEdge } from '../../shared/wire.ts'
import { personName, listText } from '../parts/words.ts'

export type PathRow =
  | {
      readonly kind: 'version'
      readonly text: string
      readonly note: string | null
      readonly state: 'root' | 'audited' | 'in-use'
    }
  | { readonly kind: 'edge'; readonly text: string; readonly isExemption: boolean; readonly edges: readonly PathEdge[] }
  | { readonly kind: 'missing'; readonly delta: Delta; readonly criteria: readonly string[] }
  /** Stored audits lead there, but not along the path the engine drew. */
  | { readonly kind: 'known'; readonly text: string }

/** Who stands behind the edge: the import's name, else the people of our own file. */
function edgeSource(edge: PathEdge): string {
  if (edge.importName !== null) return edge.importName
  if (edge.kind === 'exemption') return 'config.toml'
  return edge.who.length > 0 ? listText(edge.who.map(personName)) : 'this workspace'
}

/** cargo-vet's word for the edge. */
export function edgeKind(edge: PathEdge): string {
  switch (edge.kind) {
    case 'audit':
      return edge.from === null ? 'full audit' : 'delta'
    case 'wildcard':
      return 'wildcard audit'
    case 'trusted':
      return 'trusted publisher'
    case 'exemption':
      return 'exemption'
    case 'unpublished':
      return 'unpublished'
  }
}

function edgeText(run: readonly PathEdge[]): string {
  const edge = run[0]
  if (edge === undefined) return ''
  const criteria = edge.criteria.length > 0 ? `, ${edge.criteria.join(', ')}` : ''
  if (edge.kind === 'exemption') return `exempted for ${edge.criteria.join(', ')}`
  if (run.length > 1) return `${run.length} ${edgeKind(edge)}s by ${edgeSource(edge)}${criteria}`
  return `${edgeKind(edge)} by ${edgeSource(edge)}${criteria}`
}

const isSameRun = (a: PathEdge, b: PathEdge): boolean =>
  a.kind === b.kind &&
  (a.from === null) === (b.from === null) &&
  edgeSource(a) === edgeSource(b) &&
  a.criteria.join() === b.criteria.join()

/** Rows of a chain of edges that starts at a version already drawn. */
function chainRows(edges: readonly PathEdge[], isExpanded: boolean, last: string): PathRow[] {
  const rows: PathRow[] = []
  for (let i = 0; i < edges.length;) {
    const first = edges[i]
    if (first === undefined) break
    let end = i + 1
    while (!isExpanded && end < edges.length && isSameRun(first, edges[end] as PathEdge)) end += 1
    const run = edges.slice(i, end)
    const to = run.at(-1)?.to ?? first.to
    rows.push({ kind: 'edge', text: edgeText(run), isExemption: first.kind === 'exemption', edges: run })
    if (to !== last) rows.push({ kind: 'version', text: to, note: null, state: 'audited' })
    i = end
  }
  return rows
}

const sameDelta = (a: Delta, b: Delta): boolean => a.from === b.from && a.to === b.to

/** The path with `chosen` as the missing part (cargo-vet's own pick when null), root first, version in use last. */
export function pathRows(inspection: Inspection, chosen: Delta | null, isExpanded: boolean): readonly PathRow[] {
  const { path, version } = inspection
  const root: PathRow = { kind: 'version', text: 'root', note: null, state: 'root' }
  const inUse: PathRow = { kind: 'version', text: version, note: 'in Cargo.lock', state: 'in-use' }
  if (path.missing === null) return [root, ...chainRows([...path.before, ...path.after], isExpanded, version), inUse]
  const drawn = path.missing.delta
  const delta = chosen ?? drawn
  const rows: PathRow[] = [root]
  if (delta.from !== null) {
    if (sameDelta(delta, drawn) || delta.from === drawn.from) rows.push(...chainRows(path.before, isExpanded, ''))
    else {
      rows.push({ kind: 'known', text: 'stored audits' })
      rows.push({ kind: 'version', text: delta.from, note: null, state: 'audited' })
    }
  }
  rows.push({ kind: 'missing', delta, criteria: path.missing.criteria })
  if (delta.to !== version) {
    rows.push({ kind: 'version', text: delta.to, note: null, state: 'audited' })
    if (delta.to === drawn.to) rows.push(...chainRows(path.after, isExpanded, version))
    else rows.push({ kind: 'known', text: 'stored audits' })
  }
  return [...rows, inUse]
}

/** The graph as one sentence, its text equivalent; `gap` is the word for the part without audits. */
export function pathSentence(rows: readonly PathRow[], gap: 'missing' | 'exempted'): string {
  return rows
    .map(row => {
      if (row.kind === 'missing') return `${gap}: ${row.criteria.join(', ')}`
      if (row.kind === 'version' && row.note !== null) return `${row.text} ${row.note}`
      return row.text
    })
    .join('; ')
}
