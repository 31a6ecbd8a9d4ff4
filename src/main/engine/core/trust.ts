/**
 * Trusting a publisher: the entry that is added to `trusted` or widened, and what it makes unnecessary. Also which
 * packages `trust --all` is about. Who published what is given; nothing is fetched here.
 * Source: cargo-vet 0.10.3 src/main.rs do_cmd_trust, apply_cmd_trust.
 */
import type { CrateName, CriteriaName, IsoDate } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { nothingIsFresh, type IsFresh } from './audit-graph.ts'
import { compareLists, compareText, withEntry } from './byte-order.ts'
import { criteriaSet, minimalNames, type CriteriaMapper, type CriteriaSet } from './criteria.ts'
import { addMonths } from './dates.ts'
import type { DepGraph } from './dep-graph.ts'
import { earliestBy, publisherIdOf, publisherKey, publisherName } from './publishers.ts'
import type { ResolveReport } from './resolve.ts'
import type { PublisherEntry, TrustedEntry, VetStore } from './store-model.ts'
import { updateStore, type UpdateMode } from './update-store.ts'

export interface TrustRequest {
  readonly crate: CrateName
  /** A login or an identity of trusted publishing. */
  readonly publisher: string
  /** As chosen; stored in minimal form. */
  readonly criteria: readonly string[]
  /** Null: the publisher's first release. */
  readonly start: IsoDate | null
  /** Null: a year from today. PARITY cargo-vet 0.10.3: a later end than that is accepted here. */
  readonly end: IsoDate | null
  readonly notes: string | null
}

export interface TrustInput {
  readonly graph: DepGraph
  /** `imports.publisher` must hold the rows of the crate. */
  readonly store: VetStore
  readonly mapper: CriteriaMapper
  readonly request: TrustRequest
  readonly today: IsoDate
  readonly isFresh?: IsFresh
}

export interface Trusted {
  readonly store: VetStore
  /** As it is stored now. */
  readonly entry: TrustedEntry
  /** True when an entry that was there got a wider range. */
  readonly isWidened: boolean
}

/** @failure publisher-unknown, criteria-none-chosen, criteria-unknown */
export function trustPublisher(input: TrustInput): Result<Trusted, Failure> {
  const { store, mapper, request, today } = input
  const { crate } = request
  const earliest = earliestBy(store.imports.publisher.get(crate) ?? [], request.publisher)
  if (earliest === null) return fail({ code: 'publisher-unknown', crate, publisher: request.publisher })
  const chosen = criteriaSet(mapper, request.criteria, 'criteria to trust for')
  if (!chosen.ok) return chosen
  const entry: TrustedEntry = {
    criteria: minimalNames(mapper, chosen.value),
    publisher: publisherIdOf(earliest.source),
    start: request.start ?? earliest.when,
    end: request.end ?? addMonths(today, 12),
    notes: request.notes,
    aggregatedFrom: [],
  }
  const joined = joinTrusted(store.audits.trusted.get(crate) ?? [], entry)
  const trusted = withEntry(store.audits.trusted, crate, joined.entries)
  const updated = updateStore({
    ...input,
    store: { ...store, audits: { ...store.audits, trusted } },
    isFresh: input.isFresh ?? nothingIsFresh,
    modeFor: name => modeForDecision(name === crate),
  })
  return updated.ok ? ok({ store: updated.value, entry: joined.entry, isWidened: joined.isWidened }) : updated
}

/** How the store is swept after a decision about one crate: there thoroughly, elsewhere not at all. */
export function modeForDecision(isDecided: boolean): UpdateMode {
  return {
    search: isDecided ? 'prefer-fresh-imports' : 'prefer-exemptions',
    pruneExemptions: isDecided,
    pruneNonImportable: isDecided,
    pruneImports: false,
  }
}

/** The first entry of the same criteria and publisher whose range lies within the new one is widened instead. */
function joinTrusted(
  entries: readonly TrustedEntry[],
  added: TrustedEntry,
): { readonly entries: readonly TrustedEntry[]; readonly entry: TrustedEntry; readonly isWidened: boolean } {
  // PARITY cargo-vet 0.10.3 apply_cmd_trust: new notes forbid widening; notes that are there do not, and stay.
  const at = entries.findIndex(
    old =>
      added.notes === null &&
      compareLists(old.criteria, added.criteria) === 0 &&
      publisherKey(old.publisher) === publisherKey(added.publisher) &&
      added.start <= old.start &&
      old.end <= added.end,
  )
  const old = entries[at]
  if (old === undefined) return { entries: [...entries, added], entry: added, isWidened: false }
  const entry = { ...old, start: added.start, end: added.end }
  return { entries: entries.with(at, entry), entry, isWidened: true }
}

/** Whom `trust CRATE` means when nobody is named. @failure publisher-unknown, publisher-ambiguous */
export function solePublisher(crate: CrateName, rows: readonly PublisherEntry[]): Result<string, Failure> {
  const names = new Map(rows.map(row => [sourceKey(row.source), publisherName(row.source)]))
  const [first] = names.values()
  if (first === undefined) return fail({ code: 'publisher-unknown', crate, publisher: null })
  if (names.size > 1) return fail({ code: 'publisher-ambiguous', crate, publishers: [...new Set(names.values())] })
  return ok(first)
}

/** Login and name count as well: cargo-vet compares the whole. */
const sourceKey = (source: PublisherEntry['source']): string =>
  source.kind === 'user' ? JSON.stringify([String(source.userId), source.login, source.name]) : publisherKey(source)

export interface TrustAll {
  /** In byte order. */
  readonly crates: readonly CrateName[]
  /** Left out because others published them too; in byte order. */
  readonly skipped: readonly CrateName[]
  /** What any of `crates` lacks, minimal. */
  readonly criteria: readonly CriteriaName[]
}

/** The crates whose publishers `trust --all` must know, in order of the failures, each once. */
export function cratesToTrust(suggestReport: ResolveReport): Result<CrateName[], Failure> {
  if (suggestReport.conclusion !== 'fail (vetting)') {
    return fail({ code: 'nothing-to-trust', publisher: null, skipped: [] })
  }
  return ok([...new Set(suggestReport.failures.map(f => f.name))])
}

/** @failure nothing-to-trust */
export function planTrustAll(
  mapper: CriteriaMapper,
  suggestReport: ResolveReport,
  publisher: string,
  allowMultiplePublishers: boolean,
  rowsOf: (crate: CrateName) => readonly PublisherEntry[],
): Result<TrustAll, Failure> {
  const crates = new Set<CrateName>()
  const skipped = new Set<CrateName>()
  let missing: CriteriaSet = 0n
  for (const failure of suggestReport.failures) {
    const rows = rowsOf(failure.name)
    const count = rows.filter(row => publisherName(row.source) === publisher).length
    if (count === 0) continue
    if (count !== rows.length && !allowMultiplePublishers) skipped.add(failure.name)
    else {
      crates.add(failure.name)
      missing |= failure.missing
    }
  }
  const inOrder = (names: ReadonlySet<CrateName>): CrateName[] => [...names].sort(compareText)
  if (crates.size === 0) return fail({ code: 'nothing-to-trust', publisher, skipped: inOrder(skipped) })
  return ok({ crates: inOrder(crates), skipped: inOrder(skipped), criteria: minimalNames(mapper, missing) })
}

/**
 * Trusts one publisher for several crates, one after the other. Imports are looked at as they were for every one of
 * them. @failure as trustPublisher
 */
export function trustSeveral(
  input: Omit<TrustInput, 'request'>,
  crates: readonly CrateName[],
  request: Omit<TrustRequest, 'crate'>,
): Result<VetStore, Failure> {
  let store = input.store
  let result = store
  for (const crate of crates) {
    const done = trustPublisher({ ...input, store, request: { ...request, crate } })
    if (!done.ok) return done
    result = done.value.store
    // PARITY cargo-vet 0.10.3: the next one starts from the live imports again; only the last update is stored.
    store = { ...result, imports: input.store.imports }
  }
  return ok(result)
}
