/**
 * One of the two editors that take turns in a review page (diff-editor.ts): shows a text diff, moves between hunks, opens
 * folds, marks words and suspicious characters. While it is behind the other it tells nobody anything. Read only.
 */
import './monaco-setup.ts'
import type { editor, IDisposable } from 'monaco-editor/editor'
import type { FileModels, Models, TextDiff } from './file-models.ts'
import { expandItem, expandNearest, toggleFolds, type ItemSpan } from './folds.ts'
import { createLeafAnnotations, type Annotations, type LeafAnnotations } from './leaf-annotations.ts'
import { applyOptions, createLeafEditor, keepState, type LeafEditor } from './leaf-editor.ts'
import { forgetFile, showFile, type LeafParts } from './leaf-file.ts'
import { isFinding } from './leaf-find.ts'
import { createLeafFront, type LeafFront } from './leaf-front.ts'
import { createLeafIntraline } from './leaf-intraline.ts'
import { followCursor, goTo, goToHunk, keepInView, lineOf, revealLine, tellPlace } from './leaf-place.ts'
import { createSeenWatch } from './leaf-seen.ts'

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

/** Creates the editor in a box of its own, which is not in the page yet, behind the other one. */
export function createDiffLeaf(shared: LeafShared): DiffLeaf {
  const leaf = createLeafEditor(shared)
  const { box, widget, original, modified } = leaf
  const annotations = createLeafAnnotations(leaf)
  const intraline = createLeafIntraline(leaf)
  const seen = createSeenWatch(leaf)
  const front = createLeafFront(leaf)
  const subscriptions: IDisposable[] = [
    modified.onDidScrollChange(seen.watch),
    original.onDidScrollChange(seen.watch),
    modified.onDidChangeCursorPosition(event => followCursor(leaf, event)),
  ]
  front.set(false)

  return {
    ...{ box, original, modified },
    shown: () => leaf.shown,
    isReady: diff => leaf.here === leaf.shown && leaf.here?.diff === diff,
    ...turnCalls({ leaf, annotations, intraline, seen }, front),
    ...changeCalls(leaf, annotations),
    ...placeCalls(leaf),
    ...keyboardCalls(leaf),
    layout: () => widget.layout(),
    dispose() {
      front.stop()
      for (const subscription of subscriptions) subscription.dispose()
      widget.dispose()
      box.remove()
    },
  }
}

type TurnCalls = Pick<DiffLeaf, 'show' | 'comeFront' | 'goBack' | 'forget'>

function turnCalls(parts: LeafParts, front: LeafFront): TurnCalls {
  const { leaf, seen } = parts
  return {
    show: (models, line) => showFile(parts, models, line),
    comeFront(line) {
      front.set(true)
      if (leaf.shown === null) return
      if (line === null) tellPlace(leaf)
      else revealLine(leaf, leaf.shown, line)
      seen.watch()
    },
    goBack() {
      keepState(leaf)
      front.set(false)
      seen.stop()
    },
    forget: () => forgetFile(parts),
  }
}

type ChangeCalls = Pick<DiffLeaf, 'optionsChanged' | 'unitsChanged' | 'notesChanged' | 'movesChanged'>

function changeCalls(leaf: LeafEditor, annotations: LeafAnnotations): ChangeCalls {
  return {
    optionsChanged(former) {
      const { shown, shared } = leaf
      const { options } = shared
      applyOptions(leaf, shown)
      if (shown === null || (options.layout === former.layout && options.wrap === former.wrap)) return
      annotations.showMoves(shown)
      annotations.showNotes(shown)
      keepInView(leaf)
    },
    unitsChanged() {
      if (leaf.shown === null) return
      annotations.showMarks(leaf.shown)
      annotations.nameFolds(leaf.shown)
    },
    notesChanged() {
      if (leaf.shown !== null) annotations.showNotes(leaf.shown)
    },
    movesChanged() {
      if (leaf.shown !== null) annotations.showMoves(leaf.shown)
    },
  }
}

type PlaceCalls = Pick<DiffLeaf, 'goToHunk' | 'goTo' | 'expand' | 'toggleAllFolds'>

function placeCalls(leaf: LeafEditor): PlaceCalls {
  const { widget } = leaf
  return {
    goToHunk: step => goToHunk(leaf, step),
    goTo: (side, line, column) => goTo(leaf, side, line, column),
    expand(items) {
      const { shown } = leaf
      if (shown === null) return false
      if (expandItem(widget, items, lineOf(leaf.modified), shown.newLines)) return true
      return expandNearest(widget, shown.diff.hunks[Math.max(0, leaf.currentHunk)], shown.newLines)
    },
    toggleAllFolds: () => toggleFolds(widget),
  }
}

type KeyboardCalls = Pick<DiffLeaf, 'focused' | 'find' | 'accessible' | 'isOccupied' | 'isAsNew'>

function keyboardCalls({ box, widget, original, modified }: LeafEditor): KeyboardCalls {
  let isTouched = false
  return {
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
    isOccupied: () => isTouched || isFinding(original) || isFinding(modified),
    // What Monaco opened for the reader would be open for the next one.
    isAsNew: () => !isTouched && box.querySelector('.find-widget') === null,
  }
}
