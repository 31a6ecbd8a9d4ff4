/**
 * Reads a crate archive that may be hostile, for evidence: never throws, never writes, leaves nothing out silently.
 * Where io/archive.ts refuses an archive whole, this one says what cargo would end up with and lists every oddity, so
 * that a check can name them. cargo's behaviour is that of provenance.md 6.4.
 */
import { createHash } from 'node:crypto'
import { ARCHIVE_LIMITS, type ArchiveLimits } from '../core/archive-limits.ts'
import type { GzipHeader } from '../core/gzip.ts'
import { freeContent, readFirstMember, type GzipMember } from '../gzip-member.ts'
import { isZero, readPax, TarError, tarOwner, untilZero, walkTar, type TarHeader, type TarWalk } from '../core/tar.ts'
import { decodeName, foldName, placeName, shownName } from './entry-name.ts'

export interface ArchiveFile {
  /** Below NAME-VERSION/, `/` between parts. */
  readonly path: string
  /** View into the unpacked tar. */
  readonly data: Uint8Array
  /** The owner's execute bit, as stated. Never applied to a file of ours. */
  readonly isExecutable: boolean
}

export type AnomalyCode =
  | 'duplicate-name'
  | 'parent-path'
  | 'absolute-path'
  | 'foreign-prefix'
  | 'link'
  | 'special-file'
  | 'folder-entry'
  | 'file-and-folder'
  | 'second-gzip-member'
  | 'trailing-bytes'
  | 'data-after-end'
  | 'no-end-marker'
  | 'pax-path'
  | 'pax-record'
  | 'long-name'
  | 'case-collision'
  | 'cargo-ok-file'
  | 'odd-name'
  | 'name-not-utf8'
  | 'too-large'
  | 'too-many-entries'
  | 'truncated'
  | 'damaged'
  | 'not-an-archive'

export interface Anomaly {
  readonly code: AnomalyCode
  /** One sentence. */
  readonly text: string
  /** The entry's name as stated, decoded loosely and at most 300 characters; null when it is about the whole. */
  readonly entry: string | null
}

/** How the container was written, apart from what it holds: evidence for who wrote it. */
export interface ContainerFacts {
  readonly gzipHeader: GzipHeader | null
  /** Of all entries; `other` also when they are not alike, or there are none. */
  readonly magic: 'ustar' | 'gnu' | 'other'
  /** Distinct modification times (seconds), at most 100 of each kind. `generated`: what cargo writes itself. */
  readonly mtimes: { readonly sources: ReadonlySet<number>; readonly generated: ReadonlySet<number> }
  /** Distinct `UID:GID`, at most 100. */
  readonly owners: ReadonlySet<string>
  /** Distinct non-empty user and group names, at most 100. */
  readonly ownerNames: ReadonlySet<string>
  /** Distinct modes as stated, file type bits included, at most 100. */
  readonly modes: ReadonlySet<number>
  /** Zeros from the end marker on; cargo writes 1,024. */
  readonly endBytes: number
  readonly tarBytes: number
  /** Lower-case hex; computed when first asked for. Empty when nothing could be unpacked. */
  readonly tarSha256: string
}

export interface CrateArchive {
  /**
   * What cargo would end up with, by path, in the archive's order: the last of two entries with one name; links,
   * folders and paths that leave the crate's folder are left out. When `isReadable` is false: what came before
   * the damage.
   */
  readonly files: ReadonlyMap<string, ArchiveFile>
  /** In the archive's order, at most 1,000. */
  readonly anomalies: readonly Anomaly[]
  readonly facts: ContainerFacts
  /** False: it is damaged or beyond our limits, so that `files` is incomplete. */
  readonly isReadable: boolean
  /** Entries of the tar that stand for files, folders, links and so on; long-name and pax headers are not counted. */
  readonly entryCount: number
  /** Gives the unpacked bytes back at once. From then on files are empty; `tarSha256` throws unless it was asked for. */
  release(): void
}

const MAX_ANOMALIES = 1_000
const MAX_DISTINCT = 100
const GENERATED = new Set(['Cargo.toml', 'Cargo.lock', '.cargo_vcs_info.json'])
const TYPE_NAMES: Readonly<Record<string, string>> = {
  '3': 'a character device',
  '4': 'a block device',
  '6': 'a named pipe',
  '7': 'a contiguous file',
  S: 'a sparse file',
}

/** Opens `CRATE-VERSION.crate`. Never throws. */
export async function openCrateArchive(
  crate: string,
  version: string,
  bytes: Uint8Array,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<CrateArchive> {
  const gathered = new Gathered(`${crate}-${version}`)
  const member = await readFirstMember(bytes, limits)
  if ('kind' in member) {
    gathered.stop(member.kind === 'not-gzip' ? 'not-an-archive' : member.kind, member.text)
    return gathered.result(null, null)
  }
  judgeRest(member, gathered)
  const walk = walkTar(member.content, limits.maxEntries)
  gathered.takeHeaders(walk.headers, limits)
  judgeEnd(walk, limits, gathered)
  return gathered.result(member, walk)
}

function judgeRest({ rest, damage }: GzipMember, gathered: Gathered): void {
  if (damage !== null) gathered.stop('damaged', damage)
  if (rest.length === 0) return
  if (rest[0] === 0x1f && rest[1] === 0x8b) {
    gathered.note('second-gzip-member', 'a second compressed part follows, which cargo never reads', null)
  } else {
    const what = isZero(rest) ? 'zeros' : 'bytes'
    gathered.note(
      'trailing-bytes',
      `${rest.length} ${what} follow the compressed archive, which cargo never reads`,
      null,
    )
  }
}

function judgeEnd(walk: TarWalk, limits: ArchiveLimits, gathered: Gathered): void {
  if (walk.headers.length > limits.maxEntries) {
    gathered.stop('too-many-entries', `it has more than ${limits.maxEntries} entries`)
  }
  if (walk.damage !== null) {
    gathered.stop(walk.headers.length === 0 ? 'not-an-archive' : 'truncated', walk.damage)
  }
  if (walk.lacksEnd) gathered.note('no-end-marker', 'the tar has no end marker', null)
  if (!isZero(walk.rest)) {
    gathered.note('data-after-end', 'there is data after the end marker of the tar, which cargo never reads', null)
  }
}

/** Collects files, oddities and facts header by header. */
class Gathered {
  readonly #prefix: string
  readonly #files = new Map<string, ArchiveFile>()
  readonly #anomalies: Anomaly[] = []
  readonly #folded = new Map<string, string>()
  /** Folders that files lie in. */
  readonly #folders = new Set<string>()
  readonly #mtimes = { sources: new Set<number>(), generated: new Set<number>() }
  readonly #owners = new Set<string>()
  readonly #ownerNames = new Set<string>()
  readonly #modes = new Set<number>()
  readonly #magics = new Set<ContainerFacts['magic']>()
  #entryCount = 0
  #isReadable = true

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  note(code: AnomalyCode, text: string, name: string | null): void {
    if (this.#anomalies.length >= MAX_ANOMALIES) return
    this.#anomalies.push({ code, text, entry: name === null ? null : shownName(name) })
  }

  /** An oddity after which `files` cannot be called complete. */
  stop(code: AnomalyCode, text: string, name: string | null = null): void {
    this.#isReadable = false
    this.note(code, text, name)
  }

  takeHeaders(headers: readonly TarHeader[], limits: ArchiveLimits): void {
    let longName: Uint8Array | null = null
    let paxPath: Uint8Array | null = null
    for (const header of headers) {
      if (header.type === 'L' || header.type === 'K') {
        if (header.type === 'L' && longName !== null) {
          this.stop('long-name', 'two long names for one entry; cargo refuses such an archive')
          return
        }
        if (header.type === 'L') longName = untilZero(header.data)
        else this.note('long-name', 'an entry has a long link target', null)
        continue
      }
      if (header.type === 'x' || header.type === 'g') {
        const path = this.#takePax(header)
        if (path === 'stop') return
        paxPath = path ?? paxPath
        continue
      }
      const name = decodeName(longName ?? paxPath ?? header.name)
      longName = paxPath = null
      if (!this.#takeEntry(header, name, limits)) return
    }
    if (longName !== null) this.note('long-name', 'a long name belongs to no entry', null)
  }

  /** The path a pax header gives to the next entry; null for none; `stop` when readers would go apart after it. */
  #takePax(header: TarHeader): Uint8Array | 'stop' | null {
    let records: ReturnType<typeof readPax>
    try {
      records = readPax(header.data)
    } catch (error) {
      if (!(error instanceof TarError)) throw error
      this.stop('pax-record', 'a pax header is malformed')
      return 'stop'
    }
    let path: Uint8Array | null = null
    for (const { key, value } of records.slice(0, MAX_DISTINCT)) {
      const shown = shownName(JSON.stringify(key))
      if (key === 'path' && header.type === 'x') {
        path = value
        this.note('pax-path', 'a pax header names the next entry', decodeName(value).name)
      } else this.note('pax-record', `a pax header states ${shown}`, null)
      if (key === 'size' || key.startsWith('GNU.sparse')) {
        this.stop('pax-record', `programs disagree about what follows a pax header that states ${shown}`)
        return 'stop'
      }
    }
    if (records.length === 0) this.note('pax-record', 'there is an empty pax header', null)
    return path
  }

  /** False: nothing behind it can be read safely. */
  #takeEntry(header: TarHeader, { name, isUtf8 }: ReturnType<typeof decodeName>, limits: ArchiveLimits): boolean {
    this.#entryCount++
    const { inside, anomaly } = placeName(name, this.#prefix)
    const magic = this.#takeFacts(header, inside)
    if (!isUtf8) this.note('name-not-utf8', 'a name is not UTF-8', name)
    if (anomaly !== null) this.note(anomaly.code, anomaly.text, name)
    const { type } = header
    if (type === '1' || type === '2') {
      const target = shownName(decodeName(untilZero(header.block.subarray(157, 257))).name)
      this.note('link', `an entry is a ${type === '1' ? 'hard' : 'symbolic'} link to ${JSON.stringify(target)}`, name)
      return true
    }
    if (type === '5' || (name.endsWith('/') && magic !== 'ustar')) {
      this.note('folder-entry', 'an entry is a folder', name)
      return true
    }
    if (type === 'S') {
      this.stop('special-file', 'an entry is a sparse file', name)
      return false
    }
    if (type !== '0' && type !== '\0') {
      // cargo writes a plain file for any type it does not know; so it stays among the files.
      const what = TYPE_NAMES[type] ?? `of the unknown type ${JSON.stringify(type)}`
      this.note('special-file', `an entry is ${what}`, name)
    }
    if (inside === null) return true
    if (inside === '') this.note('odd-name', 'a file has the name of the crate’s folder', name)
    else if (inside === '.cargo-ok' || inside.endsWith('/.cargo-ok')) {
      this.note('cargo-ok-file', 'a file has the name of cargo’s own mark for complete unpacking; cargo skips it', name)
    } else if (header.sizeBytes > limits.maxEntryBytes) {
      this.stop('too-large', `a file is larger than ${limits.maxEntryBytes} bytes`, name)
    } else this.#addFile(inside, name, header)
    return true
  }

  #takeFacts(header: TarHeader, inside: string | null): ContainerFacts['magic'] {
    const owner = tarOwner(header)
    const mtimes = inside !== null && GENERATED.has(inside) ? this.#mtimes.generated : this.#mtimes.sources
    addBounded(mtimes, owner.mtime)
    addBounded(this.#owners, `${owner.uid}:${owner.gid}`)
    if (owner.names !== '') addBounded(this.#ownerNames, owner.names)
    addBounded(this.#modes, header.mode)
    this.#magics.add(owner.magic)
    return owner.magic
  }

  #addFile(path: string, name: string, header: TarHeader): void {
    if (this.#files.has(path)) {
      this.note('duplicate-name', 'two entries have the same name; cargo takes the last', name)
      this.#files.delete(path)
    } else {
      if (this.#folders.has(path)) this.note('file-and-folder', 'a name is both a file and a folder', name)
      this.#fold(path, name)
      this.#addFolders(path, name)
    }
    this.#files.set(path, { path, data: header.data, isExecutable: (header.mode & 0o100) !== 0 })
  }

  /** Every folder above `path`, once; a path may have thousands of parts, of which the first 64 are looked at. */
  #addFolders(path: string, name: string): void {
    const ends: number[] = []
    for (let at = path.indexOf('/'); at !== -1 && ends.length < 64; at = path.indexOf('/', at + 1)) ends.push(at)
    for (const end of ends.reverse()) {
      const folder = path.slice(0, end)
      if (this.#folders.has(folder)) return
      this.#folders.add(folder)
      if (this.#files.has(folder)) this.note('file-and-folder', 'a name is both a file and a folder', name)
      this.#fold(folder, name)
    }
  }

  #fold(path: string, name: string): void {
    const folded = foldName(path)
    const known = this.#folded.get(folded)
    if (known === undefined) this.#folded.set(folded, path)
    else if (known !== path) {
      this.note('case-collision', `a name differs from ${JSON.stringify(shownName(known))} only in case`, name)
    }
  }

  result(member: GzipMember | null, walk: TarWalk | null): CrateArchive {
    const tar = member?.content ?? null
    const [magic = 'other'] = this.#magics
    let sha256: string | null = null
    let isReleased = false
    const facts: ContainerFacts = {
      gzipHeader: member?.header ?? null,
      magic: this.#magics.size === 1 ? magic : 'other',
      mtimes: this.#mtimes,
      owners: this.#owners,
      ownerNames: this.#ownerNames,
      modes: this.#modes,
      tarBytes: tar?.length ?? 0,
      endBytes: walk === null || walk.damage !== null || walk.lacksEnd ? 0 : walk.rest.length + 512,
      get tarSha256() {
        if (isReleased && sha256 === null) throw new Error('the archive was released')
        return (sha256 ??= tar === null ? '' : createHash('sha256').update(tar).digest('hex'))
      },
    }
    return {
      files: this.#files,
      anomalies: this.#anomalies,
      facts,
      isReadable: this.#isReadable,
      entryCount: this.#entryCount,
      release() {
        isReleased = true
        if (member !== null) freeContent(member)
      },
    }
  }
}

function addBounded<T>(set: Set<T>, value: T): void {
  if (set.size < MAX_DISTINCT) set.add(value)
}
