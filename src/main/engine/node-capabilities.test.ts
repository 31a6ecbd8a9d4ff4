import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openCache } from './cache.ts'
import { createNodeCapabilities } from './node-capabilities.ts'
import { createSandbox, type Sandbox } from './test-sandbox.ts'

const isPosix = process.platform !== 'win32'
const has = (command: string) => spawnSync(command, ['--version']).error === undefined
const never = new AbortController().signal

let box: Sandbox
beforeEach(() => {
  box = createSandbox()
})
afterEach(() => box.dispose())

describe('host folders', () => {
  const hostOf = (platform: string, env: Record<string, string>) =>
    createNodeCapabilities({ version: '1', sampleDir: '/s', env: { HOME: '/home/me', ...env }, platform }).host
  it.each([
    ['linux', {}, '/home/me/.cache/assay', '/home/me/.local/share/assay'],
    ['linux', { XDG_CACHE_HOME: '/x/c', XDG_DATA_HOME: 'relative' }, '/x/c/assay', '/home/me/.local/share/assay'],
    ['darwin', {}, '/home/me/Library/Caches/Assay', '/home/me/Library/Application Support/Assay'],
    ['linux', { ASSAY_CACHE_DIR: '/c', ASSAY_DATA_DIR: '/d' }, '/c', '/d'],
  ])('on %s with %j', (platform, env, cacheDir, dataDir) => {
    expect(hostOf(platform, env)).toMatchObject({ cacheDir, dataDir })
  })
})

describe('files', () => {
  it('are replaced whole, and written in place keeping the inode', async () => {
    const file = box.at('new/folder/file')
    await box.caps.files.writeAtomic(file, 'one')
    const first = fs.statSync(file).ino
    await box.caps.files.writeInPlace(file, 'two')
    expect([fs.statSync(file).ino, fs.readFileSync(file, 'utf8')]).toEqual([first, 'two'])
    await box.caps.files.writeAtomic(file, 'three')
    expect(fs.statSync(file).ino).not.toBe(first)
    expect(fs.readdirSync(path.dirname(file))).toEqual(['file'])
  })
  it.skipIf(!isPosix)('are made as programs and as links where asked', async () => {
    box.write({ 't/plain': '' })
    await box.caps.files.writeInPlace(box.at('t/program'), '#!/bin/sh\n', true)
    await box.caps.files.makeLink(box.at('t/link'), '../elsewhere')
    const isProgram = (name: string) => (fs.statSync(box.at('t', name)).mode & 0o100) !== 0
    expect([isProgram('plain'), isProgram('program')]).toEqual([false, true])
    expect(fs.readlinkSync(box.at('t/link'))).toBe('../elsewhere')
    await expect(box.caps.files.makeLink(box.at('t/plain'), 'x')).rejects.toMatchObject({ code: 'EEXIST' })
  })
  it('fail with the code of the system, and past a limit', async () => {
    box.write({ big: 'x'.repeat(11) })
    await expect(box.caps.files.readText(box.at('none'))).rejects.toMatchObject({ name: 'FileError', code: 'ENOENT' })
    await expect(box.caps.files.readText(box.at('big'), 10)).rejects.toMatchObject({ name: 'FileError', code: 'EFBIG' })
    expect(await box.caps.files.stat(box.at('none'))).toBeNull()
    expect(await box.caps.files.stat(box.at('big', 'below'))).toBeNull()
  })
  it.each([0, 1, 4_096, 1 << 20, (1 << 20) + 1, 3 << 20])('of %i bytes are read whole', async size => {
    const bytes = Buffer.alloc(size, 'assay ')
    box.write({ file: bytes })
    expect(Buffer.compare(await box.caps.files.readBytes(box.at('file'), size), bytes)).toBe(0)
    if (size > 0)
      await expect(box.caps.files.readBytes(box.at('file'), size - 1)).rejects.toMatchObject({ code: 'EFBIG' })
  })

  it.skipIf(!isPosix || !has('mkfifo'))(
    'that are pipes hold nothing else up while they wait for a writer',
    async () => {
      spawnSync('mkfifo', [box.at('pipe')])
      const reading = box.caps.files.readText(box.at('pipe'))
      await new Promise(resolve => setTimeout(resolve, 20))
      fs.writeFileSync(box.at('pipe'), 'said late')
      expect(await reading).toBe('said late')
      await expect(box.caps.files.readText(box.at('.'))).rejects.toMatchObject({ code: 'EISDIR' })
    },
  )

  it('are listed in byte order, links as links', async () => {
    box.write({ 'd/b': '', 'd/a': '', 'd/B': '', 'd/sub/x': '' })
    if (isPosix) fs.symlinkSync('a', box.at('d/link'))
    const listed = await box.caps.files.list(box.at('d'))
    expect(listed.filter(e => e.kind !== 'link').map(e => e.name)).toEqual(['B', 'a', 'b', 'sub'])
    if (isPosix) expect(listed.find(e => e.name === 'link')?.kind).toBe('link')
  })
  it('are watched, several changes as one', async () => {
    let calls = 0
    fs.mkdirSync(box.at('w'))
    const stop = box.caps.files.watch(box.at('w'), () => calls++)
    for (let i = 0; i < 5; i++) box.write({ [`w/${i}`]: 'x' })
    await expect.poll(() => calls).toBeGreaterThan(0)
    expect(calls).toBeLessThanOrEqual(2)
    stop()
  })
})

describe.skipIf(!isPosix || !has('flock'))('the lock (needs flock)', () => {
  const isFree = () => spawnSync('flock', ['-n', box.at('config.toml'), 'true']).status === 0
  it('is held against cargo vet’s kind of lock until it is released', async () => {
    const lock = await box.caps.files.lock(box.at('config.toml'), 1_000, never)
    expect(lock).toMatchObject({ locked: true, reason: null })
    expect(isFree()).toBe(false)
    await lock?.release()
    expect(isFree()).toBe(true)
  })
  it('waits for another program, and says when that takes too long', async () => {
    const holder = spawn('flock', [box.at('config.toml'), 'sh', '-c', 'echo held; sleep 1'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await new Promise(done => holder.stdout.once('data', done))
    expect(await box.caps.files.lock(box.at('config.toml'), 50, never)).toBeNull()
    const lock = await box.caps.files.lock(box.at('config.toml'), 5_000, never)
    expect(lock?.locked).toBe(true)
    await lock?.release()
  })
  it('is not waited for after a cancel', async () => {
    const lock = await box.caps.files.lock(box.at('config.toml'), 1_000, never)
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 30)
    await expect(box.caps.files.lock(box.at('config.toml'), 10_000, abort.signal)).rejects.toMatchObject({
      name: 'Cancelled',
    })
    await lock?.release()
    expect(isFree()).toBe(true)
  })
  const withPath = (env: string) =>
    createNodeCapabilities({ version: '1', sampleDir: '/s', env: { ...box.caps.host.env, PATH: env } })
  it.skipIf(!has('perl'))('is taken by perl where there is no flock', async () => {
    fs.mkdirSync(box.at('bin'))
    fs.symlinkSync(spawnSync('sh', ['-c', 'command -v perl']).stdout.toString().trim(), box.at('bin/perl'))
    const caps = withPath(box.at('bin'))
    const lock = await caps.files.lock(box.at('config.toml'), 1_000, never)
    expect(lock).toMatchObject({ locked: true })
    expect(isFree()).toBe(false)
    expect(await caps.files.lock(box.at('config.toml'), 100, never)).toBeNull()
    await lock?.release()
  })
  it('is said to be missing where nothing can take it', async () => {
    const lock = await withPath(box.at('empty')).files.lock(box.at('config.toml'), 100, never)
    expect(lock).toMatchObject({ locked: false, reason: 'neither flock nor perl is installed' })
    await lock?.release()
  })
})

describe.skipIf(!isPosix)('processes', () => {
  const run = (script: string, more: object = {}) =>
    box.caps.processes.run({
      command: 'sh',
      args: ['-c', script],
      cwd: box.at(),
      env: { PATH: process.env['PATH'] ?? '' },
      maxOutputBytes: 1_000,
      timeoutMs: 5_000,
      signal: never,
      ...more,
    })
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
  it('get exactly the environment, input and folder given', async () => {
    const outcome = await run('cat; pwd; env | sort | grep -v "^_=\\|^PWD=\\|^SHLVL="; exit 3', {
      env: { PATH: '/usr/bin:/bin', A: 'b' },
      input: Buffer.from('in\n'),
    })
    expect(outcome).toMatchObject({ kind: 'exited', code: 3 })
    expect(outcome.kind === 'exited' && text(outcome.stdout)).toBe(`in\n${box.at()}\nA=b\nPATH=/usr/bin:/bin\n`)
  })
  it('are killed with their children when they take too long or say too much', { timeout: 4_000 }, async () => {
    expect(await run('sleep 20 & sleep 20', { timeoutMs: 100 })).toMatchObject({ kind: 'killed', why: 'timeout' })
    expect(await run('yes', {})).toMatchObject({ kind: 'killed', why: 'too-much-output' })
  })
  it('that do not exist, or end by a signal, are outcomes', async () => {
    expect(await run('', { command: box.at('none') })).toEqual({ kind: 'not-found' })
    expect(await run('kill -9 $$')).toMatchObject({ kind: 'killed', why: 'signal' })
  })
  it('that do not read their input are no failure', async () => {
    expect(await run('exit 0', { input: Buffer.alloc(1 << 20) })).toMatchObject({ kind: 'exited', code: 0 })
  })
})

describe('the cache index', () => {
  const entry = { etag: '"e"', lastModified: null, fetchedAt: 1, freshUntil: 2, body: '[]' }
  it('keeps answers and sizes', () => {
    const first = openCache(box.caps)
    first.putIndex('u', entry)
    first.putDiff('r', 'c', '1.0.0', { insertions: 1, deletions: 2, filesChanged: 3 })
    first.close()
    const second = openCache(box.caps)
    expect(second.index('u')).toEqual(entry)
    expect(second.diff('r', 'c', '1.0.0')).toEqual({ insertions: 1, deletions: 2, filesChanged: 3 })
    expect([second.index('v'), second.diff('r', 'c', '1.0.1')]).toEqual([null, null])
    second.close()
  })
  it.each([
    ['damaged', 'this is no database, but long enough to look at '.repeat(100)],
    ['empty', ''],
  ])('that is %s is made anew', (_what, content) => {
    box.write({ 'cache/index.sqlite': content })
    const cache = openCache(box.caps)
    cache.putIndex('u', entry)
    expect(cache.index('u')).toEqual(entry)
    cache.close()
  })
  it('lives in memory where no file can be made', () => {
    box.write({ cache: 'a file where the folder should be' })
    const cache = openCache(box.caps)
    cache.putIndex('u', entry)
    expect(cache.index('u')).toEqual(entry)
    cache.close()
  })
  it('is shared by two processes', () => {
    const [a, b] = [openCache(box.caps), openCache(box.caps)]
    a.putIndex('u', entry)
    b.putIndex('v', entry)
    expect([a.index('v'), b.index('u')]).toEqual([entry, entry])
    a.close()
    b.close()
  })
})

describe.runIf(isPosix)('a live child', () => {
  it('answers while it lives and ends with its group when killed', async () => {
    let output = ''
    const { promise: ended, resolve: onEnd } = Promise.withResolvers<{ kind: string; stderr: string }>()
    const { promise: answered, resolve: onAnswer } = Promise.withResolvers<void>()
    const live = await box.caps.processes.open({
      command: 'sh',
      args: ['-c', 'echo oops >&2; sleep 60 & echo $!; cat'],
      cwd: box.at(),
      env: { PATH: process.env['PATH'] ?? '', ONLY: 'this' },
      onOutput: chunk => {
        output += Buffer.from(chunk).toString('latin1')
        if (output.includes('two')) onAnswer()
      },
      onEnd,
    })
    live.setBusy(true)
    live.write('one\n')
    live.write('two\n')
    await answered
    // What came on the other pipe before is read in the same turn, perhaps after this.
    await new Promise(setImmediate)
    live.kill()
    expect(await ended).toEqual({ kind: 'ended', stderr: 'oops\n' })
    live.write('too late\n')
    const [sleeper, ...lines] = output.trim().split('\n')
    expect(lines).toEqual(['one', 'two'])
    await expect.poll(() => isAlive(Number(sleeper)), { timeout: 5_000 }).toBe(false)
  })
  it('tells when there is no such program', async () => {
    const { promise: ended, resolve: onEnd } = Promise.withResolvers<{ kind: string }>()
    const request = { command: 'no-such-program', args: [], cwd: box.at(), env: {}, onOutput: () => undefined, onEnd }
    const live = await box.caps.processes.open(request)
    live.write('x')
    live.kill()
    expect(await ended).toMatchObject({ kind: 'not-found' })
  })
  it('does not keep an idle program running', () => {
    const script = `
      import { createNodeProcesses } from ${JSON.stringify(path.join(import.meta.dirname, 'node-processes.ts'))}
      await createNodeProcesses(process.platform).open({ command: 'cat', args: [], cwd: '/', env: process.env,
        onOutput() {}, onEnd() { console.log('ended early') } })
      console.log('done')`
    const args = ['--experimental-strip-types', '--no-warnings', '--input-type=module', '-e', script]
    const ran = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 })
    expect([ran.status, ran.stdout]).toEqual([0, 'done\n'])
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A dead child of nobody that waits stays as a zombie.
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
