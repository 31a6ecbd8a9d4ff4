/**
 * The commands about imports: adding a peer or moving it to other addresses, and accepting what peers' criteria mean
 * now. Both fetch all imports, then take in what is needed and drop what is not.
 * Source: cargo-vet 0.10.3 src/main.rs cmd_import, cmd_regenerate_imports.
 */
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { openCache } from '../cache.ts'
import { withEntry } from '../core/byte-order.ts'
import type { VetStore } from '../core/store-model.ts'
import { updateStore, type UpdateMode } from '../core/update-store.ts'
import { openPeers, peerRegistryUrl, readPeerRegistry } from '../io/peers.ts'
import type { CommandOptions } from './commands.ts'
import { openCommandStore, type OpenHow } from './live-store.ts'
import { writeStore, type Wrote } from './store-commands.ts'

/** What both commands do to every crate. */
export const PRUNE_ALL: UpdateMode = {
  search: 'prefer-fresh-imports',
  pruneExemptions: true,
  pruneNonImportable: true,
  pruneImports: true,
}

/**
 * Adds the import, or gives it other addresses; its criteria-map and exclusions stay. Without addresses the list of
 * known peers is asked. @failure as openCommandStore and commitStore, refused, peer-unknown
 */
export async function importPeer(
  caps: Capabilities,
  options: CommandOptions,
  wish: { readonly importName: string; readonly urls: readonly string[] },
  run: Run,
): Promise<Result<Wrote, Failure>> {
  if (options.locked) {
    const flag = options.frozen ? '--frozen' : '--locked'
    const message = `\`assay import\` cannot be run with ${flag}: what it adds must be fetched`
    return fail({ code: 'refused', message, help: `Run it without ${flag}. Nothing was changed.` })
  }
  const urls = wish.urls.length > 0 ? ok(wish.urls) : await knownPeerUrls(caps, wish.importName, run)
  if (!urls.ok) return urls
  return updateImports(caps, options, { change: store => withImport(store, wish.importName, urls.value) }, run)
}

/** @failure as openCommandStore and commitStore, but not criteria-changed */
export async function regenerateImports(
  caps: Capabilities,
  options: CommandOptions,
  run: Run,
): Promise<Result<Wrote, Failure>> {
  if (options.locked) {
    return ok({ files: [], warnings: ["ran `regenerate imports` with --locked, this won't do anything!"] })
  }
  return updateImports(caps, options, { mode: 'accept-criteria-changes' }, run)
}

async function updateImports(
  caps: Capabilities,
  options: CommandOptions,
  how: OpenHow,
  run: Run,
): Promise<Result<Wrote, Failure>> {
  const opened = await openCommandStore(caps, options, run, how)
  if (!opened.ok) return opened
  const { workspace, store, isFresh } = opened.value
  const { graph, mapper } = workspace
  const updated = updateStore({ graph, store, mapper, isFresh, modeFor: () => PRUNE_ALL })
  return updated.ok ? writeStore(caps, opened.value, updated.value, run) : updated
}

/** The store with the import added, or with other addresses for it: what is fetched and updated next. */
export function withImport(store: VetStore, name: string, url: readonly string[]): VetStore {
  const before = store.config.imports.get(name) ?? { url, exclude: [], criteriaMap: new Map() }
  return { ...store, config: { ...store.config, imports: withEntry(store.config.imports, name, { ...before, url }) } }
}

async function knownPeerUrls(caps: Capabilities, name: string, run: Run): Promise<Result<readonly string[], Failure>> {
  const cache = openCache(caps)
  try {
    const address = peerRegistryUrl(caps)
    const known = await readPeerRegistry(openPeers(caps, cache, { offline: false }), address, run)
    if (!known.ok) return known
    const urls = known.value.get(name)
    return urls === undefined ? fail({ code: 'peer-unknown', name, registry: address }) : ok(urls)
  } finally {
    cache.close()
  }
}
