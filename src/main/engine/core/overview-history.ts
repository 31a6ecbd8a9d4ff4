/**
 * How a store came to be what it is: revisions of its files, oldest first, folded into weekly numbers, named events, the
 * date each exemption and each locked package appeared, and the audits added per week. Only what the files say is
 * counted; nothing is solved, so cargo-vet's classes of the past are not known here. Pure.
 * Weeks begin on Monday, UTC, and are counted from the one of 1970-01-01.
 */
import { brand, type IsoDate } from '../../../shared/domain.ts'
import { addDays } from './dates.ts'

const DAY_MS = 86_400_000
const EPOCH = brand<'IsoDate'>('1970-01-01')
/** A change of so many exemptions at once is worth a name on the chart, and of at least a tenth of them. */
const JUMP = 10
const MAX_EVENTS = 500
const MAX_TEXT = 200

export interface ConfigFacts {
  /** `crate@version` of each exemption to how many entries name it. */
  readonly exemptions: ReadonlyMap<string, number>
  readonly imports: ReadonlySet<string>
  /** Policy key to its content as one text. */
  readonly policy: ReadonlyMap<string, string>
}

export interface AuditFacts {
  /** What an audit is about (crate, kind, criteria) to those who made it; one list per entry. */
  readonly audits: ReadonlyMap<string, readonly (readonly string[])[]>
  readonly wildcards: number
  readonly trusted: number
  readonly criteria: ReadonlySet<string>
}

/** `crate@version` of every package that comes from a registry. */
export type LockFacts = ReadonlySet<string>

export interface StoreRevision {
  readonly commit: string
  /** Milliseconds since the epoch. */
  readonly atMs: number
  /** First line of the commit's message: the committer's text. */
  readonly subject: string
  /** Null: not there at this commit. The same object as before means that the file did not change. */
  readonly config: ConfigFacts | null
  readonly audits: AuditFacts | null
  readonly lock: LockFacts | null
}

/** Numbers at the end of a week. `wildcards` and `trusted` are entries; `packages` null: no Cargo.lock then. */
export interface WeekNumbers {
  readonly exemptions: number
  readonly audits: number
  readonly wildcards: number
  readonly trusted: number
  readonly packages: number | null
  /** Packages of Cargo.lock whose very version has an exemption: derived, for some of them audits may do too. */
  readonly exemptedPackages: number | null
}

export interface WeekFlow {
  readonly auditsAdded: number
  readonly exemptionsAdded: number
  readonly exemptionsRemoved: number
  /** Audits by each `who`; an audit of two people counts for both. */
  readonly byPerson: ReadonlyMap<string, number>
}

export type HistoryEventKind = 'import' | 'policy' | 'criteria' | 'trusted' | 'exemptions'

export interface HistoryEvent {
  readonly atMs: number
  readonly commit: string
  readonly kind: HistoryEventKind
  /** What changed, in our words. */
  readonly title: string
  /** The commit's subject. */
  readonly subject: string
}

/** Since when something is there. `isFirst`: it was there at the oldest revision seen, so it may be older. */
export interface Since {
  readonly atMs: number
  readonly commit: string
  readonly isFirst: boolean
}

/** What folding so far came to; plain values that can be kept and gone on with. */
export interface HistoryState {
  readonly numbers: Map<number, WeekNumbers>
  readonly flow: Map<number, WeekFlow>
  readonly events: HistoryEvent[]
  readonly exemptionSince: Map<string, Since>
  readonly packageSince: Map<string, Since>
  revisions: number
  last: StoreRevision | null
}

export const startOfHistory = (): HistoryState => ({
  numbers: new Map(),
  flow: new Map(),
  events: [],
  exemptionSince: new Map(),
  packageSince: new Map(),
  revisions: 0,
  last: null,
})

export const weekOf = (atMs: number): number => Math.floor((Math.floor(atMs / DAY_MS) + 3) / 7)

/** The Monday a week begins with. */
export const mondayOf = (week: number): IsoDate => addDays(EPOCH, week * 7 - 3)

export const dayOf = (atMs: number): IsoDate => addDays(EPOCH, Math.floor(atMs / DAY_MS))

/** Takes the next revision. They must come oldest first; see `steadyDates` for dates that do not. */
export function takeRevision(state: HistoryState, revision: StoreRevision): void {
  const { last } = state
  const week = weekOf(revision.atMs)
  const isFirst = last === null
  if (isFirst || last.config !== revision.config) {
    note(state.exemptionSince, revision.config?.exemptions ?? new Map(), revision, isFirst)
    // The first content of a file is where counting begins, nobody's work of that week.
    if (last !== null && last.config !== null) changeOfConfig(state, last, revision, week)
  }
  if (last !== null && last.audits !== null && last.audits !== revision.audits)
    changeOfAudits(state, last, revision, week)
  if (isFirst || last.lock !== revision.lock) note(state.packageSince, revision.lock ?? new Set(), revision, isFirst)
  // Weeks begin with the store; Cargo.lock may be older.
  if (revision.config !== null || state.numbers.size > 0) state.numbers.set(week, numbersOf(revision))
  state.revisions++
  state.last = revision
}

/** The numbers of files as they are at one moment. */
export function numbersOf({ config, audits, lock }: Pick<StoreRevision, 'config' | 'audits' | 'lock'>): WeekNumbers {
  let exempted = 0
  for (const key of lock ?? []) if (config?.exemptions.has(key) === true) exempted++
  return {
    exemptions: sum(config?.exemptions.values() ?? []),
    audits: sum([...(audits?.audits.values() ?? [])].map(list => list.length)),
    wildcards: audits?.wildcards ?? 0,
    trusted: audits?.trusted ?? 0,
    packages: lock === null ? null : lock.size,
    exemptedPackages: lock === null ? null : exempted,
  }
}

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0)

/** Keys that came are dated, keys that went are forgotten: one that comes back is new. */
function note(
  since: Map<string, Since>,
  now: ReadonlyMap<string, unknown> | ReadonlySet<string>,
  { atMs, commit }: StoreRevision,
  isFirst: boolean,
): void {
  for (const key of [...since.keys()]) if (!now.has(key)) since.delete(key)
  for (const key of now.keys()) if (!since.has(key)) since.set(key, { atMs, commit, isFirst })
}

const NO_FLOW: WeekFlow = { auditsAdded: 0, exemptionsAdded: 0, exemptionsRemoved: 0, byPerson: new Map() }

function flowOf(state: HistoryState, week: number): WeekFlow {
  return state.flow.get(week) ?? NO_FLOW
}

function changeOfConfig(state: HistoryState, last: StoreRevision, now: StoreRevision, week: number): void {
  const [before, after] = [last.config?.exemptions ?? new Map(), now.config?.exemptions ?? new Map()]
  let [added, removed] = [0, 0]
  for (const [key, entries] of after) added += Math.max(0, entries - (before.get(key) ?? 0))
  for (const [key, entries] of before) removed += Math.max(0, entries - (after.get(key) ?? 0))
  const flow = flowOf(state, week)
  state.flow.set(week, {
    ...flow,
    exemptionsAdded: flow.exemptionsAdded + added,
    exemptionsRemoved: flow.exemptionsRemoved + removed,
  })
  const net = added - removed
  const isJump = Math.abs(net) >= JUMP && Math.abs(net) * 10 >= sum(before.values())
  if (isJump) tell(state, now, 'exemptions', `${net > 0 ? '+' : '−'}${Math.abs(net)} exemptions`)
  const imports = differences(last.config?.imports ?? new Set(), now.config?.imports ?? new Set())
  for (const name of imports.added) tell(state, now, 'import', `import of ${name} added`)
  for (const name of imports.removed) tell(state, now, 'import', `import of ${name} removed`)
  const [oldPolicy, newPolicy] = [last.config?.policy ?? new Map(), now.config?.policy ?? new Map()]
  const keys = new Set([...oldPolicy.keys(), ...newPolicy.keys()])
  const changed = [...keys].filter(key => oldPolicy.get(key) !== newPolicy.get(key))
  if (changed.length > 0) tell(state, now, 'policy', `policy of ${fewOf(changed)} changed`)
}

function changeOfAudits(state: HistoryState, last: StoreRevision, now: StoreRevision, week: number): void {
  const [before, after] = [last.audits?.audits ?? new Map(), now.audits?.audits ?? new Map()]
  const flow = flowOf(state, week)
  const byPerson = new Map(flow.byPerson)
  let added = 0
  for (const [key, entries] of after) {
    const known = before.get(key)?.length ?? 0
    if (entries === before.get(key) || entries.length <= known) continue
    added += entries.length - known
    for (const who of entries.slice(known)) {
      for (const person of new Set(who)) byPerson.set(person as string, (byPerson.get(person as string) ?? 0) + 1)
    }
  }
  if (added > 0) state.flow.set(week, { ...flow, auditsAdded: flow.auditsAdded + added, byPerson })
  const criteria = differences(last.audits?.criteria ?? new Set(), now.audits?.criteria ?? new Set())
  if (criteria.added.length > 0) tell(state, now, 'criteria', `criteria ${fewOf(criteria.added)} added`)
  if (criteria.removed.length > 0) tell(state, now, 'criteria', `criteria ${fewOf(criteria.removed)} removed`)
  const trusted = (now.audits?.trusted ?? 0) - (last.audits?.trusted ?? 0)
  if (trusted !== 0)
    tell(state, now, 'trusted', `${trusted > 0 ? '+' : '−'}${Math.abs(trusted)} trusted publisher entries`)
}

function tell(state: HistoryState, { atMs, commit, subject }: StoreRevision, kind: HistoryEventKind, title: string) {
  state.events.push({ atMs, commit, kind, title: title.slice(0, MAX_TEXT), subject: subject.slice(0, MAX_TEXT) })
  if (state.events.length > MAX_EVENTS) state.events.shift()
}

function differences(before: ReadonlySet<string>, after: ReadonlySet<string>) {
  return {
    added: [...after].filter(name => !before.has(name)),
    removed: [...before].filter(name => !after.has(name)),
  }
}

const fewOf = (names: readonly string[]): string =>
  names.length <= 2 ? names.join(' and ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`

/**
 * Commit dates that can be drawn on one line, oldest first: none after `nowMs`, none before the one before it. Clocks
 * differ, so as many dates as agree on the order stay; each of the others takes that of the commit before it, or of the
 * one after it at the start. `corrected` counts those.
 */
export function steadyDates(
  datesMs: readonly number[],
  nowMs: number,
): { readonly dates: readonly number[]; readonly corrected: number } {
  const kept = longestRise(datesMs, nowMs)
  const dates: number[] = []
  let current = datesMs.find((_, i) => kept.has(i)) ?? nowMs
  for (const [i, date] of datesMs.entries()) {
    if (kept.has(i)) current = date
    dates.push(current)
  }
  return { dates, corrected: datesMs.length - kept.size }
}

/** Positions of a longest run of values that never falls and stays at or below `most` (patience sorting). */
function longestRise(values: readonly number[], most: number): ReadonlySet<number> {
  /** By length of a run: the position of its smallest possible end. */
  const ends: number[] = []
  const before: number[] = []
  for (const [i, value] of values.entries()) {
    before.push(-1)
    if (value > most || value < 0) continue
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((values[ends[middle] as number] as number) <= value) low = middle + 1
      else high = middle
    }
    before[i] = low === 0 ? -1 : (ends[low - 1] as number)
    ends[low] = i
  }
  const kept = new Set<number>()
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at] as number) kept.add(at)
  return kept
}
