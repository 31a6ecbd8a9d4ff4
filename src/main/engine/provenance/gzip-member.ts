/** Inflates the first member of a gzip file within bounds. cargo stops there; Node's own gunzip goes on. */
import { crc32, inflateRaw } from 'node:zlib'
import { MAX_CHUNK_BYTES, RATIO_FREE_BYTES, type ArchiveLimits } from '../core/archive-limits.ts'
import { readGzipHeader, type GzipHeader } from '../core/gzip.ts'

export interface GzipMember {
  readonly header: GzipHeader
  readonly content: Uint8Array
  /** What follows the member's trailer. */
  readonly rest: Uint8Array
  /** One sentence when the trailer is missing or does not agree with the content; null when it does. */
  readonly damage: string | null
}
export interface GzipProblem {
  readonly kind: 'not-gzip' | 'truncated' | 'damaged' | 'too-large'
  readonly text: string
}

/** Never rejects. Memory is bounded by `maxTotalBytes` and by `maxRatio` times the size of `bytes`. */
export async function readFirstMember(bytes: Uint8Array, limits: ArchiveLimits): Promise<GzipMember | GzipProblem> {
  if (bytes.length > limits.maxCompressedBytes) {
    return { kind: 'too-large', text: `the archive is larger than ${limits.maxCompressedBytes} bytes` }
  }
  const header = readGzipHeader(bytes)
  if (typeof header === 'string') {
    return { kind: bytes[0] === 0x1f && bytes[1] === 0x8b ? 'truncated' : 'not-gzip', text: header }
  }
  const maxBytes = Math.min(limits.maxTotalBytes, Math.max(RATIO_FREE_BYTES, limits.maxRatio * bytes.length))
  const inflated = await inflate(bytes, header.headerBytes, maxBytes)
  if ('kind' in inflated) return inflated
  const { content, compressedBytes } = inflated
  const end = header.headerBytes + compressedBytes
  if (end + 8 > bytes.length) {
    return { header, content, rest: new Uint8Array(), damage: 'the archive ends before its checksum' }
  }
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + end, 8)
  const isSound = trailer.getUint32(0, true) === crc32(content) && trailer.getUint32(4, true) === content.length
  const damage = isSound ? null : 'the compressed data does not have the checksum it states'
  return { header, content, rest: bytes.subarray(end + 8), damage }
}

function inflate(
  bytes: Uint8Array,
  headerBytes: number,
  maxBytes: number,
): Promise<{ readonly content: Uint8Array; readonly compressedBytes: number } | GzipProblem> {
  // The trailer states the size: one buffer of it spares joining thousands of pieces. It may lie, within bounds.
  const statedBytes = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true)
  const chunkSize = Math.min(Math.max(Math.min(statedBytes, maxBytes) + 64, 16 << 10), MAX_CHUNK_BYTES)
  return new Promise(resolve => {
    inflateRaw(
      bytes.subarray(headerBytes),
      { info: true, maxOutputLength: maxBytes, chunkSize },
      (error: NodeJS.ErrnoException | null, result: unknown) => {
        if (error === null) {
          const { buffer, engine } = result as { buffer: Uint8Array; engine: { bytesWritten: number } }
          resolve({ content: buffer, compressedBytes: engine.bytesWritten })
        } else if (error.code === 'ERR_BUFFER_TOO_LARGE') {
          resolve({ kind: 'too-large', text: `the archive unpacks to more than ${maxBytes} bytes` })
        } else if (error.code === 'Z_BUF_ERROR') {
          resolve({ kind: 'truncated', text: 'the compressed data ends too early' })
        } else resolve({ kind: 'damaged', text: `the compressed data is damaged: ${error.message}` })
      },
    )
  })
}
