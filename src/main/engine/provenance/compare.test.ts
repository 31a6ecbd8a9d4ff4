/** Each named rule of comparing, on a repository in memory: what it accepts, and the nearest thing that it must not. */
import { describe, expect, it } from 'vitest'
import { createHash } from 'node:crypto'
import { compareWithTree, type CompareInput } from './compare.ts'
import { blobId, RULES } from './rules.ts'
import { bytesOf, TestRepository, testRun, type TestTree } from './testing-repository.ts'

const MANIFEST = '[package]\nname = "demo"\nversion = "1.0.0"\n'
const GENERATED = `# generated\n${MANIFEST}`
const COMMIT_MISSING = 'f'.repeat(40)

const crateFiles = (contents: Readonly<Record<string, string | Uint8Array>>) =>
  new Map(Object.entries(contents).map(([path, data]) => [path, { path, data: bytesOf(data) }]))

/** A package in `tree`, an archive with the files of `extra` beside what cargo always adds. */
async function compare(
  tree: TestTree,
  extra: Readonly<Record<string, string | Uint8Array>>,
  options: Partial<Omit<CompareInput, 'repository'>> & { readonly repository?: TestRepository } = {},
) {
  const repository = options.repository ?? new TestRepository()
  const path = options.path ?? ''
  const at = (name: string) => (path === '' ? name : `${path}/${name}`)
  const commit = repository.add({ [at('Cargo.toml')]: MANIFEST, ...tree })
  const files = crateFiles({ 'Cargo.toml': GENERATED, 'Cargo.toml.orig': MANIFEST, ...extra })
  const result = await compareWithTree(
    {
      ...{ crate: 'demo', version: '1.0.0', files, repository, commit, path, compareBytes: false },
      openSubmodule: () => Promise.resolve(null),
      ...options,
    },
    testRun(),
  )
  const of = (name: string) => {
    const { state, rule, concern } = result.files.find(file => file.path === name)!
    return [state, rule, concern]
  }
  return { ...result, of, codes: result.reasons.map(({ code }) => code), repository }
}

describe('files in their places', () => {
  it('takes equal blobs as the same and fetches nothing for them', async () => {
    const got = await compare(
      { 'src/lib.rs': 'a' },
      { 'src/lib.rs': 'a', '.cargo_vcs_info.json': '{}', 'Cargo.lock': '' },
    )
    expect(got.of('src/lib.rs')).toEqual(['same', null, null])
    expect(got.of('Cargo.toml.orig')).toEqual(['same', 'manifest-original', null])
    expect(got.of('Cargo.toml')).toEqual(['generated', 'manifest-rewritten', null])
    expect(got.of('Cargo.lock')).toEqual(['generated', 'lock-file-written', null])
    expect(got.of('.cargo_vcs_info.json')).toEqual(['generated', 'vcs-info-written', null])
    expect(got.counts).toMatchObject({ total: 5, same: 2, generated: 3, onlyInRepository: 0 })
    expect([got.grade, got.identity, got.reasons, got.repository.asked]).toEqual(['exact', 'sha1', [], []])
    expect(Buffer.from(got.manifestInRepository!).toString()).toBe(MANIFEST)
  })

  it('counts from the folder of the package', async () => {
    const got = await compare({ 'x/src/lib.rs': 'a', 'src/lib.rs': 'b' }, { 'src/lib.rs': 'a' }, { path: 'x' })
    expect(got.of('src/lib.rs')[0]).toBe('same')
    expect(got.files.find(file => file.path === 'src/lib.rs')!.repositoryPath).toBe('x/src/lib.rs')
  })

  it.each([
    ['src/lib.rs', 'differs', 2, 'code-differs'],
    ['build.rs', 'differs', 2, 'code-differs'],
    ['native/a.c', 'differs', 2, 'code-differs'],
    ['README.md', 'differs', 7, 'files-differ'],
    ['tests/a.rs', 'differs', 7, 'files-differ'],
  ])('finds an edit of %s', async (path, state, concern, code) => {
    const got = await compare({ [path]: 'before' }, { [path]: 'after' })
    expect([got.of(path), got.grade, got.codes]).toEqual([[state, null, concern], 'differs', [code]])
  })

  it.each([
    ['build.rs', 1, 'code-only-in-crate'],
    ['src/x.rs', 1, 'code-only-in-crate'],
    ['.cargo/config.toml', 1, 'code-only-in-crate'],
    ['data/x.so', 1, 'code-only-in-crate'],
    ['tests/x.rs', 7, 'files-only-in-crate'],
    ['notes.txt', 7, 'files-only-in-crate'],
  ])('does not take %s from elsewhere in the tree', async (path, concern, code) => {
    const got = await compare(
      { 'LICENSE-MIT': 'words', 'doc/words': 'words' },
      { 'LICENSE-MIT': 'words', [path]: 'words' },
    )
    expect([got.of(path), got.grade, got.codes]).toEqual([['only-in-crate', null, concern], 'differs', [code]])
  })

  it('takes what the manifest names as a target for code, wherever it lies', async () => {
    const generated = `${GENERATED}build = "benches/b.txt"\n[lib]\npath = "./tests/l.rs"\n`
    const got = await compare({}, { 'Cargo.toml': generated, 'benches/b.txt': 'x', 'tests/l.rs': 'y' })
    expect([got.of('benches/b.txt')[2], got.of('tests/l.rs')[2]]).toEqual([1, 1])
  })

  it('reads no more of the repository than could be equal by any rule', async () => {
    let mostBytes = 0
    const repository = new TestRepository()
    const read = repository.blobs.bind(repository)
    repository.blobs = (oids, maxBytes, run) => {
      mostBytes = Math.max(mostBytes, oids.length * maxBytes)
      return read(oids, maxBytes, run)
    }
    const names = Array.from({ length: 50 }, (_, i) => `data/${i}`)
    const tree = Object.fromEntries(names.map((name, i) => [name, `${i}`.padEnd(100_000)]))
    const archive = Object.fromEntries(names.map((name, i) => [name, i === 49 ? 'x'.repeat(200_000) : `${i}`]))
    const got = await compare(tree, archive, { repository })
    expect(got.of('data/3')).toEqual(['differs', null, 7])
    expect(got.codes).not.toContain('bytes-unavailable')
    expect(mostBytes).toBeLessThan(32 * 500_000)
    const large = Object.fromEntries(names.map((name, i) => [name, `${i}`.padEnd(3_000_000)]))
    mostBytes = 0
    await compare(tree, large, { repository })
    expect(mostBytes).toBeLessThan(33 << 20)
  })

  it('judges an edited Cargo.toml.orig, and Cargo.toml itself when there is no original', async () => {
    const edited = await compare({}, { 'Cargo.toml.orig': `${MANIFEST}#` })
    expect([edited.of('Cargo.toml.orig'), edited.grade]).toEqual([['differs', null, 8], 'differs'])
    const repository = new TestRepository()
    const commit = repository.add({ 'Cargo.toml': MANIFEST })
    const openSubmodule = () => Promise.resolve(null)
    const input = { crate: 'demo', version: '1.0.0', repository, commit, path: '', openSubmodule, compareBytes: false }
    const bare = await compareWithTree({ ...input, files: crateFiles({ 'Cargo.toml': GENERATED }) }, testRun())
    expect(bare.files.map(({ state }) => state)).toEqual(['differs'])
    expect(bare.reasons.map(({ code }) => code)).toContain('manifest-original-missing')
    const nested = await compare({}, { 'tests/p/Cargo.lock': 'x' })
    expect(nested.of('tests/p/Cargo.lock')[0]).toBe('only-in-crate')
  })

  it('names a file that differs in case only, and still has no counterpart for it', async () => {
    const got = await compare({ 'src/LIB.rs': 'a' }, { 'src/lib.rs': 'a' })
    expect(got.of('src/lib.rs')).toEqual(['only-in-crate', 'name-case-differs', 1])
    const both = await compare({ 'src/LIB.rs': 'a', 'src/lib.rs': 'b' }, { 'src/LIB.rs': 'a', 'src/lib.rs': 'b' })
    expect(both.grade).toBe('exact')
  })

  it.each(['a b', 'a\\b', 'a\nb', 'é', '"q"', '\u202egpj.rs', '-x', '__proto__', 'constructor'])(
    'takes %j as a name',
    async name => {
      const tree = Object.fromEntries([[`src/${name}`, 'a']])
      expect((await compare(tree, tree)).grade).toBe('exact')
      const edited = await compare(tree, Object.fromEntries([[`src/${name}`, 'b']]))
      expect(edited.of(`src/${name}`)[0]).toBe('differs')
    },
  )

  it('says what is missing instead of comparing', async () => {
    const got = await compare({}, {}, { commit: COMMIT_MISSING })
    expect([got.grade, got.codes, got.treeId]).toEqual(['unchecked', ['commit-missing'], null])
    const repository = new TestRepository()
    const commit = repository.add({ a: '' })
    expect((await compare({}, {}, { commit, repository, path: 'gone' })).codes).toEqual(['folder-missing'])
  })

  it('asks for single paths where a listing was cut, and leaves unchecked what cannot be found', async () => {
    const repository = new TestRepository()
    repository.listLimit = 1
    const got = await compare({ 'src/a.rs': 'a' }, { 'src/a.rs': 'a', 'src/b.rs': 'b' }, { repository })
    expect([got.of('src/a.rs')[0], got.of('src/b.rs'), got.grade]).toEqual([
      ...['same', ['unchecked', 'folder-unreadable', 6], 'partly-unchecked'],
    ])
    expect(got.codes).toContain('listing-cut')
  })
})

describe('contents', () => {
  const lf = 'a\nb\n'
  const crlf = 'a\r\nb\r\n'
  const mixed = 'a\r\nb\n'
  it.each([
    ['LF', lf, crlf, 0],
    ['CRLF', crlf, lf, 0],
    ['mixed', mixed, lf, 1],
    ['mixed', mixed, crlf, 1],
  ])('takes line endings as such, the tree with %s', async (_, inTree, inCrate, fetched) => {
    const got = await compare({ 'src/lib.rs': inTree }, { 'src/lib.rs': inCrate })
    expect([got.of('src/lib.rs'), got.grade]).toEqual([['line-endings', 'line-endings', 9], 'line-endings'])
    expect(got.repository.asked).toHaveLength(fetched)
    expect([got.counts.same, got.counts.lineEndings]).toEqual([1, 1])
  })

  it.each([
    ['a lone CR for a line end', lf, 'a\rb\n'],
    ['a lone CR', 'ab\n', 'a\rb\n'],
    ['a NUL: these are no line endings', 'a\0\n', 'a\0\r\n'],
    ['a missing last line end', lf, 'a\nb'],
  ])('finds %s', async (_, inTree, inCrate) => {
    expect((await compare({ 'src/x': inTree }, { 'src/x': inCrate })).of('src/x')[0]).toBe('differs')
  })

  it('takes $Id$ filled in by git, with the id of the blob itself only', async () => {
    const blob = blobId(Buffer.from('// $Id$\n'))
    const tree = { 'src/lib.rs': '// $Id$\n' }
    const filled = await compare(tree, { 'src/lib.rs': `// $Id: ${blob} $\n` })
    expect(filled.of('src/lib.rs')).toEqual(['same-by-rule', 'ident-keyword', null])
    expect((await compare(tree, { 'src/lib.rs': `// $Id: ${'0'.repeat(40)} $\n` })).grade).toBe('differs')
    expect((await compare(tree, { 'src/lib.rs': `// $Id: ${blob} $ x\n` })).grade).toBe('differs')
  })

  it('takes the content of a Git LFS pointer by its hash and size', async () => {
    const sha256 = createHash('sha256').update('big').digest('hex')
    const pointer = (size: number) => `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${size}\n`
    const got = await compare({ 'a.bin': pointer(3) }, { 'a.bin': 'big' })
    expect([got.of('a.bin'), got.grade]).toEqual([['same-by-rule', 'lfs-pointer', null], 'exact'])
    expect((await compare({ 'a.bin': pointer(3) }, { 'a.bin': 'bad' })).of('a.bin').slice(0, 2)).toEqual([
      'differs',
      'lfs-differs',
    ])
    expect((await compare({ 'a.bin': pointer(4) }, { 'a.bin': 'big' })).of('a.bin')[0]).toBe('differs')
    expect((await compare({ 'a.bin': pointer(3) }, { 'a.bin': pointer(3) })).of('a.bin')[0]).toBe('same')
  })

  it('says when the bytes of the repository cannot be had', async () => {
    const repository = new TestRepository()
    repository.missing.add(blobId(Buffer.from(mixed)))
    const got = await compare({ 'src/lib.rs': mixed }, { 'src/lib.rs': lf }, { repository })
    expect(got.of('src/lib.rs')).toEqual(['differs', 'bytes-unavailable', 2])
    expect(got.codes).toContain('bytes-unavailable')
  })

  it('compares bytes where they are, and finds a collision', async () => {
    const same = await compare({ 'src/lib.rs': 'a' }, { 'src/lib.rs': 'a' }, { compareBytes: true })
    expect(same.identity).toBe('bytes')
    const repository = new TestRepository()
    repository.forged.set(blobId(Buffer.from('a')), Buffer.from('z'))
    const forged = await compare({ 'src/lib.rs': 'a' }, { 'src/lib.rs': 'a' }, { compareBytes: true, repository })
    expect([forged.of('src/lib.rs'), forged.codes[0]]).toEqual([
      ['differs', 'same-id-other-bytes', 2],
      'same-id-other-bytes',
    ])
    const partial = new TestRepository()
    partial.missing.add(blobId(Buffer.from('a')))
    const without = await compare(
      { 'src/lib.rs': 'a' },
      { 'src/lib.rs': 'a' },
      { compareBytes: true, repository: partial },
    )
    expect([without.identity, without.grade]).toEqual(['sha1', 'exact'])
  })
})

describe('symbolic links', () => {
  it.each([
    ['a file', { 'src/l.rs': { link: '../real.rs' }, 'real.rs': 'r' }, 'src/l.rs', 'link-followed'],
    [
      'a link to a file',
      { 'src/l.rs': { link: 'm' }, 'src/m': { link: '../real.rs' }, 'real.rs': 'r' },
      'src/l.rs',
      'link-followed',
    ],
    ['a folder', { src: { link: 'other/src' }, 'other/src/x.rs': 'r' }, 'src/x.rs', 'linked-folder'],
    [
      'a folder within a linked one',
      { a: { link: 'b' }, 'b/c': { link: '../d' }, 'd/x.rs': 'r' },
      'a/c/x.rs',
      'linked-folder',
    ],
  ] satisfies [string, TestTree, string, string][])('follows a link to %s', async (_, tree, path, rule) => {
    const got = await compare(tree, { [path]: 'r' })
    expect([got.of(path), got.grade]).toEqual([['same-by-rule', rule, null], 'exact'])
    const links = Object.entries(tree).flatMap(([name, content]) => (typeof content === 'object' ? [name] : []))
    const leftOut = got.files.filter(file => file.state === 'only-in-repository').map(file => file.path)
    expect(leftOut).not.toContain(links[0])
    expect((await compare(tree, { [path]: 's' })).of(path)[0]).toBe('differs')
  })

  it('follows links out of the package but not out of the repository', async () => {
    const inside = await compare({ 'p/LICENSE': { link: '../LICENSE' }, LICENSE: 'r' }, { LICENSE: 'r' }, { path: 'p' })
    expect(inside.of('LICENSE')).toEqual(['same-by-rule', 'link-followed', null])
  })

  it.each([
    ['../../etc/passwd', 'link-outside', 'link-outside'],
    ['/etc/passwd', 'link-outside', 'link-outside'],
    ['C:\\x', 'link-outside', 'link-outside'],
    ['nowhere', 'link-to-nothing', 'link-unresolved'],
    ['l.rs', 'link-too-deep', 'link-unresolved'],
    ['../Cargo.toml/x', 'link-to-nothing', 'link-unresolved'],
  ])('refuses a link to %s', async (link, rule, code) => {
    const got = await compare({ 'src/l.rs': { link } }, { 'src/l.rs': 'secret' })
    expect([got.of('src/l.rs'), got.codes]).toEqual([
      ['differs', rule, 2],
      ['code-differs', code],
    ])
  })

  it('tells the text of a link from its target', async () => {
    const tree = { 'src/l.rs': { link: '../real.rs' }, 'real.rs': 'r' }
    const got = await compare(tree, { 'src/l.rs': '../real.rs', 'real.rs': 'r' })
    expect([got.of('src/l.rs'), got.grade]).toEqual([['broken-symlink', 'link-as-text', 9], 'broken-symlinks'])
  })

  it('does not invent files in a linked folder', async () => {
    const got = await compare({ a: { link: 'b' }, 'b/x.rs': 'r' }, { 'a/y.rs': 'r' })
    expect(got.of('a/y.rs')[0]).toBe('only-in-crate')
  })
})

describe('readme and licence from outside', () => {
  const manifest = `${MANIFEST}readme = "../README.md"\nlicense-file = "../doc/L.txt"\n`
  const tree = { 'p/Cargo.toml': manifest, 'README.md': 'r', 'doc/L.txt': 'l' }
  it('takes those that the manifest names', async () => {
    const got = await compare(tree, { 'Cargo.toml.orig': manifest, 'README.md': 'r', 'L.txt': 'l' }, { path: 'p' })
    expect(got.of('README.md')).toEqual(['same-by-rule', 'readme-from-outside', null])
    expect([got.of('L.txt'), got.grade]).toEqual([['same-by-rule', 'licence-from-outside', null], 'exact'])
  })

  it('takes no other, and not what an edited manifest names', async () => {
    const files = { 'Cargo.toml.orig': manifest, 'README.md': 'x', 'NEWS.md': 'r' }
    const got = await compare(tree, files, { path: 'p' })
    expect(got.of('README.md').slice(0, 2)).toEqual(['differs', 'readme-from-outside'])
    expect(got.of('NEWS.md')[0]).toBe('only-in-crate')
    const lying = `${MANIFEST}readme = "../doc/build.rs"\n`
    const edited = await compare({ 'doc/build.rs': 'b' }, { 'Cargo.toml.orig': lying, 'build.rs': 'b' }, { path: 'p' })
    expect(edited.of('build.rs')[0]).toBe('only-in-crate')
    const escaping = `${MANIFEST}readme = "../../README.md"\n`
    const out = await compare({ 'p/Cargo.toml': escaping, 'README.md': 'r' }, { 'README.md': 'r' }, { path: 'p' })
    expect(out.of('README.md')[0]).toBe('only-in-crate')
  })

  it('counts from the workspace root what is inherited from it', async () => {
    const own = `${MANIFEST}readme.workspace = true\n`
    const root = '[workspace]\nmembers = ["p"]\n[workspace.package]\nreadme = "doc/R.md"\n'
    const got = await compare(
      { 'p/Cargo.toml': own, 'Cargo.toml': root, 'doc/R.md': 'r' },
      { 'Cargo.toml.orig': own, 'R.md': 'r' },
      { path: 'p' },
    )
    expect(got.of('R.md')[1]).toBe('readme-from-outside')
    expect(Buffer.from(got.workspaceManifest!).toString()).toBe(root)
  })
})

describe('only in the repository', () => {
  it('says why as far as the manifest tells', async () => {
    const manifest = `${MANIFEST}exclude = ["/ci", "*.png", "!keep.png", "doc/**"]\n`
    const got = await compare(
      {
        ...{
          'Cargo.toml': manifest,
          'ci/x': '',
          'a/b.png': '',
          'doc/deep/x': '',
          'sub/Cargo.toml': '',
          'sub/src/l.rs': '',
        },
        ...{
          'Cargo.lock': '',
          vendor: { submodule: COMMIT_MISSING },
          'src/gone.rs': '',
          'build.rs': '',
          other: '',
          'x/ci': '',
        },
      },
      { 'Cargo.toml.orig': manifest },
    )
    const rules = got.files.filter(f => f.state === 'only-in-repository').map(f => `${f.path} ${f.rule} ${f.concern}`)
    expect(rules).toEqual([
      ...['Cargo.lock lock-file-left-out 11', 'a/b.png excluded-by-manifest 11', 'build.rs left-out 7'],
      ...['ci/x excluded-by-manifest 11', 'doc/deep/x excluded-by-manifest 11', 'other left-out 11'],
      ...['src/gone.rs left-out 7', 'sub/Cargo.toml nested-package 11', 'sub/src/l.rs nested-package 11'],
      ...['vendor submodule-left-out 11', 'x/ci left-out 11'],
    ])
    expect(got.reasons.map(({ code, about }) => [code, about])).toEqual([
      ['code-missing-from-crate', ['build.rs', 'src/gone.rs']],
    ])
    expect(got.grade).toBe('exact')
  })

  it('knows include lists, and believes the manifest of the repository only', async () => {
    const manifest = `${MANIFEST}include = ["src"]\n`
    const got = await compare({ 'Cargo.toml': manifest, 'src/a.rs': '', b: '' }, { 'Cargo.toml.orig': manifest })
    expect([got.of('src/a.rs')[1], got.of('b')[1]]).toEqual(['left-out', 'not-included-by-manifest'])
    const lying = await compare({ 'src/a.rs': '' }, { 'Cargo.toml.orig': `${MANIFEST}exclude = ["src"]\n` })
    expect(lying.of('src/a.rs')[1]).toBe('left-out')
  })
})

it('names every rule that occurs, once', () => {
  expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length)
})

it('stays fast on 20,000 files', { timeout: 5_000 }, async () => {
  const many = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, i) => [`src/d${i % 100}/f${i}.rs`, `content ${i}`]),
  )
  const got = await compare(many, many)
  expect(got.counts.same).toBe(20_001)
})

it('ends when it is cancelled', async () => {
  const stop = new AbortController()
  stop.abort()
  const repository = new TestRepository()
  const commit = repository.add({ a: '' })
  const input = { crate: 'a', version: '1.0.0', files: new Map(), repository, commit, path: '', compareBytes: false }
  await expect(
    compareWithTree({ ...input, openSubmodule: () => Promise.resolve(null) }, testRun(stop.signal)),
  ).rejects.toThrow()
})
