/**
 * `[risk.weights]` of `supply-chain/assay.toml`: what a team lets each signal weigh, by the signal's name, whole numbers.
 * Reading is tolerant: a weight that is wrong is named with its line and the default holds.
 */
import { isTable, ownValue } from '../core/plain-table.ts'
import { MAX_WEIGHT, weightsWith, type RiskWeights } from '../core/risk-weights.ts'
import { SIGNALS, type SignalId } from '../../../shared/risk.ts'
import { readAssayTree, type AssayProblem } from './assay-file.ts'

export interface AssayRisk {
  readonly weights: RiskWeights
  /** `team`: at least one weight of the file is used. */
  readonly from: 'default' | 'team'
  readonly problems: readonly AssayProblem[]
}

/** @param text of assay.toml; null when there is none. Never fails. */
export function readAssayRisk(text: string | null): AssayRisk {
  const defaults = { weights: weightsWith({}), from: 'default' } as const
  if (text === null) return { ...defaults, problems: [] }
  const { tree, problems, note: problem } = readAssayTree(text)
  const risk = tree === null ? undefined : ownValue(tree, 'risk')
  if (risk === undefined) return { ...defaults, problems }
  const weights = isTable(risk) ? ownValue(risk, 'weights') : null
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
