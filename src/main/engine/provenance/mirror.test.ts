import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ok } from '../../../shared/result.ts'
import type { Capabilities } from '../capabilities.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import type { GitRepository } from './git-repository.ts'
import { openMirrors, type Mirrors, type MirrorOptions, type MirrorWant } from './mirror.ts'
import { serveGit, type GitServer } from './testing/git-server.ts'
import { makeWorld, missingTools, type TestRepository, type World } from './testing/world.ts'

const DAY_MS = 86_400_000
const ANY: MirrorWant = { commit: null, newerThanMs: null, refresh: false }
const FRESH: MirrorWant = { ...ANY, refresh: true }

describe.skipIf(missingTools !== null)('mirrors', () => {
  let world: World
  let box: Sandbox
  let nowMs: number
  let run: ReturnType<typeof quietRun>
  const opened: Mirrors[] = []
  const servers: GitServer[] = []
  beforeEach(async () => {
    nowMs = Date.UTC(2026, 5, 1)
    world = await makeWorld('mirror')
    box = createSandbox({}, () => nowMs)
    run = quietRun()
  })
  afterEach(async () => {
    await Promise.all([...opened.splice(0), ...servers.splice(0)].map(one => one.close()))
    await world.dispose()
    box.dispose()
  })

  const mirrorsOf = (options: Partial<MirrorOptions> = {}, caps: Capabilities = box.caps): Mirrors => {
    const defaults = { redirects: world.redirects, offline: false, maxBytes: 1 << 28, maxParallel: 2 }
    const mirrors = openMirrors(caps, { ...defaults, ...options })
    opened.push(mirrors)
    return mirrors
  }
  const open = async (mirrors: Mirrors, url: string, want = ANY): Promise<GitRepository> => {
    const answer = await mirrors.open(url, want, run)
    if (!answer.ok) throw new Error(`${answer.error.kind}: ${answer.error.text}`)
    return answer.value
  }
  const problem = async (mirrors: Mirrors, url: string, want = ANY) => {
    const answer = await mirrors.open(url, want, run)
    return answer.ok ? null : answer.error.kind
  }
  const serve = async () => {
    const server = await serveGit(world.at('repositories'), world.env)
    servers.push(server)
    return { server, redirects: [{ from: world.url(''), to: server.url }] }
  }
  const FILES = {
    'Cargo.toml': '[workspace]\nmembers = ["a", "b"]\n',
    'a/Cargo.toml': '[package]\nname = "a"\nversion = "1.0.0"\n',
    'a/src/lib.rs': 'pub fn a() {}\n',
    'a/src/deep/er/x.rs': '// x\n',
    'a/link': { link: 'src/lib.rs' },
    'b/Cargo.toml': '[package]\nname = "b"\nversion = "2.0.0"\n',
    'b/src/lib.rs': 'pub fn b() {}\n',
  } as const
  const textOf = (bytes: Uint8Array | null | undefined) => (bytes ? Buffer.from(bytes).toString() : null)

  it('give commits, listings, entries and blobs of a partial copy, each as git sees it', async () => {
    const origin = await world.repository('one', FILES)
    const first = await origin.head()
    await origin.tag('v1', { message: 'one' })
    const second = await origin.commit({ 'a/src/lib.rs': 'pub fn a2() {}\n', 'a/sub': null })
    const repository = await open(mirrorsOf(), origin.url)
    expect(repository.mirror).toMatchObject({ partial: 'trees-on-demand', isShallow: false, fetchedAt: nowMs })
    expect(repository.defaultBranch).toBe('refs/heads/main')
    expect(repository.mirror.newestCommitAt).toBe(await isoDate(origin, second))
    expect(await repository.commit(second, run)).toMatchObject({ parents: [first], hasSignature: false })
    const listing = await repository.list(second, 'a', run)
    expect(listing?.isCut).toBe(false)
    expect([...listing!.entries].map(([at, entry]) => `${entry.mode} ${entry.oid} ${at}`)).toEqual(
      (await origin.git('ls-tree', '-r', `${second}:a`))
        .split('\n')
        .map(line => line.replace(/ blob | commit |\t/g, ' ')),
    )
    expect((await repository.list(first, '', run))?.entries.size).toBe(Object.keys(FILES).length)
    expect(await repository.list(first, 'none', run)).toBeNull()
    expect(await repository.list(first, 'a/link', run)).toBeNull()
    expect(await repository.list('f'.repeat(40), '', run)).toBeNull()
    const entry = await repository.entryAt(second, 'a/src/lib.rs', run)
    expect(entry).toMatchObject({ mode: '100644', name: 'lib.rs' })
    expect(await repository.entryAt(second, 'a/src/lib.rs/x', run)).toBeNull()
    expect(await repository.hasBlobs([entry!.oid], run)).toEqual([false])
    const wanted = [entry!.oid, 'e'.repeat(40), entry!.oid, 'no id']
    expect((await repository.blobs(wanted, 100, run)).map(textOf)).toEqual([
      'pub fn a2() {}\n',
      null,
      'pub fn a2() {}\n',
      null,
    ])
    expect(await repository.hasBlobs([entry!.oid], run)).toEqual([true])
    expect(await repository.blobs([entry!.oid], 3, run)).toEqual([null])
  })

  it('answer who descends from whom and find a manifest in history', async () => {
    const origin = await world.repository('one', FILES)
    const first = await origin.head()
    await origin.branch('side', first)
    const side = await origin.commit({ 'a/Cargo.toml': '[package]\nname = "a"\nversion = "1.0.1"\n' })
    await origin.branch('main')
    const second = await origin.commit({ 'b/src/lib.rs': 'pub fn b2() {}\n' })
    await origin.tag('t1', { at: side, message: 'm' })
    const repository = await open(mirrorsOf(), origin.url)
    expect(await repository.isAncestor(first, second, run)).toBe(true)
    expect(await repository.isAncestor(second, first, run)).toBe(false)
    expect(await repository.isAncestor(side, second, run)).toBe(false)
    expect(await repository.isAncestor(side, side, run)).toBe(true)
    expect(await repository.isAncestor('f'.repeat(40), second, run)).toBe(false)
    expect(await repository.isAncestor(first, 'f'.repeat(40), run)).toBeNull()
    expect(await repository.refsContaining(first, 9, run)).toEqual([
      'refs/heads/main',
      'refs/heads/side',
      'refs/tags/t1',
    ])
    expect(await repository.refsContaining(side, 1, run)).toEqual(['refs/heads/side'])
    expect(await repository.refsContaining(side, 9, run)).toEqual(['refs/heads/side', 'refs/tags/t1'])
    const manifest = (await repository.entryAt(side, 'a/Cargo.toml', run))!.oid
    expect(await repository.commitsWithManifest(manifest, run)).toEqual([side])
    expect(repository.mirror.partial).toBe('blobs-on-demand')
    expect(await repository.commitsWithManifest('f'.repeat(40), run)).toEqual([])
    const walked = await repository.walkFirstParent(second, run)
    expect(walked?.map(one => [one.commit, one.changes.map(change => change.path)])).toEqual([
      [first, Object.keys(FILES).sort()],
      [second, ['b/src/lib.rs']],
    ])
    expect(walked?.[1]?.changes[0]?.newOid).toBe((await repository.entryAt(second, 'b/src/lib.rs', run))!.oid)
  })

  it('say the same without a commit graph', async () => {
    const origin = await world.repository('one', FILES)
    const first = await origin.head()
    const second = await origin.commit({ x: '1' })
    await open(mirrorsOf(), origin.url)
    fs.rmSync(path.join(gitDirOf(box), 'objects/info/commit-graph'))
    const repository = await open(mirrorsOf({ offline: true }), origin.url)
    expect(await repository.isAncestor(first, second, run)).toBe(true)
    expect(await repository.isAncestor(second, first, run)).toBe(false)
    expect(await repository.isAncestor('f'.repeat(40), second, run)).toBeNull()
    expect(await repository.refsContaining(first, 5, run)).toEqual(['refs/heads/main'])
  })

  it('trust branches and tags only: a pull request has no place, its commit must be asked for by id', async () => {
    const origin = await world.repository('one', FILES)
    const proposal = await origin.pullRequest(1, { 'a/src/lib.rs': 'pub fn stolen() {}\n' })
    await origin.git('update-ref', 'refs/original/x', proposal)
    const mirrors = mirrorsOf()
    const repository = await open(mirrors, origin.url, { ...ANY, commit: proposal })
    expect((await repository.refs(run)).map(ref => ref.name)).toEqual(['refs/heads/main'])
    expect(await repository.commit(proposal, run)).toBeNull()
    expect(await mirrors.fetchCommit(repository, proposal, run)).toEqual(ok(true))
    expect(await repository.list(proposal, 'a', run)).toMatchObject({ isCut: false })
    expect(await repository.refsContaining(proposal, 5, run)).toEqual([])
    const inGit = execFileSync('git', [`--git-dir=${repository.gitDir}`, 'for-each-ref', '--format=%(refname)'])
    expect(inGit.toString().trim().split('\n')).toEqual(['refs/assay/head', 'refs/heads/main'])
    expect(await mirrors.fetchCommit(repository, 'f'.repeat(40), run)).toEqual(ok(false))
    expect(await mirrors.fetchCommit(repository, '--upload-pack=touch x', run)).toEqual(ok(false))
    // Later fetches go on from there.
    await origin.commit({ later: '1' })
    nowMs += DAY_MS
    expect((await open(mirrors, origin.url, FRESH)).mirror.fetchedAt).toBe(nowMs)
    expect(await repository.refsContaining(proposal, 5, run)).toEqual([])
  })

  it('are fetched again for what is newer, at most once, and moved and deleted refs follow', async () => {
    const origin = await world.repository('one', FILES)
    const first = await origin.head()
    await origin.tag('moves')
    await origin.branch('gone', 'HEAD')
    await origin.branch('main')
    await open(mirrorsOf(), origin.url)
    const second = await origin.commit({ x: '1' })
    await origin.tag('moves', { force: true })
    await origin.git('branch', '-D', 'gone')
    const before = nowMs
    nowMs += DAY_MS / 2
    expect(await (await open(mirrorsOf(), origin.url)).commit(second, run)).toBeNull()
    const asIs = await open(mirrorsOf(), origin.url, { ...ANY, commit: second, newerThanMs: before - 1 })
    expect(asIs.mirror.fetchedAt).toBe(before)
    const newer = await open(mirrorsOf(), origin.url, { ...ANY, commit: second, newerThanMs: before + 1 })
    expect(await newer.commit(second, run)).not.toBeNull()
    expect(newer.mirror.fetchedAt).toBe(nowMs)
    expect((await newer.refs(run)).map(ref => [ref.name, ref.commit])).toEqual([
      ['refs/heads/main', second],
      ['refs/tags/moves', second],
    ])
    expect(await newer.isAncestor(first, second, run)).toBe(true)
  })

  it('are only listed when the server has nothing new, and made whole again when something is lost', async () => {
    const origin = await world.repository('one', FILES)
    await origin.tag('v1', { message: 'one' })
    const asked: string[] = []
    const { processes } = box.caps
    const run: typeof processes.run = request => {
      asked.push(request.args.find(arg => /^(ls-remote|fetch|commit-graph)$/.test(arg)) ?? 'other')
      return processes.run(request)
    }
    const caps = { ...box.caps, processes: { ...processes, run } }
    const refreshed = async () => {
      nowMs += DAY_MS
      asked.length = 0
      const repository = await open(mirrorsOf({}, caps), origin.url, FRESH)
      expect(repository.mirror.fetchedAt).toBe(nowMs)
      return { repository, asked: [...asked] }
    }
    await open(mirrorsOf({}, caps), origin.url)
    expect((await refreshed()).asked).toEqual(['ls-remote'])
    const { repository } = await refreshed()
    fs.rmSync(path.join(repository.gitDir, 'objects/info/commit-graph'))
    expect((await refreshed()).asked).toEqual(['ls-remote', 'commit-graph'])
    await origin.git('tag', '-d', 'v1')
    const after = await refreshed()
    expect(after.asked).toEqual(['ls-remote', 'commit-graph'])
    expect((await after.repository.refs(quietRun())).map(ref => ref.name)).toEqual(['refs/heads/main'])
    await origin.commit({ x: '1' })
    expect((await refreshed()).asked).toEqual(['ls-remote', 'fetch', 'commit-graph'])
  })

  it('stay as they were fetched last, however long an earlier look at the disk takes', async () => {
    const origin = await world.repository('one', FILES)
    await open(mirrorsOf(), origin.url)
    const { readText } = box.caps.files
    const gate = Promise.withResolvers<void>()
    let looks = 0
    const slow: typeof readText = async (file, maxBytes) => {
      const text = await readText(file, maxBytes)
      if (file.endsWith('mirror.json') && ++looks === 1) await gate.promise
      return text
    }
    const mirrors = mirrorsOf({}, { ...box.caps, files: { ...box.caps.files, readText: slow } })
    const early = open(mirrors, origin.url)
    await expect.poll(() => looks).toBe(1)
    nowMs += DAY_MS
    const repository = await open(mirrors, origin.url, FRESH)
    expect(repository.mirror.fetchedAt).toBe(nowMs)
    gate.resolve()
    await early
    expect(repository.mirror.fetchedAt).toBe(nowMs)
  })

  it('look for a commit that is missing only when they are a day old', async () => {
    const origin = await world.repository('one', FILES)
    await open(mirrorsOf(), origin.url)
    const pushedLate = await origin.commit({ x: '1' })
    nowMs += DAY_MS / 2
    const early = await open(mirrorsOf(), origin.url, { ...ANY, commit: pushedLate })
    expect(await early.commit(pushedLate, run)).toBeNull()
    nowMs += DAY_MS
    const late = await open(mirrorsOf(), origin.url, { ...ANY, commit: pushedLate })
    expect(await late.commit(pushedLate, run)).not.toBeNull()
  })

  it('serve a copy that is there when the server fails or going online is off, with its time', async () => {
    const origin = await world.repository('one', FILES)
    expect(await problem(mirrorsOf({ offline: true }), origin.url)).toBe('offline')
    await open(mirrorsOf(), origin.url)
    const fetchedAt = nowMs
    nowMs += DAY_MS
    fs.renameSync(origin.folder, `${origin.folder}-away`)
    for (const mirrors of [mirrorsOf(), mirrorsOf({ offline: true })]) {
      const repository = await open(mirrors, origin.url, { ...FRESH, newerThanMs: nowMs })
      expect(repository.mirror.fetchedAt).toBe(fetchedAt)
      expect((await repository.refs(run)).length).toBe(1)
    }
  })

  it('go nowhere but to https, except by a redirect of the user', async () => {
    const mirrors = mirrorsOf({ redirects: [{ from: 'https://other.example/', to: 'ext::sh -c touch% x /' }] })
    const urls = [
      'file:///etc',
      'http://127.0.0.1:9/x',
      'ssh://h/x',
      'ext::sh -c id',
      '-x',
      'https://a/\nb',
      'git@h:x/y',
    ]
    for (const url of [...urls, 'https://other.example/x']) expect(await problem(mirrors, url)).toBe('not-allowed')
    expect(fs.existsSync(box.at('cache/mirrors'))).toBe(false)
  })

  it.each([
    ['gives everything by id', 'trees-on-demand', { speaksV2: true, config: [] }],
    ['filters, but gives nothing by id', 'full', { speaksV2: false, config: ['uploadpack.allowAnySHA1InWant=false'] }],
    ['does not filter', 'full', { speaksV2: true, config: ['uploadpack.allowFilter=false'] }],
    [
      'knows neither',
      'full',
      { speaksV2: false, config: ['uploadpack.allowFilter=false', 'uploadpack.allowAnySHA1InWant=false'] },
    ],
  ] as const)('take as little as they can from a server that %s: %s', async (_, partial, { speaksV2, config }) => {
    const origin = await world.repository('one', FILES)
    const commit = await origin.head()
    const { server, redirects } = await serve()
    server.speaksV2 = speaksV2
    server.config = ['uploadpack.allowFilter=true', 'uploadpack.allowAnySHA1InWant=true', ...config]
    const repository = await open(mirrorsOf({ redirects }), origin.url)
    expect(repository.mirror.partial).toBe(partial)
    const entry = await repository.entryAt(commit, 'a/src/lib.rs', run)
    expect((await repository.blobs([entry!.oid], 100, run)).map(textOf)).toEqual(['pub fn a() {}\n'])
    expect(await repository.list(commit, '', run)).toMatchObject({ isCut: false })
    const next = await origin.commit({ 'a/src/lib.rs': 'pub fn a3() {}\n' })
    nowMs += DAY_MS
    await open(mirrorsOf({ redirects }), origin.url, FRESH)
    const again = await open(mirrorsOf({ redirects, offline: partial === 'full' }), origin.url)
    const changed = await again.entryAt(next, 'a/src/lib.rs', run)
    expect((await again.blobs([changed!.oid], 100, run)).map(textOf)).toEqual(['pub fn a3() {}\n'])
  })

  it('take all trees at once after many single requests', async () => {
    const origin = await world.repository('one', FILES)
    const commits: string[] = []
    for (let i = 0; i < 9; i++) commits.push(await origin.commit({ 'a/src/lib.rs': `// ${i}\n` }))
    const repository = await open(mirrorsOf(), origin.url)
    for (const commit of commits) expect((await repository.list(commit, 'a', run))?.isCut).toBe(false)
    expect(repository.mirror.partial).toBe('blobs-on-demand')
  })

  it('say that a source has only a part of its history', async () => {
    const origin = await world.repository('deep', FILES)
    const first = await origin.head()
    const second = await origin.commit({ x: '1' })
    execFileSync(
      'git',
      ['clone', '-q', '--bare', '--depth=1', `file://${origin.folder}`, world.at('repositories/cut')],
      {
        env: { ...world.env },
      },
    )
    const repository = await open(mirrorsOf(), world.url('cut'))
    expect(repository.mirror.isShallow).toBe(true)
    expect((await repository.list(second, 'a', run))?.isCut).toBe(false)
    expect(await repository.isAncestor(first, second, run)).toBeNull()
    expect(await repository.isAncestor(second, second, run)).toBe(true)
  })

  it('hold an empty repository', async () => {
    const origin = await world.repository('empty')
    const repository = await open(mirrorsOf(), origin.url)
    expect(await repository.refs(run)).toEqual([])
    expect([repository.defaultBranch, repository.mirror.newestCommitAt]).toEqual([null, null])
    const first = await origin.commit({ x: '1' })
    nowMs += DAY_MS
    expect(await (await open(mirrorsOf(), origin.url, FRESH)).commit(first, run)).not.toBeNull()
  })
})

async function isoDate(origin: TestRepository, commit: string): Promise<string> {
  return new Date(Number(await origin.git('show', '-s', '--format=%ct', commit)) * 1000).toISOString()
}

function gitDirOf(box: Sandbox): string {
  const home = box.at('cache/mirrors', fs.readdirSync(box.at('cache/mirrors'))[0]!)
  return path.join(
    home,
    fs.readdirSync(home).find(name => name.startsWith('git-'))!,
  )
}
