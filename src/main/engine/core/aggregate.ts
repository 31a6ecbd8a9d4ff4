/**
 * Several audits files as one, each entry saying where it came from. Criteria of the same name must mean the same:
 * text and implications are compared, and every difference is answered with both sides, where cargo-vet only says that
 * there is one. Audits that others may not import are left out. Pure; fetching is elsewhere.
 * Source: cargo-vet 0.10.3 src/main.rs do_aggregate_audits.
 */
import type { CrateName } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { sortedMap } from './byte-order.ts'
import type { AuditsFile, CriteriaEntry } from './store-model.ts'

export interface AggregateSource {
  /** The address as it goes into `aggregated-from`. */
  readonly url: string
  readonly file: AuditsFile
}

/** One criterion that two sources define differently. */
export interface CriteriaMismatch {
  readonly criteria: string
  readonly what: 'description' | 'implies'
  readonly first: { readonly source: string; readonly text: string }
  readonly second: { readonly source: string; readonly text: string }
}

/** Entries in the order of the sources; the writer sorts them. @failure aggregate-mismatch */
export function aggregateAudits(sources: readonly AggregateSource[]): Result<AuditsFile, Failure> {
  const criteria = new Map<string, CriteriaEntry>()
  const mismatches: CriteriaMismatch[] = []
  for (const { url, file } of sources) {
    for (const [name, entry] of file.criteria) {
      const former = criteria.get(name)
      // The first source is credited; a later one with the same words adds nothing.
      if (former === undefined) criteria.set(name, { ...entry, aggregatedFrom: [...entry.aggregatedFrom, url] })
      else mismatches.push(...compareCriteria(name, former, entry, url))
    }
  }
  if (mismatches.length > 0) return fail({ code: 'aggregate-mismatch', mismatches })
  return ok({
    criteria: sortedMap(criteria),
    audits: joinLists(
      sources,
      file => file.audits,
      entry => entry.importable,
    ),
    wildcardAudits: joinLists(sources, file => file.wildcardAudits),
    trusted: joinLists(sources, file => file.trusted),
  })
}

function compareCriteria(name: string, former: CriteriaEntry, entry: CriteriaEntry, url: string): CriteriaMismatch[] {
  const firstSource = former.aggregatedFrom.at(-1) ?? ''
  const difference = (what: CriteriaMismatch['what'], first: string, second: string): CriteriaMismatch => ({
    criteria: name,
    what,
    first: { source: firstSource, text: first },
    second: { source: url, text: second },
  })
  const found: CriteriaMismatch[] = []
  if (former.description !== entry.description || former.descriptionUrl !== entry.descriptionUrl)
    found.push(difference('description', meaning(former), meaning(entry)))
  // PARITY cargo-vet 0.10.3: lists are compared as written, order included.
  if (former.implies.join('\0') !== entry.implies.join('\0'))
    found.push(difference('implies', former.implies.join(', '), entry.implies.join(', ')))
  return found
}

const meaning = ({ description, descriptionUrl }: CriteriaEntry): string =>
  [description, descriptionUrl === null ? null : `(${descriptionUrl})`].filter(part => part !== null).join(' ')

function joinLists<T extends { readonly aggregatedFrom: readonly string[] }>(
  sources: readonly AggregateSource[],
  tableOf: (file: AuditsFile) => ReadonlyMap<CrateName, readonly T[]>,
  isWanted: (entry: T) => boolean = () => true,
): ReadonlyMap<CrateName, readonly T[]> {
  const joined = new Map<CrateName, T[]>()
  for (const { url, file } of sources) {
    for (const [crate, entries] of tableOf(file)) {
      const list = joined.get(crate) ?? []
      for (const entry of entries)
        if (isWanted(entry)) list.push({ ...entry, aggregatedFrom: [...entry.aggregatedFrom, url] })
      joined.set(crate, list)
    }
  }
  return sortedMap(joined)
}
