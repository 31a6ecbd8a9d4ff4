import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import fs from 'node:fs/promises'
import path from 'node:path'
import { brand, type AbsolutePath } from '../../../shared/domain.ts'
import type { Capabilities } from '../capabilities.ts'
import { readFileDiff } from './file-diff.ts'
import { compareTrees, type TreeDiff } from './tree-diff.ts'
import { folderOf, testCaps, testRun } from './testing.ts'

const folders: AbsolutePath[] = []
async function made(files: Readonly<Record<string, string | Uint8Array>>): Promise<AbsolutePath> {
  const folder = await folderOf(files)
  folders.push(folder)
  return folder
}
let caps: Capabilities
beforeAll(async () => {
  caps = testCaps(await made({}))
})
afterAll(() => Promise.all(folders.map(folder => fs.rm(folder, { recursive: true, force: true }))))

async function compared(oldFolder: AbsolutePath | null, newFolder: AbsolutePath, to = '2.0.0'): Promise<TreeDiff> {
  const delta = { from: oldFolder === null ? null : brand<'VetVersion'>('1.0.0'), to: brand<'VetVersion'>(to) }
  const result = await compareTrees(caps, { crate: brand<'CrateName'>('x'), delta, oldFolder, newFolder }, testRun)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
async function opened(oldFolder: AbsolutePath | null, newFolder: AbsolutePath, name: string, page = 0) {
  const file = (await compared(oldFolder, newFolder)).files.find(f => f.path === name)
  if (file === undefined) throw new Error(`${name} is not in the delta`)
  const result = await readFileDiff(caps, { oldFolder, newFolder, file, page }, testRun)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const lines = (count: number, word: string) => Array.from({ length: count }, (_, i) => `${word} ${i}\n`).join('')

describe('compareTrees', () => {
  it('lists what differs, counts as cargo-vet does, and leaves equal files out', async () => {
    const before = await made({
      'Cargo.toml': '[package]\n',
      'Cargo.lock': 'a\n',
      '.cargo_vcs_info.json': '{}\n',
      'src/same.rs': 'fn a() {}\n',
      'src/moved.rs': lines(40, 'let a ='),
      'src/crlf.rs': 'a\nb\n',
      'src/gone.rs': 'x\ny\n',
      'nested/Cargo.lock': 'a\n',
      'data.bin': new Uint8Array([1, 0, 2]),
    })
    const after = await made({
      'Cargo.toml': '[package]\nedition = "2024"\n',
      'Cargo.lock': 'b\n',
      '.cargo_vcs_info.json': '{"a":1}\n',
      'src/same.rs': 'fn a() {}\n',
      'src/place/moved.rs': `${lines(40, 'let a =')}more\n`,
      'src/crlf.rs': 'a\r\nb\r\n',
      'src/new.rs': 'fn b() {}\nfn c() {}\n',
      'nested/Cargo.lock': 'b\n',
      'data.bin': new Uint8Array([1, 0, 3]),
    })
    const tree = await compared(before, after)
    expect(tree.files.map(f => [f.path, f.change, f.insertions, f.deletions, f.isCounted, f.oldPath])).toEqual([
      ['.cargo_vcs_info.json', 'modified', 1, 1, false, null],
      ['Cargo.lock', 'modified', 1, 1, false, null],
      ['Cargo.toml', 'modified', 1, 0, true, null],
      ['data.bin', 'modified', 0, 0, true, null],
      ['nested/Cargo.lock', 'modified', 1, 1, true, null],
      ['src/crlf.rs', 'modified', 0, 0, false, null],
      ['src/gone.rs', 'deleted', 0, 2, true, null],
      ['src/new.rs', 'added', 2, 0, true, null],
      ['src/place/moved.rs', 'renamed', 1, 0, true, 'src/moved.rs'],
    ])
    expect(tree.stat).toEqual({ insertions: 5, deletions: 3, filesChanged: 6 })
    expect(tree.unchangedFiles).toBe(1)
    const binary = tree.files.find(f => f.path === 'data.bin')
    expect(binary).toMatchObject({ isBinary: true, group: 'binary', sizeOld: 3, sizeNew: 3 })
    expect(binary?.hashOld).not.toBe(binary?.hashNew)
  })

  it('of a full audit lists every file as added', async () => {
    const tree = await compared(null, await made({ 'src/lib.rs': 'a\n', 'Cargo.lock': 'x\n' }))
    expect(tree.files.map(f => [f.path, f.change, f.hashOld])).toEqual([
      ['Cargo.lock', 'added', null],
      ['src/lib.rs', 'added', null],
    ])
    expect(tree.stat).toEqual({ insertions: 1, deletions: 0, filesChanged: 1 })
  })

  it('leaves the root manifest out of the count of a git version', async () => {
    const [before, after] = [await made({ 'Cargo.toml': 'a\n' }), await made({ 'Cargo.toml': 'b\n' })]
    const tree = await compared(before, after, `2.0.0@git:${'a'.repeat(40)}`)
    expect(tree.stat.filesChanged).toBe(0)
    expect(tree.files[0]).toMatchObject({ path: 'Cargo.toml', isCounted: false })
  })

  it('lists a link without following it', async () => {
    const secret = await made({ 'secret.txt': 'do not read\n' })
    const [before, after] = [await made({ 'a.rs': 'a\n' }), await made({ 'a.rs': 'a\n' })]
    await fs.symlink(path.join(secret, 'secret.txt'), path.join(after, 'link.rs'))
    await fs.symlink(secret, path.join(after, 'folder'))
    const tree = await compared(before, after)
    expect(tree.files.map(f => [f.path, f.isBinary, f.hashNew])).toEqual([
      ['folder', true, null],
      ['link.rs', true, null],
    ])
    const shown = await opened(before, after, 'link.rs')
    expect(JSON.stringify(shown)).not.toContain('do not read')
    expect(shown).toMatchObject({ kind: 'binary', new: { type: 'link, not followed' } })
  })

  it('is not led astray by attributes that a crate brings along', async () => {
    const attributes = '* -diff\n* working-tree-encoding=UTF-16\n'
    const before = await made({ 'a.rs': 'a\n', '.gitattributes': attributes })
    const tree = await compared(before, await made({ 'a.rs': 'b\n', '.gitattributes': attributes }))
    expect(tree.files).toMatchObject([{ path: 'a.rs', insertions: 1, deletions: 1, isBinary: false }])
  })

  it('counts hidden characters of the new side and takes odd names', async () => {
    const name = 'src/na\u202Eme\n.rs'
    const after = await made({ [name]: 'let a\u200B = 1; // \u202E\n', '-x.rs': 'a\n' })
    const tree = await compared(await made({}), after)
    expect(tree.files.map(f => [f.path, f.suspicious])).toEqual([
      ['-x.rs', 0],
      [name, 2],
    ])
    expect(await opened(await made({}), after, name)).toMatchObject({
      kind: 'text',
      suspicious: [{ codePoint: 'U+200B' }, {}],
    })
  })
})

describe('readFileDiff', () => {
  it('gives both texts, hunks and remarks', async () => {
    const [before, after] = [await made({ 'a.toml': 'a\r\nb\r\n' }), await made({ 'a.toml': 'a\nc\n' })]
    expect(await opened(before, after, 'a.toml')).toEqual({
      kind: 'text',
      path: 'a.toml',
      oldText: 'a\nb\n',
      newText: 'a\nc\n',
      hunks: [{ oldStart: 2, oldEnd: 3, newStart: 2, newEnd: 3 }],
      approximate: null,
      language: 'toml',
      remarks: ['Old side: Lines end with CR LF'],
      suspicious: [],
    })
  })

  it('pages what is too large for the editor', async () => {
    const [before, after] = [await made({ 'a.rs': lines(12_000, 'old') }), await made({ 'a.rs': lines(12_000, 'new') })]
    const first = await opened(before, after, 'a.rs')
    expect(first).toMatchObject({
      kind: 'huge',
      reason: '24,000 changed lines',
      changedLines: 24_000,
      page: 0,
      pages: 13,
    })
    const last = await opened(before, after, 'a.rs', 99)
    expect(last).toMatchObject({ kind: 'huge', page: 12 })
    expect(last.kind === 'huge' && last.lines.at(-1)).toEqual({
      tag: 'add',
      oldNo: null,
      newNo: 12_000,
      text: 'new 11999',
    })
  })

  it('shows a very long line whole, in pieces', async () => {
    const long = 'x'.repeat(5_000_000)
    const [before, after] = [await made({ 'a.rs': 'y\n' }), await made({ 'a.rs': `${long}\n` })]
    let text = ''
    for (let page = 0, pages = 1; page < pages; page++) {
      const part = await opened(before, after, 'a.rs', page)
      if (part.kind !== 'huge') throw new Error(part.kind)
      pages = part.pages
      text += part.lines
        .filter(line => line.tag === 'add')
        .map(line => line.text)
        .join('')
    }
    expect(text).toBe(long)
  }, 60_000)

  it('describes bytes that are not text', async () => {
    const elf = new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, ...new TextEncoder().encode('hello world'), 0])
    expect(await opened(null, await made({ 'a.so': elf }), 'a.so')).toMatchObject({
      kind: 'binary',
      old: null,
      new: { size: 17, type: 'ELF program or library', preview: ['hello world'] },
    })
  })
})
