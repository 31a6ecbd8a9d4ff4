/**
 * `[risk.weights]` of `supply-chain/assay.toml`: what a team lets each signal weigh, by the signal's name, whole numbers.
 * Reading is tolerant: a weight that is wrong is named with its line and the default holds.
 */
import { MAX_WEIGHT, weightsWith, type RiskWeights } from '../core/risk-weights.ts'
import { SIGNALS, type SignalId } from '../../../shared/risk.ts'
import { ASSAY_FILE, type AssayProblem } from './assay-file.ts'
import { buildSpanIndex, placeAt, spanOf } from './toml-spans.ts'
import { readToml } from './toml-text.ts'

export interface AssayRisk {
  readonly weights: RiskWeights
  /** `team`: at least one weight of the file is used. */
  readonly from: 'default' | 'team'
  readonly problems: readonly AssayProblem[]
}

const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
const own = (table: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(table, key) ? table[key] : undefined

/** @param text of assay.toml; null when there is none. Never fails. */
export function readAssayRisk(text: string | null): AssayRisk {
  const defaults = { weights: weightsWith({}), from: 'default' } as const
  if (text === null) return { ...defaults, problems: [] }
  const tree = readToml(text, ASSAY_FILE)
  if (!tree.ok)
    return { ...defaults, problems: [{ line: tree.error.place?.line ?? null, message: tree.error.message }] }
  const spans = buildSpanIndex(text)
  const problems: AssayProblem[] = []
  const problem = (path: readonly string[], message: string) => {
    const span = spanOf(spans, path)
    problems.push({ line: span === null ? null : placeAt(text, ASSAY_FILE, span.keyStart, span.keyEnd).line, message })
  }
  const risk = own(tree.value, 'risk')
  if (risk === undefined) return { ...defaults, problems }
  const weights = isTable(risk) ? own(risk, 'weights') : null
  if (weights === undefined) return { ...defaults, problems }
  if (!isTable(weights)) {
    problem(isTable(risk) ? ['risk', 'weights'] : ['risk'], '`risk.weights` is not a table')
    return { ...defaults, problems }
  }
  const changed: Partial<Record<SignalId, number>> = {}
  for (const [name, value] of Object.entries(weights)) {
    const id = SIGNALS.find(known => known === name)
    const weight = typeof value === 'bigint' ? Number(value) : value
    if (id === undefined) problem(['risk', 'weights', name], `there is no signal \`${name.slice(0, 60)}\``)
    else if (typeof weight === 'number' && Number.isInteger(weight) && weight >= 0 && weight <= MAX_WEIGHT)
      changed[id] = weight
    else problem(['risk', 'weights', name], `the weight of \`${id}\` is a whole number from 0 to ${MAX_WEIGHT}`)
  }
  const from = Object.keys(changed).length > 0 ? 'team' : 'default'
  return { weights: weightsWith(changed), from, problems }
}
