/**
 * A new store: exemptions for everything the graph needs, so that `check` passes from the start. The folder must not
 * be there; it is filled under cargo-vet's lock and taken away again when that fails.
 */
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities, type Run } from '../capabilities.ts'
import { buildCriteriaMapper } from '../core/criteria.ts'
import type { CargoMetadata } from '../core/cargo-metadata.ts'
import { buildDepGraph } from '../core/dep-graph.ts'
import { filterGraph, type GraphFilter } from '../core/graph-filter.ts'
import { SUPPORTED_STORE_VERSION, type VetStore } from '../core/store-model.ts'
import { updateStore } from '../core/update-store.ts'
import { LOCK_WAIT_MS, storePlaces } from '../store/load-store.ts'
import { renderStore, type StoreTexts } from '../store/write-store.ts'
import { graphFilters, type CommandOptions } from './commands.ts'
import { locateStore } from './flow.ts'
import { REGENERATE_MODE } from './store-commands.ts'

/** Adds `audit-as-crates-io` to the policies of packages that look like published ones; asks the registry. */
export type SettlePolicies = (
  store: VetStore,
  metadata: CargoMetadata,
  run: Run,
) => Promise<Result<{ readonly store: VetStore; readonly warnings: readonly string[] }, Failure>>

const asTheyAre: SettlePolicies = store => Promise.resolve(ok({ store, warnings: [] }))

/** Answers the new store's folder. @failure workspace and cargo codes, store-exists, store-io, store-locked, usage */
export async function initStore(
  caps: Capabilities,
  options: CommandOptions,
  run: Run,
  settlePolicies: SettlePolicies = asTheyAre,
): Promise<Result<{ readonly storeDir: AbsolutePath; readonly warnings: readonly string[] }, Failure>> {
  const filters = graphFilters(options.filterGraph)
  if (!filters.ok) return filters
  const located = await locateStore(caps, options, run)
  if (!located.ok) return located
  const { metadata, storeDir } = located.value
  if ((await caps.files.stat(storeDir)) !== null) return fail({ code: 'store-exists', path: storeDir })
  const settled = await settlePolicies(EMPTY_STORE, metadata, run)
  if (!settled.ok) return settled
  const { store, warnings } = settled.value
  const filled = freshStore(metadata, store, filters.value)
  if (!filled.ok) return filled
  const written = await createStore(caps, storeDir, renderStore(filled.value), run)
  return written.ok ? ok({ storeDir, warnings }) : written
}

/** The store with the exemptions that make everything pass; pure. @failure criteria codes */
export function freshStore(
  metadata: CargoMetadata,
  store: VetStore,
  filters: readonly GraphFilter[],
): Result<VetStore, Failure> {
  const mapper = buildCriteriaMapper(store.audits)
  if (!mapper.ok) return mapper
  const graph = filterGraph(buildDepGraph(metadata, store.config.policy), filters)
  return updateStore({ graph, store, mapper: mapper.value, modeFor: () => REGENERATE_MODE })
}

export const EMPTY_STORE: VetStore = {
  config: {
    storeVersion: SUPPORTED_STORE_VERSION,
    defaultCriteria: 'safe-to-deploy',
    imports: new Map(),
    policy: new Map(),
    exemptions: new Map(),
  },
  audits: { criteria: new Map(), wildcardAudits: new Map(), audits: new Map(), trusted: new Map() },
  imports: { unpublished: new Map(), publisher: new Map(), audits: new Map() },
}

async function createStore(
  caps: Capabilities,
  storeDir: AbsolutePath,
  texts: StoreTexts,
  run: Run,
): Promise<Result<null, Failure>> {
  const places = storePlaces(storeDir)
  try {
    await caps.files.makeFolder(storeDir)
    try {
      const lock = await caps.files.lock(places.config as AbsolutePath, LOCK_WAIT_MS, run.signal)
      if (lock === null) return fail({ code: 'store-locked', path: places.config, waitedMs: LOCK_WAIT_MS })
      try {
        for (const key of ['audits', 'config', 'imports'] as const)
          await caps.files.writeInPlace(places[key] as AbsolutePath, texts[key])
        return ok(null)
      } finally {
        await lock.release()
      }
    } catch (error) {
      // The folder is ours: it was not there before, and half a store would only be in the way.
      await caps.files.remove(storeDir)
      throw error
    }
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'store-io', path: error.path, reason: error.message })
    throw error
  }
}
