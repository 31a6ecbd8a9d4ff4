/**
 * The files of a review as they travel between engine and page: a column per property instead of an object per file.
 * Twenty thousand objects with names and usual values are 4 MB, written and read four times on their way; the columns
 * are 0.6 MB. Both ends check the columns; the rows are made from them and nothing else.
 */
import { z } from 'zod'
import { review, reviewFile, type ReviewFile } from './wire.ts'

const field = reviewFile.shape

/** One property of all rows: what most of them have, and the rows that differ, in order. */
const mostly = <S extends z.ZodType>(value: S) =>
  z.object({ usual: value, others: z.array(z.tuple([z.number().int().nonnegative(), value])) })

/** A value of every row. One check of them all: a schema for each of a hundred thousand values takes ten times as long. */
const each = <T>(isGood: (value: unknown) => value is T) =>
  z.custom<T[]>(list => Array.isArray(list) && list.every(isGood))
const isText = (value: unknown): value is string => typeof value === 'string'
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0
const isSize = (value: unknown): value is number | null => value === null || isCount(value)

const columns = z.object({
  path: each(isText),
  insertions: each(isCount),
  deletions: each(isCount),
  sizeNew: each(isSize),
  sizeOld: each(isSize),
  oldPath: mostly(field.oldPath),
  change: mostly(field.change),
  group: mostly(field.group),
  isBinary: mostly(field.isBinary),
  mark: mostly(field.mark),
  earlier: mostly(field.earlier.unwrap()),
  isCounted: mostly(field.isCounted),
  suspicious: mostly(field.suspicious),
})
type Columns = z.infer<typeof columns>

/** Rows on either side, columns between. Columns that do not fit each other are refused. */
export const reviewFiles = z.codec(columns, z.custom<ReviewFile[]>(Array.isArray), {
  decode(table, { issues }) {
    const wrong = misfit(table)
    if (wrong === null) return rowsOf(table)
    issues.push({ code: 'custom', message: wrong, input: table })
    return z.NEVER
  },
  encode: columnsOf,
})

/** What opening a review answers: its files in columns on the way, in rows for whoever asks or answers. */
export const openedReview = review.extend({ files: reviewFiles })

/** How many rows are looked at to guess what most of them have; a wrong guess costs bytes, nothing else. */
const SAMPLE = 64

function columnsOf(files: readonly ReviewFile[]): Columns {
  const step = Math.max(1, Math.floor(files.length / SAMPLE))
  const sample = files.filter((_, i) => i % step === 0)
  const mostlyOf = <T>(read: (file: ReviewFile) => T, empty: T): { usual: T; others: [number, T][] } => {
    const usual = mostOften(sample.map(read), empty)
    const others: [number, T][] = []
    for (let i = 0; i < files.length; i++) {
      const value = read(files[i]!)
      if (value !== usual) others.push([i, value])
    }
    return { usual, others }
  }
  return {
    path: files.map(f => f.path),
    insertions: files.map(f => f.insertions),
    deletions: files.map(f => f.deletions),
    sizeNew: files.map(f => f.sizeNew),
    sizeOld: files.map(f => f.sizeOld),
    oldPath: mostlyOf(f => f.oldPath, null),
    change: mostlyOf(f => f.change, 'modified'),
    group: mostlyOf(f => f.group, 'source'),
    isBinary: mostlyOf(f => f.isBinary, false),
    mark: mostlyOf(f => f.mark, 'unread'),
    earlier: mostlyOf(f => f.earlier ?? null, null),
    isCounted: mostlyOf(f => f.isCounted, true),
    suspicious: mostlyOf(f => f.suspicious, 0),
  }
}

function mostOften<T>(values: readonly T[], empty: T): T {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].reduce((most, next) => (next[1] > most[1] ? next : most), [empty, 0] as const)[0]
}

/** Why these columns are not of the same rows; null when they are. */
function misfit(table: Columns): string | null {
  const rows = table.path.length
  for (const [name, column] of Object.entries(table)) {
    if (Array.isArray(column)) {
      if (column.length !== rows) return `${name} has ${column.length} values for ${rows} files`
      continue
    }
    let before = -1
    for (const [row] of column.others) {
      if (row <= before || row >= rows) return `${name} names row ${row} of ${rows} after row ${before}`
      before = row
    }
  }
  return null
}

function rowsOf(table: Columns): ReviewFile[] {
  const { path, insertions, deletions, sizeNew, sizeOld } = table
  const { oldPath, change, group, isBinary, mark, earlier, isCounted, suspicious } = table
  const rows = path.map((file, i): ReviewFile => ({
    path: file,
    oldPath: oldPath.usual,
    change: change.usual,
    group: group.usual,
    insertions: insertions[i]!,
    deletions: deletions[i]!,
    isBinary: isBinary.usual,
    sizeOld: sizeOld[i]!,
    sizeNew: sizeNew[i]!,
    mark: mark.usual,
    earlier: earlier.usual,
    isCounted: isCounted.usual,
    suspicious: suspicious.usual,
  }))
  const set = <K extends keyof ReviewFile>(name: K, others: readonly (readonly [number, ReviewFile[K]])[]) => {
    for (const [row, value] of others) rows[row]![name] = value
  }
  set('oldPath', oldPath.others)
  set('change', change.others)
  set('group', group.others)
  set('isBinary', isBinary.others)
  set('mark', mark.others)
  set('earlier', earlier.others)
  set('isCounted', isCounted.others)
  set('suspicious', suspicious.others)
  return rows
}
