/**
 * Every outcome, made to happen: a repository, what its publisher did with it, and what the check says. The first table
 * has the categories of the Rust Foundation's study of the 999 most downloaded crates under their own names.
 */
import fs from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProvenanceRecord } from '../../../shared/provenance.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { MirrorFailure } from './git-repository.ts'
import { makeChecker, type Checker, type CheckOptions } from './testing/checker.ts'
import { makeWorld, manifest, missingTools, tamper, TamperedCrate, type Contents, type World } from './testing/world.ts'

/** Before every commit of the world: whatever is missing from a repository was not pushed later. */
const BEFORE_COMMITS = '2026-04-01T00:00:00Z'
/** After every commit of the world. */
const LONG_AFTER = '2026-05-20T00:00:00Z'

describe.skipIf(missingTools !== null)(`outcomes (needs ${missingTools ?? 'git and cargo'})`, () => {
  let world: World
  let box: Sandbox
  let checker: Checker
  beforeAll(async () => {
    world = await makeWorld('categories')
    box = createSandbox({ HOME: process.env['HOME'] ?? '' })
    checker = makeChecker(world, box.caps, quietRun())
  })
  afterAll(async () => {
    await checker.mirrors.close()
    box.dispose()
    await world.dispose()
  })

  const files = (name: string, more = ''): Contents => ({
    'Cargo.toml': manifest(name, '1.0.0', world.url(`c/${name}`), more),
    'src/lib.rs': 'pub fn f() {}\npub fn g() {}\n',
    'README.md': `# ${name}\n`,
  })
  const made = async (name: string, more = '', extra: Contents = {}) => {
    const repository = await world.repository(`c/${name}`, { ...files(name, more), ...extra })
    await repository.tag('v1.0.0')
    return repository
  }
  const check = (archive: Uint8Array, options?: CheckOptions) => checker.check(archive, options)
  const codes = (record: ProvenanceRecord) => record.reasons.map(reason => reason.code)
  const states = (record: ProvenanceRecord, state: string) =>
    record.fileResults.filter(file => file.state === state).map(file => file.path)

  describe('of the study', () => {
    it('matches: match', async () => {
      const repository = await made('matches')
      const record = await check(await repository.package())
      expect(record).toMatchObject({
        ...{ outcome: 'match', content: 'exact', anchor: 'tag+branch', commit: await repository.head(), path: '' },
        files: { total: 6, same: 3, generated: 3, differing: 0, onlyInCrate: 0 },
        ...{ manifest: { state: 'explained', index: 'equal' }, lock: { state: 'plausible' } },
      })
    })

    it('matches but for symbolic links: match-broken-symlinks', async () => {
      const repository = await made('links', '', { 'NOTES.md': { link: 'README.md' } })
      await repository.git('config', 'core.symlinks', 'false')
      await repository.write({ 'NOTES.md': 'README.md' })
      const record = await check(await repository.package())
      expect(record).toMatchObject({ outcome: 'match-broken-symlinks', content: 'broken-symlinks' })
      expect(states(record, 'broken-symlink')).toEqual(['NOTES.md'])
    })

    it('mismatch: mismatch', async () => {
      const repository = await made('mismatch')
      await repository.write({ 'src/lib.rs': 'pub fn evil() {}\n', 'src/more.rs': '' })
      const record = await check(await repository.package())
      expect(record).toMatchObject({
        ...{ outcome: 'mismatch', content: 'differs', anchor: 'tag+branch', claim: { dirty: true } },
        files: { differing: 1, onlyInCrate: 1 },
      })
      expect([states(record, 'differs'), states(record, 'only-in-crate')]).toEqual([['src/lib.rs'], ['src/more.rs']])
    })

    it('revision not found: revision-not-found', async () => {
      const repository = await made('unpushed')
      await repository.commit({
        'src/lib.rs': 'pub fn h() {}\n',
        'Cargo.toml': `${manifest('unpushed', '1.0.1', repository.url)}# \n`,
      })
      const archive = await repository.package()
      await repository.forgetHead()
      await repository.commit({ 'README.md': 'later' })
      const record = await check(archive, { publishedAt: BEFORE_COMMITS })
      expect(record).toMatchObject({ outcome: 'revision-not-found', claim: { vcsInfo: 'present' } })
      expect(record.commit === null || record.fallback !== null).toBe(true)
    })

    it('no VCS info: no-vcs-info', async () => {
      const repository = await made('bare')
      const record = await check(await repository.package({ outsideGit: true }))
      expect(record).toMatchObject({
        ...{ outcome: 'no-vcs-info', anchor: 'found-by-search', claim: { vcsInfo: 'absent', commit: null } },
        ...{ commit: await repository.head(), fallback: { how: 'tag', outcome: 'match' } },
      })
    })

    it('no repository declared: no-repository', async () => {
      const repository = await made('undeclared')
      await repository.commit({ 'Cargo.toml': '[package]\nname = "undeclared"\nversion = "1.0.0"\nedition = "2021"\n' })
      const record = await check(await repository.package())
      expect(record).toMatchObject({
        ...{ outcome: 'no-repository', content: 'unchecked', anchor: 'none', repository: null },
        claim: { repository: { stated: null, url: null } },
        manifest: { state: 'unchecked', index: 'equal' },
      })
    })

    it('repository does not exist: repository-unavailable', async () => {
      const repository = await made('gone')
      await repository.commit({ 'Cargo.toml': manifest('gone', '1.0.0', world.url('c/never-there')) })
      const record = await check(await repository.package())
      expect(record).toMatchObject({ outcome: 'repository-unavailable', content: 'unchecked', commit: null })
    })

    it.each(['repository', 'commit'])('submodule %s does not exist: submodule-unavailable', async what => {
      const lib = await world.repository(`c/lib-${what}`, { 'c.c': 'int c;\n' })
      const name = `sub-${what}`
      const repository = await made(name)
      if (what === 'commit') await lib.commit({ 'c.c': 'int d;\n' })
      const stated = what === 'repository' ? world.url('c/lib-gone') : lib.url
      await repository.submodule('vendor/c', lib, { stated })
      await repository.commit()
      if (what === 'commit') await lib.forgetHead()
      const record = await check(await repository.package())
      expect(record).toMatchObject({ outcome: 'submodule-unavailable', content: 'partly-unchecked' })
      expect(states(record, 'unchecked')).toEqual(['vendor/c/c.c'])
    })

    it('crate not found in the repository: not-in-repository', async () => {
      const repository = await made('host')
      await repository.write({
        'ghost/Cargo.toml': `${manifest('ghost', '1.0.0', repository.url)}[workspace]\n`,
        'ghost/src/lib.rs': '// never committed\n',
      })
      const record = await check(await repository.package({ folder: 'ghost' }))
      expect(record).toMatchObject({ outcome: 'not-in-repository', commit: await repository.head(), path: null })
    })

    it('cargo package fails: package-failed', async () => {
      const member = { 'generated/Cargo.toml': '[package]\nname = "generated"\n', 'generated/src/lib.rs': '' }
      const workspace = '[workspace]\nmembers = ["generated"]\n'
      const repository = await made('fails', workspace, { '.gitignore': 'generated\n', ...member })
      const archive = await repository.package()
      expect(await check(archive)).toMatchObject({ outcome: 'match' })
      const record = await check(archive, { level: 'rebuild' })
      expect(record).toMatchObject({ outcome: 'package-failed', content: 'exact', rebuild: { result: 'failed' } })
    })
  })

  describe('of ours', () => {
    it('match-line-endings: a checkout with CRLF', async () => {
      const repository = await made('endings')
      await repository.git('config', 'core.autocrlf', 'true')
      await repository.write({ 'src/lib.rs': 'pub fn f() {}\r\npub fn g() {}\r\n' })
      const record = await check(await repository.package())
      expect(record).toMatchObject({
        outcome: 'match-line-endings',
        content: 'line-endings',
        files: { lineEndings: 1 },
      })
    })

    it('undetermined-stale-mirror: our copy is older than the publication', async () => {
      const repository = await made('stale')
      await repository.commit({ 'Cargo.toml': `${manifest('stale', '1.0.1', repository.url)}# \n` })
      const archive = await repository.package()
      await repository.forgetHead()
      expect(await check(archive, { publishedAt: LONG_AFTER })).toMatchObject({ outcome: 'undetermined-stale-mirror' })
    })

    it('repository-unavailable: a commit that our copy lacks while nobody can be asked', async () => {
      const repository = await made('asleep')
      expect(await check(await repository.package())).toMatchObject({ outcome: 'match' })
      await repository.commit({ 'src/lib.rs': 'pub fn later() {}\n' })
      const archive = await repository.package()
      const offline = makeChecker(world, box.caps, quietRun(), true)
      const record = await offline.check(archive, { publishedAt: BEFORE_COMMITS })
      await offline.mirrors.close()
      expect(record).toMatchObject({ outcome: 'repository-unavailable', content: 'unchecked', fallback: null })
      expect(codes(record)).toContain('offline')
      expect(await check(archive, { refresh: true })).toMatchObject({ content: 'exact' })
    })

    it.each(['mirror', 'refs'] as const)(
      'repository-unavailable: the copy is gone when its %s is asked for last',
      async what => {
        const repository = await made(`gone-${what}`)
        const archive = await repository.package()
        const brief = makeChecker(world, box.caps, quietRun())
        const want = { commit: null, newerThanMs: null, refresh: false }
        const opened = await brief.mirrors.open(repository.url, want, quietRun())
        if (!opened.ok) throw new Error(opened.error.text)
        const [{ mirror }, refs] = [opened.value, await opened.value.refs(quietRun())]
        let [asked, last] = [0, Infinity]
        const answer = <T>(value: T): T => {
          if (++asked < last) return value
          throw new MirrorFailure({ kind: 'corrupt', text: 'The copy was removed while it was read.' })
        }
        if (what === 'mirror') Object.defineProperty(opened.value, 'mirror', { get: () => answer(mirror) })
        else opened.value.refs = async () => answer(refs)
        const previous = await brief.check(archive)
        asked = 0
        expect(await brief.check(archive, { previous })).toMatchObject({ outcome: 'match' })
        last = asked
        asked = 0
        const record = await brief.check(archive, { previous })
        await brief.mirrors.close()
        expect(record).toMatchObject({ outcome: 'repository-unavailable', content: 'unchecked', mirror: null })
      },
    )

    it('archive-anomaly: right contents in a container that no cargo makes', async () => {
      const repository = await made('packed')
      const archive = tamper(await repository.package(), crate => crate.restamp({ owner: 'mallory', uid: 1000 }))
      const record = await check(archive)
      expect(record).toMatchObject({ outcome: 'archive-anomaly', content: 'exact', container: { isCargo: false } })
    })

    it('a published archive made again byte for byte', async () => {
      const repository = await made('again')
      const record = await check(await repository.package(), { level: 'rebuild' })
      expect(record).toMatchObject({ outcome: 'match', level: 'rebuild', rebuild: { result: 'identical-archive' } })
      expect(record.tools.cargo).toMatch(/^1\./)
    })
  })

  it.skipIf(fs.existsSync('/usr/bin/cargo'))('no cargo at hand to rebuild with changes no verdict', async () => {
    const repository = await made('without')
    const bare = createSandbox({ PATH: '/usr/bin:/bin', RUSTUP_HOME: box.at('none') })
    const other = makeChecker(world, bare.caps, quietRun())
    const record = await other.check(await repository.package(), { level: 'rebuild' })
    await other.mirrors.close()
    bare.dispose()
    expect(record).toMatchObject({ outcome: 'match', rebuild: { result: 'failed', cargoVersion: null } })
    expect(codes(record)).toContain('rebuild-failed')
  })

  describe('where the package lies', () => {
    it('a member of a workspace that takes its readme from the root', async () => {
      const repository = await world.repository('c/space', {
        'Cargo.toml': `[workspace]\nmembers = ["crates/*"]\n[workspace.package]\nversion = "1.0.0"\nedition = "2021"\nrepository = "${world.url('c/space')}"\n`,
        'README.md': '# All of it\n',
        'crates/member/Cargo.toml':
          '[package]\nname = "member"\nversion.workspace = true\nedition.workspace = true\nrepository.workspace = true\nreadme = "../../README.md"\n',
        'crates/member/src/lib.rs': 'pub fn m() {}\n',
      })
      await repository.tag('member-v1.0.0', { message: 'Release' })
      const archive = await repository.package({ folder: 'crates/member' })
      const record = await check(archive)
      expect(record).toMatchObject({
        ...{ outcome: 'match', path: 'crates/member', pathFrom: 'vcs-info', manifest: { state: 'explained' } },
        anchorDetail: { tag: { name: 'refs/tags/member-v1.0.0', isAnnotated: true, pointsHere: true } },
      })
      // cargo before 1.57 did not say where.
      const old = tamper(archive, crate =>
        crate.set('.cargo_vcs_info.json', JSON.stringify({ git: { sha1: record.commit } }, null, 2)),
      )
      expect(await check(old)).toMatchObject({ path: 'crates/member', pathFrom: 'manifest-blob', content: 'exact' })
    })

    it('a package that moved since is found where it was', async () => {
      const repository = await made('moving')
      const archive = await repository.package()
      await repository.git('rm', '-q', '-r', '--cached', '.')
      await repository.commit({
        ...files('moving'),
        'Cargo.toml': null,
        src: null,
        'sub/Cargo.toml': files('moving')['Cargo.toml']!,
      })
      expect(await check(archive)).toMatchObject({ outcome: 'match', path: '' })
    })

    it('nested packages and ignored files are left out, hidden ones are not', async () => {
      const repository = await made('nested', '', {
        '.hidden/x': 'h',
        'inner/Cargo.toml': '[package]\nname = "inner"\nversion = "1.0.0"\n[workspace]\n',
        'inner/src/lib.rs': '',
      })
      const archive = await repository.package()
      expect(new TamperedCrate(archive).paths()).toContain('.hidden/x')
      expect(await check(archive)).toMatchObject({ outcome: 'match', files: { onlyInRepository: 2 } })
    })

    it('links and submodules of the tree count as what they lead to', async () => {
      const lib = await world.repository('c/linked-lib', { 'c.c': 'int c;\n' })
      const repository = await made('linked', '', {
        'data/x.txt': 'x\n',
        'one.txt': { link: 'data/x.txt' },
        dir: { link: 'data' },
      })
      await repository.submodule('vendor/c', lib)
      await repository.commit()
      const record = await check(await repository.package())
      expect(record).toMatchObject({ outcome: 'match', content: 'exact', files: { onlyInCrate: 0, unchecked: 0 } })
      expect(states(record, 'same-by-rule')).toEqual(expect.arrayContaining(['dir/x.txt', 'one.txt']))
    })
  })

  describe('found without VCS info', () => {
    const withoutInfo = (archive: Uint8Array) => tamper(archive, crate => crate.remove('.cargo_vcs_info.json'))

    it('by the manifest, when the tag is not it', async () => {
      const repository = await world.repository('c/by-manifest', files('by-manifest'))
      await repository.tag('v1.0.0')
      await repository.commit({
        'Cargo.toml': manifest('by-manifest', '1.0.0', repository.url, 'keywords = ["one"]\n'),
      })
      const archive = withoutInfo(await repository.package())
      const right = await repository.head()
      await repository.commit({ 'Cargo.toml': manifest('by-manifest', '1.0.1', repository.url) })
      const record = await check(archive)
      expect(record).toMatchObject({ outcome: 'no-vcs-info', fallback: { how: 'manifest-history', outcome: 'match' } })
      expect(record.commit).toBe(right)
    })

    it('by neither: the best commit of the history, or nothing', async () => {
      const repository = await world.repository('c/by-walk', files('by-walk'))
      await repository.commit({ 'src/lib.rs': 'pub fn f() {}\npub fn changed() {}\n' })
      const archive = tamper(withoutInfo(await repository.package()), crate =>
        crate.set('Cargo.toml.orig', old => `${old}# edited\n`),
      )
      const record = await check(archive)
      expect(record.outcome).toBe('no-vcs-info')
      expect(record.fallback).toMatchObject({ how: 'history-walk', outcome: 'mismatch' })
    })

    it('nowhere', async () => {
      await world.repository('c/empty', { 'README.md': 'reserved\n' })
      const other = await world.repository('c/placeholder', {
        'Cargo.toml': manifest('placeholder', '0.0.0', world.url('c/empty')),
        'src/lib.rs': '// nothing yet\n',
      })
      const record = await check(withoutInfo(await other.package()))
      expect(record).toMatchObject({
        ...{ outcome: 'no-vcs-info', commit: null, fallback: { how: 'none', outcome: 'no-candidate' } },
      })
    })
  })

  describe('anchors', () => {
    it.each([
      ['branch', 'a branch without a tag'],
      ['tag-only', 'a tag whose branch is gone'],
      ['same-tree-as-tag', 'a commit outside whose tree the tag has'],
      ['outside-branches', 'a pull request'],
    ])('%s: %s', async grade => {
      const name = `anchor-${grade}`
      const repository = await world.repository(`c/${name}`, { 'README.md': 'before\n' })
      const before = await repository.head()
      const packageFiles = files(name)
      if (grade === 'branch') await repository.commit(packageFiles)
      else if (grade === 'tag-only') {
        await repository.branch('release', before)
        await repository.commit(packageFiles)
        await repository.tag('v1.0.0')
      } else {
        const proposal = await repository.pullRequest(1, packageFiles)
        await repository.git('checkout', '-q', '--detach', proposal)
      }
      const archive = await repository.package()
      if (grade !== 'branch') await repository.git('checkout', '-q', 'main')
      if (grade === 'tag-only') await repository.git('branch', '-q', '-D', 'release')
      if (grade === 'same-tree-as-tag') {
        await repository.commit(packageFiles, 'Squashed')
        await repository.tag('v1.0.0')
      }
      const record = await check(archive)
      expect(record).toMatchObject({ outcome: 'match', content: 'exact', anchor: grade })
      if (grade === 'outside-branches') expect(record.reasons[0]).toMatchObject({ weight: 'alarm' })
      expect(codes(record).length).toBe(new Set(codes(record)).size)
    })
  })
})
