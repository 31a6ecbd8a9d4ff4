/** The header of a gzip member (RFC 1952). Pure: inflating is the caller's. */

export interface GzipHeader {
  /** Where the compressed data begins. */
  readonly headerBytes: number
  readonly flags: number
  /** Seconds since the epoch; 0: none. */
  readonly mtime: number
  readonly extraFlags: number
  readonly os: number
  /** The stored file name, latin-1, at most 300 characters; null when there is none. */
  readonly name: string | null
}

/** The error is one sentence: too short, not gzip, or cut inside the header. */
export function readGzipHeader(bytes: Uint8Array): GzipHeader | string {
  const cut = 'the compressed data ends too early'
  if (bytes.length < 18) return 'it is too short to be an archive'
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8) return 'it is not a gzip file'
  const flags = bytes[3]!
  let at = 10
  let name: string | null = null
  if ((flags & 4) !== 0) at += 2 + (bytes[at]! | (bytes[at + 1]! << 8))
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue
    const zero = bytes.indexOf(0, at)
    if (zero === -1) return cut
    if (flag === 8) name = String.fromCharCode(...bytes.subarray(at, Math.min(zero, at + 300)))
    at = zero + 1
  }
  if ((flags & 2) !== 0) at += 2
  if (at + 8 >= bytes.length) return cut
  const mtime = (bytes[4]! | (bytes[5]! << 8) | (bytes[6]! << 16) | (bytes[7]! << 24)) >>> 0
  return { headerBytes: at, flags, mtime, extraFlags: bytes[8]!, os: bytes[9]!, name }
}
