/**
 * File trees as a git pack with its index, made in memory: git then reads hostile content as objects, and only ever
 * reads. Made here and not by `git fast-import` because that hashes every byte twice with the slow, collision-detecting
 * SHA-1 (measured: four fifths of the time of a measurement). Nothing is verified against these ids, so that is not needed.
 * Formats: git's Documentation/gitformat-pack.adoc, version 2 of both files.
 */
import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import type { ArchiveEntry } from './archive.ts'

export interface GitPack {
  readonly pack: readonly Uint8Array[]
  readonly index: Uint8Array
  /** Hex id of the root tree of each list of entries, in order. */
  readonly trees: readonly string[]
}

const TYPES = { tree: 2, blob: 3 } as const
type ObjectType = keyof typeof TYPES

/** One tree per list of entries. Paths are taken as they are, below one root, `/` between parts. */
export function buildPack(lists: readonly (readonly ArchiveEntry[])[]): GitPack {
  const objects = createObjects()
  const trees = lists.map(entries => writeTree(objects, nest(entries)).toString('hex'))
  return { ...objects.finish(), trees }
}

// ── trees ────────────────────────────────────────────────────────────────────────────────────

type Folder = Map<string, Folder | ArchiveEntry>

function nest(entries: readonly ArchiveEntry[]): Folder {
  const root: Folder = new Map()
  for (const entry of entries) {
    const parts = entry.path.split('/')
    let folder = root
    for (const part of parts.slice(0, -1)) {
      const below = folder.get(part)
      const next: Folder = below instanceof Map ? below : new Map()
      folder.set(part, next)
      folder = next
    }
    folder.set(parts.at(-1)!, entry)
  }
  return root
}

function writeTree(objects: Objects, folder: Folder): Buffer {
  const rows = [...folder].map(([name, child]) => {
    const isFolder = child instanceof Map
    const id = isFolder ? writeTree(objects, child) : objects.add('blob', child.data)
    const mode = isFolder ? '40000' : child.isExecutable ? '100755' : '100644'
    // git's order: by bytes, folders as if their name ended with a slash.
    return {
      key: Buffer.from(isFolder ? `${name}/` : name),
      row: Buffer.concat([Buffer.from(`${mode} ${name}\0`), id]),
    }
  })
  rows.sort((a, b) => Buffer.compare(a.key, b.key))
  return objects.add('tree', Buffer.concat(rows.map(r => r.row)))
}

// ── objects ──────────────────────────────────────────────────────────────────────────────────

interface Objects {
  /** Adds the object once and answers its id. */
  add(type: ObjectType, data: Uint8Array): Buffer
  finish(): { readonly pack: readonly Uint8Array[]; readonly index: Uint8Array }
}

function createObjects(): Objects {
  const seen = new Map<string, { readonly id: Buffer; readonly offset: number }>()
  const parts: Uint8Array[] = []
  let offset = 12
  return {
    add(type, data) {
      const id = createHash('sha1').update(`${type} ${data.length}\0`).update(data).digest()
      const key = id.toString('latin1')
      if (!seen.has(key)) {
        seen.set(key, { id, offset })
        const header = objectHeader(type, data.length)
        const body = deflateSync(data, { level: 0, chunkSize: Math.max(1_024, data.length + (data.length >> 8) + 64) })
        parts.push(header, body)
        offset += header.length + body.length
      }
      return id
    },
    finish() {
      const sorted = [...seen.values()].sort((a, b) => Buffer.compare(a.id, b.id))
      // git compares this name in both files; it does not compute it while reading.
      const name = createHash('sha1')
        .update(Buffer.concat(sorted.map(o => o.id)))
        .digest()
      const start = Buffer.alloc(12)
      start.write('PACK')
      start.writeUInt32BE(2, 4)
      start.writeUInt32BE(sorted.length, 8)
      return { pack: [start, ...parts, name], index: packIndex(sorted, name) }
    },
  }
}

/** Three bits of type, the size in groups of 4, 7, 7 … bits, lowest first. */
function objectHeader(type: ObjectType, sizeBytes: number): Buffer {
  const bytes: number[] = []
  let byte = (TYPES[type] << 4) | (sizeBytes & 15)
  let rest = Math.floor(sizeBytes / 16)
  while (rest > 0) {
    bytes.push(byte | 0x80)
    byte = rest & 0x7f
    rest = Math.floor(rest / 128)
  }
  bytes.push(byte)
  return Buffer.from(bytes)
}

/** Version 2. The CRCs are left at zero: they only serve copying objects from pack to pack. */
function packIndex(sorted: readonly { readonly id: Buffer; readonly offset: number }[], packName: Buffer): Uint8Array {
  const fanout = Buffer.alloc(1_024)
  for (let first = 0, count = 0; first < 256; first++) {
    while (count < sorted.length && sorted[count]!.id[0] === first) count++
    fanout.writeUInt32BE(count, first * 4)
  }
  const offsets = Buffer.alloc(sorted.length * 4)
  const large: Buffer[] = []
  sorted.forEach(({ offset }, i) => {
    if (offset < 2 ** 31) {
      offsets.writeUInt32BE(offset, i * 4)
      return
    }
    const entry = Buffer.alloc(8)
    entry.writeBigUInt64BE(BigInt(offset))
    offsets.writeUInt32BE(2 ** 31 + large.length, i * 4)
    large.push(entry)
  })
  const magic = Buffer.from([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2])
  const crcs = Buffer.alloc(sorted.length * 4)
  const body = Buffer.concat([magic, fanout, ...sorted.map(o => o.id), crcs, offsets, ...large, packName])
  return Buffer.concat([body, createHash('sha1').update(body).digest()])
}
