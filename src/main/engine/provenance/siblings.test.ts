/** A project that was split: the crate still names the old repository, its commit is in another one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Claim } from '../../../shared/provenance.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { siblingAddresses } from './siblings.ts'
import { makeChecker, type Checker, type CheckOptions } from './testing/checker.ts'
import { makeWorld, manifest, missingTools, tamper, type World } from './testing/world.ts'

/** Before every commit of the world: whatever is missing was not pushed later. */
const BEFORE_COMMITS = '2026-04-01T00:00:00Z'

describe.skipIf(missingTools !== null)(`a commit in a sibling (needs ${missingTools ?? 'git and cargo'})`, () => {
  let world: World
  let box: Sandbox
  let checker: Checker
  let commit: string
  /** Of the same folder, which holds a package of another name there. */
  let otherCommit: string
  let archive: Uint8Array
  let homepage: Uint8Array
  beforeAll(async () => {
    world = await makeWorld('siblings')
    box = createSandbox({ HOME: process.env['HOME'] ?? '' })
    checker = makeChecker(world, box.caps, quietRun())
    await world.repository('s/old', { 'README.md': 'moved away' })
    const split = await world.repository('s/new', {
      'part/Cargo.toml': manifest('part', '1.0.0', world.url('s/old')),
      'part/src/lib.rs': 'pub fn f() {}\n',
    })
    archive = await split.package({ folder: 'part' })
    commit = await split.head()
    otherCommit = await split.commit({ 'part/Cargo.toml': manifest('other', '1.0.0', world.url('s/old')) })
    const elsewhere = await world.repository('t/home', {
      'Cargo.toml': manifest('linked', '1.0.0', world.url('s/old'), `homepage = "${world.url('t/home')}"\n`),
      'src/lib.rs': '',
    })
    homepage = await elsewhere.package()
  })
  afterAll(async () => {
    await checker.mirrors.close()
    box.dispose()
    await world.dispose()
  })

  const check = (bytes: Uint8Array, options: CheckOptions = {}) =>
    checker.check(bytes, { publishedAt: BEFORE_COMMITS, ...options })
  const named = (repository: string, crate = 'neighbour') => [{ crate, repository: world.url(repository) }]

  it('is found where a neighbour of the same owner lives, and called found by search', async () => {
    const record = await check(archive, { named: [...named('s/old'), ...named('s/new')] })
    expect(record).toMatchObject({
      ...{ outcome: 'revision-not-found', content: 'exact', anchor: 'found-by-search' },
      ...{ repository: world.url('s/new'), commit, path: 'part' },
      fallback: { how: 'sibling-repository', outcome: 'match', candidates: 1 },
      claim: { repository: { url: world.url('s/old') } },
    })
    expect(record.reasons.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['commit-missing', 'found-by-search']),
    )
    expect(record.sentence).toContain(`found by search in ${world.url('s/new')}`)
  })

  it('is found by the homepage that the manifest names, whoever owns it', async () => {
    const record = await check(homepage)
    expect(record).toMatchObject({ outcome: 'revision-not-found', repository: world.url('t/home'), content: 'exact' })
  })

  it('is not looked for at strangers, and not needed where nothing is missing', async () => {
    await world.repository('u/copy')
    const record = await check(archive, { named: named('t/home') })
    expect(record).toMatchObject({ outcome: 'revision-not-found', repository: world.url('s/old'), commit: null })
    expect(record.fallback).toMatchObject({ how: 'none' })
  })

  it('does not count when only a pull request of the sibling has it', async () => {
    const fork = await world.repository('s/forked', { 'Cargo.toml': manifest('pulled', '0.9.0', world.url('s/old')) })
    const pull = await fork.pullRequest(7, {
      'Cargo.toml': manifest('pulled', '1.0.0', world.url('s/old')),
      'src/lib.rs': '',
    })
    await fork.git('checkout', '-q', pull)
    const pulled = await fork.package()
    await fork.git('checkout', '-q', 'main')
    // Some other check may have fetched it by its id.
    const wish = { commit: null, newerThanMs: null, refresh: false }
    const opened = await checker.mirrors.open(world.url('s/forked'), wish, quietRun())
    expect(opened.ok && (await checker.mirrors.fetchCommit(opened.value, pull, quietRun()))).toMatchObject({
      value: true,
    })
    const record = await check(pulled, { named: named('s/forked') })
    expect(record).toMatchObject({ outcome: 'revision-not-found', repository: world.url('s/old'), commit: null })
  })

  it('must hold this package, not another of its name', async () => {
    const pointed = tamper(archive, crate =>
      crate.set('.cargo_vcs_info.json', old => old.replace(/[0-9a-f]{40}/, otherCommit)),
    )
    const record = await check(pointed, { named: named('s/new') })
    expect(record.fallback).toMatchObject({ how: 'none' })
    expect(record.commit).toBeNull()
  })
})

describe('addresses of siblings', () => {
  const claim = { repository: { url: 'https://github.com/o/a' } } as Claim
  const known = (...all: [string, string][]) => all.map(([crate, repository]) => ({ crate, repository }))
  const of = (manifestText: string, ...all: [string, string][]) =>
    siblingAddresses({
      ...{ crate: 'x', claim, known: known(...all) },
      files: new Map([['Cargo.toml', { path: 'Cargo.toml', data: Buffer.from(manifestText) }]]) as never,
    })
  it('are of the crate first, then linked ones on the same host, then of the owner; bounded', () => {
    const links =
      '[package]\nname = "x"\nhomepage = "https://github.com/p/b/tree/main/x"\ndocumentation = "https://docs.rs/x/1"\n'
    expect(
      of(
        links,
        ['y', 'https://github.com/O/c'],
        ['x', 'https://elsewhere.example/q/d'],
        ['y', 'https://github.com/o/a'],
        ['y', 'https://github.com/other/e'],
        ['y', 'https://gitlab.com/o/f'],
      ),
    ).toEqual(['https://elsewhere.example/q/d', 'https://github.com/p/b', 'https://github.com/O/c'])
    const many = Array.from({ length: 30 }, (_, i): [string, string] => ['y', `https://github.com/o/r${i}`])
    expect(of('', ...many)).toHaveLength(8)
  })
})
