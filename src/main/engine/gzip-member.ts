/** Inflates the first member of a gzip file within bounds. cargo stops there; Node's own gunzip goes on. */
import { isMarkedAsUntransferable } from 'node:worker_threads'
import type * as zlibModule from 'node:zlib'
import { MAX_CHUNK_BYTES, RATIO_FREE_BYTES, type ArchiveLimits } from './core/archive-limits.ts'
import { readGzipHeader, type GzipHeader } from './core/gzip.ts'

type Zlib = typeof zlibModule

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

interface Bounds {
  readonly maxOutputLength: number
  /** One buffer for all of it spares joining thousands of pieces. */
  readonly chunkSize: number
}

/** Kept: each import asks the loader again. */
let loaded: Zlib | null = null

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
  // The trailer states the size; it may lie, within bounds.
  const statedBytes = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true)
  const chunkSize = Math.min(Math.max(Math.min(statedBytes, maxBytes) + 64, 16 << 10), MAX_CHUNK_BYTES)
  const bounds = { maxOutputLength: maxBytes, chunkSize }
  const zlib = (loaded ??= await import('node:zlib'))
  const whole = await inflateWhole(zlib, bytes, bounds)
  if (whole !== null) return { header, content: whole, rest: new Uint8Array(), damage: null }
  const first = await inflateFirst(zlib, bytes, header, bounds)
  if (first !== 'too-large') return first
  const most = maxBytes < limits.maxTotalBytes ? `${limits.maxRatio} times its size` : `${maxBytes} bytes`
  return { kind: first, text: `the archive unpacks to more than ${most}` }
}

/**
 * Gives the memory of a content back at once, of which the collector takes notice late; views of it are empty from then
 * on. A small one may lie in the pool of Node's buffers and stays.
 */
export function freeContent({ content: { buffer } }: Pick<GzipMember, 'content'>): void {
  if (buffer instanceof ArrayBuffer && !isMarkedAsUntransferable(buffer)) buffer.transfer(0)
}

let hasStrictGunzip: boolean | null = null

/** Whether this Node refuses whatever follows the first member, another one included, when it is told to. */
function isStrict({ gunzipSync, gzipSync }: Zlib): boolean {
  if (hasStrictGunzip !== null) return hasStrictGunzip
  const [empty, other] = [gzipSync(''), gzipSync('other')]
  try {
    gunzipSync(Buffer.concat([empty, other]), { rejectGarbageAfterEnd: true })
    return (hasStrictGunzip = false)
  } catch {
    return (hasStrictGunzip = true)
  }
}

/**
 * A sound file of one member, as all are that cargo makes: zlib takes its checksum on the way, in another thread. Null
 * for anything else, which `inflateFirst` can tell apart.
 */
function inflateWhole(zlib: Zlib, bytes: Uint8Array, bounds: Bounds): Promise<Uint8Array | null> {
  if (!isStrict(zlib)) return Promise.resolve(null)
  return new Promise(resolve => {
    zlib.gunzip(bytes, { ...bounds, rejectGarbageAfterEnd: true }, (error, content) =>
      resolve(error === null ? content : null),
    )
  })
}

async function inflateFirst(
  zlib: Zlib,
  bytes: Uint8Array,
  header: GzipHeader,
  bounds: Bounds,
): Promise<GzipMember | GzipProblem | 'too-large'> {
  const inflated = await inflate(zlib, bytes.subarray(header.headerBytes), bounds)
  if (inflated === 'too-large' || 'kind' in inflated) return inflated
  const { content, compressedBytes } = inflated
  const end = header.headerBytes + compressedBytes
  if (end + 8 > bytes.length) {
    return { header, content, rest: new Uint8Array(), damage: 'the archive ends before its checksum' }
  }
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + end, 8)
  const isSound = trailer.getUint32(0, true) === zlib.crc32(content) && trailer.getUint32(4, true) === content.length
  const damage = isSound ? null : 'the compressed data does not have the checksum it states'
  return { header, content, rest: bytes.subarray(end + 8), damage }
}

function inflate(
  { inflateRaw }: Zlib,
  compressed: Uint8Array,
  bounds: Bounds,
): Promise<{ readonly content: Uint8Array; readonly compressedBytes: number } | GzipProblem | 'too-large'> {
  return new Promise(resolve => {
    inflateRaw(compressed, { info: true, ...bounds }, (error: NodeJS.ErrnoException | null, result: unknown) => {
      if (error === null) {
        const { buffer, engine } = result as { buffer: Uint8Array; engine: { bytesWritten: number } }
        resolve({ content: buffer, compressedBytes: engine.bytesWritten })
      } else if (error.code === 'ERR_BUFFER_TOO_LARGE') {
        resolve('too-large')
      } else if (error.code === 'Z_BUF_ERROR') {
        resolve({ kind: 'truncated', text: 'the compressed data ends too early' })
      } else resolve({ kind: 'damaged', text: `the compressed data is damaged: ${error.message}` })
    })
  })
}
