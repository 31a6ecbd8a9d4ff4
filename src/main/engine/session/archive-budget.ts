/**
 * Opens archives under a bound on how many unpacked bytes are held at once. What an archive states about its size is
 * only a promise: it is unpacked to that much and no further, and one that holds more waits until it is alone.
 */
import { ARCHIVE_LIMITS, type ArchiveLimits } from '../core/archive-limits.ts'
import { openCrateArchive, type CrateArchive } from '../provenance/crate-archive.ts'
import type { ByteBudget } from './byte-budget.ts'

export interface OpenWish {
  readonly crate: string
  readonly version: string
  readonly bytes: Uint8Array
}

/** Runs `use` with the opened archive while its bytes count; nothing of it can be read afterwards. Throws Cancelled. */
export async function withArchive<T>(
  budget: ByteBudget,
  wish: OpenWish,
  signal: AbortSignal,
  use: (archive: CrateArchive) => Promise<T>,
): Promise<T> {
  const within = await withinStated(budget, wish, signal, async archive => ({ value: await use(archive) }))
  if (within !== null) return within.value
  // As much as there is: nothing else is unpacked beside it.
  return budget.use(ARCHIVE_LIMITS.maxTotalBytes, signal, () => opened(wish, ARCHIVE_LIMITS, use))
}

/** As `withArchive`; null without `use` for an archive that holds more than it states, which makes it a damaged one. */
export function withinStated<T>(
  budget: ByteBudget,
  wish: OpenWish,
  signal: AbortSignal,
  use: (archive: CrateArchive) => Promise<T>,
): Promise<T | null> {
  const stated = statedBytes(wish.bytes)
  return budget.use(stated, signal, () =>
    opened(wish, { ...ARCHIVE_LIMITS, maxTotalBytes: stated }, async archive => {
      const holdsMore = stated < ARCHIVE_LIMITS.maxTotalBytes && archive.anomalies.some(one => one.code === 'too-large')
      return holdsMore ? null : use(archive)
    }),
  )
}

async function opened<T>(
  { crate, version, bytes }: OpenWish,
  limits: ArchiveLimits,
  use: (archive: CrateArchive) => Promise<T>,
): Promise<T> {
  const archive = await openCrateArchive(crate, version, bytes, limits)
  try {
    return await use(archive)
  } finally {
    // Left to the collector, garbage of a long run comes to several times what the budget allows.
    archive.release()
  }
}

/** The size that the archive's own end states; a tar is never smaller than its end marker. */
function statedBytes(archive: Uint8Array): number {
  const { buffer, byteOffset, length } = archive
  const stated = length < 18 ? 0 : new DataView(buffer, byteOffset + length - 4, 4).getUint32(0, true)
  return Math.min(Math.max(stated, 1024), ARCHIVE_LIMITS.maxTotalBytes)
}
