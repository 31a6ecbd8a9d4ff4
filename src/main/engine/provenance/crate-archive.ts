/**
 * Reads a crate archive that may be hostile, for evidence: never throws, never writes, leaves nothing out silently.
 * Where io/archive.ts refuses an archive whole, this one says what cargo would end up with and lists every oddity, so
 * that a check can name them. cargo's behaviour is that of provenance.md 6.4.
 */

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

/** The fixed part of the first gzip member's header. */
export interface GzipHeader {
  readonly flags: number
  /** Seconds since the epoch; cargo writes 0. */
  readonly mtime: number
  readonly extraFlags: number
  readonly os: number
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
  /** Names of the entries cargo generates, and all others, come in this order: positions in the tar by path. */
  readonly tarBytes: number
  /** Lower-case hex; computed when first asked for. Empty when nothing could be unpacked. */
  readonly tarSha256: string
}

export interface CrateArchive {
  /**
   * What cargo would end up with, by path, in the archive's order: the last of two entries with one name; links,
   * special files and paths that leave the crate's folder are left out. When `isReadable` is false: what came before
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
}

/** Opens `CRATE-VERSION.crate`. Never throws. */
export async function openCrateArchive(_crate: string, _version: string, _bytes: Uint8Array): Promise<CrateArchive> {
  return Promise.reject(new Error('not built yet'))
}
