/**
 * The filter of the provenance page: free words and `key:value` terms, all of which must hold; `-` in front negates.
 * Words look at crate, version, verdict, sentence, repository and the paths that deserve a look. A term with an unknown
 * key or value is reported, not silently matched to nothing. Pure.
 */
import { anchorGrade, type ProvenanceRow } from '../../shared/provenance.ts'
import { readFilterTerms, type FilterTerms } from '../parts/filter-terms.ts'
import { detailText, filesOf, statusOf, wordsOf } from './rows.ts'
import { isOutcome, STATUSES, type Status } from './texts.ts'

type Term =
  | { readonly kind: 'word' | 'crate' | 'reason' | 'file' | 'year'; readonly text: string }
  | { readonly kind: 'outcome'; readonly statuses: readonly Status[] }
  | { readonly kind: 'anchor'; readonly grade: string }
  | { readonly kind: 'is'; readonly value: IsValue }

const isValues = ['accepted', 'stale', 'rebuilt', 'fallback'] as const
type IsValue = (typeof isValues)[number]

export type ProvenanceFilter = FilterTerms<Term>

const KEYS = 'outcome: anchor: reason: crate: file: year: is:'
/** `queued` and `running` are asked for as `not-run`. */
const OUTCOME_WORDS: readonly Status[] = STATUSES

/** The statuses a word after `outcome:` or `provenance:` means; null when it is no such word. */
export function statusesNamed(value: string): readonly Status[] | null {
  if (value === 'not-run') return ['not-run', 'queued', 'running']
  const known = OUTCOME_WORDS.find(status => status === value)
  return known === undefined ? null : [known]
}

function parseTerm(text: string): Term | string {
  const colon = text.indexOf(':')
  if (colon <= 0) return { kind: 'word', text: text.toLowerCase() }
  const key = text.slice(0, colon)
  const value = text.slice(colon + 1).toLowerCase()
  switch (key) {
    case 'crate':
    case 'reason':
    case 'file':
    case 'year':
      return { kind: key, text: value }
    case 'outcome': {
      const statuses = statusesNamed(value)
      return statuses === null ? `outcome: knows ${OUTCOME_WORDS.join(', ')}` : { kind: 'outcome', statuses }
    }
    case 'anchor':
      return anchorGrade.options.some(grade => grade === value)
        ? { kind: 'anchor', grade: value }
        : `anchor: knows ${anchorGrade.options.join(', ')}`
    case 'is': {
      const known = isValues.find(v => v === value)
      return known === undefined ? `is: knows ${isValues.join(', ')}` : { kind: 'is', value: known }
    }
    default:
      return `${key}: is not a key; there are ${KEYS}`
  }
}

/** Reads the filter field's text. */
export function parseProvenanceFilter(text: string): ProvenanceFilter {
  return readFilterTerms(text, parseTerm)
}

/** What words are looked for in, made once per row. */
const texts = new WeakMap<ProvenanceRow, string>()
function textOf(row: ProvenanceRow): string {
  const known = texts.get(row)
  if (known !== undefined) return known
  const { summary } = row
  const parts = [
    row.crate,
    row.version,
    wordsOf(row).label,
    detailText(row),
    ...(summary === null ? [] : [summary.sentence, summary.repository ?? '', summary.commit ?? '']),
    ...filesOf(row),
  ]
  const text = parts.join('\n').toLowerCase()
  texts.set(row, text)
  return text
}

function isTrue(value: IsValue, row: ProvenanceRow): boolean {
  const { summary } = row
  switch (value) {
    case 'accepted':
      return summary !== null && summary.accepted !== null
    case 'stale':
      return summary !== null && summary.stale !== null
    case 'rebuilt':
      return summary?.level === 'rebuild'
    case 'fallback':
      return summary !== null && summary.fallback !== null
  }
}

function holds(term: Term, row: ProvenanceRow): boolean {
  const { summary } = row
  switch (term.kind) {
    case 'word':
      return textOf(row).includes(term.text)
    case 'crate':
      return row.crate.toLowerCase().includes(term.text)
    case 'reason':
      return summary?.reasonCodes.some(code => code.toLowerCase().includes(term.text)) === true
    case 'file':
      return filesOf(row).some(path => path.toLowerCase().includes(term.text))
    case 'year':
      return summary?.publishedAt?.startsWith(term.text) === true
    case 'outcome':
      return term.statuses.includes(statusOf(row))
    case 'anchor':
      return summary?.anchor === term.grade
    case 'is':
      return isTrue(term.value, row)
  }
}

/** Whether all terms hold for the row. */
export function matchesProvenance(filter: ProvenanceFilter, row: ProvenanceRow): boolean {
  return filter.terms.every(term => holds(term, row) !== term.isNegated)
}

/** Whether the text asks for exactly this status; its bar is then shown as pressed. */
export function asksFor(filter: ProvenanceFilter, status: Status): boolean {
  return filter.terms.some(term => term.kind === 'outcome' && !term.isNegated && term.statuses[0] === status)
}

/** The text with the status asked for; without it when it was asked for before. Other terms stay. */
export function toggleOutcome(text: string, status: Status): string {
  const term = `outcome:${status}`
  const rest = text.split(/\s+/).filter(part => part !== '' && !/^outcome:/.test(part))
  return text.split(/\s+/).includes(term) ? rest.join(' ') : [term, ...rest].join(' ')
}

/** Words that `provenance:` of the queue's filter knows. */
export const provenanceWords: readonly string[] = OUTCOME_WORDS.filter(
  status => isOutcome(status) || status === 'not-run' || status === 'failed',
)
