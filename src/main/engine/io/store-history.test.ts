// Histories made by the real git: what is folded, what is kept, what is cut, and what a hostile repository cannot do.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dayOf, mondayOf } from '../core/overview-history.ts'
import { createLiveGit } from '../provenance/live-git.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { findHistory, readStoreHistory, type BlobReader, type StoreHistory } from './store-history.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
let box: Sandbox
let read = 0
beforeEach(() => {
  box = createSandbox({}, () => NOW)
  read = 0
})
afterEach(() => box.dispose())

const git = (folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@team.invalid', ...args], {
    cwd: folder,
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()

function commit(day: string, subject: string, files: Readonly<Record<string, string | null>>): string {
  const repo = box.at('repo')
  for (const [name, text] of Object.entries(files)) {
    if (text === null) rmSync(path.join(repo, name))
    else box.write({ [`repo/${name}`]: text })
  }
  git(repo, ['add', '--all'])
  const date = `${day}T10:00:00Z`
  git(repo, ['commit', '--quiet', '--allow-empty', '-m', subject], {
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_DATE: date,
  })
  return git(repo, ['rev-parse', 'HEAD'])
}
const config = (exemptions: readonly string[], more = '') =>
  `\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n${more}` +
  exemptions
    .map(key => {
      const [crate, version] = key.split('@')
      return `\n[[exemptions.${crate}]]\nversion = "${version}"\ncriteria = "safe-to-deploy"\n`
    })
    .join('')
const audits = (entries: readonly (readonly [crate: string, who: string])[]) =>
  `\n# cargo-vet audits file\n` +
  (entries.length === 0 ? '\n[audits]\n' : '') +
  entries
    .map(([crate, who]) => `\n[[audits.${crate}]]\nwho = "${who}"\ncriteria = "safe-to-deploy"\nversion = "1.0.0"\n`)
    .join('')
const lock = (packages: readonly string[]) =>
  `version = 4\n` +
  packages
    .map(key => {
      const [name, version] = key.split('@')
      return `\n[[package]]\nname = "${name}"\nversion = "${version}"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "${'0'.repeat(64)}"\ndependencies = [\n "x",\n]\n`
    })
    .join('') +
  '\n[[package]]\nname = "own"\nversion = "0.1.0"\n'
const start = () => {
  box.write({ 'repo/README': 'x' })
  git(box.at('repo'), ['init', '--quiet', '--initial-branch=main'])
}

const openBlobs = (gitDir: never): BlobReader => {
  const live = createLiveGit(box.caps, gitDir)
  return {
    async read(oid, most, signal) {
      read++
      const object = await live.read(oid, most, signal)
      return object.kind === 'blob' ? { kind: 'blob', bytes: object.bytes } : { kind: 'other' }
    },
    close: () => live.close(),
  }
}
async function history(folder = 'repo', signal?: AbortSignal): Promise<StoreHistory> {
  const place = await findHistory(box.caps, box.at(folder, 'supply-chain'), box.at(folder), quietRun().signal)
  if (!place.ok || place.value === null) throw new Error('no repository')
  const found = await readStoreHistory(box.caps, place.value, openBlobs as never, quietRun(signal))
  if (!found.ok) throw new Error(JSON.stringify(found.error))
  return found.value
}
const sinceOf = ({ state }: StoreHistory) =>
  Object.fromEntries(
    [...state.exemptionSince].map(([key, since]) => [key, `${dayOf(since.atMs)}${since.isFirst ? ' or before' : ''}`]),
  )

describe('a store’s history', () => {
  it('is the branch along first parents, week by week', async () => {
    start()
    commit('2026-10-05', 'Start', {
      'supply-chain/config.toml': config(['a@1.0.0', 'b@1.0.0']),
      'supply-chain/audits.toml': audits([]),
      'Cargo.lock': lock(['a@1.0.0', 'b@1.0.0', 'c@1.0.0']),
    })
    commit('2026-10-06', 'Elsewhere', { README: 'y' })
    const repo = box.at('repo')
    git(repo, ['switch', '--quiet', '-c', 'side'])
    commit('2026-10-07', 'On the side', { 'supply-chain/config.toml': config(['a@1.0.0', 'b@1.0.0', 'side@1.0.0']) })
    commit('2026-10-08', 'On the side again', { 'supply-chain/config.toml': config(['a@1.0.0', 'c@1.0.0']) })
    git(repo, ['switch', '--quiet', 'main'])
    git(repo, ['merge', '--quiet', '--no-ff', '-m', 'Merge side', 'side'], {
      GIT_AUTHOR_DATE: '2026-10-14T10:00:00Z',
      GIT_COMMITTER_DATE: '2026-10-14T10:00:00Z',
    })
    commit('2026-10-20', 'Audit b', { 'supply-chain/audits.toml': audits([['b', 'Ann <ann@team.invalid>']]) })
    const found = await history()
    expect(sinceOf(found)).toEqual({ 'a@1.0.0': '2026-10-05 or before', 'c@1.0.0': '2026-10-14' })
    expect([...found.state.numbers].map(([week, n]) => [mondayOf(week), n.exemptions, n.audits, n.packages])).toEqual([
      ['2026-10-05', 2, 0, 3],
      ['2026-10-12', 2, 0, 3],
      ['2026-10-19', 2, 1, 3],
    ])
    expect(found).toMatchObject({
      cut: null,
      unreadable: 0,
      correctedDates: 0,
      firstAtMs: Date.parse('2026-10-05T10:00Z'),
    })
    expect([...(found.state.flow.get([...found.state.flow.keys()].at(-1) as number)?.byPerson ?? [])]).toEqual([
      ['Ann <ann@team.invalid>', 1],
    ])
    expect(found.state.packageSince.has('own@0.1.0')).toBe(false)
  })

  it('is kept by its commit: only new commits are read, and a rewritten branch is read anew', async () => {
    start()
    commit('2026-10-05', 'Start', { 'supply-chain/config.toml': config(['a@1.0.0']) })
    const second = commit('2026-10-12', 'More', { 'supply-chain/config.toml': config(['a@1.0.0', 'b@1.0.0']) })
    await history()
    expect(read).toBe(2)
    const again = await history()
    expect(read).toBe(2)
    expect(sinceOf(again)).toEqual({ 'a@1.0.0': '2026-10-05 or before', 'b@1.0.0': '2026-10-12' })
    commit('2026-10-19', 'Third', { 'supply-chain/config.toml': config(['b@1.0.0', 'c@1.0.0']) })
    const more = await history()
    // The kept end once more, to compare with, and the new revision.
    expect(read).toBe(4)
    expect(sinceOf(more)).toEqual({ 'b@1.0.0': '2026-10-12', 'c@1.0.0': '2026-10-19' })
    git(box.at('repo'), ['reset', '--quiet', '--hard', `${second}~1`])
    commit('2026-10-13', 'Another second', { 'supply-chain/config.toml': config(['z@1.0.0']) })
    const rewritten = await history()
    expect(sinceOf(rewritten)).toEqual({ 'z@1.0.0': '2026-10-13' })
    expect([...rewritten.state.numbers].map(([week, n]) => [mondayOf(week), n.exemptions])).toEqual([
      ['2026-10-05', 1],
      ['2026-10-12', 1],
    ])
    expect(read).toBe(6)
    const kept = readdirSync(box.at('cache', 'store-history'))
    expect(kept).toHaveLength(1)
    writeFileSync(box.at('cache', 'store-history', kept[0] ?? ''), '{"version":2,"head":')
    expect(sinceOf(await history())).toEqual({ 'z@1.0.0': '2026-10-13' })
  })

  it('folds the same whether it was read at once or in steps', async () => {
    start()
    const steps = ['a@1.0.0', 'b@1.0.0', 'c@1.0.0', 'd@1.0.0'].map((_, i, all) => all.slice(Math.max(0, i - 1), i + 1))
    for (const [i, exemptions] of steps.entries()) {
      commit(`2026-10-${String(5 + i * 7).padStart(2, '0')}`, `Step ${i}`, {
        'supply-chain/config.toml': config(
          exemptions,
          i === 2 ? '\n[imports.peer]\nurl = "https://peer.invalid/audits.toml"\n' : '',
        ),
        'supply-chain/audits.toml': audits(exemptions.map(key => [key.slice(0, 1), 'Ann <a@b.invalid>'])),
      })
      await history()
    }
    const inSteps = await history()
    rmSync(box.at('cache'), { recursive: true })
    const atOnce = await history()
    const plain = ({ state }: StoreHistory) => ({ ...state, last: state.last?.commit })
    expect(plain(inSteps)).toEqual(plain(atOnce))
    expect(atOnce.state.events.map(event => event.title)).toEqual(['import of peer added', 'import of peer removed'])
  })

  it('says where it is cut and what it could not read, and goes on behind it', async () => {
    start()
    commit('2026-10-05', 'Start', { 'supply-chain/config.toml': config(['a@1.0.0']) })
    commit('2026-10-06', 'Conflict', { 'supply-chain/config.toml': '<<<<<<< HEAD\n=======\n>>>>>>> side\n' })
    commit('2027-10-07', 'A clock of next year', { 'supply-chain/config.toml': config(['a@1.0.0', 'b@1.0.0']) })
    commit('2026-10-08', 'After it', { 'supply-chain/config.toml': config(['a@1.0.0', 'b@1.0.0', 'c@1.0.0']) })
    const found = await history()
    expect(found).toMatchObject({ unreadable: 1, correctedDates: 1, cut: null })
    expect(sinceOf(found)).toEqual({
      'a@1.0.0': '2026-10-05 or before',
      'b@1.0.0': '2026-10-06',
      'c@1.0.0': '2026-10-08',
    })
    git(box.folder, ['clone', '--quiet', '--depth=1', `file://${box.at('repo')}`, box.at('shallow')])
    expect(sinceOf(await history('shallow'))).toEqual({
      'a@1.0.0': '2026-10-08 or before',
      'b@1.0.0': '2026-10-08 or before',
      'c@1.0.0': '2026-10-08 or before',
    })
    expect((await history('shallow')).cut).toBe('shallow')
    git(box.at('shallow'), ['fetch', '--quiet', '--unshallow'])
    expect(await history('shallow')).toMatchObject({ cut: null, unreadable: 1 })
  })

  it('of a store that is no repository, of a repository without commits, and of a removed file', async () => {
    box.write({ 'plain/supply-chain/config.toml': config([]) })
    const nowhere = await findHistory(box.caps, box.at('plain', 'supply-chain'), box.at('plain'), quietRun().signal)
    expect(nowhere).toEqual({ ok: true, value: null })
    start()
    box.write({ 'repo/supply-chain/config.toml': config([]) })
    expect((await history()).state.revisions).toBe(0)
    commit('2026-10-05', 'Start', { 'supply-chain/config.toml': config(['a@1.0.0']) })
    commit('2026-10-06', 'Gone', { 'supply-chain/config.toml': null })
    box.write({ 'repo/supply-chain/config.toml': config([]) })
    expect(sinceOf(await history())).toEqual({})
  })

  it('can be cancelled and leaves nothing half kept', async () => {
    start()
    for (let i = 0; i < 5; i++)
      commit(`2026-10-0${i + 1}`, `${i}`, { 'supply-chain/config.toml': config([`a@${i}.0.0`]) })
    const abort = new AbortController()
    abort.abort()
    await expect(history('repo', abort.signal)).rejects.toThrow()
    expect(existsSync(box.at('cache', 'store-history'))).toBe(false)
    expect(sinceOf(await history())).toEqual({ 'a@4.0.0': '2026-10-05' })
  })

  it('runs nothing that the repository’s configuration names, and changes nothing in it', async () => {
    start()
    commit('2026-10-05', 'Start', {
      'supply-chain/config.toml': config(['a@1.0.0']),
      '.gitattributes': '* diff=evil filter=evil\n',
    })
    const marker = box.at('ran')
    const evil = box.at('evil.sh')
    writeFileSync(evil, `#!/bin/sh\necho "$0 $@" >> ${marker}\nexec cat\n`)
    chmodSync(evil, 0o755)
    const repo = box.at('repo')
    // A commit with a signature: whoever shows it runs the program that checks it.
    const signer = box.at('signer.sh')
    writeFileSync(
      signer,
      '#!/bin/sh\ncat >/dev/null\necho "[GNUPG:] SIG_CREATED " >&2\nprintf -- "-----BEGIN PGP SIGNATURE-----\\n\\nx\\n-----END PGP SIGNATURE-----\\n"\n',
    )
    chmodSync(signer, 0o755)
    box.write({ 'repo/supply-chain/config.toml': config(['a@1.0.0', 'b@1.0.0']) })
    const date = '2026-10-06T10:00:00Z'
    git(repo, ['-c', `gpg.program=${signer}`, 'commit', '--quiet', '-S', '-am', 'Signed'], {
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
    })
    expect(git(repo, ['cat-file', '-p', 'HEAD'])).toContain('gpgsig')
    for (const key of [
      'core.fsmonitor',
      'core.pager',
      'gpg.program',
      'diff.external',
      'diff.evil.textconv',
      'diff.evil.command',
      'filter.evil.smudge',
      'filter.evil.clean',
      'core.sshCommand',
      'core.alternateRefsCommand',
    ])
      git(repo, ['config', key, evil])
    git(repo, ['config', 'log.showSignature', 'true'])
    rmSync(marker, { force: true })
    const before = readFileSync(path.join(repo, '.git', 'index'))
    expect(sinceOf(await history())).toEqual({ 'a@1.0.0': '2026-10-05 or before', 'b@1.0.0': '2026-10-06' })
    expect(existsSync(marker)).toBe(false)
    expect(readFileSync(path.join(repo, '.git', 'index'))).toEqual(before)
  })
})
