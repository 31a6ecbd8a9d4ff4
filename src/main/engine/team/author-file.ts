/**
 * The files of the branch: one per author, named for the e-mail address, one event a line, in canonical order. Two
 * machines of one author make two versions of one file; the union of their lines is the merge, and never a conflict.
 * A line that claims to be another person's is left out and named: nobody speaks for others by writing into a file.
 */
import { createHash } from 'node:crypto'
import { personKey, type TeamEvent } from '../../../shared/team.ts'
import { compareEvents, readEventLine } from './event-line.ts'

const EVENTS_FOLDER = 'events'
export const MAX_FILE_BYTES = 64 << 20
export const MAX_FILES = 1_000
/** Of all files together. */
export const MAX_BRANCH_BYTES = 256 << 20
const MAX_PROBLEMS = 20

/** `events/ada.lovelace-0f3c….ndjson`: readable, and told apart by 16 hex digits of the address's sha256. */
export function authorFile(who: string): string {
  const key = personKey(who)
  const name = (key.split('@')[0] ?? '').replace(/[^a-z0-9.]+/g, '-').slice(0, 40)
  const safe = name.replace(/^[.-]+|[.-]+$/g, '') || 'author'
  return `${EVENTS_FOLDER}/${safe}-${addressHash(key)}.ndjson`
}

const addressHash = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 16)

/** Null for a path that is no author's file. */
export function fileHash(path: string): string | null {
  return /^events\/[a-z0-9.-]{1,42}-([0-9a-f]{16})\.ndjson$/.exec(path)?.[1] ?? null
}

export interface ReadFile {
  /** As they stand in the file; each id once. */
  readonly events: readonly TeamEvent[]
  /** `FILE line 3: …`, the first few, then how many more. */
  readonly problems: readonly string[]
  readonly problemsTotal: number
}

/** Reads an author's file. Lines that are wrong are named and left out; it never fails. */
export function readAuthorFile(path: string, text: string): ReadFile {
  const hash = fileHash(path)
  const events: TeamEvent[] = []
  const seen = new Set<string>()
  const problems: string[] = []
  let problemsTotal = 0
  const problem = (number: number, sentence: string) => {
    if (problemsTotal++ < MAX_PROBLEMS) problems.push(`${path} line ${number}: ${sentence}`)
  }
  /** Whose hash was looked up already: a file has one author. */
  let author: string | null = null
  let number = 0
  for (const line of linesOf(text)) {
    number++
    if (line === '') continue
    const read = readEventLine(line)
    if (!read.ok) {
      problem(number, read.error)
      continue
    }
    const key = personKey(read.value.by)
    if (key !== author) {
      if (addressHash(key) !== hash) {
        problem(number, `left out: it says it is by ${read.value.by}, whose file this is not`)
        continue
      }
      author = key
    }
    if (seen.has(read.value.id)) continue
    seen.add(read.value.id)
    events.push(read.value)
  }
  return { events, problems, problemsTotal }
}

/**
 * `text` with `lines` added: each line once, events in canonical order, and what is not understood here (a newer
 * Assay's) kept as it is at the end, in byte order. The same set of lines gives the same text wherever it is made.
 */
export function unionOfLines(text: string, lines: Iterable<string>): string {
  const all = new Set([...linesOf(text), ...lines])
  all.delete('')
  const events: { readonly event: TeamEvent; readonly line: string }[] = []
  const others: string[] = []
  for (const line of all) {
    const read = readEventLine(line)
    if (read.ok) events.push({ event: read.value, line })
    else others.push(line)
  }
  events.sort((a, b) => compareEvents(a.event, b.event))
  others.sort((a, b) => (a < b ? -1 : 1))
  const sorted = [...events.map(({ line }) => line), ...others]
  return sorted.length === 0 ? '' : `${sorted.join('\n')}\n`
}

function linesOf(text: string): string[] {
  return text.split('\n').map(line => (line.endsWith('\r') ? line.slice(0, -1) : line))
}
