/** What else the audit may carry: an evidence file beside the store, and the reading time, both only when ticked. */
import { describeFailure } from '../../shared/failure.ts'
import { count, number } from '../parts/words.ts'
import { EVIDENCE, lineIn, minutesOf, TIME, withLine } from './note-lines.ts'
import type { BatchEvidence } from './use-batch-evidence.ts'
import { evidenceLine, type EvidenceState } from './use-evidence.ts'
import type { CertifyForm } from './use-plan.ts'

export function EvidenceFields(props: {
  readonly evidence: EvidenceState
  readonly notes: string
  readonly edit: (change: Partial<CertifyForm>) => void
}) {
  const { evidence, notes, edit } = props
  const { isOn, file, failure, readingMs } = evidence
  const put = (which: typeof TIME, text: string | null) => edit({ notes: withLine(notes, which, text) })
  return (
    <fieldset className="evid t12">
      <legend className="bh">Beside the audit</legend>
      <label className="row">
        <input type="checkbox" checked={isOn} onChange={event => evidence.set(event.target.checked)} />
        Write evidence: hashes of what was read, units, checklists
      </label>
      {isOn && (
        <div className="in">
          {file !== null && (
            <>
              <div className="m11 sub">
                {file.path}, {number(Math.ceil(file.bytes / 1_000))} kB
              </div>
              <label className="row">
                <input
                  type="checkbox"
                  checked={lineIn(notes, EVIDENCE) !== null}
                  onChange={event => put(EVIDENCE, event.target.checked ? evidenceLine(file) : null)}
                />
                its sha256 in the notes
              </label>
            </>
          )}
          {failure !== null && (
            <div className="warn" role="status">
              {failure.code === 'review-unknown'
                ? 'Open the review first: the evidence is made from it.'
                : describeFailure(failure).title}
            </div>
          )}
        </div>
      )}
      {readingMs !== null && readingMs > 0 && (
        <label className="row">
          <input
            type="checkbox"
            checked={lineIn(notes, TIME) !== null}
            onChange={event => put(TIME, event.target.checked ? minutesOf(readingMs) : null)}
          />
          Reading time in the notes <span className="dim">{minutesOf(readingMs)}, private otherwise</span>
        </label>
      )}
    </fieldset>
  )
}

/** The same for several audits: one file for each of them. */
export function BatchEvidenceFields({ evidence }: { readonly evidence: BatchEvidence }) {
  return (
    <fieldset className="evid t12">
      <legend className="bh">Beside the audits</legend>
      <label className="row">
        <input type="checkbox" checked={evidence.isOn} onChange={event => evidence.set(event.target.checked)} />
        Write evidence of each: hashes of what was read, units, checklists
      </label>
      {evidence.isOn && (
        <div className="in">
          {evidence.count > 0 && (
            <>
              <div className="m11 sub">
                {count(evidence.count, 'file')}, {number(Math.ceil(evidence.bytes / 1_000))} kB
              </div>
              <label className="row">
                <input
                  type="checkbox"
                  checked={evidence.isNamed}
                  onChange={event => evidence.setNamed(event.target.checked)}
                />
                their sha256 in the notes of each
              </label>
            </>
          )}
          {evidence.problems.map(problem => (
            <div key={problem} className="warn" role="status">
              {problem}
            </div>
          ))}
        </div>
      )}
    </fieldset>
  )
}
