/**
 * The commands about publishers: trust, certify --wildcard, regenerate unpublished. Each goes online (unless locked),
 * looks up who published the crates in question, takes one pure step of core/ and commits under cargo-vet's lock.
 */
import type { CrateName, CriteriaName, IsoDate } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { withEntry } from '../core/byte-order.ts'
import { certifyWildcard, wildcardRange, type WildcardRange } from '../core/certify-wildcard.ts'
import { criteriaSet } from '../core/criteria.ts'
import { livePublishers, publisherName } from '../core/publishers.ts'
import { resolve } from '../core/resolve.ts'
import type { VetStore } from '../core/store-model.ts'
import { storeForSuggest } from '../core/suggest.ts'
import { cratesToTrust, planTrustAll, solePublisher, trustPublisher, trustSeveral } from '../core/trust.ts'
import { onlyFreshUnpublished } from '../core/unpublished.ts'
import { updateStore } from '../core/update-store.ts'
import { gitIdentity } from '../io/git.ts'
import { loadFiltered, type CommandOptions } from './commands.ts'
import type { LoadedWorkspace } from './flow.ts'
import { liveStoreOf, storedAsLive, withSources } from './live-store.ts'
import type { LiveStore, ReleaseSource } from './online.ts'
import { writeStore, type Wrote } from './store-commands.ts'

/** Lets a person change the proposed criteria; without one the proposal stands. */
export type ChooseCriteria = (question: {
  readonly title: string
  readonly proposed: readonly CriteriaName[]
  readonly all: readonly CriteriaName[]
}) => Promise<Result<readonly string[], Failure>>

export interface TrustWish {
  readonly crate: string | null
  /** Null: the crate's only publisher. */
  readonly publisher: string | null
  /** Of this publisher, every crate that fails or is exempted; then `crate` is null. */
  readonly all: string | null
  readonly allowMultiplePublishers: boolean
  /** Empty: asked for. */
  readonly criteria: readonly string[]
  readonly startDate: IsoDate | null
  readonly endDate: IsoDate | null
  readonly notes: string | null
}

export interface TrustDone extends Wrote {
  readonly publisher: string
  readonly crates: readonly CrateName[]
  /** Published by others too, so left out of `--all`. */
  readonly skipped: readonly CrateName[]
}

/** The workspace with its live store, and a way to learn who published more crates. */
export interface OpenedPublishers {
  readonly workspace: Pick<LoadedWorkspace, 'graph' | 'mapper' | 'loaded'>
  live: LiveStore
  /** Null when locked: then nobody is known to have published anything, as with cargo-vet. */
  readonly webApi: ReleaseSource | null
}
interface Opened extends OpenedPublishers {
  readonly workspace: LoadedWorkspace
}

/** What `trust` makes of the live store, before it is written. */
export interface TrustStep {
  readonly store: VetStore
  readonly publisher: string
  readonly crates: readonly CrateName[]
  readonly skipped: readonly CrateName[]
}

const DEFAULT_CRITERIA = ['safe-to-deploy'] as CriteriaName[]

/** @failure as check, publisher-unknown, publisher-ambiguous, nothing-to-trust, criteria-unknown, criteria-none-chosen */
export async function trustCommand(
  caps: Capabilities,
  options: CommandOptions,
  wish: TrustWish,
  choose: ChooseCriteria,
  run: Run,
): Promise<Result<TrustDone, Failure>> {
  return withPublishers(caps, options, run, async opened => {
    const step = await trustStep(opened, options.today, wish, choose, run)
    if (!step.ok) return step
    const { store, ...done } = step.value
    const written = await writeStore(caps, toWrite(opened), store, run)
    return written.ok ? ok({ ...written.value, ...done }) : written
  })
}

/** The whole of `trust` but the writing. Learns publishers into `opened.live`. @failure as trustCommand */
export async function trustStep(
  opened: OpenedPublishers,
  today: IsoDate,
  wish: TrustWish,
  choose: ChooseCriteria,
  run: Run,
): Promise<Result<TrustStep, Failure>> {
  const known = knownNames(opened, wish.criteria)
  if (!known.ok) return known
  return wish.all === null
    ? trustOne(opened, today, wish, choose, run)
    : trustAll(opened, today, { ...wish, all: wish.all }, choose, run)
}

async function trustOne(
  opened: OpenedPublishers,
  today: IsoDate,
  wish: TrustWish,
  choose: ChooseCriteria,
  run: Run,
): Promise<Result<TrustStep, Failure>> {
  const crate = (wish.crate ?? '') as CrateName
  const learned = await learnPublishers(opened, crate, run)
  if (!learned.ok) return learned
  const rows = rowsOf(opened, crate)
  const publisher = wish.publisher === null ? solePublisher(crate, rows) : ok(wish.publisher)
  if (!publisher.ok) return publisher
  if (!rows.some(row => publisherName(row.source) === publisher.value)) {
    return fail({ code: 'publisher-unknown', crate, publisher: publisher.value })
  }
  const title = `choose trusted criteria for ${crate}:* published by ${publisher.value}`
  const criteria = await chosenCriteria(opened, wish.criteria, DEFAULT_CRITERIA, title, choose)
  if (!criteria.ok) return criteria
  const { graph, mapper } = opened.workspace
  const trusted = trustPublisher({
    graph,
    mapper,
    store: opened.live.store,
    isFresh: opened.live.isFresh,
    today,
    request: {
      crate,
      publisher: publisher.value,
      criteria: criteria.value,
      start: wish.startDate,
      end: wish.endDate,
      notes: wish.notes,
    },
  })
  return trusted.ok
    ? ok({ store: trusted.value.store, publisher: publisher.value, crates: [crate], skipped: [] })
    : trusted
}

async function trustAll(
  opened: OpenedPublishers,
  today: IsoDate,
  wish: TrustWish & { readonly all: string },
  choose: ChooseCriteria,
  run: Run,
): Promise<Result<TrustStep, Failure>> {
  const { graph, mapper } = opened.workspace
  const store = storeForSuggest(opened.live.store, opened.webApi === null ? null : opened.live.isFresh)
  const report = resolve({ graph, store, mapper, isFresh: opened.live.isFresh })
  if (!report.ok) return report
  const failing = cratesToTrust(report.value)
  if (!failing.ok) return failing
  for (const crate of failing.value) {
    const learned = await learnPublishers(opened, crate, run)
    if (!learned.ok) return learned
  }
  const plan = planTrustAll(mapper, report.value, wish.all, wish.allowMultiplePublishers, crate =>
    rowsOf(opened, crate),
  )
  if (!plan.ok) return plan
  const { crates, skipped } = plan.value
  const title = `choose trusted criteria for packages published by ${wish.all} (${crates.join(', ')})`
  const criteria = await chosenCriteria(opened, wish.criteria, plan.value.criteria, title, choose)
  if (!criteria.ok) return criteria
  const { startDate: start, endDate: end, notes } = wish
  const { store: live, isFresh } = opened.live
  const trusted = trustSeveral({ graph, mapper, store: live, isFresh, today }, crates, {
    publisher: wish.all,
    criteria: criteria.value,
    start,
    end,
    notes,
  })
  return trusted.ok ? ok({ store: trusted.value, publisher: wish.all, crates, skipped }) : trusted
}

export interface WildcardWish {
  readonly crate: string
  readonly publisher: string
  readonly criteria: readonly string[]
  /** Empty: git's identity. */
  readonly who: readonly string[]
  readonly startDate: IsoDate | null
  readonly endDate: IsoDate | null
  readonly notes: string | null
  readonly force: boolean
}

/** What is about to be stated, for the question before it is written. */
export interface WildcardStatement extends WildcardRange {
  readonly who: readonly string[]
  readonly criteria: readonly string[]
  readonly sentence: string
}

/**
 * Certifies all releases of a publisher within a range of days. `confirm` sees the statement; false writes nothing and
 * answers null. @failure as check, package-unknown, publisher-unknown, wildcard-end-date, identity-missing, criteria codes
 */
export async function certifyWildcardCommand(
  caps: Capabilities,
  options: CommandOptions,
  wish: WildcardWish,
  ask: {
    readonly choose: ChooseCriteria
    confirm(statement: WildcardStatement): Promise<Result<boolean, Failure>>
  },
  run: Run,
): Promise<Result<Wrote | null, Failure>> {
  return withPublishers(caps, options, run, async (opened): Promise<Result<Wrote | null, Failure>> => {
    const known = knownNames(opened, wish.criteria)
    if (!known.ok) return known
    const crate = wish.crate as CrateName
    const { graph, mapper, root } = opened.workspace
    if (!wish.force && !graph.packages.some(p => p.isThirdParty && p.name === crate)) {
      return fail({ code: 'package-unknown', name: crate, version: null })
    }
    const learned = await learnPublishers(opened, crate, run)
    if (!learned.ok) return learned
    const request = { crate, publisher: wish.publisher, start: wish.startDate, end: wish.endDate, notes: wish.notes }
    const range = wildcardRange(request, rowsOf(opened, crate), options.today)
    if (!range.ok) return range
    const identity = wish.who.length > 0 ? ok(null) : await gitIdentity(caps, root, run.signal)
    if (!identity.ok) return identity
    const who = identity.value === null ? wish.who : [identity.value]
    const title = `choose criteria to certify for ${crate}:*`
    const criteria = await chosenCriteria(opened, wish.criteria, DEFAULT_CRITERIA, title, ask.choose)
    if (!criteria.ok) return criteria
    const sentence = `I, ${who.join(', ')}, certify that any version of ${crate} published by '${wish.publisher}' between ${range.value.start} and ${range.value.end} will satisfy the above criteria.`
    const confirmed = await ask.confirm({ ...range.value, who, criteria: criteria.value, sentence })
    if (!confirmed.ok) return confirmed
    if (!confirmed.value) return ok(null)
    const { store, isFresh } = opened.live
    const { force } = wish
    const certified = certifyWildcard({
      graph,
      mapper,
      store,
      isFresh,
      today: options.today,
      force,
      request: { ...request, who, criteria: criteria.value },
    })
    return certified.ok ? writeStore(caps, toWrite(opened), certified.value.store, run) : certified
  })
}

/**
 * Drops unpublished entries that the registry no longer bears out and adds those that `check` needs now; `check` may
 * fail afterwards. Not to be called when locked. @failure as check
 */
export async function regenerateUnpublished(
  caps: Capabilities,
  options: CommandOptions,
  run: Run,
): Promise<Result<Wrote, Failure>> {
  return withPublishers(caps, options, run, async opened => {
    const { store, isFresh } = opened.live
    const unpublished = onlyFreshUnpublished(store.imports.unpublished, isFresh)
    const nowStored = new Set<unknown>([...unpublished.values()].flat())
    const { graph, mapper } = opened.workspace
    const updated = updateStore({
      graph,
      mapper,
      store: { ...store, imports: { ...store.imports, unpublished } },
      isFresh: entry => !nowStored.has(entry) && isFresh(entry),
      modeFor: () => ({
        search: 'prefer-exemptions',
        pruneExemptions: false,
        pruneNonImportable: false,
        pruneImports: false,
      }),
    })
    return updated.ok ? writeStore(caps, toWrite(opened), updated.value, run) : updated
  })
}

// ── steps ────────────────────────────────────────────────────────────────────────────────────

async function withPublishers<T>(
  caps: Capabilities,
  options: CommandOptions,
  run: Run,
  use: (opened: Opened) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  const loaded = await loadFiltered(caps, { ...options, ignorePolicyProblems: true }, run)
  if (!loaded.ok) return loaded
  const workspace = loaded.value
  if (options.locked) return use({ workspace, live: storedWithoutPublishers(workspace), webApi: null })
  return withSources(caps, options, workspace, async sources => {
    const live = await liveStoreOf(workspace, sources, {}, run)
    return live.ok ? use({ workspace, live: live.value, webApi: sources.webApi }) : live
  })
}

const storedWithoutPublishers = ({ loaded }: LoadedWorkspace): LiveStore => storedAsLive(loaded.store)

const toWrite = ({ workspace, live }: Opened) => ({ workspace, warnings: live.remarks })

/** PARITY cargo-vet 0.10.3 ensure_publisher_versions: locked, nobody published anything, whatever imports.lock has. */
function rowsOf({ live, webApi }: OpenedPublishers, crate: CrateName) {
  return webApi === null ? [] : (live.store.imports.publisher.get(crate) ?? [])
}

/** Adds the crate's releases to the live store. @failure as WebApi.releases */
async function learnPublishers(opened: OpenedPublishers, crate: CrateName, run: Run): Promise<Result<null, Failure>> {
  const { live, webApi, workspace } = opened
  if (webApi === null || live.store.imports.publisher.has(crate)) return ok(null)
  const releases = await webApi.releases(crate, run)
  if (!releases.ok) return releases
  const { rows, fresh } = livePublishers(workspace.loaded.store.imports.publisher.get(crate) ?? [], releases.value)
  const added = new Set<unknown>(fresh)
  const publisher = withEntry(live.store.imports.publisher, crate, rows)
  opened.live = {
    ...live,
    store: { ...live.store, imports: { ...live.store.imports, publisher } },
    isFresh: entry => added.has(entry) || live.isFresh(entry),
  }
  return ok(null)
}

/** Refuses what cargo-vet panics at, before anything is fetched for it. */
function knownNames({ workspace }: OpenedPublishers, criteria: readonly string[]): Result<null, Failure> {
  const known = criteriaSet(workspace.mapper, criteria, '--criteria')
  return known.ok ? ok(null) : known
}

async function chosenCriteria(
  { workspace }: OpenedPublishers,
  given: readonly string[],
  proposed: readonly CriteriaName[],
  title: string,
  choose: ChooseCriteria,
): Promise<Result<readonly string[], Failure>> {
  if (given.length > 0) return ok(given)
  const chosen = await choose({ title, proposed, all: workspace.mapper.names })
  return chosen.ok && chosen.value.length === 0 ? fail({ code: 'criteria-none-chosen' }) : chosen
}
