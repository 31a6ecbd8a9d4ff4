/** The first member of a gzip file: what a sound one holds, and that nothing else is taken for sound. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deflateRawSync, gzipSync, inflateRawSync } from 'node:zlib'
import { ARCHIVE_LIMITS } from './core/archive-limits.ts'
import { readGzipHeader } from './core/gzip.ts'
import { readFirstMember } from './gzip-member.ts'

const read = (bytes: Uint8Array) => readFirstMember(bytes, ARCHIVE_LIMITS)
const some = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ maxLength: 300 }).map(text => Buffer.from(text)),
)
const none = new Uint8Array()

describe('the first member of a gzip file', () => {
  it('is all of a sound file, from wherever it is read', async () => {
    await fc.assert(
      fc.asyncProperty(some, fc.nat({ max: 9 }), async (content, at) => {
        const file = Buffer.concat([Buffer.alloc(at), gzipSync(content)])
        const member = await read(file.subarray(at))
        expect(member).toMatchObject({ damage: null, rest: none })
        expect('content' in member && Buffer.from(member.content)).toEqual(Buffer.from(content))
      }),
    )
  })

  it('ends where it ends, whatever follows', async () => {
    const follows = fc.oneof(
      some,
      some.map(next => gzipSync(next)),
      fc.constant(new Uint8Array(5)),
    )
    await fc.assert(
      fc.asyncProperty(some, follows, async (content, rest) => {
        const member = await read(Buffer.concat([gzipSync(content), rest]))
        expect(member).toMatchObject({ damage: null })
        expect('rest' in member && Buffer.from(member.rest)).toEqual(Buffer.from(rest))
        expect('content' in member && Buffer.from(member.content)).toEqual(Buffer.from(content))
      }),
    )
  })

  it('is never sound with another content after a byte has changed', async () => {
    await fc.assert(
      fc.asyncProperty(some, fc.nat(), fc.integer({ min: 1, max: 255 }), async (content, place, change) => {
        const file = gzipSync(content)
        file[place % file.length]! ^= change
        const member = await read(file)
        if (!('content' in member) || member.damage !== null) return
        expect(Buffer.from(member.content)).toEqual(Buffer.from(content))
      }),
      { numRuns: 1_000 },
    )
  })

  it('is not whole when it was cut', async () => {
    const content = Buffer.from('one two three '.repeat(20))
    const file = gzipSync(content)
    for (let length = 0; length < file.length; length++) {
      const member = await read(file.subarray(0, length))
      expect('kind' in member || member.damage !== null, `of ${length} bytes`).toBe(true)
    }
  })

  it('may say how large it is, but not be larger than that', async () => {
    const raw = deflateRawSync(Buffer.alloc(1_000))
    const lying = Buffer.concat([gzipSync('').subarray(0, 10), raw, Buffer.from([0, 0, 0, 0, 1, 0, 0, 0])])
    const header = readGzipHeader(lying)
    expect(typeof header === 'string' ? 0 : inflateRawSync(lying.subarray(header.headerBytes)).length).toBe(1_000)
    expect(await read(lying)).toMatchObject({ damage: 'the compressed data does not have the checksum it states' })
  })

  it('is bounded by its size and by that of the file', async () => {
    const bomb = gzipSync(Buffer.alloc(40 << 20))
    expect(await read(bomb)).toEqual({ kind: 'too-large', text: 'the archive unpacks to more than 250 times its size' })
    const small = { ...ARCHIVE_LIMITS, maxTotalBytes: 1_000 }
    const text = 'the archive unpacks to more than 1000 bytes'
    expect(await readFirstMember(gzipSync(Buffer.alloc(1_001)), small)).toEqual({ kind: 'too-large', text })
    expect(await readFirstMember(gzipSync(Buffer.alloc(1_000)), small)).toMatchObject({ damage: null })
  })
})
