/**
 * For tests only: opens a .crate into its raw tar entries, lets a test change exactly what it is about, and packs it
 * again with everything else byte for byte as cargo wrote it (headers, order, gzip header; the deflate stream differs).
 */
import { constants, crc32, deflateRawSync, gunzipSync } from 'node:zlib'

export interface RawEntry {
  /** 512 bytes. */
  header: Buffer
  /** Without padding. */
  data: Buffer
}

export type EntryKind = 'file' | 'hard-link' | 'link' | 'character-device' | 'folder' | 'fifo' | 'pax'
const TYPE_FLAGS: Readonly<Record<EntryKind, string>> = {
  file: '0',
  'hard-link': '1',
  link: '2',
  'character-device': '3',
  folder: '5',
  fifo: '6',
  pax: 'x',
}

const text = (from: Buffer, at: number, length: number) =>
  from.toString('latin1', at, at + length).replace(/\0.*$/s, '')

/** A crate's archive in pieces. Paths in the methods are below `NAME-VERSION/` unless they are called raw. */
export class TamperedCrate {
  readonly prefix: string
  entries: RawEntry[] = []
  /** After the last entry: the two zero blocks that end a tar. */
  end = Buffer.alloc(1024)
  /** After the gzip member. */
  trailing = Buffer.alloc(0)
  gzipHeader: Buffer

  constructor(crate: Uint8Array) {
    const bytes = Buffer.from(crate)
    // FLG.FNAME is all that cargo sets: ten bytes and a name that ends in zero.
    this.gzipHeader = bytes.subarray(0, (bytes[3] ?? 0) & 8 ? bytes.indexOf(0, 10) + 1 : 10)
    const tar = gunzipSync(bytes)
    let at = 0
    for (; at + 512 <= tar.length && tar[at] !== 0;) {
      const header = Buffer.from(tar.subarray(at, at + 512))
      const size = parseInt(text(header, 124, 12), 8)
      this.entries.push({ header, data: Buffer.from(tar.subarray(at + 512, at + 512 + size)) })
      at += 512 + Math.ceil(size / 512) * 512
    }
    this.prefix = `${text(this.entries[0]!.header, 0, 100).split('/')[0]}/`
  }

  /** The entry at a path, the last one when there are several. */
  entry(path: string): RawEntry {
    const found = this.entries.findLast(entry => rawName(entry) === this.prefix + path)
    if (found === undefined) throw new Error(`no ${path} in ${this.paths().join(' ')}`)
    return found
  }

  paths(): string[] {
    return this.entries.map(entry => rawName(entry).replace(this.prefix, ''))
  }

  text(path: string): string {
    return this.entry(path).data.toString()
  }

  /** New content, same header otherwise. */
  set(path: string, content: string | Uint8Array | ((old: string) => string)): this {
    const entry = this.entry(path)
    const next = Buffer.from(typeof content === 'function' ? content(entry.data.toString()) : content)
    if (next.equals(entry.data)) throw new Error(`the edit of ${path} changes nothing`)
    setData(entry, next)
    return this
  }

  remove(path: string): this {
    this.entries.splice(this.entries.indexOf(this.entry(path)), 1)
    return this
  }

  /** A further regular file with the header of its neighbours. */
  add(path: string, content: string | Uint8Array): this {
    return this.addRaw(this.prefix + path, content)
  }

  /** The name as given (`../x`, `/x`, `other-1.0.0/x`), any type; `linkTo` for links. At most 100 bytes. */
  addRaw(name: string | Uint8Array, content: string | Uint8Array, kind: EntryKind = 'file', linkTo = ''): this {
    const entry = { header: Buffer.from(this.entries.at(-1)!.header), data: Buffer.alloc(0) }
    setField(entry, 0, 100, Buffer.from(name))
    setField(entry, 157, 100, Buffer.from(linkTo))
    entry.header.write(TYPE_FLAGS[kind], 156, 'latin1')
    setData(entry, Buffer.from(content))
    this.entries.push(entry)
    return this
  }

  rename(path: string, to: string): this {
    const entry = this.entry(path)
    setField(entry, 0, 100, Buffer.from(this.prefix + to))
    setData(entry, entry.data)
    return this
  }

  /** A PAX header before the entry at `path`, with the given records. */
  pax(path: string, records: Readonly<Record<string, string>>): this {
    const body = Object.entries(records).map(([key, value]) => paxRecord(key, value))
    const before = this.entries.indexOf(this.entry(path))
    this.addRaw('PaxHeaders/x', body.join(''), 'pax')
    this.entries.splice(before, 0, this.entries.pop()!)
    return this
  }

  /** Header fields of every entry, as another program (or an older cargo) would write them. */
  restamp(fields: {
    readonly mtime?: (path: string) => number
    readonly uid?: number
    readonly owner?: string
    readonly mode?: number
    readonly magic?: 'ustar' | 'gnu'
  }): this {
    for (const entry of this.entries) {
      const { header } = entry
      const octal = (at: number, length: number, value: number) =>
        header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1')
      if (fields.mtime) octal(136, 12, fields.mtime(rawName(entry).replace(this.prefix, '')))
      if (fields.uid !== undefined) octal(108, 8, fields.uid)
      if (fields.mode !== undefined) octal(100, 8, fields.mode)
      if (fields.owner !== undefined) setField(entry, 265, 32, Buffer.from(fields.owner))
      if (fields.magic !== undefined)
        header.write(fields.magic === 'ustar' ? 'ustar\x0000' : 'ustar  \0', 257, 'latin1')
      setData(entry, entry.data)
    }
    return this
  }

  /** The tar as it is now. */
  tar(): Buffer {
    const parts = this.entries.flatMap(({ header, data }) => [header, data, Buffer.alloc(-data.length & 511)])
    return Buffer.concat([...parts, this.end])
  }

  bytes(): Uint8Array {
    return Buffer.concat([gzipMember(this.gzipHeader, this.tar()), this.trailing])
  }
}

/** One gzip member with a given header. */
export function gzipMember(header: Uint8Array, content: Uint8Array): Buffer {
  const foot = Buffer.alloc(8)
  foot.writeUInt32LE(crc32(content), 0)
  foot.writeUInt32LE(content.length % 2 ** 32, 4)
  return Buffer.concat([header, deflateRawSync(content, { level: 9 }), foot])
}

/** Opens, changes, packs. */
export function tamper(crate: Uint8Array, edit: (crate: TamperedCrate) => unknown): Uint8Array {
  const opened = new TamperedCrate(crate)
  edit(opened)
  return opened.bytes()
}

/** An archive of a few KiB with one more entry, of zeros, that unpacks to so many MiB. Its checksum is never reached. */
export function bomb(crate: Uint8Array, mebibytes: number): Uint8Array {
  const opened = new TamperedCrate(crate).add('zeros', '')
  const entry = opened.entry('zeros')
  writeSize(entry, mebibytes << 20)
  opened.end = Buffer.alloc(0)
  // Pieces that end on a byte boundary and refer to nothing before them can be repeated.
  const piece = (bytes: Buffer) => deflateRawSync(bytes, { finishFlush: constants.Z_FULL_FLUSH })
  const zeros = piece(Buffer.alloc(1 << 20))
  const pieces = Array.from({ length: mebibytes }, () => zeros)
  const end = deflateRawSync(Buffer.alloc(1024))
  return Buffer.concat([opened.gzipHeader, piece(opened.tar()), ...pieces, end, Buffer.alloc(8)])
}

export const rawName = (entry: RawEntry): string => entry.header.toString('utf8', 0, 100).replace(/\0.*$/s, '')

function setField(entry: RawEntry, at: number, length: number, value: Buffer): void {
  if (value.length > length) throw new Error(`${value.toString()} is longer than ${length} bytes`)
  entry.header.fill(0, at, at + length)
  value.copy(entry.header, at)
}

/** Sets content and size, and the checksum, which has to come last. */
function setData(entry: RawEntry, data: Buffer): void {
  entry.data = data
  writeSize(entry, data.length)
}

function writeSize(entry: RawEntry, bytes: number): void {
  entry.header.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  entry.header.write(' '.repeat(8), 148, 'latin1')
  const sum = entry.header.reduce((a, b) => a + b, 0)
  entry.header.write(`${sum.toString(8).padStart(7, '0')}\0`, 148, 'latin1')
}

function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  let length = Buffer.byteLength(rest)
  while (String(length).length + Buffer.byteLength(rest) > length) length++
  return `${length}${rest}`
}
