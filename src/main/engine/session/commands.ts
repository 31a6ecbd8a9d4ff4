/**
 * The headless commands behind the command line: check, suggest, fmt. Built on flow.ts, no state; answers are values that
 * render themselves as cargo-vet's JSON or human report. Nothing here is imported before it is needed: `check --locked`
 * must start fast, so sources, archives and the cache are loaded only on the suggest path.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { deltaText } from '../../../shared/domain.ts'
import { describeFailure, type Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import type { IsFresh } from '../core/audit-graph.ts'
import { filterGraph, parseGraphFilter, type GraphFilter } from '../core/graph-filter.ts'
import { reportHuman, suggestHuman } from '../core/report-human.ts'
import { reportJson } from '../core/report-json.ts'
import { resolve, type ResolveReport } from '../core/resolve.ts'
import { storeForSuggest, type Suggest } from '../core/suggest.ts'
import type { VetStore } from '../core/store-model.ts'
import type { HintsFor } from '../core/suggest-hints.ts'
import { runCargoMetadata } from '../io/cargo-metadata.ts'
import { locateWorkspace } from '../io/locate-workspace.ts'
import { commitStore, readStore } from '../store/load-store.ts'
import { renderStore } from '../store/write-store.ts'
import type { OpenedSources } from './command-sources.ts'
import {
  loadWorkspace,
  statedStoreDir,
  storeForLiveSuggest,
  suggestReading,
  type LoadedWorkspace,
  type MeasureFailure,
  type WorkspaceOptions,
} from './flow.ts'

export interface CommandOptions extends WorkspaceOptions {
  /** cargo-vet's --filter-graph expressions; all must pass. */
  readonly filterGraph: readonly string[]
  /** cargo-vet's --cache-dir: its diff-cache.toml and sources are used too. Null: Assay's own cache only. */
  readonly cacheDir: AbsolutePath | null
  /** What stands beside suggestions for people: nothing (default), publishers, or known peers too. */
  readonly hints?: 'none' | 'publishers' | 'publishers-and-peers'
}

export interface ReportOutcome {
  readonly conclusion: ResolveReport['conclusion']
  /** What the answer does not know and candidates that could not be measured, one sentence each. */
  readonly warnings: readonly string[]
  /** cargo-vet's JSON (no newline at the end) or its human report. */
  text(format: 'human' | 'json'): string
}

/**
 * cargo vet's `check`. Locked: the stored imports as they are, no suggestions, nothing written. Otherwise see checkOnline.
 * @failure every workspace, cargo, store, criteria and policy code; unlocked also those of checkOnline
 */
export async function checkWorkspace(
  caps: Capabilities,
  options: CommandOptions,
  run: Run,
): Promise<Result<ReportOutcome, Failure>> {
  const loaded = await loadFiltered(caps, options, run)
  if (!loaded.ok) return loaded
  if (!options.locked) return (await import('./check-online.ts')).checkOnline(caps, options, loaded.value, run)
  const { graph, mapper } = loaded.value
  const { store } = loaded.value.loaded
  const report = resolve({ graph, store, mapper })
  return report.ok ? ok(reportOutcome('check', report.value, null, [])) : report
}

/** cargo vet's `suggest`: the same without exemptions, always with suggestions. Writes only the diff cache. @failure as check */
export async function suggestWorkspace(
  caps: Capabilities,
  options: CommandOptions,
  run: Run,
): Promise<Result<ReportOutcome, Failure>> {
  const loaded = await loadFiltered(caps, { ...options, ignorePolicyProblems: true }, run)
  if (!loaded.ok) return loaded
  const workspace = loaded.value
  const { liveStoreOf, storedAsLive, withSources } = await import('./live-store.ts')
  return withSources(caps, options, workspace, async sources => {
    const live = options.locked
      ? ok(storedAsLive(workspace.loaded.store))
      : await liveStoreOf(workspace, sources, {}, run)
    if (!live.ok) return live
    const { graph, mapper } = workspace
    const { isFresh, remarks: warnings } = live.value
    const store = options.locked ? storeForSuggest(live.value.store) : storeForLiveSuggest(live.value.store, isFresh)
    const report = resolve({ graph, store, mapper, isFresh })
    if (!report.ok) return report
    if (report.value.conclusion !== 'fail (vetting)') return ok(reportOutcome('suggest', report.value, null, warnings))
    const { hints } = options
    const input = { command: 'suggest' as const, report: report.value, store, isFresh, warnings, hints }
    return reportWithSuggestions(caps, sources, workspace, input, run)
  })
}

/**
 * cargo vet's `fmt`: canonical bytes for the three files. Answers the names of the files that changed; with a store
 * path cargo is not asked. @failure store codes, store-changed
 */
export async function formatStore(
  caps: Capabilities,
  options: CommandOptions,
  run: Run,
): Promise<Result<readonly string[], Failure>> {
  const storeDir = options.storePath === null ? await findStoreDir(caps, options, run) : ok(options.storePath)
  if (!storeDir.ok) return storeDir
  const loaded = await readStore(caps, storeDir.value, { locked: options.locked, today: options.today }, run.signal)
  if (!loaded.ok) return loaded
  const texts = renderStore(loaded.value.store)
  const isSame = (['audits', 'config', 'imports'] as const).every(name => texts[name] === loaded.value.texts[name])
  if (isSame) return ok([])
  const written = await commitStore(caps, { storeDir: storeDir.value, base: loaded.value.sha256, texts }, run.signal)
  return written.ok ? ok(written.value.written) : written
}

/** loadWorkspace with the graph filters applied. @failure as loadWorkspace, and `usage` for a filter that does not parse */
export async function loadFiltered(
  caps: Capabilities,
  options: CommandOptions,
  run: Run,
): Promise<Result<LoadedWorkspace, Failure>> {
  const filters = graphFilters(options.filterGraph)
  if (!filters.ok) return filters
  const loaded = await loadWorkspace(caps, options, run)
  if (!loaded.ok || filters.value.length === 0) return loaded
  return ok({ ...loaded.value, graph: filterGraph(loaded.value.graph, filters.value) })
}

/** @failure usage: one does not parse */
export function graphFilters(texts: readonly string[]): Result<readonly GraphFilter[], Failure> {
  const filters: GraphFilter[] = []
  for (const text of texts) {
    const filter = parseGraphFilter(text)
    if (!filter.ok) return fail({ code: 'usage', message: `--filter-graph '${text}': ${filter.error}` })
    filters.push(filter.value)
  }
  return ok(filters)
}

/** The answer to a failed vetting: what could be read, measured. What could not be measured is warned of. */
export async function reportWithSuggestions(
  caps: Capabilities,
  sources: OpenedSources,
  { graph, mapper }: LoadedWorkspace,
  input: {
    readonly command: 'check' | 'suggest'
    readonly report: ResolveReport
    readonly store: VetStore
    readonly isFresh: IsFresh
    readonly warnings: readonly string[]
    readonly hints: CommandOptions['hints']
  },
  run: Run,
): Promise<Result<ReportOutcome, Failure>> {
  const reading = await suggestReading({ graph, mapper, report: input.report, store: input.store }, sources, run)
  if (!reading.ok) return reading
  const { suggest, plans } = reading.value
  const warnings = [...input.warnings, ...reading.value.failures.map(measureWarning)]
  const { command, report, hints = 'none' } = input
  if (hints === 'none') return ok(reportOutcome(command, report, suggest, warnings))
  const { gatherHints } = await import('./suggest-hints.ts')
  const { peerRegistryUrl } = await import('../io/peers.ts')
  const peerRegistry = hints === 'publishers' ? null : peerRegistryUrl(caps)
  const gathered = await gatherHints({ ...input, workspace: { mapper }, sources, suggest, plans, peerRegistry }, run)
  return ok(reportOutcome(command, report, suggest, [...warnings, ...gathered.warnings], gathered.hintsFor))
}

/** PARITY cargo-vet 0.10.3: the wording of a candidate that could not be measured, without its stray newline. */
function measureWarning({ crate, delta, failure }: MeasureFailure): string {
  const { title, cause } = describeFailure(failure)
  const reason = cause === null ? title : `${title}: ${cause.split('\n')[0] ?? ''}`
  return delta === null
    ? `error reading the index for ${crate}: ${reason}`
    : `error diffing ${crate}:${deltaText(delta)}: ${reason}`
}

/** `suggest`: null for a check, and where there is nothing to suggest. The text has no colours. */
export function reportOutcome(
  command: 'check' | 'suggest',
  report: ResolveReport,
  suggest: Suggest | null,
  warnings: readonly string[],
  hintsFor?: HintsFor,
): ReportOutcome {
  const human = command === 'check' ? reportHuman : suggestHuman
  return {
    conclusion: report.conclusion,
    warnings,
    text: format => (format === 'json' ? reportJson(report, suggest) : human(report, suggest, hintsFor)),
  }
}

async function findStoreDir(
  caps: Capabilities,
  options: CommandOptions,
  run: Run,
): Promise<Result<AbsolutePath, Failure>> {
  const located = await locateWorkspace(caps, options.path)
  if (!located.ok) return located
  const graph = await runCargoMetadata(
    caps,
    { ...options, manifestPath: located.value.manifestPath, locked: true },
    run,
  )
  const byDefault = path.join(located.value.root, 'supply-chain') as AbsolutePath
  if (!graph.ok) return graph.error.code === 'cargo-not-found' ? ok(byDefault) : graph
  const stated = statedStoreDir(graph.value.metadata, options.currentDir ?? options.path)
  return stated.ok ? ok(stated.value ?? byDefault) : stated
}
