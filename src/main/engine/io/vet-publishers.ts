/**
 * cargo-vet's crates-io-cache.json, under `--cache-dir`: publishers that it and we need not ask for again. Written under
 * its lock only, and never needed: one that cannot be read is like none.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import type { Result } from '../../../shared/result.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { rewriteVetCacheFile } from './vet-cache-lock.ts'
import { readPublisherCache, renderPublisherCache, type PublisherCache } from './web-api-json.ts'

const MAX_CACHE_FILE_BYTES = 256 << 20

const vetCacheFile = (folder: AbsolutePath): AbsolutePath => path.join(folder, 'crates-io-cache.json') as AbsolutePath

/** The file as it is when it is first needed; one that is not there or not understood counts as empty. */
export function vetCacheOnce(caps: Capabilities, folder: AbsolutePath | null): () => Promise<PublisherCache> {
  let loading: Promise<PublisherCache> | null = null
  return () => (loading ??= readVetCache(caps, folder))
}

async function readVetCache(caps: Capabilities, folder: AbsolutePath | null): Promise<PublisherCache> {
  if (folder === null) return readPublisherCache('')
  try {
    return readPublisherCache(await caps.files.readText(vetCacheFile(folder), MAX_CACHE_FILE_BYTES))
  } catch (error) {
    if (error instanceof FileError) return readPublisherCache('')
    throw error
  }
}

/** What others wrote stays; of one crate or user, ours counts. @failure cache-io */
export async function addToVetCache(
  caps: Capabilities,
  folder: AbsolutePath,
  fetched: PublisherCache,
  signal: AbortSignal,
): Promise<Result<null, Failure>> {
  return rewriteVetCacheFile(caps, vetCacheFile(folder), signal, async () => {
    const before = await readVetCache(caps, folder)
    const users = new Map([...before.users, ...fetched.users])
    const crates = new Map([...before.crates, ...fetched.crates])
    return renderPublisherCache({ users, crates })
  })
}
