/** Line diffs of the three small store files, for previews: jsdiff with three lines of context. Pure. */
import { structuredPatch } from 'diff'
import type { TextDiffLine } from '../../../shared/wire.ts'

const CONTEXT_LINES = 3

export interface TextDiff {
  readonly added: number
  readonly removed: number
  /** Hunks in order; a `skip` line with an empty text stands for unchanged lines left out. */
  readonly lines: TextDiffLine[]
}

/** Empty when both texts are equal. */
export function diffTexts(before: string, after: string): TextDiff {
  if (before === after) return { added: 0, removed: 0, lines: [] }
  const patch = structuredPatch('a', 'b', before, after, undefined, undefined, { context: CONTEXT_LINES })
  const lines: TextDiffLine[] = []
  let added = 0
  let removed = 0
  for (const hunk of patch.hunks) {
    if (hunk.oldStart > 1 || lines.length > 0) lines.push({ tag: 'skip', oldNo: null, newNo: null, text: '' })
    let oldNo = hunk.oldStart
    let newNo = hunk.newStart
    for (const line of hunk.lines) {
      const text = line.slice(1)
      if (line.startsWith('+')) {
        lines.push({ tag: 'add', oldNo: null, newNo: newNo++, text })
        added++
      } else if (line.startsWith('-')) {
        lines.push({ tag: 'del', oldNo: oldNo++, newNo: null, text })
        removed++
      } else if (line.startsWith(' ')) {
        lines.push({ tag: 'same', oldNo: oldNo++, newNo: newNo++, text })
      }
    }
  }
  return { added, removed, lines }
}
