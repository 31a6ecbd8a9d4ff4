/** Everything known about the selected version: verdict with its sentence, how it came about, reasons, files. */
import { useMemo, type RefObject } from 'react'
import type { ProvenanceRecord, ProvenanceRow } from '../../shared/provenance.ts'
import { runCommand } from '../commands/command-table.ts'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { number, personName } from '../parts/words.ts'
import { TabFailure } from '../review/tab-failure.tsx'
import { FilesList } from './files-list.tsx'
import { acceptedUntil, canBeAccepted, rowKey, statusOf, wordsOf } from './rows.ts'
import { chooseFile, openPair, useProvenance } from './state.ts'
import { filesInOrder } from './steps.ts'
import { Limits, Reasons, Steps } from './story.tsx'
import { STATUS } from './texts.ts'
import type { RecordState } from './use-record.ts'
import { VerdictWords } from './verdict-badge.tsx'

function Accepted({ row }: { readonly row: ProvenanceRow }) {
  const accepted = row.summary?.accepted ?? null
  if (accepted === null) return null
  return (
    <div className="notice n" role="note" style={{ marginTop: 9 }}>
      <Icon name="person" />
      <div className="grow">
        <b className="med">
          Accepted by {personName(accepted.who)}, {acceptedUntil(accepted, Date.now()).text}.
        </b>{' '}
        <q className="quote">{accepted.reason}</q> <span className="sub">The verdict stays as it is.</span>
      </div>
    </div>
  )
}

function Head({ row, canDiff }: { readonly row: ProvenanceRow; readonly canDiff: boolean }) {
  const { summary } = row
  const status = statusOf(row)
  const canRun = row.state !== 'not-applicable' && row.state !== 'queued' && row.state !== 'running'
  return (
    <div className="sec">
      <div className="row">
        <b className="t15 ell">{row.crate}</b>
        <span className="mono sub ell">{row.version}</span>
        <span className="right nw">
          <VerdictWords words={wordsOf(row)} isBox />
        </span>
        <button className="btn s q icon shut" aria-label="Hide details" onClick={() => runCommand('prov.detail')}>
          <Icon name="close" className="sm" />
        </button>
      </div>
      <p className="t12 sub" style={{ marginTop: 7 }}>
        {row.state === 'failed'
          ? (row.failure ?? STATUS.failed.meaning)
          : (summary?.sentence ?? STATUS[status].meaning)}
      </p>
      {summary !== null && summary.stale !== null && (
        <p className="t12 warn row" style={{ marginTop: 5, gap: 5 }}>
          <Icon name="clock" />
          {summary.stale}
        </p>
      )}
      <div className="row wrap" style={{ marginTop: 9, gap: 6 }}>
        {summary !== null && (
          <button className="btn p" disabled={!canDiff} onClick={() => runCommand('prov.diff')}>
            <Icon name="split" />
            Open in diff <Keys of="prov.diff" />
          </button>
        )}
        {summary === null && canRun && (
          <button className="btn p" onClick={() => runCommand('prov.run')}>
            <Icon name="play" />
            {row.state === 'failed' ? 'Try again' : 'Check now'}
          </button>
        )}
        {summary !== null && summary.commit !== null && canRun && (
          <button className="btn" onClick={() => runCommand('prov.rebuild')}>
            Package it again
          </button>
        )}
        {summary !== null && canBeAccepted(row) && (
          <button className="btn" onClick={() => runCommand('prov.accept')}>
            {summary.accepted === null ? 'Accept with reason' : 'Change what was accepted'}
          </button>
        )}
      </div>
      <Accepted row={row} />
    </div>
  )
}

function Files(props: {
  readonly record: ProvenanceRecord
  readonly selected: string | null
  readonly files: RefObject<HTMLDivElement | null>
}) {
  const { record } = props
  const order = useProvenance(s => s.fileOrder)
  const files = useMemo(() => filesInOrder(record, order), [record, order])
  const choice = (value: 'differing' | 'path', label: string) => (
    <button aria-pressed={order === value} onClick={() => useProvenance.setState({ fileOrder: value })}>
      {label}
    </button>
  )
  return (
    <section className="pv-files-box" aria-label="Files">
      <div className="row pv-files-head">
        <h2 className="b t12">Files</h2>
        <span className="seg right" role="group" aria-label="Order of files">
          {choice('differing', 'Differing first')}
          {choice('path', `All ${number(files.length)}`)}
        </span>
      </div>
      {files.length === 0 ? (
        <p className="t12 sub" style={{ padding: '0 16px 12px' }}>
          No file was compared.
        </p>
      ) : (
        <FilesList
          files={files}
          selected={props.selected}
          label={`Files of ${record.crate} ${record.version}`}
          listRef={props.files}
          onSelect={path => chooseFile(rowKey(record), path)}
          onOpen={path => openPair(record, path)}
        />
      )}
    </section>
  )
}

export function DetailPane(props: {
  readonly row: ProvenanceRow | null
  readonly detail: RecordState
  readonly selectedFile: string | null
  readonly files: RefObject<HTMLDivElement | null>
}) {
  const { row, detail, selectedFile } = props
  if (row === null)
    return (
      <aside className="insp pv-detail" aria-label="Details" data-region="details">
        <p className="center t12 sub">Select a version to see how its verdict came about.</p>
      </aside>
    )
  const { record, failure } = detail
  return (
    <aside
      className="insp pv-detail"
      aria-label={`Details: ${row.crate} ${row.version}`}
      data-region="details"
      key={rowKey(row)}
    >
      <Head row={row} canDiff={record !== null && record.fileResults.length > 0} />
      {failure !== null && <TabFailure failure={failure} onRetry={detail.retry} className="sec" />}
      {record !== null && (
        <>
          <div className="pv-story scroll" tabIndex={0} role="group" aria-label="Claim, evidence, plan, verdict">
            <Steps record={record} />
            <Reasons reasons={record.reasons} />
            <Limits record={record} />
          </div>
          <Files record={record} selected={selectedFile} files={props.files} />
        </>
      )}
      {record === null && failure === null && !detail.isLoading && row.summary !== null && (
        <p className="sec t12 sub">The evidence of this check is no longer kept. Check again to see it.</p>
      )}
    </aside>
  )
}
