/**
 * A file of a crate beside its side in the repository: files at the left, most worth a look first, and the two sides in
 * the editor of the reviews with its keys. Nothing is marked read here: this is not the change that an audit is about.
 */
import { useEffect, useMemo, useRef, useState } from 'react'
import type { FileResult, ProvenanceRecord } from '../../shared/provenance.ts'
import type { Unit } from '../../shared/review-units.ts'
import { useClient } from '../client.ts'
import { useCommandHandlers } from '../commands/command-table.ts'
import { Icon } from '../parts/icon.tsx'
import { Keys } from '../parts/keys.tsx'
import { BlobPane } from '../review/blob-pane.tsx'
import type { DiffPlace } from '../review/diff-editor.ts'
import { DiffPane, type DiffPaneHandle } from '../review/diff-pane.tsx'
import { HugePane } from '../review/huge-pane.tsx'
import { KeyBar, type KeyHints } from '../review/key-bar.tsx'
import { shownPath } from '../review/shown-path.ts'
import { TabFailure } from '../review/tab-failure.tsx'
import { useEditorKeys } from '../review/use-editor-keys.ts'
import { changeSettings } from '../state/actions.ts'
import { goHistory, navigate, useAppStore, useSettings } from '../state/app-store.ts'
import { FilesList } from './files-list.tsx'
import { rowKey, wordsOf } from './rows.ts'
import { chooseFile, rowsByKey, useProvenance } from './state.ts'
import { firstToRead } from './steps.ts'
import { FILE_STATE, STATUS } from './texts.ts'
import { usePairFile } from './use-pair-file.ts'
import { useRecord } from './use-record.ts'
import { VerdictWords } from './verdict-badge.tsx'
import '../review/review.css'
import './provenance.css'

/** Side by side, lines wrap below this width unless the reader chose otherwise. */
const WRAP_BELOW_PX = 1600
/** Units are found in the files of a review; here only the two sides are compared. */
const NO_UNITS: ReadonlyMap<string, readonly Unit[]> = new Map()

/** What each side is, in words that cannot be mixed up. */
export function sideTexts(record: ProvenanceRecord, file: FileResult | null): { left: string; right: string } {
  const commit = record.commit === null ? 'no commit' : record.commit.slice(0, 7)
  const path = file?.repositoryPath ?? null
  return {
    left: path === null ? `Repository at ${commit}: not there` : `Repository at ${commit}: ${path}`,
    right:
      file?.state === 'only-in-repository'
        ? `Crate ${record.version}: not there`
        : `Crate ${record.version}: ${file?.path ?? ''}`,
  }
}

function FileHead(props: { readonly record: ProvenanceRecord; readonly file: FileResult | null }) {
  const { record, file } = props
  const { left, right } = sideTexts(record, file)
  return (
    <div className="pv-sides m11">
      <span className="ell" title={shownPath(left)}>
        {shownPath(left)}
      </span>
      <span className="ell" title={shownPath(right)}>
        {shownPath(right)}
      </span>
    </div>
  )
}

const PAIR_KEYS: KeyHints = [
  [['review.nextHunk', 'review.prevHunk'], 'hunk'],
  [['review.nextFile', 'review.prevFile'], 'file'],
  [['review.expand'], 'expand'],
  [['review.layout'], 'split'],
  [['pair.back'], 'back'],
  [['app.help'], 'help'],
]

export function PairPage(props: { readonly crate: string; readonly version: string; readonly path: string | null }) {
  const { crate, version } = props
  const client = useClient()
  const settings = useSettings()
  const key = rowKey(props)
  const row = useProvenance(s => {
    const known = s.snapshots.workspace === null ? undefined : rowsByKey(s.snapshots.workspace).get(key)
    return known ?? (s.snapshots.everything === null ? undefined : rowsByKey(s.snapshots.everything).get(key)) ?? null
  })
  const { record, failure, retry, isLoading } = useRecord(crate, version, row?.summary?.checkedAt ?? 0)
  const files = useMemo(() => record?.fileResults ?? [], [record])
  const chosen = useProvenance(s => s.chosenFiles.get(key))
  const isFirstWish = useRef(true)
  const wished = isFirstWish.current ? (props.path ?? chosen) : (chosen ?? props.path)
  const path = record === null ? null : (wished ?? firstToRead(record)?.path ?? record.fileResults[0]?.path ?? null)
  const file = files.find(other => other.path === path) ?? null
  const pair = usePairFile(crate, version, path)
  const pane = useRef<DiffPaneHandle>(null)
  const area = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const [place, setPlace] = useState<DiffPlace | null>(null)
  const [hint, setHint] = useState<string | null>(null)
  const [wrapChoice, setWrapChoice] = useState<boolean | null>(settings.wrapLines ? true : null)
  const [whitespace, setWhitespace] = useState(false)
  const wrap = wrapChoice ?? window.innerWidth < WRAP_BELOW_PX
  useEditorKeys(area)

  const show = (next: string) => {
    isFirstWish.current = false
    setHint(null)
    chooseFile(key, next)
  }
  const step = (by: 1 | -1) => {
    const next = files[files.findIndex(other => other.path === path) + by]
    if (next === undefined) setHint(by === 1 ? 'Last file' : 'First file')
    else show(next.path)
  }
  const shown = pair.shown
  const isText = shown?.diff.kind === 'text' && pair.failure === null
  const inText = (run: () => void) => (isText ? run : undefined)
  const hunk = (by: 1 | -1) => {
    if (pane.current?.view()?.goToHunk(by) !== true)
      setHint(by === 1 ? 'Last hunk of this file' : 'First hunk of this file')
  }
  const back = () => {
    if (useAppStore.getState().history.back.length > 0) goHistory('back')
    else navigate({ kind: 'provenance' })
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
    if (record !== null && document.activeElement === document.body) list.current?.focus()
  }, [record])

  const options = { layout: settings.diffLayout, wrap, whitespace }
  return (
    <main className="rv pv-pair" aria-label={`${crate} ${version} beside its repository`}>
      <header className="rv-top" data-region="review">
        <button className="btn q s" onClick={back}>
          <Icon name="left" />
          Back <Keys of="pair.back" />
        </button>
        <h1 className="t15 ell">{crate}</h1>
        <span className="mono sub">{version}</span>
        {row !== null && <VerdictWords words={wordsOf(row)} isBox />}
        {row === null && record !== null && <VerdictWords words={STATUS[record.outcome]} isBox />}
        <span className="t12 sub ell">{record?.sentence}</span>
      </header>
      <div className="pv-pair-body">
        <section className="side" aria-label="Files" data-region="files">
          {record !== null && (
            <FilesList
              files={files}
              selected={path}
              label={`Files of ${crate} ${version}`}
              listRef={list}
              onSelect={show}
              onOpen={() => pane.current?.view()?.focus()}
            />
          )}
        </section>
        <section className="rv-mid pv-mid" aria-label="Difference" data-region="difference" ref={area}>
          {record !== null && (
            <div className="pv-pair-head">
              <div className="row">
                <span className="mono med ell">{shownPath(path ?? '')}</span>
                {file !== null && <VerdictWords words={FILE_STATE[file.state]} />}
                {file !== null && file.rule !== null && <span className="t11 dim ell">rule: {file.rule}</span>}
              </div>
              <FileHead record={record} file={file} />
            </div>
          )}
          <div className="rv-content">
            {failure !== null && (
              <TabFailure failure={failure} onRetry={retry} lead="The record of this check could not be read" />
            )}
            {failure === null && record === null && !isLoading && (
              <div className="rv-empty">
                <h2 className="t15">Not checked</h2>
                <p className="sub">This version was not compared with its repository, so there are no sides to show.</p>
              </div>
            )}
            {pair.failure !== null && (
              <TabFailure
                failure={pair.failure}
                onRetry={pair.retry}
                lead="The two sides of this file cannot be shown"
              />
            )}
            {pair.failure === null && shown?.diff.kind === 'binary' && <BlobPane diff={shown.diff} />}
            {pair.failure === null && shown?.diff.kind === 'huge' && <HugePane diff={shown.diff} onPage={pair.page} />}
            {pair.lastText !== null && (
              <DiffPane
                ref={pane}
                diff={pair.lastText}
                line={null}
                options={options}
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
          <KeyBar keys={PAIR_KEYS} place={isText ? place : null} hint={hint} />
        </section>
      </div>
    </main>
  )
}
