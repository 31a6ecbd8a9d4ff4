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
}

/** Damaged: not a tar, or cut short. `hostile` problems are the caller's to find. */
export class TarError extends Error {}

const BLOCK = 512

/**
 * Headers in order up to the end marker (two zero blocks, or one at the end of the data as some writers leave it).
 * `rest` is what follows the marker. Throws TarError.
 */
export function readTar(
  tar: Uint8Array,
  maxEntries: number,
): { readonly headers: TarHeader[]; readonly rest: Uint8Array } {
  const headers: TarHeader[] = []
  let at = 0
  while (true) {
    if (at === tar.length) throw new TarError('the tar has no end marker')
    if (at + BLOCK > tar.length) throw new TarError(`the tar ends inside a header at byte ${at}`)
    const block = tar.subarray(at, at + BLOCK)
    if (isZero(block)) return { headers, rest: tar.subarray(at + BLOCK) }
    verifyChecksum(block, at)
    const sizeBytes = readNumber(block, 124, 12)
    const start = at + BLOCK
    if (start + sizeBytes > tar.length) throw new TarError(`an entry of ${sizeBytes} bytes is cut short`)
    headers.push({
      name: entryName(block),
      type: String.fromCharCode(block[156]!),
      mode: readNumber(block, 100, 8),
      sizeBytes,
      data: tar.subarray(start, start + sizeBytes),
    })
    if (headers.length > maxEntries) return { headers, rest: tar.subarray(tar.length) }
    at = start + Math.ceil(sizeBytes / BLOCK) * BLOCK
  }
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every(byte => byte === 0)
}

function verifyChecksum(block: Uint8Array, at: number): void {
  const stated = readNumber(block, 148, 8)
  let sum = 0
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : block[i]!
  if (sum !== stated) throw new TarError(`the header at byte ${at} has a wrong checksum`)
}

/** Octal text, or GNU's base 256 for large values. */
function readNumber(block: Uint8Array, offset: number, length: number): number {
  const field = block.subarray(offset, offset + length)
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

function entryName(block: Uint8Array): Uint8Array {
  const name = untilZero(block.subarray(0, 100))
  const isUstar = String.fromCharCode(...block.subarray(257, 263)) === 'ustar\0'
  const prefix = isUstar ? untilZero(block.subarray(345, 500)) : new Uint8Array()
  if (prefix.length === 0) return name
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
