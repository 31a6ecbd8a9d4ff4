/** The orders that ask for scores: highest first; an item without a score (or lines) stands last; then by name. Pure. */
import type { QueueItem } from '../../shared/wire.ts'
import type { KnownRisk } from './risk-state.ts'

type RiskOrder = 'risk' | 'risk per line'

export const NO_RISK: KnownRisk = new Map()

/** Whether an order asks for scores. */
export function isRiskOrder(order: string): order is RiskOrder {
  return order === 'risk' || order === 'risk per line'
}

/** `linesOf`: to read, null while they are not known. */
export function compareRisk(
  order: RiskOrder,
  known: KnownRisk,
  linesOf: (item: QueueItem) => number | null,
): (a: QueueItem, b: QueueItem) => number {
  const rank = (item: QueueItem): number => {
    const score = known.get(item.key)?.score ?? -1
    if (order === 'risk' || score < 0) return score
    const lines = linesOf(item)
    return lines === null ? -1 : score / Math.max(1, lines)
  }
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  return (a, b) => rank(b) - rank(a) || byText(a.crate, b.crate) || byText(a.version, b.version)
}
