/**
 * What can be said of a file that is not shown as text: size, hash, a type sniffed from its first bytes, and the
 * printable strings in it. Never decoded, never run.
 */
import { createHash } from 'node:crypto'
import type { BlobInfo } from '../../../shared/wire.ts'

const MAX_STRINGS = 40
const MAX_STRING_LENGTH = 160
const MIN_STRING_LENGTH = 6

const MAGIC: readonly (readonly [readonly number[], string])[] = [
  [[0x7f, 0x45, 0x4c, 0x46], 'ELF program or library'],
  [[0x4d, 0x5a], 'Windows program or library'],
  [[0xcf, 0xfa, 0xed, 0xfe], 'Mach-O program or library'],
  [[0xce, 0xfa, 0xed, 0xfe], 'Mach-O program or library'],
  [[0xca, 0xfe, 0xba, 0xbe], 'Mach-O universal program or Java class'],
  [[0x00, 0x61, 0x73, 0x6d], 'WebAssembly module'],
  [[0x21, 0x3c, 0x61, 0x72, 0x63, 0x68, 0x3e], 'static library (ar archive)'],
  [[0x50, 0x4b, 0x03, 0x04], 'ZIP archive'],
  [[0x1f, 0x8b], 'gzip data'],
  [[0x42, 0x5a, 0x68], 'bzip2 data'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'xz data'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'Zstandard data'],
  [[0x89, 0x50, 0x4e, 0x47], 'PNG image'],
  [[0xff, 0xd8, 0xff], 'JPEG image'],
  [[0x47, 0x49, 0x46, 0x38], 'GIF image'],
  [[0x25, 0x50, 0x44, 0x46], 'PDF document'],
  [[0x00, 0x01, 0x00, 0x00, 0x00], 'TrueType font'],
  [[0x77, 0x4f, 0x46, 0x32], 'WOFF2 font'],
  [[0x53, 0x51, 0x4c, 0x69, 0x74, 0x65], 'SQLite database'],
  [[0xff, 0xfe], 'UTF-16 text, little endian'],
  [[0xfe, 0xff], 'UTF-16 text, big endian'],
]

/** Size, sha256, type and strings of some bytes. */
export function blobInfo(bytes: Uint8Array): BlobInfo {
  const magic = MAGIC.find(([prefix]) => prefix.every((byte, i) => bytes[i] === byte))
  return {
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    type: magic?.[1] ?? (bytes.length === 0 ? 'empty file' : 'unknown data'),
    preview: printableStrings(bytes),
  }
}

/** The first runs of printable ASCII, as the program `strings` finds them. */
function printableStrings(bytes: Uint8Array): string[] {
  const found: string[] = []
  let start = 0
  for (let i = 0; i <= bytes.length && found.length < MAX_STRINGS; i++) {
    const byte = bytes[i]
    if (byte !== undefined && byte >= 0x20 && byte <= 0x7e) continue
    if (i - start >= MIN_STRING_LENGTH)
      found.push(new TextDecoder('latin1').decode(bytes.subarray(start, Math.min(i, start + MAX_STRING_LENGTH))))
    start = i + 1
  }
  return found
}
