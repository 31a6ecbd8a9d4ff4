/**
 * Questions that a reviewer answers for each criterion. The questions are the team's, kept in `supply-chain/assay.toml`
 * (or Assay's own where the team wrote none); the answers are of one reviewer and one delta. Pure data, crosses
 * processes as JSON.
 */
import { z } from 'zod'
import { criteriaName } from './wire.ts'

const count = z.number().int().nonnegative()

/** `units`: answered when every unit is; `read`: when every changed file is read. */
export const checklistAuto = z.enum(['units', 'read'])
export type ChecklistAuto = z.infer<typeof checklistAuto>

export const checklistItem = z.object({
  /** Names the question in answers and evidence; stays when the wording changes. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  question: z.string().min(1).max(2_000),
  auto: checklistAuto.nullable(),
})
export type ChecklistItem = z.infer<typeof checklistItem>

export const checklistVerdict = z.enum(['yes', 'no', 'not-applicable'])
export type ChecklistVerdict = z.infer<typeof checklistVerdict>

export const checklistAnswer = z.object({
  verdict: checklistVerdict,
  /** Required for `no`. */
  note: z.string().max(4_000),
  who: z.string(),
  /** Milliseconds since the epoch. */
  at: z.number(),
})
export type ChecklistAnswer = z.infer<typeof checklistAnswer>

export const checklistRow = checklistItem.extend({
  /** What the reviewer said of this wording of the question; null: nothing. */
  answer: checklistAnswer.nullable(),
  /** Of an item with `auto`: how far it is, and whether that answers it. */
  counted: z.object({ text: z.string(), isAnswer: z.boolean() }).nullable(),
})
export type ChecklistRow = z.infer<typeof checklistRow>

export const checklistGroup = z.object({
  criteria: criteriaName,
  /** `file`: of assay.toml; `built-in`: Assay's own questions; `none`: nobody wrote any. */
  source: z.enum(['file', 'built-in', 'none']),
  rows: z.array(checklistRow),
  /** With an answer, a counted one included. */
  answered: count,
})
export type ChecklistGroup = z.infer<typeof checklistGroup>

export const checklist = z.object({
  review: z.string(),
  /** The criteria wanted and those they imply, the wanted ones first. */
  groups: z.array(checklistGroup),
  file: z.object({
    path: z.string(),
    /** sha256 of the file's bytes; null when there is none. Given back when the list is saved. */
    sha256: z.string().nullable(),
    /** What could not be taken from the file; the rest of it holds. */
    problems: z.array(z.object({ line: count.nullable(), message: z.string() })),
  }),
})
export type Checklist = z.infer<typeof checklist>
