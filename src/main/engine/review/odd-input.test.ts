/** Huge and odd crates: always shown in some form, and what is not shown as it is, is said. Takes real bytes on disk. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { brand, type AbsolutePath, type Delta } from '../../../shared/domain.ts'
import type { FileDiff } from '../../../shared/wire.ts'
import { searchCrate } from './aids/search.ts'
import { readUnchanged } from './aids/unchanged-file.ts'
import { readFileDiff } from './file-diff.ts'
import { folderOf, testCaps, testRun } from './testing.ts'
import { compareTrees } from './tree-diff.ts'

const folders: AbsolutePath[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await fs.rm(folder, { recursive: true, force: true })
})
async function made(files: Readonly<Record<string, string | Uint8Array>>): Promise<AbsolutePath> {
  const folder = await folderOf(files)
  folders.push(folder)
  return folder
}
const delta: Delta = { from: brand<'VetVersion'>('1.0.0'), to: brand<'VetVersion'>('1.0.1') }
const crate = brand<'CrateName'>('odd')

async function compare(oldFolder: AbsolutePath | null, newFolder: AbsolutePath) {
  const tree = await compareTrees(testCaps(newFolder), { crate, delta, oldFolder, newFolder }, testRun)
  if (!tree.ok) throw new Error(JSON.stringify(tree.error))
  return tree.value
}
/** The one changed file of two versions, as it is shown. */
async function shown(before: string | Uint8Array, after: string | Uint8Array, page = 0): Promise<FileDiff> {
  const [oldFolder, newFolder] = [await made({ 'a.rs': before }), await made({ 'a.rs': after })]
  const [file] = (await compare(oldFolder, newFolder)).files
  if (file === undefined) throw new Error('no file differs')
  const diff = await readFileDiff(testCaps(newFolder), { oldFolder, newFolder, file, page }, testRun)
  if (!diff.ok) throw new Error(JSON.stringify(diff.error))
  return diff.value
}
async function search(folder: AbsolutePath, pattern: string) {
  const query = { pattern, isRegex: false, isCase: true, isWord: false, side: 'new' as const }
  const shownAs = (path: string) => ({ path, isChanged: false })
  const found = await searchCrate(testCaps(folder), { folder, query, shownAs }, testRun)
  if (!found.ok) throw new Error(JSON.stringify(found.error))
  return found.value
}

test('a crate of 20,000 files is listed and searched whole', async () => {
  const folder = await made({ 'Cargo.toml': '[package]\nname = "odd"\n' })
  for (let i = 0; i < 200; i++) {
    await fs.mkdir(path.join(folder, `d${i}`))
    const names = Array.from({ length: 100 }, (_, j) => path.join(folder, `d${i}`, `f${j}.rs`))
    await Promise.all(names.map(name => fs.writeFile(name, `fn f() { needle() }\n`)))
  }
  const tree = await compare(null, folder)
  expect(tree.files).toHaveLength(20_001)
  expect(tree.stat.insertions).toBe(20_002)
  const found = await search(folder, 'needle')
  expect(found).toMatchObject({ total: 20_000, filesSearched: 20_001, cut: 'only 5,000 of the matches are listed' })
}, 60_000)

test('a file of 50 MB is shown by pages, and a page at its end is there', async () => {
  const folder = await made({ 'big.txt': `${'x'.repeat(99)}\n`.repeat(524_288) })
  const whole = await readUnchanged(testCaps(folder), { folder, path: 'big.txt', page: 262 }, testRun)
  if (!whole.ok || whole.value.kind !== 'huge') throw new Error('not shown by pages')
  expect(whole.value).toMatchObject({ reason: '52,428,800 bytes', page: 262, pages: 263, changedLines: 0 })
  expect(whole.value.lines.at(-1)).toMatchObject({ tag: 'same', oldNo: 524_288, newNo: 524_288 })
}, 60_000)

test('the search says that it left out a file past what is read as text', async () => {
  const folder = await made({ 'big.txt': '' })
  await fs.truncate(path.join(folder, 'big.txt'), (64 << 20) + 1)
  const found = await search(folder, 'a')
  expect(found.notSearched).toEqual([{ path: 'big.txt', reason: 'larger than 64 MiB' }])
})

test('a line of 5 MB is shown whole, over many rows, and searched', async () => {
  const long = 'y'.repeat(5_000_000)
  const diff = await shown(`a\n${long}\nb\n`, `a\n${long}needle\nb\n`)
  if (diff.kind !== 'huge') throw new Error('not shown by pages')
  expect(diff.reason).toBe('5,000,011 bytes')
  expect(diff.pages).toBe(3)
  expect(diff.lines.every(row => row.text.length <= 2_000)).toBe(true)
  const found = await search(await made({ 'a.rs': `${long}needle` }), 'needle')
  expect(found.files[0]?.places[0]).toMatchObject({ line: 1, column: 5_000_001, length: 6 })
}, 30_000)

test('bytes that are no text, and line ends of two kinds, are shown with a remark on each side', async () => {
  const bad = new Uint8Array([0x61, 0xff, 0xfe, 0x0a, 0x62, 0x0d, 0x0a, 0x63, 0x0d, 0x64, 0x0a])
  const diff = await shown('a\nb\n', bad)
  if (diff.kind !== 'text') throw new Error('not shown as text')
  expect(diff.newText).toBe('a\uFFFD\uFFFD\nb\nc\u240Dd\n')
  expect(diff.remarks).toEqual([
    'New side: Not valid UTF-8: the bytes that are not text are shown as U+FFFD',
    'New side: Mixed line endings: 1 with CR LF, 2 with LF',
    'New side: 1 carriage return inside lines, shown as ␍',
  ])
})

test('a file that differs in its line ends only is listed, and says that no line differs', async () => {
  const [oldFolder, newFolder] = [await made({ 'a.rs': 'a\nb\n' }), await made({ 'a.rs': 'a\r\nb\r\n' })]
  const tree = await compare(oldFolder, newFolder)
  expect(tree.files.map(file => file.path)).toEqual(['a.rs'])
})

test('a path outside of the crate is not opened', async () => {
  const folder = await made({ 'inside/a.rs': 'a', 'secret.txt': 's' })
  const inside = path.join(folder, 'inside') as AbsolutePath
  for (const wanted of ['../secret.txt', '../inside/../secret.txt', '/etc/hostname', '', '.'])
    expect(await readUnchanged(testCaps(folder), { folder: inside, path: wanted, page: 0 }, testRun)).toMatchObject({
      ok: false,
      error: { code: 'file-not-in-review' },
    })
})
