import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { nodeCapabilitiesFor } from '../../../../tools/team-open.ts'
import { createWorld, join, RUN, type Machine, type World } from '../../../../tools/team-fixture.ts'
import type { EventPayload } from '../../../shared/contract.ts'
import type { AbsolutePath, PackageKey } from '../../../shared/domain.ts'
import { teamState, type TeamAction } from '../../../shared/team.ts'
import { createJobs } from './jobs.ts'
import { createTeam, type TeamSession } from './team-session.ts'

let world: World
let opened: TeamSession[] = []
beforeEach(() => {
  world = createWorld()
})
afterEach(async () => {
  await Promise.all(opened.map(session => session.close()))
  opened = []
  world.dispose()
})

type Change = EventPayload<'team.changed'>

/** What a window has: calls, and the changes that it was told. */
function windowOf(machine: Machine, settings = { offline: false, minutes: null as number | null }) {
  const caps = nodeCapabilitiesFor(machine.env, 0)
  const changes: Change[] = []
  const state = { root: machine.root as AbsolutePath | null, settings }
  const session = createTeam({
    caps,
    jobs: createJobs(caps.clock, () => undefined),
    emit: (name, payload) => {
      if (name === 'team.changed') changes.push(teamState.parse(payload))
    },
    workspace: () =>
      state.root === null ? null : { root: state.root, storePath: `${state.root}/supply-chain` as AbsolutePath },
    settings: async () => state.settings,
  })
  opened.push(session)
  const { handlers } = session
  return {
    handlers,
    changes,
    state,
    async read() {
      const answer = await handlers['team.state'](null)
      if (!answer.ok) throw new Error(JSON.stringify(answer.error))
      return teamState.parse(answer.value)
    },
    async act(...actions: TeamAction[]) {
      const done = await handlers['team.act']({ actions })
      if (!done.ok) throw new Error(JSON.stringify(done.error))
      return done.value.events
    },
    async join() {
      const where = await handlers['team.where'](null)
      if (!where.ok) throw new Error(JSON.stringify(where.error))
      const joined = await handlers['team.setup']({ join: where.value.address })
      expect(joined).toMatchObject({ ok: true, value: { state: 'joined' } })
    },
  }
}
const assign = (to: string, name: string): TeamAction => ({
  kind: 'assign',
  items: [`${name}@1.0.0` as PackageKey],
  to,
})
const serverEvents = () => {
  try {
    return world.git(world.server, 'grep', '-c', '', 'assay/team', '--', 'events/').trim().split('\n').length
  } catch {
    return 0
  }
}

it('answers nothing without a workspace', async () => {
  const window = windowOf(world.machine('ada'))
  window.state.root = null
  expect(await window.handlers['team.state'](null)).toMatchObject({ ok: false, error: { code: 'no-workspace-open' } })
})

it('closes a team that is still being opened', async () => {
  const ada = world.machine('ada')
  const window = windowOf(ada)
  const session = opened.at(-1)!
  const opening = session.team()
  await session.close()
  const team = await opening
  if (!team.ok) throw new Error(JSON.stringify(team.error))
  await expect(team.value.state()).rejects.toThrow('not open')
  const closedAt = Date.now()
  const { generation } = await window.read()
  expect(generation, 'another one is opened when it is needed').toBeGreaterThanOrEqual(closedAt)
})

it('opens one team for all who ask at once, the one of the workspace that is open then', async () => {
  const [ada, bob] = [world.machine('ada'), world.machine('bob')]
  const window = windowOf(ada)
  const session = opened.at(-1)!
  const of = async () => {
    const team = await session.team()
    return team.ok ? team.value : null
  }
  const first = of()
  window.state.root = bob.root as AbsolutePath
  const [older, newer, same] = await Promise.all([first, of(), of()])
  expect(newer?.root).toBe(bob.root)
  expect(same).toBe(newer)
  await expect(older?.state()).rejects.toThrow('not open')
  expect(await newer?.state()).toBeDefined()
})

it('tells each change with the items that changed and the next generation', async () => {
  const ada = world.machine('ada')
  const window = windowOf(ada)
  const openedAt = Date.now()
  const { generation: first } = await window.read()
  expect(first, 'higher than those of a team opened before').toBeGreaterThanOrEqual(openedAt)
  await window.act(assign(ada.who, 'a'), assign(ada.who, 'b'))
  await vi.waitFor(() => expect(window.changes).toHaveLength(1))
  const [id = ''] = await window.act(assign('Bob <bob@example.com>', 'b'))
  await vi.waitFor(() => expect(window.changes).toHaveLength(2))
  expect(window.changes.map(change => [change.generation, change.items.map(item => item.key)])).toEqual([
    [first + 1, ['a@1.0.0', 'b@1.0.0']],
    [first + 2, ['b@1.0.0']],
  ])
  expect(await window.handlers['team.undo']({ events: [id] })).toMatchObject({ ok: true })
  await vi.waitFor(() => expect(window.changes[2]?.items).toMatchObject([{ key: 'b@1.0.0', assignee: ada.who }]))
  expect((await window.read()).generation).toBe(first + 3)
})

it('sends what was written by itself once it is joined, and brings what others sent when it is opened', async () => {
  const [ada, bob] = [world.machine('ada'), world.machine('bob')]
  const window = windowOf(ada)
  await window.act(assign(ada.who, 'a'))
  await window.join()
  await vi.waitFor(() => expect(serverEvents()).toBe(1), { timeout: 8_000 })
  await window.act(assign(bob.who, 'a'))
  await vi.waitFor(async () => expect((await window.read()).sync.waiting).toBe(0), { timeout: 10_000 })

  const other = await bob.open()
  await join(other)
  await other.act([assign(ada.who, 'x')])
  expect(await other.sync({ isAsked: true, isOffline: false }, RUN)).toMatchObject({ ok: true })
  await other.close()
  const again = windowOf(ada)
  await again.read()
  await vi.waitFor(() => expect(again.changes.flatMap(change => change.items)).toMatchObject([{ key: 'x@1.0.0' }]), {
    timeout: 8_000,
  })
  expect(await again.handlers['team.news'](null)).toMatchObject({ ok: true, value: { total: 1 } })
  await again.handlers['team.looked'](null)
  expect(await again.handlers['team.news'](null)).toMatchObject({ ok: true, value: { total: 0 } })
}, 40_000)

it('asks no server while it is to work offline, and says so', async () => {
  const window = windowOf(world.machine('ada'), { offline: true, minutes: null })
  await window.join()
  await window.act(assign('Bob <bob@example.com>', 'a'))
  expect(await window.handlers['team.sync'](null)).toMatchObject({ ok: false, error: { code: 'offline' } })
  await new Promise(resolve => setTimeout(resolve, 3_500))
  expect(serverEvents()).toBe(0)
  window.state.settings = { offline: false, minutes: 0 }
  expect(await window.handlers['team.sync'](null)).toMatchObject({ ok: true, value: { waiting: 0 } })
  expect(serverEvents()).toBe(1)
}, 20_000)

it('tells that a claim ended though nothing was written', async () => {
  const window = windowOf(world.machine('ada'))
  const until = new Date(Date.now() + 1_500).toISOString()
  await window.act({ kind: 'claim', items: ['a@1.0.0' as PackageKey], until, takeOver: false })
  await vi.waitFor(
    () =>
      expect(window.changes.at(-1)?.items).toMatchObject([{ claim: { isExpired: true }, turn: { kind: 'anyone' } }]),
    {
      timeout: 5_000,
    },
  )
})

it('shows the team of the workspace that is open', async () => {
  const [ada, bob] = [world.machine('ada'), world.machine('bob')]
  const window = windowOf(ada)
  await window.act(assign(ada.who, 'a'))
  window.state.root = bob.root
  expect((await window.read()).items).toEqual([])
  window.state.root = ada.root
  expect((await window.read()).items).toHaveLength(1)
})
