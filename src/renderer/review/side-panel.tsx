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
import { EarlierTab } from './earlier-tab.tsx'
import { FileTab } from './file-tab.tsx'

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
  readonly history: ReactNode
  readonly movesCut: string | null
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
      <div className="rv-tabs">
        <div className="rv-tablist" role="tablist" aria-label="Details">
          <Tab id="units" now={tab} onTab={onTab} text="Units" number={props.openUnits} />
          <Tab id="notes" now={tab} onTab={onTab} text="Notes" number={props.openNotes || null} />
          <Tab id="provenance" now={tab} onTab={onTab} text="Provenance" number={null} />
          {props.packageOfQueue !== null && (
            <Tab id="audits" now={tab} onTab={onTab} text="Earlier" number={auditCount} />
          )}
          <Tab id="checklist" now={tab} onTab={onTab} text="Checklist" number={props.openChecks || null} />
          <IconTab id="file" now={tab} onTab={onTab} text="File" title="Facts and history of the file" />
          <IconTab id="find" now={tab} onTab={onTab} text="Find" title="Find in the whole crate" />
        </div>
        {props.onClose !== null && (
          <button className="rv-icon-tab" aria-label="Close details" onClick={props.onClose}>
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
          <FileTab
            client={props.client}
            review={props.review}
            file={props.file}
            diff={props.diff}
            history={props.history}
            movesCut={props.movesCut}
            onJump={props.onJump}
          />
        ) : (
          <EarlierTab crate={props.review.crate} delta={props.review.delta} {...audits} />
        )}
      </div>
    </aside>
  )
}

interface TabProps {
  readonly id: PanelTab
  readonly now: PanelTab
  readonly onTab: (tab: PanelTab) => void
  readonly text: string
}

function Tab({ id, now, onTab, text, number }: TabProps & { readonly number: number | null }) {
  return (
    <button
      role="tab"
      className={id === 'provenance' ? 'rv-long-tab' : undefined}
      aria-selected={id === now}
      title={text}
      onClick={() => onTab(id)}
    >
      <span className="ell">{text}</span> {number !== null && <b className="num">{number > 999 ? '999+' : number}</b>}
    </button>
  )
}

/** What is looked at now and then has an icon: all tabs fit in one row. */
function IconTab({ id, now, onTab, text, title }: TabProps & { readonly title: string }) {
  return (
    <button
      role="tab"
      className="rv-icon-tab"
      aria-selected={id === now}
      aria-label={text}
      title={title}
      onClick={() => onTab(id)}
    >
      <Icon name={id === 'find' ? 'search' : 'file'} />
    </button>
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
