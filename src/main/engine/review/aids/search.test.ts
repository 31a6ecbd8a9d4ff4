import fs from 'node:fs/promises'
import { afterEach, expect, test } from 'vitest'
import type { AbsolutePath } from '../../../../shared/domain.ts'
import type { SearchQuery } from '../../../../shared/review-aids.ts'
import { folderOf, testCaps, testRun } from '../testing.ts'
import { expressionOf, searchText } from './line-search.ts'
import { SEARCH_LIMITS, searchCrate, type SearchLimits } from './search.ts'

const folders: AbsolutePath[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await fs.rm(folder, { recursive: true, force: true })
})

const query = (pattern: string, more: Partial<SearchQuery> = {}): SearchQuery => ({
  pattern,
  isRegex: false,
  isCase: false,
  isWord: false,
  side: 'new',
  ...more,
})

async function search(
  files: Readonly<Record<string, string | Uint8Array>>,
  of: SearchQuery,
  limits: Partial<SearchLimits> = {},
) {
  const folder = await folderOf(files)
  folders.push(folder)
  const shownAs = (path: string) => ({ path, isChanged: path === 'src/changed.rs' })
  const answer = await searchCrate(testCaps(folder), { folder, query: of, shownAs }, testRun, {
    ...SEARCH_LIMITS,
    ...limits,
  })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}

test('literal text is looked for as it is, with or without case and whole words', () => {
  const text = 'a.b A.B axb\nxa.bx\n'
  const at = (of: SearchQuery) =>
    searchText(text, expressionOf(of), 10, 10).places.map(place => `${place.line}:${place.column}+${place.length}`)
  expect(at(query('a.b'))).toEqual(['1:1+3', '1:5+3', '2:2+3'])
  expect(at(query('a.b', { isCase: true }))).toEqual(['1:1+3', '2:2+3'])
  expect(at(query('a.b', { isWord: true }))).toEqual(['1:1+3', '1:5+3'])
  expect(at(query('a.b', { isRegex: true, isCase: true }))).toEqual(['1:1+3', '1:9+3', '2:2+3'])
  expect(at(query('^x|B$', { isRegex: true }))).toEqual(['1:11+1', '2:1+1'])
  // Nothing matches past the last line feed, and an empty match is one per line.
  expect(at(query('x*', { isRegex: true }))).toEqual(['1:1+0', '2:1+1', '2:2+0'])
  expect(at(query('$', { isRegex: true }))).toEqual(['1:12+0', '2:6+0'])
})

test('a long line is shown in part, with the match inside', () => {
  const text = `${' '.repeat(8)}${'x'.repeat(5_000_000)}needle${'y'.repeat(300)}`
  const [place] = searchText(text, expressionOf(query('needle')), 10, 10).places
  expect(place).toMatchObject({ line: 1, column: 5_000_009, length: 6, at: 60 })
  expect(place?.text.slice(60, 66)).toBe('needle')
  expect(place?.text).toHaveLength(220)
})

test('files of the change come first; binary files, links and encodings are told', async () => {
  const found = await search(
    {
      'src/a.rs': 'fn needle() {}\r\nlet x = 1;\r\n// Needle\r\n',
      'src/changed.rs': 'needle',
      'data.bin': new Uint8Array([0, 1, 2]),
      'latin.txt': new Uint8Array([0x6e, 0xff, 0x0a, 0x6e, 0x65, 0x65, 0x64, 0x6c, 0x65]),
      'none.txt': 'nothing',
    },
    query('needle'),
  )
  expect(found.files.map(file => [file.path, file.total, file.places.map(place => place.line)])).toEqual([
    ['src/changed.rs', 1, [1]],
    ['latin.txt', 1, [2]],
    ['src/a.rs', 2, [1, 3]],
  ])
  expect(found).toMatchObject({ total: 4, filesSearched: 4, notSearchedTotal: 1, cut: null })
  expect(found.notSearched).toEqual([{ path: 'data.bin', reason: 'binary' }])
})

test('a catastrophic expression is ended; the other files are still searched', async () => {
  const found = await search(
    { 'a.txt': 'aaa!', 'b.txt': `${'a'.repeat(40)}!`, 'c.txt': 'aab' },
    query('^(a+)+b$', { isRegex: true }),
    { fileMs: 500 },
  )
  expect(found.files.map(file => file.path)).toEqual(['c.txt'])
  expect(found.notSearched).toEqual([{ path: 'b.txt', reason: 'the pattern took longer than 0.5 s on it' }])
  expect(found).toMatchObject({ filesSearched: 2, cut: null })
})

test('a pattern that hangs again and again is given up, and that is said', async () => {
  const hang = `${'a'.repeat(40)}!`
  const found = await search(
    { 'a.txt': hang, 'b.txt': hang, 'c.txt': hang, 'd.txt': 'aab' },
    query('^(a+)+b$', { isRegex: true }),
    { fileMs: 100 },
  )
  expect(found).toMatchObject({ total: 0, filesSearched: 0, cut: 'the pattern took too long on 3 files' })
})

test('what is listed is bounded, what is counted is not', async () => {
  const found = await search({ 'a.txt': 'x\n'.repeat(30), 'b.txt': 'x\n'.repeat(30) }, query('x'), {
    maxPlaces: 15,
    maxPlacesPerFile: 10,
  })
  expect(found.files.map(file => [file.total, file.places.length])).toEqual([
    [30, 10],
    [30, 5],
  ])
  expect(found).toMatchObject({ total: 60, cut: 'only 15 of the matches are listed' })
})

test('a pattern that is no expression is refused with the reason', async () => {
  const folder = await folderOf({})
  folders.push(folder)
  const shownAs = (path: string) => ({ path, isChanged: false })
  const input = { folder, query: query('(', { isRegex: true }), shownAs }
  expect(await searchCrate(testCaps(folder), input, testRun)).toMatchObject({
    ok: false,
    error: { code: 'refused', message: expect.stringContaining('Unterminated group') },
  })
})

test('a crate of several batches is searched to its end', async () => {
  const files = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`d/${i}.txt`, `needle ${i}\n`]))
  const found = await search(files, query('needle'))
  expect(found).toMatchObject({ total: 900, filesSearched: 900, notSearchedTotal: 0, cut: null })
})
