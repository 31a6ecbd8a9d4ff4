/**
 * What a repository says about a file of a crate: who changed it when, as the author's and committer's own words. Nothing
 * of it is checked by anybody. Pure data, crosses processes as JSON.
 */
import { z } from 'zod'

const count = z.number().int().nonnegative()

export const historyCommit = z.object({
  oid: z.string(),
  author: z.string(),
  /** Milliseconds since the epoch, as the author's clock said; null when the commit does not say. */
  authoredAtMs: z.number().nullable(),
  /** First line of the message; may hold any character. */
  title: z.string(),
  /** The rest of it, cut to what is shown. */
  body: z.string(),
  change: z.enum(['added', 'modified', 'deleted', 'renamed', 'other']),
  /** The file's path there. */
  path: z.string(),
})
export type HistoryCommit = z.infer<typeof historyCommit>

/** Lines in a row that one commit is named for. */
export const blameRange = z.object({
  /** 1-based. */
  line: count.min(1),
  lines: count.min(1),
  /** Index in `commits`. */
  commit: count,
  /** The commit or one before it: git was not asked further. */
  isBoundary: z.boolean(),
})
export type BlameRange = z.infer<typeof blameRange>

export const fileHistory = z.object({
  path: z.string(),
  repository: z.string(),
  /** The commit that the crate claims and that was compared with it. */
  commit: z.string(),
  repositoryPath: z.string(),
  /** The archive's file is not the repository's: lines are those of the repository. */
  differs: z.boolean(),
  /** Newest first. */
  commits: z.array(historyCommit),
  /** Null when only the history was asked for; in order of lines. */
  ranges: z.array(blameRange).nullable(),
  /** What is not shown, or how far one should believe it; one sentence each. */
  remarks: z.array(z.string()),
})
export type FileHistory = z.infer<typeof fileHistory>
