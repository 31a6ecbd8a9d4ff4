/** Trusting publishers of what is to be read: who published what alone, and the entries that `trust` would write. */
import type { CrateName, IsoDate } from '../../../shared/domain.ts'
import { changeId, type WhatIfChange } from '../../../shared/what-if.ts'
import { compareText } from '../core/byte-order.ts'
import { addMonths } from '../core/dates.ts'
import { publisherIdOf, publisherKey, publisherName } from '../core/publishers.ts'
import type { FailedPackage } from '../core/resolve.ts'
import { formatShortList } from '../core/short-list.ts'
import type { PublisherEntry, TrustedEntry } from '../core/store-model.ts'
import { planTrustAll } from '../core/trust.ts'
import { semverOf } from '../core/version.ts'
import { releasesOf, type Option, type OptionsInput } from './what-if-option.ts'

/** So many are offered. */
const MOST_PUBLISHERS = 60

/** By how many crates they are about; `unknown`: crates to read whose publishers nobody was asked for, sorted. */
export function publisherOptions(
  input: OptionsInput,
  items: readonly FailedPackage[],
): { readonly options: readonly Option[]; readonly unknown: readonly CrateName[] } {
  const unknown = new Set<CrateName>()
  /** By name: crates that he alone published, and crates that others published too. */
  const found = new Map<string, { readonly sole: Set<CrateName>; readonly shared: Set<CrateName> }>()
  for (const { name, version } of items) {
    const rows = releasesOf(input, name)
    if (rows === null) unknown.add(name)
    const publisher = rows?.find(row => row.version === semverOf(version))
    if (rows === null || publisher === undefined) continue
    const login = publisherName(publisher.source)
    const entry = found.get(login) ?? { sole: new Set(), shared: new Set() }
    found.set(login, entry)
    const isSole = rows.every(row => publisherName(row.source) === login)
    ;(isSole ? entry.sole : entry.shared).add(name)
  }
  const options: Option[] = []
  for (const [publisher, { sole, shared }] of found) {
    const single = sole.size === 1 ? [...sole] : []
    if (sole.size > 1) options.push(...trustAllOption(input, { kind: 'trust-all', publisher, criteria: [] }))
    for (const crate of [...single, ...shared])
      options.push(...trustOption(input, { kind: 'trust', crate, publisher, criteria: [] }))
  }
  const weight = ({ candidate }: Option) => (candidate?.kind === 'trust' ? candidate.entries.size : 0)
  options.sort((a, b) => weight(b) - weight(a) || compareText(changeId(a.change), changeId(b.change)))
  return { options: options.slice(0, MOST_PUBLISHERS), unknown: [...unknown].sort(compareText) }
}

type Trust = Extract<WhatIfChange, { kind: 'trust' }>
type TrustAll = Extract<WhatIfChange, { kind: 'trust-all' }>

/** None when the publisher is not known to have published the crate. */
export function trustOption(input: OptionsInput, change: Trust): Option[] {
  const rows = releasesOf(input, change.crate) ?? []
  const criteria = change.criteria.length > 0 ? change.criteria : ['safe-to-deploy']
  const entry = entryFor(rows, change.publisher, criteria, input.today)
  if (entry === null) return []
  const by = rows.filter(row => publisherKey(row.source) === publisherKey(entry.publisher)).length
  const others = new Set(rows.map(row => publisherName(row.source))).size - 1
  const shared =
    others === 0 ? 'nobody else published it' : `${others} ${others === 1 ? 'other' : 'others'} published it too`
  return [
    {
      change,
      title: `${change.publisher} for ${change.crate}`,
      detail: `${by} ${by === 1 ? 'release' : 'releases'}, ${shared}; until ${entry.end}`,
      candidate: { kind: 'trust', entries: new Map([[change.crate, entry]]) },
      why: null,
      fetchedAt: null,
    },
  ]
}

/** None when nothing is left that the publisher alone published. */
export function trustAllOption(input: OptionsInput, change: TrustAll): Option[] {
  const { mapper } = input.workspace
  const plan = planTrustAll(
    mapper,
    input.solved.suggestReport,
    change.publisher,
    false,
    crate => releasesOf(input, crate) ?? [],
  )
  if (!plan.ok) return []
  const { crates, criteria } = plan.value
  const entries = new Map<CrateName, TrustedEntry>()
  for (const crate of crates) {
    const wanted = change.criteria.length > 0 ? change.criteria : criteria
    const entry = entryFor(releasesOf(input, crate) ?? [], change.publisher, wanted, input.today)
    if (entry !== null) entries.set(crate, entry)
  }
  return [
    {
      change,
      title: `${change.publisher} for ${crates.length} ${crates.length === 1 ? 'crate' : 'crates'}`,
      detail: formatShortList(crates),
      candidate: { kind: 'trust', entries },
      why: null,
      fetchedAt: null,
    },
  ]
}

/** What `trust` would add; null when that publisher is not known to have published the crate. */
function entryFor(
  rows: readonly PublisherEntry[],
  publisher: string,
  criteria: readonly string[],
  today: IsoDate,
): TrustedEntry | null {
  const own = rows.filter(row => publisherName(row.source) === publisher)
  const [first] = own.toSorted((a, b) => compareText(a.when, b.when))
  if (first === undefined) return null
  const id = publisherIdOf(first.source)
  return { criteria, publisher: id, start: first.when, end: addMonths(today, 12), notes: null, aggregatedFrom: [] }
}
