/** The provenance calls of a page, on a small workspace whose packages are published from repositories made here. */
import { readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EventName } from '../../../shared/contract.ts'
import type { CrateName, JobId } from '../../../shared/domain.ts'
import { provenanceSnapshot, type ProvenanceSnapshot } from '../../../shared/provenance.ts'
import type { Job } from '../../../shared/wire.ts'
import { makeMany, type Many } from '../provenance/testing/many.ts'
import { makeWorld, missingTools, tamper, type World } from '../provenance/testing/world.ts'
import { createNodeCapabilities } from '../node-capabilities.ts'
import { createSandbox, type Sandbox } from '../test-sandbox.ts'
import { createEngine, type Engine } from './create-engine.ts'

const CRATES = 6
const DIFFERENT = 2

let world: World
let many: Many
let box: Sandbox
let engine: Engine
let events: { name: EventName; payload: unknown }[]
beforeAll(async () => {
  if (missingTools !== null) return
  world = await makeWorld('session')
  many = await makeMany(world, { crates: CRATES, repositories: 2 }, (i, archive) =>
    i === DIFFERENT
      ? tamper(archive, c => c.set('src/lib.rs', old => `${old}// more\n`).add('build.rs', 'fn main() {}\n'))
      : archive,
  )
})
afterAll(() => world?.dispose())
beforeEach(async () => {
  box = createSandbox()
  const packages = await Promise.all(many.crates.map(lockPackage))
  box.write({
    'work/Cargo.toml': '[package]\nname = "app"\nversion = "0.1.0"\n',
    'work/Cargo.lock': `version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = ${JSON.stringify(many.crates)}\n\n${packages.join('\n')}`,
    'work/supply-chain/config.toml': '\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n',
    'work/supply-chain/audits.toml': '\n# cargo-vet audits file\n\n[audits]\n',
    'work/supply-chain/imports.lock': '\n# cargo-vet imports lock\n',
    gitconfig: '[user]\nname = Ada Reader\nemail = ada@example.invalid\n',
  })
  start()
})
afterEach(async () => {
  await engine.dispose()
  box.dispose()
})

function start(): void {
  events = []
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
  const caps = createNodeCapabilities({ env, sampleDir: box.at('sample'), version: 'test' })
  engine = createEngine(caps, (name, payload) => events.push({ name, payload }))
}

async function lockPackage(name: string): Promise<string> {
  const line = await readFile(world.at('registry', 'index', 'ma', 'ny', name), 'utf8')
  const { cksum } = JSON.parse(line) as { cksum: string }
  const source = 'registry+https://github.com/rust-lang/crates.io-index'
  return `[[package]]\nname = "${name}"\nversion = "1.0.0"\nsource = "${source}"\nchecksum = "${cksum}"\n`
}

const need = <T>(answer: { ok: true; value: T } | { ok: false; error: unknown }): T => {
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}
const open = async () => need(await engine.handlers['app.open']({ path: box.at('work') }))
const list = async (scope: ProvenanceSnapshot['scope'] = 'workspace') =>
  provenanceSnapshot.parse(need(await engine.handlers['provenance.list']({ scope })))
const states = ({ rows }: ProvenanceSnapshot) =>
  rows.map(row => `${row.crate} ${row.state} ${row.summary?.outcome ?? '-'}`)
const runAll = (again = false) => engine.handlers['provenance.run']({ packages: null, level: 'compare', again })
const crate = (i: number) => many.crates[i] as CrateName

describe.skipIf(missingTools !== null)(`provenance behind a page (needs ${missingTools ?? 'nothing more'})`, () => {
  it('has nothing without a workspace, and says so', async () => {
    expect((await list()).rows).toEqual([])
    expect(await runAll()).toMatchObject({ error: { code: 'no-workspace-open' } })
    expect(need(await engine.handlers['provenance.record']({ crate: crate(0), version: '1.0.0' }))).toBeNull()
  })

  it('lists the workspace, checks it as a job, tells each change, and remembers it for the next start', async () => {
    const startedAt = Date.now() - 60_000
    await open()
    const first = await list()
    expect(first.generation, 'higher than those of an engine before').toBeGreaterThan(startedAt)
    expect(states(first).sort()).toEqual(['app not-applicable -', ...many.crates.map(c => `${c} not-run -`)])
    expect(need(await runAll())).toEqual({ checked: CRATES })
    const verdicts = many.crates.map((c, i) => `${c} done ${i === DIFFERENT ? 'mismatch' : 'match'}`)
    expect(states(await list()).sort()).toEqual(['app not-applicable -', ...verdicts])
    const changes = () =>
      events.filter(e => e.name === 'provenance.changed').map(e => provenanceSnapshot.parse(e.payload))
    await vi.waitFor(
      () =>
        expect(
          changes()
            .at(-1)
            ?.rows.map(row => row.state),
        ).not.toContain('not-run'),
      10_000,
    )
    const told = changes().map(change => change.generation)
    expect(told).toEqual(told.toSorted((a, b) => a - b))
    expect(told[0]).toBeGreaterThan(first.generation)
    const jobs = events.filter(e => e.name === 'jobs.changed').flatMap(e => e.payload as Job[])
    expect(jobs.some(job => job.title === `Checking provenance of ${CRATES} packages`)).toBe(true)
    expect(need(await runAll())).toEqual({ checked: 0 })
    expect(need(await runAll(true))).toEqual({ checked: CRATES })

    await engine.dispose()
    start()
    await open()
    expect(states(await list()).sort()).toEqual(['app not-applicable -', ...verdicts])
    expect(states(await list('everything'))).toEqual(verdicts)
    const record = need(await engine.handlers['provenance.record']({ crate: crate(DIFFERENT), version: '1.0.0' }))
    expect(record?.fileResults[0]).toMatchObject({ path: 'build.rs', state: 'only-in-crate', concern: 1 })
  })

  it('shows a file with the repository left and the crate right', async () => {
    await open()
    need(await runAll())
    const show = (file: string) =>
      engine.handlers['provenance.file']({ crate: crate(DIFFERENT), version: '1.0.0', path: file, page: 0 })
    const text = `//! ${crate(DIFFERENT)}\npub fn name() -> &'static str {\n    "${crate(DIFFERENT)}"\n}\n`
    expect(need(await show('src/lib.rs'))).toMatchObject({
      ...{ kind: 'text', oldText: text, newText: `${text}// more\n`, language: 'rust' },
    })
    expect(need(await show('build.rs'))).toMatchObject({ oldText: null, newText: 'fn main() {}\n' })
    const manifest = need(await show('Cargo.toml'))
    expect(manifest).toMatchObject({ kind: 'text', oldText: expect.stringContaining('Part of a test') })
    expect(await show('../../etc/passwd')).toMatchObject({ error: { code: 'file-not-in-review' } })
    expect(
      await engine.handlers['provenance.file']({ crate: 'other' as CrateName, version: '1.0.0', path: 'a', page: 0 }),
    ).toMatchObject({ error: { code: 'provenance-not-run' } })
  })

  it('lets somebody write down why it is fine, and takes it back', async () => {
    await open()
    need(await runAll())
    const of = async () => (await list()).rows.find(row => row.crate === crate(DIFFERENT))?.summary
    const accept = (how: { reason: string; until: string | null } | null) =>
      engine.handlers['provenance.accept']({ crate: crate(DIFFERENT), version: '1.0.0', accept: how })
    need(await accept({ reason: 'read it', until: null }))
    expect(await of()).toMatchObject({
      ...{ outcome: 'mismatch', accepted: { who: 'Ada Reader <ada@example.invalid>', reason: 'read it' } },
    })
    need(await accept(null))
    expect(await of()).toMatchObject({ accepted: null })
  })

  it('exports JSON and a site into folders of their own', async () => {
    await open()
    need(await runAll())
    const make = (format: 'json' | 'site') =>
      engine.handlers['provenance.export']({ scope: 'workspace', format, folder: box.at() })
    const json = need(await make('json'))
    const records = JSON.parse(await readFile(json.path, 'utf8')) as { crate: string; fileResults: unknown[] }[]
    expect(records.map(r => r.crate).sort()).toEqual(many.crates)
    expect(records[0]!.fileResults).toHaveLength(6)
    const site = need(await make('site'))
    expect(path.dirname(json.path)).not.toBe(site.path)
    expect((await readdir(path.join(site.path, 'detail'))).length).toBe(CRATES)
    await writeFile(path.join(site.path, 'mine.txt'), 'kept')
    expect(need(await make('site')).path).not.toBe(site.path)
  })

  it('can be cancelled, says that a run is going on, and goes on later', async () => {
    await open()
    await list()
    const first = runAll()
    expect(await runAll()).toMatchObject({ error: { code: 'refused' } })
    const job = need(await engine.handlers['jobs.list'](null)).find(j => j.title.startsWith('Checking'))
    need(await engine.handlers['jobs.cancel']({ id: job?.id ?? ('none' as JobId) }))
    expect(await first).toMatchObject({ error: { code: 'cancelled' } })
    expect((await list()).run).toBeNull()
    need(await runAll())
    expect(states(await list()).filter(s => s.includes('done'))).toHaveLength(CRATES)
  })

  it('checks a version that is not in the workspace', async () => {
    const packages = [
      { crate: crate(0), version: '1.0.0' },
      { crate: 'nowhere' as CrateName, version: '1.0.0' },
    ]
    const answer = await engine.handlers['provenance.run']({ packages, level: 'compare', again: false })
    // Without a workspace cargo's configuration counts from the home folder, which leads to the same registry.
    expect(need(answer)).toEqual({ checked: 1 })
    expect(states(await list('everything'))).toEqual([`${crate(0)} done match`])
  })
})
