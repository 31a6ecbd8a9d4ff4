/**
 * Advisories and risk as pages see them. A score is a sum of stated summands: what was looked at, what was found, what it
 * weighs, where it comes from and of when it is. What is not known says so and counts with its whole weight.
 */
import { z } from 'zod'

const count = z.number().int().nonnegative()
/** Milliseconds since the epoch; null when it has no date of its own. */
const moment = z.number().nullable()

/** `other`: an informational word that this version does not know. */
export const ADVISORY_KINDS = ['vulnerability', 'unsound', 'unmaintained', 'notice', 'other'] as const
export const advisoryKind = z.enum(ADVISORY_KINDS)
export type AdvisoryKind = z.infer<typeof advisoryKind>

export const cvss = z.object({
  /** As written in the advisory. */
  vector: z.string(),
  /** `3.0`, `3.1`, `4.0`. */
  version: z.string(),
  /** The base score; null where it is not computed (version 4) or a part is missing. */
  score: z.number().nullable(),
  severity: z.enum(['none', 'low', 'medium', 'high', 'critical']).nullable(),
})
export type Cvss = z.infer<typeof cvss>

/** An advisory that hits a version of a package, or both ends of a change. */
export const advisoryHit = z.object({
  id: z.string(),
  kind: advisoryKind,
  title: z.string(),
  date: z.string(),
  url: z.string().nullable(),
  aliases: z.array(z.string()),
  cvss: cvss.nullable(),
  /** Requirements; empty: no version is known to be fixed. */
  patched: z.array(z.string()),
  hitsOld: z.boolean(),
  hitsNew: z.boolean(),
  /** The nearest published version after the new one that no advisory hits; null when none is known. */
  fixedBy: z.string().nullable(),
})
export type AdvisoryHit = z.infer<typeof advisoryHit>

/** What the answers about advisories rest on. */
export const advisoryDatabase = z.object({
  /** `stale`: it could not be asked for a week or more. `unknown`: there is none. */
  state: z.enum(['known', 'stale', 'unknown']),
  /** Why there is none, or why it is older than it should be; null when all is well. */
  reason: z.string().nullable(),
  advisories: count,
  /** Files in it that could not be read. */
  unread: count,
  commit: z.string().nullable(),
  committedAt: moment,
  fetchedAt: moment,
})
export type AdvisoryDatabaseInfo = z.infer<typeof advisoryDatabase>

/** In the order of the arithmetic. */
export const SIGNALS = [
  'advisory-new',
  'advisory-old',
  'yanked',
  'provenance',
  'publisher',
  'release-age',
  'build-script',
  'proc-macro',
  'unsafe',
  'unsafe-change',
  'ffi',
  'process',
  'network',
  'file-system',
  'first-audit',
  'lines',
  'usage',
  'default-features',
  'dependents',
  'depth',
] as const
export const signalId = z.enum(SIGNALS)
export type SignalId = z.infer<typeof signalId>

export const riskSignal = z.object({
  id: signalId,
  /** `stale`: from an answer that may be out of date. */
  state: z.enum(['known', 'stale', 'unknown']),
  /** What was found, in words; for an unknown one, why. */
  value: z.string(),
  /** The most it can count, and what is counted for an unknown one. */
  weight: z.number(),
  points: z.number(),
  /** Where it comes from, in words. */
  source: z.string(),
  date: moment,
})
export type RiskSignal = z.infer<typeof riskSignal>

export const riskRow = z.object({
  key: z.string(),
  /** Sum of the points. */
  score: z.number(),
  /** Points of it that are counted for what is not known. */
  unknown: z.number(),
  advisories: z.array(advisoryHit),
  /** False: no database, one that is not about this package, or files about the crate that could not be read. */
  areAdvisoriesKnown: z.boolean(),
  /** Files of the database about this crate that could not be read: there may be more than `advisories`. */
  unreadAdvisories: count,
  /** What filters ask for; null: not known. */
  contains: z.object({
    unsafe: z.boolean().nullable(),
    build: z.boolean().nullable(),
    procMacro: z.boolean().nullable(),
  }),
})
export type RiskRow = z.infer<typeof riskRow>

export const riskWeights = z.object({
  from: z.enum(['default', 'team']),
  /** Sum of the weights: the highest score there can be. */
  most: z.number(),
  /** What is wrong in assay.toml, with its line. */
  problems: z.array(z.string()),
})

export const riskSnapshot = z.object({
  generation: count,
  /** Of every item of the queue, in its order. */
  rows: z.array(riskRow),
  weights: riskWeights,
  database: advisoryDatabase,
  /** Archives that are still to be looked through; 0 when nothing is under way. */
  toScan: count,
})
export type RiskSnapshot = z.infer<typeof riskSnapshot>

/** The arithmetic of one row. */
export const riskDetail = z.object({
  row: riskRow,
  /** In the order of SIGNALS. */
  signals: z.array(riskSignal),
  weights: riskWeights,
  database: advisoryDatabase,
})
export type RiskDetail = z.infer<typeof riskDetail>
