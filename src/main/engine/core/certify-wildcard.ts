/**
 * Certifying all releases of one publisher within a range of days: the wildcard entry and what it makes unnecessary.
 * Who published what is given; nothing is fetched here.
 * Source: cargo-vet 0.10.3 src/main.rs do_cmd_certify, CertifyKind::Wildcard.
 */
import type { CrateName, IsoDate } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { nothingIsFresh, type IsFresh } from './audit-graph.ts'
import { withEntry } from './byte-order.ts'
import { criteriaSet, minimalNames, type CriteriaMapper } from './criteria.ts'
import { addMonths } from './dates.ts'
import type { DepGraph } from './dep-graph.ts'
import { earliestBy, publisherIdOf } from './publishers.ts'
import type { PublisherEntry, VetStore, WildcardAudit } from './store-model.ts'
import { modeForDecision } from './trust.ts'
import { updateStore } from './update-store.ts'

export interface WildcardRequest {
  readonly crate: CrateName
  /** A login or an identity of trusted publishing. */
  readonly publisher: string
  /** As chosen; stored in minimal form. */
  readonly criteria: readonly string[]
  readonly who: readonly string[]
  /** Null: the publisher's first release. */
  readonly start: IsoDate | null
  /** Exclusive. Null: a year from today. One that is stated also says that the entry is not to be renewed. */
  readonly end: IsoDate | null
  readonly notes: string | null
}

export interface WildcardInput {
  readonly graph: DepGraph
  /** `imports.publisher` must hold the rows of the crate. */
  readonly store: VetStore
  readonly mapper: CriteriaMapper
  readonly request: WildcardRequest
  readonly today: IsoDate
  /** Allows crates that are not third-party packages of the workspace. */
  readonly force: boolean
  readonly isFresh?: IsFresh
}

/** @failure package-unknown, publisher-unknown, wildcard-end-date, criteria-none-chosen, criteria-unknown */
export function certifyWildcard(
  input: WildcardInput,
): Result<{ readonly store: VetStore; readonly added: WildcardAudit }, Failure> {
  const { graph, store, mapper, request, force } = input
  const { crate } = request
  if (!force && !graph.packages.some(p => p.isThirdParty && p.name === crate)) {
    return fail({ code: 'package-unknown', name: crate, version: null })
  }
  const range = wildcardRange(request, store.imports.publisher.get(crate) ?? [], input.today)
  if (!range.ok) return range
  if (request.criteria.length === 0) return fail({ code: 'criteria-none-chosen' })
  const chosen = criteriaSet(mapper, request.criteria, 'criteria to certify for')
  if (!chosen.ok) return chosen
  const added: WildcardAudit = {
    who: request.who,
    criteria: minimalNames(mapper, chosen.value),
    publisher: publisherIdOf(range.value.source),
    start: range.value.start,
    end: range.value.end,
    renew: request.end === null ? null : false,
    notes: request.notes,
    aggregatedFrom: [],
  }
  const wildcardAudits = withEntry(store.audits.wildcardAudits, crate, [
    ...(store.audits.wildcardAudits.get(crate) ?? []),
    added,
  ])
  const updated = updateStore({
    ...input,
    store: { ...store, audits: { ...store.audits, wildcardAudits } },
    isFresh: input.isFresh ?? nothingIsFresh,
    modeFor: name => modeForDecision(name === crate),
  })
  return updated.ok ? ok({ store: updated.value, added }) : updated
}

export interface WildcardRange {
  readonly source: PublisherEntry['source']
  readonly start: IsoDate
  readonly end: IsoDate
}

/** Whom and which days the request means. @failure publisher-unknown, wildcard-end-date */
export function wildcardRange(
  { crate, publisher, start, end }: Pick<WildcardRequest, 'crate' | 'publisher' | 'start' | 'end'>,
  rows: readonly PublisherEntry[],
  today: IsoDate,
): Result<WildcardRange, Failure> {
  const earliest = earliestBy(rows, publisher)
  if (earliest === null) return fail({ code: 'publisher-unknown', crate, publisher })
  const latest = addMonths(today, 12)
  if (end !== null && end > latest) return fail({ code: 'wildcard-end-date', end, latest })
  return ok({ source: earliest.source, start: start ?? earliest.when, end: end ?? latest })
}
