/**
 * The Monaco diff editor of a leaf (diff-leaf.ts) and what it is at: the file in it, the hunk, whether the reader sees it.
 * The parts of a leaf (leaf-*.ts) all work on this one object; it tells nobody anything by itself.
 */
import { editor } from 'monaco-editor/editor'
import type { LeafShared } from './diff-leaf.ts'
import type { Models } from './file-models.ts'
import { fileOptions, firstOptions, layoutFor } from './leaf-options.ts'

export interface LeafEditor {
  readonly shared: LeafShared
  readonly box: HTMLElement
  readonly widget: editor.IStandaloneDiffEditor
  readonly original: editor.ICodeEditor
  readonly modified: editor.ICodeEditor
  /** What was asked for, and what the editor has: the former is on its way for a moment. */
  shown: Models | null
  here: Models | null
  isFront: boolean
  /** 0-based; -1 before the first hunk. */
  currentHunk: number
}

/** An editor without a file, behind the other one, in a box that is not in the page yet. */
export function createLeafEditor(shared: LeafShared): LeafEditor {
  // Monaco cannot move to another element; what it is in can.
  const box = document.createElement('div')
  box.className = 'rv-leaf'
  const fontFamily = getComputedStyle(document.documentElement).getPropertyValue('--font-mono').trim()
  const widget = editor.createDiffEditor(box, firstOptions(shared.options, fontFamily, shared.over))
  const [original, modified] = [widget.getOriginalEditor(), widget.getModifiedEditor()]
  holdStill(original)
  holdStill(modified)
  return { shared, box, widget, original, modified, shown: null, here: null, isFront: false, currentHunk: -1 }
}

/** No line is as far above the first one on screen. */
const OUT_OF_SIGHT_PX = -1_000_000

/**
 * Monaco keeps a zone that is not on screen a million pixels above what is, so that each turn of the wheel moves what
 * stands in the zone of every fold of the file. All of them stay in one place.
 */
function holdStill(side: editor.ICodeEditor): void {
  const change = side.changeViewZones.bind(side)
  side.changeViewZones = callback => {
    change(zones => {
      const addZone = (zone: editor.IViewZone): string => {
        const tell = zone.onDomNodeTop?.bind(zone)
        if (tell !== undefined) zone.onDomNodeTop = top => tell(Math.max(top, OUT_OF_SIGHT_PX))
        return zones.addZone(zone)
      }
      callback({ ...zones, addZone })
    })
  }
}

/** Whether the keyboard stops at its sides, as a `tabindex`. */
export const tabStop = (leaf: LeafEditor): 0 | -1 => (leaf.isFront ? 0 : -1)

/** Whether a file has its sides beside each other, with the options as they are. */
export const isSplit = ({ shared }: LeafEditor, models: Models): boolean =>
  layoutFor(models.diff, shared.options.layout) === 'split'

/** Sets the options for a file, which need not be in the editor yet; null: for none. */
export function applyOptions(leaf: LeafEditor, models: Models | null): void {
  const { both, oldSide } = fileOptions(models, leaf.shared.options, tabStop(leaf))
  leaf.widget.updateOptions(both)
  leaf.original.updateOptions(oldSide)
}

/** Remembers with the file where it is left: lines, scrolling and folds. */
export function keepState({ here, widget }: LeafEditor): void {
  if (here !== null) here.state = widget.saveViewState()
}
