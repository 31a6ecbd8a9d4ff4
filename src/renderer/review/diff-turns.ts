/**
 * Whose turn it is: a file that the second editor has ready is shown by putting that one in front, any other one in the
 * editor in front. What is open in the editor in front stays with the reader: then it is not exchanged.
 */
import { whenIdle } from '../parts/when-idle.ts'
import type { DiffViewPlace } from './diff-editor.ts'
import { createDiffLeaf, type DiffLeaf, type LeafShared } from './diff-leaf.ts'
import type { TextDiff } from './file-models.ts'
import { takeOverFind } from './leaf-find.ts'

/** The two editors of a view, and what is on its way in them. */
export interface Turns {
  readonly shared: LeafShared
  /** Null while the view is parked. */
  place: DiffViewPlace | null
  front: DiffLeaf
  /** Null until there was time to make it. */
  back: DiffLeaf | null
  /** What the one behind is being given. */
  preparing: { readonly diff: TextDiff; readonly ready: Promise<void> } | null
  /** One more with each file asked for: what was begun for a former one is of no use any more. */
  turn: number
  /** Whether a file is on its way to the screen, and what is done once it is there. */
  readonly showing: { isOn: boolean; after: (() => void) | null }
}

export const leavesOf = ({ front, back }: Turns): DiffLeaf[] => (back === null ? [front] : [front, back])

/** The one behind, made if it is not there yet: that takes longer than the reader should wait for a key. */
export function makeBack(turns: Turns): DiffLeaf {
  turns.back ??= createDiffLeaf(turns.shared)
  return turns.back
}

/** Shows a file at a 1-based line of the new side; null: the first hunk. Resolves when it is painted. */
export async function showInTurn(turns: Turns, diff: TextDiff, line: number | null): Promise<void> {
  const mine = ++turns.turn
  Object.assign(turns.showing, { isOn: true, after: null })
  // What is open in the one in front stays with the reader.
  if (!turns.front.isOccupied() && turns.preparing?.diff === diff) await turns.preparing.ready
  if (mine !== turns.turn) return
  if (!turns.front.isOccupied() && turns.back?.isReady(diff) === true) swap(turns, line)
  else await turns.front.show(turns.shared.models.of(diff), line)
  if (mine === turns.turn) settle(turns)
}

/** Gives the one behind a file that will probably be shown next. */
export function prepareInTurn(turns: Turns, diff: TextDiff): void {
  if (turns.back !== null) return prepareIn(turns, turns.back, diff)
  // The first file is hardly on screen, and making an editor takes longer than the reader should wait for a key.
  const asked = turns.turn
  whenIdle(() => {
    if (asked === turns.turn && turns.place !== null) prepareIn(turns, makeBack(turns), diff)
  })
}

/** Goes to a place of the file on screen, or of the one on its way once that is there. */
export function goToInTurn(turns: Turns, side: 'old' | 'new', line: number, column?: number): void {
  // The file is on its way to the screen: its place is taken once it is there.
  if (turns.showing.isOn) turns.showing.after = () => turns.front.goTo(side, line, column)
  else turns.front.goTo(side, line, column)
}

/** Runs it at once, or after the file on its way is on screen and its line was gone to. */
export function runWhenShown({ showing }: Turns, run: () => void): void {
  if (!showing.isOn) return run()
  const { after } = showing
  showing.after = () => {
    after?.()
    run()
  }
}

/** Lets go of all files, and of what is on its way. */
export function forgetFiles(turns: Turns): void {
  turns.turn += 1
  Object.assign(turns.showing, { isOn: false, after: null })
  turns.preparing = null
  for (const leaf of leavesOf(turns)) leaf.forget()
  turns.shared.models.clear()
}

function prepareIn(turns: Turns, leaf: DiffLeaf, diff: TextDiff): void {
  const { front, place, shared } = turns
  if (front.shown()?.diff === diff || leaf.shown()?.diff === diff || front.isOccupied()) return
  if (!leaf.box.isConnected) {
    place?.host.append(leaf.box)
    leaf.layout()
  }
  const mine = { diff, ready: leaf.show(shared.models.of(diff), null) }
  turns.preparing = mine
  void mine.ready.then(() => {
    if (turns.preparing === mine) turns.preparing = null
  })
}

function swap(turns: Turns, line: number | null): void {
  if (turns.back === null) return
  const focused = turns.front.focused()
  for (const side of ['original', 'modified'] as const) takeOverFind(turns.front[side], turns.back[side])
  turns.front.goBack()
  ;[turns.front, turns.back] = [turns.back, turns.front]
  turns.front.comeFront(line)
  if (focused !== null) (focused === 'old' ? turns.front.original : turns.front.modified).focus()
}

function settle({ showing }: Turns): void {
  const { after } = showing
  Object.assign(showing, { isOn: false, after: null })
  after?.()
}
