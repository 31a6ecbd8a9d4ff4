/**
 * The commands that change or explain the store without measuring anything: explain-audit, dump-graph, prune,
 * regenerate exemptions, add-exemption, record-violation, renew. Each is load, one pure step of core/, commit under
 * cargo-vet's lock. Answers are values; nothing is printed here.
 */
import type { CrateName, VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { addMonths } from '../core/dates.ts'
import { buildDepGraph } from '../core/dep-graph.ts'
import { explainAudit } from '../core/explain-audit.ts'
import { filterGraph } from '../core/graph-filter.ts'
import { graphJson, graphMermaid, type GraphDepth } from '../core/graph-text.ts'
import { addExemption, recordViolation } from '../core/record-entry.ts'
import { expiringInput, renewCrate, renewExpiring, type Renewal } from '../core/renew.ts'
import type { VetStore } from '../core/store-model.ts'
import { updateStore, type UpdateMode } from '../core/update-store.ts'
import { gitIdentity } from '../io/git.ts'
import { commitStore } from '../store/load-store.ts'
import { renderStore } from '../store/write-store.ts'
import { graphFilters, loadFiltered, type CommandOptions } from './commands.ts'
import { locateStore, type LoadedWorkspace } from './flow.ts'
import { openCommandStore, type CommandStore } from './live-store.ts'

/** What a writing command did: the names of the files that changed, and what its answer does not know. */
export interface Wrote {
  readonly files: readonly string[]
  readonly warnings: readonly string[]
}

/** cargo-vet's `regenerate exemptions`, `init`: everything that can go goes, new exemptions fill the gaps. */
export const REGENERATE_MODE: UpdateMode = {
  search: 'regenerate-exemptions',
  pruneExemptions: true,
  pruneNonImportable: true,
  pruneImports: true,
}

/** @failure as openCommandStore, criteria-unknown, refused (conflicts), package-unknown, version-ambiguous */
export async function explainCommand(
  caps: Capabilities,
  options: CommandOptions,
  wish: { readonly crate: string; readonly version: VetVersion | null; readonly criterion: string },
  run: Run,
): Promise<Result<{ readonly text: string; readonly warnings: readonly string[] }, Failure>> {
  const opened = await openCommandStore(caps, options, run)
  if (!opened.ok) return opened
  const { workspace, store, isFresh, warnings } = opened.value
  const crate = wish.crate as CrateName
  const version = wish.version === null ? onlyVersion(workspace, crate) : ok(wish.version)
  if (!version.ok) return version
  const { criterion } = wish
  const text = explainAudit({ store, mapper: workspace.mapper, crate, version: version.value, criterion, isFresh })
  return text.ok ? ok({ text: text.value, warnings }) : text
}

function onlyVersion({ graph }: LoadedWorkspace, crate: CrateName): Result<VetVersion, Failure> {
  const versions = graph.packages.filter(pkg => pkg.name === crate).map(pkg => pkg.version)
  const [only] = versions
  if (only === undefined)
    return fail({
      code: 'refused',
      message: `no package of the workspace is named '${crate}'`,
      help: 'Name its version.',
    })
  return versions.length === 1 ? ok(only) : fail({ code: 'version-ambiguous', name: crate, versions })
}

/** The text of the graph; the store must be there but is not read. @failure workspace and cargo codes, store-missing, usage */
export async function dumpGraph(
  caps: Capabilities,
  options: CommandOptions,
  wish: { readonly depth: GraphDepth; readonly format: 'human' | 'json' },
  run: Run,
): Promise<Result<string, Failure>> {
  const filters = graphFilters(options.filterGraph)
  if (!filters.ok) return filters
  const located = await locateStore(caps, options, run)
  if (!located.ok) return located
  const { metadata, storeDir } = located.value
  if ((await caps.files.stat(storeDir)) === null) return fail({ code: 'store-missing', path: storeDir })
  // PARITY cargo-vet 0.10.3: policies are not applied, so packages under audit-as-crates-io show as first-party.
  const graph = filterGraph(buildDepGraph(metadata, new Map()), filters.value)
  return ok(wish.format === 'json' ? graphJson(graph) : graphMermaid(graph, wish.depth))
}

/** @failure as openCommandStore and commitStore */
export async function pruneStore(
  caps: Capabilities,
  options: CommandOptions,
  keep: { readonly noImports: boolean; readonly noExemptions: boolean; readonly noAudits: boolean },
  run: Run,
): Promise<Result<Wrote, Failure>> {
  return updateEverything(caps, options, run, {
    search: keep.noExemptions ? 'prefer-exemptions' : 'prefer-fresh-imports',
    pruneExemptions: !keep.noExemptions,
    pruneNonImportable: !keep.noAudits,
    pruneImports: !keep.noImports,
  })
}

/** @failure as openCommandStore and commitStore */
export async function regenerateExemptions(
  caps: Capabilities,
  options: CommandOptions,
  run: Run,
): Promise<Result<Wrote, Failure>> {
  return updateEverything(caps, options, run, REGENERATE_MODE)
}

async function updateEverything(
  caps: Capabilities,
  options: CommandOptions,
  run: Run,
  mode: UpdateMode,
): Promise<Result<Wrote, Failure>> {
  const opened = await openCommandStore(caps, options, run)
  if (!opened.ok) return opened
  const { workspace, store, isFresh } = opened.value
  const { graph, mapper } = workspace
  const updated = updateStore({ graph, store, mapper, isFresh, modeFor: () => mode })
  return updated.ok ? writeStore(caps, opened.value, updated.value, run) : updated
}

/** @failure as loadFiltered and commitStore, criteria-unknown, package-unknown */
export async function addExemptionCommand(
  caps: Capabilities,
  options: CommandOptions,
  wish: {
    readonly crate: string
    readonly version: VetVersion
    readonly criteria: readonly string[]
    readonly notes: string | null
    readonly noSuggest: boolean
    readonly force: boolean
  },
  run: Run,
): Promise<Result<Wrote, Failure>> {
  const opened = await openStored(caps, options, run)
  if (!opened.ok) return opened
  const { workspace, store } = opened.value
  const { graph, mapper } = workspace
  const crate = wish.crate as CrateName
  const added = addExemption({ ...wish, graph, mapper, store, crate, suggest: !wish.noSuggest })
  return added.ok ? writeStore(caps, opened.value, added.value, run) : added
}

/** @failure as loadFiltered and commitStore, criteria-unknown, package-unknown, identity-missing */
export async function recordViolationCommand(
  caps: Capabilities,
  options: CommandOptions,
  wish: {
    readonly crate: string
    readonly range: string
    readonly criteria: readonly string[]
    readonly who: readonly string[]
    readonly notes: string | null
    readonly force: boolean
  },
  run: Run,
): Promise<Result<Wrote, Failure>> {
  const opened = await openStored(caps, options, run)
  if (!opened.ok) return opened
  const { workspace, store } = opened.value
  const identity = wish.who.length > 0 ? ok(null) : await gitIdentity(caps, workspace.root, run.signal)
  if (!identity.ok) return identity
  const who = identity.value === null ? wish.who : [identity.value]
  const { graph, mapper } = workspace
  const recorded = recordViolation({ ...wish, graph, mapper, store, crate: wish.crate as CrateName, who })
  return recorded.ok ? writeStore(caps, opened.value, recorded.value, run) : recorded
}

/** The store as it is on disk: commands that do not look at imports never go online. */
async function openStored(
  caps: Capabilities,
  options: CommandOptions,
  run: Run,
): Promise<Result<Pick<CommandStore, 'workspace' | 'store' | 'warnings'>, Failure>> {
  const loaded = await loadFiltered(caps, { ...options, ignorePolicyProblems: true }, run)
  return loaded.ok ? ok({ workspace: loaded.value, store: loaded.value.loaded.store, warnings: [] }) : loaded
}

/** What was renewed, and why nothing was when nothing was. */
export interface Renewed extends Wrote {
  readonly renewal: Renewal | null
  readonly end: string
}

/** `crate` null: all that end soon. @failure as openCommandStore and commitStore */
export async function renewWildcards(
  caps: Capabilities,
  options: CommandOptions,
  wish: { readonly crate: string | null; readonly includeInactive: boolean },
  run: Run,
): Promise<Result<Renewed, Failure>> {
  const opened = await openCommandStore(caps, options, run)
  if (!opened.ok) return opened
  const { store, isLive } = opened.value
  const end = addMonths(options.today, 12)
  const liveReleases = isLive ? store.imports.publisher : null
  const renewal =
    wish.crate === null
      ? renewExpiring(
          store,
          { ...expiringInput(options.today), includeInactive: wish.includeInactive, liveReleases },
          end,
        )
      : renewCrate(store, wish.crate as CrateName, end)
  // Imports stay as stored: what is new there belongs to the commands that ask for it. Written also when nothing was
  // renewed: like cargo-vet, that brings files into their canonical form.
  const { imports } = opened.value.workspace.loaded.store
  const written = await writeStore(caps, opened.value, { ...(renewal?.store ?? store), imports }, run)
  return written.ok ? ok({ ...written.value, renewal, end }) : written
}

/** Commits a store over the one that was loaded. @failure as commitStore */
export async function writeStore(
  caps: Capabilities,
  { workspace, warnings }: Pick<CommandStore, 'workspace' | 'warnings'>,
  store: VetStore,
  run: Run,
): Promise<Result<Wrote, Failure>> {
  const { storeDir, sha256: base } = workspace.loaded
  const written = await commitStore(caps, { storeDir, base, texts: renderStore(store) }, run.signal)
  return written.ok ? ok({ files: written.value.written, warnings }) : written
}
