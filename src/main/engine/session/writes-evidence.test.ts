/** What is written, with its evidence files, is committed and taken back as one: real files, a real git repository. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AbsolutePath, CrateName, VetVersion } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, type Result } from '../../../shared/result.ts'
import type { CertifyRequest, WriteResult } from '../../../shared/wire.ts'
import { createNodeCapabilities } from '../node-capabilities.ts'
import type { Beside } from '../store/beside.ts'
import { createJobs } from './jobs.ts'
import { openPreferences, type Preferences } from './preferences.ts'
import { openSession, type Session } from './session.ts'

const SAMPLE = path.resolve(import.meta.dirname, '../../../../sample')
const NAME = 'evidence/itoa-1.0.9_1.0.11.json'
const request: CertifyRequest = {
  crate: 'itoa' as CrateName,
  delta: { from: '1.0.9' as VetVersion, to: '1.0.11' as VetVersion },
  criteria: [],
  who: ['Ada <a@b.invalid>'],
  notes: null,
}
let folder: string
let root: AbsolutePath
let session: Session
let preferences: Preferences

const git = (...args: string[]) =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' } })
const store = (name: string) => path.join(root, 'supply-chain', name)
const beside = (text: string): Beside => ({ file: store(NAME) as AbsolutePath, name: NAME, text, expected: 'any' })
const isThere = (name: string) =>
  stat(store(name)).then(
    () => true,
    () => false,
  )

beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'assay-evidence-')))
  root = path.join(folder, 'workspace') as AbsolutePath
  await cp(SAMPLE, root, { recursive: true })
  git('init', '--quiet')
  git('config', 'user.name', 'Ada')
  git('config', 'user.email', 'a@b.invalid')
  git('add', '--all')
  git('commit', '--quiet', '-m', 'start')
  const env = {
    ...process.env,
    HOME: folder,
    CARGO: path.join(folder, 'no-cargo-here'),
    ASSAY_CACHE_DIR: path.join(folder, 'cache'),
    ASSAY_DATA_DIR: path.join(folder, 'data'),
  }
  const caps = createNodeCapabilities({ env, sampleDir: SAMPLE, version: 'test' })
  preferences = await openPreferences(caps)
  await preferences.setSettings({ offline: true })
  const deps = {
    ...{ caps, preferences, jobs: createJobs(caps.clock, () => undefined), emit: () => undefined },
    team: () => Promise.resolve(fail({ code: 'no-workspace-open' } as const)),
  }
  const opened = await openSession(deps, root, false)
  if (!opened.ok) throw new Error(JSON.stringify(opened.error))
  session = opened.value
})
afterEach(async () => {
  await session.close()
  await rm(folder, { recursive: true, force: true })
})

async function write(evidence: readonly Beside[], commit: boolean): Promise<Result<WriteResult, Failure>> {
  const plan = await session.planCertify(request)
  if (!plan.ok) throw new Error(JSON.stringify(plan.error))
  const sums = (key: 'baseSha256' | 'newSha256') => {
    const [audits = '', config = '', imports = ''] = plan.value.files.map(f => f[key])
    return { audits, config, imports }
  }
  const { commitMessage } = plan.value
  return session.writeCertify(
    { request, base: sums('baseSha256'), planned: sums('newSha256'), commit, commitMessage },
    evidence,
  )
}
const taken = (result: Result<WriteResult, Failure>): WriteResult => {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

test('is committed with the audit and taken back with it', async () => {
  const before = await readFile(store('audits.toml'), 'utf8')
  const written = taken(await write([beside('{}\n')], true))
  expect(written).toMatchObject({ written: ['audits.toml', NAME], commitFailure: null })
  expect(git('show', '--name-only', '--format=', 'HEAD').trim().split('\n')).toEqual([
    'supply-chain/audits.toml',
    `supply-chain/${NAME}`,
  ])
  expect(await session.undo(written.undoId)).toMatchObject({ ok: true })
  expect(await isThere('evidence')).toBe(false)
  expect(await readFile(store('audits.toml'), 'utf8')).toBe(before)
  expect(git('status', '--porcelain')).toBe('')
  expect(git('diff', '--stat', 'HEAD~2')).toBe('')
})

test('an older one comes back, and one that somebody changed since is not touched', async () => {
  await mkdir(store('evidence'))
  await writeFile(store(NAME), 'older\n')
  const written = taken(await write([beside('newer\n')], false))
  expect(await readFile(store(NAME), 'utf8')).toBe('newer\n')
  await writeFile(store(NAME), 'changed\n')
  expect(await session.undo(written.undoId)).toMatchObject({
    error: { code: 'undo-unavailable', reason: `${NAME} changed since. Use git to go back.` },
  })
  expect(await readFile(store('audits.toml'), 'utf8')).toContain('1.0.9 -> 1.0.11')
  await writeFile(store(NAME), 'newer\n')
  expect(await session.undo(written.undoId)).toMatchObject({ ok: true })
  expect(await readFile(store(NAME), 'utf8')).toBe('older\n')
})

test('what fails after it was written does not take the way back away', async () => {
  const saveDraft = vi.spyOn(preferences, 'saveDraft').mockRejectedValue(new Error('the disk is full'))
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const written = taken(await write([], false))
  expect(saveDraft).toHaveBeenCalled()
  expect(told).toHaveBeenCalled()
  expect(await session.undo(written.undoId)).toMatchObject({ ok: true })
  vi.restoreAllMocks()
})

test('files that are back but could not be committed are what counts from then on', async () => {
  const written = taken(await write([], true))
  await writeFile(path.join(root, '.git/index.lock'), '')
  expect(await session.undo(written.undoId)).toMatchObject({ ok: false, error: { code: 'git-failed' } })
  const plan = await session.planCertify(request)
  const onDisk = createHash('sha256')
    .update(await readFile(store('audits.toml')))
    .digest('hex')
  expect(plan.ok && plan.value.files.find(file => file.file === 'audits.toml')?.baseSha256).toBe(onDisk)
})

test('a link in place of the folder is not followed, and then nothing is written', async () => {
  const before = await readFile(store('audits.toml'), 'utf8')
  await mkdir(path.join(folder, 'elsewhere'))
  await symlink(path.join(folder, 'elsewhere'), store('evidence'))
  expect(await write([beside('{}\n')], false)).toMatchObject({ error: { code: 'store-io' } })
  expect(await readFile(store('audits.toml'), 'utf8')).toBe(before)
})

test('of several audits each has its own, in one commit and with one undo', async () => {
  const before = await readFile(store('audits.toml'), 'utf8')
  const requests = [
    request,
    { ...request, crate: 'fnv' as CrateName, delta: { from: null, to: '1.0.7' as VetVersion } },
  ]
  const plan = await session.batches.plan({ requests })
  if (!plan.ok) throw new Error(JSON.stringify(plan.error))
  expect(plan.value.blocks).toEqual([])
  const sums = (key: 'baseSha256' | 'newSha256') => {
    const [audits = '', config = '', imports = ''] = plan.value.files.map(f => f[key])
    return { audits, config, imports }
  }
  const other = 'evidence/fnv-full_1.0.7.json'
  const files = [beside('{}\n'), { ...beside('{ }\n'), file: store(other) as AbsolutePath, name: other }]
  const { commitMessage } = plan.value
  const args = { requests, base: sums('baseSha256'), planned: sums('newSha256'), commit: true, commitMessage }
  const written = taken(await session.batches.write(args, files))
  expect(git('show', '--name-only', '--format=', 'HEAD').trim().split('\n').toSorted()).toEqual([
    'supply-chain/audits.toml',
    `supply-chain/${other}`,
    `supply-chain/${NAME}`,
  ])
  await writeFile(store(other), 'changed\n')
  expect(await session.undo(written.undoId)).toMatchObject({
    error: { code: 'undo-unavailable', reason: `${other} changed since. Use git to go back.` },
  })
  expect(await isThere(NAME), 'nothing is taken back then').toBe(true)
  await writeFile(store(other), '{ }\n')
  expect(await session.undo(written.undoId)).toMatchObject({ ok: true })
  expect(await isThere('evidence')).toBe(false)
  expect(await readFile(store('audits.toml'), 'utf8')).toBe(before)
  expect(git('status', '--porcelain')).toBe('')
})
