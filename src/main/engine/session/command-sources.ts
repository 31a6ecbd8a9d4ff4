/**
 * What suggesting and going online need beside the graph: registry, cache, measurer, peers and web API of one workspace. In a file of its own so that
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
import { openPeers, type Peers } from '../io/peers.ts'
import { openRegistry } from '../io/registry.ts'
import { readRegistryConfig, webApiUrl } from '../io/registry-config.ts'
import { openWebApi, type WebApi } from '../io/web-api.ts'
import type { Sources } from './flow.ts'

export interface OpenedSources extends Sources {
  readonly peers: Peers
  readonly webApi: WebApi
  /** Flushes sizes and publishers and closes the cache. */
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
  const baseUrl = webApiUrl(caps.host.env)
  if (!baseUrl.ok) return baseUrl
  const lock = await readCargoLock(caps, path.join(root, 'Cargo.lock') as AbsolutePath)
  const cache = openCache(caps)
  const registry = openRegistry(caps, cache, config.value, {
    offline: options.offline,
    lockChecksums: lock.ok ? lockChecksums(lock.value) : new Map(),
    vetCacheDir: options.cacheDir,
  })
  const measurer = createMeasurer(caps, registry, cache, { diffCacheDir: options.cacheDir })
  const { offline, cacheDir: vetCacheDir } = options
  const webApi = openWebApi(caps, cache, { baseUrl: baseUrl.value, registry, vetCacheDir, offline })
  return ok({
    registry,
    measurer,
    peers: openPeers(caps, cache, { offline }),
    webApi,
    offline,
    async close() {
      await webApi.flush(new AbortController().signal)
      await measurer.flush()
      cache.close()
    },
  })
}
