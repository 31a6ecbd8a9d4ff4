/**
 * What each signal weighs unless a team says otherwise. Together 100, so that a score reads as "of 100". A weight is the
 * most that a signal can add; what is unknown adds all of it.
 */
import { SIGNALS, type SignalId } from '../../../shared/risk.ts'

export type RiskWeights = Readonly<Record<SignalId, number>>

export const DEFAULT_WEIGHTS: RiskWeights = {
  'advisory-new': 25,
  'advisory-old': 3,
  yanked: 4,
  provenance: 8,
  publisher: 8,
  'release-age': 3,
  'build-script': 6,
  'proc-macro': 5,
  unsafe: 5,
  'unsafe-change': 7,
  ffi: 4,
  process: 4,
  network: 4,
  'file-system': 2,
  'first-audit': 3,
  lines: 2,
  usage: 3,
  'default-features': 1,
  dependents: 2,
  depth: 1,
}

/** A team's weight is a whole number up to this. */
export const MAX_WEIGHT = 1_000

/** The defaults with what a team changed. */
export function weightsWith(changed: Partial<RiskWeights>): RiskWeights {
  return { ...DEFAULT_WEIGHTS, ...changed }
}

/** The highest score there can be. */
export function mostOf(weights: RiskWeights): number {
  return SIGNALS.reduce((sum, id) => sum + weights[id], 0)
}
