/**
 * The base score of a CVSS 3.0 or 3.1 vector. Version 4 scores come from a table of 270 classes and are not computed
 * here: its vectors are shown without a score.
 * Source: FIRST, CVSS v3.1 Specification, sections 7.1 and 7.4 and appendix A.
 */
import type { Cvss } from '../../../shared/risk.ts'

/** Null when the text is no vector at all. `score` null: a version whose score is not computed, or parts are missing. */
export function readCvss(vector: string): Cvss | null {
  const [prefix = '', ...parts] = vector.split('/')
  const version = /^CVSS:(\d\.\d)$/.exec(prefix)?.[1]
  if (version === undefined || vector.length > 300 || !parts.every(part => /^[A-Za-z]{1,3}:[A-Za-z]+$/.test(part)))
    return null
  const metrics = new Map(parts.map(part => part.toUpperCase().split(':') as [string, string]))
  const score = version === '3.0' || version === '3.1' ? baseScore(metrics) : null
  return { vector, version, score, severity: score === null ? null : severityOf(score) }
}

/** The words of the specification's table 14. */
function severityOf(score: number): NonNullable<Cvss['severity']> {
  if (score < 0.1) return 'none'
  if (score < 4) return 'low'
  if (score < 7) return 'medium'
  return score < 9 ? 'high' : 'critical'
}

const WEIGHTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  PR: { N: 0.85, L: 0.62, H: 0.27 },
  'PR changed': { N: 0.85, L: 0.68, H: 0.5 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
}

function baseScore(metrics: ReadonlyMap<string, string>): number | null {
  const scope = metrics.get('S')
  if (scope !== 'U' && scope !== 'C') return null
  const isChanged = scope === 'C'
  const values: Record<string, number> = {}
  for (const name of ['AV', 'AC', 'PR', 'UI', 'C', 'I', 'A']) {
    const table = WEIGHTS[name === 'PR' && isChanged ? 'PR changed' : name]!
    const letter = metrics.get(name) ?? ''
    if (!Object.hasOwn(table, letter)) return null
    values[name] = table[letter]!
  }
  const { AV = 0, AC = 0, PR = 0, UI = 0, C = 0, I = 0, A = 0 } = values
  const loss = 1 - (1 - C) * (1 - I) * (1 - A)
  const impact = isChanged ? 7.52 * (loss - 0.029) - 3.25 * Math.pow(loss - 0.02, 15) : 6.42 * loss
  if (impact <= 0) return 0
  const sum = impact + 8.22 * AV * AC * PR * UI
  return roundUp(Math.min(isChanged ? 1.08 * sum : sum, 10))
}

/** Appendix A: up to one decimal, safe from the last bits of floating point. */
function roundUp(score: number): number {
  const scaled = Math.round(score * 100_000)
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10
}
