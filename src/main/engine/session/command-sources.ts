/**
 * What suggesting needs beside the graph: registry, cache and measurer of one workspace. In a file of its own so that
 * the fast path of the command line never loads it.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { Capabilities } from '../capabilities.ts'
import { openCache } from '../cache.ts'
import { lockChecksums, readCargoLock } from '../io/cargo-lock.ts'
import { createMeasurer } from '../io/measure.ts'
import { openRegistry } from '../io/registry.ts'
import { readRegistryConfig } from '../io/registry-config.ts'
import type { Sources } from './flow.ts'

export interface OpenedSources extends Sources {
  /** Flushes sizes and closes the cache. */
  close(): Promise<void>
}

/** @failure registry-config, cache-io */
export async function openSources(
  caps: Capabilities,
  root: AbsolutePath,
  options: { readonly offline: boolean; readonly cacheDir: AbsolutePath | null },
): Promise<Result<OpenedSources, Failure>> {
  const config = await readRegistryConfig(caps, root)
  if (!config.ok) return config
  const lock = await readCargoLock(caps, path.join(root, 'Cargo.lock') as AbsolutePath)
  const cache = openCache(caps)
  const registry = openRegistry(caps, cache, config.value, {
    offline: options.offline,
    lockChecksums: lock.ok ? lockChecksums(lock.value) : new Map(),
    vetCacheDir: options.cacheDir,
  })
  const measurer = createMeasurer(caps, registry, cache, { diffCacheDir: options.cacheDir })
  return ok({
    registry,
    measurer,
    offline: options.offline,
    async close() {
      await measurer.flush()
      cache.close()
    },
  })
}
