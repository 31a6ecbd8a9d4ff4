/**
 * The folded team as pages see it: what only this machine knows is added (signatures, what waits to be sent), and what
 * depends on the time is judged (claims). Orders: items and exemptions by key, people by address, bytewise.
 */
import type { PackageKey } from '../../../shared/domain.ts'
import {
  personKey,
  type SignatureState,
  type TeamExemption,
  type TeamItem,
  type TeamMember,
  type TeamNote,
  type TeamTurn,
} from '../../../shared/team.ts'
import type { FoldedItem, FoldedTeam } from './fold.ts'
import type { FoldedNote } from './fold-notes.ts'

export interface ViewFacts {
  readonly nowMs: number
  readonly me: string | null
  readonly signature: (id: string) => SignatureState
}

const SEVERITIES = ['remark', 'question', 'concern', 'blocker'] as const

/** @param waiting what has something unsent said of it */
export function itemViews(team: FoldedTeam, waiting: ReadonlySet<PackageKey>, facts: ViewFacts): TeamItem[] {
  const notes = notesByCrate(team)
  return [...team.items.values()].sort(byKey).map(item => itemView(item, notes, waiting, facts))
}

function itemView(
  item: FoldedItem,
  notes: ReadonlyMap<string, readonly FoldedNote[]>,
  waiting: ReadonlySet<PackageKey>,
  facts: ViewFacts,
): TeamItem {
  const { claim } = item
  const isExpired = claim !== null && Date.parse(claim.until) <= facts.nowMs
  return {
    key: item.key,
    crate: item.crate,
    version: item.version,
    assignee: item.assignee,
    claim: claim === null ? null : { ...claim, isExpired },
    state: item.state,
    stateReason: item.stateReason,
    due: item.due,
    priority: item.priority,
    turn: turnOf(item, isExpired),
    handOver:
      item.handOver === null
        ? null
        : {
            from: item.handOver.by,
            to: item.handOver.to,
            note: item.handOver.note,
            at: item.handOver.at,
            signature: facts.signature(item.handOver.id),
          },
    signOffs: item.signOffs.map(({ id, by, at, delta, criteria, notes: text, evidence }) => ({
      ...{ id, by, at, delta, criteria, notes: text, evidence },
      signature: facts.signature(id),
    })),
    coverage: [...item.coverage.values()].map(({ by, at, delta, files, filesTotal, lines, linesTotal }) => ({
      ...{ by, at, delta, files, filesTotal, lines, linesTotal },
    })),
    notes: noteCounts(
      (notes.get(item.crate) ?? []).filter(({ event }) => event.version === null || event.version === item.version),
    ),
    last: { id: item.last.id, by: item.last.by, at: item.last.at, kind: item.last.kind },
    isWaiting: waiting.has(item.key),
  }
}

/**
 * Who is to do the next thing: nobody when the item is settled; who was given it and has not signed since; who holds it;
 * else anyone, but for a second sign-off not those who signed.
 */
function turnOf(item: FoldedItem, isClaimExpired: boolean): TeamTurn {
  if (item.state === 'done' || item.state === 'accepted') return { kind: 'nobody' }
  if (item.turnTo !== null) return { kind: 'people', people: [item.turnTo] }
  if (item.claim !== null && !isClaimExpired) return { kind: 'people', people: [item.claim.by] }
  const signers = new Map(item.signOffs.map(({ by }) => [personKey(by), by]))
  return { kind: 'anyone', but: item.state === 'ready-to-export' ? [] : [...signers.values()] }
}

function noteCounts(notes: readonly FoldedNote[]): TeamItem['notes'] {
  const open = notes.filter(note => !note.isResolved)
  const worst = Math.max(-1, ...open.map(({ event }) => SEVERITIES.indexOf(event.severity)))
  return { open: open.length, total: notes.length, worst: SEVERITIES[worst] ?? null }
}

function notesByCrate(team: FoldedTeam): ReadonlyMap<string, readonly FoldedNote[]> {
  const byCrate = new Map<string, FoldedNote[]>()
  for (const note of team.notes.values()) {
    const list = byCrate.get(note.event.crate)
    if (list === undefined) byCrate.set(note.event.crate, [note])
    else list.push(note)
  }
  return byCrate
}

export function noteViews(team: FoldedTeam, crate: string, facts: ViewFacts): TeamNote[] {
  return [...team.notes.values()]
    .filter(({ event }) => event.crate === crate)
    .map(({ event, replies, isResolved, resolvedBy }) => ({
      ...{ id: event.id, by: event.by, at: event.at, signature: facts.signature(event.id) },
      ...{ crate: event.crate, version: event.version, text: event.text, severity: event.severity },
      ...{ target: event.target, quote: event.quote, isResolved, resolvedBy },
      replies: replies.map(({ id, by, at, text }) => ({ id, by, at, text, signature: facts.signature(id) })),
    }))
}

export function exemptionViews(team: FoldedTeam, facts: ViewFacts): TeamExemption[] {
  return [...team.exemptions]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { event, terms, since }]) => ({
      ...{ crate: event.crate, version: event.version, ...terms },
      ...{ by: event.by, at: event.at, since, signature: facts.signature(event.id) },
    }))
}

export function memberViews(team: FoldedTeam, facts: ViewFacts): TeamMember[] {
  const counts = new Map<string, { verified: number; bad: number }>()
  for (const { id, by } of team.events) {
    const key = personKey(by)
    const count = counts.get(key) ?? { verified: 0, bad: 0 }
    const signature = facts.signature(id)
    if (signature === 'verified') count.verified++
    if (signature === 'bad') count.bad++
    counts.set(key, count)
  }
  const me = facts.me === null ? null : personKey(facts.me)
  const people = new Map(team.people)
  if (me !== null && facts.me !== null && !people.has(me)) people.set(me, { who: facts.me, events: 0, lastAt: null })
  return [...people]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { who, events, lastAt }]) => ({
      ...{ who, isMe: key === me, events, lastAt },
      ...(counts.get(key) ?? { verified: 0, bad: 0 }),
    }))
}

const byKey = (a: FoldedItem, b: FoldedItem): number => (a.key < b.key ? -1 : 1)
