/**
 * What a team writes down while it triages, and what it comes to. An event says one thing, is never changed, and is
 * taken back only by another event; the state is folded from all events in one order that is the same everywhere.
 * People are git identities `Name <email>`; two with the same e-mail are one person. Pure data, crosses as JSON.
 */
import { z } from 'zod'
import { failure, packageKeySchema } from './wire.ts'
import { noteSeverity, noteTarget } from './review-notes.ts'

const count = z.number().int().nonnegative()
const text = (most: number) => z.string().min(1).max(most)

/** Of an event: 32 lower-case hexadecimal digits, the start of the sha256 of what it says. */
export const eventId = z.string().regex(/^[0-9a-f]{32}$/)
/** `Name <email>`, one line. */
export const teamPerson = z
  .string()
  .max(320)
  .regex(/^[^<>\x00-\x1f\x7f]+ <[^<>\s\x00-\x1f\x7f]+>$/u)
/** What makes two identities one person: the e-mail address, in lower case. */
export function personKey(who: string): string {
  return who.slice(who.lastIndexOf('<') + 1, -1).toLowerCase()
}
/** Whom work goes to: a person, or a group of assay.toml as `@name`. */
export const teamAssignee = z.union([teamPerson, z.string().regex(/^@[\w-]{1,64}$/)])
const isDate = (text: string): boolean => !Number.isNaN(Date.parse(text))
/** An instant, `2026-01-31T12:00:00.000Z`. */
export const instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  .refine(isDate)
/** `YYYY-MM-DD`. */
export const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/)
  .refine(isDate)

const crate = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/)
/** As cargo-vet writes it, `SEMVER` or `SEMVER@git:COMMIT`. */
const version = z.string().regex(/^[0-9A-Za-z.+:@-]{1,256}$/)
/** One item of the queue, `crate@version`. */
const item = packageKeySchema.refine(key => /^[A-Za-z0-9_-]{1,128}@[0-9A-Za-z.+:@-]{1,256}$/.test(key))
const items = z.array(item).min(1).max(1_000)
const delta = z.object({ from: version.nullable(), to: version })
const criteria = z.array(z.string().min(1).max(200)).min(1).max(64)

export const teamItemState = z.enum([
  'needs-audit',
  'in-review',
  'second-sign-off',
  'ready-to-export',
  'done',
  'blocked',
  'accepted',
])
export type TeamItemState = z.infer<typeof teamItemState>

export const teamPriority = z.enum(['urgent', 'high', 'normal', 'low'])
export type TeamPriority = z.infer<typeof teamPriority>

/** Why an exemption is still there, and until when. */
export const exemptionTerms = z.object({
  owner: teamAssignee,
  reason: text(4_000),
  reviewBy: day,
  /** What would let it go, in words; null when nobody said. */
  removal: z.string().max(4_000).nullable(),
})
export type ExemptionTerms = z.infer<typeof exemptionTerms>

/** What a person can do. Each becomes one event; one with several items is undone as one. */
export const teamAction = z.discriminatedUnion('kind', [
  /** Null: to nobody. */
  z.object({ kind: z.literal('assign'), items, to: teamAssignee.nullable() }),
  /** "I am reading it", until then. Held by somebody else it takes effect only with `takeOver`. */
  z.object({ kind: z.literal('claim'), items, until: instant, takeOver: z.boolean() }),
  /** Ends a claim, whoever's. */
  z.object({ kind: z.literal('release'), items }),
  /** Assigns, and ends the giver's claim. */
  z.object({ kind: z.literal('handOver'), items, to: teamAssignee, note: z.string().max(4_000) }),
  /** `reason`: for `blocked` and `accepted` why, else may be empty. */
  z.object({ kind: z.literal('state'), items, state: teamItemState, reason: z.string().max(4_000) }),
  z.object({ kind: z.literal('due'), items, date: day.nullable() }),
  z.object({ kind: z.literal('priority'), items, priority: teamPriority.nullable() }),
  /** On one version, or with `version` null on the crate. `quote`: the lines it was written at, or empty. */
  z.object({
    kind: z.literal('note'),
    crate,
    version: version.nullable(),
    text: text(20_000),
    severity: noteSeverity,
    target: noteTarget,
    quote: z.string().max(2_000),
  }),
  z.object({ kind: z.literal('reply'), note: eventId, text: text(20_000) }),
  z.object({ kind: z.literal('resolve'), note: eventId, isResolved: z.boolean() }),
  /** "I have audited this for these criteria." `evidence`: sha256 of the evidence file. */
  z.object({
    kind: z.literal('signOff'),
    crate,
    delta,
    criteria,
    notes: z.string().max(20_000),
    evidence: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
  }),
  /** Takes an own sign-off back, with the reason why. */
  z.object({ kind: z.literal('withdraw'), signOff: eventId, reason: z.string().max(4_000) }),
  /** How much of a change its writer has read; the last one of a person counts. */
  z.object({
    kind: z.literal('coverage'),
    crate,
    delta,
    files: count,
    filesTotal: count,
    lines: count,
    linesTotal: count,
  }),
  /** Null: no longer kept. cargo-vet's own exemption is not touched by either. */
  z.object({ kind: z.literal('exemption'), crate, version, terms: exemptionTerms.nullable() }),
])
export type TeamAction = z.infer<typeof teamAction>

/** Takes own earlier events back; taken back itself, they hold again. */
const undo = z.object({ kind: z.literal('undo'), events: z.array(eventId).min(1).max(1_000) })

/** The end of the year 9999. */
export const MAX_CLOCK_MS = 253_402_300_799_999
export const MAX_CLOCK_COUNT = 2 ** 40

const head = z.object({
  id: eventId,
  v: z.literal(1),
  /** Hybrid logical clock: milliseconds and a counter. Later than all that its writer had seen, however clocks go. */
  clock: z.tuple([count.max(MAX_CLOCK_MS), count.max(MAX_CLOCK_COUNT)]),
  by: teamPerson,
  /** What the writer's clock said; for people, never for the order. */
  at: instant,
  /** Of the installation, so that two machines of one person never write the same event. */
  device: z.string().regex(/^[0-9a-f]{8}$/),
})

/** A line of an author's file. */
export const teamEvent = z.intersection(head, z.union([teamAction, undo]))
export type TeamEvent = z.infer<typeof teamEvent>
export type TeamEventKind = TeamEvent['kind']
const eventKind = z.string() as unknown as z.ZodType<TeamEventKind>

/**
 * What is known of who wrote an event. `verified`: its commit carries a good signature whose signer is the author.
 * `bad`: a signature that does not hold, or another person's. `unchecked`: signed, but its key is not known here or it
 * was not looked at yet. `unsigned`: no signature. `local`: not sent yet, or there is no remote; it is our own.
 */
export const signatureState = z.enum(['verified', 'bad', 'unchecked', 'unsigned', 'local'])
export type SignatureState = z.infer<typeof signatureState>

const byline = { id: eventId, by: teamPerson, at: instant, signature: signatureState }

export const teamSignOff = z.object({
  ...byline,
  delta,
  criteria: z.array(z.string()),
  notes: z.string(),
  evidence: z.string().nullable(),
})
export type TeamSignOff = z.infer<typeof teamSignOff>

export const teamCoverage = z.object({
  by: teamPerson,
  at: instant,
  delta,
  files: count,
  filesTotal: count,
  lines: count,
  linesTotal: count,
})
export type TeamCoverage = z.infer<typeof teamCoverage>

/** Who is to do the next thing. `anyone` but those in `but`, who have signed already. */
export const teamTurn = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('people'), people: z.array(teamAssignee).min(1) }),
  z.object({ kind: z.literal('anyone'), but: z.array(teamPerson) }),
  z.object({ kind: z.literal('nobody') }),
])
export type TeamTurn = z.infer<typeof teamTurn>

/** One item with all that the team said of it. Items nobody said anything of are not listed. */
export const teamItem = z.object({
  key: packageKeySchema,
  crate: z.string(),
  version: z.string(),
  assignee: teamAssignee.nullable(),
  /** `isExpired` as of the answer; `until` decides later. An expired claim holds nobody up. */
  claim: z.object({ by: teamPerson, at: instant, until: instant, isExpired: z.boolean() }).nullable(),
  state: teamItemState,
  stateReason: z.string(),
  due: day.nullable(),
  priority: teamPriority.nullable(),
  turn: teamTurn,
  /** The last one, while it is what gave the item to its assignee. */
  handOver: z
    .object({ from: teamPerson, to: teamAssignee, note: z.string(), at: instant, signature: signatureState })
    .nullable(),
  /** Those that hold, in order. */
  signOffs: z.array(teamSignOff),
  /** The last of each person and delta, in order of writing. */
  coverage: z.array(teamCoverage),
  /** Of this version and of the crate. `worst`: of the open ones. */
  notes: z.object({ open: count, total: count, worst: noteSeverity.nullable() }),
  last: z.object({ id: eventId, by: teamPerson, at: instant, kind: eventKind }),
  /** Something said of it was not sent yet. */
  isWaiting: z.boolean(),
})
export type TeamItem = z.infer<typeof teamItem>

export const teamExemption = z.object({
  crate: z.string(),
  version: z.string(),
  ...exemptionTerms.shape,
  by: teamPerson,
  at: instant,
  /** When somebody first wrote it down; an exemption is as old as that, at least. */
  since: instant,
  signature: signatureState,
})
export type TeamExemption = z.infer<typeof teamExemption>

export const teamMember = z.object({
  who: teamPerson,
  isMe: z.boolean(),
  /** Events of theirs that were read; 0 for somebody who was only given work. */
  events: count,
  /** `mixed` events count each where they belong. */
  verified: count,
  bad: count,
  lastAt: instant.nullable(),
})
export type TeamMember = z.infer<typeof teamMember>

/** Where the team's events are kept. */
export const teamWhere = z.object({
  /** `joined`: synced. `not-joined`: there is a place, nothing is sent or asked there until team.setup. `none`: local. */
  state: z.enum(['joined', 'not-joined', 'none']),
  /** As git is given it, without a name and password; null when there is none. */
  address: z.string().nullable(),
  branch: z.string(),
  /** Who says so. */
  from: z.enum(['assay.toml', 'origin']).nullable(),
  /** Why there is no place, or what is wrong with it; null when all is well. */
  reason: z.string().nullable(),
  /** Whether own events are signed from now on, as git is set up. */
  signs: z.boolean(),
})
export type TeamWhere = z.infer<typeof teamWhere>

export const teamSync = z.object({
  where: teamWhere,
  isRunning: z.boolean(),
  /** Milliseconds since the epoch; null: never. */
  syncedAt: z.number().nullable(),
  /** Own events that the remote does not have. */
  waiting: count,
  /** Why the last attempt failed; null after a good one. */
  failure: failure.nullable(),
  /** What was left out of the others' files, and what was odd, one sentence each; the first 50. */
  problems: z.array(z.string()),
  problemsTotal: count,
})
export type TeamSync = z.infer<typeof teamSync>

export const teamState = z.object({
  /** Grows with every change. */
  generation: count,
  /** Null without git's user.name and user.email; then nothing can be written. */
  me: teamPerson.nullable(),
  items: z.array(teamItem),
  exemptions: z.array(teamExemption),
  people: z.array(teamMember),
  sync: teamSync,
  /** Events of others that arrived since `team.looked`. */
  unseen: count,
})
export type TeamState = z.infer<typeof teamState>

/** `items`: only those that changed since the generation before; everything else whole. None is ever taken away. */
export const teamChange = teamState

export const teamNote = z.object({
  ...byline,
  crate: z.string(),
  version: z.string().nullable(),
  text: z.string(),
  severity: noteSeverity,
  target: noteTarget,
  quote: z.string(),
  isResolved: z.boolean(),
  resolvedBy: teamPerson.nullable(),
  replies: z.array(z.object({ ...byline, text: z.string() })),
})
export type TeamNote = z.infer<typeof teamNote>

export const teamLogEntry = z.object({
  ...byline,
  kind: eventKind,
  /** In words, without who and when; one line. */
  text: z.string(),
  crate: z.string().nullable(),
  version: z.string().nullable(),
  /** Further items of the same event. */
  more: count,
  isUndone: z.boolean(),
  /** Did nothing: for example a claim while somebody else held the item. Null when it took effect. */
  withoutEffect: z.string().nullable(),
  /** Own, and not undone: team.undo takes it. */
  canUndo: z.boolean(),
})
export type TeamLogEntry = z.infer<typeof teamLogEntry>

/** Everything said of one crate. Notes oldest first; the log newest first, at most 500. */
export const teamThread = z.object({ crate: z.string(), notes: z.array(teamNote), log: z.array(teamLogEntry) })
export type TeamThread = z.infer<typeof teamThread>

/** What others did since `team.looked`, newest first, at most 500 of `total`. */
export const teamNews = z.object({ since: z.number().nullable(), total: count, entries: z.array(teamLogEntry) })
export type TeamNews = z.infer<typeof teamNews>
