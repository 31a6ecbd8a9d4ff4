/**
 * The marks inside of changed lines (intraline.ts) of the file in a leaf: as many as a key press has time for before the
 * file is shown, the rest in slices afterwards, shown by one refresh.
 */
import type { Models } from './file-models.ts'
import { attachHunks, refreshDiff } from './git-diff-provider.ts'
import { intralineChanges } from './intraline.ts'
import type { LeafEditor } from './leaf-editor.ts'

const INTRALINE_FIRST_MS = 12
const INTRALINE_SLICE_MS = 8

export interface LeafIntraline {
  /** Computes what there is time for before the file is shown; answers whether that was all. */
  fillFirst(models: Models): boolean
  /** Computes the rest, as long as this file is shown. */
  fillRest(models: Models): void
  stop(): void
}

/** Computes nothing yet. */
export function createLeafIntraline(leaf: LeafEditor): LeafIntraline {
  let timer = 0
  const fillRest = (models: Models) => {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => {
      if (leaf.shown !== models) return
      if (fillIntraline(models, INTRALINE_SLICE_MS)) refreshDiff()
      else fillRest(models)
    }, 0)
  }
  return {
    fillFirst: models => fillIntraline(models, INTRALINE_FIRST_MS),
    fillRest,
    stop: () => window.clearTimeout(timer),
  }
}

/** Computes marks inside of lines for so long; answers whether that was all of them. */
function fillIntraline(models: Models, budgetMs: number): boolean {
  const intraline = attachHunks(models.modified, models.diff.hunks)
  const until = performance.now() + budgetMs
  for (let i = 0; i < models.diff.hunks.length; i++) {
    const hunk = models.diff.hunks[i]
    if (hunk === undefined || intraline.has(i)) continue
    if (performance.now() > until) return false
    intraline.set(i, intralineChanges(hunk, models.oldLines, models.newLines))
  }
  return true
}
