/**
 * The filter's terms about risk: `risk>40`, `is:unsafe`, `is:build`, `is:proc-macro`, `advisory:any` (or an id, an alias, a
 * kind, `new`, `old`). What is not known is neither so nor not so: `-is:unsafe` lists what was looked through and found
 * without, never what nobody looked at. Pure.
 */
import { ADVISORY_KINDS, type AdvisoryHit, type RiskRow } from '../../shared/risk.ts'

export const RISK_IS = ['unsafe', 'build', 'proc-macro'] as const

export const riskFilterKeys = ['advisory:', 'risk<', 'risk>'] as const

export type RiskTerm = { readonly kind: 'risk' } & (
  | { readonly asks: 'score'; readonly compare: '<' | '>'; readonly value: number }
  | { readonly asks: 'is'; readonly value: (typeof RISK_IS)[number] }
  | { readonly asks: 'advisory'; readonly value: string }
)

/** Null: a term about something else. */
export function parseRiskTerm(text: string): RiskTerm | null {
  const [, compare, value] = /^risk([<>])(\d+)$/.exec(text) ?? []
  if (compare === '<' || compare === '>') return { kind: 'risk', asks: 'score', compare, value: Number(value) }
  const is = RISK_IS.find(known => text === `is:${known}`)
  if (is !== undefined) return { kind: 'risk', asks: 'is', value: is }
  if (text.startsWith('advisory:'))
    return { kind: 'risk', asks: 'advisory', value: text.slice(9).toLowerCase() || 'any' }
  return null
}

/** Null: not known. */
export function riskHolds(term: RiskTerm, row: RiskRow | null): boolean | null {
  if (row === null) return null
  switch (term.asks) {
    case 'score':
      return term.compare === '<' ? row.score < term.value : row.score > term.value
    case 'is':
      return row.contains[term.value === 'proc-macro' ? 'procMacro' : term.value]
    case 'advisory': {
      if (row.advisories.some(hit => isMeant(term.value, hit))) return true
      return row.areAdvisoriesKnown ? false : null
    }
  }
}

function isMeant(value: string, hit: AdvisoryHit): boolean {
  if (value === 'any') return true
  if (value === 'new') return hit.hitsNew
  if (value === 'old') return hit.hitsOld
  if (ADVISORY_KINDS.some(kind => kind === value)) return hit.kind === value
  return [hit.id, ...hit.aliases].some(id => id.toLowerCase().includes(value))
}
