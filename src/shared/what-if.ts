/**
 * The words between a what-if page and the engine: changes that may be tried together, what each alone and all of them
 * would make of the queue, and the exact files that applying them would write. Plain JSON, parsed on arrival.
 */
import { z } from 'zod'
import * as w from './wire.ts'

const count = z.number().int().nonnegative()
const name = z.string().min(1).max(200)

/** One change. Criteria that are empty mean what the command would propose. */
export const whatIfChange = z.discriminatedUnion('kind', [
  /** `urls` empty: those of the list of known peers. */
  z.object({ kind: z.literal('import'), name, urls: z.array(z.string().min(1).max(2_000)).max(20) }),
  z.object({ kind: z.literal('trust'), crate: w.crateName, publisher: name, criteria: z.array(name).max(64) }),
  /** Every crate that fails or is exempted and that this publisher alone published. */
  z.object({ kind: z.literal('trust-all'), publisher: name, criteria: z.array(name).max(64) }),
  z.object({ kind: z.literal('move'), crate: w.crateName, from: w.vetVersion, to: w.vetVersion }),
])
/** In any order; carried out as versions first, then imports by name, then publishers. */
export const whatIfChanges = z.array(whatIfChange).max(200)

/** Lines to read: `measured` is the sum of what was measured; `unknown` items were not and are in no sum. */
export const whatIfLines = z.object({ measured: count, unknown: count })

/** Where a figure's inputs come from: asked for now, or kept from then. Null: never had. */
const fetchedAt = z.number().nullable()

/** What one row would change, against the draft: without it when it is ticked, with it when not. */
export const whatIfGain = z.object({
  /** Failing packages that this change alone makes pass. */
  items: count,
  /** The same for packages that pass only by an exemption. */
  exempted: count,
  lines: whatIfLines,
  exemptedLines: whatIfLines,
  /** Crates with a violation by it that have none now. */
  violations: count,
})

export const whatIfRow = z.object({
  /** Stable as long as the change is the same. */
  id: z.string(),
  change: whatIfChange,
  group: z.enum(['imports', 'publishers', 'moves']),
  title: z.string(),
  detail: z.string(),
  /** Null: not known, `why` says why. */
  gain: whatIfGain.nullable(),
  why: z.string().nullable(),
  /** Short, most serious first. */
  risks: z.array(z.object({ tone: z.enum(['warning', 'info', 'unknown']), text: z.string() })),
  isTicked: z.boolean(),
  fetchedAt,
})

export const whatIfRows = z.object({
  /** Of the queue these figures are about. */
  generation: count,
  rows: z.array(whatIfRow),
  /** Imports of the store, for the row that says they are in use. */
  inUse: z.array(z.string()),
  /** How many peers the list of known peers names; null when it was never fetched. */
  knownPeers: count.nullable(),
  /** The oldest copy among those shown. */
  fetchedAt,
  isFetching: z.boolean(),
  /** Crates of the queue whose publishers nobody asked for. */
  publishersUnknown: count,
  offline: z.boolean(),
  /** What of the last fetch failed, one sentence each. */
  problems: z.array(z.string()),
  /** Changes of the draft that cannot be tried any more, one sentence each. */
  dropped: z.array(z.string()),
})

const classes = z.enum(['fully', 'partially', 'exempted', 'failing', 'violation', 'gone'])

export const whatIfCounts = z.object({
  fully: count,
  partially: count,
  exempted: count,
  failing: count,
  violation: count,
  total: count,
})

const side = z.object({
  conclusion: z.enum(['success', 'fail (vetting)', 'fail (violation)']),
  counts: whatIfCounts,
  /** Of what fails. */
  lines: whatIfLines,
  /** Of what only exemptions hold up. */
  exemptedItems: count,
  exemptedLines: whatIfLines,
})

export const whatIfChanged = z.object({
  key: w.packageKeySchema,
  crate: w.crateName,
  /** Before; the version after it is in `keyAfter`. */
  version: w.vetVersion,
  keyAfter: w.packageKeySchema,
  before: classes,
  after: classes,
  missingBefore: z.array(w.criteriaName),
  missingAfter: z.array(w.criteriaName),
})

/** One entry that the verdict would rest on and does not rest on now. */
export const reliedEntry = z.object({
  crate: w.crateName,
  edge: w.pathEdge,
  /** A phrase of the notes that says something was not read; null without one. */
  caveat: z.string().nullable(),
})
export const reliedSource = z.object({
  /** The import's name, or the publisher's. */
  source: z.string(),
  kind: z.enum(['audits', 'wildcards', 'publisher']),
  /** Packages whose path leads over an entry of it. */
  packages: count,
  /** Of those, packages that nothing else vouches for. */
  alone: count,
  entries: z.array(reliedEntry),
  /** More than are listed. */
  more: count,
})

export const unmappedCriterion = z.object({
  importName: z.string(),
  criterion: z.string(),
  /** Audits for it that count for nothing here, of crates in the graph. */
  audits: count,
})

export const whatIfRisk = z.object({ tone: z.enum(['warning', 'info', 'unknown']), text: z.string() })

export const whatIfResult = z.object({
  generation: count,
  /** Normalised: what was solved, in the order it would be carried out. */
  changes: whatIfChanges,
  before: side,
  after: side,
  changed: z.array(whatIfChanged),
  relied: z.array(reliedSource),
  unmapped: z.array(unmappedCriterion),
  violations: z.array(w.violationView),
  /**
   * Packages that a locked check says something else of: nothing new of a crate is stored in imports.lock while any of its
   * versions fails. `missing` as the locked check has it.
   */
  lockedOnly: z.array(
    z.object({
      key: w.packageKeySchema,
      crate: w.crateName,
      version: w.vetVersion,
      missing: z.array(w.criteriaName),
    }),
  ),
  risks: z.array(whatIfRisk),
  /** Why the result is approximate, one sentence each; empty: exact. */
  approximate: z.array(z.string()),
  /** What this result does not know, one sentence each. */
  unknown: z.array(z.string()),
  /** What one would type instead of applying. */
  commands: z.array(z.string()),
  /** Of the steps that are not writes: cargo has to be told. */
  cargoCommands: z.array(z.string()),
  solvedInMs: z.number(),
})

export const whatIfSmallest = z.object({
  generation: count,
  changes: whatIfChanges,
  /** Failing items, or exempted ones where nothing fails. */
  of: z.enum(['failing', 'exempted']),
  items: count,
  clears: count,
  /** What remains to be read. */
  remaining: whatIfLines,
  /** `limit` 0: proved smallest. Else at most so many changes fewer could be enough. */
  limit: count,
  /** The same without trusting anybody and without moves. */
  withoutTrust: z.object({ changes: count, clears: count }),
  leftOut: z.array(z.string()),
})

/** As a certify plan, so that the same preview shows it. */
export const whatIfPlan = z.object({
  changes: whatIfChanges,
  files: w.certifyPlan.shape.files,
  effects: w.certifyPlan.shape.effects,
  trial: w.certifyPlan.shape.trial,
  blocks: z.array(z.string()),
  canCommit: z.boolean(),
  commitMessage: z.string(),
  commands: z.array(z.string()),
  cargoCommands: z.array(z.string()),
})

const threeSums = z.object({ audits: z.string(), config: z.string(), imports: z.string() })
export const whatIfApply = z.object({
  changes: whatIfChanges,
  base: threeSums,
  planned: threeSums,
  commit: z.boolean(),
  commitMessage: z.string().max(4_000),
})

export type WhatIfChange = z.infer<typeof whatIfChange>
export type WhatIfLines = z.infer<typeof whatIfLines>
export type WhatIfGain = z.infer<typeof whatIfGain>
export type WhatIfRow = z.infer<typeof whatIfRow>
export type WhatIfRows = z.infer<typeof whatIfRows>
export type WhatIfCounts = z.infer<typeof whatIfCounts>
export type WhatIfChanged = z.infer<typeof whatIfChanged>
export type ReliedEntry = z.infer<typeof reliedEntry>
export type ReliedSource = z.infer<typeof reliedSource>
export type UnmappedCriterion = z.infer<typeof unmappedCriterion>
export type WhatIfRisk = z.infer<typeof whatIfRisk>
export type WhatIfResult = z.infer<typeof whatIfResult>
export type WhatIfSmallest = z.infer<typeof whatIfSmallest>
export type WhatIfPlan = z.infer<typeof whatIfPlan>
export type WhatIfApply = z.infer<typeof whatIfApply>

/** One text per change, for keys of rows and for telling changes apart. */
export function changeId(change: WhatIfChange): string {
  switch (change.kind) {
    case 'import':
      return `import ${change.name}`
    case 'trust':
      return `trust ${change.crate} ${change.publisher}`
    case 'trust-all':
      return `trust-all ${change.publisher}`
    case 'move':
      return `move ${change.crate} ${change.from}`
  }
}

const ORDER = { move: 0, import: 1, trust: 2, 'trust-all': 3 } as const

/** Each once (the last of equal ones counts), in the order in which they are carried out. */
export function inOrder(changes: readonly WhatIfChange[]): WhatIfChange[] {
  const byId = new Map(changes.map(change => [changeId(change), change]))
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  return [...byId.values()].sort((a, b) => ORDER[a.kind] - ORDER[b.kind] || byText(changeId(a), changeId(b)))
}
