/** Left half of the certify sheet: criteria, what was read, who, notes. */
import { useState } from 'react'
import type { CriteriaName } from '../../shared/domain.ts'
import type { CertifyPlan } from '../../shared/wire.ts'
import { CriteriaChip } from '../parts/criteria-chip.tsx'
import { Icon } from '../parts/icon.tsx'
import { Meter } from '../parts/meter.tsx'
import { count, number } from '../parts/words.ts'
import { SignOffPanel } from '../team/sign-off-panel.tsx'
import { ProvenanceNotice } from './provenance-notice.tsx'
import { EvidenceFields } from './evidence-fields.tsx'
import { LeftOpen } from './left-open.tsx'
import type { EvidenceState } from './use-evidence.ts'
import type { CertifyState } from './use-plan.ts'

type PlanCriteria = CertifyPlan['criteria'][number]

/** The first sentence, cut before a list or a second paragraph, and whether there is more. */
export function firstSentence(description: string): { readonly first: string; readonly hasMore: boolean } {
  const whole = description.trim()
  const paragraph = (whole.split(/\n\s*(?:\n|[*-] )/)[0] ?? whole).replace(/\s+/g, ' ').trim()
  const end = /[.!?](?=\s+[A-Z(])/.exec(paragraph)
  const first = (end === null ? paragraph : paragraph.slice(0, end.index + 1)).replace(/,? such as:$|:$/, ' …')
  return { first, hasMore: first !== whole.replace(/\s+/g, ' ') }
}

function Criterion(props: {
  readonly criterion: PlanCriteria
  readonly isChecked: boolean
  readonly onToggle: (name: CriteriaName) => void
}) {
  const { criterion, isChecked } = props
  const [isWhole, setWhole] = useState(false)
  const { first, hasMore } = firstSentence(criterion.description)
  const id = `criterion-${criterion.name}`
  return (
    <li className={isChecked ? 'cc on' : 'cc'}>
      <input
        type="checkbox"
        id={id}
        checked={isChecked}
        aria-describedby={`${id}-text`}
        onChange={() => props.onToggle(criterion.name)}
      />
      <div className="grow">
        <label className="row wrap" htmlFor={id} style={{ gap: 8 }}>
          <CriteriaChip name={criterion.name} />
          <span className="t11 dim">{criterion.implies.length === 0 ? 'implies nothing' : 'implies'}</span>
          {criterion.implies.map(name => (
            <CriteriaChip key={name} name={name} />
          ))}
          <span className={criterion.isMissing ? 't11 warn right' : 't11 dim right'}>
            {criterion.isMissing ? 'missing' : 'not required here'}
          </span>
        </label>
        <div className="t12 sub pre" id={`${id}-text`} style={{ marginTop: 4 }}>
          {isWhole ? criterion.description.trim() : first}{' '}
          {hasMore && (
            <button className="link t12" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
              {isWhole ? 'less' : 'more'}
            </button>
          )}
        </div>
      </div>
    </li>
  )
}

function Figure(props: { readonly label: string; readonly done: number; readonly total: number }) {
  return (
    <div>
      <div className="t11 sub">{props.label}</div>
      <div className="nb num">
        {number(props.done)} <span className="dim">of {number(props.total)}</span>
      </div>
      <Meter done={props.done} total={Math.max(props.total, 1)} label={props.label} />
    </div>
  )
}

const UNREAD_SHOWN = 4

function WhatYouRead(props: {
  readonly read: CertifyPlan['read']
  /** Null: not looked for. */
  readonly units: { readonly answered: number; readonly total: number } | null
  readonly onRead: () => void
}) {
  const { read, units, onRead } = props
  if (read === null)
    return (
      <div className="notice w">
        <Icon name="warn" />
        <div>
          <b className="med">Nothing was read here.</b> The review of this change was never opened in Assay, so what was
          read is not known.{' '}
          <button className="link" onClick={onRead}>
            Open the review
          </button>
        </div>
      </div>
    )
  const rest = read.unread.length - UNREAD_SHOWN
  const { optional } = read
  const open = read.filesTotal - read.files
  const openOptional = optional === undefined ? 0 : optional.filesTotal - optional.files
  return (
    <>
      <div className="rd3">
        <Figure label="Files" done={read.files} total={read.filesTotal} />
        <Figure label="Lines" done={read.lines} total={read.linesTotal} />
        {units !== null && units.total > 0 && (
          <Figure label="Units answered" done={units.answered} total={units.total} />
        )}
      </div>
      {optional !== undefined && optional.filesTotal > 0 && (
        <p className="t12 sub num" style={{ margin: '8px 0 0' }}>
          Required {number(read.files - optional.files)} of {count(read.filesTotal - optional.filesTotal, 'file')},
          optional {number(optional.files)} of {number(optional.filesTotal)}
        </p>
      )}
      {open > 0 && (
        <div className="notice w" style={{ marginTop: 10 }}>
          <Icon name="warn" />
          <div>
            <b className="med">
              {count(open, 'file is', 'files are')} unread
              {openOptional === open ? ', none of them required' : openOptional > 0 ? `, ${openOptional} optional` : ''}
              :
            </b>{' '}
            <span className="m11">{read.unread.slice(0, UNREAD_SHOWN).join(', ')}</span>
            {rest > 0 && ` and ${rest} more`}. Say so in the notes, or{' '}
            <button className="link" onClick={onRead}>
              read {open === 1 ? 'it' : 'them'} now
            </button>
            .
          </div>
        </div>
      )}
    </>
  )
}

/** The keyboard is in the notes, and the sheet is still read from its top. */
const focusInPlace = (field: HTMLTextAreaElement | null) => field?.focus({ preventScroll: true })

const whoSources: Readonly<Record<CertifyPlan['whoSource'], string>> = {
  git: 'From git config, user.name and user.email',
  given: 'As written here; several people one a line',
  missing: 'git has no user.name or user.email; write “Name <address>”',
}

export function CertifyForm(props: {
  readonly state: CertifyState
  readonly plan: CertifyPlan
  readonly evidence: EvidenceState
  readonly onRead: () => void
}) {
  const { state, plan } = props
  const { form, edit } = state
  const chosen = form.criteria ?? plan.criteria.filter(c => c.isSelected).map(c => c.name)
  const toggle = (name: CriteriaName) => {
    const isOn = chosen.includes(name)
    edit({
      criteria: plan.criteria.map(c => c.name).filter(other => (other === name ? !isOn : chosen.includes(other))),
    })
  }
  const who = form.who ?? plan.who.join('\n')
  return (
    <section className="form scroll" aria-label="Audit" data-region="form">
      <fieldset>
        <legend className="bh">Criteria</legend>
        <ul className="ccs">
          {plan.criteria.map(criterion => (
            <Criterion
              key={criterion.name}
              criterion={criterion}
              isChecked={chosen.includes(criterion.name)}
              onToggle={toggle}
            />
          ))}
        </ul>
      </fieldset>
      <div>
        <h2 className="bh">What you read</h2>
        <WhatYouRead read={plan.read} units={state.review?.units ?? null} onRead={props.onRead} />
        <ProvenanceNotice crate={plan.request.crate} version={plan.request.delta.to} />
      </div>
      <div>
        <label className="bh" htmlFor="certify-who">
          Who
        </label>
        <textarea
          id="certify-who"
          className="inp who"
          rows={Math.max(1, who.split('\n').length)}
          spellCheck={false}
          aria-invalid={plan.whoSource === 'missing'}
          aria-describedby="certify-who-source"
          value={who}
          onChange={event => edit({ who: event.target.value })}
        />
        <div
          className={plan.whoSource === 'missing' ? 't11 err' : 't11 dim'}
          id="certify-who-source"
          style={{ marginTop: 4 }}
        >
          {whoSources[plan.whoSource]}
        </div>
      </div>
      <SignOffPanel crate={plan.request.crate} delta={plan.request.delta} criteria={chosen} />
      <EvidenceFields evidence={props.evidence} notes={form.notes} edit={edit} />
      <div className="notes">
        <div className="row">
          <label className="bh" htmlFor="certify-notes">
            Notes <span className="t11 dim">optional, written into audits.toml</span>
          </label>
          {state.review !== null && state.review.text !== '' && (
            <button
              className="link t12 right"
              disabled={form.notes === state.review.text}
              title="Put in what the review knows: published notes, what was read, units"
              onClick={state.rebuildNotes}
            >
              Rebuild notes
            </button>
          )}
        </div>
        <LeftOpen state={state} unread={plan.read?.unread.length ?? 0} onRead={props.onRead} />
        <textarea
          id="certify-notes"
          className="inp mono"
          data-region-focus
          ref={focusInPlace}
          value={form.notes}
          onChange={event => edit({ notes: event.target.value })}
        />
      </div>
    </section>
  )
}
