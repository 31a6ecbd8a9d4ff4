/**
 * The diff on screen, without React: two editors that take turns. One is in front; the other has the file made ready that
 * will probably be shown next, or the one before, so that going there only puts it in front.
 */
import type { editor, IDisposable } from 'monaco-editor/editor'
import type { Note } from '../../shared/review-notes.ts'
import type { Unit } from '../../shared/review-units.ts'
import { whenIdle } from '../parts/when-idle.ts'
import { themeNow } from '../styles/follow-theme.ts'
import { createDiffLeaf, type DiffLeaf, type DiffPlace, type DiffViewOptions, type LeafShared } from './diff-leaf.ts'
import { createFileModels, type TextDiff } from './file-models.ts'
import type { ItemSpan } from './folds.ts'
import { applyMonacoTheme } from './monaco-theme.ts'
import type { MoveEnd } from './move-ends.ts'
import { nameAt, registerNameHover, type AskName } from './name-hover.ts'

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
  let place = first
  applyMonacoTheme(first?.options.theme ?? themeNow())
  // What lies over the text is placed in the window; inside the box, which contains its layout, it would be cut off.
  const over = document.createElement('div')
  over.className = 'monaco-editor rv-over'
  const shared: LeafShared = {
    models: createFileModels(),
    over,
    annotations: noAnnotations(),
    options: first?.options ?? { layout: 'split', wrap: false, whitespace: false },
    onPlace: at => place?.onPlace(at),
    onPartly: path => place?.onPartly(path),
  }
  let front = createDiffLeaf(shared)
  let back: DiffLeaf | null = null
  /** What the one behind is being given. */
  let preparing: { readonly diff: TextDiff; readonly ready: Promise<void> } | null = null
  let turn = 0
  const showing: { isOn: boolean; after: (() => void) | null } = { isOn: false, after: null }
  let askName: AskName | null = null

  const leaves = (): DiffLeaf[] => (back === null ? [front] : [front, back])
  const attach = (host: HTMLElement) => {
    host.append(front.box)
    host.closest('main')?.append(over)
  }
  const makeBack = (): DiffLeaf => {
    if (back !== null) return back
    back = createDiffLeaf(shared)
    return back
  }
  const prepareIn = (leaf: DiffLeaf, diff: TextDiff) => {
    if (front.shown()?.diff === diff || leaf.shown()?.diff === diff || front.isOccupied()) return
    if (!leaf.box.isConnected) {
      place?.host.append(leaf.box)
      leaf.layout()
    }
    const mine = { diff, ready: leaf.show(shared.models.of(diff), null) }
    preparing = mine
    void mine.ready.then(() => {
      if (preparing === mine) preparing = null
    })
  }
  const swap = (line: number | null) => {
    if (back === null) return
    const focused = front.focused()
    front.goBack()
    ;[front, back] = [back, front]
    front.comeFront(line)
    if (focused !== null) (focused === 'old' ? front.original : front.modified).focus()
  }
  const settle = () => {
    const { after } = showing
    Object.assign(showing, { isOn: false, after: null })
    after?.()
  }
  const focusedSide = () => (front.focused() === 'old' ? front.original : front.modified)
  const forget = () => {
    turn += 1
    Object.assign(showing, { isOn: false, after: null })
    preparing = null
    for (const leaf of leaves()) leaf.forget()
    shared.models.clear()
    Object.assign(shared.annotations, noAnnotations())
    askName = null
  }
  const isOurs = (model: editor.ITextModel) => {
    const shown = front.shown()
    return model === shown?.modified || model === shown?.original
  }
  const hover: IDisposable = registerNameHover(isOurs, () => askName)
  if (first !== null) attach(first.host)
  front.comeFront(null)

  return {
    async show(diff, line) {
      const mine = ++turn
      Object.assign(showing, { isOn: true, after: null })
      // What is open in the one in front stays with the reader.
      if (!front.isOccupied() && preparing?.diff === diff) await preparing.ready
      if (mine !== turn) return
      if (!front.isOccupied() && back?.isReady(diff) === true) swap(line)
      else await front.show(shared.models.of(diff), line)
      if (mine === turn) settle()
    },
    prepare(diff) {
      if (back !== null) return prepareIn(back, diff)
      // The first file is hardly on screen, and making an editor takes longer than the reader should wait for a key.
      const asked = turn
      whenIdle(() => {
        if (asked === turn && place !== null) prepareIn(makeBack(), diff)
      })
    },
    setOptions(next) {
      const former = shared.options
      shared.options = next
      for (const leaf of leaves()) leaf.optionsChanged(former)
    },
    setTheme: applyMonacoTheme,
    goToHunk: step => front.goToHunk(step),
    goToLine(side, line, column) {
      // The file is on its way to the screen: its place is taken once it is there.
      if (showing.isOn) showing.after = () => front.goTo(side, line, column)
      else front.goTo(side, line, column)
    },
    whenShown(run) {
      if (!showing.isOn) return run()
      const { after } = showing
      showing.after = () => {
        after?.()
        run()
      }
    },
    expand: (items = []) => front.expand(items),
    toggleAllFolds: () => front.toggleAllFolds(),
    setUnits(byPath) {
      shared.annotations.units = byPath
      for (const leaf of leaves()) leaf.unitsChanged()
    },
    setNotes(byPath, onOpen) {
      Object.assign(shared.annotations, { notes: byPath, onNote: onOpen })
      for (const leaf of leaves()) leaf.notesChanged()
    },
    setMoves(byPath, onGo) {
      Object.assign(shared.annotations, { moves: byPath, onMove: onGo })
      for (const leaf of leaves()) leaf.movesChanged()
    },
    selectedLines() {
      if (front.shown() === null) return null
      const selection = focusedSide().getSelection()
      if (selection === null) return null
      // A selection that ends at the start of a line does not mean that line.
      const isWhole = selection.endColumn === 1 && selection.endLineNumber > selection.startLineNumber
      const side = focusedSide() === front.original ? ('old' as const) : ('new' as const)
      return { side, line: selection.startLineNumber, endLine: selection.endLineNumber - (isWhole ? 1 : 0) }
    },
    selectedText() {
      const side = focusedSide()
      const selection = side.getSelection()
      const isLine = selection !== null && selection.startLineNumber === selection.endLineNumber
      return isLine ? (side.getModel()?.getValueInRange(selection).slice(0, 1_000) ?? '') : ''
    },
    wordAtCursor() {
      const side = focusedSide()
      const [model, position] = [side.getModel(), side.getPosition()]
      return model === null || position === null ? null : nameAt(model, position)
    },
    setNameInfo(ask) {
      askName = ask
    },
    find: () => front.find(),
    accessible: direction => front.accessible(direction),
    focus: () => front.modified.focus(),
    warm: () => void makeBack(),
    park() {
      const isAsNew = leaves().every(leaf => leaf.isAsNew())
      forget()
      place = null
      for (const leaf of leaves()) leaf.box.remove()
      over.remove()
      return isAsNew
    },
    resume(next) {
      place = next
      shared.options = next.options
      applyMonacoTheme(next.options.theme)
      front.optionsChanged(next.options)
      attach(next.host)
      front.layout()
      front.comeFront(null)
    },
    dispose() {
      forget()
      hover.dispose()
      for (const leaf of leaves()) leaf.dispose()
      over.remove()
    },
  }
}

const noAnnotations = (): LeafShared['annotations'] => ({
  ...{ units: new Map(), notes: new Map(), moves: new Map() },
  ...{ onNote: () => undefined, onMove: () => undefined },
})
