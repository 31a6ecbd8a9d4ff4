/**
 * Notes a reviewer writes while reading: on lines, a file or the whole crate. They belong to the crate and are found
 * again in other versions by the text they stand at. Pure data, crosses processes as JSON.
 */
import { z } from 'zod'

const count = z.number().int().nonnegative()

export const noteSeverity = z.enum(['remark', 'question', 'concern', 'blocker'])
export type NoteSeverity = z.infer<typeof noteSeverity>

/** `draft`: only its writer sees it. `resolved`: answered or mended; stays readable. */
export const noteState = z.enum(['draft', 'published', 'resolved'])
export type NoteState = z.infer<typeof noteState>

export const noteTarget = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('crate') }),
  z.object({ kind: z.literal('file'), path: z.string() }),
  /** 1-based, inclusive, of the side named. */
  z.object({
    kind: z.literal('lines'),
    path: z.string(),
    side: z.enum(['old', 'new']),
    line: count,
    endLine: count,
  }),
])
export type NoteTarget = z.infer<typeof noteTarget>

/**
 * Where a note stands in the version on screen. `here`: the same text at the same lines. `moved`: the same text
 * elsewhere in the file. `outdated`: its text changed, the place is a guess from the lines around it. `lost`: neither
 * its text nor what was around it is there.
 */
export const notePlace = z.object({
  state: z.enum(['here', 'moved', 'outdated', 'lost']),
  /** 0 for a note on a file or the crate, and for a lost one. */
  line: count,
  endLine: count,
})
export type NotePlace = z.infer<typeof notePlace>

/** Characters of a note's text. */
export const MAX_NOTE = 20_000

/** A change of an existing note that its writer has not finished. */
export const noteEdit = z.object({ text: z.string().max(MAX_NOTE), severity: noteSeverity, inAudit: z.boolean() })
export type NoteEdit = z.infer<typeof noteEdit>

export const note = z.object({
  id: z.string(),
  target: noteTarget,
  /** Markdown, shown without any HTML of its own. */
  text: z.string(),
  severity: noteSeverity,
  state: noteState,
  /** Goes into the audit's notes when it is published. */
  inAudit: z.boolean(),
  who: z.string(),
  /** Of the version it was written at. */
  version: z.string(),
  /** Milliseconds since the epoch. */
  createdAt: z.number(),
  editedAt: z.number(),
  place: notePlace,
  /** The lines it was written at, cut to what a list shows; empty without lines. */
  quote: z.string(),
  /** Kept while it is typed, so that nothing is lost; finishing or dropping the change takes it away. */
  edit: noteEdit.nullable(),
})
export type Note = z.infer<typeof note>

export const noteInput = z.object({
  /** Chosen by the page for a new note, so that a draft that is saved while it is typed stays one note. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  target: noteTarget,
  text: z.string().min(1).max(MAX_NOTE),
  severity: noteSeverity,
  state: noteState,
  inAudit: z.boolean(),
})
export type NoteInput = z.infer<typeof noteInput>

/** In the order of files, then lines; the crate's first. */
export const noteList = z.object({ review: z.string(), notes: z.array(note) })
export type NoteList = z.infer<typeof noteList>
