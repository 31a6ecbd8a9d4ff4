/** Submodules: addresses as git reads them, contents against the recorded commit, and whose they are otherwise. */
import { describe, expect, it } from 'vitest'
import { compareWithTree } from './compare.ts'
import type { GitRepository } from './git-repository.ts'
import { parseGitmodules, submoduleUrl } from './submodules.ts'
import { bytesOf, TestRepository, testRun, type TestTree } from './testing-repository.ts'

describe('.gitmodules', () => {
  it('is read as git reads configuration', () => {
    const text = [
      '[submodule "a"]\r',
      '\tpath = vendor/a/ \r',
      '\turl = https://h.example/a.git # why\r',
      '[core]\n\turl = https://h.example/no',
      '[submodule "b \\" b"]\npath="b c"\nURL = https://h.example/first\nurl = "https://h.example/b;c"',
      '[submodule "half"]\npath = x',
    ].join('\n')
    expect([...parseGitmodules(text)]).toEqual([
      ['vendor/a', 'https://h.example/a.git'],
      ['b c', 'https://h.example/b;c'],
    ])
  })

  it.each([
    ['https://h.example/a.git', 'https://h.example/a.git'],
    ['git@h.example:o/a.git', 'git@h.example:o/a.git'],
    ['git://h.example/a', 'git://h.example/a'],
    ['../a.git', 'https://git.example/owner/a.git'],
    ['../../o/a', 'https://git.example/o/a'],
    ['./a', 'https://git.example/owner/project/a'],
    ['../../../../a', null],
    ['../..', null],
    ['ext::sh -c touch% /x', null],
    ['ext::x', null],
    ['file:///etc', null],
    ['/etc', null],
    ['C:\\x', null],
    ['--upload-pack=x', null],
    ['-x', null],
    ['https://h.example/a\nb', null],
    ['a', null],
    ['', null],
  ])('%j is asked for as %j', (stated, url) => {
    expect(submoduleUrl(stated, 'https://git.example/owner/project')).toBe(url)
  })
})

const MANIFEST = '[package]\nname = "demo-sys"\nversion = "1.0.0"\n'
const GITMODULES = '[submodule "v"]\npath = vendor\nurl = ../vendor.git\n'

/** A package with `vendor` at `commit`, an archive with these files, and repositories by address. */
async function compare(
  tree: TestTree,
  files: Readonly<Record<string, string>>,
  repositories: Readonly<Record<string, GitRepository>>,
) {
  const repository = new TestRepository()
  const commit = repository.add({ 'Cargo.toml': MANIFEST, ...tree })
  const asked: string[] = []
  const all = { 'Cargo.toml': MANIFEST, 'Cargo.toml.orig': MANIFEST, ...files }
  const result = await compareWithTree(
    {
      ...{ crate: 'demo-sys', version: '1.0.0', repository, commit, path: '', compareBytes: false },
      files: new Map(Object.entries(all).map(([path, data]) => [path, { path, data: bytesOf(data) }])),
      openSubmodule: async (url, oid, run) => {
        asked.push(url)
        const found = repositories[url]
        return found === undefined || (await found.commit(oid, run)) === null ? null : found
      },
    },
    testRun(),
  )
  const of = (name: string) => {
    const { state, rule, concern, repositoryPath } = result.files.find(file => file.path === name)!
    return [state, rule, concern, repositoryPath]
  }
  return { ...result, of, asked, codes: result.reasons.map(({ code }) => code) }
}

function vendor() {
  const repository = new TestRepository('https://git.example/owner/vendor')
  const old = repository.add({ 'a.c': 'one', 'b.h': 'same', 'c.c': 'old\n', 'gone.c': 'gone' }, 'v1.9.4')
  const recorded = repository.add({ 'a.c': 'two', 'b.h': 'same', 'c.c': 'new\n' }, 'v1.10.0')
  return { repository, old, recorded, at: { 'https://git.example/owner/vendor.git': repository } }
}

describe('files in a submodule', () => {
  it('are compared with the recorded commit, each repository opened once', async () => {
    const { at, recorded } = vendor()
    const got = await compare(
      { '.gitmodules': GITMODULES, vendor: { submodule: recorded } },
      { 'vendor/a.c': 'two', 'vendor/c.c': 'new\r\n' },
      at,
    )
    expect(got.of('vendor/a.c')).toEqual(['same-by-rule', 'submodule', null, 'vendor:a.c'])
    expect([got.of('vendor/c.c')[0], got.grade]).toEqual(['line-endings', 'line-endings'])
    // What a crate leaves out of a submodule is not listed: vendored projects have thousands of such files.
    expect(got.files.some(file => file.path === 'vendor/b.h')).toBe(false)
    expect(got.asked).toEqual(['https://git.example/owner/vendor.git'])
  })

  it('are named by the tag that they are of instead', async () => {
    const { at, recorded } = vendor()
    const got = await compare(
      { '.gitmodules': GITMODULES, vendor: { submodule: recorded } },
      { 'vendor/a.c': 'one', 'vendor/b.h': 'same', 'vendor/c.c': 'old\r\n', 'vendor/gone.c': 'gone' },
      at,
    )
    expect(got.of('vendor/a.c').slice(0, 3)).toEqual(['differs', 'submodule', 6])
    expect(got.of('vendor/gone.c').slice(0, 3)).toEqual(['only-in-crate', null, 6])
    expect([got.grade, got.codes]).toEqual(['differs', ['submodule-content-differs']])
    expect(got.reasons[0]).toMatchObject({ weight: 'alarm', about: ['vendor', 'refs/tags/v1.9.4'] })
    expect(got.reasons[0]!.text).toBe(
      `The files of the submodule vendor are those of its tag v1.9.4, not of the recorded commit ${recorded.slice(0, 12)}.`,
    )
  })

  it('are not excused by a tag that fits only in part', async () => {
    const { at, recorded } = vendor()
    const tree = { '.gitmodules': GITMODULES, vendor: { submodule: recorded } }
    const got = await compare(tree, { 'vendor/a.c': 'one', 'vendor/c.c': 'evil', 'vendor/x.c': 'more' }, at)
    expect(got.codes).toEqual(['code-only-in-crate', 'submodule-content-differs', 'code-differs'])
    expect(got.reasons[1]!.text).toContain('nearest is its tag v1.9.4 with 1 of 3 equal')
    const none = await compare(tree, { 'vendor/a.c': 'evil' }, at)
    expect(none.reasons[0]!.text).toContain('1 file of the submodule vendor is not of the recorded commit')
  })

  it.each([
    ['the commit is missing', GITMODULES, 'f'.repeat(40), 'submodule-unavailable', 1],
    ['nobody declares it', '', null, 'submodule-not-declared', 0],
    ['the address runs a program', GITMODULES.replace('../vendor.git', 'ext::x'), null, 'submodule-address-refused', 0],
    ['the repository is gone', GITMODULES.replace('vendor.git', 'gone.git'), null, 'submodule-unavailable', 1],
  ])('stay unchecked when %s', async (_, gitmodules, commit, rule, asked) => {
    const { at, recorded } = vendor()
    const tree = { '.gitmodules': gitmodules, vendor: { submodule: commit ?? recorded } }
    const got = await compare(tree, { 'vendor/a.c': 'two', 'vendor/b.h': 'same' }, at)
    expect(got.of('vendor/a.c')).toEqual(['unchecked', rule, 6, 'vendor:a.c'])
    expect([got.grade, got.codes, got.asked.length, got.counts.unchecked]).toEqual([
      'partly-unchecked',
      [rule],
      asked,
      2,
    ])
  })

  it('are not opened without end beside each other', async () => {
    const { recorded } = vendor()
    const names = Array.from({ length: 80 }, (_, i) => `v${i}`)
    const gitmodules = names.map(name => `[submodule "${name}"]\npath = ${name}\nurl = ../${name}.git\n`).join('')
    const tree = {
      '.gitmodules': gitmodules,
      ...Object.fromEntries(names.map(name => [name, { submodule: recorded }])),
    }
    const got = await compare(tree, Object.fromEntries(names.map(name => [`${name}/a.c`, 'two'])), {})
    expect(got.asked.length).toBe(64)
    expect(got.codes).toContain('submodule-too-many')
    expect(got.counts.unchecked).toBe(80)
  })

  it('are not asked for when the archive has none of them', async () => {
    const { at, recorded } = vendor()
    const got = await compare({ '.gitmodules': GITMODULES, vendor: { submodule: recorded } }, {}, at)
    expect([got.asked, got.of('vendor')[1], got.grade]).toEqual([[], 'submodule-left-out', 'exact'])
  })

  it('are not followed without end into each other', async () => {
    const repositories: Record<string, GitRepository> = {}
    let inner: string | null = null
    for (let depth = 0; depth < 8; depth++) {
      const repository: TestRepository = new TestRepository(`https://h.example/${depth}`)
      const gitmodules = `[submodule "s"]\npath = s\nurl = https://h.example/${depth - 1}`
      inner = repository.add(inner === null ? { x: 'x' } : { '.gitmodules': gitmodules, s: { submodule: inner } })
      repositories[repository.url] = repository
    }
    const gitmodules = '[submodule "s"]\npath = s\nurl = https://h.example/7'
    const path = `${'s/'.repeat(8)}x`
    const got = await compare({ '.gitmodules': gitmodules, s: { submodule: inner! } }, { [path]: 'x' }, repositories)
    expect(got.of(path).slice(0, 2)).toEqual(['unchecked', 'submodule-too-deep'])
    expect(got.asked).toHaveLength(5)
  })

  it('are reached through links and through submodules within', async () => {
    const { repository, recorded } = vendor()
    const outer = new TestRepository('https://other.example/x/outer')
    const nested = outer.add({
      '.gitmodules': '[submodule "i"]\npath = in/ner\nurl = ../vendor',
      'in/ner': { submodule: recorded },
    })
    const got = await compare(
      {
        ...{
          '.gitmodules': '[submodule "o"]\npath = out\nurl = https://other.example/x/outer',
          out: { submodule: nested },
        },
        ...{ short: { link: 'out/in/ner' }, 'one.c': { link: 'out/in/ner/a.c' } },
      },
      { 'out/in/ner/a.c': 'two', 'short/a.c': 'two', 'one.c': 'two', 'short/x.c': '' },
      { 'https://other.example/x/outer': outer, 'https://other.example/x/vendor': repository },
    )
    expect(got.of('out/in/ner/a.c')).toEqual(['same-by-rule', 'submodule', null, 'out:in/ner:a.c'])
    expect(got.of('short/a.c')).toEqual(['same-by-rule', 'linked-folder', null, 'out:in/ner:a.c'])
    expect(got.of('one.c')).toEqual(['same-by-rule', 'link-followed', null, 'out:in/ner:a.c'])
    expect(got.of('short/x.c')[0]).toBe('only-in-crate')
    expect(got.asked).toHaveLength(2)
  })

  it('are found through a link into a folder of which the archive has nothing in its place', async () => {
    const inner = new TestRepository('https://git.example/owner/vendor')
    const recorded = inner.add({ 'src/a.c': 'a', 'other/deep/b.c': 'b' })
    const got = await compare(
      { '.gitmodules': GITMODULES, vendor: { submodule: recorded }, 'z-link': { link: 'vendor/other' } },
      { 'vendor/src/a.c': 'a', 'z-link/deep/b.c': 'b' },
      { 'https://git.example/owner/vendor.git': inner },
    )
    expect(got.of('vendor/src/a.c')).toEqual(['same-by-rule', 'submodule', null, 'vendor:src/a.c'])
    expect(got.of('z-link/deep/b.c')).toEqual(['same-by-rule', 'linked-folder', null, 'vendor:other/deep/b.c'])
    expect(got.asked).toHaveLength(1)
  })

  it('are named by their tag whichever path led there first', async () => {
    const { at, recorded } = vendor()
    const got = await compare(
      { '.gitmodules': GITMODULES, vendor: { submodule: recorded }, link: { link: 'vendor' } },
      { 'link/b.h': 'same', 'vendor/a.c': 'one', 'vendor/c.c': 'old\r\n', 'vendor/gone.c': 'gone' },
      at,
    )
    expect(got.of('vendor/gone.c').slice(0, 3)).toEqual(['only-in-crate', null, 6])
    expect(got.codes).toEqual(['submodule-content-differs'])
  })
})
