/**
 * The main flow as a list of steps, shared by every door: find the workspace, read graph and store side by side,
 * resolve, measure what could be read, choose what to suggest. No state is kept here and nothing is written.
 */
import path from 'node:path'
import type { AbsolutePath, CrateName, Delta, DiffStat, IsoDate } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import type { CargoMetadata } from '../core/cargo-metadata.ts'
import type { IsFresh } from '../core/audit-graph.ts'
import { checkCratePolicies } from '../core/check-policies.ts'
import { buildCriteriaMapper, type CriteriaMapper } from '../core/criteria.ts'
import { buildDepGraph, type DepGraph } from '../core/dep-graph.ts'
import { createResolver } from '../core/incremental.ts'
import { resolve, type ResolveInput, type ResolveReport } from '../core/resolve.ts'
import type { VetStore } from '../core/store-model.ts'
import {
  candidateDeltas,
  chooseSuggestions,
  storeForSuggest,
  type CandidatePlan,
  type Suggest,
} from '../core/suggest.ts'
import { onlyFreshUnpublished } from '../core/unpublished.ts'
import type { Measurer } from '../io/measure.ts'
import type { Registry } from '../io/registry.ts'
import { metadataFromLock, readCargoLock } from '../io/cargo-lock.ts'
import { runCargoMetadata } from '../io/cargo-metadata.ts'
import { locateWorkspace } from '../io/locate-workspace.ts'
import { readStore, type LoadedStore } from '../store/load-store.ts'

export interface WorkspaceOptions {
  /** A folder inside the workspace, or a Cargo.toml. */
  readonly path: AbsolutePath
  /** Overrides `<root>/supply-chain` and the manifest's `metadata.vet.store`. */
  readonly storePath: AbsolutePath | null
  readonly locked: boolean
  /** Passed on to cargo; nothing may use the network then. */
  readonly frozen: boolean
  readonly allFeatures: boolean
  readonly noDefaultFeatures: boolean
  readonly features: readonly string[]
  readonly cargoArgs: readonly string[]
  readonly today: IsoDate
  /** True: without cargo the graph is approximated from Cargo.lock. False: that is a failure. */
  readonly allowLockfileOnly: boolean
  /** Also asks cargo for its version, which costs a process. */
  readonly wantCargoVersion?: boolean
  /** What a relative `metadata.vet.store.path` is relative to; default: `path`. */
  readonly currentDir?: AbsolutePath
  /** Leaves problems of the policy table aside, as every command of cargo-vet does but `check` and `init`. */
  readonly ignorePolicyProblems?: boolean
}

export interface LoadedWorkspace {
  readonly root: AbsolutePath
  readonly name: string
  readonly metadata: CargoMetadata
  readonly cargoVersion: string | null
  readonly graph: DepGraph
  readonly loaded: LoadedStore
  readonly mapper: CriteriaMapper
}

export interface Solved {
  /** What was solved: the store as loaded, or with what peers and registry say now. */
  readonly store: VetStore
  /** Marks what is not in imports.lock yet; absent when the store is as loaded. */
  readonly isFresh?: IsFresh
  readonly report: ResolveReport
  /** The same without exemptions: what cargo vet's `suggest` works on. */
  readonly suggestStore: VetStore
  readonly suggestReport: ResolveReport
}

/**
 * Reads graph and store at the same time (cargo is the slow part) and joins them.
 * @failure every workspace, cargo, lock file, store, criteria and policy code
 */
export async function loadWorkspace(
  caps: Capabilities,
  options: WorkspaceOptions,
  run: Run,
): Promise<Result<LoadedWorkspace, Failure>> {
  const located = await locateWorkspace(caps, options.path)
  // A cargo that is only named by CARGO may know a workspace that we cannot see; with a store path we let it decide.
  if (!located.ok && options.storePath === null) return located
  const place = located.ok
    ? located.value
    : { root: options.path, manifestPath: null, name: path.basename(options.path) }
  const firstStoreDir = options.storePath ?? (path.join(place.root, 'supply-chain') as AbsolutePath)
  const [graphSource, firstStore] = await Promise.all([
    readGraphSource(caps, place, options, run),
    readStore(caps, firstStoreDir, { locked: options.locked, today: options.today }, run.signal),
  ])
  if (!graphSource.ok) return graphSource
  const { metadata, cargoVersion } = graphSource.value
  const statedDir = options.storePath === null ? statedStoreDir(metadata, options.currentDir ?? options.path) : ok(null)
  if (!statedDir.ok) return statedDir
  const loaded =
    statedDir.value === null || statedDir.value === firstStoreDir
      ? firstStore
      : await readStore(caps, statedDir.value, { locked: options.locked, today: options.today }, run.signal)
  if (!loaded.ok) return loaded
  return joinWorkspace(metadata, cargoVersion, loaded.value, place.name, place.root, options.ignorePolicyProblems)
}

/** The graph's source and where its store is or would be, without reading the store. @failure workspace and cargo codes */
export async function locateStore(
  caps: Capabilities,
  options: WorkspaceOptions,
  run: Run,
): Promise<
  Result<{ readonly metadata: CargoMetadata; readonly root: AbsolutePath; readonly storeDir: AbsolutePath }, Failure>
> {
  const located = await locateWorkspace(caps, options.path)
  if (!located.ok && options.storePath === null) return located
  const place = located.ok ? located.value : { root: options.path, manifestPath: null }
  const source = await readGraphSource(caps, place, options, run)
  if (!source.ok) return source
  const { metadata } = source.value
  const root = metadata.workspaceRoot === '' ? place.root : (metadata.workspaceRoot as AbsolutePath)
  const stated = options.storePath === null ? statedStoreDir(metadata, options.currentDir ?? options.path) : ok(null)
  if (!stated.ok) return stated
  const storeDir = options.storePath ?? stated.value ?? (path.join(root, 'supply-chain') as AbsolutePath)
  return ok({ metadata, root, storeDir })
}

/** Joins a graph source and a loaded store; pure. Used again when only the store changed. */
export function joinWorkspace(
  metadata: CargoMetadata,
  cargoVersion: string | null,
  loaded: LoadedStore,
  name: string,
  fallbackRoot: AbsolutePath,
  ignorePolicyProblems = false,
): Result<LoadedWorkspace, Failure> {
  const mapper = buildCriteriaMapper(loaded.store.audits)
  if (!mapper.ok) return mapper
  const graph = buildDepGraph(metadata, loaded.store.config.policy)
  const problems = ignorePolicyProblems ? [] : checkCratePolicies(graph, loaded.store.config)
  if (problems.length > 0) return fail({ code: 'policy-invalid', problems })
  const root = metadata.workspaceRoot === '' ? fallbackRoot : (metadata.workspaceRoot as AbsolutePath)
  return ok({ root, name, metadata, cargoVersion, graph, loaded, mapper: mapper.value })
}

type Resolver = (input: ResolveInput) => Result<ResolveReport, Failure>

/** The two resolvers of `solve`; a session keeps two with a memory, so that a decision re-solves only what it touches. */
export interface Resolvers {
  readonly asIs: Resolver
  readonly forSuggest: Resolver
}

/** Each solves only the crates whose entries differ from its last run. */
export function rememberingResolvers(): Resolvers {
  const [asIs, forSuggest] = [createResolver(), createResolver()]
  return { asIs: asIs.resolve, forSuggest: forSuggest.resolve }
}

/**
 * Resolves the store as it is and once more without exemptions. `isFresh` marks what is not in imports.lock yet, of a
 * store that was taken online. Pure. @failure criteria codes
 */
export function solve(
  workspace: Pick<LoadedWorkspace, 'graph' | 'mapper'>,
  store: VetStore,
  isFresh?: IsFresh,
  resolvers: Resolvers = { asIs: resolve, forSuggest: resolve },
): Result<Solved, Failure> {
  const { graph, mapper } = workspace
  const freshness = isFresh === undefined ? {} : { isFresh }
  const report = resolvers.asIs({ graph, store, mapper, ...freshness })
  if (!report.ok) return report
  const suggestStore = isFresh === undefined ? storeForSuggest(store) : storeForLiveSuggest(store, isFresh)
  const suggestReport = resolvers.forSuggest({ graph, store: suggestStore, mapper, ...freshness })
  if (!suggestReport.ok) return suggestReport
  return ok({ store, ...freshness, report: report.value, suggestStore, suggestReport: suggestReport.value })
}

/**
 * The store for `suggest` of one that was taken online: for unpublished versions only what the index says now.
 * PARITY cargo-vet 0.10.3 clone_for_suggest.
 */
export function storeForLiveSuggest(store: VetStore, isFresh: IsFresh): VetStore {
  const unpublished = onlyFreshUnpublished(store.imports.unpublished, isFresh)
  return storeForSuggest({ ...store, imports: { ...store.imports, unpublished } })
}

export interface SuggestInput {
  readonly graph: DepGraph
  readonly report: ResolveReport
  readonly store: VetStore
  readonly mapper: CriteriaMapper
}

export interface Sources {
  readonly registry: Registry
  readonly measurer: Measurer
  /** No index look-ups at all (cargo vet's --frozen). */
  readonly offline: boolean
}

export interface MeasureFailure {
  readonly crate: CrateName
  readonly delta: Delta | null
  readonly failure: Failure
}

/** What `planReading` found: candidate deltas per failing node, and the index look-ups that failed. */
export interface ReadingPlan {
  readonly plans: readonly CandidatePlan[]
  readonly failures: readonly MeasureFailure[]
}

/** Asks the index which versions exist (unless offline) and lists cargo-vet's candidate deltas. Index failures are values. */
export async function planReading(
  input: SuggestInput,
  sources: Sources,
  run: Run,
): Promise<Result<ReadingPlan, Failure>> {
  const known = new Map<string, readonly string[]>()
  const failures: MeasureFailure[] = []
  const crates = [...new Set(input.report.failures.map(f => f.name))]
  if (!sources.offline) {
    let done = 0
    await Promise.all(
      crates.map(async crate => {
        const versions = await sources.registry.versions(crate, run)
        if (versions.ok) {
          known.set(
            crate,
            versions.value.map(v => v.version),
          )
        } else if (versions.error.code !== 'offline') {
          failures.push({ crate, delta: null, failure: versions.error })
        }
        run.onProgress({ done: ++done, total: null, step: crate })
      }),
    )
  }
  run.signal.throwIfAborted()
  const plans = candidateDeltas({ ...input, knownVersions: crate => known.get(crate) ?? null })
  return ok({ plans, failures })
}

/**
 * Measures every candidate, calling `onMeasured` after each; what cannot be measured is left out, as cargo-vet does, and returned.
 * Order of work: smallest crates cannot be known beforehand, so as planned.
 */
export async function measurePlans(
  plans: readonly CandidatePlan[],
  measurer: Measurer,
  run: Run,
  onMeasured: (crate: CrateName, delta: Delta, result: Result<DiffStat, Failure>) => void = () => undefined,
): Promise<readonly MeasureFailure[]> {
  const todo = new Map<string, { crate: CrateName; delta: Delta }>()
  for (const plan of plans) {
    for (const delta of [...plan.candidates, ...plan.extra]) {
      if (measurer.known(plan.crate, delta) === null)
        todo.set(`${plan.crate} ${delta.from ?? ''}→${delta.to}`, { crate: plan.crate, delta })
    }
  }
  const failures: MeasureFailure[] = []
  let done = 0
  await Promise.all(
    [...todo.values()].map(async ({ crate, delta }) => {
      const measured = await measurer.measure(crate, delta, run)
      if (!measured.ok) failures.push({ crate, delta, failure: measured.error })
      run.onProgress({ done: ++done, total: todo.size, step: `${crate} ${delta.to}` })
      onMeasured(crate, delta, measured)
    }),
  )
  run.signal.throwIfAborted()
  await measurer.flush()
  return failures
}

/** The whole of cargo vet's `suggest`: plan, measure, choose. Failures of single candidates come beside the answer. */
export async function suggestReading(
  input: SuggestInput,
  sources: Sources,
  run: Run,
): Promise<
  Result<
    {
      readonly suggest: Suggest
      readonly plans: readonly CandidatePlan[]
      readonly failures: readonly MeasureFailure[]
    },
    Failure
  >
> {
  const planned = await planReading(input, sources, run)
  if (!planned.ok) return planned
  const unmeasured = await measurePlans(planned.value.plans, sources.measurer, run)
  const suggest = chooseSuggestions({
    ...input,
    plans: planned.value.plans,
    sizeOf: (crate, delta) => sources.measurer.known(crate, delta),
  })
  return ok({ suggest, plans: planned.value.plans, failures: [...planned.value.failures, ...unmeasured] })
}

async function readGraphSource(
  caps: Capabilities,
  place: { readonly root: AbsolutePath; readonly manifestPath: AbsolutePath | null },
  options: WorkspaceOptions,
  run: Run,
): Promise<Result<{ metadata: CargoMetadata; cargoVersion: string | null }, Failure>> {
  const manifestPath = place.manifestPath ?? (path.join(place.root, 'Cargo.toml') as AbsolutePath)
  const fromCargo = await runCargoMetadata(
    caps,
    {
      manifestPath,
      locked: true,
      frozen: options.frozen,
      allFeatures: options.allFeatures,
      noDefaultFeatures: options.noDefaultFeatures,
      features: options.features,
      cargoArgs: options.cargoArgs,
      wantVersion: options.wantCargoVersion === true,
    },
    run,
  )
  if (fromCargo.ok || fromCargo.error.code !== 'cargo-not-found' || !options.allowLockfileOnly) return fromCargo
  const lock = await readCargoLock(caps, path.join(place.root, 'Cargo.lock') as AbsolutePath)
  if (!lock.ok) return lock
  return ok({ metadata: metadataFromLock(lock.value, place.root), cargoVersion: null })
}

/**
 * The store folder named by `metadata.vet.store.path` of the workspace or of its root package; null when none is.
 * PARITY cargo-vet 0.10.3: the path is relative to the current directory, not to the manifest; both tables at once is an error.
 */
export function statedStoreDir(
  metadata: CargoMetadata,
  currentDir: AbsolutePath,
): Result<AbsolutePath | null, Failure> {
  const rootPackage = metadata.packages.find(p => p.id === metadata.resolveRoot)
  const tables = [metadata.workspaceVetMetadata, rootPackage?.vetMetadata].filter(t => t !== null && t !== undefined)
  if (tables.length > 1) {
    return fail({
      code: 'usage',
      message: 'both [workspace.metadata.vet] and [package.metadata.vet] are present; keep one',
    })
  }
  const table = tables[0] as { store?: { path?: unknown } } | undefined
  const stated = table?.store?.path
  if (stated === undefined) return ok(null)
  if (typeof stated !== 'string') return fail({ code: 'usage', message: '[metadata.vet] store.path must be a string' })
  const base = path.extname(currentDir) === '.toml' ? path.dirname(currentDir) : currentDir
  return ok(path.resolve(base, stated) as AbsolutePath)
}
