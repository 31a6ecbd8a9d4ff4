/**
 * The one diff editor of a review page, without React: shows a text diff, moves between hunks, opens folds, marks words
 * and suspicious characters. Models are kept for a few files, so that going back and the prefetched next file are
 * immediate. Everything here is read only.
 */
import './monaco-setup.ts'
import { editor, Uri, type IDisposable } from 'monaco-editor/editor'
import type { Note } from '../../shared/review-notes.ts'
import type { Unit } from '../../shared/review-units.ts'
import type { FileDiff, Hunk } from '../../shared/wire.ts'
import { expandItem, expandNearest, foldsOf, type ItemSpan } from './folds.ts'
import { attachHunks, refreshDiff } from './git-diff-provider.ts'
import { intralineChanges } from './intraline.ts'
import { nameAt, registerNameHover, type AskName } from './name-hover.ts'
import { inUnified, type MoveEnd } from './move-ends.ts'
import { showMoveZones } from './move-zones.ts'
import { applyMonacoTheme } from './monaco-theme.ts'
import { hunksSeen, isPartlyRead, type LineSpan } from './seen-hunks.ts'
import { shownPath } from './shown-path.ts'
import { themeNow } from '../styles/follow-theme.ts'
import { suspiciousDecorations } from './suspicious-marks.ts'
import { showNoteZones } from './note-zones.ts'
import { setFoldUnits } from './fold-units.ts'
import { unitDecorations } from './unit-marks.ts'

export type TextDiff = Extract<FileDiff, { kind: 'text' }>

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

export interface DiffView {
  /** Shows a file; `line` is of the new side, null for the first hunk. Resolves when it is painted. */
  show(diff: TextDiff, line: number | null): Promise<void>
  /** Makes the models of a file that will probably be shown next. */
  prepare(diff: TextDiff): void
  setOptions(options: DiffViewOptions): void
  setTheme(theme: 'dark' | 'light'): void
  /** False when there is no further hunk that way. */
  goToHunk(step: 1 | -1): boolean
  goToLine(side: 'old' | 'new', line: number, column?: number): void
  /** Runs it when the file on its way, if any, is on screen and its line was gone to; a further file drops it. */
  whenShown(run: () => void): void
  /** Opens what is folded of the item around the cursor, then of the one around that; false when nothing is folded. */
  expand(items?: readonly ItemSpan[]): boolean
  /** Opens all folds, or closes them all when none is closed. */
  toggleAllFolds(): void
  /** Marks the lines where units start; kept for the files shown later. */
  setUnits(byPath: ReadonlyMap<string, readonly Unit[]>): void
  /** Shows notes under their lines; kept for the files shown later. */
  setNotes(byPath: ReadonlyMap<string, readonly Note[]>, onOpen: (note: Note) => void): void
  /** Shows where blocks moved from or to; kept for the files shown later. */
  setMoves(byPath: ReadonlyMap<string, readonly MoveEnd[]>, onGo: (end: MoveEnd) => void): void
  /** The lines selected, or the cursor's, on the side that has the keyboard. Null without a file. */
  selectedLines(): { readonly side: 'old' | 'new'; readonly line: number; readonly endLine: number } | null
  /** The selected text when it is within a line, else empty. */
  selectedText(): string
  /** The name at the cursor of the side with the keyboard, and what stands before its `::`. */
  wordAtCursor(): { readonly name: string; readonly qualifier: string | null } | null
  /** Asked what a name means when the pointer rests on it. */
  setNameInfo(ask: AskName): void
  find(): void
  accessible(direction: 'next' | 'prev'): void
  focus(): void
  /** Forgets its files and leaves the page; `resume` brings it to another place. False: it is not as when it was made. */
  park(): boolean
  resume(place: DiffViewPlace): void
  dispose(): void
}

/** Where a view is, and whom it tells. */
export interface DiffViewPlace {
  readonly host: HTMLElement
  readonly options: DiffViewOptions & { readonly theme: 'dark' | 'light' }
  /** Told of each change of line or hunk. */
  readonly onPlace: (place: DiffPlace) => void
  /** Told of a file seen in part. */
  readonly onPartly: (path: string) => void
}

const KEPT_FILES = 8
/** The marks of units stand before the numbers and need the room of two. */
const MARK_CHARS = 2
const MIN_NUMBER_CHARS = 3 + MARK_CHARS
const MAX_MEASURED_UNITS = 100_000
const INTRALINE_FIRST_MS = 12
const INTRALINE_SLICE_MS = 8
const HUNK_CONTEXT_LINES = 3
/** What stays on screen this long was looked at; what is scrolled past was not. */
const SEEN_MS = 1_000

interface Models {
  readonly diff: TextDiff
  readonly original: editor.ITextModel
  readonly modified: editor.ITextModel
  readonly oldLines: readonly string[]
  readonly newLines: readonly string[]
  state: editor.IDiffEditorViewState | null
  /** Hunks that stayed on screen to their end. */
  readonly seen: Set<number>
  /** Where the file first came to rest on screen; null until then. */
  restTop: number | null
}

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
let modelCount = 0

/** Creates the editor; without a place it is parked. */
export function createDiffView(first: DiffViewPlace | null): DiffView {
  let place = first
  let options: DiffViewOptions = first?.options ?? { layout: 'split', wrap: false, whitespace: false }
  applyMonacoTheme(first?.options.theme ?? themeNow())
  const fontFamily = getComputedStyle(document.documentElement).getPropertyValue('--font-mono').trim()
  // Monaco cannot move to another element; what it is in can.
  const box = document.createElement('div')
  Object.assign(box.style, { position: 'absolute', top: '0', right: '0', bottom: '0', left: '0' })
  first?.host.append(box)
  // What lies over the text is placed in the window; inside the box, which contains its layout, it would be cut off.
  const over = document.createElement('div')
  over.className = 'monaco-editor rv-over'
  first?.host.closest('main')?.append(over)
  const widget = editor.createDiffEditor(box, {
    ...BASE_OPTIONS,
    fontFamily,
    ...editorOptions(options),
    overflowWidgetsDomNode: over,
  })
  const [original, modified] = [widget.getOriginalEditor(), widget.getModifiedEditor()]
  const cache = new Map<string, Models>()
  let shown: Models | null = null
  let currentHunk = -1
  let intralineTimer = 0
  let seenTimer = 0
  const applyOptions = (models: Models | null) => {
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
    const labels = { originalAriaLabel: `${name}, old side`, modifiedAriaLabel: `${name}, new side` }
    widget.updateOptions({ ...editorOptions({ ...options, layout }), ...layoutOptions, ...labels, lineNumbersMinChars })
    // NOTE: the unified layout leaves this override set on the old side; without it the old side never wraps again.
    // A side that does not exist has no lines to number.
    const lineNumbers = diff?.oldText === null ? noNumber : 'on'
    original.updateOptions({ wordWrapOverride2: layout === 'split' ? 'inherit' : 'off', lineNumbers })
  }
  const marks = [original.createDecorationsCollection(), modified.createDecorationsCollection()] as const
  const unitMarks = modified.createDecorationsCollection()
  let units: ReadonlyMap<string, readonly Unit[]> = new Map()
  let notes: ReadonlyMap<string, readonly Note[]> = new Map()
  let onNote: (note: Note) => void = () => undefined
  let clearZones: (() => void) | null = null
  let moves: ReadonlyMap<string, readonly MoveEnd[]> = new Map()
  let onGo: (end: MoveEnd) => void = () => undefined
  let clearMoves: (() => void) | null = null
  const showMoves = (models: Models) => {
    clearMoves?.()
    const here = moves.get(models.diff.path) ?? []
    // The unified layout shows removed lines between the new ones, whose editor then has to name where they went.
    const isSplit = layoutFor(models.diff, options.layout) === 'split'
    const of = (side: 'old' | 'new') => here.filter(end => end.side === side)
    const between = isSplit ? [] : inUnified(of('old'), models.diff.hunks)
    const clear = [
      showMoveZones(modified, [...between, ...of('new')], onGo),
      showMoveZones(original, isSplit ? of('old') : [], onGo),
    ]
    clearMoves = () => clear.forEach(undo => undo())
  }
  const showNotes = (models: Models) => {
    clearZones?.()
    const here = notes.get(models.diff.path) ?? []
    const of = (side: 'old' | 'new') => here.filter(note => note.target.kind === 'lines' && note.target.side === side)
    const clear = [showNoteZones(original, of('old'), onNote), showNoteZones(modified, of('new'), onNote)]
    clearZones = () => clear.forEach(undo => undo())
  }

  const tellPlace = () => {
    if (shown === null) return
    place?.onPlace({ hunk: currentHunk, hunks: shown.diff.hunks.length, line: modified.getPosition()?.lineNumber ?? 1 })
  }
  const modelsOf = (diff: TextDiff): Models => {
    const found = cache.get(diff.path)
    if (found?.diff === diff) {
      cache.delete(diff.path)
      cache.set(diff.path, found)
      return found
    }
    if (found !== undefined && found !== shown) dropModels(found)
    const made = createModels(diff)
    cache.set(diff.path, made)
    for (const [path, models] of cache) {
      if (cache.size <= KEPT_FILES) break
      if (models === shown || models === made) continue
      cache.delete(path)
      dropModels(models)
    }
    return made
  }
  const showMarks = (models: Models) => {
    marks[0].set(suspiciousDecorations(models.diff.suspicious, 'old', models.oldLines))
    marks[1].set(suspiciousDecorations(models.diff.suspicious, 'new', models.newLines))
    unitMarks.set(unitDecorations(units.get(models.diff.path) ?? [], models.newLines.length))
  }
  const fillIntraline = (models: Models, budgetMs: number): boolean => {
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
    if (hunk === undefined) return
    currentHunk = index
    const isDeletion = hunk.newStart === hunk.newEnd
    // A pure deletion has no line of its own on the new side: the line before it keeps both sides in view.
    modified.setPosition({ lineNumber: Math.max(1, isDeletion ? hunk.newStart - 1 : hunk.newStart), column: 1 })
    const isSplit = shown !== null && layoutFor(shown.diff, options.layout) === 'split'
    if (isDeletion && isSplit) reveal('old', hunk.oldStart)
    else modified.revealLineNearTop(Math.max(1, hunk.newStart - HUNK_CONTEXT_LINES), editor.ScrollType.Immediate)
    tellPlace()
  }
  const noteSeen = () => {
    if (shown === null || box.offsetParent === null) return
    const { diff, seen } = shown
    const isSplit = layoutFor(diff, options.layout) === 'split'
    const newSide = spansOf(modified)
    const oldSide = isSplit ? spansOf(original) : null
    for (const i of hunksSeen(diff.hunks, { newSide, oldSide, newLines: shown.newLines.length })) seen.add(i)
    shown.restTop ??= modified.getScrollTop()
    if (isPartlyRead(seen.size, diff.hunks.length, modified.getScrollTop() !== shown.restTop))
      place?.onPartly(diff.path)
  }
  const watchScreen = () => {
    window.clearTimeout(seenTimer)
    seenTimer = window.setTimeout(noteSeen, SEEN_MS)
  }
  const showing: { isOn: boolean; after: (() => void) | null } = { isOn: false, after: null }
  const settle = () => {
    const { after } = showing
    Object.assign(showing, { isOn: false, after: null })
    after?.()
  }
  let askName: AskName | null = null
  let isTouched = false
  const goTo = (side: 'old' | 'new', line: number, column?: number) => {
    if (shown === null) return
    if (side === 'new') currentHunk = lastHunkAt(shown.diff.hunks, line)
    reveal(side, line, column)
    ;(side === 'old' ? original : modified).focus()
    tellPlace()
  }
  const forget = () => {
    window.clearTimeout(intralineTimer)
    window.clearTimeout(seenTimer)
    clearZones?.()
    clearMoves?.()
    ;[clearZones, clearMoves] = [null, null]
    for (const decorations of [...marks, unitMarks]) decorations.clear()
    const model = widget.getModel()
    widget.setModel(null)
    if (model !== null && 'dispose' in model) (model as unknown as IDisposable).dispose()
    for (const models of cache.values()) dropModels(models)
    cache.clear()
    shown = null
    currentHunk = -1
    Object.assign(showing, { isOn: false, after: null })
    ;[units, notes, moves] = [new Map(), new Map(), new Map()]
    ;[onNote, onGo, askName] = [() => undefined, () => undefined, null]
  }
  const subscriptions: IDisposable[] = [
    registerNameHover(
      model => model === shown?.modified || model === shown?.original,
      () => askName,
    ),
    modified.onDidScrollChange(watchScreen),
    original.onDidScrollChange(watchScreen),
    modified.onDidChangeCursorPosition(event => {
      if (shown === null || event.source === 'api') return
      const line = event.position.lineNumber
      currentHunk = lastHunkAt(shown.diff.hunks, line)
      tellPlace()
    }),
  ]

  return {
    async show(diff, line) {
      const models = modelsOf(diff)
      showing.after = null
      showing.isOn = true
      if (shown !== null) shown.state = widget.saveViewState()
      window.clearTimeout(intralineTimer)
      window.clearTimeout(seenTimer)
      const isComplete = fillIntraline(models, INTRALINE_FIRST_MS)
      applyOptions(models)
      shown = models
      currentHunk = -1
      const viewModel = widget.createViewModel({ original: models.original, modified: models.modified })
      await viewModel.waitForDiff()
      if (shown !== models) return viewModel.dispose()
      const former = widget.getModel()
      setFoldUnits(models.modified, units.get(diff.path) ?? [])
      widget.setModel(viewModel)
      if (former !== null && 'dispose' in former) (former as unknown as IDisposable).dispose()
      showMarks(models)
      showNotes(models)
      showMoves(models)
      if (line !== null) {
        currentHunk = lastHunkAt(diff.hunks, line)
        reveal('new', line)
        tellPlace()
      } else if (models.state !== null) {
        widget.restoreViewState(models.state)
        currentHunk = lastHunkAt(diff.hunks, modified.getPosition()?.lineNumber ?? 1)
        tellPlace()
      } else if (diff.oldText === null || diff.newText === null || diff.hunks.length === 0) {
        currentHunk = diff.hunks.length === 0 ? -1 : 0
        tellPlace()
      } else revealHunk(0)
      if (!isComplete) fillRest(models)
      watchScreen()
      settle()
    },
    prepare(diff) {
      fillIntraline(modelsOf(diff), INTRALINE_FIRST_MS)
    },
    setOptions(next) {
      const isSameLayout = next.layout === options.layout && next.wrap === options.wrap
      options = next
      applyOptions(shown)
      if (isSameLayout || shown === null) return
      showMoves(shown)
      showNotes(shown)
      // Lines move when the layout changes: what one was reading comes back into view once Monaco has laid out anew.
      const line = modified.getPosition()?.lineNumber ?? 1
      requestAnimationFrame(() => {
        modified.revealLineNearTop(Math.max(1, line - HUNK_CONTEXT_LINES), editor.ScrollType.Immediate)
      })
    },
    setTheme: applyMonacoTheme,
    goToHunk(step) {
      const next = currentHunk + step
      if (shown === null || next < 0 || next >= shown.diff.hunks.length) return false
      revealHunk(next)
      return true
    },
    goToLine(side, line, column) {
      // The file is on its way to the screen: its place is taken once it is there.
      if (showing.isOn) showing.after = () => goTo(side, line, column)
      else goTo(side, line, column)
    },
    whenShown(run) {
      if (!showing.isOn) return run()
      const { after } = showing
      showing.after = () => {
        after?.()
        run()
      }
    },
    expand(items = []) {
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
    setUnits(byPath) {
      units = byPath
      if (shown === null) return
      showMarks(shown)
      setFoldUnits(shown.modified, units.get(shown.diff.path) ?? [])
    },
    setNotes(byPath, onOpen) {
      notes = byPath
      onNote = onOpen
      if (shown !== null) showNotes(shown)
    },
    setMoves(byPath, go) {
      moves = byPath
      onGo = go
      if (shown !== null) showMoves(shown)
    },
    selectedLines() {
      if (shown === null) return null
      const side = original.hasTextFocus() ? ('old' as const) : ('new' as const)
      const selection = (side === 'old' ? original : modified).getSelection()
      if (selection === null) return null
      // A selection that ends at the start of a line does not mean that line.
      const isWhole = selection.endColumn === 1 && selection.endLineNumber > selection.startLineNumber
      return { side, line: selection.startLineNumber, endLine: selection.endLineNumber - (isWhole ? 1 : 0) }
    },
    selectedText() {
      const side = original.hasTextFocus() ? original : modified
      const selection = side.getSelection()
      const isLine = selection !== null && selection.startLineNumber === selection.endLineNumber
      return isLine ? (side.getModel()?.getValueInRange(selection).slice(0, 1_000) ?? '') : ''
    },
    wordAtCursor() {
      const side = original.hasTextFocus() ? original : modified
      const [model, position] = [side.getModel(), side.getPosition()]
      return model === null || position === null ? null : nameAt(model, position)
    },
    setNameInfo(ask) {
      askName = ask
    },
    find() {
      modified.focus()
      modified.trigger('review', 'actions.find', null)
    },
    accessible(direction) {
      isTouched = true
      if (direction === 'next') widget.accessibleDiffViewerNext()
      else widget.accessibleDiffViewerPrev()
    },
    focus: () => modified.focus(),
    park() {
      forget()
      place = null
      box.remove()
      over.remove()
      // What Monaco opened for the reader would be open for the next one.
      return !isTouched && box.querySelector('.find-widget') === null
    },
    resume(next) {
      place = next
      options = next.options
      applyMonacoTheme(next.options.theme)
      applyOptions(null)
      next.host.append(box)
      next.host.closest('main')?.append(over)
      widget.layout()
    },
    dispose() {
      forget()
      for (const subscription of subscriptions) subscription.dispose()
      widget.dispose()
      box.remove()
      over.remove()
    },
  }
}

function createModels(diff: TextDiff): Models {
  modelCount += 1
  const [oldText, newText] = [diff.oldText ?? '', diff.newText ?? '']
  const model = (side: string, text: string) => {
    const made = editor.createModel(text, diff.language, Uri.parse(`crate:/${modelCount}/${side}`))
    made.setEOL(editor.EndOfLineSequence.LF)
    return made
  }
  const models = { original: model('old', oldText), modified: model('new', newText) }
  attachHunks(models.modified, diff.hunks)
  const [oldLines, newLines] = [oldText.split('\n'), newText.split('\n')]
  return { diff, ...models, oldLines, newLines, state: null, seen: new Set(), restTop: null }
}

const spansOf = (side: editor.ICodeEditor): LineSpan[] =>
  side.getVisibleRanges().map(range => ({ first: range.startLineNumber, last: range.endLineNumber }))

function dropModels(models: Models): void {
  models.original.dispose()
  models.modified.dispose()
}

/** The last hunk that starts at or before a line of the new side; -1 before the first. */
function lastHunkAt(hunks: readonly Hunk[], line: number): number {
  let found = -1
  while (found + 1 < hunks.length && (hunks[found + 1]?.newStart ?? Infinity) <= line) found += 1
  return found
}
