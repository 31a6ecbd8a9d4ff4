/** Where the package lies, and which commit an archive fits, on a repository in memory. */
import { describe, expect, it } from 'vitest'
import { Cancelled } from '../../../shared/result.ts'
import { findCommit, versionTags } from './find-commit.ts'
import { bestOfHistory } from './history-walk.ts'
import { locatePackage } from './locate-package.ts'
import { bytesOf, TestRepository, testRun } from './testing-repository.ts'

const manifest = (name: string, version = '1.2.3') => `[package]\nname = "${name}"\nversion = "${version}"\n`
const crate = (original: string, more: Readonly<Record<string, string>> = {}) =>
  new Map(
    Object.entries({ 'Cargo.toml': `# g\n${original}`, 'Cargo.toml.orig': original, ...more }).map(([path, data]) => [
      path,
      { path, data: bytesOf(data) },
    ]),
  )

describe('locatePackage', () => {
  const locate = (tree: Readonly<Record<string, string>>, files: ReturnType<typeof crate>, claim: string | null) => {
    const repository = new TestRepository()
    return locatePackage(repository, repository.add(tree), files, claim, 'demo', testRun())
  }
  const codes = (location: Awaited<ReturnType<typeof locate>>) =>
    location.path === null ? null : [location.path, location.from, ...location.warnings.map(({ code }) => code)]

  it.each([
    ['where the archive says', { 'a/Cargo.toml': manifest('demo') }, 'a', ['a', 'vcs-info']],
    ['at the root', { 'Cargo.toml': manifest('demo') }, '', ['', 'vcs-info']],
    [
      'where the archive says, with another name',
      { 'a/Cargo.toml': manifest('evil') },
      'a',
      ['a', 'vcs-info', 'package-name-differs'],
    ],
    [
      'where the archive says, of another version',
      { 'a/Cargo.toml': manifest('demo', '1.2.2') },
      'a',
      ['a', 'vcs-info', 'package-version-differs'],
    ],
    ['where the archive says, unreadable', { 'a/Cargo.toml': '= [' }, 'a', ['a', 'vcs-info', 'package-name-unchecked']],
    [
      'elsewhere than the archive says',
      { 'b/Cargo.toml': manifest('demo') },
      'a',
      ['b', 'manifest-blob', 'claimed-folder-missing'],
    ],
    [
      'above the repository',
      { 'Cargo.toml': manifest('demo') },
      '../a',
      ['', 'manifest-blob', 'claimed-folder-missing'],
    ],
    [
      'by its manifest',
      { 'x/y/Cargo.toml': manifest('demo'), 'Cargo.toml': manifest('other') },
      null,
      ['x/y', 'manifest-blob'],
    ],
    [
      'by its manifest with other line endings',
      { 'x/Cargo.toml': manifest('demo').replaceAll('\n', '\r\n') },
      null,
      ['x', 'manifest-blob'],
    ],
    [
      'by its name',
      { 'x/Cargo.toml': `# edited\n${manifest('demo')}`, 'y/Cargo.toml': manifest('other') },
      null,
      ['x', 'package-name'],
    ],
    [
      'by its name in a very old manifest',
      { 'x/Cargo.toml': '[project]\nname = "demo"\nversion = "1.2.3"' },
      null,
      ['x', 'package-name'],
    ],
    ['nowhere', { 'x/Cargo.toml': manifest('other') }, null, null],
    ['not in a file that only ends alike', { 'x/NotCargo.toml': manifest('demo') }, null, null],
  ])('finds it %s', async (_, tree, claim, expected) => {
    expect(codes(await locate(tree, crate(manifest('demo')), claim))).toEqual(expected)
  })

  it('takes of two copies the one with the archive’s files', async () => {
    const tree = {
      'a/Cargo.toml': manifest('demo'),
      'b/Cargo.toml': manifest('demo'),
      'b/src/lib.rs': 'x',
      'a/src/lib.rs': 'y',
    }
    expect(codes(await locate(tree, crate(manifest('demo'), { 'src/lib.rs': 'x' }), null))).toEqual([
      'b',
      'manifest-blob',
    ])
  })

  it('does not take the manifest of another package for this one', async () => {
    const parked = await locate({ 'x/Cargo.toml': manifest('other') }, crate(manifest('other')), null)
    expect(parked).toEqual({ path: null, candidates: ['x'] })
  })
})

describe('versionTags', () => {
  it.each([
    ['v1.2.3', true],
    ['1.2.3', true],
    ['demo-1.2.3', true],
    ['demo-v1.2.3', true],
    ['demo/v1.2.3', true],
    ['v/1.2.3', true],
    ['demo@1.2.3', true],
    ['rel_1.2.3', true],
    ['11.2.3', false],
    ['0.1.2.3', false],
    ['v1.2.3-rc1', false],
    ['v1.2.30', false],
  ])('%s: %s', (tag, isTaken) => {
    const oid = 'a'.repeat(40)
    const refs = [
      { name: `refs/tags/${tag}`, oid, commit: oid, isAnnotated: false },
      { name: `refs/heads/${tag}`, oid, commit: oid, isAnnotated: false },
    ]
    expect(versionTags(refs, 'demo', '1.2.3').map(({ name }) => name)).toEqual(isTaken ? [`refs/tags/${tag}`] : [])
  })

  it('knows build metadata, and looks at names with the package first', () => {
    const oid = 'a'.repeat(40)
    const refs = ['v1.6.1', 'demo-1.6.1+z.9', 'x1.6.1'].map(tag => ({
      ...{ name: `refs/tags/${tag}`, oid, commit: oid, isAnnotated: false },
    }))
    const names = versionTags(refs, 'demo', '1.6.1+z.9').map(({ name }) => name.slice(10))
    expect(names).toEqual(['demo-1.6.1+z.9', 'v1.6.1', 'x1.6.1'])
  })
})

describe('findCommit', () => {
  const files = crate(manifest('demo'), { 'src/lib.rs': 'good', 'src/b.rs': 'b' })
  const fitting = { 'Cargo.toml': manifest('demo'), 'src/lib.rs': 'good', 'src/b.rs': 'b' }
  const find = async (repository: TestRepository, hintPath: string | null = null) => {
    const found = await findCommit(repository, { crate: 'demo', version: '1.2.3', files, hintPath }, testRun())
    return (
      found && {
        commit: found.commit,
        how: found.how,
        grade: found.comparison.grade,
        candidates: found.candidates,
        path: found.path,
      }
    )
  }

  it('takes the tag that fits completely, and looks no further', async () => {
    const repository = new TestRepository()
    const commit = repository.add(fitting, 'v/1.2.3')
    repository.add({ ...fitting, later: '' })
    expect(await find(repository)).toEqual({ commit, how: 'tag', grade: 'exact', candidates: 1, path: '' })
  })

  it('does not stop at a tag that is incomplete', async () => {
    const repository = new TestRepository()
    const commit = repository.add(fitting)
    repository.add({ ...fitting, 'Cargo.toml': manifest('demo', '1.2.4') })
    repository.add({ ...fitting, 'src/lib.rs': 'too late' }, 'v1.2.3')
    // The later commit brings the manifest again, so both that one and the right one are candidates.
    expect(await find(repository)).toMatchObject({ commit, how: 'manifest-history', grade: 'exact', candidates: 2 })
  })

  it('keeps the tag when nothing fits better', async () => {
    const repository = new TestRepository()
    const commit = repository.add({ ...fitting, 'src/lib.rs': 'other' }, 'v1.2.3')
    expect(await find(repository)).toMatchObject({ commit, how: 'tag', grade: 'differs' })
  })

  it('passes over a bare tag of another package or version', async () => {
    const repository = new TestRepository()
    repository.add({ 'x/Cargo.toml': manifest('other') }, 'v1.2.3')
    repository.add({ 'x/Cargo.toml': manifest('other'), 'Cargo.toml': manifest('demo', '1.2.2') }, 'other-1.2.3')
    expect(await find(repository)).toBeNull()
    const commit = repository.add(fitting, 'demo-v1.2.3')
    expect(await find(repository)).toMatchObject({ commit, how: 'tag' })
  })

  it('finds the manifest in history with other line endings', async () => {
    const repository = new TestRepository()
    const commit = repository.add({ ...fitting, 'Cargo.toml': manifest('demo').replaceAll('\n', '\r\n') })
    expect(await find(repository)).toMatchObject({ commit, how: 'manifest-history', grade: 'line-endings' })
  })

  it('looks for a later commit when the one that brought the manifest fits only in part', async () => {
    const repository = new TestRepository()
    repository.add({ ...fitting, 'src/lib.rs': 'not yet' })
    const commit = repository.add(fitting)
    repository.add({ ...fitting, 'src/b.rs': 'c' })
    expect(await find(repository)).toMatchObject({ commit, how: 'history-walk', grade: 'exact' })
  })

  it('walks the history when neither tag nor manifest helps', async () => {
    const repository = new TestRepository()
    const old = { ...fitting, 'Cargo.toml': `# \n${manifest('demo', '1.2.2')}`, 'src/lib.rs': 'old' }
    const inFolder = (tree: Readonly<Record<string, string>>) =>
      Object.fromEntries(Object.entries(tree).map(([path, content]) => [`p/${path}`, content]))
    repository.add(inFolder(old))
    const commit = repository.add(inFolder({ ...old, 'src/lib.rs': 'good' }))
    repository.add(inFolder({ ...old, 'src/lib.rs': 'new', 'src/b.rs': 'c' }))
    // What left its place no longer counts when something else comes back.
    repository.add(inFolder({ ...old, 'src/lib.rs': 'new' }))
    expect(await find(repository)).toMatchObject({ commit, how: 'history-walk', path: 'p', grade: 'differs' })
  })

  it('gives way in a long history of deep folders, and stops when it is told to', async () => {
    const repository = new TestRepository()
    const deep = `${'abc/'.repeat(2_000)}x`
    const changes = Array.from({ length: 1_000 }, (_, i) => ({
      ...{ path: `${i}/${deep}`, mode: '100644', oldOid: null, newOid: 'a'.repeat(40) },
    }))
    const history = Array.from({ length: 20 }, () => ({ commit: 'c'.repeat(40), changes }))
    repository.walkFirstParent = () => Promise.resolve(history)
    const control = new AbortController()
    setTimeout(() => control.abort(), 1)
    const walk = bestOfHistory(repository, 'c'.repeat(40), crate(manifest('demo')), null, testRun(control.signal))
    await expect(walk).rejects.toThrow(Cancelled)
  })

  it('does not take a commit for its licence text', async () => {
    const repository = new TestRepository()
    repository.add({ 'p/src/b.rs': 'b', 'p/Cargo.toml': manifest('demo', '0.0.1'), 'p/src/lib.rs': 'other' })
    expect(await find(repository)).toBeNull()
  })

  it('finds nothing where nothing is', async () => {
    const repository = new TestRepository()
    repository.add({ 'Cargo.toml': manifest('other'), LICENSE: 'x' }, 'v1.2.3')
    expect(await find(repository)).toBeNull()
  })
})
