/**
 * Everything that belongs to one reading of a workspace's files, and small questions about it. Pure.
 */
import type { CrateName, CriteriaName, Delta, PackageKey } from '../../../shared/domain.ts'
import type { CertifyRequest, QueueSnapshot } from '../../../shared/wire.ts'
import type { LoadedWorkspace, Solved, SuggestInput } from './flow.ts'
import type { LiveStore } from './online.ts'
import type { Reading } from './queue-view.ts'

export interface Answer {
  /** As on disk. */
  readonly workspace: LoadedWorkspace
  /** Of the store on disk, or of the one with live imports when `live` is set. */
  readonly solved: Solved
  readonly live: LiveStore | null
  readonly branch: string | null
  /** Milliseconds since the epoch. */
  readonly takenAt: number
  /** Replaced and filled while sizes are measured. */
  reading: Reading
}

export const startOfReading = (): Reading => ({ phase: 'measuring', plans: new Map(), failures: new Map() })

/** What each measuring stage works on: cargo vet's `check` as it is, then its `suggest` for the rest. */
export function readingInput({ workspace, solved }: Answer, stage: 'failing' | 'exempted'): SuggestInput {
  const { graph, mapper } = workspace
  if (stage === 'failing') return { graph, mapper, report: solved.report, store: solved.store }
  const failing = new Set(solved.report.failures.map(f => f.idx))
  const rest = solved.suggestReport.failures.filter(f => !failing.has(f.idx))
  return { graph, mapper, report: { ...solved.suggestReport, failures: rest }, store: solved.suggestStore }
}

/** The missing criteria of the package a delta leads to; of any version of the crate when that one does not fail. */
export function missingFor(answer: Answer, crate: CrateName, delta: Delta): CriteriaName[] {
  for (const report of [answer.solved.report, answer.solved.suggestReport]) {
    const failure =
      report.failures.find(f => f.name === crate && f.version === delta.to) ??
      report.failures.find(f => f.name === crate)
    if (failure !== undefined) return [...failure.missingCriteria]
  }
  return []
}

/** The item after the one just certified, in the order shown by default (least reading first). */
export function nextKey(snapshot: Pick<QueueSnapshot, 'items'>, request: CertifyRequest): PackageKey | null {
  const rows = snapshot.items.filter(i => i.because === 'failing')
  const at = rows.findIndex(i => i.crate === request.crate && i.version === request.delta.to)
  return rows[at + 1]?.key ?? rows.find((_, i) => i !== at)?.key ?? null
}
