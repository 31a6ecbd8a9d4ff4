/**
 * Audits of this crate that others and this project recorded: what each one covered, its notes with the phrases marked
 * by which an author says that something was not read. Publishers vouched for and exemptions stand apart: for those
 * nobody read a version. Imported text is quoted as it is.
 */
import type { CrateName, Delta } from '../../shared/domain.ts'
import type { Failure } from '../../shared/failure.ts'
import type { Inspection, VouchedPublisher } from '../../shared/wire.ts'
import { CriteriaChip } from '../parts/criteria-chip.tsx'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon } from '../parts/icon.tsx'
import { changeText, count, listText, personName } from '../parts/words.ts'
import { hasCaveat, noteParts } from './caveats.ts'
import './earlier.css'

type Audit = Inspection['audits'][number]

export function EarlierTab(props: {
  readonly crate: CrateName
  readonly delta: Delta
  readonly inspection: Inspection | null
  readonly failure: Failure | null
}) {
  const { inspection } = props
  if (props.failure !== null) return <FailureNotice failure={props.failure} />
  if (inspection === null) return <p className="rv-none">Reading the audits…</p>
  const { audits, exemptions, publishers = [] } = inspection
  const caveats = audits.filter(({ edge }) => hasCaveat(edge.notes)).length
  return (
    <>
      <p className="rv-none">
        {audits.length === 0
          ? `Nobody whose audits you have recorded one of ${props.crate}.`
          : `${count(audits.length, 'audit')} by reading${caveats === 0 ? '.' : `, in ${caveats} the notes seem to leave something out.`}`}
      </p>
      <ul>
        {audits.map((audit, i) => (
          <AuditItem key={i} audit={audit} delta={props.delta} />
        ))}
      </ul>
      {publishers.length + exemptions.length > 0 && (
        <section aria-label="Not read">
          <h2 className="sh rv-unread-head">Vouched for without reading</h2>
          <ul>
            {publishers.map((row, i) => (
              <PublisherItem key={i} row={row} />
            ))}
            {exemptions.map((edge, i) => (
              <li key={`e${i}`} className="sec rv-audit rv-vouched">
                <div className="row wrap">
                  <span className="pill">exempted</span>
                  <span className="mono">{changeText(edge)}</span>
                  <Criteria names={edge.criteria} />
                </div>
                <Notes text={edge.notes} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

function AuditItem({ audit, delta }: { readonly audit: Audit; readonly delta: Delta }) {
  const { edge, isViolation, range } = audit
  const relation = isViolation ? null : relationText(edge, delta)
  return (
    <li className="sec rv-audit">
      <div className="row wrap">
        <span className="mono">{isViolation ? (range ?? '') : changeText(edge)}</span>
        {isViolation && <span className="err b">violation</span>}
        {hasCaveat(edge.notes) && (
          <span className="rv-badge warn">
            <Icon name="warn" />
            may be partial
          </span>
        )}
        <Criteria names={edge.criteria} />
      </div>
      <div className="t11 sub">
        {edge.who.length === 0 ? 'nobody named' : listText(edge.who.map(personName))}
        {edge.importName === null ? ', this project' : `, ${edge.importName}`}
        {relation !== null && <>. {relation}</>}
      </div>
      <Notes text={edge.notes} />
    </li>
  )
}

function PublisherItem({ row }: { readonly row: VouchedPublisher }) {
  return (
    <li className="sec rv-audit rv-vouched">
      <div className="row wrap">
        <span className="pill">{row.kind === 'wildcard' ? 'wildcard' : 'trusted'}</span>
        <span className="b ell">{row.publisher}</span>
        <Criteria names={row.criteria} />
      </div>
      <div className="t11 sub">
        Whatever they publish from {row.start} until {row.end}
        {row.who.length > 0 && `, says ${listText(row.who.map(personName))}`}
        {row.importName === null ? ', this project' : `, ${row.importName}`}
      </div>
      <Notes text={row.notes} />
    </li>
  )
}

function Criteria({ names }: { readonly names: readonly string[] }) {
  return names.map(name => <CriteriaChip key={name} name={name} />)
}

function Notes({ text }: { readonly text: string | null }) {
  if (text === null) return null
  return (
    <blockquote>
      {noteParts(text).map((part, i) => (part.isCaveat ? <mark key={i}>{part.text}</mark> : part.text))}
    </blockquote>
  )
}

/** How what an audit covered lies to the change on screen; null when they do not meet. */
export function relationText(edge: Delta, delta: Delta): string | null {
  if (edge.from === delta.from && edge.to === delta.to) return 'Covers this very change'
  if (edge.from === null && edge.to === delta.to) return 'Read this version in full'
  if (edge.to === delta.from) return edge.from === null ? 'Read the base in full' : 'Leads to the base of this change'
  if (edge.to === delta.to) return 'Leads to this version'
  if (edge.from === delta.to) return 'Goes on from this version'
  if (delta.from !== null && edge.from === delta.from) return 'Starts where this change starts'
  return null
}
