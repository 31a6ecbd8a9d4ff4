/**
 * What a fold says about the units it hides, beside its number of lines. Monaco has a place there for the names of the
 * items inside; it asks again whenever another source of names is set.
 */
import type { editor } from 'monaco-editor/editor'
import { HideUnchangedRegionsFeature } from 'monaco-editor/editor/browser/widget/diffEditor/features/hideUnchangedRegionsFeature'
import type { Unit } from '../../shared/review-units.ts'
import { foldWords } from './unit-words.ts'

const ANY_KIND = 0

/** From now on folds of `model`, the new side, name these units; folds of other models name none. */
export function showFoldUnits(model: editor.ITextModel | null, units: readonly Unit[]): void {
  HideUnchangedRegionsFeature.setBreadcrumbsSourceFactory(asked => ({
    dispose: () => undefined,
    getAt: () => [],
    getBreadcrumbItems({ startLineNumber, endLineNumberExclusive }) {
      if (asked !== model) return []
      const hidden = units.filter(unit => unit.line >= startLineNumber && unit.line < endLineNumberExclusive)
      const [first] = hidden
      if (first === undefined) return []
      return [{ name: foldWords(hidden), kind: ANY_KIND, startLineNumber: first.line }]
    },
  }))
}
