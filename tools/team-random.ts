/** Random things that a person may do, from a seed: every kind of event, on few items, so that they meet. */
import type { Team } from '../src/main/engine/session/team.ts'
import type { PackageKey } from '../src/shared/domain.ts'
import type { TeamAction, TeamItemState, TeamPriority } from '../src/shared/team.ts'

/** From 0 to 1, 1 not included. */
export type Random = () => number

/** mulberry32: small, and the same everywhere. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const CRATES = Array.from({ length: 30 }, (_, i) => `crate-${i}`)
const PEOPLE = [0, 1, 2, 3, 4].map(i => `clone${i} <clone${i}@example.com>`)
const STATES: readonly TeamItemState[] = ['needs-audit', 'in-review', 'second-sign-off', 'ready-to-export', 'done']
const PRIORITIES: readonly TeamPriority[] = ['urgent', 'high', 'normal', 'low']
const HOUR_MS = 3_600_000

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T

export type RandomDoing =
  { readonly kind: 'act'; readonly actions: TeamAction[] } | { readonly kind: 'undo'; readonly events: string[] }

/** `count` actions, or now and then an undo of something of one's own. Some are refused: that is for the caller. */
export async function randomActions(team: Team, random: Random, count: number): Promise<RandomDoing> {
  const thread = await team.thread(pick(random, CRATES))
  const own = thread.log.filter(entry => entry.canUndo)
  if (own.length > 0 && random() < 0.15) return { kind: 'undo', events: [pick(random, own).id] }
  const notes = thread.notes.map(note => note.id)
  const signOffs = own.filter(entry => entry.kind === 'signOff').map(entry => entry.id)
  return { kind: 'act', actions: Array.from({ length: count }, () => randomAction(random, notes, signOffs)) }
}

function randomAction(random: Random, notes: readonly string[], signOffs: readonly string[]): TeamAction {
  const crate = pick(random, CRATES)
  const version = `1.0.${Math.floor(random() * 3)}`
  const items = Array.from(
    { length: 1 + Math.floor(random() * 4) },
    () => `${pick(random, CRATES)}@1.0.0` as PackageKey,
  )
  const to = pick(random, PEOPLE)
  const delta = { from: random() < 0.5 ? null : '0.9.0', to: version }
  const word = Math.floor(random() * 1e9).toString(36)
  switch (Math.floor(random() * 14)) {
    case 0:
      return { kind: 'assign', items, to: random() < 0.2 ? null : to }
    case 1: {
      const until = new Date(Date.now() + 2 * 24 * HOUR_MS + random() * HOUR_MS).toISOString()
      return { kind: 'claim', items, until, takeOver: random() < 0.7 }
    }
    case 2:
      return { kind: 'release', items }
    case 3:
      return { kind: 'handOver', items, to, note: `over ${word}` }
    case 4:
      return { kind: 'state', items, state: pick(random, STATES), reason: '' }
    case 5:
      return { kind: 'due', items, date: random() < 0.2 ? null : `2027-01-${10 + Math.floor(random() * 20)}` }
    case 6:
      return { kind: 'priority', items, priority: random() < 0.2 ? null : pick(random, PRIORITIES) }
    case 7:
      if (notes.length > 0) return { kind: 'reply', note: pick(random, notes), text: `reply ${word}\nsecond line` }
      break
    case 8:
      if (notes.length > 0) return { kind: 'resolve', note: pick(random, notes), isResolved: random() < 0.7 }
      break
    case 9:
      return { kind: 'signOff', crate, delta, criteria: ['safe-to-deploy'], notes: word, evidence: null }
    case 10:
      if (signOffs.length > 0) return { kind: 'withdraw', signOff: pick(random, signOffs), reason: word }
      break
    case 11:
      return {
        kind: 'coverage',
        crate,
        delta,
        files: 1,
        filesTotal: 3,
        lines: Math.floor(random() * 90),
        linesTotal: 99,
      }
    case 12: {
      const terms = { owner: to, reason: word, reviewBy: '2027-03-01', removal: null }
      return { kind: 'exemption', crate, version, terms: random() < 0.2 ? null : terms }
    }
  }
  return {
    ...{ kind: 'note', crate, version: random() < 0.3 ? null : version, text: `note ${word} “ünïcödé” \u2028 🦀` },
    ...{ severity: random() < 0.5 ? 'remark' : 'concern', target: { kind: 'crate' }, quote: '' },
  }
}
