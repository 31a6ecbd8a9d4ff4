// What an archive is looked through for, and how two versions are compared.
import { describe, expect, it } from 'vitest'
import type { ArchiveEntry } from '../io/archive.ts'
import { createSandbox } from '../test-sandbox.ts'
import { archiveFactsOf, newUnsafePlaces, openArchiveFacts } from './risk-archive.ts'

const entry = (path: string, text: string | Uint8Array): ArchiveEntry => ({
  path,
  data: typeof text === 'string' ? Buffer.from(text) : text,
  isExecutable: false,
})
const facts = (files: Readonly<Record<string, string | Uint8Array>>) =>
  archiveFactsOf(
    Object.entries(files).map(([path, text]) => entry(path, text)),
    new AbortController().signal,
  )

describe('archiveFactsOf', () => {
  it('counts what dependents build, not tests, benches and examples', async () => {
    const code =
      'pub fn f() { unsafe { g() } }\nuse std::net::TcpStream;\nfn h() { std::process::Command::new("x"); }\n'
    const found = await facts({
      'Cargo.toml': '[package]\nname = "x"\n',
      'src/lib.rs': code,
      'tests/a.rs': code,
      'benches/b.rs': code,
      'examples/c.rs': code,
      'README.md': code,
      'src/c/x.c': 'int x;',
    })
    expect(found).toMatchObject({
      unsafe: 1,
      network: 1,
      process: 1,
      ffi: 1,
      buildScript: null,
      procMacro: false,
      unread: 0,
    })
  })

  it.each([
    ['a build script', { 'Cargo.toml': '[package]\nname = "x"\n', 'build.rs': 'fn main() {}' }, true, false],
    [
      'one with another name',
      { 'Cargo.toml': '[package]\nbuild = "b/make.rs"\n', 'b/make.rs': 'fn main() {}' },
      true,
      false,
    ],
    [
      'one that is switched off',
      { 'Cargo.toml': '[package]\nbuild = false\n', 'build.rs': 'fn main() {}' },
      false,
      false,
    ],
    ['one that is not in the archive', { 'Cargo.toml': '[package]\nbuild = "gone.rs"\n' }, false, false],
    ['a procedural macro', { 'Cargo.toml': '[lib]\nproc-macro = true\n' }, false, true],
  ])('%s', async (_, files, hasBuild, procMacro) => {
    const found = await facts(files)
    expect([found.buildScript !== null, found.procMacro]).toEqual([hasBuild, procMacro])
  })

  it('a file that cannot be looked through is told', async () => {
    const found = await facts({ 'Cargo.toml': '', 'src/lib.rs': Buffer.from('fn f() {\0}') })
    expect(found.unread).toBe(1)
  })
})

describe('newUnsafePlaces', () => {
  const of = (source: string) => facts({ 'Cargo.toml': '', 'src/lib.rs': source })
  it('counts places word for word, also when as many went as came', async () => {
    const before = await of('fn a() { unsafe { one() } }\nfn b() { unsafe { two() } }')
    const now = await of('fn a() { unsafe { one() } }\nfn c() { unsafe { three() } }\nfn d() { unsafe { one() } }')
    expect(newUnsafePlaces(before, now)).toBe(2)
    expect(newUnsafePlaces(before, before)).toBe(0)
    expect(newUnsafePlaces(null, now)).toBe(3)
    expect(newUnsafePlaces({ ...before, unsafeTexts: null }, now)).toBeNull()
  })
})

it('answers are kept by checksum, and one of another shape counts as none', async () => {
  const box = createSandbox()
  try {
    const found = await facts({ 'Cargo.toml': '', 'src/lib.rs': 'fn a() { unsafe { one() } }' })
    const first = openArchiveFacts(box.caps)
    expect(first.get('a'.repeat(64))).toBeNull()
    first.put('a'.repeat(64), found)
    first.put('b'.repeat(64), { ...found, unsafe: -1 })
    first.close()
    const again = openArchiveFacts(box.caps)
    expect(again.get('a'.repeat(64))).toEqual(found)
    expect(again.get('b'.repeat(64))).toBeNull()
    again.close()
  } finally {
    box.dispose()
  }
})
