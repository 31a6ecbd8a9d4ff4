import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWorld, fingerprint, type Machine, type World } from '../../../../tools/team-fixture.ts'
import type { TeamNews, TeamState, TeamThread } from '../../../shared/team.ts'
import { parseCommandLine } from './args.ts'
import { assay } from './testing.ts'

let world: World
beforeEach(() => {
  world = createWorld()
})
afterEach(() => world.dispose())

const run = (machine: Machine, ...argv: readonly string[]) =>
  assay(['team', ...argv], { cwd: machine.root, env: machine.env })
const done = async (machine: Machine, ...argv: readonly string[]): Promise<string> => {
  const ran = await run(machine, ...argv)
  expect([ran.err, ran.code]).toEqual(['', 0])
  return ran.out
}
const json = async <T>(machine: Machine, ...argv: readonly string[]): Promise<T> =>
  JSON.parse(await done(machine, '--output-format', 'json', ...argv)) as T

describe('assay team', () => {
  it('carries a piece of work from one person to another and back', async () => {
    const [ada, bob] = [world.machine('ada'), world.machine('bob')]
    const before = [fingerprint(ada.root), fingerprint(bob.root)]
    expect(await done(ada)).toContain('Only on this machine. the remote origin says')
    expect((await run(ada, 'sync')).err).toContain('assay team join')
    for (const machine of [ada, bob]) expect(await done(machine, 'join')).toContain('own commits are not signed')
    await done(ada, 'assign', 'serde', '1.0.219', '--to', bob.who)
    await done(ada, 'due', 'serde', '1.0.219', '2027-01-31')
    await done(ada, 'priority', 'serde', '1.0.219', 'high')
    expect(await done(ada, 'sync')).toContain('0 events to be sent')
    await done(bob, 'sync')
    expect(await done(bob)).toMatch(
      /^serde 1\.0\.219 +needs-audit +high; due 2027-01-31; assigned to bob <bob@example.com>; turn: bob/m,
    )
    await done(bob, 'claim', 'serde', '1.0.219', '--hours', '2')
    expect((await run(ada, 'claim', 'serde', '1.0.219')).code).toBe(0)
    await done(
      bob,
      'note',
      'serde',
      '1.0.219',
      '--text',
      'odd\u001b[31m macro',
      '--severity',
      'concern',
      '--in-file',
      'src/de.rs',
      '--line',
      '10-12',
    )
    await done(
      bob,
      'sign-off',
      'serde',
      '1.0.219',
      '--from',
      '1.0.218',
      '--criteria',
      'safe-to-deploy',
      '--notes',
      'read',
    )
    await done(bob, 'hand-over', 'serde', '1.0.219', '--to', ada.who, '--note', 'second pair of eyes')
    await done(bob, 'sync')
    await done(ada, 'sync')
    const news = await json<TeamNews>(ada, 'news', '--seen')
    expect(news.entries.map(entry => entry.kind)).toEqual(['handOver', 'signOff', 'note', 'claim'])
    expect(await done(ada, 'news')).toBe('Nothing new.\n')
    const log = await done(ada, 'log', 'serde')
    expect(log).toContain('concern on serde 1.0.219, src/de.rs:10 ')
    expect(log).toContain('odd<U+001B>[31m macro')
    const { notes } = await json<TeamThread>(ada, 'log', 'serde')
    await done(ada, 'reply', notes[0]?.id.slice(0, 8) ?? '', '--text', 'harmless')
    await done(ada, 'resolve', notes[0]?.id ?? '')
    const { events } = await json<{ events: string[] }>(
      ada,
      'state',
      'serde',
      '1.0.219',
      'blocked',
      '--reason',
      'upstream',
    )
    await done(ada, 'undo', events[0] ?? '')
    const state = await json<TeamState>(ada)
    expect(state.items).toMatchObject([
      {
        state: 'in-review',
        turn: { kind: 'people', people: [ada.who] },
        notes: { open: 0, total: 1 },
        signOffs: [{ by: bob.who }],
      },
    ])
    await done(ada, 'exempt', 'libc', '0.2.1', '--reason', 'no time', '--review-by', '2027-03-01')
    expect((await json<TeamState>(ada)).exemptions).toMatchObject([{ crate: 'libc', owner: ada.who, removal: null }])
    await done(ada, 'exempt', 'libc', '0.2.1', '--drop')
    expect((await json<TeamState>(ada)).exemptions).toEqual([])
    expect(await done(ada, 'leave')).toContain('Only on this machine')
    expect([fingerprint(ada.root), fingerprint(bob.root)]).toEqual(before)
  }, 60_000)

  it('tells with exit code 255 what cannot be done, and with 2 what is not understood', async () => {
    const ada = world.machine('ada')
    expect(await run(ada, 'undo', 'abcdef01')).toMatchObject({ code: 255, err: expect.stringContaining('no event') })
    expect(await run(ada, 'assign', 'serde', '1.0.0', '--to', 'somebody')).toMatchObject({
      code: 2,
      err: expect.stringContaining("'Name <email>'"),
    })
    expect(await run(ada, 'state', 'serde', '1.0.0', 'finished')).toMatchObject({
      code: 2,
      err: expect.stringContaining('needs-audit'),
    })
    expect(await run(ada, 'state', 'serde', '1.0.0', 'blocked')).toMatchObject({
      code: 255,
      err: expect.stringContaining('needs a reason'),
    })
    expect(await run(ada, 'sync', '--locked', '--frozen')).toMatchObject({ code: 255 })
    expect(await assay(['team'], { cwd: world.folder, env: ada.env })).toMatchObject({
      code: 255,
      err: expect.stringContaining('not a Cargo workspace'),
    })
  })
})

it.each([
  { line: 'team', wish: { do: 'state' } },
  { line: 'vet team sync', wish: { do: 'sync' } },
  { line: 'team assign a 1.0.0 --to nobody', wish: { do: 'act', act: { kind: 'assign', item: 'a@1.0.0', to: null } } },
  { line: 'team claim a 1.0.0 --take-over', wish: { do: 'act', act: { kind: 'claim', hours: 24, takeOver: true } } },
  { line: 'team due a 1.0.0 none', wish: { do: 'act', act: { kind: 'due', date: null } } },
  {
    line: 'team note a --text x --in-file f --line 7',
    wish: { do: 'act', act: { version: null, file: 'f', lines: [7, 7] } },
  },
  { line: 'team reopen abcdef', wish: { do: 'act', act: { kind: 'resolve', isResolved: false } } },
  { line: 'team undo a b', wish: { do: 'undo', events: ['a', 'b'] } },
])('parseCommandLine reads $line', ({ line, wish }) => {
  expect(parseCommandLine(line.split(' '))).toMatchObject({ ok: true, value: { command: { name: 'team', wish } } })
})

it.each([
  { line: 'team fly', says: 'followed by nothing, or one of' },
  { line: 'team assign a 1.0.0', says: '--to is missing' },
  { line: 'team assign a --to me', says: 'something is missing' },
  { line: 'team assign a nonsense --to me', says: 'nonsense' },
  { line: 'team sync --to me', says: '--to is not an option' },
  { line: 'team --seen', says: '--seen is not an option' },
  { line: 'team sync now', says: 'one argument too many' },
  { line: 'team claim a 1.0.0 --hours 0', says: '--hours' },
  { line: 'team due a 1.0.0 tomorrow', says: 'tomorrow' },
  { line: 'team note a --text x --line 3', says: '--in-file' },
  { line: 'team note a --text x --in-file f --line 3x', says: '--line' },
  { line: 'team sign-off a 1.0.0', says: '--criteria' },
  { line: 'team exempt a 1.0.0 --reason x', says: '--review-by' },
])('parseCommandLine refuses $line', ({ line, says }) => {
  const parsed = parseCommandLine(line.split(' '))
  expect(parsed.ok ? null : parsed.error).toMatchObject({ code: 'usage', message: expect.stringContaining(says) })
})
