/**
 * Pictures of pages with at most 256 colours: a third of the size, and no eye tells them apart. Reads what a browser
 * writes (8 bits, RGB or RGBA without transparency, not interlaced) and writes a palette.
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const MOST_COLOURS = 256
/** Colours that are equal under it are of one hue. */
const COARSE = 0xe0e0e0

interface Pixels {
  readonly width: number
  readonly height: number
  /** 0xRRGGBB, row by row. */
  readonly colours: Uint32Array
}

/** The picture with the most frequent colours, each other one as the nearest of them. Throws on other kinds of PNG. */
export function smallPng(png: Buffer): Buffer {
  const { width, height, colours } = readPng(png)
  const { palette, indexOf } = paletteOf(colours)
  const rows = Buffer.alloc(height * (width + 1))
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = indexOf(colours[y * width + x] ?? 0)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap(colour => [colour >> 16, (colour >> 8) & 255, colour & 255]))),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function paletteOf(colours: Uint32Array): { palette: readonly number[]; indexOf: (colour: number) => number } {
  const counts = new Map<number, number>()
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1)
  const byCount = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([colour]) => colour)
  // A small glyph has few pixels, and its hue means something: the most frequent colour of each hue comes first.
  const hues = new Map<number, number>()
  for (const colour of byCount) if (!hues.has(colour & COARSE)) hues.set(colour & COARSE, colour)
  const palette = [...new Set([...[...hues.values()].slice(0, MOST_COLOURS / 2), ...byCount])].slice(0, MOST_COLOURS)
  const known = new Map(palette.map((colour, i) => [colour, i]))
  const indexOf = (colour: number): number => {
    const found = known.get(colour)
    if (found !== undefined) return found
    let [best, least] = [0, Infinity]
    palette.forEach((other, i) => {
      const far = distance(colour, other)
      if (far < least) [best, least] = [i, far]
    })
    known.set(colour, best)
    return best
  }
  return { palette, indexOf }
}

function distance(a: number, b: number): number {
  const [red, green, blue] = [(a >> 16) - (b >> 16), ((a >> 8) & 255) - ((b >> 8) & 255), (a & 255) - (b & 255)]
  return 3 * red * red + 4 * green * green + 2 * blue * blue
}

/** The colours of a PNG; transparency is left out. */
export function readPng(png: Buffer): Pixels {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new Error('no PNG')
  const parts: Buffer[] = []
  let [header, palette] = [Buffer.alloc(0), Buffer.alloc(0)]
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at)
    const [type, data] = [png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length)]
    if (type === 'IHDR') header = Buffer.from(data)
    if (type === 'PLTE') palette = Buffer.from(data)
    if (type === 'IDAT') parts.push(data)
    at += 12 + length
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const perPixel = { 2: 3, 3: 1, 6: 4 }[header[9] ?? 0]
  if (header[8] !== 8 || perPixel === undefined || header[12] !== 0) throw new Error('a kind of PNG no browser writes')
  const bytes = unfilter(inflateSync(Buffer.concat(parts)), width * perPixel, height, perPixel)
  const colours = Uint32Array.from({ length: width * height }, (_, i) =>
    perPixel === 1 ? palette.readUIntBE((bytes[i] ?? 0) * 3, 3) : bytes.readUIntBE(i * perPixel, 3),
  )
  return { width, height, colours }
}

/** Undoes the five filters of PNG, row by row. */
function unfilter(raw: Buffer, stride: number, height: number, perPixel: number): Buffer {
  const out = Buffer.alloc(stride * height)
  const at = (y: number, x: number) => (y < 0 || x < 0 ? 0 : (out[y * stride + x] ?? 0))
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)] ?? 0
    for (let x = 0; x < stride; x++) {
      const [left, up, corner] = [at(y, x - perPixel), at(y - 1, x), x < perPixel ? 0 : at(y - 1, x - perPixel)]
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0
      out[y * stride + x] = ((raw[y * (stride + 1) + 1 + x] ?? 0) + guess) & 255
    }
  }
  return out
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
