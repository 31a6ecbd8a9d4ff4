/**
 * Notes between the lines of the diff: one box per note under its last line, made of text nodes only. The boxes take the
 * room of whole lines, so Monaco keeps both sides level.
 */
import type { editor } from 'monaco-editor/editor'
import type { Note } from '../../shared/review-notes.ts'
import { personName } from '../parts/words.ts'
import { initials } from '../team/people.ts'

const LINE_PX = 18
const FRAME_PX = 46
const BOX_PX = 640
/** Margin, frame and padding of the box at both sides, and room for words that do not break at its very end. */
const AROUND_PX = 54
const MAX_LINES = 12

/** Puts the notes of one side into its editor; call the answer to take them out again. */
export function showNoteZones(
  side: editor.ICodeEditor,
  notes: readonly Note[],
  onOpen: (note: Note) => void,
): () => void {
  const ids: string[] = []
  const width = Math.max(120, Math.min(BOX_PX, side.getLayoutInfo().contentWidth) - AROUND_PX)
  side.changeViewZones(accessor => {
    for (const note of notes) {
      const domNode = noteBox(note, onOpen)
      const heightInPx = FRAME_PX + Math.min(MAX_LINES, lineCount(note.text, width)) * LINE_PX
      ids.push(accessor.addZone({ afterLineNumber: note.place.endLine, heightInPx, domNode, suppressMouseDown: true }))
    }
  })
  return () => side.changeViewZones(accessor => ids.forEach(id => accessor.removeZone(id)))
}

let measured: CanvasRenderingContext2D | null | undefined

/** Lines that a text takes in a box that wide: the height is fixed before the browser lays anything out. */
function lineCount(text: string, width: number): number {
  measured ??= document.createElement('canvas').getContext('2d')
  if (measured !== null)
    measured.font = `12px ${getComputedStyle(document.documentElement).getPropertyValue('--font-ui')}`
  const widthOf = (line: string) => measured?.measureText(line).width ?? line.length * 7
  return text
    .trim()
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / width)), 0)
}

function textIn(tag: string, className: string, text: string): HTMLElement {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = text
  return made
}

function noteBox(note: Note, onOpen: (note: Note) => void): HTMLElement {
  const zone = document.createElement('div')
  zone.className = 'rv-zone'
  const box = document.createElement('div')
  box.className = note.severity === 'concern' || note.severity === 'blocker' ? 'rv-zone-box warn' : 'rv-zone-box'
  const head = document.createElement('div')
  head.className = 'rv-zone-head'
  const { line, endLine } = note.place
  const facts = [
    note.severity === 'remark' ? null : note.severity,
    note.state === 'published' ? null : note.state,
    note.place.state === 'here' ? null : note.place.state,
    note.inAudit && note.state === 'published' ? 'in audit notes' : null,
  ].filter(fact => fact !== null)
  const disc = textIn('span', 'av', initials(note.who))
  disc.setAttribute('aria-hidden', 'true')
  head.append(
    disc,
    textIn('b', 'ell', personName(note.who)),
    textIn('span', 'dim nw', line === endLine ? `line ${line}` : `lines ${line} to ${endLine}`),
    ...facts.map(fact => textIn('span', fact === 'concern' || fact === 'blocker' ? 'pill warn' : 'pill', fact)),
  )
  const text = textIn('div', 'rv-zone-text', note.text.trim())
  box.append(head, text)
  box.addEventListener('click', () => onOpen(note))
  zone.append(box)
  return zone
}
