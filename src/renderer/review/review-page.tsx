/**
 * One review: the files of a delta (or of a whole crate), each read as a diff and marked. Opens where the reader was.
 * A file's successor is loaded while it is read; the file on screen stays until the next one is ready.
 */
import { useEffect, useMemo, useRef, useState } from 'react'
import { packageKey, type CrateName, type Delta } from '../../shared/domain.ts'
import type { Note } from '../../shared/review-notes.ts'
import type { Unit } from '../../shared/review-units.ts'
import type { FileGroup, Review, SuspiciousChar } from '../../shared/wire.ts'
import { useClient } from '../client.ts'
import { useCommandHandlers } from '../commands/command-table.ts'
import { FailureNotice } from '../parts/failure-notice.tsx'
import { number } from '../parts/words.ts'
import { useReviewRecord } from '../provenance/review-tab.tsx'
import { openPair, runProvenance, useRowOf } from '../provenance/state.ts'
import { useRepositorySide } from '../provenance/use-repository-side.ts'
import { changeSettings } from '../state/actions.ts'
import { reviewId, useAppStore, useSettings } from '../state/app-store.ts'
import { openCompare } from './compare-dialog.tsx'
import { BlobPane } from './blob-pane.tsx'
import type { TextDiff } from './file-models.ts'
import { DiffPane, type DiffPaneHandle } from './diff-pane.tsx'
import { FileRemarks } from './file-remarks.tsx'
import { FileTree } from './file-tree.tsx'
import { afterPaint, useFirstPaint } from './first-paint.ts'
import { FindTab, UnchangedHeader } from './find-tab.tsx'
import { HistorySection } from './history-section.tsx'
import { HugePane } from './huge-pane.tsx'
import { AtLine, createPlace, PlaceBar } from './place-bar.tsx'
import { FileHeader, TopBar } from './review-bars.tsx'
import { ReviewFailed, ReviewLoading } from './review-states.tsx'
import { SidePanel, type PanelTab } from './side-panel.tsx'
import { useTellSource } from './source-status.tsx'
import { closedAtFirst, toggled, useWindowWidth } from './page-state.ts'
import { nextPath, readingOrder, treeRows, type TreeRow, type TreeSort } from './tree-rows.ts'
import { useEditorKeys } from './use-editor-keys.ts'
import { useFileBrowser } from './use-file-browser.ts'
import { ChecklistTab } from './checklist-tab.tsx'
import { openRows } from './checklist-words.ts'
import { NotesTab } from './notes-tab.tsx'
import { useChecklist } from './use-checklist.ts'
import { UnitsTab } from './units-tab.tsx'
import { useFinder } from './use-finder.ts'
import { useHistory } from './use-history.ts'
import { useJumps } from './use-jumps.ts'
import { useMarking } from './use-marking.ts'
import { useReview, type FileLoader, type MarkCalls } from './use-review.ts'
import { useNoteWalk } from './use-note-walk.ts'
import { useMoves } from './use-moves.ts'
import { underName, useSinceRead } from './use-since-read.ts'
import { useUnitWalk } from './use-unit-walk.ts'
import './review.css'
import './marks.css'
import './notes.css'
import './units.css'
import './find.css'

/** Below this width the panel at the right is a drawer. */
const DRAWER_BELOW_PX = 1180
/** Side by side, lines wrap below this width unless the reader chose otherwise. */
const WRAP_BELOW_PX = 1600
/** Over the repository's side the lines of units would not fit. */
const NO_UNITS: ReadonlyMap<string, readonly Unit[]> = new Map()
const NO_NOTES: ReadonlyMap<string, readonly Note[]> = new Map()

export interface ReviewPageProps {
  readonly crate: CrateName
  readonly delta: Delta
  readonly onBack: () => void
  readonly onCertify: () => void
}

export function ReviewPage(props: ReviewPageProps) {
  const client = useClient()
  const opened = useReview(client, props.crate, props.delta)
  const { review, failure, loader } = opened
  const body =
    review !== null && loader !== null ? (
      <ReviewBody
        key={review.id}
        {...props}
        review={review}
        loader={loader}
        reload={opened.reload}
        marks={opened.marks}
      />
    ) : (
      <>
        <TopBar {...props} review={null} onUnread={() => undefined} onDetails={null} />
        {failure !== null ? (
          <ReviewFailed failure={failure} onRetry={opened.reload} onBack={props.onBack} />
        ) : (
          <ReviewLoading crate={props.crate} delta={props.delta} />
        )}
      </>
    )
  useCommandHandlers({ 'review.back': props.onBack })
  return <main className="rv">{body}</main>
}

interface BodyProps extends ReviewPageProps {
  readonly review: Review
  readonly loader: FileLoader
  readonly reload: () => void
  readonly marks: MarkCalls
}

function ReviewBody(props: BodyProps) {
  const { review } = props
  const { client, onShown: onFirstShown } = useFirstPaint(useClient())
  const settings = useSettings()
  const width = useWindowWidth()
  const [sort, setSort] = useState<TreeSort>('path')
  const [filter, setFilter] = useState('')
  const [wrapChoice, setWrapChoice] = useState<boolean | null>(settings.wrapLines ? true : null)
  const [whitespace, setWhitespace] = useState(false)
  const [isDrawerOpen, setDrawerOpen] = useState(false)
  const [tab, setTab] = useState<PanelTab>('units')
  // Beside React's state of this page: it changes with every key, and the page is large.
  const [place] = useState(createPlace)
  const [hint, setHint] = useState<string | null>(null)
  const focusedRow = useRef<TreeRow | null>(null)
  const filterRef = useRef<HTMLInputElement>(null)
  const pane = useRef<DiffPaneHandle>(null)
  const area = useRef<HTMLDivElement>(null)
  useEditorKeys(area)
  useTellSource(review)

  const filesByPath = useMemo(() => new Map(review.files.map(file => [file.path, file])), [review.files])
  // The order is taken from the marks as they were when the review or the sort was chosen: rows stay put while marking.
  const [order, setOrder] = useState(() => readingOrder(review.files, 'path'))
  const [closed, setClosed] = useState<ReadonlySet<FileGroup>>(() => closedAtFirst(review))
  const rows = useMemo(
    () => treeRows(filesByPath, order, { sort, closed, filter, criteria: review.criteria }),
    [filesByPath, order, sort, closed, filter, review.criteria],
  )

  const browser = useFileBrowser(props, order)
  const { shown, wanted, open } = browser
  const onShown = () => {
    onFirstShown()
    afterPaint(browser.onPainted)
  }
  const shownKind = shown?.diff.kind ?? null
  useEffect(() => {
    if (shown !== null && shownKind !== 'text') onShown()
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shown?.path, shownKind])
  const provenance = useReviewRecord(review)
  const side = useRepositorySide(review.crate, review.delta.to, shown?.path ?? null)
  const file = shown === null ? null : (filesByPath.get(shown.path) ?? null)
  const since = useSinceRead(client, review.id, file)
  /** What stands in place of the change: the repository beside it, or what changed since it was read. */
  const over = side.isOn || !since.isOn ? side : since
  const shownDiff = over.diff ?? shown?.diff ?? null
  const sideText = over.diff?.kind === 'text' ? over.diff : null
  const sideFailure = over.failure ?? browser.failure
  const selected = wanted ?? shown?.path ?? null
  const isDrawer = width < DRAWER_BELOW_PX
  const wrap = wrapChoice ?? width < WRAP_BELOW_PX
  const options = { layout: settings.diffLayout, wrap, whitespace }

  const say = (text: string) => setHint(text)
  useEffect(() => {
    if (hint === null) return
    const timer = window.setTimeout(() => setHint(null), 2_500)
    return () => window.clearTimeout(timer)
  }, [hint])
  const isTextFile = shown?.diff.kind === 'text'

  const show = (path: string, line: number | null = null) => {
    const group = filesByPath.get(path)?.group
    if (group !== undefined && closed.has(group)) setClosed(new Set([...closed].filter(id => id !== group)))
    open(path, line)
  }
  const move = (step: 1 | -1, fits: (path: string) => boolean, wraps: boolean): boolean => {
    const next = nextPath(order, selected, step, fits, wraps)
    if (next !== null) show(next)
    return next !== null
  }
  const { isUnread, markPartly, ...marking } = useMarking({
    ...{ review, filesByPath, order, file, shownDiff, focusedRow, show, say },
    coming: wanted,
    isRepository: side.isOn,
    isSince: since.isOn,
    marks: props.marks,
  })
  const unread = (step: 1 | -1) => {
    if (!move(step, isUnread, true))
      say(selected !== null && isUnread(selected) ? 'No other unread file' : 'All files are read')
  }
  const hunk = (step: 1 | -1) => {
    if (pane.current?.view()?.goToHunk(step) !== true)
      say(step === 1 ? 'Last hunk of this file' : 'First hunk of this file')
  }
  const setLayout = (layout: 'split' | 'unified') => void changeSettings(client, { diffLayout: layout })
  const toggleWrap = () => {
    setWrapChoice(!wrap)
    void changeSettings(client, { wrapLines: !wrap })
  }
  const jump = (at: SuspiciousChar) => pane.current?.view()?.goToLine(at.side, at.line, at.column)
  const changeSort = (next: TreeSort) => {
    setSort(next)
    setOrder(readingOrder(review.files, next, path => walk.byPath.get(path)?.length ?? 0))
  }
  const isText = shownDiff?.kind === 'text'
  const inText = (run: () => void) => (isText ? run : undefined)

  const canCompare = provenance.record !== null && provenance.record.identity !== 'none'
  const toggleSide = () => side.set(side.isOn ? null : (shown?.path ?? null))
  const toggleSince = () => {
    side.set(null)
    since.toggle()
  }
  /** Files that the change does not touch are no part of the review; they open beside the repository on their own. */
  const compare = (path: string) => {
    if (!filesByPath.has(path)) return openPair({ crate: review.crate, version: review.delta.to }, path)
    side.set(path)
    show(path)
  }
  useCommandHandlers({
    'review.repoSide': canCompare && shown !== null ? toggleSide : undefined,
    'review.sinceRead': since.canShow ? toggleSince : undefined,
    'review.nextHunk': inText(() => hunk(1)),
    'review.prevHunk': inText(() => hunk(-1)),
    'review.nextFile': () => void (move(1, () => true, false) || say('Last file')),
    'review.prevFile': () => void (move(-1, () => true, false) || say('First file')),
    'review.nextUnread': () => unread(1),
    'review.prevUnread': () => unread(-1),
    'review.markNext': marking.markNext,
    'review.toggleRead': marking.toggleRead,
    'review.markGroup': marking.markGroup,
    'review.undoMark': marking.undo,
    'review.expandAll': inText(() => pane.current?.view()?.toggleAllFolds()),
    'review.layout': () => setLayout(settings.diffLayout === 'split' ? 'unified' : 'split'),
    'review.whitespace': () => setWhitespace(!whitespace),
    'review.wrap': toggleWrap,
    'review.find': inText(() => pane.current?.view()?.find()),
    'review.files': () => filterRef.current?.focus(),
    'review.accessible': inText(() => pane.current?.view()?.accessible('next')),
    'app.compare': () => openCompare({ crate: review.crate, delta: review.delta, path: shown?.path ?? null }),
    'review.certify': props.onCertify,
    'review.resume': () => {
      if (review.resume === null) say('No place remembered')
      else show(review.resume.path, review.resume.line)
    },
  })

  const jumps = useJumps({
    shownPath: shown?.path ?? null,
    line: () => (isTextFile ? (place.getState()?.line ?? null) : null),
    isText,
    view: () => pane.current?.view() ?? null,
    open: show,
  })
  const moves = useMoves(client, review.id, {
    shownPath: shown?.path ?? null,
    isText: isText && over.diff === null,
    view: () => pane.current?.view() ?? null,
    open: show,
    leave: () => jumps.leave(),
    say,
  })
  const finder = useFinder(client, review.id, review.delta.from !== null, {
    say,
    jumps,
    view: () => pane.current?.view() ?? null,
    isText: isText && !side.isOn,
    shownPath: shown?.path ?? null,
    openTab: () => openTab('find'),
  })
  const history = useHistory(client, review.id, { path: shown?.path ?? null, openTab: () => openTab('file') })
  const provenanceRow = useRowOf(packageKey(review.crate, review.delta.to))
  const walk = useUnitWalk(client, review.id, {
    say,
    onShow: unit => {
      jumps.leave()
      openTab('units')
      const isHere = shown?.path === unit.path && isText
      if (isHere && unit.line > 0) pane.current?.view()?.goToLine('new', unit.line)
      else if (!isHere) show(unit.path, unit.line > 0 ? unit.line : null)
    },
  })
  const openTab = (next: PanelTab) => {
    setTab(next)
    if (isDrawer) setDrawerOpen(true)
  }
  const notes = useNoteWalk(client, review.id, {
    say,
    onShow: note => {
      jumps.leave()
      openTab('notes')
      const { target, place: at } = note
      if (target.kind === 'crate' || !filesByPath.has(target.path)) return
      const line = target.kind === 'lines' && at.line > 0 ? at.line : null
      if (shown?.path === target.path && isText && line !== null && target.kind === 'lines')
        pane.current?.view()?.goToLine(target.side, line)
      else if (shown?.path !== target.path) show(target.path, line)
    },
    onWrite: () => openTab('notes'),
    target: () => {
      if (shown === null) return { kind: 'crate' }
      const lines = isText && !side.isOn ? (pane.current?.view()?.selectedLines() ?? null) : null
      // The older side is then that of another version.
      if (lines === null || (since.isOn && lines.side === 'old')) return { kind: 'file', path: shown.path }
      return { kind: 'lines', path: shown.path, ...lines }
    },
    onDone: () => pane.current?.view()?.focus(),
  })
  const { isOn: isSince, shownAs } = since
  const sincePath = isSince ? (file?.path ?? null) : null
  const sinceMaps = useMemo(() => {
    if (sincePath === null) return { units: walk.byPath, notes: notes.byPath }
    const isNewSide = (note: Note) => note.target.kind !== 'lines' || note.target.side === 'new'
    return {
      units: underName(walk.byPath, sincePath, shownAs),
      notes: underName(notes.byPath, sincePath, shownAs, isNewSide),
    }
  }, [sincePath, shownAs, walk.byPath, notes.byPath])
  // What the lists count: another answered unit or read file asks for them again.
  const counted = `${walk.open} ${review.files.filter(other => other.mark === 'read').length}`
  const checklist = useChecklist(client, review.id, counted)
  useCommandHandlers({
    'review.tab1': () => openTab('units'),
    'review.tab2': () => openTab('notes'),
    'review.tab3': () => openTab('provenance'),
    'review.tab4': () => openTab('audits'),
    'review.tab5': () => openTab('checklist'),
    'review.tab6': () => openTab('file'),
  })
  const storeKey = useAppStore(s => s.tabs.find(other => other.id === reviewId(props.crate, props.delta))?.key ?? null)
  const panel = (
    <SidePanel
      client={client}
      review={review}
      file={file}
      diff={shownDiff}
      packageOfQueue={storeKey}
      provenance={provenance}
      units={<UnitsTab {...walk.tab} />}
      openUnits={walk.open}
      notes={<NotesTab {...notes.tab} />}
      openNotes={notes.open}
      find={<FindTab {...finder.tab} />}
      movesCut={moves.cut}
      history={
        <AtLine place={place}>
          {line => (
            <HistorySection
              state={history}
              line={isTextFile ? line : null}
              onLine={at => pane.current?.view()?.goToLine('new', at)}
              onLeave={() => pane.current?.view()?.focus()}
              onCheck={provenanceRow === null ? null : () => void runProvenance(client, [provenanceRow])}
            />
          )}
        </AtLine>
      }
      checklist={<ChecklistTab state={checklist} />}
      openChecks={openRows(checklist.list)}
      tab={tab}
      onTab={setTab}
      onCompare={compare}
      onJump={jump}
      onClose={isDrawer ? () => setDrawerOpen(false) : null}
    />
  )
  return (
    <>
      <TopBar {...props} onUnread={unread} onDetails={isDrawer ? () => setDrawerOpen(!isDrawerOpen) : null} />
      <div className={isDrawer ? 'rv-body narrow' : 'rv-body'}>
        <FileTree
          rows={rows}
          units={walk.byPath}
          selected={selected !== null && filesByPath.has(selected) ? selected : null}
          sort={sort}
          filter={filter}
          filterRef={filterRef}
          onOpen={path => show(path)}
          onRead={path => {
            setFilter('')
            show(path)
            // The editor may not be loaded yet: the keys must not go on into the filter.
            const view = isText ? (pane.current?.view() ?? null) : null
            if (view === null) filterRef.current?.blur()
            else view.focus()
          }}
          onToggleGroup={group => setClosed(toggled(closed, group))}
          onSort={changeSort}
          onFilter={setFilter}
          onFocusRow={row => {
            focusedRow.current = row
          }}
        />
        <section
          className="rv-mid"
          aria-label="Difference"
          data-region="difference"
          data-file={shown?.path}
          data-kind={shownDiff?.kind}
          ref={area}
        >
          {file !== null && shown !== null && (
            <FileHeader
              file={file}
              diff={shownDiff}
              units={walk.ofFile(file.path)}
              options={options}
              onLayout={setLayout}
              onWhitespace={() => setWhitespace(!whitespace)}
              onToggleRead={marking.toggleRead}
              sinceRead={since.canShow ? { isOn: since.isOn && !side.isOn, onToggle: toggleSince } : null}
              repository={
                canCompare
                  ? {
                      isOn: side.isOn,
                      isShown: side.diff !== null,
                      label: `repository at ${provenance.record?.commit?.slice(0, 7) ?? 'no commit'}`,
                      onToggle: toggleSide,
                    }
                  : null
              }
            />
          )}
          {file === null && shown !== null && <UnchangedHeader path={shown.path} />}
          <FileRemarks diff={shownDiff} />
          <div className="rv-content">
            {review.files.length === 0 && <EmptyReview review={review} />}
            {sideFailure !== null && (
              <div className="rv-pad">
                <FailureNotice failure={sideFailure}>
                  <button className="btn s" onClick={over.failure !== null ? over.retry : browser.retry}>
                    Try again
                  </button>
                </FailureNotice>
              </div>
            )}
            {sideFailure === null && shownDiff?.kind === 'binary' && <BlobPane diff={shownDiff} />}
            {sideFailure === null && shownDiff?.kind === 'huge' && (
              <HugePane diff={shownDiff} onPage={over.isOn ? over.page : browser.page} />
            )}
            {(sideText ?? browser.lastText?.diff ?? null) !== null && (
              <DiffPane
                ref={pane}
                diff={(sideText ?? browser.lastText?.diff) as TextDiff}
                line={sideText === null ? (browser.lastText?.line ?? null) : null}
                options={options}
                isHidden={!isText || sideFailure !== null}
                next={browser.next}
                units={side.isOn ? NO_UNITS : sinceMaps.units}
                notes={side.isOn ? NO_NOTES : sinceMaps.notes}
                moves={moves.byPath}
                onMove={moves.go}
                onNote={notes.tab.onCurrent}
                onPlace={next => {
                  moves.onPainted()
                  place.setState(next, true)
                  setHint(null)
                }}
                onShown={onShown}
                onPartly={markPartly}
              />
            )}
          </div>
          <PlaceBar
            place={place}
            review={review.id}
            // A file outside of the change is no place to go on with.
            resumePath={file?.path ?? null}
            shownPath={shown?.path ?? null}
            hasLines={isTextFile}
            isText={isText}
            hint={hint}
          />
        </section>
        {isDrawer ? isDrawerOpen && <div className="rv-drawer">{panel}</div> : panel}
      </div>
    </>
  )
}

function EmptyReview({ review }: { readonly review: Review }) {
  return (
    <div className="rv-empty">
      <h2 className="t18">No file differs</h2>
      <p className="sub">
        {review.unchangedFiles === 1 ? 'The one file' : `All ${number(review.unchangedFiles)} files`} of the two
        versions {review.unchangedFiles === 1 ? 'is' : 'are'} equal byte for byte. There is nothing to read, and the
        delta can be certified.
      </p>
    </div>
  )
}
