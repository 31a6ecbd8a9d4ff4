/** Tables as CSV, with cells that a spreadsheet would run made harmless. Pure. */

export type Cell = string | number | null

/**
 * RFC 4180 with a byte order mark, lines ended by CR LF. A text that a spreadsheet would take for a formula (it begins
 * with `=`, `+`, `-`, `@`, or with white space or a control character before one) gets an apostrophe in front.
 */
export function csvOf(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]) => cells.map(csvCell).join(',')
  return `\ufeff${[line(columns), ...rows.map(line)].join('\r\n')}\r\n`
}

function csvCell(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  // Full-width forms are taken for the plain ones by some spreadsheets.
  const harmless = /^[\s\u0000-\u001f]*[=+\-@＝＋－＠]/u.test(cell) || /^[\t\r\n]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(harmless) || /^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
