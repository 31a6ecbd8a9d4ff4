/**
 * The queue's filter language: free words and `key:value` terms, all of which must hold. Words look at crate, version
 * and dependents. A term with an unknown key or value is reported, not silently matched to nothing. Pure.
 */
import type { PackageKey } from '../../shared/domain.ts'
import type { ProvenanceRow } from '../../shared/provenance.ts'
import type { QueueItem } from '../../shared/wire.ts'
import { readFilterTerms, type FilterTerms } from '../parts/filter-terms.ts'
import { provenanceWords, statusesNamed } from '../provenance/filter.ts'
import { statusOf } from '../provenance/rows.ts'
import type { Status } from '../provenance/texts.ts'
import { parseRiskTerm, riskFilterKeys, riskHolds, RISK_IS, type RiskTerm } from './risk-filter.ts'
import type { KnownRisk } from './risk-state.ts'
import { holdsForTeam, isTeamTerm, parseTeamTerm, teamIsValues, teamFilterKeys } from '../team/filter-team.ts'
import type { TeamQuestion, TeamTerm } from '../team/filter-team.ts'
import { NO_TEAM, type QueueRow } from '../team/views.ts'

export type FilterTerm =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'missing' | 'needs' | 'crate'; readonly text: string }
  | { readonly kind: 'is'; readonly value: IsValue }
  | { readonly kind: 'provenance'; readonly statuses: readonly Status[] }
  | { readonly kind: 'lines'; readonly compare: '<' | '>'; readonly value: number }
  | RiskTerm
  | TeamTerm

const isValues = ['dev', 'exempted', 'failing', 'full', 'delta', 'started', 'unknown'] as const
export type IsValue = (typeof isValues)[number]

export type Filter = FilterTerms<FilterTerm>

export const filterKeys = [
  ...(['missing:', 'needs:', 'crate:', 'is:', 'provenance:', 'lines<', 'lines>'] as const),
  ...teamFilterKeys,
  ...riskFilterKeys,
] as const

function parseTerm(text: string): FilterTerm | string {
  const risk = parseRiskTerm(text)
  if (risk !== null) return risk
  const ofTeam = parseTeamTerm(text)
  if (ofTeam !== null) return ofTeam
  const lines = /^lines([<>])(\d+)$/.exec(text)
  if (lines !== null) return { kind: 'lines', compare: lines[1] === '<' ? '<' : '>', value: Number(lines[2]) }
  const colon = text.indexOf(':')
  if (colon <= 0) return { kind: 'word', text: text.toLowerCase() }
  const key = text.slice(0, colon)
  const value = text.slice(colon + 1).toLowerCase()
  switch (key) {
    case 'missing':
    case 'needs':
    case 'crate':
      return { kind: key, text: value }
    case 'is': {
      const known = isValues.find(v => v === value)
      return known === undefined
        ? `is: knows ${[...isValues, ...RISK_IS, ...teamIsValues].join(', ')}`
        : { kind: 'is', value: known }
    }
    case 'provenance': {
      const statuses = provenanceWords.includes(value) ? statusesNamed(value) : null
      return statuses === null ? `provenance: knows ${provenanceWords.join(', ')}` : { kind: 'provenance', statuses }
    }
    default:
      return `${key}: is not a key; there are ${filterKeys.join(' ')}`
  }
}

/** Reads the filter bar's text. A `-` in front negates a term. */
export function parseFilter(text: string): Filter {
  return readFilterTerms(text, parseTerm)
}

const linesOfItem = (item: QueueItem): number | null =>
  item.size.state === 'measured' ? item.size.stat.insertions + item.size.stat.deletions : null

function isTrue(value: IsValue, item: QueueRow): boolean {
  switch (value) {
    case 'dev':
      return item.isDevOnly
    case 'exempted':
    case 'failing':
      return item.because === value && item.isSettled !== true
    case 'full':
      return item.delta !== null && item.delta.from === null
    case 'delta':
      return item.delta !== null && item.delta.from !== null
    case 'started':
      return item.readLines !== null && item.readLines > 0
    case 'unknown':
      return item.size.state === 'unknown'
  }
}

/** What is known of the packages' provenance; a package that is not in it was not checked. */
export type KnownProvenance = ReadonlyMap<PackageKey, ProvenanceRow>
const NOTHING_KNOWN: KnownProvenance = new Map()

/** What terms look at beside the row itself. */
export interface FilterFacts {
  readonly known: KnownProvenance
  readonly team: TeamQuestion
  readonly risk?: KnownRisk | null
}
const NO_FACTS: FilterFacts = { known: NOTHING_KNOWN, team: { ...NO_TEAM, today: '1970-01-01' } }

/** Null: not known, so neither so nor not so. */
function holds(term: FilterTerm, item: QueueRow, facts: FilterFacts): boolean | null {
  if (isTeamTerm(term)) return holdsForTeam(term, item.key, facts.team)
  switch (term.kind) {
    case 'risk':
      return riskHolds(term, facts.risk?.get(item.key) ?? null)
    case 'word': {
      const places = [item.crate, item.version, ...item.neededBy]
      return places.some(place => place.toLowerCase().includes(term.text))
    }
    case 'crate':
      return item.crate.toLowerCase().includes(term.text)
    case 'missing':
      return item.missing.some(name => name.toLowerCase().includes(term.text))
    case 'needs':
      return item.neededBy.some(name => name.toLowerCase().includes(term.text))
    case 'is':
      return isTrue(term.value, item)
    case 'provenance': {
      const row = facts.known.get(item.key)
      return term.statuses.includes(row === undefined ? 'not-run' : statusOf(row))
    }
    case 'lines': {
      const lines = linesOfItem(item)
      return lines !== null && (term.compare === '<' ? lines < term.value : lines > term.value)
    }
  }
}

/** Whether all terms hold for the item. */
export function matchesFilter(filter: Filter, item: QueueRow, facts: FilterFacts = NO_FACTS): boolean {
  return filter.terms.every(term => {
    const found = holds(term, item, facts)
    return found !== null && found !== term.isNegated
  })
}
