import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ARCHIVE_LIMITS } from '../core/archive-limits.ts'
import { judgeContainer } from './container.ts'
import { openCrateArchive, type CrateArchive } from './crate-archive.ts'
import { craftCrate, craftGzip, craftPax, craftTar, type Crafted } from './testing/craft-archive.ts'

const good: Crafted = { name: 'c-1.0.0/src/lib.rs', data: 'pub fn a() {}\n' }
const other: Crafted = { name: 'c-1.0.0/src/b.rs', data: 'b' }
const open = (bytes: Uint8Array): Promise<CrateArchive> => openCrateArchive('c', '1.0.0', bytes)
const codes = (archive: CrateArchive): string[] => archive.anomalies.map(a => a.code)
const text = (archive: CrateArchive, file: string): string | null => {
  const data = archive.files.get(file)?.data
  return data === undefined ? null : Buffer.from(data).toString()
}

describe('openCrateArchive on what cargo takes in its own way', () => {
  it('a plain archive has nothing odd', async () => {
    const archive = await open(craftCrate([good, { ...other, mode: 0o755 }]))
    expect(archive).toMatchObject({ isReadable: true, entryCount: 2, anomalies: [] })
    expect([...archive.files.values()].map(f => [f.path, f.isExecutable])).toEqual([
      ['src/lib.rs', false],
      ['src/b.rs', true],
    ])
    expect(archive.facts).toMatchObject({ magic: 'gnu', endBytes: 1024, tarBytes: 3072 })
    expect(archive.facts.tarSha256).toMatch(/^[0-9a-f]{64}$/)
  })

  it('gives its bytes back: then files are empty, and no digest of nothing is told', async () => {
    const large = () => open(craftCrate([{ ...good, data: Buffer.alloc(200_000, 'x') }]))
    const [asked, unasked] = [await large(), await large()]
    const { tarSha256 } = asked.facts
    for (const archive of [asked, unasked]) archive.release()
    expect(text(asked, 'src/lib.rs')).toBe('')
    expect(asked.facts.tarSha256).toBe(tarSha256)
    expect(() => unasked.facts.tarSha256).toThrow('released')
    // What lies in memory that others share is left alone.
    const small = await open(craftCrate([good]))
    small.release()
    expect(await open(craftCrate([good]))).toMatchObject({ isReadable: true, anomalies: [] })
  })

  it('the same name twice: the last wins', async () => {
    const archive = await open(craftCrate([good, other, { ...good, data: 'evil' }]))
    expect(codes(archive)).toEqual(['duplicate-name'])
    expect(text(archive, 'src/lib.rs')).toBe('evil')
    expect(archive.entryCount).toBe(3)
  })

  const leftOut: [what: string, entry: Crafted, code: string][] = [
    ['a path that climbs', { name: 'c-1.0.0/../../evil' }, 'parent-path'],
    ['an absolute path', { name: '/etc/passwd' }, 'absolute-path'],
    ['another top folder', { name: 'd-1.0.0/lib.rs' }, 'foreign-prefix'],
    ['a top folder that begins alike', { name: 'c-1.0.0-evil/lib.rs' }, 'foreign-prefix'],
    ['a symbolic link', { name: 'c-1.0.0/l', type: '2', link: '/etc/passwd' }, 'link'],
    ['a hard link', { name: 'c-1.0.0/l', type: '1', link: 'c-1.0.0/src/lib.rs' }, 'link'],
    ['a folder', { name: 'c-1.0.0/d/', type: '5' }, 'folder-entry'],
    ['a folder by its slash', { name: 'c-1.0.0/d/' }, 'folder-entry'],
    ['the mark of complete unpacking', { name: 'c-1.0.0/.cargo-ok', data: 'x' }, 'cargo-ok-file'],
    ['a file in place of the folder', { name: 'c-1.0.0', data: 'x' }, 'odd-name'],
  ]
  it.each(leftOut)('%s is told and left out', async (_what, entry, code) => {
    const archive = await open(craftCrate([entry, good]))
    expect(codes(archive)).toEqual([code])
    expect([...archive.files.keys()]).toEqual(['src/lib.rs'])
    expect(archive).toMatchObject({ isReadable: true, entryCount: 2 })
  })
  it('a link names where it points', async () => {
    const archive = await open(craftCrate([{ name: 'c-1.0.0/l', type: '2', link: '/etc/passwd' }]))
    expect(archive.anomalies[0]).toMatchObject({ entry: 'c-1.0.0/l', text: expect.stringContaining('/etc/passwd') })
  })

  const kept: [what: string, entry: Crafted, code: string, file: string][] = [
    ['a fifo, written as a file by cargo', { name: 'c-1.0.0/p', type: '6' }, 'special-file', 'p'],
    ['an unknown type', { name: 'c-1.0.0/build.rs', type: 'Z', data: 'x' }, 'special-file', 'build.rs'],
    ['a case collision', { name: 'c-1.0.0/src/LIB.rs' }, 'case-collision', 'src/LIB.rs'],
    ['a folder in another case', { name: 'c-1.0.0/SRC/x.rs' }, 'case-collision', 'SRC/x.rs'],
    ['a back slash', { name: 'c-1.0.0/..\\..\\x' }, 'odd-name', '..\\..\\x'],
    ['a new line', { name: 'c-1.0.0/a\nb' }, 'odd-name', 'a\nb'],
    ['a mark that turns text round', { name: 'c-1.0.0/a\u202eb' }, 'odd-name', 'a\u202eb'],
    ['empty and . parts', { name: 'c-1.0.0/.//x' }, 'odd-name', 'x'],
    ['a file that is a folder', { name: 'c-1.0.0/src', data: 'x' }, 'file-and-folder', 'src'],
    [
      'bytes that are no text',
      { name: Buffer.from([...Buffer.from('c-1.0.0/'), 0xff, 0x41]) },
      'name-not-utf8',
      '\\xffA',
    ],
  ]
  it.each(kept)('%s is told and kept', async (_what, entry, code, file) => {
    const archive = await open(craftCrate([good, entry]))
    expect(codes(archive)).toContain(code)
    expect([...archive.files.keys()]).toEqual(['src/lib.rs', file])
    expect(archive.isReadable).toBe(true)
  })
  it('names that differ in Unicode form', async () => {
    const archive = await open(craftCrate([{ name: 'c-1.0.0/caf\u00e9' }, { name: 'c-1.0.0/cafe\u0301' }]))
    expect(codes(archive)).toEqual(['case-collision'])
  })

  it('a second gzip member is never read', async () => {
    const archive = await open(Buffer.concat([craftCrate([good]), craftCrate([other])]))
    expect(codes(archive)).toEqual(['second-gzip-member'])
    expect([...archive.files.keys()]).toEqual(['src/lib.rs'])
  })
  it('bytes and zeros behind the gzip end', async () => {
    for (const tail of [Buffer.from('trailing'), Buffer.alloc(9)]) {
      const archive = await open(Buffer.concat([craftCrate([good]), tail]))
      expect([codes(archive), archive.isReadable]).toEqual([['trailing-bytes'], true])
    }
  })
  it('entries behind the end marker are not read', async () => {
    const archive = await open(craftGzip(Buffer.concat([craftTar([good]), craftTar([other])])))
    expect(codes(archive)).toEqual(['data-after-end'])
    expect([...archive.files.keys()]).toEqual(['src/lib.rs'])
  })
  it('a tar without an end marker', async () => {
    const archive = await open(craftGzip(craftTar([good], Buffer.alloc(0))))
    expect([codes(archive), archive.isReadable]).toEqual([['no-end-marker'], true])
  })

  it('a pax path is honoured and told', async () => {
    const pax: Crafted = { name: 'x', type: 'x', data: craftPax({ path: 'c-1.0.0/other.rs', mtime: '1' }) }
    const archive = await open(craftCrate([pax, good, other]))
    expect(codes(archive)).toEqual(['pax-path', 'pax-record'])
    expect([...archive.files.keys()]).toEqual(['other.rs', 'src/b.rs'])
  })
  it('a pax path may not climb either', async () => {
    const pax: Crafted = { name: 'x', type: 'x', data: craftPax({ path: 'c-1.0.0/../x' }) }
    const archive = await open(craftCrate([pax, good]))
    expect([codes(archive), archive.files.size]).toEqual([['pax-path', 'parent-path'], 0])
  })
  it('a pax size ends reading, because readers go apart there', async () => {
    const pax: Crafted = { name: 'x', type: 'x', data: craftPax({ size: '5' }) }
    const archive = await open(craftCrate([other, pax, good]))
    expect([codes(archive), archive.isReadable]).toEqual([['pax-record', 'pax-record'], false])
    expect([...archive.files.keys()]).toEqual(['src/b.rs'])
  })
  it('long names as cargo writes them', async () => {
    const long = `c-1.0.0/${'d/'.repeat(20)}${'n'.repeat(120)}.rs`
    const entries = [
      { name: '././@LongLink', type: 'L', data: `${long}\0` },
      { ...good, name: long.slice(0, 100) },
    ]
    const archive = await open(craftCrate(entries))
    expect(archive).toMatchObject({ anomalies: [], entryCount: 1 })
    expect([...archive.files.keys()]).toEqual([long.slice(8)])
  })
})

describe('openCrateArchive stops at', () => {
  const whole = craftCrate([
    good,
    { ...other, data: Buffer.from(Array.from({ length: 4_000 }, (_, i) => (i * 7919) % 251)) },
  ])
  const flipped = Buffer.from(whole)
  flipped[flipped.length - 6]! ^= 0xff
  const stops: [what: string, bytes: Uint8Array, code: string][] = [
    ['nothing', Buffer.alloc(0), 'not-an-archive'],
    ['something else', Buffer.from('<html>not here at all</html>'), 'not-an-archive'],
    ['compressed text', craftGzip(Buffer.from('x'.repeat(2_000))), 'not-an-archive'],
    ['half of an archive', whole.subarray(0, whole.length / 2), 'truncated'],
    ['an archive without its last byte', whole.subarray(0, whole.length - 1), 'damaged'],
    ['a wrong sum', flipped, 'damaged'],
    ['a tar that ends inside a file', craftGzip(craftTar([good]).subarray(0, 520)), 'not-an-archive'],
    ['an entry larger than the tar', craftCrate([good, { ...other, statedSize: 900_000 }]), 'truncated'],
    ['a wrong header sum', craftCrate([good, { ...other, breakChecksum: true }]), 'truncated'],
    ['malformed pax', craftCrate([good, { name: 'x', type: 'x', data: '99 path=c\n' }]), 'pax-record'],
    ['a sparse file', craftCrate([good, { name: 'c-1.0.0/s', type: 'S' }]), 'special-file'],
    [
      'two long names in a row',
      craftCrate([{ name: 'l', type: 'L', data: 'a' }, { name: 'l', type: 'L', data: 'b' }, good]),
      'long-name',
    ],
    ['600 MB of zeros', gzipSync(craftTar([{ ...good, data: Buffer.alloc(40 << 20) }])), 'too-large'],
  ]
  it.each(stops)('%s', async (_what, bytes, code) => {
    const archive = await open(bytes)
    expect(archive.isReadable).toBe(false)
    expect(codes(archive)).toEqual([code])
    expect(judgeContainer(archive, null).isCargo).toBe(false)
  })
  it('limits of entries, files and size', async () => {
    const limits = { ...ARCHIVE_LIMITS, maxEntries: 1, maxEntryBytes: 3, maxCompressedBytes: 5_000 }
    const many = await openCrateArchive('c', '1.0.0', craftCrate([other, good]), limits)
    expect([codes(many), many.isReadable]).toEqual([['too-large', 'too-many-entries'], false])
    const large = await openCrateArchive('c', '1.0.0', Buffer.alloc(6_000), limits)
    expect([codes(large), large.isReadable]).toEqual([['too-large'], false])
  })
})

describe('openCrateArchive never throws', () => {
  const base = craftTar([good, other, { name: 'c-1.0.0/l', type: '2', link: 'x' }])
  it('on any bytes of a tar, and stays bounded', async () => {
    const edit = fc.tuple(fc.nat(base.length - 1), fc.nat(255))
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 8 }), fc.nat(base.length), async (edits, length) => {
        const tar = Buffer.from(base)
        for (const [at, value] of edits) tar[at] = value
        const archive = await open(craftGzip(tar.subarray(0, length)))
        expect(archive.files.size).toBeLessThanOrEqual(archive.entryCount)
        for (const file of archive.files.keys()) expect(file.split('/')).not.toContain('..')
        judgeContainer(archive, '2024-01-01T00:00:00Z')
      }),
      { numRuns: 300 },
    )
  })
  it('on headers with right sums and any names and types', async () => {
    const entry = fc.record({
      name: fc.oneof(
        fc.string({ unit: 'binary', maxLength: 60 }).map(name => `c-1.0.0/${name}`),
        fc.uint8Array({ maxLength: 100 }),
        fc.constantFrom('c-1.0.0/a', 'c-1.0.0/A', 'c-1.0.0/a/b', 'c-1.0.0/..', 'c-1.0.0/'),
      ),
      data: fc.oneof(fc.uint8Array({ maxLength: 600 }), fc.constantFrom('12 path=abc\n', '9 size=1\n')),
      type: fc.constantFrom('0', '\0', '1', '2', '5', '6', 'x', 'g', 'L', 'K', 'S', 'V'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 8 }), async entries => {
        const archive = await open(craftCrate(entries))
        expect(archive.anomalies.length).toBeLessThanOrEqual(1_000)
        for (const file of archive.files.keys()) expect(file.split('/')).not.toContain('..')
      }),
      { numRuns: 300 },
    )
  })
  it('on any bytes at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async bytes => {
        expect((await open(Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), bytes]))).isReadable).toBe(false)
      }),
      { numRuns: 300 },
    )
  })
})

const cache = path.join(os.homedir(), '.cargo', 'registry', 'cache')
const cached = fs.existsSync(cache)
  ? fs
      .readdirSync(cache)
      .flatMap(folder => fs.readdirSync(path.join(cache, folder)).map(f => path.join(cache, folder, f)))
  : []
describe.skipIf(cached.length === 0)('archives of the local registry cache', () => {
  it('raise no alarm', { timeout: 120_000 }, async () => {
    const alarms: unknown[] = []
    // A spread of them, so that a large cache does not take minutes.
    const step = Math.ceil(cached.length / 200)
    for (const file of cached.filter((f, i) => f.endsWith('.crate') && i % step === 0)) {
      const [, crate = '', version = ''] = /^(.*?)-(\d+\.\d+\.\d+.*)\.crate$/.exec(path.basename(file)) ?? []
      const archive = await openCrateArchive(crate, version, fs.readFileSync(file))
      const verdict = judgeContainer(archive, null)
      if (!archive.isReadable || archive.anomalies.length > 0 || !verdict.isCargo) {
        alarms.push([file, archive.anomalies, verdict.evidence])
      }
    }
    expect(alarms).toEqual([])
  })
})
