/** cargo-vet's lock on its cache folder, around one action. Every writer of a file in there goes through here. */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities } from '../capabilities.ts'

export const VET_CACHE_LOCK = '.vet-lock'

/** Makes the folder where missing. @failure `ifHeld` when another program keeps the lock for `waitMs`; cache-io */
export async function withVetCacheLock<T>(
  caps: Capabilities,
  folder: AbsolutePath,
  options: { readonly waitMs: number; readonly ifHeld: Failure; readonly signal: AbortSignal },
  action: () => Promise<T>,
): Promise<Result<T, Failure>> {
  const file = path.join(folder, VET_CACHE_LOCK) as AbsolutePath
  try {
    await caps.files.makeFolder(folder)
    const lock = await caps.files.lock(file, options.waitMs, options.signal)
    if (lock === null) return fail(options.ifHeld)
    try {
      return ok(await action())
    } finally {
      await lock.release()
    }
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'cache-io', path: error.path, reason: error.message })
    throw error
  }
}

/** How long to wait for another program that writes one of the files. */
const REWRITE_WAIT_MS = 60_000

/**
 * Writes a file of the folder anew, under the lock. `textOf` reads what is there by then, which keeps what others wrote
 * meanwhile.
 * @failure cache-io
 */
export async function rewriteVetCacheFile(
  caps: Capabilities,
  file: AbsolutePath,
  signal: AbortSignal,
  textOf: () => Promise<string>,
): Promise<Result<null, Failure>> {
  const ifHeld: Failure = { code: 'cache-io', path: file, reason: 'another program holds its lock' }
  const folder = path.dirname(file) as AbsolutePath
  return withVetCacheLock(caps, folder, { waitMs: REWRITE_WAIT_MS, ifHeld, signal }, async () => {
    await caps.files.writeAtomic(file, await textOf())
    return null
  })
}
