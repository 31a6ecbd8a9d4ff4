/**
 * One event as one line of an author's file, and back. The id stands first and is the start of the sha256 of the rest,
 * byte for byte, so that a line cannot be altered and keep its id, and two lines with one id are the same line.
 * Lines are others' data: bounded, and what does not fit is named and never guessed at.
 */
import { createHash } from 'node:crypto'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { MAX_CLOCK_COUNT, MAX_CLOCK_MS, teamEvent, type TeamAction, type TeamEvent } from '../../../shared/team.ts'

/** UTF-16 units of a line. A thousand items with the longest usual names are a fifth of it. */
export const MAX_LINE_LENGTH = 256 << 10
const HEAD = /^\{"id":"([0-9a-f]{32})",/
const HEAD_LENGTH = '{"id":"",'.length + 32

export type TeamBody = TeamAction | { readonly kind: 'undo'; readonly events: readonly string[] }

/** The clock of an event: milliseconds, then a counter. */
export type TeamClock = TeamEvent['clock']

export interface WrittenEvent {
  readonly event: TeamEvent
  /** Without a line break. */
  readonly line: string
}

/** Makes a line of what somebody did. Fails with a sentence when it is too long or not what the schema allows. */
export function writeEvent(
  head: { readonly clock: TeamClock; readonly by: string; readonly at: string; readonly device: string },
  body: TeamBody,
): Result<WrittenEvent, string> {
  const rest = JSON.stringify({ v: 1, ...head, ...body })
  const id = idOf(rest)
  const line = `{"id":"${id}",${rest.slice(1)}`
  const read = readEventLine(line)
  return read.ok ? ok({ event: read.value, line }) : read
}

/** Parses one line without its line break. Fails with a sentence that fits after "line 3: ". */
export function readEventLine(line: string): Result<TeamEvent, string> {
  if (line.length > MAX_LINE_LENGTH) return fail(`longer than ${MAX_LINE_LENGTH} characters`)
  const id = HEAD.exec(line)?.[1]
  if (id === undefined) return fail('not an event: it does not start with an id')
  if (idOf(`{${line.slice(HEAD_LENGTH)}`) !== id) return fail('altered: its id is not the one of what it says')
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return fail('not JSON')
  }
  const event = teamEvent.safeParse(value)
  if (event.success) return ok(event.data)
  const { v, kind } = value as { v?: unknown; kind?: unknown }
  if (v !== 1) return fail('written by a newer Assay')
  const issue = event.error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`
  return fail(`not an event that is known here (${JSON.stringify(String(kind).slice(0, 40))}${where})`)
}

function idOf(rest: string): string {
  return createHash('sha256').update(rest).digest('hex').slice(0, 32)
}

/** Canonical order: by clock, then by id. Total, and the same wherever and whenever events arrive. */
export function compareEvents(a: TeamEvent, b: TeamEvent): number {
  return a.clock[0] - b.clock[0] || a.clock[1] - b.clock[1] || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

/**
 * The clock for the next event of somebody who has seen `last`: after it, and not before the wall clock. At the end of all
 * clocks, where only a hostile event leads, it stays there: then ids decide, and everybody can still write.
 */
export function nextClock(last: TeamClock | null, wallMs: number): TeamClock {
  const wall = Math.max(0, Math.floor(wallMs))
  if (last === null || wall > last[0]) return [Math.min(wall, MAX_CLOCK_MS), 0]
  const [milliseconds, counter] = last
  if (counter < MAX_CLOCK_COUNT) return [milliseconds, counter + 1]
  return milliseconds < MAX_CLOCK_MS ? [milliseconds + 1, 0] : [milliseconds, counter]
}

export function laterClock(a: TeamClock | null, b: TeamClock): TeamClock {
  return a === null || b[0] > a[0] || (b[0] === a[0] && b[1] > a[1]) ? b : a
}
