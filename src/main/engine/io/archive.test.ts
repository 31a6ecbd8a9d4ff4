import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ARCHIVE_LIMITS, readArchive } from './archive.ts'

/** Builds tars field by field, so that every trick can be written down. */
interface Entry {
  readonly name: string | Uint8Array
  readonly data?: string | Uint8Array
  readonly type?: string
  readonly mode?: number
  /** States another size than the data has. */
  readonly statedSize?: number
  readonly prefix?: string
  readonly breakChecksum?: boolean
}

function header(entry: Entry, size: number): Buffer {
  const block = Buffer.alloc(512)
  Buffer.from(entry.name as string).copy(block, 0, 0, 100)
  block.write((entry.mode ?? 0o644).toString(8).padStart(7, '0'), 100)
  block.write('0000000', 108)
  block.write('0000000', 116)
  if (size >= 8 ** 11) {
    block.writeBigUInt64BE(BigInt(size), 128)
    block[124] = 0x80
  } else block.write(size.toString(8).padStart(11, '0'), 124)
  block.write('00000000000', 136)
  block.write(entry.type ?? '0', 156)
  block.write('ustar\0' + '00', 257, 'latin1')
  if (entry.prefix !== undefined) block.write(entry.prefix, 345)
  block.fill(' ', 148, 156)
  const sum = block.reduce((a, b) => a + b, 0) + (entry.breakChecksum ? 1 : 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

function tar(entries: readonly Entry[], end: Uint8Array = Buffer.alloc(1024)): Buffer {
  const parts: Uint8Array[] = []
  for (const entry of entries) {
    const data = Buffer.from((entry.data ?? '') as string)
    parts.push(header(entry, entry.statedSize ?? data.length), data, Buffer.alloc((512 - (data.length % 512)) % 512))
  }
  return Buffer.concat([...parts, end])
}

const crate = (entries: readonly Entry[]): Buffer => gzipSync(tar(entries))
const good: Entry = { name: 'c-1.0.0/src/lib.rs', data: 'fn main() {}\n' }
const pax = (records: Record<string, string>): string =>
  Object.entries(records)
    .map(([key, value]) => {
      const rest = ` ${key}=${value}\n`
      let length = rest.length + 1
      while (`${length}${rest}`.length !== length) length = `${length}${rest}`.length
      return `${length}${rest}`
    })
    .join('')

const small = {
  ...ARCHIVE_LIMITS,
  maxEntries: 3,
  maxEntryBytes: 1_000,
  maxTotalBytes: 40_000,
  maxPathBytes: 40,
  maxDepth: 4,
}

describe('readArchive takes', () => {
  it('plain files, in order, with the execute bit as a fact', async () => {
    const read = await readArchive(
      'c',
      '1.0.0',
      crate([{ name: 'c-1.0.0/', type: '5' }, good, { name: 'c-1.0.0/run.sh', mode: 0o755 }]),
    )
    expect(read.ok && read.value.map(e => [e.path, Buffer.from(e.data).toString(), e.isExecutable])).toEqual([
      ['src/lib.rs', 'fn main() {}\n', false],
      ['run.sh', '', true],
    ])
  })
  it('long names as cargo writes them, ustar prefixes, and pax records that say nothing about content', async () => {
    const long = `c-1.0.0/${'d/'.repeat(20)}${'n'.repeat(120)}.rs`
    const read = await readArchive(
      'c',
      '1.0.0',
      crate([
        { name: '././@LongLink', type: 'L', data: `${long}\0` },
        { name: long.slice(0, 100), data: 'x' },
        { name: 'PaxHeaders/x', type: 'x', data: pax({ mtime: '1.5', uid: '7' }) },
        { name: 'lib.rs', prefix: 'c-1.0.0/a', data: 'y' },
      ]),
    )
    expect(read.ok && read.value.map(e => e.path)).toEqual([long.slice(8), 'a/lib.rs'])
  })
  it('names that only Windows refuses, where there is no Windows', async () => {
    const odd = crate([{ name: 'c-1.0.0/src/aux.rs', data: 'x' }])
    expect((await readArchive('c', '1.0.0', odd, { platform: 'linux' })).ok).toBe(true)
    expect(await readArchive('c', '1.0.0', odd, { platform: 'win32' })).toMatchObject({
      error: { code: 'archive-hostile' },
    })
  })
})

describe('readArchive refuses', () => {
  const hostile: [what: string, bytes: Uint8Array, rule: RegExp][] = [
    ['a path that climbs out', crate([{ name: 'c-1.0.0/../../evil' }]), /\.\./],
    ['an absolute path', crate([{ name: '/etc/passwd' }]), /absolute/],
    ['a drive letter', crate([{ name: 'C:/evil' }]), /drive/],
    ['a backslash', crate([{ name: 'c-1.0.0/..\\..\\evil' }]), /backslash/],
    ['another top folder', crate([{ name: 'd-1.0.0/lib.rs' }]), /outside/],
    ['a top folder that only begins alike', crate([{ name: 'c-1.0.0-evil/lib.rs' }]), /outside/],
    ['a file in place of the top folder', crate([{ name: 'c-1.0.0', data: 'x' }]), /folder/],
    ['empty parts', crate([{ name: 'c-1.0.0//lib.rs' }]), /empty parts/],
    ['a symbolic link', crate([{ name: 'c-1.0.0/l', type: '2' }]), /symbolic link/],
    ['a hard link', crate([{ name: 'c-1.0.0/l', type: '1' }]), /hard link/],
    ['a character device', crate([{ name: 'c-1.0.0/l', type: '3' }]), /character device/],
    ['a block device', crate([{ name: 'c-1.0.0/l', type: '4' }]), /block device/],
    ['a named pipe', crate([{ name: 'c-1.0.0/l', type: '6' }]), /named pipe/],
    ['a sparse file', crate([{ name: 'c-1.0.0/l', type: 'S' }]), /sparse/],
    ['an unknown type', crate([{ name: 'c-1.0.0/l', type: 'Z' }]), /unknown type/],
    ['a name twice', crate([good, good]), /same name/],
    ['names that differ in case', crate([good, { name: 'c-1.0.0/src/LIB.rs' }]), /case/],
    ['folders that differ in case', crate([good, { name: 'c-1.0.0/SRC/other.rs' }]), /case/],
    [
      'names that differ in Unicode form',
      crate([{ name: 'c-1.0.0/caf\u00e9' }, { name: 'c-1.0.0/cafe\u0301' }]),
      /case/,
    ],
    ['a file that is also a folder', crate([{ name: 'c-1.0.0/src', data: 'x' }, good]), /both a file and a folder/],
    ['a control character', crate([{ name: 'c-1.0.0/a\nb' }]), /control/],
    ['a name that is not UTF-8', crate([{ name: Buffer.from([...Buffer.from('c-1.0.0/'), 0xff, 0xfe]) }]), /UTF-8/],
    ['a folder with content', crate([{ name: 'c-1.0.0/d/', type: '5', data: 'x' }]), /folder has content/],
    ['a pax path', crate([{ name: 'x', type: 'x', data: pax({ path: 'c-1.0.0/other' }) }, good]), /overrides "path"/],
    ['a pax size', crate([{ name: 'x', type: 'x', data: pax({ size: '5' }) }, good]), /overrides "size"/],
    [
      'a pax link path',
      crate([{ name: 'x', type: 'g', data: pax({ linkpath: '/etc' }) }, good]),
      /overrides "linkpath"/,
    ],
    ['pax sparse', crate([{ name: 'x', type: 'x', data: pax({ 'GNU.sparse.major': '1' }) }, good]), /overrides/],
    [
      'two long names in a row',
      crate([{ name: 'l', type: 'L', data: 'a' }, { name: 'l', type: 'L', data: 'b' }, good]),
      /two long names/,
    ],
    ['a long name that climbs out', crate([{ name: 'l', type: 'L', data: 'c-1.0.0/../x\0' }, good]), /\.\./],
    ['a long name without entry', crate([good, { name: 'l', type: 'L', data: 'a' }]), /belongs to no entry/],
    ['entries after the end marker', gzipSync(Buffer.concat([tar([good]), tar([good])])), /after the end marker/],
    [
      'bytes behind the archive',
      Buffer.concat([crate([good]), Buffer.from('trailing')]),
      /after the end of the compressed/,
    ],
    [
      'a second gzip member',
      Buffer.concat([crate([good]), crate([{ name: 'c-1.0.0/hidden.rs' }])]),
      /after the end of the compressed/,
    ],
    ['too many entries', crate(['a', 'b', 'c', 'd'].map(n => ({ name: `c-1.0.0/${n}` }))), /more than 3 entries/],
    ['too large a file', crate([{ name: 'c-1.0.0/a', data: 'x'.repeat(1_001) }]), /larger than 1000/],
    ['too deep a path', crate([{ name: 'c-1.0.0/a/b/c/d/e' }]), /more than 4 parts/],
    ['too long a path', crate([{ name: `c-1.0.0/${'n'.repeat(41)}` }]), /too long/],
    ['too much in total', gzipSync(tar([good], Buffer.alloc(50_000))), /unpacks to more than 40000/],
  ]
  it.each(hostile)('%s', async (_what, bytes, rule) => {
    const read = await readArchive('c', '1.0.0', bytes, { limits: small, platform: 'linux' })
    expect(read).toMatchObject({
      ok: false,
      error: { code: 'archive-hostile', crate: 'c 1.0.0', rule: expect.stringMatching(rule) },
    })
  })

  it('a bomb, before its content is read', async () => {
    const bomb = gzipSync(tar([{ name: 'c-1.0.0/zeros', data: Buffer.alloc(40 << 20) }]))
    expect(bomb.length).toBeLessThan(60_000)
    expect(await readArchive('c', '1.0.0', bomb)).toMatchObject({
      error: { code: 'archive-hostile', rule: expect.stringMatching(/times its size/) },
    })
  })

  const whole = crate([{ ...good, data: Buffer.from(Array.from({ length: 4_000 }, (_, i) => (i * 7919) % 251)) }])
  const flipped = Buffer.from(whole)
  flipped[flipped.length - 6]! ^= 0xff
  const damaged: [what: string, bytes: Uint8Array][] = [
    ['nothing', Buffer.alloc(0)],
    ['half of an archive', whole.subarray(0, whole.length / 2)],
    ['an archive without its last byte', whole.subarray(0, whole.length - 1)],
    ['something else', Buffer.from('<html>not here</html>')],
    ['a wrong sum of the compressed data', flipped],
    ['a tar that ends inside a file', gzipSync(tar([good]).subarray(0, 700))],
    ['a tar without an end', gzipSync(tar([good], Buffer.alloc(0)))],
    ['an entry larger than the tar', crate([{ ...good, statedSize: 900_000 }])],
    ['an entry of an impossible size', crate([{ ...good, statedSize: 2 ** 52 }])],
    ['a wrong header sum', crate([{ ...good, breakChecksum: true }])],
    ['malformed pax records', crate([{ name: 'x', type: 'x', data: '99 path=c\n' }, good])],
  ]
  it.each(damaged)('%s', async (_what, bytes) => {
    expect(await readArchive('c', '1.0.0', bytes)).toMatchObject({ ok: false, error: { code: 'archive-truncated' } })
  })
})
