import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { FileError, type Files } from '../capabilities.ts'
import { createSandbox, type Sandbox } from '../test-sandbox.ts'
import { applyDelta, parseEntryHead, parsePackIndex } from './pack-format.ts'
import { createPackMemory, createPackReader } from './pack-reader.ts'
import { createStoredObjects } from './stored-objects.ts'
import { missingTools } from './testing/world.ts'

const never = new AbortController().signal

describe.skipIf(missingTools !== null)('objects in packs', () => {
  let box: Sandbox
  let source: string
  const git = (folder: string, args: readonly string[], input = '') =>
    execFileSync('git', ['-c', 'protocol.file.allow=always', '-c', 'gc.auto=0', ...args], {
      ...{ cwd: folder, input, maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'ignore'] },
      env: {
        ...{ PATH: process.env['PATH'] ?? '', HOME: box.at('home'), GIT_CONFIG_NOSYSTEM: '1' },
        ...{ GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' },
      },
    })
  /** What git says: id → kind and bytes. */
  const objectsOf = (gitDir: string) => {
    const ids = git(gitDir, ['cat-file', '--batch-all-objects', '--batch-check=%(objectname)'])
    const out = git(gitDir, ['cat-file', '--batch'], ids.toString())
    const objects = new Map<string, { kind: string; bytes: Buffer }>()
    for (let at = 0; at < out.length;) {
      const end = out.indexOf(10, at)
      const [oid, kind, size] = out.toString('latin1', at, end).split(' ')
      objects.set(oid!, { kind: kind!, bytes: out.subarray(end + 1, end + 1 + Number(size)) })
      at = end + 2 + Number(size)
    }
    return objects
  }
  /** Each one changes a few lines more than the one before, so that long chains of deltas pay. */
  const commit = (name: string, version: number) => {
    const text = Array.from({ length: 600 }, (_, i) => `${(i * 7919) % 1000} ${i % 61 < version ? (i % 61) * i : i}\n`)
    fs.mkdirSync(path.join(source, 'src/deep'), { recursive: true })
    fs.writeFileSync(path.join(source, 'src/deep/long.txt'), text.join(''))
    fs.writeFileSync(path.join(source, `src/${name}.rs`), `pub fn ${name}() {}\n`)
    git(source, ['add', '-A'])
    git(source, ['commit', '-q', '-m', name])
  }
  const bareCopy = (name: string, ...options: string[]) => {
    git(box.folder, ['clone', '-q', '--bare', ...options, `file://${source}`, name])
    return box.at(name)
  }
  beforeAll(() => {
    box = createSandbox()
    source = box.at('source')
    git(box.folder, ['init', '-q', '-b', 'main', 'source'])
    git(source, ['config', 'uploadpack.allowFilter', 'true'])
    git(source, ['config', 'uploadpack.allowAnySHA1InWant', 'true'])
    for (let i = 0; i < 60; i++) commit(`v${i}`, i)
    fs.writeFileSync(path.join(source, 'big.bin'), Buffer.alloc(3 << 20, 'abc'))
    fs.writeFileSync(path.join(source, 'noise.bin'), noise(100_000))
    fs.writeFileSync(path.join(source, 'empty'), '')
    commit('last', 60)
    git(source, ['tag', '-a', '-m', 'one', 'one'])
  })
  afterAll(() => box.dispose())
  const extra: string[] = []
  afterEach(() => extra.splice(0).forEach(one => fs.rmSync(box.at(one), { recursive: true, force: true })))

  const readerOf = (gitDir: AbsolutePath, files: Files = box.caps.files) =>
    createPackReader(files, gitDir, createPackMemory())
  const expectAll = async (gitDir: AbsolutePath) => {
    const [reader, objects] = [readerOf(gitDir), objectsOf(gitDir)]
    const read = await Promise.all([...objects.keys()].map(oid => reader.read(oid, 1 << 22)))
    for (const [i, [oid, { kind, bytes }]] of [...objects].entries()) {
      if (bytes.length > 2 << 20) expect(read[i]).toBeNull()
      else expect(read[i], oid).toEqual({ kind, bytes: Buffer.from(bytes) })
    }
    return objects
  }

  it.each([
    ['by distance, long chains', ['-c', 'repack.useDeltaBaseOffset=true'], ['--depth=50']],
    ['by id', ['-c', 'repack.useDeltaBaseOffset=false'], ['--depth=50']],
    ['not at all', [], ['--depth=0']],
  ])('are what git gives: bases named %s', async (_, config, options) => {
    extra.push('copy')
    const copy = bareCopy('copy')
    git(copy, [...config, 'repack', '-q', '-a', '-d', '-f', '--window=30', ...options])
    const index = fs.readdirSync(path.join(copy, 'objects/pack')).find(name => name.endsWith('.idx'))!
    const chains = git(copy, ['verify-pack', '-sv', `objects/pack/${index}`]).toString()
    const longest = Math.max(0, ...Array.from(chains.matchAll(/chain length = (\d+)/g), one => Number(one[1])))
    expect(longest).toBeGreaterThanOrEqual(options[0] === '--depth=0' ? 0 : 20)
    expect((await expectAll(copy)).size).toBeGreaterThan(200)
  })

  it('are found after each fetch, in many packs, and missing is said for what no pack has', async () => {
    extra.push('copy', 'other')
    const copy = bareCopy('copy', '--filter=tree:0')
    const reader = readerOf(copy)
    const all = objectsOf(path.join(source, '.git'))
    const wanted = [...all].filter(([, { kind }]) => kind === 'tree' || kind === 'blob').slice(0, 12)
    for (const [oid, { kind, bytes }] of wanted) {
      if (bytes.length > 2 << 20) continue
      expect(await reader.read(oid, 1 << 22)).toEqual({ kind: 'missing' })
      const filter = ['--filter=blob:none', '--no-tags', '--no-write-fetch-head']
      git(copy, ['-c', 'fetch.unpackLimit=1', 'fetch', '-q', ...filter, 'origin', oid])
      expect(await reader.read(oid, 1 << 22)).toEqual({ kind, bytes: Buffer.from(bytes) })
    }
    await expectAllHere(copy, reader)
    expect(await reader.read('f'.repeat(40), 10)).toEqual({ kind: 'missing' })
  })
  const expectAllHere = async (copy: string, reader: ReturnType<typeof readerOf>) => {
    const packs = fs.readdirSync(path.join(copy, 'objects/pack')).filter(name => name.endsWith('.pack'))
    expect(packs.length).toBeGreaterThan(5)
    const head = git(copy, ['rev-parse', 'HEAD']).toString().trim()
    expect((await reader.read(head, 1 << 20))?.kind).toBe('commit')
  }

  it('are left to git where something unusual is there', async () => {
    extra.push('copy')
    const copy = bareCopy('copy')
    const reader = readerOf(copy)
    const nothing = 'e'.repeat(40)
    expect(await reader.read(nothing, 10)).toEqual({ kind: 'missing' })
    const loose = git(copy, ['hash-object', '-w', '--stdin'], 'loose').toString().trim()
    expect(await reader.read(loose, 10)).toBeNull()
    expect(await reader.read(nothing, 10)).toBeNull()
    fs.rmSync(path.join(copy, 'objects', loose.slice(0, 2)), { recursive: true })
    expect(await reader.read(loose, 10)).toEqual({ kind: 'missing' })
    fs.writeFileSync(path.join(copy, 'objects/info/alternates'), '/nowhere\n')
    expect(await reader.read(nothing, 10)).toBeNull()
    fs.rmSync(path.join(copy, 'objects/info/alternates'))
    fs.writeFileSync(path.join(copy, `objects/pack/pack-${nothing}.idx`), 'damaged')
    expect(await reader.read(nothing, 10)).toBeNull()
    const head = git(copy, ['rev-parse', 'HEAD']).toString().trim()
    const size = (await reader.read(head, 1 << 20)) as { bytes: Buffer }
    expect(await reader.read(head, 3)).toEqual({ kind: 'too-large', sizeBytes: size.bytes.length })
    fs.rmSync(copy, { recursive: true })
    expect(await reader.read(nothing, 10)).toBeNull()
  })

  it('are read without a process, and by one where the packs do not tell', async () => {
    extra.push('copy')
    const copy = bareCopy('copy')
    let opened = 0
    const open: typeof box.caps.processes.open = request => (opened++, box.caps.processes.open(request))
    const caps = { ...box.caps, processes: { ...box.caps.processes, open } }
    const stored = createStoredObjects(caps, copy, createPackMemory())
    const head = git(copy, ['rev-parse', 'HEAD']).toString().trim()
    const big = git(copy, ['rev-parse', 'HEAD:big.bin']).toString().trim()
    expect((await stored.read(head, 1 << 20, never)).kind).toBe('commit')
    expect((await stored.read('f'.repeat(40), 1 << 20, never)).kind).toBe('missing')
    expect((await stored.read('no id', 1 << 20, never)).kind).toBe('missing')
    expect(opened).toBe(0)
    expect((await stored.read(big, 1 << 23, never)).kind).toBe('blob')
    expect(opened).toBe(1)
    stored.close()
    const aborted = AbortSignal.abort()
    await expect(stored.read(head, 10, aborted)).rejects.toMatchObject({ name: 'Cancelled' })
    const closing = stored.read(big, 1 << 23, never)
    stored.close()
    await expect(closing).rejects.toMatchObject({ name: 'GitReadError' })
    expect(opened).toBe(1)
  })

  /** The stored files, with one of them damaged. */
  const filesWith = (stored: ReadonlyMap<string, Buffer>, file: string, damaged: Buffer): Files => {
    const bytesOf = (name: string) => (name === file ? damaged : stored.get(name))
    return {
      ...box.caps.files,
      readBytes: name => Promise.resolve(bytesOf(name) ?? Buffer.alloc(0)),
      readRange(name, position, length) {
        const bytes = bytesOf(name)
        if (bytes === undefined) return Promise.reject(new FileError('gone', 'ENOENT', name))
        return Promise.resolve(bytes.subarray(position, position + length))
      },
    }
  }
  const storedFiles = (copy: string) => {
    const folder = path.join(copy, 'objects/pack')
    return new Map(
      fs.readdirSync(folder).map(name => [path.join(folder, name), fs.readFileSync(path.join(folder, name))]),
    )
  }

  it('are not given as another kind than they are, although all their bytes are whole', async () => {
    extra.push('copy')
    const copy = bareCopy('copy')
    const stored = storedFiles(copy)
    const file = [...stored.keys()].find(name => name.endsWith('.pack'))!
    const index = parsePackIndex(stored.get(file.replace(/pack$/, 'idx'))!)!
    const oids = [...objectsOf(copy).keys()]
    const damaged = Buffer.from(stored.get(file)!)
    // Blobs become commits and the other way round.
    for (const oid of oids) damaged[index.offsetOf(Buffer.from(oid, 'hex'))!]! ^= 0x20
    const reader = readerOf(copy, filesWith(stored, file, damaged))
    expect(new Set(await Promise.all(oids.map(oid => reader.read(oid, 1 << 22))))).toEqual(new Set([null]))
  })

  it('are right or not given when bytes of the files are damaged', async () => {
    extra.push('copy')
    const copy = bareCopy('copy')
    const objects = objectsOf(copy)
    const oids = [...objects.keys()].filter(oid => objects.get(oid)!.bytes.length < 2 << 20)
    const stored = storedFiles(copy)
    const names = [...stored.keys()].filter(name => /\.(idx|pack)$/.test(name))
    // Evenly over the file, unlike fc.double.
    const place = fc.nat(999_999).map(n => n / 1e6)
    const damage = fc.record({
      file: fc.constantFrom(...names),
      // Where the file is cut, or which bytes become which.
      cut: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: place }),
      changes: fc.array(fc.tuple(place, fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 60 }),
      from: fc.nat(),
    })
    let given = 0
    let refused = 0
    await fc.assert(
      fc.asyncProperty(damage, async ({ file, cut, changes, from }) => {
        const whole = stored.get(file)!
        const damaged = Buffer.from(whole.subarray(0, cut === null ? whole.length : Math.floor(cut * whole.length)))
        for (const [where, by] of changes) if (damaged.length > 0) damaged[Math.floor(where * damaged.length)]! ^= by
        const reader = readerOf(copy, filesWith(stored, file, damaged))
        const asked = Array.from({ length: 40 }, (_, i) => oids[(from + i * 7) % oids.length]!)
        for (const [i, object] of (await Promise.all(asked.map(oid => reader.read(oid, 1 << 22)))).entries()) {
          if (object === null) refused++
          else {
            given++
            const { kind, bytes } = objects.get(asked[i]!)!
            expect(object.kind).toBe(kind)
            expect((object as { bytes: Buffer }).bytes.equals(bytes)).toBe(true)
          }
        }
      }),
      { numRuns: 60 },
    )
    expect(Math.min(given, refused)).toBeGreaterThan(50)
  })
})

describe('the parts of a pack', () => {
  it('that are any bytes give something or null', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(), (bytes, at) => {
        const head = parseEntryHead(Buffer.from(bytes), at)
        if (typeof head?.base === 'number') expect(head.base >= 12 && head.base < at).toBe(true)
        expect(parsePackIndex(Buffer.from(bytes))).toBeNull()
      }),
    )
  })
  it('that are deltas never reach outside of their base or their limit', () => {
    const base = Buffer.from('0123456789')
    const apply = (...bytes: number[]) => applyDelta(base, Buffer.from(bytes), 100)?.toString('latin1') ?? null
    expect(apply(10, 4, 0x91, 8, 2, 2, 65, 66)).toBe('89AB')
    expect(apply(10, 3, 0x91, 8, 3)).toBeNull() // past the base
    expect(apply(10, 3, 3, 65, 66)).toBeNull() // past the delta
    expect(apply(10, 1, 2, 65, 66)).toBeNull() // more than said
    expect(apply(10, 3, 2, 65, 66)).toBeNull() // fewer than said
    expect(apply(9, 1, 1, 65)).toBeNull() // another base
    expect(apply(10, 1, 0, 65)).toBeNull() // reserved
    expect(apply(10, 1, 0x91, 8)).toBeNull() // cut
    expect(apply(10, 101, 101, ...Array.from({ length: 101 }, () => 65))).toBeNull() // past the limit
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
        const made = applyDelta(base, Buffer.from([10, ...bytes]), 100)
        expect(made === null || made.length <= 100).toBe(true)
      }),
    )
  })
})

/** Bytes that do not compress, the same in every run. */
function noise(length: number): Buffer {
  let state = 1
  return Buffer.from(Uint8Array.from({ length }, () => (state = (state * 48_271) % 0x7fff_ffff) & 255))
}
