/** The sum of a tar header: the same as adding its bytes one by one, wherever the archive lies in memory. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { walkTar } from './tar.ts'

const BLOCK = 512
const bytesOf = (numbers: readonly number[]): Uint8Array => Uint8Array.from(numbers)

/** A header of these bytes for an empty file, with the sum of them all and `off` more. */
function header(bytes: Uint8Array, off: number): Uint8Array {
  const block = new Uint8Array(BLOCK)
  block.set(bytes)
  block.set(new TextEncoder().encode('0000644\0'), 100)
  block.set(new TextEncoder().encode('00000000000\0'), 124)
  block.fill(0x20, 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.set(new TextEncoder().encode(`${(sum + off).toString(8).padStart(6, '0')}\0 `), 148)
  return block
}
/** An archive of these headers and its end, `at` bytes into its buffer. */
function placed(headers: readonly Uint8Array[], at: number, isBuffer: boolean): Uint8Array {
  const whole = new Uint8Array(at + (headers.length + 2) * BLOCK)
  headers.forEach((block, i) => whole.set(block, at + i * BLOCK))
  return isBuffer ? Buffer.from(whole.buffer, at) : whole.subarray(at)
}
const someBytes = fc
  .array(fc.oneof(fc.constant(255), fc.nat({ max: 255 })), { minLength: BLOCK, maxLength: BLOCK })
  .map(bytesOf)

describe('the sum of a tar header', () => {
  it('is that of its bytes', () => {
    fc.assert(
      fc.property(
        fc.array(someBytes, { minLength: 1, maxLength: 3 }),
        fc.nat({ max: 9 }),
        fc.boolean(),
        (all, at, b) => {
          const walk = walkTar(
            placed(
              all.map(bytes => header(bytes, 0)),
              at,
              b,
            ),
            10,
          )
          expect(walk.damage).toBeNull()
          expect(walk.headers).toHaveLength(all.length)
        },
      ),
    )
  })

  it.each([-1, 1, 256, 65_536])('is refused when it is %i off, with its place', off => {
    const good = header(new Uint8Array(BLOCK).fill(255), 0)
    const bad = header(new Uint8Array(BLOCK).fill(255), off)
    expect(walkTar(placed([good, bad], 1, true), 10).damage).toBe('the header at byte 512 has a wrong checksum')
  })
})
