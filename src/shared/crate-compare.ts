/** Two crates beside each other, which need not be the same one: to look at, not to audit. Pure data, crosses as JSON. */
import { z } from 'zod'
import { crateName, diffStat } from './wire.ts'

const count = z.number().int().nonnegative()

export const crateVersionRef = z.object({ crate: crateName, version: z.string().min(1).max(200) })
export type CrateVersionRef = z.infer<typeof crateVersionRef>

/** Asked for as a whole each time, so that nothing is open between two calls. */
export const comparedPair = z.object({ left: crateVersionRef, right: crateVersionRef })
export type ComparedPair = z.infer<typeof comparedPair>

export const comparedFile = z.object({
  /** Of the right side; of the left one when it is only there. */
  path: z.string(),
  oldPath: z.string().nullable(),
  change: z.enum(['added', 'deleted', 'modified', 'renamed']),
  insertions: count,
  deletions: count,
})
export type ComparedFile = z.infer<typeof comparedFile>

export const crateComparison = z.object({
  /** In byte order of their path. */
  files: z.array(comparedFile),
  /** Equal byte for byte under the same path. */
  unchangedFiles: count,
  stat: diffStat,
})
export type CrateComparison = z.infer<typeof crateComparison>
