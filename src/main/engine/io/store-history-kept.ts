/**
 * The folded history as it is kept in the cache: JSON of our own making, checked on reading because files in a cache can
 * be cut or foreign. What is not understood is read as absent. Facts of the last revision are kept as ids of its blobs.
 */
import { z } from 'zod'
import type { HistoryState } from '../core/overview-history.ts'
import type { StoreHistory } from './store-history.ts'

const VERSION = 2

export interface KeptHistory extends StoreHistory {
  readonly isShallow: boolean
  /** Of the last revision; null: the file was not there. */
  readonly blobs: { readonly config: string | null; readonly audits: string | null; readonly lock: string | null }
}

const oid = z.string().regex(/^[0-9a-f]{40}$/)
const whole = z.number().int()
const since = z.object({ atMs: whole, commit: oid, isFirst: z.boolean() })
const numbers = z.object({
  exemptions: whole,
  audits: whole,
  wildcards: whole,
  trusted: whole,
  packages: whole.nullable(),
  exemptedPackages: whole.nullable(),
})
const flow = z.object({
  auditsAdded: whole,
  exemptionsAdded: whole,
  exemptionsRemoved: whole,
  byPerson: z.array(z.tuple([z.string(), whole])),
})
const event = z.object({
  atMs: whole,
  commit: oid,
  kind: z.enum(['import', 'policy', 'criteria', 'trusted', 'exemptions']),
  title: z.string(),
  subject: z.string(),
})
const kept = z.object({
  version: z.literal(VERSION),
  head: oid,
  isShallow: z.boolean(),
  cut: z.enum(['shallow', 'too-many']).nullable(),
  firstAtMs: whole.nullable(),
  unreadable: whole,
  correctedDates: whole,
  blobs: z.object({ config: oid.nullable(), audits: oid.nullable(), lock: oid.nullable() }),
  numbers: z.array(z.tuple([whole, numbers])),
  flow: z.array(z.tuple([whole, flow])),
  events: z.array(event),
  exemptionSince: z.array(z.tuple([z.string(), since])),
  packageSince: z.array(z.tuple([z.string(), since])),
  revisions: whole,
  last: z.object({ commit: oid, atMs: whole, subject: z.string() }).nullable(),
})

export function keptText({ state, ...history }: KeptHistory): string {
  const { last } = state
  const value: z.infer<typeof kept> = {
    version: VERSION,
    ...history,
    numbers: [...state.numbers].map(([week, row]) => [week, { ...row }]),
    flow: [...state.flow].map(([week, row]) => [week, { ...row, byPerson: [...row.byPerson] }]),
    events: state.events.map(one => ({ ...one })),
    exemptionSince: [...state.exemptionSince],
    packageSince: [...state.packageSince],
    revisions: state.revisions,
    last: last === null ? null : { commit: last.commit, atMs: last.atMs, subject: last.subject },
  }
  return JSON.stringify(value)
}

/** Null when the text is not what `keptText` writes. The facts of the last revision are null: see `blobs`. */
export function keptHistory(text: string): KeptHistory | null {
  let tree: unknown
  try {
    tree = JSON.parse(text)
  } catch {
    return null
  }
  const parsed = kept.safeParse(tree)
  if (!parsed.success) return null
  const { numbers: rows, flow: flows, events, exemptionSince, packageSince, revisions, last, ...rest } = parsed.data
  const state: HistoryState = {
    numbers: new Map(rows),
    flow: new Map(flows.map(([week, row]) => [week, { ...row, byPerson: new Map(row.byPerson) }])),
    events,
    exemptionSince: new Map(exemptionSince),
    packageSince: new Map(packageSince),
    revisions,
    last: last === null ? null : { ...last, config: null, audits: null, lock: null },
  }
  const { head, isShallow, cut, firstAtMs, unreadable, correctedDates, blobs } = rest
  return { state, head, isShallow, cut, firstAtMs, unreadable, correctedDates, blobs }
}
