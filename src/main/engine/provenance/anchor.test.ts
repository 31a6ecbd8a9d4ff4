import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { findAnchor, tagCandidates } from './anchor.ts'
import type { GitRepository } from './git-repository.ts'
import { openMirrors, type Mirrors } from './mirror.ts'
import { makeWorld, missingTools, type TestRepository, type World } from './testing/world.ts'

describe('tag names', () => {
  it('of a version come with the package first, build metadata or not', () => {
    const names = tagCandidates('zstd-sys', '2.0.1+zstd.1.5')
    for (const name of ['zstd-sys-v2.0.1+zstd.1.5', 'zstd-sys@2.0.1', 'zstd-sys/v2.0.1', 'v2.0.1', '2.0.1', 'v/2.0.1'])
      expect(names).toContain(name)
    expect(names.indexOf('zstd-sys-2.0.1')).toBeLessThan(names.indexOf('v2.0.1+zstd.1.5'))
  })
})

const member = (name: string, version: string) => `[package]\nname = "${name}"\n${version}\n`

describe.skipIf(missingTools !== null)('the anchor', () => {
  let world: World
  let box: Sandbox
  let origin: TestRepository
  let mirrors: Mirrors
  const run = quietRun()
  const pkg = { name: 'a', version: '1.0.0', path: 'a' }
  const plain = { foundBySearch: false, isOutside: false }
  beforeEach(async () => {
    world = await makeWorld('anchor')
    box = createSandbox()
    mirrors = openMirrors(box.caps, { redirects: world.redirects, offline: false, maxBytes: 1 << 28, maxParallel: 2 })
    origin = await world.repository('one', {
      'Cargo.toml': '[workspace]\nmembers = ["a", "b"]\n[workspace.package]\nversion = "1.0.0"\n',
      'a/Cargo.toml': member('a', 'version = "1.0.0"'),
      'b/Cargo.toml': member('b', 'version.workspace = true'),
    })
  })
  afterEach(async () => {
    await mirrors.close()
    await world.dispose()
    box.dispose()
  })
  const opened = async (): Promise<GitRepository> => {
    const answer = await mirrors.open(origin.url, { commit: null, newerThanMs: null, refresh: false }, run)
    if (!answer.ok) throw new Error(answer.error.text)
    return answer.value
  }
  const anchorOf = async (commit: string, how = plain, of = pkg) => findAnchor(await opened(), commit, of, how, run)
  const codes = (anchor: Awaited<ReturnType<typeof anchorOf>>) => anchor.reasons.map(reason => reason.code)

  it('is tag and branch for a tagged commit of the default branch, signatures told but not verified', async () => {
    const commit = await origin.head()
    await origin.tag('v1.0.0', { message: 'x\n-----BEGIN SSH SIGNATURE-----\nx\n-----END SSH SIGNATURE-----\n' })
    await origin.commit({ later: '1' })
    const anchor = await anchorOf(commit)
    expect(anchor).toMatchObject({ grade: 'tag+branch', reasons: [] })
    expect(anchor.detail).toEqual({
      reachableFrom: 'default-branch',
      refs: ['refs/heads/main'],
      defaultBranch: 'refs/heads/main',
      tag: {
        name: 'refs/tags/v1.0.0',
        objectId: await origin.git('rev-parse', 'refs/tags/v1.0.0'),
        commit,
        isAnnotated: true,
        hasSignature: true,
        pointsHere: true,
        sameTree: true,
      },
      commitHasSignature: false,
    })
  })
  it('is the branch alone without a tag, the default one or another', async () => {
    const first = await origin.head()
    await origin.branch('rel-1.0', 'HEAD')
    const side = await origin.commit({ side: '1' })
    await origin.branch('main')
    expect(await anchorOf(first)).toMatchObject({
      grade: 'branch',
      detail: { reachableFrom: 'default-branch', tag: null },
    })
    const other = await anchorOf(side)
    expect(other).toMatchObject({
      grade: 'branch',
      detail: { reachableFrom: 'other-branch', refs: ['refs/heads/rel-1.0'] },
    })
    expect(codes(other)).toEqual(['other-branch', 'no-tag'])
  })
  it('is the tag alone for a commit that no branch has', async () => {
    await origin.git('checkout', '-q', '--detach')
    const commit = await origin.commit({ released: '1' })
    await origin.tag('a-v1.0.0')
    await origin.branch('main')
    expect(await anchorOf(commit)).toMatchObject({
      grade: 'tag-only',
      detail: { reachableFrom: 'tag', refs: ['refs/tags/a-v1.0.0'] },
    })
  })
  it('is outside for an impostor commit of a pull request: an alarm', async () => {
    await origin.tag('v1.0.0')
    const impostor = await origin.pullRequest(7, { 'a/build.rs': 'fn main() {}' })
    const repository = await opened()
    expect(await mirrors.fetchCommit(repository, impostor, run)).toMatchObject({ value: true })
    const anchor = await anchorOf(impostor, { ...plain, isOutside: true })
    expect(anchor).toMatchObject({ grade: 'outside-branches', detail: { reachableFrom: 'none', refs: [] } })
    expect(anchor.reasons[0]).toMatchObject({ code: 'outside-branches', weight: 'alarm' })
    expect(codes(anchor)).toContain('tag-elsewhere')
    expect((await anchorOf(impostor)).grade).toBe('outside-branches')
  })
  it('is the same tree as the tag for a commit that was rewritten to be signed', async () => {
    const proposal = await origin.pullRequest(8, { released: '1' })
    await origin.commit({ released: '1' }, 'the same, signed')
    await origin.tag('v1.0.0')
    await mirrors.fetchCommit(await opened(), proposal, run)
    const anchor = await anchorOf(proposal, { ...plain, isOutside: true })
    expect(anchor).toMatchObject({ grade: 'same-tree-as-tag', detail: { tag: { pointsHere: false, sameTree: true } } })
    expect(codes(anchor)).toEqual(['same-tree-as-tag'])
  })
  it('warns of a tag of this version that points elsewhere', async () => {
    const commit = await origin.head()
    await origin.commit({ 'a/src/lib.rs': '// changed' })
    await origin.tag('a-v1.0.0')
    const anchor = await anchorOf(commit)
    expect(anchor.grade).toBe('branch')
    expect(anchor.reasons).toMatchObject([{ code: 'tag-elsewhere', weight: 'warning', about: ['refs/tags/a-v1.0.0'] }])
  })
  it('takes a bare tag elsewhere only when this package has this version there', async () => {
    const commit = await origin.head()
    await origin.commit({ 'a/Cargo.toml': member('a', 'version = "3.0.0"'), Cargo: null })
    await origin.tag('v1.0.0')
    expect((await anchorOf(commit)).detail.tag).toBeNull()
    expect((await anchorOf(commit, plain, { name: 'b', version: '1.0.0', path: 'b' })).detail.tag).toMatchObject({
      name: 'refs/tags/v1.0.0',
      pointsHere: false,
    })
    expect((await anchorOf(commit, plain, { name: 'c', version: '1.0.0', path: 'c' })).detail.tag).toBeNull()
  })
  it('does not take a bare tag for one of a package that is called like its beginning', async () => {
    const commit = await origin.head()
    await origin.commit({ x: '1' })
    await origin.tag('v1.0.0')
    expect((await anchorOf(commit, plain, { name: 'v', version: '1.0.0', path: 'v' })).detail.tag).toBeNull()
  })
  it('prefers the tag that points here', async () => {
    const commit = await origin.head()
    await origin.tag('v1.0.0')
    await origin.commit({ x: '1' })
    await origin.tag('a-v1.0.0')
    expect((await anchorOf(commit)).detail.tag).toMatchObject({ name: 'refs/tags/v1.0.0', pointsHere: true })
  })
  it('is weaker for a commit that we chose, whatever it hangs on', async () => {
    const commit = await origin.head()
    await origin.tag('v1.0.0')
    const anchor = await anchorOf(commit, { foundBySearch: true, isOutside: false })
    expect(anchor).toMatchObject({ grade: 'found-by-search', detail: { reachableFrom: 'default-branch' } })
  })
  it('is unknown, not outside, when git cannot say what leads to the commit', async () => {
    const silent = { value: () => Promise.resolve(null) }
    const repository = Object.create(await opened(), { isAncestor: silent, refsContaining: silent }) as GitRepository
    const anchor = await findAnchor(repository, await origin.head(), pkg, plain, run)
    expect(anchor).toMatchObject({ grade: 'unknown', detail: { reachableFrom: 'unknown' } })
    expect(codes(anchor)).toContain('history-unread')
    expect(codes(anchor)).not.toContain('shallow-history')
  })
  it('is unknown where the source has only a part of its history', async () => {
    const first = await origin.head()
    await origin.commit({ x: '1' })
    await origin.git('clone', '-q', '--bare', '--depth=1', `file://${origin.folder}`, world.at('repositories/cut'))
    const answer = await mirrors.open(world.url('cut'), { commit: null, newerThanMs: null, refresh: false }, run)
    if (!answer.ok) throw new Error(answer.error.text)
    const anchor = await findAnchor(answer.value, first, pkg, plain, run)
    expect(anchor).toMatchObject({ grade: 'unknown', detail: { reachableFrom: 'unknown', commitHasSignature: null } })
    expect(codes(anchor)).toContain('shallow-history')
  })
})
