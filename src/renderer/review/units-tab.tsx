/**
 * The units of the review by kind: what needs a look of its own, each to be answered. The row with the keyboard is the
 * current unit; its answers stand below it. What could not be parsed is said at the bottom, never left out.
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { isOwed, MAX_UNIT_NOTE, type Unit, type UnitList, type UnitVerdict } from '../../shared/review-units.ts'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { Meter } from '../parts/meter.tsx'
import { TooLong } from '../parts/too-long.tsx'
import { count, number, personName } from '../parts/words.ts'
import { shownPath } from './shown-path.ts'
import { isOpen, KIND_WORDS, snippetText, unitRows, VERDICT_WORDS, type UnitFilter } from './unit-words.ts'
import type { UnitsState } from './use-units.ts'
import { TabFailure } from './tab-failure.tsx'

export interface UnitsTabProps {
  readonly units: UnitsState
  readonly current: string | null
  /** A concern waits for its note. */
  readonly isNoting: boolean
  readonly onCurrent: (unit: Unit) => void
  readonly onAnswer: (unit: Unit, verdict: UnitVerdict | null) => void
  readonly onNote: (unit: Unit, note: string | null) => void
}

/** Not drawn again with the page, which marks and keys change. */
export const UnitsTab = memo(function UnitsTab(props: UnitsTabProps) {
  const { list, failure, retry } = props.units
  const [filter, setFilter] = useState<UnitFilter>('open')
  const shown = useShownUnits(list, filter, props.current)
  if (failure !== null) return <TabFailure failure={failure} onRetry={retry} />
  if (list === null) return <p className="rv-none">Looking through the files…</p>
  return (
    <div className="rv-units">
      <HowManyAnswered list={list} filter={filter} onFilter={setFilter} />
      <div
        className="rv-units-list"
        ref={shown.scroller}
        tabIndex={0}
        role={shown.rows.length === 0 ? undefined : 'list'}
        aria-label="Units"
        onKeyDown={event => onListKey(event, shown, props.onCurrent)}
      >
        {shown.rows.length === 0 && <p className="rv-none">{emptyText(list, filter)}</p>}
        <UnitPlaces {...props} shown={shown} />
      </div>
      <Unparsed list={list} />
    </div>
  )
})

/** The rows of the filter, those of them on screen, and where the current unit is among them. */
function useShownUnits(list: UnitList | null, filter: UnitFilter, current: string | null) {
  const rows = useMemo(() => unitRows(list?.units ?? [], filter, current), [list, filter, current])
  const scroller = useRef<HTMLDivElement>(null)
  // Stable functions: a new one makes the virtualizer lay every row out again.
  const getScrollElement = useCallback(() => scroller.current, [])
  const estimateSize = useCallback((i: number) => (rows[i]?.kind === 'group' ? 30 : 42), [rows])
  const getItemKey = useCallback(
    (i: number) => {
      const row = rows[i]
      return row === undefined ? i : row.kind === 'group' ? `g:${row.id}` : row.unit.id
    },
    [rows],
  )
  const virtual = useVirtualizer({
    ...{ count: rows.length, overscan: 8 },
    ...{ getScrollElement, estimateSize, getItemKey },
  })
  const at = rows.findIndex(row => row.kind === 'unit' && row.unit.id === current)
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' })
    // Only another current unit scrolls: rows change with every answer.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [current])
  return { rows, scroller, virtual, at }
}

type ShownUnits = ReturnType<typeof useShownUnits>

function onListKey(event: KeyboardEvent, { rows, at }: ShownUnits, onCurrent: UnitsTabProps['onCurrent']): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (step === 0 || (event.target as HTMLElement).tagName === 'TEXTAREA') return
  for (let i = at + step; i >= 0 && i < rows.length; i += step) {
    const row = rows[i]
    if (row?.kind !== 'unit') continue
    onCurrent(row.unit)
    break
  }
  event.preventDefault()
}

function HowManyAnswered(props: {
  readonly list: UnitList
  readonly filter: UnitFilter
  readonly onFilter: (filter: UnitFilter) => void
}) {
  const duty = props.list.units.filter(isOwed)
  const answered = duty.filter(unit => unit.answer !== null).length
  return (
    <div className="rv-units-top">
      <span className="nw">
        <b className="num">{number(answered)}</b> of <b className="num">{number(duty.length)}</b> answered
      </span>
      <Meter done={answered} total={Math.max(1, duty.length)} label={`${answered} of ${duty.length} units answered`} />
      <span className="seg right" role="group" aria-label="Which units">
        {(['open', 'all'] as const).map(which => (
          <button key={which} aria-pressed={props.filter === which} onClick={() => props.onFilter(which)}>
            {which === 'open' ? `Open ${number(duty.length - answered)}` : 'All'}
          </button>
        ))}
      </span>
    </div>
  )
}

function UnitPlaces(props: UnitsTabProps & { readonly shown: ShownUnits }) {
  const { rows, virtual } = props.shown
  return (
    <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
      {virtual.getVirtualItems().map(item => {
        const row = rows[item.index]
        if (row === undefined) return null
        return (
          <div
            key={item.key}
            data-index={item.index}
            ref={virtual.measureElement}
            className="rv-unit-place"
            style={{ top: item.start }}
            role="listitem"
          >
            {row.kind === 'group' ? (
              <h2 className="rv-unit-group">
                {row.title}{' '}
                <span className="count">
                  {number(row.open)} open of {number(row.total)}
                </span>
              </h2>
            ) : (
              <UnitRowView {...props} unit={row.unit} isCurrent={row.unit.id === props.current} />
            )}
          </div>
        )
      })}
    </div>
  )
}

function emptyText(list: UnitList, filter: UnitFilter): string {
  if (list.units.length === 0)
    return 'No unit was found in the changed files. Words are looked for; this proves nothing.'
  return filter === 'open' ? 'No unit is open.' : ''
}

function UnitRowView(props: {
  readonly unit: Unit
  readonly isCurrent: boolean
  readonly isNoting: boolean
  readonly onCurrent: (unit: Unit) => void
  readonly onAnswer: (unit: Unit, verdict: UnitVerdict | null) => void
  readonly onNote: (unit: Unit, note: string | null) => void
}) {
  const { unit, isCurrent } = props
  return (
    <div className={isCurrent ? 'rv-unit on' : 'rv-unit'} data-unit={unit.id}>
      <button className="rv-unit-head" aria-current={isCurrent} onClick={() => props.onCurrent(unit)}>
        <AnswerGlyph unit={unit} />
        <span className="grow">
          <UnitText unit={unit} isCurrent={isCurrent} />
          <AnswerText unit={unit} isCurrent={isCurrent} />
        </span>
      </button>
      {isCurrent && !props.isNoting && (
        <span className="rv-unit-answers">
          <Answer {...props} verdict="fine" command="review.unitOk" icon="ok" />
          <Answer {...props} verdict="concern" command="review.unitConcern" icon="warn" />
          <Answer {...props} verdict="not-applicable" command="review.unitNa" icon="minus" />
        </span>
      )}
      {isCurrent && props.isNoting && <ConcernNote unit={unit} onNote={props.onNote} />}
    </div>
  )
}

/** Where it stands, its words, and what it is unless that shows. */
function UnitText({ unit, isCurrent }: { readonly unit: Unit; readonly isCurrent: boolean }) {
  const name = unit.path.slice(unit.path.lastIndexOf('/') + 1)
  return (
    <>
      <span className="row">
        <span className="m11 ell" title={shownPath(unit.path)}>
          {shownPath(name)}
          {unit.line > 0 && `:${unit.line}`}
        </span>
        <span className="right t11 dim nw">
          {unit.isOptional && 'optional '}
          {unit.change === 'changed' ? 'changed' : unit.change === 'unchanged' ? 'unchanged' : ''}
          {unit.places > 1 && ` ${number(unit.places)} places`}
        </span>
      </span>
      <span className="m11 dim ell rv-unit-text">{snippetText(unit)}</span>
      {(unit.certainty !== 'parsed' || isCurrent || unit.kind === 'non-ascii-name') && (
        <span className="t11 dim ell rv-unit-text">
          {unit.certainty !== 'parsed' && <Icon name="unknown" className="unk" />} {KIND_WORDS[unit.kind]}
          {unit.item !== null && ` in ${unit.item}`}
          {unit.certainty === 'words' && ', seen by its words only'}
          {unit.certainty === 'unknown' && ', what it is cannot be told'}
        </span>
      )}
    </>
  )
}

function AnswerText({ unit: { answer }, isCurrent }: { readonly unit: Unit; readonly isCurrent: boolean }) {
  if (answer === null) return null
  return (
    <>
      {answer.note !== '' && (
        <span className={answer.verdict === 'concern' ? 't11 warn' : 't11 sub'}>
          {VERDICT_WORDS[answer.verdict]}: {answer.note}
        </span>
      )}
      {isCurrent && answer.version !== '' && (
        <span className="t11 dim">
          {personName(answer.who)}, in {answer.version}
        </span>
      )}
    </>
  )
}

function AnswerGlyph({ unit }: { readonly unit: Unit }) {
  const verdict = unit.answer?.verdict ?? null
  const label =
    verdict === null
      ? isOpen(unit)
        ? 'open'
        : unit.isOptional
          ? 'optional, not answered'
          : 'unchanged, not answered'
      : VERDICT_WORDS[verdict]
  return (
    <span className="rv-unit-glyph" role="img" aria-label={label} title={label}>
      {verdict === null ? (
        <span className={isOpen(unit) ? 'rv-ring' : 'rv-ring faint'} />
      ) : (
        <Icon
          name={verdict === 'fine' ? 'ok' : verdict === 'concern' ? 'warn' : 'minus'}
          className={verdict === 'fine' ? 'ok' : verdict === 'concern' ? 'warn' : 'dim'}
        />
      )}
    </span>
  )
}

function Answer(props: {
  readonly unit: Unit
  readonly verdict: UnitVerdict
  readonly command: 'review.unitOk' | 'review.unitConcern' | 'review.unitNa'
  readonly icon: 'ok' | 'warn' | 'minus'
  readonly onAnswer: (unit: Unit, verdict: UnitVerdict | null) => void
}) {
  const isOn = props.unit.answer?.verdict === props.verdict
  return (
    <button
      className="btn s"
      aria-pressed={isOn}
      onClick={() => props.onAnswer(props.unit, isOn ? null : props.verdict)}
    >
      <Icon name={props.icon} className={props.icon === 'minus' ? '' : props.icon} />
      {VERDICT_WORDS[props.verdict]} <Keys of={props.command} />
    </button>
  )
}

/** Enter saves, Escape gives up, Shift Enter is a new line. */
function ConcernNote(props: { readonly unit: Unit; readonly onNote: (unit: Unit, note: string | null) => void }) {
  const [text, setText] = useState(props.unit.answer?.note ?? '')
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => field.current?.focus(), [])
  const isEmpty = text.trim() === '' || text.length > MAX_UNIT_NOTE
  return (
    <span className="rv-unit-note">
      <textarea
        ref={field}
        className="inp"
        rows={3}
        value={text}
        aria-label="What is the concern"
        placeholder="What is the concern"
        onChange={event => setText(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Escape') props.onNote(props.unit, null)
          else if (event.key === 'Enter' && !event.shiftKey && !isEmpty) props.onNote(props.unit, text)
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
      />
      <TooLong length={text.length} max={MAX_UNIT_NOTE} />
      <span className="row">
        <button className="btn p s" disabled={isEmpty} onClick={() => props.onNote(props.unit, text)}>
          Save concern
        </button>
        <button className="btn q s" onClick={() => props.onNote(props.unit, null)}>
          Cancel
        </button>
      </span>
    </span>
  )
}

function Unparsed({ list }: { readonly list: UnitList }) {
  const macros = list.files.filter(file => file.macroBodies > 0).length
  const broken = list.files.filter(file => file.state === 'partly' || file.state === 'unknown')
  if (macros === 0 && broken.length === 0 && !list.isCut) return null
  return (
    <footer className="rv-units-foot t11 sub">
      <Icon name="unknown" className="unk" />
      <span>
        {macros > 0 && `Macro bodies are looked through word by word, not parsed (${count(macros, 'file')}). `}
        {broken.length > 0 &&
          `${count(broken.length, 'file')} not fully parsed: ${broken
            .slice(0, 3)
            .map(file => `${shownPath(file.path)} (${file.reason ?? 'no reason known'})`)
            .join(', ')}${broken.length > 3 ? ' and more' : ''}. `}
        {list.isCut && 'There are more units than are listed.'}
      </span>
    </footer>
  )
}
