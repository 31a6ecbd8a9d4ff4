/**
 * Where an open workspace gets archives, sizes and releases from. Opened anew when Cargo.lock may state other checksums
 * or the network is switched off or on; what was fetched stays in the cache.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { Cache } from '../cache.ts'
import type { Capabilities } from '../capabilities.ts'
import { lockChecksums, readCargoLock } from '../io/cargo-lock.ts'
import { createMeasurer, type Measurer } from '../io/measure.ts'
import { readRegistryConfig, webApiUrl } from '../io/registry-config.ts'
import { openRegistry, type Registry } from '../io/registry.ts'
import { openWebApi, type WebApi } from '../io/web-api.ts'

export interface SessionSources {
  readonly registry: Registry
  readonly measurer: Measurer
  readonly webApi: WebApi
  /** sha256 by `name@version`, as Cargo.lock has them; empty without one that can be read. */
  readonly lockChecksums: ReadonlyMap<string, string>
}

/** Opens the sources as files and network are when it is called. Never fails. */
export type OpenSources = () => Promise<SessionSources>

/** Reads where the registry is, once. @failure registry-config, unsupported, and a bad address of the web API */
export async function prepareSources(
  caps: Capabilities,
  cache: Cache,
  root: AbsolutePath,
  isOffline: () => boolean,
): Promise<Result<OpenSources, Failure>> {
  const config = await readRegistryConfig(caps, root)
  if (!config.ok) return config
  const baseUrl = webApiUrl(caps.host.env)
  if (!baseUrl.ok) return baseUrl
  return ok(async () => {
    const lock = await readCargoLock(caps, path.join(root, 'Cargo.lock') as AbsolutePath)
    const checksums = lock.ok ? lockChecksums(lock.value) : new Map<string, string>()
    const offline = isOffline()
    const registry = openRegistry(caps, cache, config.value, { offline, lockChecksums: checksums })
    const webApi = openWebApi(caps, cache, { baseUrl: baseUrl.value, registry, vetCacheDir: null, offline })
    const measurer = createMeasurer(caps, registry, cache, { diffCacheDir: null })
    return { registry, measurer, webApi, lockChecksums: checksums }
  })
}
