/** Events in words, for the log of a crate and for what changed. Texts of people are cut to one line, as they are. */
import { deltaText, packageKey, type Delta, type PackageKey } from '../../../shared/domain.ts'
import { personKey, type TeamEvent, type TeamLogEntry } from '../../../shared/team.ts'
import type { FoldedTeam } from './fold.ts'
import type { ViewFacts } from './view.ts'

const MAX_QUOTED = 160
/** Of undo and redo of one thing; past it the log does not say what it was. */
const MAX_UNDO_STEPS = 200

interface About {
  readonly crate: string | null
  readonly version: string | null
  readonly more: number
}

/**
 * What an event is about; a reply what its note is about, an undo what its first event is about. `byId` must hold every
 * event that another one names.
 */
function aboutOf(event: TeamEvent, byId: ReadonlyMap<string, TeamEvent>): About {
  switch (event.kind) {
    case 'reply':
    case 'resolve':
      return named(byId, event.note)
    case 'withdraw':
      return named(byId, event.signOff)
    case 'undo':
      return { ...named(byId, event.events[0] ?? ''), more: event.events.length - 1 }
    case 'signOff':
    case 'coverage':
      return { crate: event.crate, version: event.delta.to, more: 0 }
    case 'note':
    case 'exemption':
      return { crate: event.crate, version: event.version, more: 0 }
    default: {
      const key = event.items[0] ?? ''
      const at = key.indexOf('@')
      return { crate: key.slice(0, at), version: key.slice(at + 1), more: event.items.length - 1 }
    }
  }
}

function named(byId: ReadonlyMap<string, TeamEvent>, id: string): About {
  const event = targetOf(byId, id)
  return event === null ? { crate: null, version: null, more: 0 } : aboutOf(event, byId)
}

/** The event of that id, and for an undo what it takes back in the end; null when it is not there or too far away. */
function targetOf(byId: ReadonlyMap<string, TeamEvent>, id: string): TeamEvent | null {
  let event = byId.get(id)
  for (let steps = 0; event?.kind === 'undo' && steps < MAX_UNDO_STEPS; steps++) event = byId.get(event.events[0] ?? '')
  return event === undefined || event.kind === 'undo' ? null : event
}

/** The items that an event touches; a note on a crate touches none. */
export function itemsOf(event: TeamEvent, byId: ReadonlyMap<string, TeamEvent>): readonly PackageKey[] {
  if ('items' in event) return event.items
  if (event.kind === 'undo')
    return event.events.flatMap(id => {
      const target = targetOf(byId, id)
      return target === null ? [] : itemsOf(target, byId)
    })
  const { crate, version } = aboutOf(event, byId)
  return crate === null || version === null ? [] : [packageKey(crate, version)]
}

/** The crates that an event touches. */
export function isAboutCrate(event: TeamEvent, crate: string, byId: ReadonlyMap<string, TeamEvent>): boolean {
  if ('items' in event) return event.items.some(key => key.startsWith(`${crate}@`))
  if (event.kind === 'undo')
    return event.events.some(id => {
      const target = targetOf(byId, id)
      return target !== null && isAboutCrate(target, crate, byId)
    })
  return aboutOf(event, byId).crate === crate
}

export function logEntry(
  team: FoldedTeam,
  byId: ReadonlyMap<string, TeamEvent>,
  event: TeamEvent,
  facts: ViewFacts,
): TeamLogEntry {
  const isUndone = team.undone.has(event.id)
  return {
    ...{ id: event.id, by: event.by, at: event.at, signature: facts.signature(event.id), kind: event.kind },
    text: wordsOf(event, byId),
    ...aboutOf(event, byId),
    isUndone,
    withoutEffect: team.withoutEffect.get(event.id) ?? null,
    canUndo: !isUndone && facts.me !== null && personKey(facts.me) === personKey(event.by),
  }
}

function wordsOf(event: TeamEvent, byId: ReadonlyMap<string, TeamEvent>): string {
  switch (event.kind) {
    case 'assign':
      return event.to === null ? 'assigned it to nobody' : `assigned it to ${event.to}`
    case 'claim':
      return `${event.takeOver ? 'took it over' : 'claimed it'} until ${event.until}`
    case 'release':
      return 'released it'
    case 'handOver':
      return `handed it over to ${event.to}${quoted(event.note)}`
    case 'state':
      return `set the state to ${event.state}${quoted(event.reason)}`
    case 'due':
      return event.date === null ? 'took the due date away' : `set the due date to ${event.date}`
    case 'priority':
      return event.priority === null ? 'took the priority away' : `set the priority to ${event.priority}`
    case 'note':
      return `wrote a ${event.severity}${quoted(event.text)}`
    case 'reply':
      return `replied${quoted(event.text)}`
    case 'resolve':
      return event.isResolved ? 'resolved a note' : 'opened a note again'
    case 'signOff':
      return `signed ${deltaText(event.delta as Delta)} for ${event.criteria.join(', ')}${quoted(event.notes)}`
    case 'withdraw':
      return `withdrew the sign-off${quoted(event.reason)}`
    case 'coverage':
      return `has read ${event.lines} of ${event.linesTotal} lines in ${event.files} of ${event.filesTotal} files`
    case 'exemption':
      return event.terms === null
        ? 'no longer keeps the exemption'
        : `keeps the exemption, ${event.terms.owner} until ${event.terms.reviewBy}${quoted(event.terms.reason)}`
    case 'undo': {
      const first = byId.get(event.events[0] ?? '')
      const what = first === undefined ? 'something' : first.kind === 'undo' ? 'an undo' : `“${wordsOf(first, byId)}”`
      return event.events.length === 1 ? `took back ${what}` : `took back ${what} and ${event.events.length - 1} more`
    }
  }
}

function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  if (line === '') return ''
  return `: ${line.length > MAX_QUOTED ? `${line.slice(0, MAX_QUOTED)}…` : line}`
}
