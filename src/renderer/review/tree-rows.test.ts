import { describe, expect, it } from 'vitest'
import type { ReviewFile } from '../../shared/wire.ts'
import { treeKeyTarget } from './tree-keys.ts'
import { nextPath, readingOrder, readProgress, treeRows } from './tree-rows.ts'

const file = (path: string, more: Partial<ReviewFile> = {}): ReviewFile => ({
  path,
  oldPath: null,
  change: 'modified',
  group: 'source',
  insertions: 1,
  deletions: 0,
  isBinary: false,
  sizeOld: 1,
  sizeNew: 1,
  mark: 'unread',
  isCounted: true,
  suspicious: 0,
  ...more,
})
const files = [
  file('src/b.rs', { insertions: 5 }),
  file('build.rs', { group: 'build' }),
  file('src/a/x.rs', { insertions: 2, mark: 'read' }),
  file('src/a.rs', { insertions: 9 }),
  file('tests/t.rs', { group: 'tests' }),
  file('Cargo.lock', { group: 'metadata', isCounted: false }),
]
const byPath = new Map(files.map(f => [f.path, f]))

describe('readingOrder', () => {
  it('goes by group, folder and name', () => {
    expect(readingOrder(files, 'path')).toEqual([
      'build.rs',
      'src/a.rs',
      'src/b.rs',
      'src/a/x.rs',
      'tests/t.rs',
      'Cargo.lock',
    ])
  })
  it('puts unread files with most lines first inside each group', () => {
    expect(readingOrder(files, 'unread').slice(1, 4)).toEqual(['src/a.rs', 'src/b.rs', 'src/a/x.rs'])
  })
})

describe('the order by risk', () => {
  it('puts hidden characters first, then places to look at, then lines, and keeps the groups', () => {
    const risky = [...files, file('src/z.rs', { suspicious: 2 })]
    const units = (path: string) => (path === 'src/a/x.rs' ? 3 : 0)
    expect(readingOrder(risky, 'risk', units)).toEqual([
      'build.rs',
      'src/z.rs',
      'src/a/x.rs',
      'src/a.rs',
      'src/b.rs',
      'tests/t.rs',
      'Cargo.lock',
    ])
  })
})

describe('treeRows', () => {
  it('says which groups the criteria do not ask for', () => {
    const view = { sort: 'path' as const, closed: new Set<never>(), filter: '', criteria: ['safe-to-deploy'] }
    const optional = treeRows(byPath, readingOrder(files, 'path'), view).flatMap(row =>
      row.kind === 'group' && row.isOptional ? [row.group.id] : [],
    )
    expect(optional).toEqual(['tests', 'benches', 'examples', 'docs', 'metadata'])
  })
  const order = readingOrder(files, 'path')
  const text = (rows: ReturnType<typeof treeRows>) =>
    rows.map(row => (row.kind === 'group' ? `# ${row.group.id}` : row.kind === 'folder' ? `${row.folder}/` : row.name))

  it('shows every group, the closed ones without their files, and folders once', () => {
    const rows = treeRows(byPath, order, {
      sort: 'path',
      closed: new Set(['tests', 'metadata']),
      filter: '',
      criteria: [],
    })
    expect(text(rows).slice(0, 8)).toEqual([
      '# build',
      'build.rs',
      '# source',
      'src/',
      'a.rs',
      'b.rs',
      'src/a/',
      'x.rs',
    ])
    expect(rows.filter(row => row.kind === 'group')).toHaveLength(10)
  })
  it('opens what matches while finding', () => {
    const rows = treeRows(byPath, order, { sort: 'path', closed: new Set(['tests']), filter: 'T.RS te', criteria: [] })
    expect(text(rows)).toEqual(['# tests', 'tests/', 't.rs'])
  })
  it('moves with the keys, past folder headings', () => {
    const rows = treeRows(byPath, order, {
      sort: 'path',
      closed: new Set(['tests', 'metadata']),
      filter: '',
      criteria: [],
    })
    expect(treeKeyTarget('ArrowDown', rows, 2)).toBe(4)
    expect(treeKeyTarget('ArrowUp', rows, 4)).toBe(2)
    expect(treeKeyTarget('ArrowLeft', rows, 7)).toBe(2)
    expect(treeKeyTarget('ArrowDown', rows, rows.length - 1)).toBeNull()
    expect(treeKeyTarget('x', rows, 1)).toBeNull()
  })
})

describe('nextPath', () => {
  const order = ['a', 'b', 'c']
  it.each([
    { from: 'a', step: 1 as const, wraps: false, want: 'b' },
    { from: 'c', step: 1 as const, wraps: false, want: null },
    { from: 'c', step: 1 as const, wraps: true, want: 'a' },
    { from: 'a', step: -1 as const, wraps: true, want: 'c' },
    { from: null, step: 1 as const, wraps: false, want: 'a' },
    { from: null, step: -1 as const, wraps: true, want: 'c' },
  ])('from $from by $step, wrapping $wraps, is $want', ({ from, step, wraps, want }) => {
    expect(nextPath(order, from, step, () => true, wraps)).toBe(want)
  })
  it('never answers the file one is at', () => {
    expect(nextPath(order, 'b', 1, path => path === 'b', true)).toBeNull()
  })
})

it('readProgress counts what cargo-vet counts', () => {
  expect(readProgress(files)).toEqual({ files: 1, filesTotal: 5, lines: 2, linesTotal: 18, linesEarlier: 0 })
  const earlier = { version: '1.0.0', covers: 'all' as const, hasDiff: false }
  const before = [...files, file('old.rs', { insertions: 7, mark: 'read', earlier }), file('again.rs', { earlier })]
  expect(readProgress(before)).toMatchObject({ lines: 9, linesEarlier: 7 })
})
