/**
 * The texts of files as Monaco's models, with what belongs to a file while it is not on screen: where it was left and
 * which hunks were seen. A few are kept, so that going back and the file made ahead are immediate.
 */
import { editor, Uri } from 'monaco-editor/editor'
import type { FileDiff } from '../../shared/wire.ts'
import { attachHunks } from './git-diff-provider.ts'

export type TextDiff = Extract<FileDiff, { kind: 'text' }>

export interface Models {
  readonly diff: TextDiff
  readonly original: editor.ITextModel
  readonly modified: editor.ITextModel
  readonly oldLines: readonly string[]
  readonly newLines: readonly string[]
  state: editor.IDiffEditorViewState | null
  /** Hunks that stayed on screen to their end. */
  readonly seen: Set<number>
  /** Where the file first came to rest on screen; null until then. */
  restTop: number | null
}

export interface FileModels {
  /** Those of a file, made if they are not here; the same diff gives the same models while they are kept. */
  of(diff: TextDiff): Models
  /** An editor shows them: they stay until it lets them go. */
  hold(models: Models): void
  release(models: Models): void
  /** Drops all that no editor holds. */
  clear(): void
}

const KEPT_FILES = 8
let modelCount = 0

export function createFileModels(): FileModels {
  const cache = new Map<string, Models>()
  const held = new Map<Models, number>()
  return {
    of(diff) {
      const found = cache.get(diff.path)
      if (found?.diff === diff) {
        cache.delete(diff.path)
        cache.set(diff.path, found)
        return found
      }
      if (found !== undefined && !held.has(found)) dropModels(found)
      const made = createModels(diff)
      cache.set(diff.path, made)
      for (const [path, models] of cache) {
        if (cache.size <= KEPT_FILES) break
        if (held.has(models) || models === made) continue
        cache.delete(path)
        dropModels(models)
      }
      return made
    },
    hold: models => void held.set(models, (held.get(models) ?? 0) + 1),
    release(models) {
      const left = (held.get(models) ?? 1) - 1
      if (left > 0) return void held.set(models, left)
      held.delete(models)
      // The file was loaded again meanwhile.
      if (cache.get(models.diff.path) !== models) dropModels(models)
    },
    clear() {
      for (const [path, models] of cache) {
        if (held.has(models)) continue
        cache.delete(path)
        dropModels(models)
      }
    },
  }
}

function createModels(diff: TextDiff): Models {
  modelCount += 1
  const [oldText, newText] = [diff.oldText ?? '', diff.newText ?? '']
  const model = (side: string, text: string) => {
    const made = editor.createModel(text, diff.language, Uri.parse(`crate:/${modelCount}/${side}`))
    made.setEOL(editor.EndOfLineSequence.LF)
    return made
  }
  const models = { original: model('old', oldText), modified: model('new', newText) }
  attachHunks(models.modified, diff.hunks)
  const [oldLines, newLines] = [oldText.split('\n'), newText.split('\n')]
  return { diff, ...models, oldLines, newLines, state: null, seen: new Set(), restTop: null }
}

function dropModels(models: Models): void {
  models.original.dispose()
  models.modified.dispose()
}
