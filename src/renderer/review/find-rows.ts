/** Found places as the rows of a list, and their counts in words. Pure. */
import type { Definition, Definitions, Findings, FoundPlace, NotSearched } from '../../shared/review-aids.ts'
import { count } from '../parts/words.ts'

export type FindRow =
  | { readonly kind: 'file'; readonly path: string; readonly isChanged: boolean; readonly total: number }
  | { readonly kind: 'place'; readonly path: string; readonly place: FoundPlace }
  | { readonly kind: 'definition'; readonly path: string; readonly definition: Definition }
  | { readonly kind: 'more'; readonly path: string; readonly hidden: number }

/** Files with their places below them. */
export function findRows(findings: Findings): readonly FindRow[] {
  return findings.files.flatMap(({ path, isChanged, total, places }): FindRow[] => [
    { kind: 'file', path, isChanged, total },
    ...places.map(place => ({ kind: 'place' as const, path, place })),
    ...(places.length < total ? [{ kind: 'more' as const, path, hidden: total - places.length }] : []),
  ])
}

/** In the order of the answer, which puts the likeliest first. */
export function definitionRows({ definitions }: Definitions): readonly FindRow[] {
  return definitions.map(definition => ({ kind: 'definition', path: definition.path, definition }))
}

/** The next row one can jump to; `at` -1 is before the first. Stays when there is none. */
export function nextRow(rows: readonly FindRow[], at: number, by: 1 | -1): number {
  for (let i = at + by; i >= 0 && i < rows.length; i += by) {
    const kind = rows[i]?.kind
    if (kind === 'place' || kind === 'definition') return i
  }
  return at
}

/** `132 matches in 12 files`; says what was looked through. */
export function findingsText(findings: Findings, what: 'match' | 'place'): string {
  const many = what === 'match' ? 'matches' : 'places'
  const { total, files, filesSearched } = findings
  const through = `${count(filesSearched, 'file')} looked through`
  return total === 0
    ? `No ${what}, ${through}`
    : `${count(total, what, many)} in ${count(files.length, 'file')}, ${through}`
}

/** `17 files not searched: 15 binary, 2 larger than 64 MiB`; null when all were. */
export function notSearchedText(named: readonly NotSearched[], total: number): string | null {
  if (total === 0) return null
  const reasons = new Map<string, number>()
  for (const { reason } of named) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  const parts = [...reasons].map(([reason, files]) => `${files} ${reason}`)
  if (named.length < total) parts.push(`${total - named.length} more`)
  return `${count(total, 'file')} not or only partly looked through: ${parts.join(', ')}`
}

/** `3 definitions named new`, which says that names are all that was compared. */
export function definitionsText(name: string, total: number): string {
  return total === 0 ? `No definition named ${name} in this crate` : `${count(total, 'definition')} named ${name}`
}
