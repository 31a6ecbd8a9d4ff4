/**
 * All changes of a draft in one step, for figures while somebody chooses: peers and publishers are added together and
 * the store is swept once. The verdict is that of the steps one after the other (law in tools/reference/what-if-gains);
 * the bytes may not be, so what is written always comes from what-if-steps.ts.
 */
import type { CrateName } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { inOrder, type WhatIfChange } from '../../../shared/what-if.ts'
import type { Run } from '../capabilities.ts'
import { withEntry } from '../core/byte-order.ts'
import { addMonths } from '../core/dates.ts'
import { earliestBy, livePublishers, publisherIdOf } from '../core/publishers.ts'
import { resolve } from '../core/resolve.ts'
import type { TrustedEntry, VetStore } from '../core/store-model.ts'
import { storeForSuggest } from '../core/suggest.ts'
import { cratesToTrust, modeForDecision, planTrustAll } from '../core/trust.ts'
import { updateStore } from '../core/update-store.ts'
import { PRUNE_ALL, withImport } from './import-commands.ts'
import { goOnline, type LiveStore, type StalePart } from './online.ts'
import { asWritten, takeSteps, type StepsInput, type Tried } from './what-if-steps.ts'

/** @failure as takeSteps */
export async function takeTogether(
  input: StepsInput,
  wanted: readonly WhatIfChange[],
  run: Run,
): Promise<Result<Tried, Failure>> {
  const changes = inOrder(wanted)
  const moved = await takeSteps(
    input,
    changes.filter(change => change.kind === 'move'),
    run,
  )
  if (!moved.ok || changes.every(change => change.kind === 'move')) return moved
  const { graph } = moved.value
  const { sources, onFailure, translations } = input
  const { mapper } = input.workspace
  let store = moved.value.store
  for (const change of changes) if (change.kind === 'import') store = withImport(store, change.name, change.urls)
  const asked = { store, graph, mapper, ...sources, mode: 'normal' as const, onFailure, translations }
  const live = await goOnline(asked, run)
  if (!live.ok) return live
  const trusted = await trustTogether(input, moved.value, live.value, changes, run)
  if (!trusted.ok) return trusted
  const { decided, told } = trusted.value
  const hasImports = changes.some(change => change.kind === 'import')
  const updated = updateStore({
    graph,
    mapper,
    store: trusted.value.live.store,
    isFresh: trusted.value.live.isFresh,
    modeFor: crate => (hasImports ? PRUNE_ALL : modeForDecision(decided.has(crate))),
  })
  if (!updated.ok) return updated
  const written = asWritten(moved.value, updated.value, trusted.value.live)
  return written.ok ? ok({ ...written.value, trusted: told }) : written
}

interface TrustedTogether {
  readonly live: LiveStore
  readonly decided: ReadonlySet<CrateName>
  readonly told: Tried['trusted']
}

async function trustTogether(
  input: StepsInput,
  before: Tried,
  live: LiveStore,
  changes: readonly WhatIfChange[],
  run: Run,
): Promise<Result<TrustedTogether, Failure>> {
  const learned = new Learned(input, before, live)
  const entries: [CrateName, TrustedEntry][] = []
  const told: Tried['trusted'][number][] = []
  const add = async (crate: CrateName, publisher: string, criteria: readonly string[]): Promise<Failure | null> => {
    const rows = await learned.rowsOf(crate, run)
    if (!rows.ok) return rows.error
    const earliest = earliestBy(rows.value, publisher)
    if (earliest === null) return { code: 'publisher-unknown', crate, publisher }
    const id = publisherIdOf(earliest.source)
    const end = addMonths(input.today, 12)
    entries.push([crate, { criteria, publisher: id, start: earliest.when, end, notes: null, aggregatedFrom: [] }])
    return null
  }
  for (const change of changes) {
    if (change.kind !== 'trust') continue
    const criteria = change.criteria.length > 0 ? change.criteria : ['safe-to-deploy']
    const failure = await add(change.crate, change.publisher, criteria)
    if (failure !== null) return fail(failure)
    told.push({ publisher: change.publisher, crates: [change.crate], skipped: [] })
  }
  for (const change of changes) {
    if (change.kind !== 'trust-all') continue
    const plan = await planAll(input, before, withTrusted(learned.live, entries), learned, change.publisher, run)
    if (!plan.ok && plan.error.code === 'nothing-to-trust') {
      told.push({ publisher: change.publisher, crates: [], skipped: [] })
      continue
    }
    if (!plan.ok) return plan
    const { crates, skipped } = plan.value
    const criteria = change.criteria.length > 0 ? change.criteria : plan.value.criteria
    for (const crate of crates) {
      const failure = await add(crate, change.publisher, criteria)
      if (failure !== null) return fail(failure)
    }
    told.push({ publisher: change.publisher, crates, skipped })
  }
  const done = withTrusted(learned.live, entries)
  return ok({
    live: { ...done, stale: [...done.stale, ...learned.unheard] },
    decided: new Set(entries.map(([crate]) => crate)),
    told,
  })
}

async function planAll(
  input: StepsInput,
  before: Tried,
  live: LiveStore,
  learned: Learned,
  publisher: string,
  run: Run,
) {
  const { mapper } = input.workspace
  const { store, isFresh } = live
  const report = resolve({ graph: before.graph, mapper, isFresh, store: storeForSuggest(store, isFresh) })
  if (!report.ok) return report
  const failing = cratesToTrust(report.value)
  if (!failing.ok) return failing
  for (const crate of failing.value) {
    const rows = await learned.rowsOf(crate, run)
    if (!rows.ok) return rows
  }
  return planTrustAll(mapper, report.value, publisher, false, crate => learned.known(crate))
}

function withTrusted(live: LiveStore, entries: readonly (readonly [CrateName, TrustedEntry])[]): LiveStore {
  let trusted: VetStore['audits']['trusted'] = live.store.audits.trusted
  for (const [crate, entry] of entries) trusted = withEntry(trusted, crate, [...(trusted.get(crate) ?? []), entry])
  return { ...live, store: { ...live.store, audits: { ...live.store.audits, trusted } } }
}

/** The live store with the releases of every crate that was asked about. */
class Learned {
  live: LiveStore
  readonly unheard: StalePart[] = []
  private readonly input: StepsInput
  private readonly before: Tried
  private readonly fresh = new Set<unknown>()

  constructor(input: StepsInput, before: Tried, live: LiveStore) {
    this.input = input
    this.before = before
    const isFreshBefore = live.isFresh
    this.live = { ...live, isFresh: entry => this.fresh.has(entry) || isFreshBefore(entry) }
  }

  known(crate: CrateName) {
    return this.live.store.imports.publisher.get(crate) ?? []
  }

  async rowsOf(crate: CrateName, run: Run): Promise<Result<ReturnType<Learned['known']>, Failure>> {
    const { publisher } = this.live.store.imports
    if (publisher.has(crate)) return ok(this.known(crate))
    const answer = await this.input.sources.webApi.releases(crate, run)
    if (!answer.ok && this.input.onFailure === 'fail') return answer
    if (!answer.ok) {
      const what = `the publishers of ${crate}`
      this.unheard.push({ importName: null, what, failure: answer.error, fetchedAt: null })
    }
    const stored = this.before.store.imports.publisher.get(crate) ?? []
    const { rows, fresh } = livePublishers(stored, answer.ok ? answer.value : [])
    for (const row of fresh) this.fresh.add(row)
    const { store } = this.live
    this.live = {
      ...this.live,
      store: { ...store, imports: { ...store.imports, publisher: withEntry(publisher, crate, rows) } },
    }
    return ok(rows)
  }
}
