/**
 * The paged unified form, for files too large for the editor: git's diff with three lines of context as rows,
 * 2,000 to a page. Nothing is cut: a very long line goes on in further rows without a line number.
 */
import type { FileDiff } from '../../../shared/wire.ts'

const ROWS_PER_PAGE = 2_000
const MAX_ROW_UNITS = 2_000

export type HugeRow = Extract<FileDiff, { kind: 'huge' }>['lines'][number]

/** Rows of a unified diff as git prints it, in order; line numbers are 1-based. The file headers are left out. */
export function unifiedRows(diff: string): readonly HugeRow[] {
  const rows: HugeRow[] = []
  let oldNo = 0
  let newNo = 0
  let isInHunk = false
  for (const line of diff.split('\n')) {
    const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line)
    if (header !== null) {
      isInHunk = true
      oldNo = Number(header[1])
      newNo = Number(header[2])
      rows.push({ tag: 'hunk', oldNo: null, newNo: null, text: header[0] })
      continue
    }
    const text = line.slice(1)
    if (!isInHunk || line === '') continue
    if (line.startsWith('+')) pushWrapped(rows, { tag: 'add', oldNo: null, newNo: newNo++, text })
    else if (line.startsWith('-')) pushWrapped(rows, { tag: 'del', oldNo: oldNo++, newNo: null, text })
    else if (line.startsWith(' ')) pushWrapped(rows, { tag: 'same', oldNo: oldNo++, newNo: newNo++, text })
  }
  return rows
}

/** Rows of a whole text on one side, for files that were added or deleted. */
export function wholeRows(text: string, tag: 'add' | 'del'): readonly HugeRow[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const rows: HugeRow[] = []
  lines.forEach((line, i) => {
    const numbers = tag === 'add' ? { oldNo: null, newNo: i + 1 } : { oldNo: i + 1, newNo: null }
    pushWrapped(rows, { tag, ...numbers, text: line })
  })
  return rows
}

function pushWrapped(rows: HugeRow[], row: HugeRow): void {
  rows.push(row.text.length <= MAX_ROW_UNITS ? row : { ...row, text: row.text.slice(0, MAX_ROW_UNITS) })
  for (let at = MAX_ROW_UNITS; at < row.text.length; at += MAX_ROW_UNITS)
    rows.push({ tag: row.tag, oldNo: null, newNo: null, text: row.text.slice(at, at + MAX_ROW_UNITS) })
}

/** One page, clamped to the pages there are; at least one page, maybe empty. */
export function pageOf(
  rows: readonly HugeRow[],
  page: number,
): { readonly page: number; readonly pages: number; readonly lines: HugeRow[] } {
  const pages = Math.max(1, Math.ceil(rows.length / ROWS_PER_PAGE))
  const shown = Math.min(page, pages - 1)
  return { page: shown, pages, lines: rows.slice(shown * ROWS_PER_PAGE, (shown + 1) * ROWS_PER_PAGE) }
}
