/**
 * The panel at the right: facts about the file on screen, and the audits of this crate that exist. Imported text is
 * quoted as it is; who says it stands beside it.
 */
import { useEffect, useState, type ReactNode } from 'react'
import type { EngineClient } from '../../shared/contract.ts'
import type { PackageKey } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { FileDiff, Inspection, Review, ReviewFile, SuspiciousChar } from '../../shared/wire.ts'
import { Icon } from '../parts/icon.tsx'
import { ProvenanceTab } from '../provenance/review-tab.tsx'
import type { RecordState } from '../provenance/use-record.ts'
import { count } from '../parts/words.ts'
import { EarlierTab } from './earlier-tab.tsx'
import { markWords, ReadMarkGlyph } from './read-mark.tsx'
import { shownPath } from './shown-path.ts'

export type PanelTab = 'units' | 'notes' | 'provenance' | 'audits' | 'checklist' | 'file' | 'find'

export function SidePanel(props: {
  readonly client: EngineClient
  readonly review: Review
  readonly file: ReviewFile | null
  readonly diff: FileDiff | null
  /** The package of the queue this review is for; null when it is none. */
  readonly packageOfQueue: PackageKey | null
  readonly provenance: RecordState
  /** The list of units, and how many wait for an answer (null: not looked for yet). */
  readonly units: ReactNode
  readonly openUnits: number | null
  readonly notes: ReactNode
  readonly openNotes: number | null
  readonly find: ReactNode
  readonly checklist: ReactNode
  readonly openChecks: number | null
  readonly tab: PanelTab
  readonly onTab: (tab: PanelTab) => void
  /** Shows the file beside its side in the repository. */
  readonly onCompare: (path: string) => void
  readonly onJump: (at: SuspiciousChar) => void
  readonly onClose: (() => void) | null
}) {
  const { tab, onTab } = props
  const audits = useInspection(props.client, props.packageOfQueue)
  const auditCount = audits.inspection?.audits.length ?? null
  return (
    <aside className="insp rv-insp" aria-label="Details" data-region="details">
      <div className="rv-tabs" role="tablist" aria-label="Details">
        <button role="tab" aria-selected={tab === 'units'} onClick={() => onTab('units')}>
          Units {props.openUnits !== null && <b className="num">{props.openUnits}</b>}
        </button>
        <button role="tab" aria-selected={tab === 'notes'} onClick={() => onTab('notes')}>
          Notes {(props.openNotes ?? 0) > 0 && <b className="num">{props.openNotes}</b>}
        </button>
        <button role="tab" aria-selected={tab === 'provenance'} onClick={() => onTab('provenance')}>
          Provenance
        </button>
        {props.packageOfQueue !== null && (
          <button role="tab" aria-selected={tab === 'audits'} onClick={() => onTab('audits')}>
            Earlier {auditCount !== null && <b className="num">{auditCount}</b>}
          </button>
        )}
        <button role="tab" aria-selected={tab === 'checklist'} onClick={() => onTab('checklist')}>
          Checklist {(props.openChecks ?? 0) > 0 && <b className="num">{props.openChecks}</b>}
        </button>
        <button role="tab" aria-selected={tab === 'file'} onClick={() => onTab('file')}>
          File
        </button>
        <button role="tab" aria-selected={tab === 'find'} onClick={() => onTab('find')}>
          Find
        </button>
        {props.onClose !== null && (
          <button className="right" aria-label="Close details" onClick={props.onClose}>
            <Icon name="close" />
          </button>
        )}
      </div>
      <div className="rv-panel" role="tabpanel" tabIndex={0}>
        {tab === 'units' ? (
          props.units
        ) : tab === 'notes' ? (
          props.notes
        ) : tab === 'checklist' ? (
          props.checklist
        ) : tab === 'find' ? (
          props.find
        ) : tab === 'provenance' ? (
          <ProvenanceTab
            review={props.review}
            detail={props.provenance}
            shown={props.file?.path ?? null}
            onCompare={props.onCompare}
          />
        ) : tab === 'file' || props.packageOfQueue === null ? (
          <FileFacts review={props.review} file={props.file} diff={props.diff} onJump={props.onJump} />
        ) : (
          <EarlierTab crate={props.review.crate} delta={props.review.delta} {...audits} />
        )}
      </div>
    </aside>
  )
}

function FileFacts(props: {
  readonly review: Review
  readonly file: ReviewFile | null
  readonly diff: FileDiff | null
  readonly onJump: (at: SuspiciousChar) => void
}) {
  const { review, file, diff } = props
  if (file === null) return null
  const remarks = diff === null || diff.kind === 'binary' ? [] : diff.remarks
  const suspicious = diff === null || diff.kind === 'binary' ? [] : diff.suspicious
  return (
    <>
      <section className="sec">
        <h2 className="sh">
          <ReadMarkGlyph mark={file.mark} /> {markWords(file.mark)}
        </h2>
        <dl className="rv-facts">
          <dt>Path</dt>
          <dd className="m11">{shownPath(file.path)}</dd>
          {file.oldPath !== null && (
            <>
              <dt>Moved from</dt>
              <dd className="m11">{shownPath(file.oldPath)}</dd>
            </>
          )}
          <dt>Change</dt>
          <dd>
            {file.change}
            {!file.isCounted && ', not counted by cargo vet'}
          </dd>
          <dt>Size</dt>
          <dd className="num">{sizeText(file)}</dd>
          <Hash title="Old sha256" hash={file.hashOld} />
          <Hash title="New sha256" hash={file.hashNew} />
        </dl>
      </section>
      {remarks.length > 0 && (
        <section className="sec">
          <h2 className="sh">Not shown as it is in the file</h2>
          <ul className="rv-remarks">
            {remarks.map(remark => (
              <li key={remark}>{remark}</li>
            ))}
          </ul>
        </section>
      )}
      <section className="sec">
        <h2 className="sh">
          Suspicious characters <span className="count">{suspicious.length}</span>
        </h2>
        {suspicious.length === 0 ? (
          <p className="t11 dim">No bidirectional, invisible or control characters in this file.</p>
        ) : (
          <SuspiciousList found={suspicious} onJump={props.onJump} />
        )}
      </section>
      <section className="sec">
        <h2 className="sh">Source</h2>
        <dl className="rv-facts">
          <Source title={review.delta.to} source={review.sourceNew} />
          {review.delta.from !== null && review.sourceOld !== null && (
            <Source title={review.delta.from} source={review.sourceOld} />
          )}
        </dl>
      </section>
    </>
  )
}

function SuspiciousList(props: {
  readonly found: readonly SuspiciousChar[]
  readonly onJump: (at: SuspiciousChar) => void
}) {
  return (
    <ul className="rv-suspects">
      {props.found.slice(0, 100).map((char, i) => (
        <li key={i}>
          <button onClick={() => props.onJump(char)}>
            <span className="rv-suspicious rv-code-point">{char.codePoint}</span>
            <span className="grow ell">{char.name}</span>
            <span className="dim num t11">
              {char.side} {char.line}:{char.column}
            </span>
          </button>
        </li>
      ))}
      {props.found.length > 100 && <li className="t11 dim">{count(props.found.length - 100, 'more character')}</li>}
    </ul>
  )
}

function sizeText(file: ReviewFile): string {
  const side = (size: number | null) => (size === null ? 'none' : count(size, 'byte'))
  return file.sizeOld === file.sizeNew ? side(file.sizeNew) : `${side(file.sizeOld)} → ${side(file.sizeNew)}`
}

function Hash({ title, hash }: { readonly title: string; readonly hash: string | null }) {
  if (hash === null) return null
  return (
    <>
      <dt>{title}</dt>
      <dd className="m11 rv-hash" title={hash}>
        {hash.slice(0, 16)}…
      </dd>
    </>
  )
}

const VERIFIED: Readonly<Record<Review['sourceNew']['verifiedBy'], string>> = {
  index: 'as the registry index states',
  lockfile: 'as Cargo.lock states',
  none: 'not compared with anything',
}

function Source({ title, source }: { readonly title: string; readonly source: Review['sourceNew'] }) {
  return (
    <>
      <dt className="m11">{title}</dt>
      <dd>
        <span className="m11 rv-hash" title={source.checksum}>
          {source.checksum.slice(0, 16)}…
        </span>
        <br />
        <span className={source.verifiedBy === 'none' ? 'warn' : 'ok'}>{VERIFIED[source.verifiedBy]}</span>
      </dd>
    </>
  )
}

interface InspectionState {
  readonly inspection: Inspection | null
  readonly failure: Failure | null
}

function useInspection(client: EngineClient, key: PackageKey | null): InspectionState {
  const [state, setState] = useState<InspectionState>({ inspection: null, failure: null })
  useEffect(() => {
    if (key === null) return
    let isCurrent = true
    void client.call('queue.inspect', { key }).then(answer => {
      if (!isCurrent) return
      setState(answer.ok ? { inspection: answer.value, failure: null } : { inspection: null, failure: answer.error })
    })
    return () => {
      isCurrent = false
    }
  }, [client, key])
  return state
}
