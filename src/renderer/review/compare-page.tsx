/**
 * Two different crates beside each other, in the editor of the reviews with its keys. It is no delta: nothing is marked
 * read and nothing can be certified, and the page says so.
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useRef, useState, type KeyboardEvent } from 'react'
import type { ComparedFile, ComparedPair, CrateComparison } from '../../shared/crate-compare.ts'
import type { Failure } from '../../shared/failure.ts'
import type { Unit } from '../../shared/review-units.ts'
import { useClient } from '../client.ts'
import { useCommandHandlers } from '../commands/command-table.ts'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { count, number } from '../parts/words.ts'
import { changeSettings } from '../state/actions.ts'
import { goHistory, navigate, useAppStore, useSettings } from '../state/app-store.ts'
import { BlobPane } from './blob-pane.tsx'
import { useComparison } from './comparison.ts'
import type { DiffPlace } from './diff-editor.ts'
import { DiffPane, type DiffPaneHandle } from './diff-pane.tsx'
import { HugePane } from './huge-pane.tsx'
import { KeyBar, type KeyHints } from './key-bar.tsx'
import { shownPath, splitPath } from './shown-path.ts'
import { TabFailure } from './tab-failure.tsx'
import { useComparedFile } from './use-compared-file.ts'
import { useEditorKeys } from './use-editor-keys.ts'
import './review.css'
import './compare.css'

const WRAP_BELOW_PX = 1600
const ROW_PX = 28
const NO_UNITS: ReadonlyMap<string, readonly Unit[]> = new Map()
const KEYS: KeyHints = [
  [['review.nextHunk', 'review.prevHunk'], 'hunk'],
  [['review.nextFile', 'review.prevFile'], 'file'],
  [['review.expand'], 'expand'],
  [['review.layout'], 'split'],
  [['pair.back'], 'back'],
  [['app.help'], 'help'],
]

export function ComparePage() {
  const pair = useComparison()
  return pair === null ? null : <Comparison key={JSON.stringify(pair)} pair={pair} />
}

function Comparison({ pair }: { readonly pair: ComparedPair }) {
  const client = useClient()
  const settings = useSettings()
  const { left, right } = pair
  const [made, setMade] = useState<CrateComparison | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [attempt, setAttempt] = useState(0)
  const [chosen, setChosen] = useState<string | null>(null)
  const [place, setPlace] = useState<DiffPlace | null>(null)
  const [hint, setHint] = useState<string | null>(null)
  const [wrapChoice, setWrapChoice] = useState<boolean | null>(settings.wrapLines ? true : null)
  const [whitespace, setWhitespace] = useState(false)
  const pane = useRef<DiffPaneHandle>(null)
  const area = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLDivElement>(null)
  useEditorKeys(area)
  useEffect(() => {
    let isCurrent = true
    void client.call('compare.open', pair).then(answer => {
      if (!isCurrent) return
      setFailure(answer.ok ? null : answer.error)
      if (answer.ok) setMade(answer.value)
    })
    return () => {
      isCurrent = false
    }
  }, [client, pair, attempt])
  const load = useCallback(
    (path: string, page: number) => client.call('compare.file', { ...pair, path, page }),
    [client, pair],
  )
  const files = made?.files ?? NO_FILES
  const path = chosen ?? files[0]?.path ?? null
  const file = useComparedFile(load, path)
  const { shown } = file
  const isText = shown?.diff.kind === 'text' && file.failure === null
  const inText = (run: () => void) => (isText ? run : undefined)
  const wrap = wrapChoice ?? window.innerWidth < WRAP_BELOW_PX

  const step = (by: number) => {
    const next = files[Math.min(Math.max(files.findIndex(other => other.path === path) + by, 0), files.length - 1)]
    if (next === undefined || next.path === path) setHint(by > 0 ? 'Last file' : 'First file')
    else {
      setHint(null)
      setChosen(next.path)
    }
  }
  const hunk = (by: 1 | -1) => {
    if (pane.current?.view()?.goToHunk(by) !== true)
      setHint(by === 1 ? 'Last hunk of this file' : 'First hunk of this file')
  }
  const back = () => {
    if (useAppStore.getState().history.back.length > 0) goHistory('back')
    else navigate({ kind: 'queue' })
  }
  useCommandHandlers({
    'pair.back': back,
    'review.back': back,
    'review.nextHunk': inText(() => hunk(1)),
    'review.prevHunk': inText(() => hunk(-1)),
    'review.nextFile': () => step(1),
    'review.prevFile': () => step(-1),
    'review.expand': inText(() => void (pane.current?.view()?.expand() === true || setHint('Nothing is folded here'))),
    'review.expandAll': inText(() => pane.current?.view()?.toggleAllFolds()),
    'review.layout': () =>
      void changeSettings(client, { diffLayout: settings.diffLayout === 'split' ? 'unified' : 'split' }),
    'review.whitespace': () => setWhitespace(!whitespace),
    'review.wrap': () => setWrapChoice(!wrap),
    'review.find': inText(() => pane.current?.view()?.find()),
    'review.files': () => list.current?.focus(),
    'review.accessible': inText(() => pane.current?.view()?.accessible('next')),
  })
  useEffect(() => {
    if (path !== null) useAppStore.setState({ pageStatus: shownPath(path) })
  }, [path])
  useEffect(() => {
    if (made !== null && document.activeElement === document.body) list.current?.focus()
  }, [made])

  const entry = files.find(other => other.path === path) ?? null
  return (
    <main className="rv" aria-label={`${left.crate} ${left.version} beside ${right.crate} ${right.version}`}>
      <header className="rv-top" data-region="review">
        <button className="btn q s" onClick={back}>
          <Icon name="left" />
          Back <Keys of="pair.back" />
        </button>
        <h1 className="t15 ell">
          {left.crate} <span className="mono sub">{left.version}</span> beside {right.crate}{' '}
          <span className="mono sub">{right.version}</span>
        </h1>
        <span className="pill">two crates</span>
        <span className="t12 sub ell">No delta: nothing is marked read here, and it cannot be certified.</span>
        {made !== null && (
          <span className="right t12 sub nw num">
            {count(made.files.length, 'file')}, +{number(made.stat.insertions)} −{number(made.stat.deletions)},{' '}
            {number(made.unchangedFiles)} equal
          </span>
        )}
      </header>
      <div className="rv-body narrow">
        <section className="side" aria-label="Files" data-region="files">
          <FileList
            files={files}
            selected={path}
            listRef={list}
            onSelect={setChosen}
            onOpen={() => pane.current?.view()?.focus()}
          />
        </section>
        <section className="rv-mid" aria-label="Difference" data-region="difference" ref={area}>
          {entry !== null && (
            <div className="rv-head rv-two">
              <span className="m11 ell">
                {left.crate} {left.version}:{' '}
                {entry.change === 'added' ? 'not there' : shownPath(entry.oldPath ?? entry.path)}
              </span>
              <span className="m11 ell">
                {right.crate} {right.version}: {entry.change === 'deleted' ? 'not there' : shownPath(entry.path)}
              </span>
            </div>
          )}
          <div className="rv-content">
            {failure !== null && <TabFailure failure={failure} onRetry={() => setAttempt(n => n + 1)} />}
            {made === null && failure === null && (
              <p className="rv-none" role="status">
                Fetching and comparing both crates
              </p>
            )}
            {made !== null && files.length === 0 && <p className="rv-none">No file differs.</p>}
            {file.failure !== null && <TabFailure failure={file.failure} onRetry={file.retry} />}
            {file.failure === null && shown?.diff.kind === 'binary' && <BlobPane diff={shown.diff} />}
            {file.failure === null && shown?.diff.kind === 'huge' && <HugePane diff={shown.diff} onPage={file.page} />}
            {file.lastText !== null && (
              <DiffPane
                ref={pane}
                diff={file.lastText}
                line={null}
                options={{ layout: settings.diffLayout, wrap, whitespace }}
                isHidden={!isText}
                next={null}
                units={NO_UNITS}
                onPlace={next => {
                  setPlace(next)
                  setHint(null)
                }}
                onPartly={() => undefined}
              />
            )}
          </div>
          <KeyBar keys={KEYS} place={isText ? place : null} hint={hint} />
        </section>
      </div>
    </main>
  )
}

const NO_FILES: readonly ComparedFile[] = []

function FileList(props: {
  readonly files: readonly ComparedFile[]
  readonly selected: string | null
  readonly listRef: React.RefObject<HTMLDivElement | null>
  readonly onSelect: (path: string) => void
  readonly onOpen: () => void
}) {
  const { files, selected, listRef } = props
  const virtual = useVirtualizer({
    count: files.length,
    getScrollElement: () => listRef.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  })
  const index = files.findIndex(file => file.path === selected)
  useEffect(() => {
    if (index >= 0) virtual.scrollToIndex(index, { align: 'auto' })
  }, [virtual, index])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
    const steps: Readonly<Record<string, number>> = {
      ...{ ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: 15, PageUp: -15, Home: -Infinity, End: Infinity },
    }
    const by = steps[event.key]
    if (event.key === 'Enter') props.onOpen()
    else if (by === undefined) return
    else {
      const next = files[Math.min(Math.max(index + by, 0), files.length - 1)]
      if (next !== undefined) props.onSelect(next.path)
    }
    event.preventDefault()
  }
  return (
    <div
      ref={listRef}
      className="rv-cmp-files"
      role="listbox"
      aria-label="Files that differ"
      aria-activedescendant={index >= 0 ? `cmp-${index}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(item => {
          const file = files[item.index]
          if (file === undefined) return null
          const { folder, name } = splitPath(file.path)
          return (
            <div
              key={file.path}
              id={`cmp-${item.index}`}
              role="option"
              aria-selected={item.index === index}
              className={item.index === index ? 'rv-cmp-file on' : 'rv-cmp-file'}
              style={{ transform: `translateY(${item.start}px)`, height: item.size }}
              title={shownPath(file.path)}
              onClick={() => props.onSelect(file.path)}
            >
              <span className="ell">
                {name} <span className="dim t11">{folder}</span>
              </span>
              <span className="t11 sub nw right">
                {file.change === 'added'
                  ? 'right only'
                  : file.change === 'deleted'
                    ? 'left only'
                    : `+${number(file.insertions)} −${number(file.deletions)}`}
              </span>
            </div>
          )
        })}
      </div>
    </div>
  )
}
