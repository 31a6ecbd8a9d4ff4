/** Diamonds beside the lines where units start, one per line, the most pressing answer first. */
import type { editor } from 'monaco-editor/editor'
import type { Unit } from '../../shared/review-units.ts'
import { isOpen, KIND_WORDS } from './unit-words.ts'

/** Decorations of the new side. `lines` is the number of lines shown there. */
export function unitDecorations(units: readonly Unit[], lines: number): editor.IModelDeltaDecoration[] {
  const byLine = new Map<number, Unit[]>()
  for (const unit of units) {
    if (unit.line < 1 || unit.line > lines) continue
    const here = byLine.get(unit.line)
    if (here === undefined) byLine.set(unit.line, [unit])
    else here.push(unit)
  }
  return [...byLine].map(([line, here]) => ({
    range: { startLineNumber: line, startColumn: 1, endLineNumber: line, endColumn: 1 },
    options: {
      description: 'unit',
      marginClassName: `rv-unit-mark ${stateOf(here)}`,
      hoverMessage: { value: here.map(unit => KIND_WORDS[unit.kind]).join(', ') },
    },
  }))
}

function stateOf(units: readonly Unit[]): 'open' | 'concern' | 'answered' {
  if (units.some(unit => unit.answer?.verdict === 'concern')) return 'concern'
  return units.some(isOpen) ? 'open' : 'answered'
}
