import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import type http from 'node:http'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { MirrorFailure } from './git-repository.ts'
import { MAX_LISTING_ENTRIES } from './mirror-objects.ts'
import { openMirrors, type Mirrors, type MirrorOptions, type MirrorWant } from './mirror.ts'
import { serveGit, type GitServer } from './testing/git-server.ts'
import { makeWorld, missingTools, type TestRepository, type World } from './testing/world.ts'

const ANY: MirrorWant = { commit: null, newerThanMs: null, refresh: false }
const FILES = { 'Cargo.toml': '[package]\nname = "a"\nversion = "1.0.0"\n', 'src/lib.rs': 'pub fn a() {}\n' }

describe.skipIf(missingTools !== null)('mirrors in trouble', () => {
  let world: World
  let box: Sandbox
  let origin: TestRepository
  let server: GitServer
  let nowMs: number
  const run = quietRun()
  const opened: Mirrors[] = []
  beforeEach(async () => {
    nowMs = Date.UTC(2026, 5, 1)
    world = await makeWorld('trouble')
    box = createSandbox({}, () => nowMs)
    origin = await world.repository('one', FILES)
    server = await serveGit(world.at('repositories'), world.env)
  })
  afterEach(async () => {
    await Promise.all([...opened.splice(0), server].map(one => one.close()))
    await world.dispose()
    box.dispose()
  })

  const mirrorsOf = (options: Partial<MirrorOptions> = {}): Mirrors => {
    const redirects = [{ from: world.url(''), to: server.url }]
    const mirrors = openMirrors(box.caps, { redirects, offline: false, maxBytes: 1 << 28, maxParallel: 2, ...options })
    opened.push(mirrors)
    return mirrors
  }
  const byFile = (options: Partial<MirrorOptions> = {}) => mirrorsOf({ redirects: world.redirects, ...options })
  const problem = async (mirrors: Mirrors, want = ANY) => {
    const answer = await mirrors.open(origin.url, want, run)
    return answer.ok ? null : answer.error
  }
  const repositoryOf = async (mirrors: Mirrors, want = ANY) => {
    const answer = await mirrors.open(origin.url, want, run)
    if (!answer.ok) throw new Error(answer.error.text)
    return answer.value
  }
  const homeOf = () => box.at('cache/mirrors', fs.readdirSync(box.at('cache/mirrors'))[0]!)
  const leftovers = () => fs.readdirSync(homeOf()).filter(name => name.startsWith('git-'))
  const gitDir = () => path.join(homeOf(), leftovers()[0]!)

  describe('a server that', () => {
    it.each([
      [401, 'refused'],
      [403, 'refused'],
      [404, 'gone'],
      [410, 'gone'],
      [500, 'failed'],
    ])('answers %i is %s, without a prompt or anything left behind', async (status, kind) => {
      server.misbehave = (_, answer) => {
        answer.writeHead(status, { 'WWW-Authenticate': 'Basic realm="x"' }).end()
        return true
      }
      const found = await problem(mirrorsOf())
      expect(found?.kind).toBe(kind)
      expect(found?.text).toContain(server.url)
      expect(leftovers()).toEqual([])
    })
    it('is not asked again by the same mirrors, but is for a refresh a minute later', async () => {
      server.misbehave = (_, answer) => (answer.writeHead(404).end(), true)
      const mirrors = mirrorsOf()
      await problem(mirrors)
      const asked = server.requests.length
      expect((await problem(mirrors))?.kind).toBe('gone')
      expect(server.requests.length).toBe(asked)
      server.misbehave = null
      nowMs += 120_000
      expect(await problem(mirrors, { ...ANY, refresh: true })).toBeNull()
    })
    it('is not there at all', async () => {
      await server.close()
      expect((await problem(mirrorsOf()))?.kind).toBe('no-network')
    })
    it('is asked with the name and password of a redirect, which are written nowhere', async () => {
      const redirects = [{ from: world.url(''), to: server.url.replace('http://', 'http://me:s3cret@') }]
      const repository = await repositoryOf(mirrorsOf({ redirects }))
      expect(repository.mirror.fetchedFrom).toBe(`${server.url}one`)
      const files = fs
        .readdirSync(homeOf(), { recursive: true, encoding: 'utf8' })
        .map(name => path.join(homeOf(), name))
      const written = files.filter(
        file => fs.statSync(file).isFile() && fs.readFileSync(file, 'latin1').includes('s3cret'),
      )
      expect(written).toEqual([])
    })
    it.each([404, 401, 500])('answers %i tells no password of a redirect', async status => {
      server.misbehave = (_, answer) => (
        answer.writeHead(status, { 'WWW-Authenticate': 'Basic realm="x"' }).end(),
        true
      )
      const redirects = [{ from: world.url(''), to: server.url.replace('http://', 'http://me:s3cret@') }]
      const found = await problem(mirrorsOf({ redirects }))
      expect(found?.text).toContain(server.url)
      expect(found?.text).not.toContain('s3cret')
    })
    it('is gone when asked for one commit is a problem, not a no', async () => {
      const mirrors = mirrorsOf()
      const repository = await repositoryOf(mirrors)
      expect(await mirrors.fetchCommit(repository, 'f'.repeat(40), run)).toEqual({ ok: true, value: false })
      server.misbehave = (_, answer) => (answer.writeHead(500).end(), true)
      expect(await mirrors.fetchCommit(repository, 'e'.repeat(40), run)).toMatchObject({ error: { kind: 'failed' } })
      // What it said a moment ago still holds.
      expect(await mirrors.fetchCommit(repository, 'f'.repeat(40), run)).toEqual({ ok: true, value: false })
      await server.close()
      expect(await mirrors.fetchCommit(repository, 'e'.repeat(40), run)).toMatchObject({
        error: { kind: 'no-network' },
      })
    })
    it('does not answer ends by the clock', { timeout: 15_000 }, async () => {
      let hangs = false
      server.misbehave = request => (hangs ||= request.method === 'POST' && server.requests.length > 2)
      expect((await problem(mirrorsOf({ timeoutMs: 1_000 })))?.kind).toBe('timeout')
      expect(leftovers()).toEqual([])
    })
    it('does not answer is left at once on cancel, without killing what others wait for', async () => {
      const release: (() => void)[] = []
      server.misbehave = (request, answer) => {
        if (release.length > 0 || request.method !== 'POST') return false
        release.push(() => answer.destroy())
        return true
      }
      const mirrors = mirrorsOf()
      const [one, two] = [new AbortController(), new AbortController()]
      const answers = [one, two].map(control => mirrors.open(origin.url, ANY, quietRun(control.signal)))
      await expect.poll(() => release.length, { timeout: 10_000 }).toBe(1)
      one.abort()
      await expect(answers[0]).rejects.toMatchObject({ name: 'Cancelled' })
      two.abort()
      await expect(answers[1]).rejects.toMatchObject({ name: 'Cancelled' })
      await expect.poll(leftovers, { timeout: 5_000 }).toEqual([])
      release[0]!()
      expect(await problem(mirrors)).toBeNull()
    })
    it('does not answer is not waited for by who leaves before his turn', async () => {
      const mirrors = mirrorsOf({ maxParallel: 1 })
      const repository = await repositoryOf(mirrors)
      const held: http.ServerResponse[] = []
      server.misbehave = (_, answer) => held.push(answer) > 0
      const [first, second] = ['e', 'f'].map(letter => {
        const control = new AbortController()
        return { control, answer: mirrors.fetchCommit(repository, letter.repeat(40), quietRun(control.signal)) }
      })
      await expect.poll(() => held.length, { timeout: 10_000 }).toBe(1)
      second!.control.abort()
      await expect(Promise.race([second!.answer, pause(5_000, 'waits')])).rejects.toMatchObject({ name: 'Cancelled' })
      first!.control.abort()
      await expect(first!.answer).rejects.toMatchObject({ name: 'Cancelled' })
    })
    it('cuts the connection is told as such', async () => {
      await origin.commit({ 'noise.bin': randomBytes(400_000) })
      server.config = ['uploadpack.allowFilter=false']
      server.cutAfterBytes = 40_000
      expect((await problem(mirrorsOf()))?.kind).toBe('no-network')
      expect(leftovers()).toEqual([])
    })
    it('leads elsewhere by http is followed, to another protocol it is not', async () => {
      const lead = (to: string) => {
        server.misbehave = (request, answer) => {
          if (!(request.url ?? '').startsWith('/moved/')) return false
          answer.writeHead(302, { Location: to + (request.url ?? '').slice('/moved'.length) }).end()
          return true
        }
      }
      const moved = [{ from: origin.url, to: `${server.url}moved` }]
      lead(`${server.url}one`)
      expect(await problem(mirrorsOf({ redirects: moved }))).toBeNull()
      fs.rmSync(box.at('cache'), { recursive: true })
      for (const to of [`file://${origin.folder}`, 'ftp://127.0.0.1:9/x', 'ext::sh -c id']) {
        lead(to)
        expect(await problem(mirrorsOf({ redirects: moved }))).not.toBeNull()
      }
    })
    it('sends more than the limit is stopped', async () => {
      await origin.commit({ 'noise.bin': randomBytes(3_000_000) })
      server.config = ['uploadpack.allowFilter=false']
      const slowly = throttle(server)
      expect((await problem(mirrorsOf({ maxBytes: 1_000_000 })))?.kind).toBe('too-large')
      slowly.stop()
      expect(leftovers()).toEqual([])
    })
  })

  it('without git say so', async () => {
    const caps = { ...box.caps, host: { ...box.caps.host, env: { PATH: box.at('nothing') } } }
    const processes = {
      ...caps.processes,
      run: (request: Parameters<typeof caps.processes.run>[0]) =>
        caps.processes.run({ ...request, command: box.at('no-git') }),
    }
    const options = { redirects: world.redirects, offline: false, maxBytes: 1 << 28, maxParallel: 2 }
    const answer = await openMirrors({ ...caps, processes }, options).open(origin.url, ANY, run)
    expect(answer).toMatchObject({ ok: false, error: { kind: 'git-missing' } })
  })

  describe('a copy that', () => {
    const damage = (change: (file: string) => void) => {
      const packs = path.join(gitDir(), 'objects/pack')
      for (const name of fs.readdirSync(packs).filter(one => one.endsWith('.pack'))) change(path.join(packs, name))
    }
    it('is damaged is made anew once, in the middle of reading', async () => {
      const head = await origin.head()
      await byFile().open(origin.url, ANY, run)
      damage(file => {
        fs.chmodSync(file, 0o600)
        fs.writeFileSync(file, randomBytes(fs.statSync(file).size))
      })
      const repository = await repositoryOf(byFile())
      const before = repository.gitDir
      expect((await repository.list(head, '', run))?.entries.size).toBe(2)
      expect(repository.gitDir).not.toBe(before)
      expect(leftovers()).toEqual([path.basename(repository.gitDir)])
    })
    it('is damaged is told when it cannot be made anew', async () => {
      const head = await origin.head()
      await byFile().open(origin.url, ANY, run)
      damage(file => {
        fs.chmodSync(file, 0o600)
        fs.writeFileSync(file, randomBytes(fs.statSync(file).size))
      })
      const repository = await repositoryOf(byFile({ offline: true }))
      const failure = await repository.commit(head, run).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(MirrorFailure)
      expect((failure as MirrorFailure).problem.kind).toBe('corrupt')
    })
    it('is removed while it is read is told to whoever reads it', async () => {
      const head = await origin.head()
      await byFile().open(origin.url, ANY, run)
      const offline = byFile({ offline: true })
      const repository = await repositoryOf(offline)
      fs.rmSync(homeOf(), { recursive: true })
      // Another check of the same run finds it gone.
      expect((await problem(offline))?.kind).toBe('offline')
      const failure = await repository.commit(head, run).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(MirrorFailure)
      expect((failure as MirrorFailure).problem.kind).toBe('corrupt')
      expect((failure as MirrorFailure).problem.text).toContain('was removed while it was read')
    })
    it('lost its objects is made anew instead of missing a commit, and offline it is of no use', async () => {
      const head = await origin.head()
      await byFile().open(origin.url, ANY, run)
      damage(file => fs.rmSync(file))
      const offline = await problem(byFile({ offline: true }), { ...ANY, commit: head })
      expect(offline?.kind).toBe('corrupt')
      const repository = await repositoryOf(byFile(), { ...ANY, commit: head })
      expect(await repository.commit(head, run)).not.toBeNull()
    })
    it('lost its objects is made anew even while it is brought up to date', async () => {
      const head = await origin.head()
      const want = { ...ANY, commit: head }
      await mirrorsOf().open(origin.url, ANY, run)
      damage(file => fs.rmSync(file))
      server.delayMsPerChunk = 1_000
      const earlier = server.requests.length
      const mirrors = mirrorsOf()
      const update = repositoryOf(mirrors, { ...ANY, refresh: true }).finally(() => (server.delayMsPerChunk = 0))
      await expect.poll(() => server.requests[earlier + 1]).toMatch(/^POST/)
      expect(await (await repositoryOf(mirrors, want)).commit(head, run)).not.toBeNull()
      await update
    })
    it.each(['mirror.json', 'packed-refs', 'commit-graph'])(
      'has a broken %s is renewed or does without',
      async name => {
        const head = await origin.head()
        await byFile().open(origin.url, ANY, run)
        const where = { 'mirror.json': homeOf(), 'packed-refs': gitDir(), 'commit-graph': `${gitDir()}/objects/info` }[
          name
        ]!
        fs.rmSync(path.join(where, name))
        fs.writeFileSync(path.join(where, name), '{"format": 1, "fol')
        const repository = await repositoryOf(byFile())
        expect((await repository.refs(run)).map(ref => ref.commit)).toEqual([head])
        expect(await repository.isAncestor(head, head, run)).toBe(true)
        expect(await repository.refsContaining(head, 3, run)).toEqual(['refs/heads/main'])
      },
    )
    it('was left half done is cleared away after a day, not before', async () => {
      await byFile().open(origin.url, ANY, run)
      const packs = path.join(gitDir(), 'objects/pack')
      const inUse = leftovers()[0]!
      for (const [name, hoursAgo] of [
        ['tmp_pack_old', 25],
        ['tmp_pack_new', 1],
      ] as const) {
        fs.writeFileSync(path.join(packs, name), 'x')
        fs.utimesSync(path.join(packs, name), nowMs / 1000, nowMs / 1000 - hoursAgo * 3600)
      }
      await byFile().open(origin.url, { ...ANY, refresh: true }, run)
      expect(fs.readdirSync(packs).filter(name => name.startsWith('tmp_'))).toEqual(['tmp_pack_new'])
      expect(leftovers()).toEqual([inUse])
    })
    it('cannot be written ends in a problem', async () => {
      fs.mkdirSync(box.at('cache'), { recursive: true })
      fs.writeFileSync(box.at('cache/mirrors'), 'a file where a folder should be')
      expect((await problem(byFile()))?.kind).toBe('failed')
    })
  })

  describe('a hostile repository', () => {
    const marker = () => box.at('marker')
    it('runs nothing: hooks in the copy, filters, submodule addresses, packing hooks', async () => {
      const script = `#!/bin/sh\ntouch ${marker()}\n`
      await origin.commit({
        '.gitmodules': `[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch ${marker()}"\n\tupdate = !touch ${marker()}\n`,
        '.gitattributes': '* filter=evil diff=evil\n',
        '.git-config': `[filter "evil"]\n\tsmudge = touch ${marker()}\n`,
      })
      const hooks = path.join(origin.folder, '.git/hooks')
      fs.mkdirSync(hooks, { recursive: true })
      for (const name of ['post-checkout', 'reference-transaction', 'pre-auto-gc', 'post-rewrite'])
        fs.writeFileSync(path.join(hooks, name), script, { mode: 0o755 })
      await origin.git('config', 'uploadpack.packObjectsHook', `touch ${marker()}; false`)
      await origin.git('config', 'diff.evil.textconv', `touch ${marker()}`)
      const repository = await repositoryOf(byFile())
      // Somebody else's program may have put these into our own copy.
      const ours = path.join(repository.gitDir, 'hooks')
      fs.mkdirSync(ours)
      for (const name of ['post-checkout', 'reference-transaction', 'post-update', 'pre-auto-gc', 'post-merge'])
        fs.writeFileSync(path.join(ours, name), script, { mode: 0o755 })
      await fs.promises.appendFile(path.join(repository.gitDir, 'config'), `[core]\n\tfsmonitor = touch ${marker()}\n`)
      const next = await origin.commit({ 'src/lib.rs': 'pub fn b() {}\n' })
      await origin.git('config', 'core.fsmonitor', `touch ${marker()}`)
      fs.rmSync(marker(), { force: true })
      const again = await repositoryOf(byFile(), { ...ANY, newerThanMs: nowMs + 1 })
      expect((await again.list(next, '', run))?.entries.size).toBe(5)
      const manifest = (await again.entryAt(next, 'Cargo.toml', run))!.oid
      expect((await again.commitsWithManifest(manifest, run))?.length).toBe(1)
      expect(await again.walkFirstParent(next, run)).toHaveLength(3)
      expect(fs.existsSync(marker())).toBe(false)
      expect(fs.readdirSync(again.gitDir).sort()).toEqual([
        'HEAD',
        'config',
        'hooks',
        'manifests-root',
        'objects',
        'packed-refs',
        'refs',
      ])
    })
    it('cannot lend us objects: what it borrows from elsewhere comes as its own or not at all', async () => {
      const secret = await world.repository('secret', { secret: 'of another user' })
      const alternates = path.join(origin.folder, '.git/objects/info/alternates')
      fs.mkdirSync(path.dirname(alternates), { recursive: true })
      fs.writeFileSync(alternates, path.join(secret.folder, '.git/objects\n'))
      const repository = await repositoryOf(mirrorsOf())
      expect(fs.existsSync(path.join(repository.gitDir, 'objects/info/alternates'))).toBe(false)
      expect(await repository.commit(await secret.head(), run)).toBeNull()
    })
    it('with folders in folders without an end is listed up to a limit', async () => {
      // Each tree holds the one before ten times: 10^12 files from a dozen objects.
      let tree = await makeTree(origin, [['100644', 'blob', await origin.git('rev-parse', 'HEAD:src/lib.rs'), 'f']])
      const ten = (oid: string) => Array.from({ length: 10 }, (_, i) => ['040000', 'tree', oid, `d${i}`] as const)
      for (let depth = 0; depth < 12; depth++) tree = await makeTree(origin, ten(tree))
      const bomb = await origin.git('commit-tree', '-m', 'bomb', tree)
      await origin.git('update-ref', 'refs/heads/bomb', bomb)
      const listing = await (await repositoryOf(byFile())).list(bomb, '', run)
      expect(listing?.isCut).toBe(true)
      expect(listing!.entries.size).toBeLessThanOrEqual(MAX_LISTING_ENTRIES)
    })
    it('with a folder of half a million files is listed as cut, soon', async () => {
      const blob = await origin.git('rev-parse', 'HEAD:src/lib.rs')
      const entry = (i: number) => Buffer.from(`100644 f${String(i).padStart(7, '0')}\0`)
      const oid = Buffer.from(blob, 'hex')
      const body = Buffer.concat(Array.from({ length: 500_000 }, (_, i) => Buffer.concat([entry(i), oid])))
      const tree = execFileSync('git', ['hash-object', '-t', 'tree', '-w', '--stdin'], {
        cwd: origin.folder,
        env: { ...world.env },
        input: body,
      })
      const commit = await origin.git('commit-tree', '-m', 'many', tree.toString().trim())
      await origin.git('update-ref', 'refs/heads/many', commit)
      const repository = await repositoryOf(byFile())
      const startMs = performance.now()
      expect(await repository.list(commit, '', run)).toMatchObject({ isCut: true })
      expect(performance.now() - startMs).toBeLessThan(10_000)
      // The rest of it still answers.
      expect((await repository.list(await origin.head(), '', run))?.entries.size).toBe(2)
    })
  })

  it('are filled once by two programs at the same time', async () => {
    const script = `
      import { createNodeCapabilities } from ${JSON.stringify(path.join(import.meta.dirname, '../node-capabilities.ts'))}
      import { openMirrors } from ${JSON.stringify(path.join(import.meta.dirname, 'mirror.ts'))}
      const caps = createNodeCapabilities({ version: 't', sampleDir: '/', nowMs: () => ${nowMs} })
      const mirrors = openMirrors(caps, { redirects: ${JSON.stringify([{ from: world.url(''), to: server.url }])},
        offline: false, maxBytes: 1e9, maxParallel: 2 })
      const run = { signal: new AbortController().signal, onProgress() {} }
      const answer = await mirrors.open(${JSON.stringify(origin.url)}, { commit: null, newerThanMs: null, refresh: false }, run)
      console.log(answer.ok ? (await answer.value.refs(run)).length : answer.error.text)`
    const env = { PATH: process.env['PATH'] ?? '', HOME: box.at('home'), ASSAY_CACHE_DIR: box.at('cache') }
    const program = () =>
      new Promise<string>(resolve => {
        const args = ['--experimental-strip-types', '--no-warnings', '--input-type=module', '-e', script]
        const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
        let out = ''
        child.stdout.on('data', chunk => (out += String(chunk)))
        child.on('close', () => resolve(out.trim()))
      })
    expect(await Promise.all([program(), program()])).toEqual(['1', '1'])
    expect(leftovers()).toHaveLength(1)
    expect(server.requests.filter(request => request.startsWith('GET')).length).toBeLessThanOrEqual(4)
  })
})

/** Bytes that do not compress, the same in every run. */
function randomBytes(length: number): Buffer {
  let state = 1
  return Buffer.from(Uint8Array.from({ length }, () => (state = (state * 48_271) % 0x7fff_ffff) & 255))
}

/** Makes the server send a pack in pieces with pauses, so that its size can be watched. */
function throttle(server: GitServer): { stop(): void } {
  server.delayMsPerChunk = 20
  return { stop: () => (server.delayMsPerChunk = 0) }
}

async function makeTree(
  origin: TestRepository,
  entries: readonly (readonly [mode: string, kind: string, oid: string, name: string])[],
): Promise<string> {
  const input = entries.map(([mode, kind, oid, name]) => `${mode} ${kind} ${oid}\t${name}\n`).join('')
  const out = execFileSync('git', ['mktree'], { cwd: origin.folder, input, stdio: ['pipe', 'pipe', 'inherit'] })
  return out.toString().trim()
}
