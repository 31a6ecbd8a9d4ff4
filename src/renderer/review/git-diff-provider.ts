/**
 * Feeds Monaco's diff editor with the hunks that git computed in the engine, in place of its own algorithm (which needs
 * seconds on files of thousands of lines). Hunks are attached to the model of the new side; marks inside lines are added
 * when they are ready and shown by one refresh.
 */
import { Emitter, type editor } from 'monaco-editor/editor'
import { LineRange } from 'monaco-editor/editor/common/core/ranges/lineRange'
import { DetailedLineRangeMapping, RangeMapping } from 'monaco-editor/editor/common/diff/rangeMapping'
import { Range } from 'monaco-editor/editor'
import type { Hunk } from '../../shared/wire.ts'
import type { IntralineChange, TextSpan } from './intraline.ts'

interface Attached {
  readonly hunks: readonly Hunk[]
  /** By hunk index; missing: not computed, null: none. */
  readonly intraline: Map<number, readonly IntralineChange[] | null>
}

const attached = new WeakMap<editor.ITextModel, Attached>()
const changed = new Emitter<void>()

/** Says which lines of this pair of models differ. Call before the models are shown. */
export function attachHunks(modified: editor.ITextModel, hunks: readonly Hunk[]): Attached['intraline'] {
  const former = attached.get(modified)
  if (former !== undefined && former.hunks === hunks) return former.intraline
  const intraline: Attached['intraline'] = new Map()
  attached.set(modified, { hunks, intraline })
  return intraline
}

/** Makes the editor ask again, after marks inside lines were added. */
export function refreshDiff(): void {
  changed.fire()
}

const rangeOf = (at: TextSpan) => new Range(at.startLineNumber, at.startColumn, at.endLineNumber, at.endColumn)

function mappings(of: Attached): DetailedLineRangeMapping[] {
  return of.hunks.map((hunk, i) => {
    const inner = of.intraline.get(i)?.map(change => new RangeMapping(rangeOf(change.old), rangeOf(change.new)))
    return new DetailedLineRangeMapping(
      new LineRange(hunk.oldStart, hunk.oldEnd),
      new LineRange(hunk.newStart, hunk.newEnd),
      inner,
    )
  })
}

/** Monaco's `diffProviderFactoryService`. Models without hunks count as identical. */
export const gitDiffProviderFactory = {
  createDiffProvider: () => ({
    onDidChange: changed.event,
    setOptions() {},
    dispose() {},
    computeDiff(_original: editor.ITextModel, modified: editor.ITextModel) {
      const found = attached.get(modified)
      const changes = found === undefined ? [] : mappings(found)
      return Promise.resolve({ changes, identical: changes.length === 0, quitEarly: false, moves: [] })
    },
  }),
}
