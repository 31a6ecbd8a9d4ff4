/**
 * The rows of the file tree and the orders of reading, from the review's files. Pure. The order is made once when the
 * list or the sort changes, never when a mark does, so that rows stay where they are while one reads.
 */
import type { FileGroup, ReviewFile } from '../../shared/wire.ts'
import { isOptionalGroup } from '../../shared/required-files.ts'
import { shownPath } from './shown-path.ts'

export type TreeSort = 'path' | 'unread' | 'risk'

export interface GroupInfo {
  readonly id: FileGroup
  readonly title: string
}

export const GROUPS: readonly GroupInfo[] = [
  { id: 'build', title: 'Build scripts and macros' },
  { id: 'source', title: 'Source' },
  { id: 'ffi', title: 'FFI and C' },
  { id: 'tests', title: 'Tests' },
  { id: 'benches', title: 'Benches' },
  { id: 'examples', title: 'Examples' },
  { id: 'docs', title: 'Docs' },
  { id: 'generated', title: 'Generated' },
  { id: 'metadata', title: 'Metadata' },
  { id: 'binary', title: 'Binary' },
]

export type TreeRow =
  | {
      readonly kind: 'group'
      readonly group: GroupInfo
      readonly files: readonly ReviewFile[]
      readonly isOpen: boolean
      /** The criteria aimed at ask for none of it. */
      readonly isOptional: boolean
    }
  | { readonly kind: 'folder'; readonly key: string; readonly folder: string }
  | { readonly kind: 'file'; readonly file: ReviewFile; readonly name: string }

export const ROW_HEIGHT: Readonly<Record<TreeRow['kind'], number>> = { group: 25, folder: 20, file: 22 }

export const linesOfFile = (file: ReviewFile): number => file.insertions + file.deletions

const byPath = (a: ReviewFile, b: ReviewFile): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)

/** The folder of a path; empty at the top. */
const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/**
 * Paths in reading order: groups in their order, which is that of their risk; inside by folder and name, or unread with
 * most lines first, or by risk: suspicious characters, then places that deserve a look (`units`, when known), then lines.
 */
export function readingOrder(
  files: readonly ReviewFile[],
  sort: TreeSort,
  units: (path: string) => number = () => 0,
): readonly string[] {
  const rank = new Map(GROUPS.map((group, i) => [group.id, i]))
  const isUnread = (file: ReviewFile) => file.mark !== 'read'
  const unreadFirst = (a: ReviewFile, b: ReviewFile) =>
    Number(isUnread(b)) - Number(isUnread(a)) || linesOfFile(b) - linesOfFile(a) || byPath(a, b)
  const byRisk = (a: ReviewFile, b: ReviewFile) =>
    (b.suspicious ?? 0) - (a.suspicious ?? 0) ||
    units(b.path) - units(a.path) ||
    linesOfFile(b) - linesOfFile(a) ||
    byPath(a, b)
  const inGroup = sort === 'path' ? byPath : sort === 'risk' ? byRisk : unreadFirst
  return files
    .map(file => ({ file, rank: rank.get(file.group) ?? 0, folder: sort === 'path' ? folderOf(file.path) : '' }))
    .sort(
      (a, b) =>
        a.rank - b.rank ||
        // By name alone, the files of a folder would be split by the folders beside them.
        (a.folder === b.folder ? inGroup(a.file, b.file) : a.folder < b.folder ? -1 : 1),
    )
    .map(({ file }) => file.path)
}

/** Rows in `order`; closed groups keep only their heading. `filter` is matched as parts of the path, all open then. */
export function treeRows(
  filesByPath: ReadonlyMap<string, ReviewFile>,
  order: readonly string[],
  view: {
    readonly sort: TreeSort
    readonly closed: ReadonlySet<FileGroup>
    readonly filter: string
    readonly criteria: readonly string[]
  },
): readonly TreeRow[] {
  const wanted = view.filter
    .toLowerCase()
    .split(/\s+/)
    .filter(part => part !== '')
  const files = order.flatMap(path => filesByPath.get(path) ?? [])
  const kept = wanted.length === 0 ? files : files.filter(file => matches(file, wanted))
  const rows: TreeRow[] = []
  for (const group of GROUPS) {
    const members = kept.filter(file => file.group === group.id)
    if (wanted.length > 0 && members.length === 0) continue
    const isOpen = members.length > 0 && (wanted.length > 0 || !view.closed.has(group.id))
    const isOptional = isOptionalGroup(group.id, members, view.criteria)
    rows.push({ kind: 'group', group, files: members, isOpen, isOptional })
    if (isOpen) pushFiles(rows, group.id, members, view.sort)
  }
  return rows
}

/** What identifies each row of a list, and its kind, by index; and the index of each. */
export interface RowKeys {
  readonly list: readonly string[]
  readonly kinds: readonly TreeRow['kind'][]
  readonly at: ReadonlyMap<string, number>
}

const keyOf = (row: TreeRow): string =>
  row.kind === 'group' ? `g:${row.group.id}` : row.kind === 'folder' ? `d:${row.key}` : `f:${row.file.path}`

/** Gives the keys of rows: the same answer as before, itself, while they are the same, as after a mark. */
export function createRowKeys(): (rows: readonly TreeRow[]) => RowKeys {
  let last: RowKeys = { list: [], kinds: [], at: new Map() }
  return rows => {
    if (rows.length === last.list.length && rows.every((row, i) => keyOf(row) === last.list[i])) return last
    const list = rows.map(keyOf)
    last = { list, kinds: rows.map(row => row.kind), at: new Map(list.map((key, i) => [key, i])) }
    return last
  }
}

function matches(file: ReviewFile, parts: readonly string[]): boolean {
  const path = file.path.toLowerCase()
  return parts.every(part => path.includes(part))
}

function pushFiles(rows: TreeRow[], group: FileGroup, files: readonly ReviewFile[], sort: TreeSort): void {
  let last = ''
  for (const file of files) {
    const folder = sort === 'path' ? folderOf(file.path) : ''
    if (folder !== last && folder !== '')
      rows.push({ kind: 'folder', key: `${group}/${folder}`, folder: shownPath(folder) })
    last = folder
    rows.push({ kind: 'file', file, name: shownPath(folder === '' ? file.path : file.path.slice(folder.length + 1)) })
  }
}

/** The next path after `from` in `order` (wrapping around) that fits; null when none does. */
export function nextPath(
  order: readonly string[],
  from: string | null,
  step: 1 | -1,
  fits: (path: string) => boolean,
  wraps: boolean,
): string | null {
  const at = from === null ? -1 : order.indexOf(from)
  for (let i = 1; i <= order.length; i++) {
    const raw = from === null && step === -1 ? order.length - i : at + step * i
    if (!wraps && (raw < 0 || raw >= order.length)) return null
    const path = order[((raw % order.length) + order.length) % order.length]
    if (path !== undefined && path !== from && fits(path)) return path
  }
  return null
}

export interface ReadProgress {
  readonly files: number
  readonly filesTotal: number
  readonly lines: number
  readonly linesTotal: number
  /** Of `lines`, those that were read in other deltas or versions. */
  readonly linesEarlier: number
}

/** What is marked read, over the files that cargo-vet counts. */
export function readProgress(files: readonly ReviewFile[]): ReadProgress {
  const counted = files.filter(file => file.isCounted)
  const read = counted.filter(file => file.mark === 'read')
  const lines = (some: readonly ReviewFile[]) => some.reduce((sum, file) => sum + linesOfFile(file), 0)
  const earlier = read.filter(file => file.earlier?.covers === 'all')
  return {
    files: read.length,
    filesTotal: counted.length,
    lines: lines(read),
    linesTotal: lines(counted),
    linesEarlier: lines(earlier),
  }
}
