/**
 * The checklists for the criteria of this review. The question with the keyboard is answered with 1, 2 and 3; elsewhere
 * these keys answer units. What counting answers shows its count; a no needs a note.
 */
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import type { ChecklistGroup, ChecklistRow, ChecklistVerdict } from '../../shared/review-checklist.ts'
import { CriteriaChip } from '../parts/criteria-chip.tsx'
import { Icon } from '../parts/icon.tsx'
import { Meter } from '../parts/meter.tsx'
import { useSettings } from '../state/app-store.ts'
import { ChecklistEditor } from './checklist-editor.tsx'
import { CHECK_WORDS, isOpenRow } from './checklist-words.ts'
import type { ChecklistState } from './use-checklist.ts'
import { TabFailure } from './tab-failure.tsx'
import './checklist.css'

const VERDICTS = ['yes', 'no', 'not-applicable'] as const
const ICONS = { yes: 'ok', no: 'warn', 'not-applicable': 'minus' } as const

export function ChecklistTab({ state }: { readonly state: ChecklistState }) {
  const { list, failure, retry } = state
  const [edited, setEdited] = useState<string | null>(null)
  if (failure !== null) return <TabFailure failure={failure} onRetry={retry} />
  if (list === null) return <p className="rv-none">Reading the checklists…</p>
  return (
    <div className="rv-checks">
      {list.file.problems.length > 0 && (
        <div className="notice w rv-check-problems">
          <Icon name="warn" />
          <ul>
            {list.file.problems.slice(0, 5).map((problem, i) => (
              <li key={i}>
                <span className="m11">assay.toml{problem.line !== null && `:${problem.line}`}</span> {problem.message}
              </li>
            ))}
            {list.file.problems.length > 5 && <li>and {list.file.problems.length - 5} more</li>}
          </ul>
        </div>
      )}
      {list.groups.map(group =>
        edited === group.criteria ? (
          <ChecklistEditor
            key={`edit ${group.criteria}`}
            group={group}
            onSave={async items => {
              if (await state.save(group.criteria, items)) setEdited(null)
            }}
            onCancel={() => setEdited(null)}
          />
        ) : (
          <Group key={group.criteria} group={group} state={state} onEdit={() => setEdited(group.criteria)} />
        ),
      )}
    </div>
  )
}

const SOURCES: Readonly<Record<ChecklistGroup['source'], string>> = {
  file: 'from assay.toml',
  'built-in': 'Assay’s own questions',
  none: 'no questions yet',
}

function Group(props: { readonly group: ChecklistGroup; readonly state: ChecklistState; readonly onEdit: () => void }) {
  const { group, state } = props
  const total = group.rows.length
  return (
    <section className="rv-check-group" aria-label={`Checklist ${group.criteria}`}>
      <header className="row">
        <CriteriaChip name={group.criteria} />
        <span className="t11 dim ell">{SOURCES[group.source]}</span>
        <button className="btn q s right" aria-label={`Edit the checklist of ${group.criteria}`} onClick={props.onEdit}>
          Edit
        </button>
      </header>
      {total > 0 && (
        <div className="row t12">
          <span className="nw num">
            {group.answered} of {total} answered
          </span>
          <Meter done={group.answered} total={total} label={`${group.answered} of ${total} questions answered`} />
        </div>
      )}
      <ul>
        {group.rows.map(row => (
          <Row key={row.id} group={group} row={row} answer={state.answer} />
        ))}
      </ul>
    </section>
  )
}

function Row(props: {
  readonly group: ChecklistGroup
  readonly row: ChecklistRow
  readonly answer: ChecklistState['answer']
}) {
  const { group, row } = props
  const { singleKeys } = useSettings()
  const [noting, setNoting] = useState<ChecklistVerdict | null>(null)
  const item = useRef<HTMLLIElement>(null)
  const verdict = row.answer?.verdict ?? null
  const say = (said: ChecklistVerdict) => {
    if (said === verdict) void props.answer(group.criteria, row.id, null)
    else if (said === 'no') setNoting('no')
    else void props.answer(group.criteria, row.id, { verdict: said, note: '' })
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.repeat && /^[123]$/.test(event.key)) return
    if (event.target instanceof HTMLTextAreaElement || event.ctrlKey || event.altKey || event.metaKey) return
    const said = singleKeys && /^[123]$/.test(event.key) ? VERDICTS[Number(event.key) - 1] : undefined
    if (said !== undefined) say(said)
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') focusNext(item.current, event.key === 'ArrowDown')
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const done = async (note: string | null) => {
    // The field stays until what was written in it is kept.
    if (note !== null && noting !== null && !(await props.answer(group.criteria, row.id, { verdict: noting, note })))
      return
    setNoting(null)
    item.current?.focus()
  }
  return (
    <li className="rv-check" ref={item} tabIndex={0} aria-label={row.question} data-own-keys onKeyDown={onKey}>
      <p>{row.question}</p>
      {row.counted !== null && (
        <p className="t11 sub row">
          <Icon name={row.counted.isAnswer ? 'ok' : 'list'} className={row.counted.isAnswer ? 'ok' : ''} />
          {row.counted.text}
        </p>
      )}
      {row.answer !== null && row.answer.note !== '' && noting === null && (
        <p className={verdict === 'no' ? 't11 warn' : 't11 sub'}>{row.answer.note}</p>
      )}
      {noting !== null ? (
        <Note text={row.answer?.note ?? ''} isNeeded={noting === 'no'} onDone={note => void done(note)} />
      ) : (
        <div className="row" role="group" aria-label={row.question}>
          {VERDICTS.map((which, i) => (
            <button key={which} className="btn s" aria-pressed={verdict === which} onClick={() => say(which)}>
              {verdict === which && (
                <Icon name={ICONS[which]} className={which === 'not-applicable' ? '' : ICONS[which]} />
              )}
              {CHECK_WORDS[which]} {singleKeys && <kbd>{i + 1}</kbd>}
            </button>
          ))}
          {verdict !== null && (
            <button className="btn q s right" onClick={() => setNoting(verdict)}>
              Note
            </button>
          )}
          {verdict === null && isOpenRow(row) && <span className="t11 dim right">open</span>}
        </div>
      )}
    </li>
  )
}

/** Through the questions of all lists, in the order on screen. */
function focusNext(from: HTMLElement | null, isForward: boolean): void {
  const all = [...(from?.closest('.rv-checks')?.querySelectorAll<HTMLElement>('.rv-check') ?? [])]
  const at = from === null ? -1 : all.indexOf(from)
  all[at + (isForward ? 1 : -1)]?.focus()
}

/** Enter saves, Escape gives up, Shift Enter is a new line. */
function Note(props: {
  readonly text: string
  readonly isNeeded: boolean
  readonly onDone: (note: string | null) => void
}) {
  const [text, setText] = useState(props.text)
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => field.current?.focus(), [])
  const isMissing = props.isNeeded && text.trim() === ''
  return (
    <div className="rv-check-note">
      <textarea
        ref={field}
        className="inp"
        rows={2}
        maxLength={4_000}
        value={text}
        aria-label={props.isNeeded ? 'What is not so' : 'Note on the answer'}
        placeholder={props.isNeeded ? 'What is not so' : 'Note'}
        onChange={event => setText(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Escape') props.onDone(null)
          else if (event.key === 'Enter' && !event.shiftKey && !isMissing) props.onDone(text)
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
      />
      <div className="row">
        <button className="btn p s" disabled={isMissing} onClick={() => props.onDone(text)}>
          Save
        </button>
        <button className="btn q s" onClick={() => props.onDone(null)}>
          Cancel
        </button>
      </div>
    </div>
  )
}
