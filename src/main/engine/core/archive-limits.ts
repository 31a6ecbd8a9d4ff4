/** Bounds for opening a crate archive, shared by the strict reader (io/archive.ts) and the one that gathers evidence. */

export interface ArchiveLimits {
  /** Size of the .crate file. */
  readonly maxCompressedBytes: number
  /** Size of the tar, headers included. cargo: max(512 MiB, 20 × compressed). */
  readonly maxTotalBytes: number
  readonly maxEntryBytes: number
  readonly maxEntries: number
  /** In UTF-8 bytes below NAME-VERSION/. */
  readonly maxPathBytes: number
  /** Folders and file name together. */
  readonly maxDepth: number
  /** Tars above `RATIO_FREE_BYTES` may be at most this many times their compressed size. Real crates stay below 60. */
  readonly maxRatio: number
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  maxCompressedBytes: 256 << 20,
  maxTotalBytes: 512 << 20,
  maxEntryBytes: 256 << 20,
  maxEntries: 100_000,
  maxPathBytes: 1_024,
  maxDepth: 64,
  maxRatio: 250,
}
export const RATIO_FREE_BYTES = 16 << 20
/** Largest single output buffer of inflating; a trailer that states more is not believed. */
export const MAX_CHUNK_BYTES = 64 << 20
