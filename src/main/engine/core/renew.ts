/**
 * Wildcard audits that end soon, and the same with a later end. An entry with `renew = false` is left alone; with
 * `--expiring` so is one whose crate saw no release since its end and none for 16 weeks.
 * Source: cargo-vet 0.10.3 src/main.rs WildcardAuditRenewal, src/format.rs should_renew.
 */
import type { CrateName, IsoDate } from '../../../shared/domain.ts'
import { withEntry } from './byte-order.ts'
import { addDays } from './dates.ts'
import type { PublisherEntry, PublisherId, VetStore, WildcardAudit } from './store-model.ts'

const EXPIRING_WITHIN_DAYS = 6 * 7
const INACTIVE_AFTER_DAYS = 16 * 7

export interface Renewal {
  readonly store: VetStore
  /** By crate in byte order, the publishers whose entries were renewed, in file order. */
  readonly renewed: readonly { readonly crate: CrateName; readonly publishers: readonly PublisherId[] }[]
}

/** Gives every eligible entry of the crate the new end. Null when it has no wildcard audits at all. */
export function renewCrate(store: VetStore, crate: CrateName, end: IsoDate): Renewal | null {
  return store.audits.wildcardAudits.has(crate)
    ? renewWhere(store, end, (entry, of) => of === crate && entry.renew !== false)
    : null
}

export interface ExpiringInput {
  readonly today: IsoDate
  /** An end before this day is soon; a last release before that one makes a crate inactive. */
  readonly soon: IsoDate
  readonly inactiveBefore: IsoDate
  readonly includeInactive: boolean
  /** Releases as fetched now; null when they were not, then no crate counts as inactive. */
  readonly liveReleases: ReadonlyMap<CrateName, readonly PublisherEntry[]> | null
}

/** The two days as cargo-vet counts them. */
export function expiringInput(today: IsoDate): Pick<ExpiringInput, 'today' | 'soon' | 'inactiveBefore'> {
  return { today, soon: addDays(today, EXPIRING_WITHIN_DAYS), inactiveBefore: addDays(today, -INACTIVE_AFTER_DAYS) }
}

/** Gives every entry that ends before `soon` the new end. */
export function renewExpiring(store: VetStore, input: ExpiringInput, end: IsoDate): Renewal {
  return renewWhere(store, end, (entry, crate) => isExpiring(entry, crate, input))
}

function isExpiring(entry: WildcardAudit, crate: CrateName, input: ExpiringInput): boolean {
  if (entry.renew === false || entry.end >= input.soon) return false
  if (input.includeInactive) return true
  const releases = input.liveReleases?.get(crate) ?? []
  const last = releases.reduce<IsoDate>(
    (latest, { when }, i) => (i === 0 || when > latest ? when : latest),
    input.today,
  )
  return !(last < entry.end && last < input.inactiveBefore)
}

function renewWhere(
  store: VetStore,
  end: IsoDate,
  isWanted: (entry: WildcardAudit, crate: CrateName) => boolean,
): Renewal {
  let wildcardAudits = store.audits.wildcardAudits
  const renewed: { crate: CrateName; publishers: readonly PublisherId[] }[] = []
  for (const [crate, entries] of store.audits.wildcardAudits) {
    const wanted = entries.filter(entry => isWanted(entry, crate))
    if (wanted.length === 0) continue
    renewed.push({ crate, publishers: wanted.map(entry => entry.publisher) })
    wildcardAudits = withEntry(
      wildcardAudits,
      crate,
      entries.map(entry => (wanted.includes(entry) ? { ...entry, end } : entry)),
    )
  }
  return { store: { ...store, audits: { ...store.audits, wildcardAudits } }, renewed }
}
