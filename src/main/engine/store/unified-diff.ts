/**
 * The difference of two texts in unified form with three lines of context, as cargo-vet shows for a file that is
 * not formatted. Bounded: past the limits the difference is cut and says so, because a file with other line ends
 * differs everywhere.
 */
import { structuredPatch } from 'diff'

const CONTEXT_LINES = 3
/** Edits the search may go through: 20,000 lines without anything in common take 0.2 s with this. */
const MAX_EDITS = 600
const MAX_SHOWN_LINES = 200

/** Empty when the texts are equal. `names` stand after `---` and `+++`. */
export function unifiedDiff(
  before: string,
  after: string,
  names: readonly [string, string],
  context = CONTEXT_LINES,
): string {
  if (before === after) return ''
  const head = `--- ${names[0]}\n+++ ${names[1]}\n`
  if (before.replaceAll('\r\n', '\n') === after) return `${head}(only the line ends differ: CRLF must be LF)\n`
  const options = { context, maxEditLength: MAX_EDITS }
  const patch = structuredPatch(names[0], names[1], before, after, undefined, undefined, options)
  if (patch === undefined) return `${head}${firstDifference(before, after)}`
  const lines = patch.hunks.flatMap(hunk => [
    `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`,
    ...hunk.lines,
  ])
  const shown = lines.slice(0, MAX_SHOWN_LINES)
  if (shown.length < lines.length) shown.push(`(${lines.length - shown.length} more lines)`)
  return `${head}${shown.join('\n')}\n`
}

const range = (start: number, length: number): string => (length === 1 ? String(start) : `${start},${length}`)

function firstDifference(before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')]
  const at = old.findIndex((line, i) => line !== now[i])
  const row = at < 0 ? old.length : at
  return `@@ -${row + 1} +${row + 1} @@\n-${old[row] ?? ''}\n+${now[row] ?? ''}\n(too many differences to show)\n`
}
