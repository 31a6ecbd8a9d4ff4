/**
 * What a fold says about the units it hides, beside its number of lines. Monaco has a place there for the names of the
 * items inside. Set before a model is shown, they cost nothing; afterwards the labels are written again, not the folds.
 */
import type { editor } from 'monaco-editor/editor'
import {
  observableValue,
  type Observable,
} from 'monaco-editor/base/common/observableInternal/observables/observableValue'
import { HideUnchangedRegionsFeature } from 'monaco-editor/editor/browser/widget/diffEditor/features/hideUnchangedRegionsFeature'
import type { Unit } from '../../shared/review-units.ts'
import { foldWords } from './unit-words.ts'

const ANY_KIND = 0

const byModel = new WeakMap<editor.ITextModel, Observable<readonly Unit[]>>()

function unitsOf(model: editor.ITextModel): Observable<readonly Unit[]> {
  const found = byModel.get(model)
  if (found !== undefined) return found
  const made = observableValue<readonly Unit[]>('units of a model', [])
  byModel.set(model, made)
  return made
}

HideUnchangedRegionsFeature.setBreadcrumbsSourceFactory(model => ({
  dispose: () => undefined,
  getAt: () => [],
  getBreadcrumbItems({ startLineNumber, endLineNumberExclusive }, reader) {
    const units = unitsOf(model).read(reader)
    const hidden = units.filter(unit => unit.line >= startLineNumber && unit.line < endLineNumberExclusive)
    const [first] = hidden
    if (first === undefined) return []
    return [{ name: foldWords(hidden), kind: ANY_KIND, startLineNumber: first.line }]
  },
}))

/** The folds of this model, a new side, name these units from now on. */
export function setFoldUnits(model: editor.ITextModel, units: readonly Unit[]): void {
  const known = unitsOf(model)
  if (!saySame(known.get(), units)) known.set(units, undefined)
}

const saySame = (a: readonly Unit[], b: readonly Unit[]): boolean =>
  a.length === b.length &&
  a.every((unit, i) => {
    const other = b[i]
    return unit.id === other?.id && unit.line === other.line && unit.answer?.verdict === other.answer?.verdict
  })
