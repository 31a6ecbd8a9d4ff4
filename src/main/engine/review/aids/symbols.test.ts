import fs from 'node:fs/promises'
import { afterEach, expect, test } from 'vitest'
import type { AbsolutePath } from '../../../../shared/domain.ts'
import { folderOf, testCaps, testRun } from '../testing.ts'
import { openRustParser } from '../units/rust-parser.ts'
import { rustItems } from './rust-items.ts'
import { findDefinitions, findReferences, indexCrate } from './symbols.ts'

const folders: AbsolutePath[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await fs.rm(folder, { recursive: true, force: true })
})
async function indexOf(files: Readonly<Record<string, string | Uint8Array>>) {
  const folder = await folderOf(files)
  folders.push(folder)
  return indexCrate(testCaps(folder), await openRustParser(), folder, testRun)
}
const unchanged = () => false

const LIB = `//! A crate.
pub struct Pool { size: usize }
impl Pool {
    /// Makes one.
    pub fn new(
        size: usize,
    ) -> Self {
        fn helper() {}
        helper();
        Self { size }
    }
}
pub enum Mode { Fast, Slow(u8) }
pub unsafe trait Raw: Send { type Out; fn get(&self) -> u8; }
extern "C" { fn open(path: *const u8) -> i32; }
macro_rules! make { ($n:ident) => { fn made() {} } }
make!(x);
pub const MAX: usize = 4;
mod inner { pub static TABLE: &[u8] = &[]; }
`

test('items have their lines, containers and signatures', async () => {
  const { items, problem } = rustItems(LIB, await openRustParser())
  expect(problem).toBeNull()
  expect(items.map(item => `${item.line}-${item.endLine} ${item.kind} ${item.name} in ${item.container}`)).toEqual([
    '2-2 struct Pool in null',
    '2-2 field size in Pool',
    '3-12 impl impl Pool in null',
    '5-11 function new in impl Pool',
    '13-13 enum Mode in null',
    '13-13 variant Fast in Mode',
    '13-13 variant Slow in Mode',
    '14-14 trait Raw in null',
    '14-14 type Out in pub unsafe trait Raw: Send',
    '14-14 function get in pub unsafe trait Raw: Send',
    '15-15 extern extern "C" in null',
    '15-15 function open in extern "C"',
    '16-16 macro make in null',
    '18-18 const MAX in null',
    '19-19 module inner in null',
    '19-19 static TABLE in inner',
  ])
  const signature = (name: string) => items.find(item => item.name === name)?.signature
  expect(signature('new')).toBe('pub fn new(size: usize) -> Self')
  expect(signature('Raw')).toBe('pub unsafe trait Raw: Send')
  expect(signature('Slow')).toBe('Slow(u8)')
  expect(signature('MAX')).toBe('pub const MAX: usize = 4')
  expect(signature('make')).toBe('macro_rules! make')
})

test('definitions are found by name, inside macros and bodies by words', async () => {
  const index = await indexOf({
    'src/lib.rs': LIB,
    'src/other.rs':
      'pub struct Other;\nimpl Other { fn new() {} }\n// fn new\nfn f() { let x = "fn new"; Pool::new(1); }\n',
    'src/broken.rs': 'fn new( { struct ]\nfn after() {}\n',
    'README.md': 'fn new',
  })
  const of = async (name: string, qualifier: string | null = null, path = 'src/other.rs') => {
    const found = await findDefinitions(index, { name, qualifier, path }, path => path === 'src/lib.rs')
    return found.definitions.map(d => `${d.path}:${d.line}:${d.column} ${d.certainty}`)
  }
  expect((await of('new'))[0]).toBe('src/other.rs:2:17 parsed')
  expect((await of('new', 'Pool'))[0]).toBe('src/lib.rs:5:12 parsed')
  expect(await of('new')).toContain('src/broken.rs:1:4 words')
  expect(await of('helper')).toEqual(['src/lib.rs:8:12 words'])
  expect(await of('made')).toEqual(['src/lib.rs:16:40 words'])
  expect(await of('make')).toEqual(['src/lib.rs:16:14 parsed'])
  expect(await of('TABLE')).toEqual(['src/lib.rs:19:24 parsed'])
  expect(await of('nowhere')).toEqual([])
  expect(index.notIndexed).toEqual([{ path: 'src/broken.rs', reason: 'parts of it could not be parsed' }])
})

test('references leave comments and literals out and say which is the definition', async () => {
  const index = await indexOf({
    'src/a.rs': '// MAX\nconst MAX: u8 = 1;\nfn f() { "MAX"; MAX + r#MAX + MAXIMUM }\nmac!(MAX);\n',
    'src/b.rs': 'use crate::a::MAX;\n',
  })
  const found = await findReferences(index, 'MAX', path => path === 'src/b.rs')
  expect(found.files.map(file => [file.path, file.total])).toEqual([
    ['src/b.rs', 1],
    ['src/a.rs', 4],
  ])
  const places = found.files[1]?.places.map(place => [place.line, place.column, place.isDefinition])
  expect(places).toEqual([
    [2, 7, true],
    [3, 17, false],
    [3, 23, false],
    [4, 6, false],
  ])
})

test('what is not indexed is named', async () => {
  const index = await indexOf({ 'a.rs': new Uint8Array([0, 1]), 'b.rs': 'fn b() {}' })
  expect(index.notIndexed).toEqual([{ path: 'a.rs', reason: 'binary' }])
  expect((await findDefinitions(index, { name: 'b', qualifier: null, path: '' }, unchanged)).total).toBe(1)
})
