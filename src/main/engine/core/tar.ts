/**
 * The entries of a tar in memory, header by header, nothing merged or skipped silently: every header is given to the
 * caller as it stands, with its checksum verified. Understands what cargo writes and reads (ustar, GNU long names, pax).
 * Libraries hide pax records and long-name headers, which is where the tricks are.
 */

export interface TarHeader {
  /** As stated, undecoded: the caller decides about encoding. */
  readonly name: Uint8Array
  readonly type: string
  readonly mode: number
  readonly sizeBytes: number
  /** View into the tar, not a copy. */
  readonly data: Uint8Array
  /** The header's own 512 bytes. */
  readonly block: Uint8Array
}

/** Damaged: not a tar, or cut short. `hostile` problems are the caller's to find. */
export class TarError extends Error {}

const BLOCK = 512

export interface TarWalk {
  readonly headers: readonly TarHeader[]
  /** What follows the end marker; empty when there is none or the walk ended early. */
  readonly rest: Uint8Array
  /** Why the walk ended before an end marker, in one sentence; null when it did not. */
  readonly damage: string | null
  /** The tar stops where a header would begin. cargo takes that for the end, other readers complain. */
  readonly lacksEnd: boolean
}

/** Headers in order up to the end marker, the damage, or one entry more than `maxEntries`. Never throws. */
export function walkTar(bytes: Uint8Array, maxEntries: number): TarWalk {
  // A Buffer's views cost several times as much as plain ones, and there are three for each entry.
  const { buffer, byteOffset, length } = bytes
  const tar = byteOffset % 4 === 0 ? new Uint8Array(buffer, byteOffset, length) : new Uint8Array(bytes)
  const words = new Uint32Array(tar.buffer, tar.byteOffset, tar.length >> 2)
  const headers: TarHeader[] = []
  const nothing = tar.subarray(tar.length)
  let at = 0
  try {
    while (at !== tar.length) {
      if (at + BLOCK > tar.length) throw new TarError(`the tar ends inside a header at byte ${at}`)
      const block = tar.subarray(at, at + BLOCK)
      if (block[0] === 0 && isZero(block)) {
        return { headers, rest: tar.subarray(at + BLOCK), damage: null, lacksEnd: false }
      }
      if (sumOf(words, block, at) !== readNumber(block, 148, 8))
        throw new TarError(`the header at byte ${at} has a wrong checksum`)
      const header = readHeader(tar, block, at)
      headers.push(header)
      if (headers.length > maxEntries) return { headers, rest: nothing, damage: null, lacksEnd: false }
      at += BLOCK + Math.ceil(header.sizeBytes / BLOCK) * BLOCK
      // The last padding may be missing: the next round then finds itself past the end.
      if (at > tar.length) throw new TarError(`the tar ends inside a header at byte ${at}`)
    }
  } catch (error) {
    if (!(error instanceof TarError)) throw error
    return { headers, rest: nothing, damage: error.message, lacksEnd: false }
  }
  return { headers, rest: nothing, damage: null, lacksEnd: true }
}

function readHeader(tar: Uint8Array, block: Uint8Array, at: number): TarHeader {
  const sizeBytes = readNumber(block, 124, 12)
  const start = at + BLOCK
  if (start + sizeBytes > tar.length) throw new TarError(`an entry of ${sizeBytes} bytes is cut short`)
  return {
    name: entryName(block),
    type: String.fromCharCode(block[156]!),
    mode: readNumber(block, 100, 8),
    sizeBytes,
    data: tar.subarray(start, start + sizeBytes),
    block,
  }
}

/**
 * Headers in order up to the end marker (two zero blocks, or one at the end of the data as some writers leave it).
 * `rest` is what follows the marker. Throws TarError.
 */
export function readTar(
  tar: Uint8Array,
  maxEntries: number,
): { readonly headers: readonly TarHeader[]; readonly rest: Uint8Array } {
  const walk = walkTar(tar, maxEntries)
  if (walk.damage !== null) throw new TarError(walk.damage)
  if (walk.lacksEnd) throw new TarError('the tar has no end marker')
  return walk
}

export interface TarOwner {
  readonly mtime: number
  readonly uid: number
  readonly gid: number
  /** `ustar` and `gnu` by the eight bytes of magic and version. */
  readonly magic: 'ustar' | 'gnu' | 'other'
  /** User and group name as stated, empty for none. */
  readonly names: string
}

/** What a header says besides name, type and size; a number that cannot be read is -1. */
export function tarOwner(header: TarHeader): TarOwner {
  const { block } = header
  const number = (offset: number, length: number): number => {
    try {
      return readNumber(block, offset, length)
    } catch {
      return -1
    }
  }
  const hasNames = block[265] !== 0 || block[297] !== 0
  return {
    mtime: number(136, 12),
    uid: number(108, 8),
    gid: number(116, 8),
    magic: magicOf(block),
    names: hasNames
      ? `${latin(untilZero(block.subarray(265, 297)))}:${latin(untilZero(block.subarray(297, 329)))}`
      : '',
  }
}

const latin = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

function magicOf(block: Uint8Array): TarOwner['magic'] {
  const magic = latin(block.subarray(257, 265))
  if (magic.startsWith('ustar\0')) return 'ustar'
  return magic === 'ustar  \0' ? 'gnu' : 'other'
}

export function isZero(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false
  return true
}

/**
 * The sum of all bytes of the header at `at`, its own eight taken for spaces. Four bytes are added at a time, in two
 * pairs of lanes of 16 bits that cannot overflow: most of an archive of many small files is headers.
 */
function sumOf(words: Uint32Array, block: Uint8Array, at: number): number {
  let even = 0
  let odd = 0
  for (let i = at / 4; i < (at + BLOCK) / 4; i++) {
    const word = words[i]!
    even += word & 0xff00ff
    odd += (word >>> 8) & 0xff00ff
  }
  let sum = (even & 0xffff) + (even >>> 16) + (odd & 0xffff) + (odd >>> 16)
  for (let i = 148; i < 156; i++) sum += 0x20 - block[i]!
  return sum
}

/** Octal text, or GNU's base 256 for large values. */
function readNumber(block: Uint8Array, offset: number, length: number): number {
  let plain = 0
  let end = offset
  const last = offset + length
  while (end < last && block[end]! >= 0x30 && block[end]! <= 0x37) plain = plain * 8 + (block[end++]! - 0x30)
  if (end > offset && (end === last || block[end] === 0)) return plain
  const field = block.subarray(offset, last)
  if ((field[0]! & 0x80) !== 0) {
    let value = BigInt(field[0]! & 0x7f)
    for (const byte of field.subarray(1)) value = (value << 8n) | BigInt(byte)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new TarError('a header states an impossible number')
    return Number(value)
  }
  const text = String.fromCharCode(...field)
    .replace(/\0.*$/s, '')
    .trim()
  if (text === '') return 0
  if (!/^[0-7]+$/.test(text)) throw new TarError('a header holds a number that is not octal')
  return Number.parseInt(text, 8)
}

/** `ustar` and a zero: the magic of POSIX, under which a name may go on in a prefix; GNU's has a space. */
const USTAR = [0x75, 0x73, 0x74, 0x61, 0x72, 0]

function entryName(block: Uint8Array): Uint8Array {
  const name = untilZero(block.subarray(0, 100))
  if (block[345] === 0 || !USTAR.every((byte, i) => block[257 + i] === byte)) return name
  const prefix = untilZero(block.subarray(345, 500))
  const joined = new Uint8Array(prefix.length + 1 + name.length)
  joined.set(prefix)
  joined[prefix.length] = 0x2f
  joined.set(name, prefix.length + 1)
  return joined
}

export function untilZero(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0)
  return end === -1 ? bytes : bytes.subarray(0, end)
}

/** `LENGTH KEY=VALUE\n` records. Throws TarError when the lengths do not add up. */
export function readPax(data: Uint8Array): { readonly key: string; readonly value: Uint8Array }[] {
  const records: { key: string; value: Uint8Array }[] = []
  let at = 0
  while (at < data.length) {
    const space = data.indexOf(0x20, at)
    const length = space === -1 ? Number.NaN : Number(String.fromCharCode(...data.subarray(at, space)))
    const end = at + length
    const equals = data.indexOf(0x3d, space)
    if (
      !Number.isInteger(length) ||
      length <= 0 ||
      end > data.length ||
      data[end - 1] !== 0x0a ||
      equals === -1 ||
      equals >= end
    ) {
      throw new TarError('a pax header is malformed')
    }
    records.push({
      key: new TextDecoder().decode(data.subarray(space + 1, equals)),
      value: data.subarray(equals + 1, end - 1),
    })
    at = end
  }
  return records
}
