/** Provenance in a review's side panel: verdict, what is only in the crate or differs, and how the verdict came about. */
import { packageKey } from '../../shared/domain.ts'
import type { FileResult, ProvenanceRecord } from '../../shared/provenance.ts'
import type { Review } from '../../shared/wire.ts'
import { useClient } from '../client.ts'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { count } from '../parts/words.ts'
import { shownPath } from '../review/shown-path.ts'
import { TabFailure } from '../review/tab-failure.tsx'
import { openPair, runProvenance, useRowOf } from './state.ts'
import { Limits, Reasons, Steps } from './story.tsx'
import { FILE_STATE, STATUS } from './texts.ts'
import { useRecord, type RecordState } from './use-record.ts'
import { VerdictBadge, VerdictWords } from './verdict-badge.tsx'
import './provenance.css'

const SHOWN = 60

/** Only in the crate first, then what differs, then what was not compared; the record's order within each. */
export function notableFiles(record: ProvenanceRecord): readonly FileResult[] {
  const order = ['only-in-crate', 'differs', 'unchecked', 'broken-symlink', 'line-endings'] as const
  return order.flatMap(state => record.fileResults.filter(file => file.state === state))
}

/** The record of the version that the review leads to. */
export function useReviewRecord(review: Pick<Review, 'crate' | 'delta'>): RecordState {
  const row = useRowOf(packageKey(review.crate, review.delta.to))
  // Without a row it may still have been checked for another workspace.
  const checkedAt = row === null ? 0 : (row.summary?.checkedAt ?? null)
  return useRecord(review.crate, review.delta.to, checkedAt)
}

function Files(props: {
  readonly record: ProvenanceRecord
  readonly shown: string | null
  readonly onCompare: (path: string) => void
}) {
  const { record, shown } = props
  const files = notableFiles(record)
  return (
    <section className="sec" aria-label="Files that differ from the repository">
      <h2 className="sh">
        Not as in the repository <span className="count">{files.length}</span>
        <span className="right dim">
          <Keys of="review.repoSide" /> beside it
        </span>
      </h2>
      {files.length === 0 && (
        <p className="t12 dim">
          {record.identity === 'none' ? 'No file was compared.' : 'No file of the archive differs.'}
        </p>
      )}
      <ul>
        {files.slice(0, SHOWN).map(file => (
          <li key={file.path}>
            <button
              className="pv-panel-file"
              aria-current={file.path === shown ? 'true' : undefined}
              onClick={() => props.onCompare(file.path)}
            >
              <span className={`v ${FILE_STATE[file.state].tone}`}>
                <Icon name={FILE_STATE[file.state].glyph} />
              </span>
              <span className="m11 ell grow" title={shownPath(file.path)}>
                {shownPath(file.path)}
              </span>
              <span className="t11 dim nw">{FILE_STATE[file.state].label}</span>
            </button>
          </li>
        ))}
      </ul>
      {files.length > SHOWN && (
        <button className="link t11" onClick={() => openPair(record, null)}>
          {count(files.length - SHOWN, 'more file')}
        </button>
      )}
    </section>
  )
}

export function ProvenanceTab(props: {
  readonly review: Review
  readonly detail: RecordState
  /** The file on screen. */
  readonly shown: string | null
  readonly onCompare: (path: string) => void
}) {
  const { review, detail } = props
  const client = useClient()
  const row = useRowOf(packageKey(review.crate, review.delta.to))
  const { record, failure } = detail
  const canRun = row !== null && row.summary === null && (row.state === 'not-run' || row.state === 'failed')
  return (
    <>
      <section className="sec" aria-label="Verdict">
        {row !== null ? (
          <VerdictBadge row={row} isBox />
        ) : (
          <VerdictWords words={STATUS[record?.outcome ?? 'not-run']} isBox />
        )}
        <p className="t12 sub" style={{ marginTop: 7 }}>
          {record?.sentence ??
            (row?.state === 'failed' ? row.failure : null) ??
            (detail.isLoading ? '' : STATUS[row?.state === 'done' || row === null ? 'not-run' : row.state].meaning)}
        </p>
        <p className="t11 dim" style={{ marginTop: 4 }}>
          Of {review.crate} {review.delta.to}, the version that the change leads to.
        </p>
        {canRun && (
          <button className="btn s" style={{ marginTop: 7 }} onClick={() => void runProvenance(client, [row])}>
            <Icon name="play" />
            Check now
          </button>
        )}
      </section>
      {failure !== null && <TabFailure failure={failure} onRetry={detail.retry} className="sec" />}
      {record !== null && (
        <>
          <Files record={record} shown={props.shown} onCompare={props.onCompare} />
          <Reasons reasons={record.reasons} />
          <Steps record={record} />
          <Limits record={record} />
        </>
      )}
    </>
  )
}
