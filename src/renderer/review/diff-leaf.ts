/**
 * One of the two editors that take turns in a review page (diff-editor.ts): shows a text diff, moves between hunks, opens
 * folds, marks words and suspicious characters. While it is behind the other it tells nobody anything. Read only.
 */
import './monaco-setup.ts'
import { editor, type IDisposable } from 'monaco-editor/editor'
import type { Note } from '../../shared/review-notes.ts'
import type { Unit } from '../../shared/review-units.ts'
import type { Hunk } from '../../shared/wire.ts'
import type { FileModels, Models, TextDiff } from './file-models.ts'
import { setFoldUnits } from './fold-units.ts'
import { expandItem, expandNearest, foldsOf, type ItemSpan } from './folds.ts'
import { attachHunks, refreshDiff } from './git-diff-provider.ts'
import { intralineChanges } from './intraline.ts'
import { inUnified, type MoveEnd } from './move-ends.ts'
import { showMoveZones } from './move-zones.ts'
import { showNoteZones } from './note-zones.ts'
import { hunksSeen, isPartlyRead, type LineSpan } from './seen-hunks.ts'
import { shownPath } from './shown-path.ts'
import { suspiciousDecorations } from './suspicious-marks.ts'
import { unitDecorations } from './unit-marks.ts'

export interface DiffViewOptions {
  readonly layout: 'split' | 'unified'
  readonly wrap: boolean
  readonly whitespace: boolean
}

export interface DiffPlace {
  /** 0-based; -1 before the first hunk. */
  readonly hunk: number
  readonly hunks: number
  /** 1-based line of the new side. */
  readonly line: number
}

/** What is shown beside and between the lines, by the path of the file; kept for the files shown later. */
export interface Annotations {
  units: ReadonlyMap<string, readonly Unit[]>
  notes: ReadonlyMap<string, readonly Note[]>
  onNote: (note: Note) => void
  moves: ReadonlyMap<string, readonly MoveEnd[]>
  onMove: (end: MoveEnd) => void
}

/** What two editors have in common. */
export interface LeafShared {
  readonly models: FileModels
  /** Where hovers are put. */
  readonly over: HTMLElement
  readonly annotations: Annotations
  options: DiffViewOptions
  onPlace(place: DiffPlace): void
  onPartly(path: string): void
}

export interface DiffLeaf {
  readonly box: HTMLElement
  readonly original: editor.ICodeEditor
  readonly modified: editor.ICodeEditor
  /** What it shows or is about to show. */
  shown(): Models | null
  /** It shows this and nothing else is on its way. */
  isReady(diff: TextDiff): boolean
  /** Shows a file; `line` is of the new side, null for the first hunk or where it was left. Resolves when it is set. */
  show(models: Models, line: number | null): Promise<void>
  /** From now on the reader sees it: at this line, else at the place where it is. */
  comeFront(line: number | null): void
  /** From now on the reader does not see it. */
  goBack(): void
  /** The options, or what is shown beside the lines, changed. */
  optionsChanged(former: DiffViewOptions): void
  unitsChanged(): void
  notesChanged(): void
  movesChanged(): void
  goToHunk(step: 1 | -1): boolean
  goTo(side: 'old' | 'new', line: number, column?: number): void
  expand(items: readonly ItemSpan[]): boolean
  toggleAllFolds(): void
  /** The side with the keyboard; null: none of the two. */
  focused(): 'old' | 'new' | null
  find(): void
  accessible(direction: 'next' | 'prev'): void
  /** Something is open in it that the reader would miss in the other one. */
  isOccupied(): boolean
  /** Nothing was ever opened in it. */
  isAsNew(): boolean
  layout(): void
  /** Lets go of its file. */
  forget(): void
  dispose(): void
}

/** The marks of units stand before the numbers and need the room of two. */
const MARK_CHARS = 2
const MIN_NUMBER_CHARS = 3 + MARK_CHARS
const MAX_MEASURED_UNITS = 100_000
const INTRALINE_FIRST_MS = 12
const INTRALINE_SLICE_MS = 8
const HUNK_CONTEXT_LINES = 3
/** What stays on screen this long was looked at; what is scrolled past was not. */
const SEEN_MS = 1_000
const STOPS_MS = 100

const BASE_OPTIONS: editor.IStandaloneDiffEditorConstructionOptions = {
  readOnly: true,
  domReadOnly: true,
  originalEditable: false,
  automaticLayout: true,
  useInlineViewWhenSpaceIsLimited: false,
  enableSplitViewResizing: false,
  renderMarginRevertIcon: false,
  renderGutterMenu: false,
  renderIndicators: true,
  renderOverviewRuler: true,
  hideUnchangedRegions: {
    enabled: true,
    contextLineCount: HUNK_CONTEXT_LINES,
    // A fold takes the room of two lines and breaks what one reads; each also costs a millisecond to make.
    minimumLineCount: 10,
    revealLineCount: 20,
  },
  fontSize: 12,
  lineHeight: 19,
  lineNumbersMinChars: MIN_NUMBER_CHARS,
  lineDecorationsWidth: 18,
  glyphMargin: false,
  folding: false,
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  smoothScrolling: false,
  contextmenu: false,
  links: false,
  stickyScroll: { enabled: false },
  guides: { indentation: false, bracketPairs: false },
  bracketPairColorization: { enabled: false },
  matchBrackets: 'never',
  occurrencesHighlight: 'off',
  selectionHighlight: false,
  renderLineHighlight: 'none',
  renderControlCharacters: true,
  unusualLineTerminators: 'off',
  stopRenderingLineAfter: 10_000,
  unicodeHighlight: {
    ambiguousCharacters: true,
    invisibleCharacters: false,
    nonBasicASCII: false,
    includeComments: true,
    includeStrings: true,
  },
  scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
  overviewRulerBorder: false,
  padding: { top: 0, bottom: 12 },
}

function editorOptions(options: DiffViewOptions): editor.IDiffEditorOptions {
  return {
    renderSideBySide: options.layout === 'split',
    diffWordWrap: options.wrap ? 'on' : 'off',
    wordWrap: options.wrap ? 'on' : 'off',
    wrappingIndent: 'deepIndent',
    renderWhitespace: options.whitespace ? 'all' : 'none',
  } as editor.IDiffEditorOptions
}

/** A file outside of the change, reached by a search or a definition: shown whole. */
function isUnchanged(diff: TextDiff): boolean {
  return diff.hunks.length === 0 && diff.oldText === diff.newText
}

/** Added files have no old side and deleted ones no new side: one pane shows all there is. */
function layoutFor(diff: TextDiff, layout: DiffViewOptions['layout']): DiffViewOptions['layout'] {
  if (diff.oldText === null || isUnchanged(diff)) return 'unified'
  return diff.newText === null ? 'split' : layout
}

const noNumber = () => ''

/** Creates the editor in a box of its own, which is not in the page yet, behind the other one. */
export function createDiffLeaf(shared: LeafShared): DiffLeaf {
  // Monaco cannot move to another element; what it is in can.
  const box = document.createElement('div')
  box.className = 'rv-leaf'
  const fontFamily = getComputedStyle(document.documentElement).getPropertyValue('--font-mono').trim()
  const widget = editor.createDiffEditor(box, {
    ...BASE_OPTIONS,
    fontFamily,
    ...editorOptions(shared.options),
    overflowWidgetsDomNode: shared.over,
    tabIndex: -1,
  })
  const [original, modified] = [widget.getOriginalEditor(), widget.getModifiedEditor()]
  const { annotations } = shared
  /** What was asked for, and what the editor has: the former is on its way for a moment. */
  let shown: Models | null = null
  let here: Models | null = null
  let isFront = false
  let currentHunk = -1
  let intralineTimer = 0
  let seenTimer = 0
  let stopsTimer = 0
  const stop = () => (isFront ? 0 : -1)
  const applyOptions = (models: Models | null) => {
    const { options } = shared
    const diff = models?.diff ?? null
    const layout = diff === null ? options.layout : layoutFor(diff, options.layout)
    const splitViewDefaultRatio = diff?.newText === null ? 0.9 : 0.5
    // Boxed code points are wider than the characters they stand for; only the slower strategy sees that.
    const isSmall = (diff?.oldText?.length ?? 0) + (diff?.newText?.length ?? 0) < MAX_MEASURED_UNITS
    const wrappingStrategy = diff !== null && diff.suspicious.length > 0 && isSmall ? 'advanced' : 'simple'
    const hideUnchangedRegions = { ...BASE_OPTIONS.hideUnchangedRegions, enabled: diff === null || !isUnchanged(diff) }
    const layoutOptions = { splitViewDefaultRatio, wrappingStrategy, hideUnchangedRegions } as editor.IDiffEditorOptions
    const lines = Math.max(models?.oldLines.length ?? 0, models?.newLines.length ?? 0)
    const lineNumbersMinChars = Math.max(MIN_NUMBER_CHARS, String(lines).length + MARK_CHARS)
    const name = diff === null ? 'No file' : shownPath(diff.path)
    const access = { originalAriaLabel: `${name}, old side`, modifiedAriaLabel: `${name}, new side`, tabIndex: stop() }
    widget.updateOptions({ ...editorOptions({ ...options, layout }), ...layoutOptions, ...access, lineNumbersMinChars })
    // NOTE: the unified layout leaves this override set on the old side; without it the old side never wraps again.
    // A side that does not exist has no lines to number.
    const lineNumbers = diff?.oldText === null ? noNumber : 'on'
    original.updateOptions({ wordWrapOverride2: layout === 'split' ? 'inherit' : 'off', lineNumbers })
  }
  const marks = [original.createDecorationsCollection(), modified.createDecorationsCollection()] as const
  const unitMarks = modified.createDecorationsCollection()
  let clearZones: (() => void) | null = null
  let clearMoves: (() => void) | null = null
  const isSplit = (models: Models) => layoutFor(models.diff, shared.options.layout) === 'split'
  const showMoves = (models: Models) => {
    clearMoves?.()
    const here = annotations.moves.get(models.diff.path) ?? []
    // The unified layout shows removed lines between the new ones, whose editor then has to name where they went.
    const of = (side: 'old' | 'new') => here.filter(end => end.side === side)
    const between = isSplit(models) ? [] : inUnified(of('old'), models.diff.hunks)
    const clear = [
      showMoveZones(modified, [...between, ...of('new')], annotations.onMove),
      showMoveZones(original, isSplit(models) ? of('old') : [], annotations.onMove),
    ]
    clearMoves = () => clear.forEach(undo => undo())
  }
  const showNotes = (models: Models) => {
    clearZones?.()
    const here = annotations.notes.get(models.diff.path) ?? []
    const of = (side: 'old' | 'new') => here.filter(note => note.target.kind === 'lines' && note.target.side === side)
    const clear = [
      showNoteZones(original, of('old'), annotations.onNote),
      showNoteZones(modified, of('new'), annotations.onNote),
    ]
    clearZones = () => clear.forEach(undo => undo())
  }
  const showMarks = (models: Models) => {
    marks[0].set(suspiciousDecorations(models.diff.suspicious, 'old', models.oldLines))
    marks[1].set(suspiciousDecorations(models.diff.suspicious, 'new', models.newLines))
    unitMarks.set(unitDecorations(annotations.units.get(models.diff.path) ?? [], models.newLines.length))
  }
  const tellPlace = () => {
    if (shown === null || !isFront) return
    const line = modified.getPosition()?.lineNumber ?? 1
    shared.onPlace({ hunk: currentHunk, hunks: shown.diff.hunks.length, line })
  }
  const fillRest = (models: Models) => {
    window.clearTimeout(intralineTimer)
    intralineTimer = window.setTimeout(() => {
      if (shown !== models) return
      if (fillIntraline(models, INTRALINE_SLICE_MS)) refreshDiff()
      else fillRest(models)
    }, 0)
  }
  const reveal = (side: 'old' | 'new', line: number, column = 1) => {
    const target = side === 'old' ? original : modified
    target.setPosition({ lineNumber: Math.max(1, line), column })
    target.revealLineNearTop(Math.max(1, line - HUNK_CONTEXT_LINES), editor.ScrollType.Immediate)
  }
  const revealHunk = (index: number) => {
    const hunk = shown?.diff.hunks[index]
    if (shown === null || hunk === undefined) return
    currentHunk = index
    const isDeletion = hunk.newStart === hunk.newEnd
    // A pure deletion has no line of its own on the new side: the line before it keeps both sides in view.
    modified.setPosition({ lineNumber: Math.max(1, isDeletion ? hunk.newStart - 1 : hunk.newStart), column: 1 })
    if (isDeletion && isSplit(shown)) reveal('old', hunk.oldStart)
    else modified.revealLineNearTop(Math.max(1, hunk.newStart - HUNK_CONTEXT_LINES), editor.ScrollType.Immediate)
    tellPlace()
  }
  const revealLine = (models: Models, line: number) => {
    currentHunk = lastHunkAt(models.diff.hunks, line)
    reveal('new', line)
    tellPlace()
  }
  const noteSeen = () => {
    if (shown === null || !isFront || box.offsetParent === null) return
    const { diff, seen } = shown
    const newSide = spansOf(modified)
    const oldSide = isSplit(shown) ? spansOf(original) : null
    for (const i of hunksSeen(diff.hunks, { newSide, oldSide, newLines: shown.newLines.length })) seen.add(i)
    shown.restTop ??= modified.getScrollTop()
    if (isPartlyRead(seen.size, diff.hunks.length, modified.getScrollTop() !== shown.restTop))
      shared.onPartly(diff.path)
  }
  const watchScreen = () => {
    window.clearTimeout(seenTimer)
    if (isFront) seenTimer = window.setTimeout(noteSeen, SEEN_MS)
  }
  let isTouched = false
  const keepState = () => {
    if (here !== null) here.state = widget.saveViewState()
  }
  /** For Monaco itself, which sets them anew whenever it likes, in a while: that takes milliseconds. */
  const setStops = () => {
    const tabIndex = stop()
    for (const field of box.querySelectorAll<HTMLElement>('.inputarea, .native-edit-context')) field.tabIndex = tabIndex
    window.clearTimeout(stopsTimer)
    stopsTimer = window.setTimeout(() => {
      for (const side of [original, modified]) side.updateOptions({ tabIndex })
    }, STOPS_MS)
  }
  // The one behind is out of sight, of the keyboard's way and of the accessibility tree, but laid out.
  const setFront = (is: boolean) => {
    isFront = is
    box.classList.toggle('front', is)
    box.setAttribute('aria-hidden', String(!is))
    setStops()
  }
  const dropModel = (model: editor.IDiffEditorModel | editor.IDiffEditorViewModel | null) => {
    if (model !== null && 'dispose' in model) model.dispose()
  }
  const subscriptions: IDisposable[] = [
    modified.onDidScrollChange(watchScreen),
    original.onDidScrollChange(watchScreen),
    modified.onDidChangeCursorPosition(event => {
      if (shown === null || event.source === 'api') return
      currentHunk = lastHunkAt(shown.diff.hunks, event.position.lineNumber)
      tellPlace()
    }),
  ]
  setFront(false)

  return {
    box,
    original,
    modified,
    shown: () => shown,
    isReady: diff => here === shown && here?.diff === diff,
    async show(models, line) {
      const { diff } = models
      // Behind, it was kept when it left the screen.
      if (isFront) keepState()
      shared.models.hold(models)
      window.clearTimeout(intralineTimer)
      window.clearTimeout(seenTimer)
      const isComplete = fillIntraline(models, INTRALINE_FIRST_MS)
      applyOptions(models)
      shown = models
      currentHunk = -1
      const viewModel = widget.createViewModel({ original: models.original, modified: models.modified })
      await viewModel.waitForDiff()
      if (shown !== models) {
        viewModel.dispose()
        return shared.models.release(models)
      }
      const [former, formerModels] = [widget.getModel(), here]
      here = models
      setFoldUnits(models.modified, annotations.units.get(diff.path) ?? [])
      widget.setModel(viewModel)
      dropModel(former)
      if (formerModels !== null) shared.models.release(formerModels)
      showMarks(models)
      showNotes(models)
      showMoves(models)
      if (line !== null) revealLine(models, line)
      else if (models.state !== null) {
        widget.restoreViewState(models.state)
        currentHunk = lastHunkAt(diff.hunks, modified.getPosition()?.lineNumber ?? 1)
        tellPlace()
      } else if (diff.oldText === null || diff.newText === null || diff.hunks.length === 0) {
        currentHunk = diff.hunks.length === 0 ? -1 : 0
        tellPlace()
      } else revealHunk(0)
      if (!isComplete) fillRest(models)
      watchScreen()
    },
    comeFront(line) {
      setFront(true)
      if (shown === null) return
      if (line === null) tellPlace()
      else revealLine(shown, line)
      watchScreen()
    },
    goBack() {
      keepState()
      setFront(false)
      window.clearTimeout(seenTimer)
    },
    optionsChanged(former) {
      const { options } = shared
      applyOptions(shown)
      if (shown === null || (options.layout === former.layout && options.wrap === former.wrap)) return
      showMoves(shown)
      showNotes(shown)
      // Lines move when the layout changes: what one was reading comes back into view once Monaco has laid out anew.
      const line = modified.getPosition()?.lineNumber ?? 1
      requestAnimationFrame(() => {
        modified.revealLineNearTop(Math.max(1, line - HUNK_CONTEXT_LINES), editor.ScrollType.Immediate)
      })
    },
    unitsChanged() {
      if (shown === null) return
      showMarks(shown)
      setFoldUnits(shown.modified, annotations.units.get(shown.diff.path) ?? [])
    },
    notesChanged() {
      if (shown !== null) showNotes(shown)
    },
    movesChanged() {
      if (shown !== null) showMoves(shown)
    },
    goToHunk(step) {
      const next = currentHunk + step
      if (shown === null || next < 0 || next >= shown.diff.hunks.length) return false
      revealHunk(next)
      return true
    },
    goTo(side, line, column) {
      if (shown === null) return
      if (side === 'new') currentHunk = lastHunkAt(shown.diff.hunks, line)
      reveal(side, line, column)
      ;(side === 'old' ? original : modified).focus()
      tellPlace()
    },
    expand(items) {
      if (shown === null) return false
      const line = modified.getPosition()?.lineNumber ?? 1
      if (expandItem(widget, items, line, shown.newLines)) return true
      return expandNearest(widget, shown.diff.hunks[Math.max(0, currentHunk)], shown.newLines)
    },
    toggleAllFolds() {
      const folds = foldsOf(widget)
      const isAnyClosed = folds.some(fold => !fold.getHiddenModifiedRange(undefined).isEmpty)
      if (isAnyClosed) for (const fold of folds) fold.showAll(undefined)
      else for (const fold of folds) fold.collapseAll(undefined)
    },
    focused: () => (original.hasWidgetFocus() ? 'old' : modified.hasWidgetFocus() ? 'new' : null),
    find() {
      modified.focus()
      modified.trigger('review', 'actions.find', null)
    },
    accessible(direction) {
      isTouched = true
      if (direction === 'next') widget.accessibleDiffViewerNext()
      else widget.accessibleDiffViewerPrev()
    },
    isOccupied: () => isTouched || box.querySelector('.find-widget.visible') !== null,
    // What Monaco opened for the reader would be open for the next one.
    isAsNew: () => !isTouched && box.querySelector('.find-widget') === null,
    layout: () => widget.layout(),
    forget() {
      window.clearTimeout(intralineTimer)
      window.clearTimeout(seenTimer)
      clearZones?.()
      clearMoves?.()
      ;[clearZones, clearMoves] = [null, null]
      for (const decorations of [...marks, unitMarks]) decorations.clear()
      const model = widget.getModel()
      widget.setModel(null)
      dropModel(model)
      if (here !== null) shared.models.release(here)
      ;[shown, here] = [null, null]
      currentHunk = -1
      isFront = false
    },
    dispose() {
      window.clearTimeout(stopsTimer)
      for (const subscription of subscriptions) subscription.dispose()
      widget.dispose()
      box.remove()
    },
  }
}

/** Computes marks inside of lines for so long; answers whether that was all of them. */
function fillIntraline(models: Models, budgetMs: number): boolean {
  const intraline = attachHunks(models.modified, models.diff.hunks)
  const until = performance.now() + budgetMs
  for (let i = 0; i < models.diff.hunks.length; i++) {
    const hunk = models.diff.hunks[i]
    if (hunk === undefined || intraline.has(i)) continue
    if (performance.now() > until) return false
    intraline.set(i, intralineChanges(hunk, models.oldLines, models.newLines))
  }
  return true
}

const spansOf = (side: editor.ICodeEditor): LineSpan[] =>
  side.getVisibleRanges().map(range => ({ first: range.startLineNumber, last: range.endLineNumber }))

/** The last hunk that starts at or before a line of the new side; -1 before the first. */
function lastHunkAt(hunks: readonly Hunk[], line: number): number {
  let found = -1
  while (found + 1 < hunks.length && (hunks[found + 1]?.newStart ?? Infinity) <= line) found += 1
  return found
}
