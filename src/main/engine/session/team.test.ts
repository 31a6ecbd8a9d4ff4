import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWorld, fingerprint, join, RUN, type Machine, type World } from '../../../../tools/team-fixture.ts'
import type { PackageKey } from '../../../shared/domain.ts'
import type { TeamAction } from '../../../shared/team.ts'
import { authorFile } from '../team/author-file.ts'
import { createWriter } from '../team/testing/events.ts'
import { sameRepository } from './team-place.ts'
import type { Team } from './team.ts'

let world: World
const opened: Team[] = []
beforeEach(() => {
  world = createWorld()
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map(team => team.close()))
  world.dispose()
})

const open = async (machine: Machine, options: Parameters<Machine['open']>[0] = {}): Promise<Team> => {
  const team = await machine.open(options)
  opened.push(team)
  return team
}
const joined = async (name: string, email?: string): Promise<{ machine: Machine; team: Team }> => {
  const machine = world.machine(name, email)
  const team = await open(machine)
  await join(team)
  return { machine, team }
}
const sync = (team: Team) => team.sync({ isAsked: true, isOffline: false }, RUN)
const synced = async (team: Team) => {
  const done = await sync(team)
  if (!done.ok) throw new Error(JSON.stringify(done.error))
  return done.value
}
const act = async (team: Team, ...actions: TeamAction[]): Promise<readonly string[]> => {
  const done = await team.act(actions)
  if (!done.ok) throw new Error(JSON.stringify(done.error))
  return done.value
}
const SERDE = 'serde@1.0.0' as PackageKey
const assign = (to: string, item = SERDE): TeamAction => ({ kind: 'assign', items: [item], to })
const note = (text: string): TeamAction => ({
  ...{
    kind: 'note',
    crate: 'serde',
    version: '1.0.0',
    text,
    severity: 'concern',
    target: { kind: 'crate' },
    quote: '',
  },
})
const folded = async (team: Team) => {
  const { items, exemptions } = await team.state()
  return JSON.stringify([items, exemptions])
}

describe('two people', () => {
  it('see what the other did after a sync, and the workspace is as it was to the last byte', async () => {
    const [ada, bob] = [await joined('ada'), await joined('bob')]
    const before = [fingerprint(ada.machine.root), fingerprint(bob.machine.root)]
    const status = ada.machine.git('--no-optional-locks', 'status', '--porcelain=v2', '--branch')
    await synced(bob.team)
    await act(ada.team, assign(bob.machine.who), note('look at the macro'))
    expect((await ada.team.state()).sync).toMatchObject({ waiting: 2, syncedAt: null })
    expect(await synced(ada.team)).toMatchObject({ waiting: 0, failure: null, problems: [] })
    expect((await bob.team.state()).items).toEqual([])
    await synced(bob.team)
    const state = await bob.team.state()
    expect(state.items).toMatchObject([{ key: SERDE, assignee: bob.machine.who, notes: { open: 1 }, isWaiting: false }])
    expect(state.unseen).toBe(2)
    expect((await bob.team.news()).entries.map(({ text }) => text)).toEqual([
      'wrote a concern: look at the macro',
      `assigned it to ${bob.machine.who}`,
    ])
    await bob.team.looked()
    expect(await bob.team.state()).toMatchObject({ unseen: 0 })
    const { notes } = await bob.team.thread('serde')
    await act(bob.team, { kind: 'reply', note: notes[0]?.id ?? '', text: 'done' })
    await synced(bob.team)
    await synced(ada.team)
    expect((await ada.team.thread('serde')).notes[0]?.replies).toMatchObject([{ by: bob.machine.who, text: 'done' }])
    expect(await folded(ada.team)).toBe(await folded(bob.team))
    expect([fingerprint(ada.machine.root), fingerprint(bob.machine.root)]).toEqual(before)
    expect(ada.machine.git('--no-optional-locks', 'status', '--porcelain=v2', '--branch')).toBe(status)
  })

  it('who write at once both arrive, in one line of history', async () => {
    const people = await Promise.all(['ada', 'bob', 'eve'].map(name => joined(name)))
    for (let round = 0; round < 3; round++) {
      await Promise.all(people.map(({ team, machine }) => act(team, note(`${machine.name} ${round}`))))
      await Promise.all(people.map(({ team }) => synced(team)))
    }
    await Promise.all(people.map(({ team }) => synced(team)))
    const states = await Promise.all(people.map(({ team }) => folded(team)))
    expect(new Set(states).size).toBe(1)
    expect((await people[0]?.team.state())?.items[0]?.notes.total).toBe(9)
    expect(world.git(world.server, 'log', '--merges', '--oneline', 'assay/team')).toBe('')
  })

  it('with one address on two machines share a file without a conflict', async () => {
    const [desk, laptop] = [await joined('desk', 'ada@example.com'), await joined('laptop', 'ada@example.com')]
    await act(desk.team, note('desk 1'))
    await act(laptop.team, note('laptop 1'))
    await synced(desk.team)
    await act(desk.team, note('desk 2'))
    await synced(laptop.team)
    await synced(desk.team)
    await synced(laptop.team)
    expect(await folded(desk.team)).toBe(await folded(laptop.team))
    expect((await desk.team.state()).items[0]?.notes.total).toBe(3)
    expect(world.git(world.server, 'ls-tree', '-r', '--name-only', 'assay/team').trim().split('\n')).toEqual([
      'README.md',
      authorFile('desk <ada@example.com>'),
    ])
  })
})

describe('before it is joined', () => {
  it('the remote is neither asked nor written to', async () => {
    const team = await open(world.machine('ada'))
    renameSync(world.server, `${world.server}.away`)
    expect(await team.where()).toMatchObject({ value: { state: 'not-joined', from: 'origin', address: world.server } })
    await act(team, note('mine'))
    expect(await sync(team)).toMatchObject({
      ok: false,
      error: { code: 'refused', message: expect.stringContaining('not joined') },
    })
    expect((await team.thread('serde')).notes[0]?.signature).toBe('local')
  })

  it('and without a remote, what is written stays here and says so', async () => {
    const machine = world.machine('ada')
    machine.git('remote', 'remove', 'origin')
    const team = await open(machine)
    await act(team, assign(machine.who))
    const { items, sync: shown } = await team.state()
    expect(items).toMatchObject([{ assignee: machine.who }])
    expect(shown.where).toMatchObject({
      state: 'none',
      address: null,
      reason: expect.stringContaining('no remote `origin`'),
    })
    expect(await sync(team)).toMatchObject({ ok: false, error: { code: 'refused' } })
    machine.git('remote', 'add', 'origin', world.server)
    await join(team)
    expect(await synced(team)).toMatchObject({ waiting: 0 })
  })

  it('a repository that assay.toml names is joined by its own name, and again when it is another one', async () => {
    const machine = world.machine('ada')
    const team = await open(machine)
    await join(team)
    mkdirSync(path.join(machine.root, 'supply-chain'))
    const name = (address: string) =>
      writeFileSync(
        path.join(machine.root, 'supply-chain/assay.toml'),
        `[team]\nrepository = "${address}"\nbranch = "assay/x"\n`,
      )
    const other = path.join(world.folder, 'other.git')
    world.git(world.folder, 'init', '-q', '--bare', other)
    name('../other.git')
    const where = { state: 'not-joined', from: 'assay.toml', address: other, branch: 'assay/x' }
    expect(await team.where()).toMatchObject({ value: where })
    expect(await sync(team)).toMatchObject({ ok: false, error: { code: 'refused' } })
    expect(await team.setup(world.server)).toMatchObject({ ok: false, error: { code: 'refused' } })
    await join(team)
    await act(team, note('there'))
    await synced(team)
    expect(world.git(other, 'log', '--format=%s', 'assay/x').trim()).toBe('Add 1 event')
    expect(world.git(world.server, 'branch', '--list', 'assay/*')).toBe('')
    name('ext::sh -c date')
    expect(await team.where()).toMatchObject({
      value: { state: 'none', reason: expect.stringContaining('not an address') },
    })
  })

  it('nobody without a name and an address writes anything', async () => {
    const machine = world.machine('ada')
    machine.git('config', '--unset', 'user.email')
    const team = await open(machine)
    expect(await team.act([note('x')])).toMatchObject({ ok: false, error: { code: 'identity-missing' } })
  })
})

describe('an event', () => {
  it('is sent to the repository that it was written for, and to no other', async () => {
    const { machine, team } = await joined('ada')
    await act(team, note('for the first'))
    const other = path.join(world.folder, 'other.git')
    world.git(world.folder, 'init', '-q', '--bare', other)
    machine.git('remote', 'set-url', 'origin', other)
    await join(team)
    expect((await team.state()).items).toEqual([])
    await act(team, note('for the second'))
    expect((await synced(team)).problems).toEqual([expect.stringContaining('1 own events were written for another')])
    expect(world.git(other, 'grep', '-h', '-o', 'for the [a-z]*', 'assay/team').trim()).toBe('for the second')
    machine.git('remote', 'set-url', 'origin', world.server)
    await join(team)
    await synced(team)
    expect(world.git(world.server, 'grep', '-h', '-o', 'for the [a-z]*', 'assay/team').trim()).toBe('for the first')
  })
})

it.each([
  ['https://Host/a/b.git', 'host/a/b'],
  ['https://user:pw@host/a/b/', 'host/a/b'],
  ['ssh://git@host:22/a/b.git', 'host/a/b'],
  ['git@host:a/b.git', 'host/a/b'],
  ['host:a/b', 'host/a/b'],
  ['/srv/a.git/', '/srv/a.git'],
  ['file:///srv/a.git', 'file:///srv/a.git'],
  ['C:\\git\\a', 'C:\\git\\a'],
])('%s is the repository %s', (address, same) => expect(sameRepository(address)).toBe(same))

describe('when the remote', () => {
  it('is away, everything is kept, also over a restart, and goes out when it is back', async () => {
    const { machine, team } = await joined('ada')
    await synced(team)
    renameSync(world.server, `${world.server}.away`)
    await act(team, note('one'), note('two'))
    expect(await sync(team)).toMatchObject({ ok: false, error: { code: 'team-remote', kind: 'gone' } })
    expect((await team.state()).sync).toMatchObject({ waiting: 2, failure: { kind: 'gone' } })
    expect(await team.sync({ isAsked: true, isOffline: true }, RUN)).toMatchObject({
      ok: false,
      error: { code: 'offline' },
    })
    const again = await open(machine)
    expect((await again.state()).sync).toMatchObject({ waiting: 2, failure: { kind: 'gone' } })
    renameSync(`${world.server}.away`, world.server)
    expect(await synced(again)).toMatchObject({ waiting: 0, failure: null })
    expect((await team.state()).sync).toMatchObject({ waiting: 0, failure: null })
  })

  it('refuses, its own words are told and the events wait', async () => {
    const { team } = await joined('ada')
    const hook = path.join(world.server, 'hooks/pre-receive')
    mkdirSync(path.dirname(hook), { recursive: true })
    writeFileSync(hook, '#!/bin/sh\necho "only maintainers may push here" >&2\nexit 1\n')
    chmodSync(hook, 0o755)
    await act(team, note('one'))
    expect(await sync(team)).toMatchObject({
      ok: false,
      error: { code: 'team-remote', kind: 'refused', said: expect.stringContaining('only maintainers may push here') },
    })
    expect((await team.state()).sync.waiting).toBe(1)
    rmSync(hook)
    expect(await synced(team)).toMatchObject({ waiting: 0, failure: null })
  })

  it('cannot be reached over the network, the failure says which address', async () => {
    const machine = world.machine('ada')
    machine.git('remote', 'set-url', 'origin', 'http://user:secret@127.0.0.1:1/team.git')
    const team = await open(machine)
    await join(team)
    const failed = await sync(team)
    expect(failed).toMatchObject({ error: { kind: 'unreachable', address: 'http://127.0.0.1:1/team.git' } })
    expect(JSON.stringify([failed, await team.state()])).not.toContain('secret')
  })

  it('was rewritten, our own events come back and it is said', async () => {
    const [ada, bob] = [await joined('ada'), await joined('bob')]
    await act(ada.team, note('first'))
    await synced(ada.team)
    await act(ada.team, note('second'))
    await synced(ada.team)
    await act(bob.team, note('of bob'))
    await synced(bob.team)
    world.git(world.server, 'update-ref', 'refs/heads/assay/team', 'assay/team~2')
    expect((await synced(ada.team)).problems).toEqual([expect.stringContaining('rewritten')])
    await synced(bob.team)
    await synced(ada.team)
    expect((await ada.team.state()).items[0]?.notes.total).toBe(3)
    world.git(world.server, 'update-ref', '-d', 'refs/heads/assay/team')
    await synced(ada.team)
    await synced(bob.team)
    expect((await bob.team.state()).items[0]?.notes.total).toBe(3)
  })

  it('holds what is no event of its author, it is named and left out, and ours is sent all the same', async () => {
    const [ada, bob] = [await joined('ada'), await joined('bob')]
    await act(ada.team, note('honest'))
    await synced(ada.team)
    const forged = createWriter().written(bob.machine.who, assign('Mallory <m@example.com>'))
    const evil = path.join(world.folder, 'evil')
    world.git(world.folder, 'clone', '-q', '--branch', 'assay/team', world.server, evil)
    const file = path.join(evil, authorFile(ada.machine.who))
    const huge = `{"id":"${'0'.repeat(32)}","x":"${'y'.repeat(1 << 20)}"}`
    writeFileSync(file, `${readFileSync(file, 'utf8')}${forged.line}\n${huge}\n\u0000\u0000\n`)
    writeFileSync(path.join(evil, 'events/nobody.ndjson'), 'x\n')
    writeFileSync(path.join(evil, '.gitattributes'), '* filter=evil diff=evil\n')
    world.git(evil, 'add', '.')
    world.git(evil, '-c', 'user.name=M', '-c', 'user.email=m@example.com', 'commit', '-q', '-m', 'x')
    world.git(evil, 'push', '-q', 'origin', 'HEAD:assay/team')
    await act(bob.team, note('mine'))
    const { problems } = await synced(bob.team)
    expect(problems).toEqual([
      ".gitattributes is no author's file and is not read",
      "events/nobody.ndjson is no author's file and is not read",
      expect.stringMatching(/ada-.* line 2: left out: it says it is by bob/),
      expect.stringMatching(/ada-.* line 3: longer than/),
      expect.stringMatching(/ada-.* line 4: not an event/),
    ])
    const { items } = await bob.team.state()
    expect(items).toMatchObject([{ assignee: null, notes: { total: 2 } }])
    await act(ada.team, note('still here'))
    await synced(ada.team)
    await synced(bob.team)
    expect((await bob.team.state()).items[0]?.notes.total).toBe(3)
    expect(await folded(ada.team)).toBe(await folded(bob.team))
  })
})

describe('the private clone', () => {
  const clones = (machine: Machine): string[] => {
    const data = path.join(world.folder, `data-${machine.name}`, 'team')
    return readdirSync(data).flatMap(name =>
      readdirSync(path.join(data, name))
        .filter(one => one.endsWith('.git'))
        .map(one => path.join(data, name, one)),
    )
  }

  it('is made anew when it is damaged', async () => {
    const [ada, bob] = [await joined('ada'), await joined('bob')]
    await act(bob.team, note('of bob'))
    await synced(bob.team)
    await act(ada.team, note('first'))
    await synced(ada.team)
    const clone = clones(ada.machine)[0] ?? ''
    rmSync(path.join(clone, 'objects'), { recursive: true })
    mkdirSync(path.join(clone, 'objects'))
    await act(ada.team, note('second'))
    await act(bob.team, note('third'))
    await synced(bob.team)
    await synced(ada.team)
    await synced(bob.team)
    expect((await bob.team.state()).items[0]?.notes.total).toBe(4)
    writeFileSync(path.join(clone, 'refs/assay/tip.lock'), '')
    await act(bob.team, note('fifth'))
    await synced(bob.team)
    await synced(ada.team)
    expect((await ada.team.state()).items[0]?.notes.total).toBe(5)
    rmSync(clone, { recursive: true })
    const again = await open(ada.machine)
    await synced(again)
    expect((await again.state()).items[0]?.notes.total).toBe(5)
  })

  it("runs no hook of the user's, and no helper that the workspace names", async () => {
    const ran = path.join(world.folder, 'ran')
    const hooks = path.join(world.folder, 'hooks')
    mkdirSync(hooks)
    for (const name of ['pre-push', 'reference-transaction', 'post-checkout', 'pre-commit', 'post-index-change']) {
      // What the server runs for itself is the server's business, also when it is a folder of this machine.
      writeFileSync(path.join(hooks, name), `#!/bin/sh\n[ "$PWD" = ${world.server} ] || touch ${ran}\n`)
      chmodSync(path.join(hooks, name), 0o755)
    }
    const machine = world.machine('ada')
    for (const [key, value] of [
      ['core.hooksPath', hooks],
      ['core.fsmonitor', `touch ${ran}; false`],
      ['core.sshCommand', `touch ${ran}; ssh`],
      ['gpg.program', path.join(hooks, 'pre-push')],
      ['gpg.ssh.program', path.join(hooks, 'pre-push')],
      ['credential.helper', `!touch ${ran}`],
      ['remote.origin.uploadpack', `touch ${ran}; git-upload-pack`],
      ['remote.origin.receivepack', `touch ${ran}; git-receive-pack`],
    ] as const)
      machine.git('config', key, value)
    world.git(world.folder, 'config', '--global', 'core.hooksPath', hooks)
    const team = await open(machine)
    await join(team)
    await act(team, note('x'))
    await synced(team)
    expect(readdirSync(world.folder)).not.toContain('ran')
  })
})

describe('two processes of one machine', () => {
  it('share a journal: each sees what the other wrote, and no event is lost or doubled', async () => {
    const { machine, team: window } = await joined('ada')
    const shell = await open(machine)
    const ids = new Set<string>()
    for (let i = 0; i < 5; i++) {
      const both = await Promise.all([
        act(window, note(`window ${i}`)),
        act(shell, note(`shell ${i}`), assign(machine.who)),
      ])
      for (const id of both.flat()) ids.add(id)
    }
    expect(ids.size).toBe(15)
    await Promise.all([synced(window), synced(shell)])
    expect(await folded(window)).toBe(await folded(shell))
    const events = (await window.eventIds()).toSorted()
    expect(events).toEqual([...ids].sort())
    expect((await window.state()).sync.waiting).toBe(0)
  })
})

describe('acting', () => {
  it('is refused when it cannot be, and writes all or nothing', async () => {
    const [ada, bob] = [await joined('ada'), await joined('bob')]
    const until = new Date(Date.now() + 3_600_000).toISOString()
    await act(ada.team, { kind: 'claim', items: [SERDE], until, takeOver: false })
    await synced(ada.team)
    await synced(bob.team)
    const refused = async (...actions: TeamAction[]) => {
      const done = await bob.team.act(actions)
      return done.ok ? 'done' : done.error
    }
    expect(await refused(note('x'), { kind: 'claim', items: [SERDE], until, takeOver: false })).toMatchObject({
      code: 'refused',
      message: `${SERDE} is held by ${ada.machine.who} until ${until}`,
    })
    expect((await bob.team.thread('serde')).notes).toEqual([])
    expect(
      await refused({ kind: 'claim', items: [SERDE], until: '2020-01-01T00:00:00.000Z', takeOver: true }),
    ).toMatchObject({ code: 'refused' })
    expect(await refused({ kind: 'reply', note: '0'.repeat(32), text: 'x' })).toMatchObject({ code: 'refused' })
    expect(await refused({ kind: 'state', items: [SERDE], state: 'blocked', reason: ' ' })).toMatchObject({
      code: 'refused',
    })
    expect(await refused({ kind: 'withdraw', signOff: '0'.repeat(32), reason: '' })).toMatchObject({ code: 'refused' })
    expect(await refused({ kind: 'claim', items: [SERDE], until, takeOver: true })).toBe('done')
    expect((await bob.team.state()).items).toMatchObject([{ claim: { by: bob.machine.who } }])
  })

  it('is taken back and done again', async () => {
    const { machine, team } = await joined('ada')
    const assignee = async () => (await team.state()).items[0]?.assignee
    const [id = ''] = await act(team, assign(machine.who))
    await synced(team)
    const undone = await team.undo([id])
    expect(undone).toMatchObject({ ok: true })
    expect(await assignee()).toBeNull()
    expect(await team.undo([id])).toMatchObject({ ok: false, error: { code: 'refused' } })
    expect(await team.undo(undone.ok ? undone.value : [])).toMatchObject({ ok: true })
    expect(await assignee()).toBe(machine.who)
    expect((await team.thread('serde')).log.map(({ text, isUndone, canUndo }) => [text, isUndone, canUndo])).toEqual([
      ['took back an undo', false, true],
      [`took back “assigned it to ${machine.who}”`, true, false],
      [`assigned it to ${machine.who}`, false, true],
    ])
    const bob = await joined('bob')
    await synced(team)
    await synced(bob.team)
    expect(await bob.team.undo([id])).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('only ada') },
    })
  })

  it('comes after all that was seen, though the clock is a day behind', async () => {
    const [ada, late] = [await joined('ada'), world.machine('late')]
    const behind = await open(late, { skewMs: -86_400_000 })
    await join(behind)
    await act(ada.team, assign(ada.machine.who))
    await synced(ada.team)
    await synced(behind)
    await act(behind, assign(late.who))
    await synced(behind)
    await synced(ada.team)
    expect((await ada.team.state()).items[0]?.assignee).toBe(late.who)
  })
})

it('lets go when it is cancelled, and goes on later', async () => {
  const { team } = await joined('ada')
  await act(team, note('x'))
  const abort = new AbortController()
  const run = { signal: abort.signal, onProgress: () => abort.abort() }
  await expect(team.sync({ isAsked: true, isOffline: false }, run)).rejects.toThrow()
  expect((await team.state()).sync).toMatchObject({ waiting: 1, isRunning: false })
  expect(await synced(team)).toMatchObject({ waiting: 0 })
})
