/**
 * One diff editor outlives the page that shows it: making one takes longer than a file may take to appear. It is made
 * while nothing else is to be done, parked without its files when a review is left, and taken by the next one.
 */
import './monaco-setup.ts' // before Monaco itself, which reads our words while it loads
import { editor } from 'monaco-editor/editor'
import { createDiffView, type DiffView, type DiffViewPlace } from './diff-editor.ts'

let spare: DiffView | null = null

/** The parked editor, else a new one, at this place. */
export function takeDiffView(place: DiffViewPlace): DiffView {
  const view = spare
  spare = null
  if (view === null) return createDiffView(place)
  view.resume(place)
  return view
}

/** Parks it when no other one is and it is as good as new. */
export function leaveDiffView(view: DiffView): void {
  if (view.park() && spare === null) spare = view
  else view.dispose()
}

/** Makes the one to be taken, and the grammar that most files need. */
export function prepareDiffView(): void {
  if (spare !== null) return
  spare = createDiffView(null)
  editor.tokenize('fn main() {}', 'rust')
}

/** Makes the second of the two editors in it, so that this does not fall into the reading. */
export function warmDiffView(): void {
  spare?.warm()
}
