/** Blocks of lines that moved between the files of a change. Pure data, crosses processes as JSON. */
import { z } from 'zod'

const line = z.number().int().positive()

/** 1-based lines, both ends inclusive. */
export const blockPlace = z.object({ path: z.string(), line, endLine: line })
export type BlockPlace = z.infer<typeof blockPlace>

/** The same lines, removed from one file (old side) and added to another one (new side). */
export const movedBlock = z.object({ from: blockPlace, to: blockPlace })
export type MovedBlock = z.infer<typeof movedBlock>

export const moveList = z.object({
  /** In the order of `to`. */
  moves: z.array(movedBlock),
  /** Null: all were looked for; else why some may be missing. */
  cut: z.string().nullable(),
})
export type MoveList = z.infer<typeof moveList>
