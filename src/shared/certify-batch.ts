/**
 * Several audits written in one go: of crates released together, or of one reading split at versions in between. Pure
 * data, crosses processes as JSON.
 */
import { z } from 'zod'
import { certifyPlan, certifyRequest, crateName, delta, packageKeySchema, writeResult } from './wire.ts'

/** The evidence file as a sheet showed it. */
export const evidenceToWrite = z.object({ sha256: z.string(), withTime: z.boolean() })

const count = z.number().int().nonnegative()

/** In the order in which cargo-vet would be called, one after the other. */
export const batchRequests = z.array(certifyRequest).min(1).max(50)

export const batchStep = certifyPlan.pick({
  request: true,
  criteria: true,
  who: true,
  whoSource: true,
  read: true,
  blocks: true,
})
export type BatchStep = z.infer<typeof batchStep>

/** What all of them together change. `steps` ends at the first one that may not be written. */
export const batchPlan = certifyPlan
  .pick({ files: true, effects: true, trial: true, blocks: true, canCommit: true, commitMessage: true })
  .extend({ steps: z.array(batchStep) })
export type BatchPlan = z.infer<typeof batchPlan>

export const batchWrite = z.object({
  requests: batchRequests,
  base: z.object({ audits: z.string(), config: z.string(), imports: z.string() }),
  planned: z.object({ audits: z.string(), config: z.string(), imports: z.string() }),
  commit: z.boolean(),
  commitMessage: z.string(),
  /** One for each request, in order; null: no evidence file of that audit. Written if they are still these. */
  evidence: z.array(evidenceToWrite.nullable()).max(50).nullable().optional(),
})
export { writeResult as batchResult }

/** A row of the queue that could be certified together with others. */
export const candidate = z.object({
  key: packageKeySchema,
  crate: crateName,
  delta,
  /** Lines read in its review so far, as of the last mark, and all of them; null when it was never marked. */
  read: z.object({ lines: count, total: count }).nullable(),
  /** Normalised address from a provenance check; null when none was made. */
  repository: z.string().nullable(),
  /** Login or name, as far as it is known without asking; null when it is not. */
  publisher: z.string().nullable(),
})
export type Candidate = z.infer<typeof candidate>
