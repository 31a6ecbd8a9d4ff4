/**
 * Places in a crate that deserve a look of their own, and what the reviewer said of each. Found by words and, where the
 * file parses, by syntax; what could not be parsed says so. Pure data, crosses processes as JSON.
 */
import { z } from 'zod'

const count = z.number().int().nonnegative()

/** In the order of the list. */
export const UNIT_KINDS = [
  'unsafe-block',
  'unsafe-fn',
  'unsafe-impl',
  'unsafe-trait',
  'unsafe-attribute',
  'transmute',
  'raw-pointer',
  'asm',
  'ffi',
  'build-script',
  'proc-macro',
  'runs-before-main',
  'include',
  'process',
  'network',
  'file-system',
  'environment',
  'clock',
  'dynamic-loading',
  'long-literal',
  'long-line',
  'binary',
  'hidden-characters',
  'non-ascii-name',
  'not-parsed',
] as const
export const unitKind = z.enum(UNIT_KINDS)
export type UnitKind = z.infer<typeof unitKind>

/** Characters of what is said of a unit. */
export const MAX_UNIT_NOTE = 4_000

export const unitVerdict = z.enum(['fine', 'concern', 'not-applicable'])
export type UnitVerdict = z.infer<typeof unitVerdict>

export const unitAnswer = z.object({
  verdict: unitVerdict,
  /** Required for a concern; empty otherwise allowed. */
  note: z.string().max(MAX_UNIT_NOTE),
  who: z.string(),
  /** Milliseconds since the epoch. */
  at: z.number(),
  /** The version in which it was answered; another one than that on screen means it was carried over unchanged. */
  version: z.string(),
})
export type UnitAnswer = z.infer<typeof unitAnswer>

export const unit = z.object({
  /** Stable while kind, path and text stay; the same in every delta that shows this text. */
  id: z.string(),
  kind: unitKind,
  /** On the new side. */
  path: z.string(),
  /** 1-based, inclusive; 0 for a unit that is the whole file. */
  line: count,
  endLine: count,
  /** First line of the text, cut; characters a reader cannot see are escaped. */
  snippet: z.string(),
  /** Name of the enclosing item, for example `Foo::bar`; null at the top of a file. */
  item: z.string().nullable(),
  /** Places that one unit stands for (raw pointers of one item). */
  places: count,
  /** Against the base version; `new` in a full audit. */
  change: z.enum(['new', 'changed', 'unchanged']),
  /** `words`: seen inside a macro body or a part that did not parse. `unknown`: it cannot be told what is there. */
  certainty: z.enum(['parsed', 'words', 'unknown']),
  /** In tests, benches or examples, which nobody who depends on the crate builds: listed, but nobody owes an answer. */
  isOptional: z.boolean(),
  answer: unitAnswer.nullable(),
})
export type Unit = z.infer<typeof unit>

/** Whether the unit counts as one to answer: not what stood in the base version, and not what is optional. */
export function isOwed(unit: Pick<Unit, 'change' | 'isOptional' | 'answer'>): boolean {
  return unit.answer !== null || (unit.change !== 'unchanged' && !unit.isOptional)
}

export const unitFile = z.object({
  path: z.string(),
  /** `unknown`: not read or not parsed at all, `reason` says why. */
  state: z.enum(['parsed', 'partly', 'unknown', 'not-rust']),
  reason: z.string().nullable(),
  /** Macro bodies are looked through word by word, not parsed. */
  macroBodies: count,
  /** Units of the base version that are gone. */
  removed: count,
})
export type UnitFile = z.infer<typeof unitFile>

export const unitList = z.object({
  review: z.string(),
  /** By kind, those that are optional last, then by path and line. */
  units: z.array(unit),
  files: z.array(unitFile),
  /** There are more than are listed. */
  isCut: z.boolean(),
})
export type UnitList = z.infer<typeof unitList>
