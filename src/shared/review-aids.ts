/**
 * Finding one's way in a crate while reading it: search over all files of one side, definitions and references by name,
 * the items of a file. Pure data, crosses processes as JSON. Whatever was left out is said with a number and a reason.
 */
import { z } from 'zod'

const count = z.number().int().nonnegative()

export const identifier = z.string().min(1).max(200)

export const searchQuery = z.object({
  pattern: z.string().min(1).max(1_000),
  isRegex: z.boolean(),
  isCase: z.boolean(),
  /** Only where the match neither starts nor ends inside a word. */
  isWord: z.boolean(),
  /** The new side is what is reviewed; the old one is its base. */
  side: z.enum(['new', 'old']),
})

export const foundPlace = z.object({
  line: count,
  /** 1-based, UTF-16 units; 0 where the file is shown without columns. */
  column: count,
  length: count,
  /** Part of the line around the place, and where the match starts in it. */
  text: z.string(),
  at: count,
  /** Set for references: the place is where the name is defined. */
  isDefinition: z.boolean(),
})

export const foundFile = z.object({
  /** Path as the review names the file: the new one where it was moved. */
  path: z.string(),
  /** Part of the change under review. */
  isChanged: z.boolean(),
  total: count,
  /** In order; fewer than `total` when they are too many. */
  places: z.array(foundPlace),
})

export const notSearched = z.object({ path: z.string(), reason: z.string() })

export const findings = z.object({
  /** Changed files first, then by path. */
  files: z.array(foundFile),
  total: count,
  filesSearched: count,
  /** At most 200 are named. */
  notSearched: z.array(notSearched),
  notSearchedTotal: count,
  /** Why it ended before all files were looked through, else null. */
  cut: z.string().nullable(),
  tookMs: count,
})

export const itemKind = z.enum([
  'function',
  'struct',
  'enum',
  'union',
  'trait',
  'type',
  'const',
  'static',
  'module',
  'macro',
  'variant',
  'field',
  'impl',
  'extern',
])

export const definition = z.object({
  path: z.string(),
  isChanged: z.boolean(),
  line: count,
  endLine: count,
  column: count,
  name: z.string(),
  kind: itemKind,
  /** The item around it, for example `impl Read for File`. */
  container: z.string().nullable(),
  /** The item without its body, at most a few lines. */
  signature: z.string(),
  /** `words`: seen inside a macro or where the file does not parse. */
  certainty: z.enum(['parsed', 'words']),
})

export const definitions = z.object({
  name: z.string(),
  /** Best guess first; all are by name only. At most 200. */
  definitions: z.array(definition),
  total: count,
  /** Files that are not in the index, at most 200 of them named. */
  notIndexed: z.array(notSearched),
  notIndexedTotal: count,
})

/** An item of a file with the lines it reaches over, attributes and comments before it not counted. */
export const outlineItem = z.object({
  line: count,
  endLine: count,
  kind: itemKind,
  name: z.string(),
  depth: count,
})
export const outline = z.object({ path: z.string(), items: z.array(outlineItem), problem: z.string().nullable() })

/** Plain semver, newest first. */
export const crateVersion = z.object({ version: z.string(), isYanked: z.boolean() })

export type CrateVersion = z.infer<typeof crateVersion>
export type SearchQuery = z.infer<typeof searchQuery>
export type FoundPlace = z.infer<typeof foundPlace>
export type FoundFile = z.infer<typeof foundFile>
export type Findings = z.infer<typeof findings>
export type NotSearched = z.infer<typeof notSearched>
export type ItemKind = z.infer<typeof itemKind>
export type Definition = z.infer<typeof definition>
export type Definitions = z.infer<typeof definitions>
export type OutlineItem = z.infer<typeof outlineItem>
export type Outline = z.infer<typeof outline>
