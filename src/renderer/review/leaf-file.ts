/**
 * The file in a leaf: shown in the place of the former one, or let go of. A file that is asked for while another one is on
 * its way wins; models are held as long as the editor has them or is about to.
 */
import type { editor } from 'monaco-editor/editor'
import type { Models } from './file-models.ts'
import type { LeafAnnotations } from './leaf-annotations.ts'
import { applyOptions, keepState, type LeafEditor } from './leaf-editor.ts'
import type { LeafIntraline } from './leaf-intraline.ts'
import { startFile } from './leaf-place.ts'
import type { SeenWatch } from './leaf-seen.ts'

/** What a leaf is made of, as far as it has to do with its file. */
export interface LeafParts {
  readonly leaf: LeafEditor
  readonly annotations: LeafAnnotations
  readonly intraline: LeafIntraline
  readonly seen: SeenWatch
}

/** Shows a file at a 1-based line of the new side, null: the first hunk or where it was left. Resolves when it is set. */
export async function showFile(parts: LeafParts, models: Models, line: number | null): Promise<void> {
  const { leaf, annotations, intraline, seen } = parts
  // Behind, it was kept when it left the screen.
  if (leaf.isFront) keepState(leaf)
  leaf.shared.models.hold(models)
  intraline.stop()
  seen.stop()
  const isComplete = intraline.fillFirst(models)
  applyOptions(leaf, models)
  leaf.shown = models
  leaf.currentHunk = -1
  const viewModel = leaf.widget.createViewModel({ original: models.original, modified: models.modified })
  await viewModel.waitForDiff()
  if (leaf.shown !== models) {
    viewModel.dispose()
    return leaf.shared.models.release(models)
  }
  replaceFile(parts, models, viewModel)
  annotations.showMarks(models)
  annotations.showNotes(models)
  annotations.showMoves(models)
  startFile(leaf, models, line)
  if (!isComplete) intraline.fillRest(models)
  seen.watch()
}

/** Lets go of its file, shown or on its way. */
export function forgetFile({ leaf, annotations, intraline, seen }: LeafParts): void {
  intraline.stop()
  seen.stop()
  annotations.clear()
  const model = leaf.widget.getModel()
  leaf.widget.setModel(null)
  dropModel(model)
  if (leaf.here !== null) leaf.shared.models.release(leaf.here)
  ;[leaf.shown, leaf.here] = [null, null]
  leaf.currentHunk = -1
  leaf.isFront = false
}

function replaceFile({ leaf, annotations }: LeafParts, models: Models, next: editor.IDiffEditorViewModel): void {
  const [former, formerModels] = [leaf.widget.getModel(), leaf.here]
  leaf.here = models
  annotations.nameFolds(models)
  leaf.widget.setModel(next)
  dropModel(former)
  if (formerModels !== null) leaf.shared.models.release(formerModels)
}

function dropModel(model: editor.IDiffEditorModel | editor.IDiffEditorViewModel | null): void {
  if (model !== null && 'dispose' in model) model.dispose()
}
