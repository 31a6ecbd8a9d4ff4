/**
 * The list of what was found in the whole crate: matches of a search, definitions or references of a name. The list has
 * the keys of every list here; Enter goes there, Escape goes back to where one was.
 */
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useLayoutEffect, useRef, type KeyboardEvent, type RefObject } from 'react'
import type { SearchQuery } from '../../shared/review-aids.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { number } from '../parts/words.ts'
import { definitionsText, findingsText, notSearchedText, type FindRow } from './find-rows.ts'
import { shownPath, splitPath } from './shown-path.ts'
import type { Found, FoundList } from './use-found.ts'

const OPTIONS = [
  ['isCase', 'Aa', 'Match case'],
  ['isWord', 'W', 'Whole words'],
  ['isRegex', '.*', 'Regular expression'],
] as const

export interface FindTabProps extends Pick<FoundList, 'found' | 'rows' | 'current' | 'isBusy' | 'failure' | 'focus'> {
  readonly query: SearchQuery
  readonly hasOldSide: boolean
  readonly onQuery: (query: SearchQuery) => void
  readonly onSearch: () => void
  readonly onCurrent: (index: number) => void
  readonly onOpen: (index: number) => void
  readonly onStep: (by: 1 | -1) => void
  readonly onLeave: () => void
}

export function FindTab(props: FindTabProps) {
  const { query } = props
  const { field, scroller, virtual } = useFindList(props)
  return (
    <div className="rv-seek">
      <div className="rv-seek-top">
        <div className="row">
          <input
            ref={field}
            className="inp grow mono"
            aria-label="Find in the whole crate"
            placeholder="Find in the whole crate"
            spellCheck={false}
            maxLength={1_000}
            value={query.pattern}
            onChange={event => props.onQuery({ ...query, pattern: event.target.value })}
            onKeyDown={event => onFieldKey(event, props, scroller.current)}
          />
          <HowToCompare query={query} onQuery={props.onQuery} />
        </div>
        {props.hasOldSide && <WhichVersion query={query} onQuery={props.onQuery} />}
        {props.failure !== null && <FailureNotice failure={props.failure} />}
        <Summary found={props.found} isBusy={props.isBusy} />
      </div>
      <FoundRows {...props} scroller={scroller} virtual={virtual} />
    </div>
  )
}

type List = Virtualizer<HTMLDivElement, Element>

/** The rows on screen, and the keyboard where it is wished for. */
function useFindList({ rows, current, focus }: FindTabProps) {
  const field = useRef<HTMLInputElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  // Another function with other rows: else as many rows of another kind would keep the heights of the former ones.
  const getItemKey = useCallback((i: number) => `${rows[i]?.kind ?? 'none'} ${i}`, [rows])
  const virtual: List = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: i => heightOf(rows[i]),
    getItemKey,
    overscan: 12,
  })
  // Together with what was found: a key that answers what is on screen must not fall into the field.
  useLayoutEffect(() => {
    if (focus.turn === 0) return
    if (focus.on === 'list') scroller.current?.focus()
    else {
      field.current?.focus()
      field.current?.select()
    }
  }, [focus])
  useEffect(() => {
    if (current >= 0) virtual.scrollToIndex(current, { align: 'auto' })
    // Only another current row scrolls.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [current, rows])
  return { field, scroller, virtual }
}

function onFieldKey(event: KeyboardEvent, props: FindTabProps, list: HTMLDivElement | null): void {
  if (event.key === 'Enter') props.onSearch()
  else if (event.key === 'ArrowDown' && props.rows.length > 0) list?.focus()
  else if (event.key === 'Escape') props.onLeave()
  else return
  event.preventDefault()
}

function onListKey(event: KeyboardEvent, { current, onStep, onOpen, onLeave }: FindTabProps): void {
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key]
  if (event.ctrlKey || event.altKey || event.metaKey) return
  if (step === 1 || step === -1) onStep(step)
  else if (event.key === 'Enter' && current >= 0) onOpen(current)
  else if (event.key === 'Escape') onLeave()
  else return
  event.preventDefault()
}

function HowToCompare({ query, onQuery }: Pick<FindTabProps, 'query' | 'onQuery'>) {
  return (
    <span className="seg" role="group" aria-label="How to compare">
      {OPTIONS.map(([id, text, title]) => (
        <button
          key={id}
          title={title}
          aria-label={title}
          aria-pressed={query[id]}
          onClick={() => onQuery({ ...query, [id]: !query[id] })}
        >
          {text}
        </button>
      ))}
    </span>
  )
}

function WhichVersion({ query, onQuery }: Pick<FindTabProps, 'query' | 'onQuery'>) {
  return (
    <span className="seg" role="group" aria-label="Which version">
      {(['new', 'old'] as const).map(side => (
        <button key={side} aria-pressed={query.side === side} onClick={() => onQuery({ ...query, side })}>
          {side === 'new' ? 'New version' : 'Old version'}
        </button>
      ))}
    </span>
  )
}

interface RowsProps extends FindTabProps {
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly virtual: List
}

function FoundRows(props: RowsProps) {
  const { rows, current, virtual } = props
  return (
    <div
      ref={props.scroller}
      className="rv-seek-list"
      role="listbox"
      aria-label="Found"
      tabIndex={0}
      aria-activedescendant={current >= 0 ? `found-${current}` : undefined}
      onKeyDown={event => onListKey(event, props)}
    >
      <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(item => {
          const row = rows[item.index]
          if (row === undefined) return null
          const isPlace = row.kind === 'place' || row.kind === 'definition'
          return (
            <div
              key={item.key}
              id={`found-${item.index}`}
              role="option"
              aria-selected={isPlace && item.index === current}
              aria-disabled={isPlace ? undefined : true}
              className={`rv-found ${row.kind}${isPlace && item.index === current ? ' on' : ''}`}
              style={{ transform: `translateY(${item.start}px)`, height: item.size }}
              onClick={isPlace ? () => props.onOpen(item.index) : undefined}
            >
              <RowText row={row} />
            </div>
          )
        })}
      </div>
    </div>
  )
}

function heightOf(row: FindRow | undefined): number {
  return row?.kind === 'definition' ? 42 : row?.kind === 'file' ? 26 : 22
}

function Summary({ found, isBusy }: { readonly found: Found | null; readonly isBusy: boolean }) {
  if (isBusy)
    return (
      <p className="t11 sub" role="status">
        Looking…
      </p>
    )
  if (found === null) return <p className="t11 sub">All files of the version, not only those that changed.</p>
  if (found.kind === 'definitions') {
    const { name, total, definitions, notIndexed, notIndexedTotal } = found.definitions
    return (
      <Said
        head={`${definitionsText(name, total)}. Compared by name only.`}
        cut={definitions.length < total ? `only ${definitions.length} are listed` : null}
        left={notSearchedText(notIndexed, notIndexedTotal)}
      />
    )
  }
  const { findings } = found
  const head =
    found.kind === 'search'
      ? findingsText(findings, 'match')
      : `References to ${found.name}, by name only: ${findingsText(findings, 'place')}`
  const left = notSearchedText(findings.notSearched, findings.notSearchedTotal)
  return <Said head={head} cut={findings.cut} left={left} />
}

function Said(props: { readonly head: string; readonly cut: string | null; readonly left: string | null }) {
  return (
    <div className="t11 sub" role="status">
      <p>{props.head}</p>
      {props.cut !== null && (
        <p className="warn">
          <Icon name="warn" /> Cut: {props.cut}
        </p>
      )}
      {props.left !== null && <p>{props.left}</p>}
    </div>
  )
}

function RowText({ row }: { readonly row: FindRow }) {
  if (row.kind === 'more') return <span className="t11 dim">{number(row.hidden)} more in this file, not listed</span>
  if (row.kind === 'file') {
    const { folder, name } = splitPath(row.path)
    return (
      <>
        <span className="m11 ell" title={shownPath(row.path)}>
          {name} <span className="dim">{folder}</span>
        </span>
        {row.isChanged && <span className="pill">changed</span>}
        <span className="num dim t11">{number(row.total)}</span>
      </>
    )
  }
  if (row.kind === 'definition') {
    const { definition: of } = row
    return (
      <>
        <span className="m11 ell">{shownPath(of.signature)}</span>
        <span className="t11 dim ell">
          {shownPath(of.path)}:{of.line}
          {of.container !== null && ` in ${shownPath(of.container)}`}
          {of.certainty === 'words' && ', by words: inside a body or macro, or not parsed'}
          {of.isChanged && ', changed'}
        </span>
      </>
    )
  }
  const { text, at, length, line, isDefinition } = row.place
  const part = (from: number, to?: number) => shownPath(text.slice(from, to).replace(/\t/g, ' '))
  return (
    <>
      <span className="num dim t11">{line}</span>
      <span className="m11 rv-found-text">
        {part(0, at)}
        <mark>{part(at, at + length)}</mark>
        {part(at + length)}
      </span>
      {isDefinition && <span className="pill">definition</span>}
    </>
  )
}

/** Over a file that the change does not touch, reached by a jump. */
export function UnchangedHeader({ path }: { readonly path: string }) {
  return (
    <div className="rv-head">
      <span className="mono med ell rv-path" title={shownPath(path)}>
        {shownPath(path)}
      </span>
      <span className="pill">same in both versions</span>
      <span className="t12 sub ell">Not part of the change, so there is nothing to mark.</span>
      <span className="right row t12 sub nw">
        <Keys of="app.back" /> back
      </span>
    </div>
  )
}
