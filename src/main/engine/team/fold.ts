/**
 * All events of a team folded into one state, the same for everybody: whatever the order in which they come, and
 * however often. Pure: no clock, so a claim keeps its end and whether it is over is judged where it is read.
 *
 * 1. Each event once, in canonical order (event-line.ts).
 * 2. What was taken back is found from the last undo to the first, so that taking back an undo is redo.
 * 3. What is left is applied in order; the later one decides, except that a claim stays with who had it first.
 */
import { packageKey, type PackageKey } from '../../../shared/domain.ts'
import { personKey, type TeamEvent, type TeamItem } from '../../../shared/team.ts'
import { compareEvents } from './event-line.ts'
import { applyNote, type FoldedNote } from './fold-notes.ts'
import { applyExemption, type FoldedExemption } from './fold-exemptions.ts'

type EventOf<K extends TeamEvent['kind']> = Extract<TeamEvent, { kind: K }>
export type SignOffEvent = EventOf<'signOff'>

export interface FoldedItem {
  readonly key: PackageKey
  readonly crate: string
  readonly version: string
  assignee: string | null
  claim: { readonly by: string; readonly at: string; readonly until: string } | null
  state: TeamItem['state']
  stateReason: string
  /** The state is only what a claim made of it, and goes with the claim. */
  isStateImplied: boolean
  due: string | null
  priority: TeamItem['priority']
  /** Who was given the item last and has not signed since; null when that is nobody. */
  turnTo: string | null
  handOver: EventOf<'handOver'> | null
  signOffs: SignOffEvent[]
  /** By person and delta. */
  coverage: Map<string, EventOf<'coverage'>>
  last: TeamEvent
}

export interface FoldedPerson {
  /** As written last. */
  who: string
  events: number
  lastAt: string | null
}

export interface FoldedTeam {
  readonly items: ReadonlyMap<PackageKey, FoldedItem>
  /** In order of writing. */
  readonly notes: ReadonlyMap<string, FoldedNote>
  readonly exemptions: ReadonlyMap<PackageKey, FoldedExemption>
  /** By personKey; everybody who wrote, was given work, or owns something. */
  readonly people: ReadonlyMap<string, FoldedPerson>
  /** Every event once, in canonical order. */
  readonly events: readonly TeamEvent[]
  readonly undone: ReadonlySet<string>
  /** Why an event did nothing, or not all it says, by id; a sentence without a full stop. */
  readonly withoutEffect: ReadonlyMap<string, string>
}

/** What the parts of the fold share while it runs. */
export interface Folding {
  readonly notes: Map<string, FoldedNote>
  readonly exemptions: Map<PackageKey, FoldedExemption>
  readonly withoutEffect: Map<string, string>
}

/** @param events in any order, any of them more than once */
export function foldTeam(events: Iterable<TeamEvent>): FoldedTeam {
  const ordered = inOrder(events)
  const withoutEffect = new Map<string, string>()
  const undone = findUndone(ordered, withoutEffect)
  const items = new Map<PackageKey, FoldedItem>()
  const people: People = { byKey: new Map(), asWritten: new Map() }
  const signOffs = new Map<string, { readonly event: SignOffEvent; readonly item: FoldedItem }>()
  const folding: Folding = { notes: new Map(), exemptions: new Map(), withoutEffect }

  for (const event of ordered) {
    meet(people, event.by, event)
    // An item stays listed when all that was said of it was taken back: nothing that was shown vanishes.
    for (const key of keysOf(event)) {
      const item = items.get(key)
      if (item === undefined) items.set(key, newItem(key, event))
      else item.last = event
    }
    if (!undone.has(event.id)) apply(event)
  }
  return { items, ...folding, people: people.byKey, events: ordered, undone }

  function apply(event: TeamEvent): void {
    switch (event.kind) {
      case 'assign':
      case 'claim':
      case 'release':
      case 'handOver':
      case 'state':
      case 'due':
      case 'priority': {
        if ((event.kind === 'assign' || event.kind === 'handOver') && event.to !== null) meet(people, event.to, null)
        let refused = 0
        let holder = ''
        for (const key of event.items) {
          const held = applyToItem(items.get(key) as FoldedItem, event)
          if (held === null) continue
          refused++
          holder = held
        }
        if (refused > 0)
          withoutEffect.set(
            event.id,
            `${refused === event.items.length ? '' : `for ${refused} of ${event.items.length} items `}held by ${holder}`,
          )
        return
      }
      case 'signOff': {
        const item = items.get(packageKey(event.crate, event.delta.to)) as FoldedItem
        sign(item, event)
        signOffs.set(event.id, { event, item })
        return
      }
      case 'withdraw': {
        const found = signOffs.get(event.signOff)
        if (found === undefined) withoutEffect.set(event.id, 'there is no such sign-off')
        else if (personKey(found.event.by) !== personKey(event.by))
          withoutEffect.set(event.id, `only ${found.event.by} can withdraw it`)
        else {
          found.item.signOffs = found.item.signOffs.filter(other => other !== found.event)
          found.item.last = event
        }
        return
      }
      case 'coverage': {
        const item = items.get(packageKey(event.crate, event.delta.to)) as FoldedItem
        const key = `${personKey(event.by)} ${event.delta.from ?? ''}`
        item.coverage.delete(key)
        item.coverage.set(key, event)
        return
      }
      case 'exemption':
        if (event.terms !== null) meet(people, event.terms.owner, null)
        return applyExemption(folding, event)
      case 'note':
      case 'reply':
      case 'resolve':
        return applyNote(folding, event)
      case 'undo':
        return
    }
  }
}

/** Sorting places by flat lists of clocks takes a third of the time of sorting the events themselves. */
function inOrder(events: Iterable<TeamEvent>): TeamEvent[] {
  const given = [...events]
  const milliseconds = new Float64Array(given.length)
  const counters = new Float64Array(given.length)
  const places = new Uint32Array(given.length)
  for (const [place, { clock }] of given.entries()) {
    milliseconds[place] = clock[0]
    counters[place] = clock[1]
    places[place] = place
  }
  places.sort(
    (a, b) =>
      (milliseconds[a] ?? 0) - (milliseconds[b] ?? 0) ||
      (counters[a] ?? 0) - (counters[b] ?? 0) ||
      compareEvents(at(given, a), at(given, b)),
  )
  const ordered: TeamEvent[] = []
  for (const place of places) {
    const event = at(given, place)
    if (event.id !== ordered.at(-1)?.id) ordered.push(event)
  }
  return ordered
}

const at = (events: readonly TeamEvent[], place: number): TeamEvent => events[place] as TeamEvent

/** Ids of events that do not hold. An undo counts for events of its own author that stand before it. */
function findUndone(ordered: readonly TeamEvent[], withoutEffect: Map<string, string>): Set<string> {
  const undone = new Set<string>()
  const undos: { readonly event: EventOf<'undo'>; readonly at: number }[] = []
  for (const [place, event] of ordered.entries()) if (event.kind === 'undo') undos.push({ event, at: place })
  if (undos.length === 0) return undone
  const targets = new Set(undos.flatMap(({ event }) => event.events))
  const places = new Map<string, number>()
  for (const [at, { id }] of ordered.entries()) if (targets.has(id)) places.set(id, at)
  for (const { event: undo, at } of undos.reverse()) {
    if (undone.has(undo.id)) continue
    let missed = 0
    for (const id of undo.events) {
      const place = places.get(id)
      const target = place === undefined ? undefined : ordered[place]
      if (target === undefined || (place ?? 0) > at || personKey(target.by) !== personKey(undo.by)) missed++
      else undone.add(id)
    }
    if (missed > 0)
      withoutEffect.set(undo.id, `${missed} of ${undo.events.length} events are not there, or not of the same person`)
  }
  return undone
}

/** The items that an event is about; of notes none, they are kept by crate. */
function keysOf(event: TeamEvent): readonly PackageKey[] {
  switch (event.kind) {
    case 'assign':
    case 'claim':
    case 'release':
    case 'handOver':
    case 'state':
    case 'due':
    case 'priority':
      return event.items
    case 'signOff':
    case 'coverage':
      return [packageKey(event.crate, event.delta.to)]
    case 'note':
      return event.version === null ? [] : [packageKey(event.crate, event.version)]
    case 'reply':
    case 'resolve':
    case 'withdraw':
    case 'exemption':
    case 'undo':
      return []
  }
}

function newItem(key: PackageKey, event: TeamEvent): FoldedItem {
  const at = key.indexOf('@')
  return {
    key,
    crate: key.slice(0, at),
    version: key.slice(at + 1),
    assignee: null,
    claim: null,
    state: 'needs-audit',
    stateReason: '',
    isStateImplied: false,
    due: null,
    priority: null,
    turnTo: null,
    handOver: null,
    signOffs: [],
    coverage: new Map(),
    last: event,
  }
}

type ItemEvent = EventOf<'assign' | 'claim' | 'release' | 'handOver' | 'state' | 'due' | 'priority'>

/** Null when it took effect, else who holds the item. */
function applyToItem(item: FoldedItem, event: ItemEvent): string | null {
  switch (event.kind) {
    case 'assign':
      item.assignee = event.to
      item.turnTo = event.to
      item.handOver = null
      return null
    case 'claim': {
      const { claim } = item
      // By what the writers' clocks said: the same for everybody, though a clock may have been wrong.
      const isHeld = claim !== null && personKey(claim.by) !== personKey(event.by) && claim.until > event.at
      if (isHeld && !event.takeOver) return claim.by
      item.claim = { by: event.by, at: event.at, until: event.until }
      if (item.state === 'needs-audit') {
        item.state = 'in-review'
        item.isStateImplied = true
      }
      return null
    }
    case 'release':
      endClaim(item)
      return null
    case 'handOver':
      item.assignee = event.to
      item.turnTo = event.to
      item.handOver = event
      if (item.claim !== null && personKey(item.claim.by) === personKey(event.by)) item.claim = null
      return null
    case 'state':
      item.state = event.state
      item.stateReason = event.reason
      item.isStateImplied = false
      return null
    case 'due':
      item.due = event.date
      return null
    case 'priority':
      item.priority = event.priority
      return null
  }
}

function endClaim(item: FoldedItem): void {
  item.claim = null
  if (!item.isStateImplied) return
  item.state = 'needs-audit'
  item.isStateImplied = false
}

/** Who signs the same thing again replaces what he signed before, has done his turn, and holds nothing any more. */
function sign(item: FoldedItem, event: SignOffEvent): void {
  const what = signedThing(event)
  const me = personKey(event.by)
  item.signOffs = [...item.signOffs.filter(other => personKey(other.by) !== me || signedThing(other) !== what), event]
  if (item.turnTo !== null && (item.turnTo.startsWith('@') || personKey(item.turnTo) === me)) item.turnTo = null
  if (item.claim !== null && personKey(item.claim.by) === me) {
    item.claim = null
    item.isStateImplied = false
  }
}

const signedThing = (event: SignOffEvent): string => `${event.delta.from ?? ''} ${event.criteria.toSorted().join(' ')}`

/** @param event what they wrote; null when they were only named. A group is nobody. */
function meet(met: People, who: string, event: TeamEvent | null): void {
  if (who.startsWith('@')) return
  let person = met.asWritten.get(who)
  if (person === undefined) {
    const key = personKey(who)
    person = met.byKey.get(key) ?? { who, events: 0, lastAt: null }
    met.byKey.set(key, person)
    met.asWritten.set(who, person)
  }
  if (event === null) return
  person.who = who
  person.events++
  person.lastAt = event.at
}

interface People {
  readonly byKey: Map<string, FoldedPerson>
  /** The same records by each way in which they are written: an address is taken out of a name once. */
  readonly asWritten: Map<string, FoldedPerson>
}
