/**
 * git's pack files as data: the index (version 2), the head of an entry, and deltas. Pure. The packs are our own git's,
 * but what they hold was sent by others and disks fail: everything is checked against the bytes that are there, and what
 * is not understood gives null. Format: git's Documentation/gitformat-pack.
 */
import { createHash } from 'node:crypto'
import { inflateSync } from 'node:zlib'

export type ObjectKind = 'commit' | 'tree' | 'blob' | 'tag'

const OID_BYTES = 20
const INDEX_MAGIC = 0xff744f63
const FANOUT_AT = 8
const OIDS_AT = FANOUT_AT + 1024
const IS_LARGE_OFFSET = 0x80000000
/** The first entry follows the pack's own header. */
const FIRST_ENTRY_AT = 12
/** Of a size or a distance: 7 bits a byte, within what a double counts exactly. */
const MAX_NUMBER_BYTES = 7
/** Most that the head of an entry takes: its size, and a base. */
export const ENTRY_HEAD_BYTES = 1 + MAX_NUMBER_BYTES + OID_BYTES

export interface PackIndex {
  readonly objectCount: number
  /** Of the file. */
  readonly sizeBytes: number
  /** Where the object's entry begins in the pack; null when the pack has no such object. `oid` has 20 bytes. */
  offsetOf(oid: Buffer): number | null
}

/** Null: not version 2, another hash than SHA-1, or damaged (the file's own checksum is tried). */
export function parsePackIndex(file: Buffer): PackIndex | null {
  if (file.length < OIDS_AT + 2 * OID_BYTES) return null
  if (file.readUInt32BE(0) !== INDEX_MAGIC || file.readUInt32BE(4) !== 2) return null
  const objectCount = file.readUInt32BE(OIDS_AT - 4)
  const offsetsAt = OIDS_AT + objectCount * (OID_BYTES + 4)
  const largeAt = offsetsAt + objectCount * 4
  const largeBytes = file.length - 2 * OID_BYTES - largeAt
  if (largeBytes < 0 || largeBytes % 8 !== 0) return null
  const body = file.subarray(0, -OID_BYTES)
  if (!createHash('sha1').update(body).digest().equals(file.subarray(-OID_BYTES))) return null
  const offsetAt = (position: number): number | null => {
    const offset = file.readUInt32BE(offsetsAt + position * 4)
    if (offset < IS_LARGE_OFFSET) return offset
    const at = (offset - IS_LARGE_OFFSET) * 8
    if (at >= largeBytes) return null
    const large = Number(file.readBigUInt64BE(largeAt + at))
    return Number.isSafeInteger(large) ? large : null
  }
  return {
    objectCount,
    sizeBytes: file.length,
    offsetOf(oid) {
      const first = oid[0] ?? 0
      let low = first === 0 ? 0 : file.readUInt32BE(FANOUT_AT + first * 4 - 4)
      let high = Math.min(file.readUInt32BE(FANOUT_AT + first * 4), objectCount)
      while (low < high) {
        const middle = (low + high) >>> 1
        const at = OIDS_AT + middle * OID_BYTES
        const order = file.compare(oid, 0, OID_BYTES, at, at + OID_BYTES)
        if (order === 0) return offsetAt(middle)
        if (order < 0) low = middle + 1
        else high = middle
      }
      return null
    },
  }
}

export interface EntryHead {
  /** `delta`: the body says how to make the object from another one. */
  readonly kind: ObjectKind | 'delta'
  /** Of the unpacked body. */
  readonly sizeBytes: number
  /** Where the packed body begins, counted from the entry. */
  readonly headBytes: number
  /** Of a delta: where its base lies in the same pack, or the base's id. */
  readonly base: number | Buffer | null
}

const KINDS: Readonly<Record<number, EntryHead['kind']>> = {
  1: 'commit',
  2: 'tree',
  3: 'blob',
  4: 'tag',
  6: 'delta',
  7: 'delta',
}
const BASE_BY_DISTANCE = 6

/** `bytes` begin with the entry that lies at `entryAt` in its pack. */
export function parseEntryHead(bytes: Buffer, entryAt: number): EntryHead | null {
  const first = bytes[0]
  if (first === undefined || entryAt < FIRST_ENTRY_AT) return null
  const type = (first >> 4) & 7
  const kind = KINDS[type]
  if (kind === undefined) return null
  let sizeBytes = first & 15
  let at = 1
  let factor = 16
  for (let byte = first; byte >= 0x80; factor *= 128) {
    byte = bytes[at++] ?? -1
    if (byte < 0 || at > MAX_NUMBER_BYTES) return null
    sizeBytes += (byte & 127) * factor
  }
  if (kind !== 'delta') return { kind, sizeBytes, headBytes: at, base: null }
  if (type !== BASE_BY_DISTANCE) {
    const base = Buffer.from(bytes.subarray(at, at + OID_BYTES))
    return base.length === OID_BYTES ? { kind, sizeBytes, headBytes: at + OID_BYTES, base } : null
  }
  const distanceAt = at
  let distance = -1
  for (let byte = 0x80; byte >= 0x80;) {
    byte = bytes[at++] ?? -1
    if (byte < 0 || at - distanceAt > MAX_NUMBER_BYTES) return null
    distance = (distance + 1) * 128 + (byte & 127)
  }
  const base = entryAt - distance
  return distance > 0 && base >= FIRST_ENTRY_AT ? { kind, sizeBytes, headBytes: at, base } : null
}

/** At least as many bytes as a body of this size takes when packed, however badly it packs. */
export const packedBound = (sizeBytes: number) => sizeBytes + (sizeBytes >>> 6) + 256

/** Unpacks what `packed` begins with. Null: damaged, or not `sizeBytes` long. */
export function inflateExactly(packed: Buffer, sizeBytes: number): Buffer | null {
  try {
    // One byte more, so that the end is met without asking for another piece.
    const options = { chunkSize: Math.max(64, sizeBytes + 1), maxOutputLength: Math.max(1, sizeBytes) }
    const bytes = inflateSync(packed, options)
    return bytes.length === sizeBytes ? bytes : null
  } catch {
    return null
  }
}

/** The object that a delta makes of its base. Null: damaged, for another base, or larger than `maxBytes`. */
export function applyDelta(base: Buffer, delta: Buffer, maxBytes: number): Buffer | null {
  let at = 0
  const readSize = (): number => {
    let size = 0
    for (let factor = 1, count = 0; count < MAX_NUMBER_BYTES; factor *= 128, count++) {
      const byte = delta[at++]
      if (byte === undefined) return -1
      size += (byte & 127) * factor
      if (byte < 0x80) return size
    }
    return -1
  }
  if (readSize() !== base.length) return null
  const size = readSize()
  if (size < 0 || size > maxBytes) return null
  const made = Buffer.allocUnsafe(size)
  let filled = 0
  while (at < delta.length) {
    const order = delta[at++]!
    let [from, length, source] = [0, order, base]
    if (order >= 0x80) {
      // Bits 0 to 3: which bytes of the place follow; bits 4 to 6: which of the length.
      length = 0
      for (let i = 0; i < 4; i++) if ((order & (1 << i)) !== 0) from += (delta[at++] ?? NaN) * 2 ** (8 * i)
      for (let i = 0; i < 3; i++) if ((order & (16 << i)) !== 0) length += (delta[at++] ?? NaN) * 2 ** (8 * i)
      if (length === 0) length = 0x10000
    } else {
      source = delta
      from = at
      at += length
    }
    // Written so that NaN, from bytes that are not there, is refused too. An order of 0 is reserved.
    if (!(order > 0 && from + length <= source.length && filled + length <= size)) return null
    source.copy(made, filled, from, from + length)
    filled += length
  }
  return filled === size ? made : null
}
