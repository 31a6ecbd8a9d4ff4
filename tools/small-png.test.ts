import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readPng, smallPng } from './small-png.ts'

/** An RGB picture whose row `y` has the filter `y % 5`; checksums are left empty, as nothing here reads them. */
function picture(width: number, height: number, colourAt: (x: number, y: number) => number): Buffer {
  const pixel = (x: number, y: number) =>
    x < 0 || y < 0 ? [0, 0, 0] : [16, 8, 0].map(by => (colourAt(x, y) >> by) & 255)
  const rows = Array.from({ length: height }, (_, y) => [
    y % 5,
    ...Array.from({ length: width }, (_, x) =>
      [0, 1, 2].map(i => {
        const [here = 0, left = 0, up = 0, corner = 0] = [
          pixel(x, y),
          pixel(x - 1, y),
          pixel(x, y - 1),
          pixel(x - 1, y - 1),
        ].map(of => of[i] ?? 0)
        const p = left + up - corner
        const [a, b, c] = [Math.abs(p - left), Math.abs(p - up), Math.abs(p - corner)]
        const paeth = a <= b && a <= c ? left : b <= c ? up : corner
        return (here - ([0, left, up, (left + up) >> 1, paeth][y % 5] ?? 0)) & 255
      }),
    ).flat(),
  ])
  const chunk = (type: string, data: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(data.length)
    return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

test('keeps every pixel of a picture of few colours, through each filter', () => {
  const at = (x: number, y: number) => ((x * 7 + y * 13) % 200) * 0x010305
  const before = readPng(picture(40, 25, at))
  expect(before.colours[41]).toBe(at(1, 1))
  expect(readPng(smallPng(picture(40, 25, at)))).toEqual(before)
})

test('takes the nearest colour for those that are left out', () => {
  // 300 greys and reds: the 256 most frequent stay; the rest are close to one of them.
  const at = (x: number, y: number) => (y < 2 ? (x % 250) * 0x010101 : 0xff0000 + ((x + y) % 50))
  const [before, after] = [readPng(picture(500, 3, at)), readPng(smallPng(picture(500, 3, at)))]
  const channel = (colour: number, by: number) => (colour >> by) & 255
  before.colours.forEach((colour, i) => {
    for (const by of [16, 8, 0])
      expect(Math.abs(channel(colour, by) - channel(after.colours[i] ?? 0, by))).toBeLessThan(60)
  })
  expect(new Set(after.colours).size).toBeLessThanOrEqual(256)
})

test('keeps the hue of a small glyph beside many greys', () => {
  const violet = 0xc9a2ff
  const at = (x: number, y: number) =>
    x === 7 && y === 1 ? violet : ((x * 3 + y * 5) % 100) * 0x010101 + (y > 20 ? x : 0)
  expect(readPng(smallPng(picture(400, 30, at))).colours[407]).toBe(violet)
})

test('refuses what is no picture', () => {
  expect(() => smallPng(Buffer.from('GIF89a, and some more'))).toThrow('no PNG')
})
