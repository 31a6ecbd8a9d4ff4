/**
 * The diff on screen, without React: two editors that take turns. One is in front; the other has the file made ready that
 * will probably be shown next, or the one before, so that going there only puts it in front.
 */
import type { editor } from 'monaco-editor/editor'
import type { Note } from '../../shared/review-notes.ts'
import type { Unit } from '../../shared/review-units.ts'
import { themeNow } from '../styles/follow-theme.ts'
import { createDiffLeaf, type DiffPlace, type DiffViewOptions, type LeafShared } from './diff-leaf.ts'
import { selectedLines, selectedText, wordAtCursor } from './diff-selection.ts'
import {
  forgetFiles,
  goToInTurn,
  leavesOf,
  makeBack,
  prepareInTurn,
  runWhenShown,
  showInTurn,
  type Turns,
} from './diff-turns.ts'
import { createFileModels, type TextDiff } from './file-models.ts'
import type { ItemSpan } from './folds.ts'
import { applyMonacoTheme } from './monaco-theme.ts'
import type { MoveEnd } from './move-ends.ts'
import { registerNameHover, type AskName } from './name-hover.ts'

export interface DiffView {
  /** Shows a file; `line` is of the new side, null for the first hunk. Resolves when it is painted. */
  show(diff: TextDiff, line: number | null): Promise<void>
  /** Makes a file ready that will probably be shown next. */
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
  /** Makes the second editor, when there is time. */
  warm(): void
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

/** Creates the editor; without a place it is parked. */
export function createDiffView(first: DiffViewPlace | null): DiffView {
  applyMonacoTheme(first?.options.theme ?? themeNow())
  const turns = startTurns(first)
  const names: Names = { ask: null }
  const hover = registerNameHover(
    model => isShown(turns, model),
    () => names.ask,
  )
  if (first !== null) attach(turns, first.host)
  turns.front.comeFront(null)

  return {
    ...fileCalls(turns),
    ...goCalls(turns),
    ...lookCalls(turns),
    ...selectionCalls(turns),
    setNameInfo(ask) {
      names.ask = ask
    },
    ...parkCalls(turns, names),
    dispose() {
      forget(turns, names)
      hover.dispose()
      for (const leaf of leavesOf(turns)) leaf.dispose()
      turns.shared.over.remove()
    },
  }
}

/** Who is asked what a name means; null while nobody can be. */
interface Names {
  ask: AskName | null
}

function startTurns(place: DiffViewPlace | null): Turns {
  // What lies over the text is placed in the window; inside the box, which contains its layout, it would be cut off.
  const over = document.createElement('div')
  over.className = 'monaco-editor rv-over'
  const shared: LeafShared = {
    models: createFileModels(),
    over,
    annotations: noAnnotations(),
    options: place?.options ?? { layout: 'split', wrap: false, whitespace: false },
    onPlace: at => turns.place?.onPlace(at),
    onPartly: path => turns.place?.onPartly(path),
  }
  const turns: Turns = {
    ...{ shared, place, front: createDiffLeaf(shared), back: null },
    ...{ preparing: null, turn: 0, showing: { isOn: false, after: null } },
  }
  return turns
}

function attach({ front, shared }: Turns, host: HTMLElement): void {
  host.append(front.box)
  host.closest('main')?.append(shared.over)
}

function isShown({ front }: Turns, model: editor.ITextModel): boolean {
  const shown = front.shown()
  return model === shown?.modified || model === shown?.original
}

function forget(turns: Turns, names: Names): void {
  forgetFiles(turns)
  Object.assign(turns.shared.annotations, noAnnotations())
  names.ask = null
}

type FileCalls = Pick<DiffView, 'show' | 'prepare' | 'whenShown' | 'warm'>

function fileCalls(turns: Turns): FileCalls {
  return {
    show: (diff, line) => showInTurn(turns, diff, line),
    prepare: diff => prepareInTurn(turns, diff),
    whenShown: run => runWhenShown(turns, run),
    warm: () => void makeBack(turns),
  }
}

type GoCalls = Pick<DiffView, 'goToHunk' | 'goToLine' | 'expand' | 'toggleAllFolds' | 'find' | 'accessible' | 'focus'>

function goCalls(turns: Turns): GoCalls {
  return {
    goToHunk: step => turns.front.goToHunk(step),
    goToLine: (side, line, column) => goToInTurn(turns, side, line, column),
    expand: (items = []) => turns.front.expand(items),
    toggleAllFolds: () => turns.front.toggleAllFolds(),
    find: () => turns.front.find(),
    accessible: direction => turns.front.accessible(direction),
    focus: () => turns.front.modified.focus(),
  }
}

type SelectionCalls = Pick<DiffView, 'selectedLines' | 'selectedText' | 'wordAtCursor'>

function selectionCalls(turns: Turns): SelectionCalls {
  return {
    selectedLines: () => selectedLines(turns.front),
    selectedText: () => selectedText(turns.front),
    wordAtCursor: () => wordAtCursor(turns.front),
  }
}

type LookCalls = Pick<DiffView, 'setOptions' | 'setTheme' | 'setUnits' | 'setNotes' | 'setMoves'>

function lookCalls(turns: Turns): LookCalls {
  const { shared } = turns
  return {
    setOptions(next) {
      const former = shared.options
      shared.options = next
      for (const leaf of leavesOf(turns)) leaf.optionsChanged(former)
    },
    setTheme: applyMonacoTheme,
    setUnits(byPath) {
      shared.annotations.units = byPath
      for (const leaf of leavesOf(turns)) leaf.unitsChanged()
    },
    setNotes(byPath, onOpen) {
      Object.assign(shared.annotations, { notes: byPath, onNote: onOpen })
      for (const leaf of leavesOf(turns)) leaf.notesChanged()
    },
    setMoves(byPath, onGo) {
      Object.assign(shared.annotations, { moves: byPath, onMove: onGo })
      for (const leaf of leavesOf(turns)) leaf.movesChanged()
    },
  }
}

type ParkCalls = Pick<DiffView, 'park' | 'resume'>

function parkCalls(turns: Turns, names: Names): ParkCalls {
  const { shared } = turns
  return {
    park() {
      const isAsNew = leavesOf(turns).every(leaf => leaf.isAsNew())
      forget(turns, names)
      turns.place = null
      for (const leaf of leavesOf(turns)) leaf.box.remove()
      shared.over.remove()
      return isAsNew
    },
    resume(next) {
      turns.place = next
      shared.options = next.options
      applyMonacoTheme(next.options.theme)
      turns.front.optionsChanged(next.options)
      attach(turns, next.host)
      turns.front.layout()
      turns.front.comeFront(null)
    },
  }
}

const noAnnotations = (): LeafShared['annotations'] => ({
  ...{ units: new Map(), notes: new Map(), moves: new Map() },
  ...{ onNote: () => undefined, onMove: () => undefined },
})
