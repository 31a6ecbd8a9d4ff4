/** A made-up team for the fake engine: what is acted changes its state, in the way that pages see it. */
import { packageKey, type PackageKey } from '../../src/shared/domain.ts'
import { fail, ok } from '../../src/shared/result.ts'
import type { TeamAction, TeamItem, TeamLogEntry, TeamNote, TeamState } from '../../src/shared/team.ts'
import { itemOf } from '../../src/renderer/team/test-items.ts'
import type { FakeHandlers } from './fake-transport.ts'

export const ME = 'Mara Okafor <mara.okafor@helio.example>'
const PRIYA = 'Priya Raman <priya.raman@helio.example>'
const JONAS = 'Jonas Lund <jonas.lund@helio.example>'
const TOMAS = 'Tomás Ferreira <tomas.ferreira@helio.example>'

const hex = (n: number): string => n.toString(16).padStart(32, '0')
const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString()
const day = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

export function teamItem(key: PackageKey, change: Partial<TeamItem> = {}): TeamItem {
  return itemOf(key, { id: hex(1), by: PRIYA, at: ago(50), kind: 'assign' }, change)
}

const to = (who: string): Partial<TeamItem> => ({ assignee: who, turn: { kind: 'people', people: [who] } })
const signOff = (by: string, id: number, from: string, version: string, criteria: readonly string[]) => ({
  ...{ id: hex(id), by, at: ago(180), signature: 'verified' as const, notes: '', evidence: null },
  ...{ delta: { from, to: version }, criteria: [...criteria] },
})

const items = (): TeamItem[] => [
  teamItem(packageKey('getrandom', '0.3.1'), {
    ...to(ME),
    due: day(5),
    state: 'in-review',
    claim: { by: ME, at: ago(30), until: ago(-450), isExpired: false },
    notes: { open: 1, total: 2, worst: 'concern' },
    handOver: {
      from: JONAS,
      to: ME,
      note: 'Read all but use_file.rs; the futex wait is the part to read slowly.',
      at: ago(1_500),
      signature: 'verified',
    },
  }),
  teamItem(packageKey('openssl', '0.10.70'), { ...to(JONAS), due: day(0), state: 'in-review', priority: 'urgent' }),
  teamItem(packageKey('openssl-sys', '0.9.104'), {
    ...to(ME),
    due: day(-2),
    state: 'second-sign-off',
    signOffs: [signOff(JONAS, 20, '0.9.103', '0.9.104', ['safe-to-deploy', 'ffi-reviewed'])],
  }),
  teamItem(packageKey('rustls', '0.23.19'), { ...to(PRIYA), due: day(9), priority: 'high' }),
  teamItem(packageKey('tokio', '1.42.0'), {
    assignee: PRIYA,
    turn: { kind: 'people', people: [PRIYA] },
    state: 'second-sign-off',
    signOffs: [signOff(ME, 21, '1.41.0', '1.42.0', ['safe-to-deploy'])],
  }),
  teamItem(packageKey('serde_derive', '1.0.215'), { ...to(TOMAS), due: day(1) }),
  teamItem(packageKey('zstd-sys', '2.0.13'), {
    state: 'blocked',
    stateReason: 'waits for upstream to answer',
    turn: { kind: 'anyone', but: [] },
    notes: { open: 1, total: 1, worst: 'blocker' },
    isWaiting: true,
  }),
  teamItem(packageKey('hashbrown', '0.15.2'), {
    claim: { by: TOMAS, at: ago(100), until: ago(-44), isExpired: false },
    state: 'in-review',
    turn: { kind: 'people', people: [TOMAS] },
  }),
  teamItem(packageKey('cc', '1.2.2'), { assignee: '@build', turn: { kind: 'people', people: ['@build'] } }),
  teamItem(packageKey('h2', '0.4.7'), {
    state: 'done',
    turn: { kind: 'nobody' },
    signOffs: [signOff(PRIYA, 22, '0.4.6', '0.4.7', ['safe-to-deploy'])],
    last: { id: hex(3), by: PRIYA, at: ago(2_900), kind: 'state' },
  }),
]

const notes = (): TeamNote[] => [
  {
    ...{ id: hex(40), by: JONAS, at: ago(1_020), signature: 'verified', crate: 'getrandom', version: '0.3.1' },
    ...{ text: 'The new futex wait in `use_file.rs` is the part to read slowly.', severity: 'concern', quote: '' },
    ...{ target: { kind: 'file', path: 'src/use_file.rs' }, isResolved: false, resolvedBy: null },
    replies: [
      {
        id: hex(41),
        by: PRIYA,
        at: ago(900),
        signature: 'unsigned',
        text: 'It checks FD again after waking, so no wake-up is lost.',
      },
    ],
  },
  {
    ...{ id: hex(42), by: TOMAS, at: ago(4_000), signature: 'bad', crate: 'getrandom', version: '0.3.1' },
    ...{ text: 'build.rs only sets cfg flags.', severity: 'remark', quote: '', target: { kind: 'crate' } },
    ...{ isResolved: true, resolvedBy: JONAS, replies: [] },
  },
]

const entry = (n: number, by: string, change: Partial<TeamLogEntry>): TeamLogEntry => ({
  ...{
    id: hex(60 + n),
    by,
    at: ago(20 * (n + 1)),
    signature: 'verified',
    kind: 'assign',
    text: '',
    crate: 'getrandom',
  },
  ...{ version: '0.3.1', more: 0, isUndone: false, withoutEffect: null, canUndo: by === ME },
  ...change,
})
const news = (): TeamLogEntry[] => [
  entry(0, JONAS, {
    kind: 'signOff',
    crate: 'openssl-sys',
    version: '0.9.104',
    text: 'signed 0.9.103 -> 0.9.104 for safe-to-deploy, ffi-reviewed',
  }),
  entry(1, PRIYA, {
    kind: 'reply',
    text: 'replied: It checks FD again after waking, so no wake-up is lost.',
    signature: 'unsigned',
  }),
  entry(2, PRIYA, { crate: 'rustls', version: '0.23.19', text: `assigned it to ${PRIYA}`, more: 2 }),
  entry(3, TOMAS, { kind: 'claim', crate: 'hashbrown', version: '0.15.2', text: `claimed it until ${ago(-44)}` }),
  entry(4, TOMAS, {
    kind: 'claim',
    crate: 'getrandom',
    text: `claimed it until ${ago(-44)}`,
    withoutEffect: `held by ${ME}`,
  }),
]

function start(of: readonly TeamItem[]): TeamState {
  return {
    generation: 1,
    me: ME,
    items: [...of],
    exemptions: [],
    people: [JONAS, ME, PRIYA, TOMAS].map(who => ({
      ...{ who, isMe: who === ME, events: 40, verified: 30, bad: 0, lastAt: ago(10) },
    })),
    sync: {
      where: {
        ...{ state: 'joined', address: 'https://git.example/helio/edge', branch: 'assay/team', from: 'origin' },
        ...{ reason: null, signs: true },
      },
      ...{
        isRunning: false,
        syncedAt: Date.now() - 240_000,
        waiting: 1,
        failure: null,
        problems: [],
        problemsTotal: 0,
      },
    },
    unseen: 5,
  }
}

/** The item after an action, seen from `by`. */
function after(item: TeamItem, action: TeamAction, by: string): TeamItem {
  const last = { id: hex(1), by, at: new Date().toISOString(), kind: action.kind }
  const next = { ...item, last, isWaiting: true }
  switch (action.kind) {
    case 'assign':
      return { ...next, assignee: action.to, turn: turnTo(action.to) }
    case 'handOver':
      return { ...next, assignee: action.to, claim: null, turn: turnTo(action.to) }
    case 'claim':
      return { ...next, claim: { by, at: last.at, until: action.until, isExpired: false }, state: 'in-review' }
    case 'release':
      return { ...next, claim: null, state: 'needs-audit' }
    case 'state':
      return { ...next, state: action.state, stateReason: action.reason }
    case 'due':
      return { ...next, due: action.date }
    case 'priority':
      return { ...next, priority: action.priority }
    default:
      return next
  }
}
const turnTo = (who: string | null): TeamItem['turn'] =>
  who === null ? { kind: 'anyone', but: [] } : { kind: 'people', people: [who] }

/** Answers of a team that starts with these items; `change` for what else is to be another thing. */
export function teamHandlers(
  of: readonly TeamItem[] = items(),
  change: (state: TeamState) => TeamState = same => same,
): FakeHandlers {
  let shown = change(start(of))
  let written = notes()
  let seen = news()
  let events = 1_000
  const undo = new Map<string, readonly TeamItem[]>()
  const put = (changed: readonly TeamItem[]): TeamState => {
    const byKey = new Map(shown.items.map(item => [item.key, item]))
    for (const item of changed) byKey.set(item.key, item)
    shown = { ...shown, items: [...byKey.values()], generation: shown.generation + 1 }
    return { ...shown, items: [...changed] }
  }
  return {
    'team.state': () => ok(shown),
    'team.thread': ({ crate }) =>
      ok({
        crate,
        notes: written.filter(note => note.crate === crate),
        log: seen.filter(one => one.crate === crate),
      }),
    'team.act': ({ actions }, emit) => {
      const byKey = new Map(shown.items.map(item => [item.key, item]))
      const before: TeamItem[] = []
      const changed = new Map<PackageKey, TeamItem>()
      for (const action of actions) {
        if (action.kind === 'note') {
          const base = { id: hex(events), by: ME, at: new Date().toISOString(), signature: 'local' as const }
          const { crate, version, text, severity, target, quote } = action
          written = [
            ...written,
            {
              ...base,
              crate,
              version,
              text,
              severity,
              target,
              quote,
              isResolved: false,
              resolvedBy: null,
              replies: [],
            },
          ]
        }
        if (!('items' in action)) continue
        for (const key of action.items) {
          const item = byKey.get(key) ?? teamItem(key)
          before.push(item)
          changed.set(key, after(item, action, ME))
        }
      }
      const id = hex(events++)
      undo.set(id, before)
      emit('team.changed', put([...changed.values()]))
      return ok({ events: [id] })
    },
    'team.undo': ({ events: ids }, emit) => {
      const before = ids.flatMap(id => undo.get(id) ?? [])
      const id = hex(events++)
      const byKey = new Map(shown.items.map(item => [item.key, item]))
      undo.set(
        id,
        before.map(item => byKey.get(item.key) ?? item),
      )
      emit('team.changed', put(before))
      return ok({ events: [id] })
    },
    'team.sync': (_, emit) => {
      if (shown.sync.where.state !== 'joined')
        return fail({ code: 'refused', message: 'it was not joined yet', help: 'Join it first.' })
      shown = { ...shown, sync: { ...shown.sync, syncedAt: Date.now(), waiting: 0, failure: null } }
      emit('team.changed', put([]))
      return ok(shown.sync)
    },
    'team.where': () => ok(shown.sync.where),
    'team.setup': ({ join }, emit) => {
      const where = { ...shown.sync.where, state: join === null ? ('not-joined' as const) : ('joined' as const) }
      shown = { ...shown, sync: { ...shown.sync, where } }
      emit('team.changed', put([]))
      return ok(where)
    },
    'team.news': () => ok({ since: Date.now() - 7_000_000, total: seen.length, entries: seen }),
    'team.looked': (_, emit) => {
      seen = []
      shown = { ...shown, unseen: 0 }
      emit('team.changed', put([]))
      return ok(null)
    },
  }
}

const people = [ME, PRIYA, JONAS, TOMAS]
/** Something said of two rows of three. */
export function hugeTeam(keys: readonly PackageKey[]): TeamItem[] {
  return keys
    .filter((_, i) => i % 3 !== 0)
    .map((key, i) =>
      teamItem(key, {
        ...to(people[i % 4] ?? ME),
        due: i % 2 === 0 ? day((i % 40) - 10) : null,
        state: i % 7 === 0 ? 'second-sign-off' : i % 5 === 0 ? 'in-review' : 'needs-audit',
        priority: i % 11 === 0 ? 'urgent' : null,
      }),
    )
}

export const notJoined = (state: TeamState): TeamState => ({
  ...state,
  sync: { ...state.sync, waiting: 3, syncedAt: null, where: { ...state.sync.where, state: 'not-joined' } },
})
export const syncFailed = (state: TeamState): TeamState => ({
  ...state,
  sync: {
    ...state.sync,
    waiting: 4,
    failure: {
      ...{ code: 'team-remote', kind: 'unreachable', address: 'https://git.example/helio/edge', branch: 'assay/team' },
      said: 'Could not resolve host: git.example',
    },
  },
})
