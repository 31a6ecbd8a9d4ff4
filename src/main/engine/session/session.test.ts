/**
 * The session against real files, without network and without cargo: the shipped sample, opened offline from
 * Cargo.lock alone, certified, undone, broken on disk. Sizes are unknown here; measuring has its own tests.
 */
import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallArgs, EventName } from '../../../shared/contract.ts'
import type { AbsolutePath, CrateName, Delta, VetVersion } from '../../../shared/domain.ts'
import type { AppState, CertifyPlan, CertifyRequest, QueueSnapshot } from '../../../shared/wire.ts'
import { createNodeCapabilities } from '../node-capabilities.ts'
import { createEngine, type Engine } from './create-engine.ts'

const SAMPLE = path.resolve(import.meta.dirname, '../../../../sample')
const STORE_FILES = ['audits.toml', 'config.toml', 'imports.lock']

let folder: string
let workspace: AbsolutePath
let engine: Engine
/** Starts an engine, as on a machine without cargo. */
let start: () => void
let events: { name: EventName; payload: unknown }[]

beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'assay-session-')))
  workspace = path.join(folder, 'workspace') as AbsolutePath
  await cp(SAMPLE, workspace, { recursive: true })
  events = []
  const env = {
    ...process.env,
    HOME: folder,
    CARGO: path.join(folder, 'no-cargo-here'),
    ASSAY_CACHE_DIR: path.join(folder, 'cache'),
    ASSAY_DATA_DIR: path.join(folder, 'data'),
    GIT_CONFIG_GLOBAL: path.join(folder, 'gitconfig'),
  }
  await writeFile(path.join(folder, 'gitconfig'), '[user]\nname = Ada Reader\nemail = ada@example.invalid\n')
  const caps = createNodeCapabilities({ env, sampleDir: SAMPLE, version: 'test' })
  start = () => {
    engine = createEngine(caps, (name, payload) => events.push({ name, payload }))
  }
  start()
  await engine.handlers['app.settings']({ offline: true })
})
afterEach(async () => {
  await engine.dispose()
  await rm(folder, { recursive: true, force: true })
})

async function open(): Promise<QueueSnapshot> {
  const opened = await engine.handlers['app.open']({ path: workspace })
  if (!opened.ok) throw new Error(JSON.stringify(opened.error))
  const snapshot = await engine.handlers['queue.get'](null)
  if (!snapshot.ok) throw new Error(JSON.stringify(snapshot.error))
  return snapshot.value
}
const storeTexts = () => Promise.all(STORE_FILES.map(f => readFile(path.join(workspace, 'supply-chain', f), 'utf8')))
const itoaDelta: CertifyRequest = {
  crate: 'itoa' as CrateName,
  delta: { from: '1.0.9' as VetVersion, to: '1.0.11' as VetVersion },
  criteria: [],
  who: [],
  notes: 'Read all of it.  \n\n\nFine.',
}
/** What a page sends back to write exactly what it was shown. */
function writeArgs(plan: CertifyPlan, commit: boolean): CallArgs<'certify.write'> {
  const sums = (key: 'baseSha256' | 'newSha256') => {
    const [audits = '', config = '', imports = ''] = plan.files.map(f => f[key])
    return { audits, config, imports }
  }
  const { commitMessage } = plan
  return { request: itoaDelta, base: sums('baseSha256'), planned: sums('newSha256'), commit, commitMessage }
}
async function until<T>(what: string, find: () => T | undefined): Promise<T> {
  for (let i = 0; i < 200; i++) {
    const found = find()
    if (found !== undefined) return found
    await new Promise(done => setTimeout(done, 25))
  }
  throw new Error(`waited in vain for ${what}`)
}

describe('a session on the sample, offline and without cargo', () => {
  it('shows what fails and says what it cannot know', async () => {
    const snapshot = await open()
    expect(snapshot.items.map(i => [i.crate, i.because, i.missing])).toEqual([
      ['fnv', 'failing', ['safe-to-deploy']],
      ['itoa', 'failing', ['safe-to-deploy']],
      ['memchr', 'exempted', ['safe-to-deploy']],
    ])
    expect(snapshot.counts).toEqual({ fully: 1, partially: 0, exempted: 1, failing: 2, total: 4 })
    expect(snapshot.graphSource).toBe('lockfile')
    expect(snapshot.caveats.join(' ')).toContain('cargo was not found')
  })

  it('shows sizes as unknown with a reason when nothing can be fetched', async () => {
    await open()
    const last = await until('measuring to end', () =>
      events
        .filter(e => e.name === 'queue.changed')
        .map(e => e.payload as QueueSnapshot)
        .find(s => s.phase === 'ready'),
    )
    for (const item of last.items) expect(item.size.state).toBe('unknown')
  })

  it('blocks an audit that the rules of the team do not allow, naming who is missing, until somebody else signed', async () => {
    await open()
    const rules = '[team.rules.criteria.safe-to-deploy]\nsign-offs = 2\n'
    await writeFile(path.join(workspace, 'supply-chain', 'assay.toml'), rules)
    const plan = await engine.handlers['certify.plan'](itoaDelta)
    const missing =
      'safe-to-deploy needs 2 sign-offs and has 1 (Ada Reader <ada@example.invalid>): missing is one more.'
    expect(plan.ok && plan.value.blocks).toEqual([missing])
    if (!plan.ok) return
    const written = await engine.handlers['certify.write'](writeArgs(plan.value, false))
    expect(written).toMatchObject({ ok: false, error: { message: missing } })
    const named = { ...itoaDelta, who: ['Ada Reader <ada@example.invalid>', 'Eve <eve@example.invalid>'] }
    const forged = await engine.handlers['certify.plan'](named)
    expect(forged.ok && forged.value.blocks).toEqual([
      'Eve <eve@example.invalid> has not signed this change for safe-to-deploy and cannot be named; ask for a sign-off.',
      missing,
    ])
  })

  it('refuses a setting of redirects that are none', async () => {
    const change = { gitInsteadOf: 'https://git.example.org/=ext::sh -c x' }
    expect(await engine.handlers['app.settings'](change)).toMatchObject({
      ok: false,
      error: { code: 'request-invalid' },
    })
  })

  it('plans, writes and undoes an audit', async () => {
    await open()
    const before = await storeTexts()
    const plan = await engine.handlers['certify.plan'](itoaDelta)
    if (!plan.ok) throw new Error(JSON.stringify(plan.error))
    expect(plan.value.blocks).toEqual([])
    expect(plan.value.request.criteria).toEqual(['safe-to-deploy'])
    expect(plan.value.who).toEqual(['Ada Reader <ada@example.invalid>'])
    expect(plan.value.effects.map(e => e.tone)).toEqual(['resolved', 'remains'])
    expect(await storeTexts()).toEqual(before)

    const args = writeArgs(plan.value, false)
    const written = await engine.handlers['certify.write'](args)
    if (!written.ok) throw new Error(JSON.stringify(written.error))
    expect((await storeTexts())[0]).toContain('delta = "1.0.9 -> 1.0.11"\nnotes = """\nRead all of it.\n\nFine.\n"""\n')
    const after = await engine.handlers['queue.get'](null)
    expect(after.ok && after.value.items.map(i => i.crate)).toEqual(['fnv', 'memchr'])

    expect(await engine.handlers['certify.undo']({ undoId: written.value.undoId })).toEqual({ ok: true, value: null })
    expect(await storeTexts()).toEqual(before)
    expect((await engine.handlers['certify.undo']({ undoId: written.value.undoId })).ok).toBe(false)
  })

  it('refuses to write when the files changed since the preview', async () => {
    await open()
    const plan = await engine.handlers['certify.plan'](itoaDelta)
    if (!plan.ok) throw new Error(JSON.stringify(plan.error))
    const file = path.join(workspace, 'supply-chain/audits.toml')
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('Sample Reviewer', 'Other Reviewer'))
    const before = await storeTexts()
    const args = writeArgs(plan.value, false)
    const written = await engine.handlers['certify.write'](args)
    expect(written).toMatchObject({ ok: false, error: { code: 'store-changed', files: ['audits.toml'] } })
    expect(await storeTexts()).toEqual(before)
  })

  it('commits only the files it wrote', async () => {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: workspace, encoding: 'utf8' })
    git('init', '--quiet', '--initial-branch=main')
    git('config', 'user.name', 'Ada Reader')
    git('config', 'user.email', 'ada@example.invalid')
    git('add', '.')
    git('commit', '--quiet', '-m', 'start')
    await writeFile(path.join(workspace, 'other.txt'), 'staged by the user')
    git('add', 'other.txt')
    await open()
    const plan = await engine.handlers['certify.plan'](itoaDelta)
    if (!plan.ok) throw new Error(JSON.stringify(plan.error))
    expect(plan.value.canCommit).toBe(true)
    const args = writeArgs(plan.value, true)
    const written = await engine.handlers['certify.write'](args)
    expect(written).toMatchObject({ ok: true, value: { commitFailure: null } })
    expect(git('show', '--name-only', '--format=%s', 'HEAD').trim().split('\n')).toEqual([
      'Certify itoa 1.0.9 -> 1.0.11 for safe-to-deploy',
      '',
      'supply-chain/audits.toml',
    ])
    expect(git('diff', '--cached', '--name-only').trim()).toBe('other.txt')
  })

  it('counts on when the workspace is opened again, for the pages that still show it', async () => {
    const first = await open()
    await engine.handlers['app.settings']({ offline: true })
    const again = await open()
    expect(again.generation).toBeGreaterThan(first.generation)
    // Another engine, as after a crash.
    await engine.dispose()
    start()
    expect((await open()).generation).toBeGreaterThan(again.generation)
  })

  it('opens a review for a page that goes on with it, not for one that leaves it', async () => {
    await open()
    const asked = async (review: string) => {
      const marked = await engine.handlers['review.mark']({ review, paths: ['src/lib.rs'], mark: 'read' })
      const left = await engine.handlers['review.setResume']({ review, path: 'src/lib.rs', line: 3 })
      return [marked, left].map(answer => (answer.ok ? 'ok' : answer.error.code))
    }
    // Its archives are not here, and going online is switched off.
    expect(await asked('itoa 1.0.9 -> 1.0.11')).toEqual(['offline', 'review-unknown'])
    for (const none of ['itoa', 'no review', 'itoa 1.0.9 -> x'])
      expect(await asked(none)).toEqual(['review-unknown', 'review-unknown'])
  })

  it('names the version of a change that is none', async () => {
    await open()
    const change = (from: string | null, to: string) =>
      ({ crate: 'itoa', delta: { from, to } }) as { readonly crate: CrateName; readonly delta: Delta }
    const { handlers } = engine
    for (const [name, given, text] of [
      ['review.open', change(null, '1.0'), '1.0'],
      ['review.open', change('../..', '1.0.11'), '../..'],
      ['review.prepare', change('1.0.9', ''), ''],
      ['queue.measure', change('1.0.9@git:zz', '1.0.11'), '1.0.9@git:zz'],
    ] as const)
      expect(await handlers[name](given)).toMatchObject({ ok: false, error: { code: 'version-invalid', text } })
  })

  it('tells the pages that nothing is open when the workspace cannot be opened again', async () => {
    const told = () => events.filter(e => e.name === 'app.changed').map(e => (e.payload as AppState).open?.root ?? null)
    const openNone = () => engine.handlers['app.open']({ path: path.join(folder, 'gone') as AbsolutePath })
    events.length = 0
    expect((await openNone()).ok).toBe(false)
    expect(told()).toEqual([null])
    await open()
    expect((await openNone()).ok).toBe(false)
    expect(told(), 'the one that is open stays').toEqual([null, workspace])
  })

  it('notices that the store became malformed, keeps the last answer, and recovers', async () => {
    const { generation } = await open()
    const file = path.join(workspace, 'supply-chain/audits.toml')
    const good = await readFile(file, 'utf8')
    await writeFile(file, good.replace('version = "1.0.9"', 'version = 1.0.9'))
    const failed = await until('queue.failed', () => events.find(e => e.name === 'queue.failed'))
    expect(failed.payload).toMatchObject({ code: 'store-toml' })
    const kept = await engine.handlers['queue.get'](null)
    expect(kept.ok && kept.value.items.length).toBe(3)
    await writeFile(file, good.replaceAll('1.12.0', '1.12.1'))
    await until('a queue with either failing', () =>
      events
        .filter(e => e.name === 'queue.changed')
        .map(e => e.payload as QueueSnapshot)
        .find(s => s.items.some(i => i.crate === 'memchr') && s.generation > generation),
    )
  })

  it('shows a policy problem beside the queue instead of refusing to open', async () => {
    const file = path.join(workspace, 'supply-chain/config.toml')
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace('[policy.sample-counter]', '[policy.nobody]\n\n[policy.sample-counter]'))
    const snapshot = await open()
    expect(snapshot.items.length).toBe(3)
    expect(snapshot.caveats.join('\n')).toMatch(/^cargo vet check stops at the policy table: .*nobody/m)
  })

  it('opens nothing that is not a workspace and changes nothing there', async () => {
    const empty = path.join(folder, 'empty') as AbsolutePath
    await cp(path.join(SAMPLE, 'text/src'), empty, { recursive: true })
    const opened = await engine.handlers['app.open']({ path: empty })
    expect(opened).toMatchObject({ ok: false, error: { code: 'not-a-workspace' } })
    expect((await stat(empty)).isDirectory()).toBe(true)
    expect(await engine.handlers['queue.get'](null)).toMatchObject({ ok: false, error: { code: 'no-workspace-open' } })
  })

  it('keeps settings, recent workspaces and drafts over a restart, and a broken file costs only itself', async () => {
    await open()
    const draft = { criteria: [], who: 'Me', notes: 'half a thought' }
    await engine.handlers['certify.saveDraft']({ crate: itoaDelta.crate, delta: itoaDelta.delta, ...draft })
    expect(await engine.handlers['certify.loadDraft']({ crate: itoaDelta.crate, delta: itoaDelta.delta })).toEqual({
      ok: true,
      value: draft,
    })
    const state = await engine.handlers['app.state'](null)
    expect(state.ok && state.value.recent.map(r => r.path)).toEqual([workspace])
    expect(state.ok && state.value.settings.offline).toBe(true)
    await writeFile(path.join(folder, 'data/preferences.json'), '{ torn')
    await engine.dispose()
    const caps = createNodeCapabilities({
      env: { ...process.env, ASSAY_CACHE_DIR: path.join(folder, 'cache'), ASSAY_DATA_DIR: path.join(folder, 'data') },
      sampleDir: SAMPLE,
      version: 'test',
    })
    engine = createEngine(caps, () => undefined)
    const fresh = await engine.handlers['app.state'](null)
    expect(fresh.ok && fresh.value.recent).toEqual([])
    expect(await readFile(path.join(folder, 'data/preferences.json.broken'), 'utf8')).toBe('{ torn')
  })
})
