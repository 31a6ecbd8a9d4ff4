/** Rows and summaries for tests. */
import type { Outcome, ProvenanceRow, ProvenanceSummary } from '../../shared/provenance.ts'

/** A summary of a check of `brine 1.0.0`. */
export function summaryOf(outcome: Outcome, change: Partial<ProvenanceSummary> = {}): ProvenanceSummary {
  return {
    crate: 'brine',
    version: '1.0.0',
    outcome,
    content: 'unchecked',
    anchor: 'branch',
    sentence: 'A sentence.',
    repository: 'https://git.example/r',
    commit: '0123456789abcdef0123456789abcdef01234567',
    path: '',
    fallback: null,
    files: {
      total: 12,
      same: 9,
      differing: 0,
      onlyInCrate: 0,
      onlyInRepository: 1,
      generated: 3,
      lineEndings: 0,
      brokenSymlinks: 0,
      unchecked: 0,
    },
    level: 'compare',
    publishedAt: '2021-04-01T00:00:00Z',
    checkedAt: 1,
    reasonCodes: [],
    accepted: null,
    stale: null,
    ...change,
  }
}

/** The row of a finished check. */
export function rowOf(outcome: Outcome, change: Partial<ProvenanceSummary> = {}): ProvenanceRow {
  const summary = summaryOf(outcome, change)
  return { crate: summary.crate, version: summary.version, state: 'done', summary, failure: null }
}

/** A row without a verdict. */
export function bareRow(state: ProvenanceRow['state'], crate = 'kelp', failure: string | null = null): ProvenanceRow {
  return { crate, version: '1.0.0', state, summary: null, failure }
}
