import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWorld, join, RUN, type Machine, type World } from '../../../../tools/team-fixture.ts'
import type { TeamAction } from '../../../shared/team.ts'
import { authorFile, unionOfLines } from '../team/author-file.ts'
import { createWriter } from '../team/testing/events.ts'
import type { Team } from './team.ts'

const has = (command: string, ...args: string[]) => spawnSync(command, args, { stdio: 'ignore' }).error === undefined
const hasSsh = has('ssh-keygen', '-?')
const hasGpg = has('gpg', '--version')

let world: World
const opened: Team[] = []
beforeEach(() => {
  world = createWorld()
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map(team => team.close()))
  world.dispose()
})
const joined = async (machine: Machine, env: Record<string, string> = {}): Promise<Team> => {
  const team = await machine.open({ env })
  opened.push(team)
  await join(team)
  return team
}
const synced = async (team: Team) => {
  const done = await team.sync({ isAsked: true, isOffline: false }, RUN)
  if (!done.ok) throw new Error(JSON.stringify(done.error))
  return done.value
}
const note = (text: string): TeamAction => ({
  ...{ kind: 'note', crate: 'serde', version: '1.0.0', text, severity: 'remark', target: { kind: 'crate' }, quote: '' },
})
const write = async (team: Team, text: string) => {
  expect(await team.act([note(text)])).toMatchObject({ ok: true })
}
const signatures = async (team: Team) =>
  Object.fromEntries((await team.thread('serde')).notes.map(({ text, signature }) => [text, signature]))

describe.skipIf(!hasSsh)('with ssh keys (skipped where there is no ssh-keygen)', () => {
  /** A key of one's own, and git set up in the workspace to sign with it. */
  const withKey = (name: string): { machine: Machine; signer: string } => {
    const machine = world.machine(name)
    const key = path.join(world.folder, `key-${name}`)
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', key])
    machine.git('config', 'gpg.format', 'ssh')
    machine.git('config', 'user.signingkey', `${key}.pub`)
    machine.git('config', 'commit.gpgsign', 'true')
    const [type = '', base64 = ''] = readFileSync(`${key}.pub`, 'utf8').split(' ')
    return { machine, signer: `${name}@example.com ${type} ${base64}\n` }
  }
  const vouch = (machine: Machine, ...signers: string[]) => {
    writeFileSync(path.join(machine.root, 'signers'), signers.join(''))
    machine.git('config', 'gpg.ssh.allowedSignersFile', 'signers')
  }

  it('events are signed, and verified by those who know the key', async () => {
    const [ada, bob, eve] = [withKey('ada'), withKey('bob'), world.machine('eve')]
    vouch(bob.machine, ada.signer, bob.signer)
    const [atAda, atBob, atEve] = [await joined(ada.machine), await joined(bob.machine), await joined(eve)]
    expect((await atAda.state()).sync.where.signs).toBe(true)
    expect((await atEve.state()).sync.where.signs).toBe(false)
    await write(atAda, 'of ada')
    expect(await signatures(atAda)).toEqual({ 'of ada': 'local' })
    await synced(atAda)
    await write(atEve, 'of eve')
    await synced(atEve)
    await write(atBob, 'of bob')
    await synced(atBob)
    await synced(atAda)
    expect(await signatures(atBob)).toEqual({ 'of ada': 'verified', 'of eve': 'unsigned', 'of bob': 'verified' })
    expect(await signatures(atAda)).toEqual({ 'of ada': 'unchecked', 'of eve': 'unsigned', 'of bob': 'unchecked' })
    expect((await atBob.state()).people).toMatchObject([
      { who: ada.machine.who, verified: 1, bad: 0 },
      { who: bob.machine.who, verified: 1, isMe: true },
      { who: eve.who, verified: 0 },
    ])
    ada.machine.git('config', 'gpg.ssh.allowedSignersFile', 'not-there')
    await synced(atAda)
    expect(await signatures(atAda)).toEqual({ 'of ada': 'unchecked', 'of eve': 'unsigned', 'of bob': 'unchecked' })
    // Whoever learns of the keys later sees them then, and whoever does not trust one any more does not.
    vouch(ada.machine, ada.signer, bob.signer)
    await synced(atAda)
    expect(await signatures(atAda)).toMatchObject({ 'of ada': 'verified', 'of bob': 'verified' })
    vouch(bob.machine, bob.signer)
    await synced(atBob)
    expect(await signatures(atBob)).toMatchObject({ 'of ada': 'unchecked', 'of bob': 'verified' })
  })

  it("a line that somebody else put into an author's file is shown as such", async () => {
    const [ada, eve] = [withKey('ada'), withKey('eve')]
    vouch(ada.machine, ada.signer, eve.signer)
    const atAda = await joined(ada.machine)
    await write(atAda, 'of ada')
    await synced(atAda)
    const evil = path.join(world.folder, 'evil')
    world.git(world.folder, 'clone', '-q', '--branch', 'assay/team', world.server, evil)
    const put = (text: string, ...config: string[]) => {
      const file = path.join(evil, authorFile(ada.machine.who))
      const forged = createWriter().written(ada.machine.who, note(text))
      writeFileSync(file, unionOfLines(readFileSync(file, 'utf8'), [forged.line]))
      // The name of the committer is nobody's word: only the signature is.
      const identity = ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com']
      world.git(evil, ...identity, ...config, 'commit', '-q', '-a', '-m', 'Add 1 event')
    }
    put('forged without a signature')
    const key = path.join(world.folder, 'key-eve.pub')
    put('forged and signed', '-c', 'gpg.format=ssh', '-c', `user.signingkey=${key}`, '-c', 'commit.gpgsign=true')
    world.git(evil, 'push', '-q', 'origin', 'HEAD:assay/team')
    await synced(atAda)
    expect(await signatures(atAda)).toEqual({
      'of ada': 'verified',
      'forged without a signature': 'unsigned',
      'forged and signed': 'bad',
    })
    // What only a merge brings is nobody's word, whoever signs the merge.
    world.git(evil, 'checkout', '-q', '-b', 'side', 'HEAD~1')
    put('forged on a side branch')
    world.git(evil, 'checkout', '-q', 'assay/team')
    world.git(evil, '-c', 'user.name=x', '-c', 'user.email=x@y', 'merge', '-q', '-s', 'ours', '-m', 'merge', 'side')
    const file = path.join(evil, authorFile(ada.machine.who))
    const inMerge = createWriter('11111111').written(ada.machine.who, note('forged in a merge'))
    writeFileSync(file, unionOfLines(readFileSync(file, 'utf8'), [inMerge.line]))
    world.git(evil, '-c', 'user.name=x', '-c', 'user.email=x@y', 'commit', '-q', '-a', '--amend', '--no-edit')
    world.git(evil, 'push', '-q', 'origin', 'HEAD:assay/team')
    await synced(atAda)
    expect(await signatures(atAda)).toMatchObject({ 'of ada': 'verified', 'forged in a merge': 'unchecked' })
  })

  it('a key that cannot be used stops sending, says so, and sends nothing unsigned', async () => {
    const { machine } = withKey('ada')
    const team = await joined(machine)
    machine.git('config', 'user.signingkey', path.join(world.folder, 'no-such-key.pub'))
    await write(team, 'of ada')
    const failed = await team.sync({ isAsked: true, isOffline: false }, RUN)
    expect(failed).toMatchObject({
      ok: false,
      error: { code: 'team-remote', said: expect.stringContaining('no-such-key') },
    })
    expect((await team.state()).sync.waiting).toBe(1)
    expect(world.git(world.server, 'branch', '--list', 'assay/*')).toBe('')
    machine.git('config', 'user.signingkey', path.join(world.folder, 'key-ada.pub'))
    await synced(team)
    expect((await team.state()).sync.waiting).toBe(0)
  })
})

describe.skipIf(!hasGpg)('with OpenPGP keys (skipped where there is no gpg)', () => {
  it('events are signed, and verified by those who have the key', async ({ skip }) => {
    // Sockets of the agent allow only short paths.
    const home = mkdtempSync('/tmp/assay-gpg-')
    chmodSync(home, 0o700)
    try {
      const made = spawnSync('gpg', [
        '--batch',
        '--homedir',
        home,
        '--passphrase',
        '',
        '--quick-gen-key',
        'ada <ada@example.com>',
        'ed25519',
        'sign',
        'never',
      ])
      if (made.status !== 0) skip('gpg cannot make a key here')
      const [ada, bob] = [world.machine('ada'), world.machine('bob')]
      ada.git('config', 'commit.gpgsign', 'true')
      ada.git('config', 'user.signingkey', 'ada@example.com')
      const atAda = await joined(ada, { GNUPGHOME: home })
      await write(atAda, 'of ada')
      await synced(atAda)
      expect(await signatures(atAda)).toEqual({ 'of ada': 'verified' })
      const empty = path.join(world.folder, 'empty')
      mkdirSync(empty, { mode: 0o700 })
      const atBob = await joined(bob, { GNUPGHOME: empty })
      await synced(atBob)
      expect(await signatures(atBob)).toEqual({ 'of ada': 'unchecked' })
    } finally {
      spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'])
      rmSync(home, { recursive: true, force: true })
    }
  })
})
