/** The ends of moved blocks in the diff: a line of text above the block that leads to the other end, and a bar beside it. */
import type { editor } from 'monaco-editor/editor'
import { endText, type MoveEnd } from './move-ends.ts'

const ZONE_PX = 20

/** Puts the ends of one side into its editor; call the answer to take them out again. */
export function showMoveZones(
  side: editor.ICodeEditor,
  ends: readonly MoveEnd[],
  onGo: (end: MoveEnd) => void,
): () => void {
  if (ends.length === 0) return () => undefined
  const lines = side.getModel()?.getLineCount() ?? 0
  // What was removed at the very end stands after the last line.
  const fitting = ends.filter(end => end.line <= lines + (end.endLine < end.line ? 1 : 0))
  const ids: string[] = []
  side.changeViewZones(accessor => {
    for (const end of fitting) {
      const domNode = zoneOf(end, onGo)
      ids.push(
        accessor.addZone({ afterLineNumber: end.line - 1, heightInPx: ZONE_PX, domNode, suppressMouseDown: true }),
      )
    }
  })
  const bars = side.createDecorationsCollection(
    fitting
      .filter(end => end.endLine >= end.line)
      .map(end => ({
        range: {
          startLineNumber: end.line,
          startColumn: 1,
          endLineNumber: Math.min(end.endLine, lines),
          endColumn: 1,
        },
        options: { description: 'moved', isWholeLine: true, linesDecorationsClassName: 'rv-moved-bar' },
      })),
  )
  return () => {
    bars.clear()
    side.changeViewZones(accessor => ids.forEach(id => accessor.removeZone(id)))
  }
}

function zoneOf(end: MoveEnd, onGo: (end: MoveEnd) => void): HTMLElement {
  const zone = document.createElement('div')
  zone.className = 'rv-moved'
  const button = document.createElement('button')
  // The editor keeps the keyboard; the command goes the same way.
  button.tabIndex = -1
  button.textContent = endText(end)
  // Monaco takes the pointer when it goes down, so that no click would ever arrive here.
  button.addEventListener('pointerdown', event => event.stopPropagation())
  button.addEventListener('mousedown', event => {
    event.preventDefault()
    event.stopPropagation()
    if (event.button === 0) onGo(end)
  })
  zone.append(button)
  return zone
}
