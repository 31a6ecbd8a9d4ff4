/**
 * The engine's process is killed (SIGKILL) in the moment in which a call answers, after each kind of thing a reviewer
 * does; another process must find it. Real processes, real files, a registry and a repository of the test's own.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectClient } from '../../../shared/client.ts'
import type { CallResult, EngineClient } from '../../../shared/contract.ts'
import type { CrateName, CriteriaName, Delta, VetVersion } from '../../../shared/domain.ts'
import type { Result } from '../../../shared/result.ts'
import type { CertifyPlan, Review } from '../../../shared/wire.ts'
import { makeWorld, manifest, missingTools, type World } from '../provenance/testing/world.ts'
import { createSandbox, type Sandbox } from '../test-sandbox.ts'

const ENGINE = path.resolve(import.meta.dirname, '../../shells/engine-host-main.ts')
const CRATE = 'kept' as CrateName
const DELTA: Delta = { from: '1.0.0' as VetVersion, to: '1.1.0' as VetVersion }
const REVIEW = 'kept 1.0.0 -> 1.1.0'
const DEPLOY = 'safe-to-deploy' as CriteriaName
const FILE = 'src/lib.rs'
const ID = '0123456789abcdef0123456789abcdef'

let world: World
let box: Sandbox
let engine: Running

interface Running extends EngineClient {
  /** From now on the process is gone before the answer of a call is seen. */
  killAtNextAnswer(): void
  readonly ended: Promise<unknown>
  stop(): void
}

beforeAll(async () => {
  if (missingTools !== null) return
  world = await makeWorld('kill')
  const repository = await world.repository(CRATE)
  const checksums: string[] = []
  for (const [version, body] of [
    ['1.0.0', 'pub fn one() {}\n'],
    ['1.1.0', 'pub fn one() {}\n\npub unsafe fn two(p: *const u8) -> u8 {\n    *p\n}\n'],
  ] as const) {
    await repository.commit({ 'Cargo.toml': manifest(CRATE, version, repository.url), [FILE]: body })
    checksums.push((await world.publish(await repository.package())).checksum)
  }
  box = createSandbox()
  const source = 'registry+https://github.com/rust-lang/crates.io-index'
  const entry = `[[package]]\nname = "kept"\nversion = "1.1.0"\nsource = "${source}"\nchecksum = "${checksums[1]}"\n`
  box.write({
    'work/Cargo.toml': '[package]\nname = "app"\nversion = "0.1.0"\n',
    'work/Cargo.lock': `version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = ["kept"]\n\n${entry}`,
    'work/supply-chain/config.toml': '\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n',
    'work/supply-chain/audits.toml':
      '\n# cargo-vet audits file\n\n[[audits.kept]]\nwho = "Ada"\ncriteria = "safe-to-deploy"\nversion = "1.0.0"\n',
    'work/supply-chain/imports.lock': '\n# cargo-vet imports lock\n',
    gitconfig: '[user]\nname = Ada Reader\nemail = ada@example.invalid\n',
  })
  engine = await start()
})
afterAll(async () => {
  engine?.stop()
  await engine?.ended
  box?.dispose()
  await world?.dispose()
})

/** A process with the workspace and the review open. */
async function start(): Promise<Running> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: box.at('home'),
    CARGO: box.at('no-cargo-here'),
    CARGO_HOME: world.at('cargo-home'),
    ASSAY_CACHE_DIR: box.at('cache'),
    ASSAY_DATA_DIR: box.at('data'),
    ASSAY_WEB_API: 'http://127.0.0.1:9/api/v1',
    ASSAY_GIT_INSTEAD_OF: world.insteadOf,
    GIT_CONFIG_GLOBAL: box.at('gitconfig'),
  }
  const define = 'data:text/javascript,globalThis.ASSAY_VERSION="test"'
  const child = spawn(process.execPath, ['--no-warnings', '--import', define, ENGINE], {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const running = connected(child)
  need(await running.call('app.open', { path: box.at('work') }))
  need(await running.call('review.open', { crate: CRATE, delta: DELTA }))
  return running
}

function connected(child: ChildProcess): Running {
  const waiting = new Map<number, { done: (answer: unknown) => void; stopped: (error: Error) => void }>()
  let last = 0
  let kills = false
  const ended = new Promise(done => child.once('exit', done))
  void ended.then(() => {
    for (const { stopped } of waiting.values()) stopped(new Error('the engine ended'))
  })
  child.on('message', (message: { readonly kind: string; readonly id: number; readonly answer: unknown }) => {
    if (message.kind !== 'answer') return
    // First the kill, then everything else.
    if (kills) child.kill('SIGKILL')
    waiting.get(message.id)?.done(message.answer)
    waiting.delete(message.id)
  })
  const client = connectClient({
    door: 'browser',
    subscribe: () => () => undefined,
    invoke: (name, args) =>
      new Promise((done, stopped) => {
        waiting.set(++last, { done, stopped })
        child.send({ kind: 'call', id: last, name, args })
      }),
  })
  return { ...client, ended, stop: () => void child.kill('SIGKILL'), killAtNextAnswer: () => void (kills = true) }
}

function need<T>(answer: Result<T, unknown>): T {
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}
/** Does it, kills the process with the answer, and starts another one. */
async function thenKill(act: (engine: EngineClient) => Promise<Result<unknown, unknown>>): Promise<void> {
  engine.killAtNextAnswer()
  need(await act(engine))
  await engine.ended
  engine = await start()
}
const review = async (): Promise<Review> => need(await engine.call('review.open', { crate: CRATE, delta: DELTA }))
const markOf = async () => (await review()).files.find(file => file.path === FILE)?.mark
const noteNow = async () => {
  const { notes } = need(await engine.call('review.notes', { review: REVIEW }))
  const note = notes.find(({ id }) => id === ID)
  return note === undefined ? null : { text: note.text, state: note.state, place: note.place.state }
}
const checklist = async (): Promise<CallResult<'review.checklist'>> =>
  need(await engine.call('review.checklist', { review: REVIEW, criteria: [] }))
const write = (text: string, state: 'draft' | 'published' | 'resolved') => (to: EngineClient) =>
  to.call('review.saveNote', {
    review: REVIEW,
    note: {
      ...{ id: ID, text, state, severity: 'question', inAudit: true },
      target: { kind: 'lines', path: FILE, side: 'new', line: 3, endLine: 3 },
    },
  })
const shas = (plan: CertifyPlan, key: 'baseSha256' | 'newSha256') => {
  const [audits = '', config = '', imports = ''] = plan.files.map(file => file[key])
  return { audits, config, imports }
}

describe.skipIf(missingTools !== null)(`killed with the answer (needs ${missingTools ?? 'nothing more'})`, () => {
  it.each(['read', 'partly', 'unread'] as const)('the mark %s', async mark => {
    await thenKill(to => to.call('review.mark', { review: REVIEW, paths: [FILE], mark }))
    expect(await markOf()).toBe(mark)
  })

  it("a unit's answer", async () => {
    const { units } = need(await engine.call('review.units', { review: REVIEW }))
    const unit = units.find(one => one.path === FILE && one.answer === null)
    if (unit === undefined) throw new Error('no unit')
    const answer = { verdict: 'concern' as const, note: 'Who says that p is valid?' }
    await thenKill(to => to.call('review.answerUnits', { review: REVIEW, units: [unit.id], answer }))
    const after = need(await engine.call('review.units', { review: REVIEW }))
    expect(after.units.find(({ id }) => id === unit.id)?.answer).toMatchObject(answer)
  })

  it('a note: draft, published, resolved, removed, brought back', async () => {
    await thenKill(write('Is p', 'draft'))
    expect(await noteNow()).toEqual({ text: 'Is p', state: 'draft', place: 'here' })
    await thenKill(write('Is p ever null?', 'published'))
    expect(await noteNow()).toMatchObject({ text: 'Is p ever null?', state: 'published' })
    const edit = { text: 'Is p ever', severity: 'blocker', inAudit: false } as const
    await thenKill(to => to.call('review.keepNoteEdit', { review: REVIEW, id: ID, edit }))
    const { notes } = need(await engine.call('review.notes', { review: REVIEW }))
    expect(notes[0]).toMatchObject({ text: 'Is p ever null?', state: 'published', edit })
    await thenKill(write('Is p ever null?', 'resolved'))
    expect(need(await engine.call('review.notes', { review: REVIEW })).notes[0]?.edit).toBeNull()
    expect(await noteNow()).toMatchObject({ state: 'resolved' })
    await thenKill(to => to.call('review.removeNote', { review: REVIEW, id: ID, isRemoved: true }))
    expect(await noteNow()).toBeNull()
    await thenKill(to => to.call('review.removeNote', { review: REVIEW, id: ID, isRemoved: false }))
    expect(await noteNow()).toMatchObject({ text: 'Is p ever null?', state: 'resolved' })
  })

  it('an answer of a checklist, and the list itself', async () => {
    const rowOf = async (id: string) => (await checklist()).groups.flatMap(group => group.rows).find(r => r.id === id)
    const group = (await checklist()).groups.find(({ criteria }) => criteria === DEPLOY)
    const row = group?.rows.find(({ auto }) => auto === null)
    if (group === undefined || row === undefined) throw new Error('no question')
    const about = { review: REVIEW, criteria: [], criterion: DEPLOY }
    const answer = { verdict: 'no' as const, note: 'It reads p.' }
    await thenKill(to => to.call('review.answerChecklist', { ...about, item: row.id, answer }))
    expect((await rowOf(row.id))?.answer).toMatchObject(answer)
    const items = [{ id: 'ours', question: 'Did two people read it?', auto: null }]
    await thenKill(to => to.call('review.saveChecklist', { ...about, items, base: null }))
    expect((await rowOf('ours'))?.question).toBe('Did two people read it?')
    expect(await readFile(box.at('work', 'supply-chain', 'assay.toml'), 'utf8')).toContain('Did two people read it?')
  })

  it('reading time, and the place to go on from', async () => {
    await thenKill(to => to.call('review.readingTime', { review: REVIEW, add: 45_000 }))
    expect(need(await engine.call('review.readingTime', { review: REVIEW, add: 0 }))).toEqual({ ms: 45_000 })
    await thenKill(to => to.call('review.setResume', { review: REVIEW, path: FILE, line: 4 }))
    expect((await review()).resume).toEqual({ path: FILE, line: 4 })
  })

  it('that evidence is written, and what was accepted of a verdict', async () => {
    await thenKill(to => to.call('review.writesEvidence', { set: true }))
    expect(need(await engine.call('review.writesEvidence', { set: null }))).toEqual({ isOn: true })
    const packages = [{ crate: CRATE, version: '1.1.0' }]
    await thenKill(to => to.call('provenance.run', { packages, level: 'compare', again: false }))
    const of = { crate: CRATE, version: '1.1.0' }
    expect(need(await engine.call('provenance.record', of))?.outcome).toBe('match')
    const accept = { reason: 'Read by hand', until: null }
    await thenKill(to => to.call('provenance.accept', { ...of, accept }))
    const { rows } = need(await engine.call('provenance.list', { scope: 'workspace' }))
    expect(rows.find(row => row.crate === CRATE)?.summary?.accepted).toMatchObject({ reason: 'Read by hand' })
  })

  it("a certify sheet's draft, the audit and its undo", async () => {
    const draft = { criteria: [DEPLOY], who: 'Ada <ada@example.invalid>', notes: 'Half a sen' }
    await thenKill(to => to.call('certify.saveDraft', { crate: CRATE, delta: DELTA, ...draft }))
    expect(need(await engine.call('certify.loadDraft', { crate: CRATE, delta: DELTA }))).toEqual(draft)
    const request = { crate: CRATE, delta: DELTA, criteria: [DEPLOY], who: [draft.who], notes: 'A whole sentence.' }
    const plan = need(await engine.call('certify.plan', request))
    const args = { request, base: shas(plan, 'baseSha256'), planned: shas(plan, 'newSha256') }
    const store = () => readFile(box.at('work', 'supply-chain', 'audits.toml'), 'utf8')
    await thenKill(to => to.call('certify.write', { ...args, commit: false, commitMessage: '' }))
    expect(await store()).toContain('notes = "A whole sentence."')
    expect(need(await engine.call('certify.loadDraft', { crate: CRATE, delta: DELTA }))).toBeNull()
    expect(need(await engine.call('queue.get', null)).counts.failing).toBe(0)
  })
})
