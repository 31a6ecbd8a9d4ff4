/** What signals are called where the arithmetic is shown. */
import type { RiskSignal, SignalId } from '../../shared/risk.ts'

export const SIGNAL_NAMES: Readonly<Record<SignalId, string>> = {
  'advisory-new': 'Advisories',
  'advisory-old': 'Left behind',
  yanked: 'Yanked',
  provenance: 'Provenance',
  publisher: 'Publisher',
  'release-age': 'Release',
  'build-script': 'Build script',
  'proc-macro': 'Macros',
  unsafe: 'Unsafe code',
  'unsafe-change': 'Unsafe, changed',
  ffi: 'Foreign code',
  process: 'Processes',
  network: 'Network',
  'file-system': 'Files',
  'first-audit': 'Audit',
  lines: 'To read',
  usage: 'Use',
  'default-features': 'Features',
  dependents: 'Needed by',
  depth: 'Distance',
}

/** `+5`, `0`. */
export const pointsText = (points: number): string => (points === 0 ? '0' : `+${points}`)

/** The fact behind a summand; an unknown one says what is counted for it. */
export function factText(signal: RiskSignal): string {
  return signal.state === 'unknown' ? `unknown, counted as ${pointsText(signal.points)}` : signal.value
}

/** Largest first; of equal ones in the order of the arithmetic. */
export function summands(signals: readonly RiskSignal[]): {
  readonly counted: readonly RiskSignal[]
  readonly nothing: readonly RiskSignal[]
} {
  const counted = signals.filter(s => s.points > 0).toSorted((a, b) => b.points - a.points)
  return { counted, nothing: signals.filter(s => s.points === 0) }
}
