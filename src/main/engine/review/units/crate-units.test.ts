import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { AbsolutePath, CrateName } from '../../../../shared/domain.ts'
import type { ReviewFile } from '../../../../shared/wire.ts'
import { folderOf, testCaps, testRun } from '../testing.ts'
import { openUnitAnswers } from './answers.ts'
import { crateUnits } from './crate-units.ts'
import { openRustParser } from './rust-parser.ts'
import { scanRust } from './scan-rust.ts'

const folders: AbsolutePath[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await fs.rm(folder, { recursive: true, force: true })
})
const made = async (files: Readonly<Record<string, string | Uint8Array>>) => {
  const folder = await folderOf(files)
  folders.push(folder)
  return folder
}

const file = (at: string, change: ReviewFile['change'], more: Partial<ReviewFile> = {}): Omit<ReviewFile, 'mark'> => ({
  path: at,
  oldPath: null,
  change,
  group: 'source',
  insertions: 1,
  deletions: 1,
  isBinary: false,
  sizeOld: null,
  sizeNew: null,
  isCounted: true,
  suspicious: null,
  ...more,
})

async function unitsOf(
  old: Readonly<Record<string, string | Uint8Array>> | null,
  now: Readonly<Record<string, string | Uint8Array>>,
  files: readonly Omit<ReviewFile, 'mark'>[],
) {
  const newFolder = await made(now)
  const oldFolder = old === null ? null : await made(old)
  return crateUnits(testCaps(newFolder), await openRustParser(), { oldFolder, newFolder, files }, testRun)
}

test('tells new, changed, unchanged and removed units apart', async () => {
  const old = 'fn a() { unsafe { x() } }\nfn b() { unsafe { y() } }\nfn c() { unsafe { z() } }\n'
  const now = '// moved down\nfn a() { unsafe {\n  x() } }\nfn b() { unsafe { y(1) } }\nfn d() { unsafe { w() } }\n'
  const { units, files } = await unitsOf({ 'src/lib.rs': old }, { 'src/lib.rs': now }, [file('src/lib.rs', 'modified')])
  expect(units.map(u => `${u.item} ${u.change} ${u.line}-${u.endLine}`)).toEqual([
    'a unchanged 2-3',
    'b changed 4-4',
    'd new 5-5',
  ])
  expect(files).toEqual([{ path: 'src/lib.rs', state: 'parsed', reason: null, macroBodies: 0, removed: 1 }])
})

test('a unit keeps its id while kind, path and text stay', async () => {
  const body = 'fn a() { unsafe { x() } unsafe { x() } }'
  const first = await unitsOf(null, { 'a.rs': body }, [file('a.rs', 'added')])
  const again = await unitsOf(null, { 'a.rs': `\n\n// more\n${body}` }, [file('a.rs', 'added')])
  const other = await unitsOf(null, { 'a.rs': body.replaceAll('x()', 'y()') }, [file('a.rs', 'added')])
  const elsewhere = await unitsOf(null, { 'b.rs': body }, [file('b.rs', 'added')])
  const ids = first.units.map(u => u.id)
  expect(new Set(ids).size).toBe(2)
  expect(again.units.map(u => u.id)).toEqual(ids)
  for (const changed of [...other.units, ...elsewhere.units]) expect(ids).not.toContain(changed.id)
})

test('what cannot be read or parsed is unknown, never nothing', async () => {
  const { units, files } = await unitsOf(
    null,
    { 'broken.rs': 'fn a() { unsafe { x() ', 'nul.rs': new Uint8Array([0, 1]), 'blob.bin': new Uint8Array([0, 1, 2]) },
    [file('broken.rs', 'added'), file('nul.rs', 'added'), file('blob.bin', 'added'), file('gone.rs', 'added')].map(
      f => f,
    ),
  ).catch((error: unknown) => Promise.reject(error as Error))
  expect(files.map(f => `${f.path} ${f.state}`)).toEqual([
    'broken.rs partly',
    'nul.rs unknown',
    'blob.bin not-rust',
    'gone.rs unknown',
  ])
  expect(units.map(u => `${u.kind} ${u.path} ${u.certainty}`)).toEqual([
    'unsafe-block broken.rs words',
    'binary blob.bin parsed',
    'binary nul.rs parsed',
    'not-parsed broken.rs unknown',
    'not-parsed gone.rs unknown',
  ])
})

test('build scripts, C files, long lines and hidden characters are units of their own', async () => {
  const { units } = await unitsOf(
    null,
    {
      'build.rs': 'fn main() {}',
      'src/a.c': 'int a;',
      'src/l.rs': `// ${'x'.repeat(1_000)}`,
      'src/h.rs': '// a\u202eb\u202ec',
    },
    [
      file('build.rs', 'added', { group: 'build' }),
      file('src/a.c', 'added', { group: 'ffi' }),
      file('src/l.rs', 'added'),
      file('src/h.rs', 'added'),
    ],
  )
  expect(units.map(u => `${u.kind} ${u.path}:${u.line} ${u.snippet.slice(0, 20)} ${u.places}`)).toEqual([
    'ffi src/a.c:0 the whole file 1',
    'build-script build.rs:0 the whole file 1',
    `long-line src/l.rs:1 // ${'x'.repeat(17)} 1`,
    'hidden-characters src/h.rs:1 // a\\u{202e}b\\u{202e 2',
  ])
})

test('a file of 3 MB leaves room for other work', async () => {
  const text = 'fn a() { unsafe { b(c, d) } }\n'.repeat(100_000)
  let longest = 0
  let last = performance.now()
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 5)
  await unitsOf(null, { 'a.rs': text }, [file('a.rs', 'added')])
  clearInterval(timer)
  const startedAt = performance.now()
  scanRust(text, await openRustParser())
  const inOnePiece = performance.now() - startedAt
  // Both in one run, for a busy machine slows both.
  expect(longest).toBeLessThan(inOnePiece / 2)
}, 60_000)

test('units of tests are listed last and owed by nobody, but for what cannot be seen', async () => {
  const { units } = await unitsOf(
    null,
    { 'tests/a.rs': 'fn a() { unsafe {} }', 'src/b.rs': 'fn b() { unsafe {} }', 'tests/x.bin': new Uint8Array([0]) },
    [
      file('tests/a.rs', 'added', { group: 'tests' }),
      file('src/b.rs', 'added'),
      file('tests/x.bin', 'added', { group: 'tests' }),
    ],
  )
  expect(units.map(u => `${u.kind} ${u.path} ${u.isOptional}`)).toEqual([
    'unsafe-block src/b.rs false',
    'unsafe-block tests/a.rs true',
    'binary tests/x.bin false',
  ])
})

test('answers survive, hold for the same text in another version, and can be taken back', async () => {
  const data = (await fs.mkdtemp(path.join(os.tmpdir(), 'assay-units-'))) as AbsolutePath
  folders.push(data)
  const crate = 'demo' as CrateName
  const said = { verdict: 'concern' as const, note: 'no bounds check', who: 'A <a@x>', at: 5, version: '1.0.0' }
  const first = openUnitAnswers(testCaps(data))
  await first.ready()
  await first.set(crate, ['u1', 'u2'], said, said.who)
  await first.close()
  const again = openUnitAnswers(testCaps(data))
  await again.ready()
  expect(again.of(crate).get('u1')).toEqual(said)
  expect(again.of('other' as CrateName).size).toBe(0)
  await again.set(crate, ['u1'], null, said.who)
  expect([...again.of(crate).keys()]).toEqual(['u2'])
  await again.close()
})
