/**
 * The rows of a provenance page: what is kept of each package, what a run does with it at the moment, and what somebody
 * wrote down about it. Reads kept records, changes nothing.
 */
import { describeFailure } from '../../../shared/failure.ts'
import type { ProvenanceRow, ProvenanceSnapshot } from '../../../shared/provenance.ts'
import type { AcceptedList } from './provenance-accepted.ts'
import type { RunState } from './provenance-job.ts'
import type { KeptSummary, ProvenanceResults } from './provenance-results.ts'
import { versionKey, type WantedVersion } from './provenance-run.ts'
import type { ProvenanceWorkspace } from './provenance-session.ts'

export interface RowsInput {
  readonly results: ProvenanceResults
  readonly accepted: AcceptedList
  readonly now: RunState
  /** Null: none is open, so that it has no rows. */
  readonly workspace: ProvenanceWorkspace | null
}

/** Of the workspace in the order of its graph, or of everything ever checked here in the order of the results. */
export function provenanceRows(input: RowsInput, scope: ProvenanceSnapshot['scope']): ProvenanceRow[] {
  const { results, workspace } = input
  if (scope === 'everything') return results.all().map(summary => rowOf(input, summary, summary))
  // What Cargo.lock says about the archive counts: a record of another one is not about this package.
  const kept = (wanted: WantedVersion) =>
    results.summary(wanted.crate, wanted.version, workspace?.lockChecksums.get(versionKey(wanted)))
  return (workspace?.packages ?? []).map(wanted =>
    wanted.isFromRegistry ? rowOf(input, wanted, kept(wanted)) : { ...bare(wanted), state: 'not-applicable' as const },
  )
}

function rowOf({ accepted, now }: RowsInput, wanted: WantedVersion, kept: KeptSummary | null): ProvenanceRow {
  const key = versionKey(wanted)
  const failure = now.failures.get(key)
  const ended = failure !== undefined ? 'failed' : kept === null ? 'not-run' : 'done'
  return {
    ...bare(wanted),
    state: now.running?.states.get(key) ?? ended,
    summary: kept === null ? null : { ...kept, accepted: accepted.of(kept) },
    failure: failure === undefined ? null : describeFailure(failure).title,
  }
}

const bare = ({ crate, version }: WantedVersion): ProvenanceRow => ({
  ...{ crate, version, state: 'not-run', summary: null, failure: null },
})
