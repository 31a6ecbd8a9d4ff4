/** What was last searched for in one editor is what the other one goes on with: the reader sees only one. */
import type { editor, IDisposable } from 'monaco-editor/editor'

interface Wish {
  readonly searchString: string
  readonly isRegex: boolean
  readonly wholeWord: boolean
  readonly matchCase: boolean
}

/** The part of Monaco's find controller that is used here; its types show none of it. */
interface FindController extends editor.IEditorContribution {
  getState?(): FindState
}
interface FindState extends Wish {
  readonly isRevealed: boolean
  change(next: Partial<Wish>, moveCursor: boolean): void
  onFindReplaceStateChange(told: (change: { readonly isRevealed: boolean }) => void): IDisposable
}

const stateOf = (side: editor.ICodeEditor): FindState | undefined =>
  side.getContribution<FindController>('editor.contrib.findController')?.getState?.()

/** Whether its find field is open, or about to be: Monaco shows it a moment later. */
export const isFinding = (side: editor.ICodeEditor): boolean => stateOf(side)?.isRevealed === true

/** Nothing happens on screen; a Monaco without such a controller keeps each editor's own. */
export function takeOverFind(from: editor.ICodeEditor, to: editor.ICodeEditor): void {
  const [former, next] = [stateOf(from), stateOf(to)]
  if (former === undefined || next === undefined || former.searchString === '') return
  const { searchString, isRegex, wholeWord, matchCase } = former
  next.change({ searchString, isRegex, wholeWord, matchCase }, false)
  if (to.getDomNode()?.querySelector('.find-widget') === null) fillWhenOpened(to, next)
}

const waiting = new WeakSet<editor.ICodeEditor>()

/** Monaco makes the field when it is first opened, and tells it only of what changes from then on. */
function fillWhenOpened(side: editor.ICodeEditor, state: FindState): void {
  if (waiting.has(side)) return
  waiting.add(side)
  const opened = state.onFindReplaceStateChange(({ isRevealed }) => {
    if (!isRevealed || !state.isRevealed) return
    opened.dispose()
    waiting.delete(side)
    const { searchString } = state
    state.change({ searchString: '' }, false)
    state.change({ searchString }, false)
  })
}
