/** Two versions compared in memory against the same two compared as folders by git itself: the tree and every line. */
import fs from 'node:fs/promises'
import { afterEach, expect, test } from 'vitest'
import { brand, type AbsolutePath, type Delta } from '../../../shared/domain.ts'
import { compareArchives, splitPatches } from '../io/compare-archives.ts'
import { contentDiff, readFileDiff } from '../review/file-diff.ts'
import { folderOf, testCaps, testRun } from '../review/testing.ts'
import { compareContents, compareTrees } from '../review/tree-diff.ts'

type Files = Readonly<Record<string, string | Uint8Array>>

const folders: AbsolutePath[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await fs.rm(folder, { recursive: true, force: true })
})
const made = async (files: Files) => {
  const folder = await folderOf(files)
  folders.push(folder)
  return folder
}
const crate = brand<'CrateName'>('pair')
const bytesOf = (files: Files) => new Map(Object.entries(files).map(([name, data]) => [name, Buffer.from(data)]))
const entriesOf = (files: Files, executable = '') =>
  [...bytesOf(files)].map(([path, data]) => ({ path, data, isExecutable: path === executable }))

async function inMemory(before: Files | null, after: Files, executable = '') {
  const caps = testCaps(await made({}))
  const delta: Delta = {
    from: before === null ? null : brand<'VetVersion'>('1.0.0'),
    to: brand<'VetVersion'>('1.1.0'),
  }
  const compared = await compareArchives(caps, entriesOf(before ?? {}), entriesOf(after, executable), testRun.signal)
  if (!compared.ok) throw new Error(JSON.stringify(compared.error))
  const contents = { oldFiles: before && bytesOf(before), newFiles: bytesOf(after) }
  const tree = await compareContents({ crate, delta, rows: compared.value.files, ...contents }, testRun)
  return { caps, delta, tree, contents, patches: await compared.value.patches }
}

async function agrees(before: Files | null, after: Files): Promise<void> {
  const { caps, delta, tree, contents, patches } = await inMemory(before, after)
  const [oldFolder, newFolder] = [before && (await made(before)), await made(after)]
  const byGit = await compareTrees(caps, { crate, delta, oldFolder, newFolder }, testRun)
  expect(tree).toEqual(byGit.ok && byGit.value)
  expect(patches).not.toBeNull()
  for (const file of tree.files) {
    const old = file.change === 'added' ? null : (contents.oldFiles?.get(file.oldPath ?? file.path) ?? null)
    const now = file.change === 'deleted' ? null : (contents.newFiles.get(file.path) ?? null)
    const patch = patches?.get(file.path) ?? null
    const shown = await contentDiff(caps, { file, page: 0, patch, old, new: now }, testRun)
    expect(shown, file.path).toEqual(await readFileDiff(caps, { oldFolder, newFolder, file, page: 0 }, testRun))
  }
}

const lines = (count: number, word = 'line') => Array.from({ length: count }, (_, i) => `${word} ${i}\n`).join('')
const binary = Buffer.from([1, 0, 2, 10, 3])
const ALL_KINDS: readonly [Files, Files] = [
  {
    'Cargo.toml': '[package]\n',
    'Cargo.lock': 'a\n',
    'same.rs': lines(4),
    'src/lib.rs': lines(60),
    'src/no-end.rs': 'a\nb',
    'src/crlf.rs': 'a\nb\n',
    'src/mixed.rs': 'a\r\nb\nc\n',
    'src/latin.rs': Buffer.from([0x61, 0x0a, 0xe9, 0x0a]),
    'src/bom.rs': '\uFEFFa\nb\n',
    'src/moved.rs': lines(40, 'let'),
    'src/renamed and more.rs': lines(50, 'more'),
    'src/gone.rs': 'x\ny\n',
    'empty.rs': '',
    'data.bin': binary,
    'now-binary': 'text\n',
  },
  {
    'Cargo.toml': '[package]\nedition = "2024"\n',
    'Cargo.lock': 'b\n',
    'same.rs': lines(4),
    'src/lib.rs': `first\n${lines(60).replace('line 30\n', '').replace('line 50', 'LINE 50')}`,
    'src/no-end.rs': 'a\nb\n',
    'src/crlf.rs': 'a\r\nb\r\n',
    'src/mixed.rs': 'a\r\nb\r\nC\n',
    'src/latin.rs': Buffer.from([0x62, 0x0a, 0xe9, 0x0a]),
    'src/bom.rs': '\uFEFFa\nc\n',
    'place/moved.rs': lines(40, 'let'),
    'src/"quoted" né.rs': `${lines(50, 'more')}end\n`,
    'src/new.rs': 'diff --git a/x b/x\n@@ -1 +1 @@\n',
    'empty.rs': 'no longer\n',
    'data.bin': Buffer.concat([binary, binary]),
    'now-binary': binary,
  },
]

test('every kind of change is the same as from folders, line by line', async () => {
  await agrees(...ALL_KINDS)
}, 60_000)

test('the other way round, a full audit, and two equal versions are the same as well', async () => {
  await agrees(ALL_KINDS[1], ALL_KINDS[0])
  await agrees(null, ALL_KINDS[1])
  await agrees(ALL_KINDS[0], ALL_KINDS[0])
}, 60_000)

test('a file of which only the mode changed is counted, as cargo-vet does, and not listed: there is nothing to read', async () => {
  const { tree } = await inMemory({ 'run.sh': 'x\n', a: 'a\n' }, { 'run.sh': 'x\n', a: 'b\n' }, 'run.sh')
  expect(tree.files.map(file => file.path)).toEqual(['a'])
  expect(tree.stat).toEqual({ insertions: 1, deletions: 1, filesChanged: 2 })
  expect(tree.unchangedFiles).toBe(1)
})

test('patches that are not what git writes are not used', () => {
  const asked = 'a b'
  expect(splitPatches(Buffer.from('something else'), asked)).toBeNull()
  expect(splitPatches(Buffer.from(`${asked}\n:100644 100644 1 2 M\0x\0\0`), asked)).toBeNull()
  const good = `${asked}\n:100644 100644 1 2 M\0x\0\0diff --git a/x b/x\n@@ -1 +1 @@\n-diff --git \n+b\n`
  expect([...(splitPatches(Buffer.from(good), asked)?.keys() ?? [])]).toEqual(['x'])
})
