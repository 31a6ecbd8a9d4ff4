/** Everything known about the selected package: audit path, alternatives, audits by others, publisher. */
import { useState } from 'react'
import { deltaText } from '../../shared/domain.ts'
import type { Inspection, QueueItem } from '../../shared/wire.ts'
import { runCommand } from '../commands/command-table.ts'
import { ProvenanceFact } from '../provenance/provenance-fact.tsx'
import { CriteriaChip } from '../parts/criteria-chip.tsx'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { changeText, listText, personName } from '../parts/words.ts'
import { useAppStore } from '../state/app-store.ts'
import { Alternatives } from './alternatives.tsx'
import { PathGraph } from './path-graph.tsx'
import { RiskFacts } from './risk-facts.tsx'
import { edgeKind } from './path-rows.ts'
import { TeamSection } from '../team/thread.tsx'
import type { QueueRow } from '../team/views.ts'
import { useInspection } from './use-inspection.ts'

const AUDITS_SHOWN = 6

function AuditRow({ entry }: { readonly entry: Inspection['audits'][number] }) {
  const { edge, isViolation } = entry
  const who = edge.who.map(personName)
  return (
    <li className="oa">
      <div className="row t12 top">
        <b className="med nw">{edge.importName ?? 'this workspace'}</b>
        <span className="m11 sub">
          {isViolation
            ? `violation ${entry.range ?? ''}`
            : edge.kind === 'wildcard' || edge.kind === 'trusted'
              ? edgeKind(edge)
              : changeText(edge)}
        </span>
        <span className="right chips">
          {edge.criteria.map(name => (
            <CriteriaChip key={name} name={name} />
          ))}
        </span>
      </div>
      <div className={isViolation ? 't11 err' : 't11 sub'}>
        {who.length > 0 && `${listText(who)}${edge.notes === null ? '. ' : ': '}`}
        {edge.notes === null ? <span className="dim">No notes.</span> : <q className="quote">{edge.notes}</q>}
      </div>
    </li>
  )
}

function Audits({ inspection }: { readonly inspection: Inspection }) {
  const [isWhole, setWhole] = useState(false)
  const { audits } = inspection
  const shown = isWhole ? audits : audits.slice(0, AUDITS_SHOWN)
  return (
    <section className="sec" aria-label="Audits of this crate">
      <h2 className="sh">Audits of {inspection.crate}</h2>
      {audits.length === 0 && <p className="t12 dim">None in this store and its imports.</p>}
      <ul>
        {shown.map((entry, i) => (
          <AuditRow key={i} entry={entry} />
        ))}
      </ul>
      {audits.length > shown.length && (
        <button className="link t11" style={{ marginTop: 6 }} onClick={() => setWhole(true)}>
          Show all {audits.length}
        </button>
      )}
    </section>
  )
}

function PathSection({ inspection, item }: { readonly inspection: Inspection; readonly item: QueueItem | null }) {
  const chosen = useAppStore(s => s.chosenDeltas.get(inspection.key) ?? null)
  const shown = chosen ?? item?.delta ?? inspection.path.missing?.delta ?? null
  const alternative = inspection.alternatives.find(a => shown !== null && deltaText(a.delta) === deltaText(shown))
  const size =
    item !== null && item.delta !== null && shown !== null && deltaText(item.delta) === deltaText(shown)
      ? item.size
      : (alternative?.size ?? null)
  const hasFull =
    inspection.path.missing !== null &&
    (shown?.from ?? null) !== null &&
    inspection.alternatives.some(a => a.delta.from === null)
  return (
    <section className="sec" aria-label="Audit path">
      <h2 className="sh">
        Audit path<span className="right dim">solved from the stored imports</span>
      </h2>
      <PathGraph
        key={inspection.key}
        inspection={inspection}
        chosen={shown}
        size={size}
        isExempted={item?.because === 'exempted'}
        arc={hasFull ? 'or a full audit' : null}
      />
      <Alternatives key={`alternatives ${inspection.key}`} inspection={inspection} />
    </section>
  )
}

function Facts({ inspection }: { readonly inspection: Inspection }) {
  return (
    <section className="sec t12" aria-label="Facts">
      <dl className="facts">
        <dt className="dim">Publisher</dt>
        <dd>{inspection.publisher ?? <span className="dim">not stated in imports.lock</span>}</dd>
        <dt className="dim">Needed by</dt>
        <dd>{inspection.neededBy.length > 0 ? inspection.neededBy.join(', ') : 'the workspace itself'}</dd>
        {inspection.exemptions.length > 0 && (
          <>
            <dt className="dim">Exempted</dt>
            <dd className="warn">
              {inspection.exemptions.map(edge => `${changeText(edge)} for ${edge.criteria.join(', ')}`).join('; ')}
            </dd>
          </>
        )}
      </dl>
    </section>
  )
}

export function Inspector({ item, generation }: { readonly item: QueueRow | null; readonly generation: number }) {
  const { inspection, failure } = useInspection(item === null || item.isSettled === true ? null : item.key, generation)
  if (item === null)
    return (
      <aside className="insp" aria-label="Inspector" data-region="inspector">
        <p className="center t12 sub">Select a package to see its audit path.</p>
      </aside>
    )
  return (
    <aside className="insp" aria-label={`Inspector: ${item.crate} ${item.version}`} data-region="inspector">
      <div className="sec head">
        <div className="row">
          <b className="t15 ell">{item.crate}</b>
          <span className="mono sub ell">{item.delta === null ? item.version : changeText(item.delta)}</span>
          <button
            className="btn s q icon right shut"
            aria-label="Hide inspector"
            onClick={() => runCommand('queue.inspector')}
          >
            <Icon name="close" className="sm" />
          </button>
        </div>
        <div className="row" style={{ marginTop: 10, gap: 6 }}>
          <button className="btn p grow" disabled={item.delta === null} onClick={() => runCommand('queue.review')}>
            Review <Keys of="queue.review" />
          </button>
          <button className="btn" disabled={item.delta === null} onClick={() => runCommand('queue.certify')}>
            Certify
          </button>
        </div>
      </div>
      <div className="scroll grow" tabIndex={-1}>
        {failure !== null && (
          <div className="sec">
            <FailureNotice failure={failure} />
          </div>
        )}
        {item.size.state === 'unknown' && (
          <div className="sec">
            <FailureNotice failure={item.size.failure} tone="w" lead="Size unknown" />
          </div>
        )}
        {inspection !== null && (
          <>
            <PathSection inspection={inspection} item={item} />
            <TeamSection item={item} />
            <RiskFacts of={inspection.key} />
            <ProvenanceFact of={inspection.key} />
            <Audits key={inspection.key} inspection={inspection} />
            <Facts inspection={inspection} />
          </>
        )}
        {item.isSettled === true && <TeamSection item={item} />}
      </div>
    </aside>
  )
}
