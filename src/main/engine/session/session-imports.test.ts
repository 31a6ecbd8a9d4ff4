/**
 * An open workspace and its imports: a peer on this machine, a graph of one dependency, a program in the place of cargo.
 * The queue is there before the peer has answered; what the peer says is applied behind it; what it does not say is named.
 */
import type http from 'node:http'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { CrateName, VetVersion } from '../../../shared/domain.ts'
import type { QueueSnapshot } from '../../../shared/wire.ts'
import { createSandbox, type Sandbox } from '../test-sandbox.ts'
import { listen, type Loopback } from '../testing/loopback.ts'
import { createEngine, type Engine } from './create-engine.ts'

const SOURCE = 'registry+https://github.com/rust-lang/crates.io-index'
const AUDIT = '[[audits.leaf]]\nwho = "P <p@example.com>"\ncriteria = "safe-to-deploy"\nversion = "1.0.0"\n'
const OTHER_AUDITS = '\n# cargo-vet audits file\n\n[[audits.other]]\ncriteria = "safe-to-run"\nversion = "1.0.0"\n'

let box: Sandbox
let engine: Engine
let server: Loopback
let base: string
let peer: http.RequestListener
let hits: number
let now: number

beforeEach(async () => {
  now = Date.parse('2026-01-01T00:00:00Z')
  hits = 0
  peer = (_request, response) => response.end(AUDIT)
  server = await listen((request, response) => {
    if (request.url !== '/peer.toml') return response.writeHead(404).end()
    hits++
    return peer(request, response)
  })
  base = server.origin
  box = createSandbox({ ASSAY_WEB_API: `${base}/api`, CARGO: '/nowhere/cargo' }, () => now)
  box.write({
    'cargo-home/config.toml': `[source.crates-io]\nreplace-with = "here"\n[source.here]\nregistry = "sparse+${base}/index/"\n`,
    'work/Cargo.toml': '[package]\nname = "app"\nversion = "0.1.0"\n',
    'work/Cargo.lock': `version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = ["leaf"]\n\n[[package]]\nname = "leaf"\nversion = "1.0.0"\nsource = "${SOURCE}"\nchecksum = "${'0'.repeat(64)}"\n`,
    'work/supply-chain/audits.toml': '\n# cargo-vet audits file\n\n[audits]\n',
    'work/supply-chain/config.toml': `\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n\n[imports.peer]\nurl = "${base}/peer.toml"\n`,
    'work/supply-chain/imports.lock': '\n# cargo-vet imports lock\n\n[audits.peer.audits]\n',
  })
  engine = createEngine(box.caps, () => undefined)
})
afterEach(async () => {
  await engine.dispose()
  await server.close()
  box.dispose()
})

async function snapshot(): Promise<QueueSnapshot> {
  const got = await engine.handlers['queue.get'](null)
  if (!got.ok) throw new Error(JSON.stringify(got.error))
  return got.value
}
async function open(offline = false): Promise<QueueSnapshot> {
  await engine.handlers['app.settings']({ offline })
  const opened = await engine.handlers['app.open']({ path: box.at('work') })
  if (!opened.ok) throw new Error(JSON.stringify(opened.error))
  return snapshot()
}
async function until(isThere: (s: QueueSnapshot) => boolean): Promise<QueueSnapshot> {
  for (let i = 0; i < 200; i++) {
    const now = await snapshot()
    if (isThere(now)) return now
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error(JSON.stringify((await snapshot()).caveats))
}
const imported = (s: QueueSnapshot) => s.caveats.filter(c => /import|audits of/i.test(c))

it('shows the stored answer at once, then what the peer says', async () => {
  let answer: (() => void) | null = null
  peer = (_request, response) => void (answer = () => response.end(AUDIT))
  const first = await open()
  expect(first.conclusion).toBe('fail (vetting)')
  expect(imported(first)).toEqual(['Imports are as stored in imports.lock until they are refreshed: peer.'])
  const jobs = await engine.handlers['jobs.list'](null)
  expect(jobs.ok && jobs.value.map(j => j.title)).toContain('Refreshing imports')
  while (answer === null) await new Promise(resolve => setTimeout(resolve, 5))
  ;(answer as () => void)()
  const later = await until(s => s.conclusion === 'success')
  expect(imported(later)).toEqual([
    '1 package passes only by audits that are new since imports.lock was written; `assay check` takes them in.',
  ])
})

it('asks nobody while offline, and says so', async () => {
  const first = await open(true)
  expect(imported(first)).toEqual(['Imports are as stored in imports.lock and were not refreshed: peer.'])
  expect(hits).toBe(0)
  await engine.handlers['app.settings']({ offline: false })
  await until(s => s.conclusion === 'success')
})

it('names a peer that does not answer, and takes what is stored', async () => {
  peer = (_request, response) => response.writeHead(404).end()
  await open()
  const later = await until(s => imported(s).some(c => c.includes('could not download')))
  expect(later.conclusion).toBe('fail (vetting)')
  expect(imported(later)).toEqual([
    `The audits of peer are as stored in imports.lock: could not download ${base}/peer.toml.`,
  ])
  const [asked, { generation }] = [hits, later]
  box.write({ 'work/supply-chain/audits.toml': OTHER_AUDITS })
  const changed = await until(s => s.generation > generation)
  expect(imported(changed)).toEqual(imported(later))
  expect(hits).toBe(asked)
})

it('uses an earlier copy of a peer that does not answer any more, with its age', async () => {
  await open()
  await until(s => s.conclusion === 'success')
  peer = (_request, response) => response.writeHead(404).end()
  now += 3 * 24 * 60 * 60_000
  await engine.handlers['queue.refresh'](null)
  const later = await until(s => imported(s).some(c => c.includes('could not download')))
  expect(later.conclusion).toBe('success')
  expect(imported(later)[0]).toBe(`The audits of peer are 3 days old: could not download ${base}/peer.toml.`)
})

it('keeps what the peer said when the store changes on disk, and asks again only when imports change', async () => {
  await open()
  await until(s => s.conclusion === 'success')
  box.write({ 'work/supply-chain/audits.toml': OTHER_AUDITS })
  const before = (await snapshot()).generation
  const later = await until(s => s.generation > before)
  expect(later.conclusion).toBe('success')
  expect(hits).toBe(1)
  const config = `\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n\n[imports.peer]\nurl = "${base}/peer.toml"\nexclude = ["leaf"]\n`
  box.write({ 'work/supply-chain/config.toml': config })
  await until(s => s.conclusion === 'fail (vetting)')
})

it('a certify plan takes in what it rests on', async () => {
  peer = (_request, response) => response.end(AUDIT.replace('version = "1.0.0"', 'version = "0.9.0"'))
  await open()
  await until(() => hits === 1)
  await until(s => imported(s).length === 0)
  const plan = await engine.handlers['certify.plan']({
    crate: 'leaf' as CrateName,
    delta: { from: '0.9.0' as VetVersion, to: '1.0.0' as VetVersion },
    criteria: [],
    who: ['A <a@example.com>'],
    notes: null,
  })
  if (!plan.ok) throw new Error(JSON.stringify(plan.error))
  expect(plan.value.trial).toEqual({ state: 'passed', conclusion: 'success', remaining: 0 })
  expect(plan.value.files.filter(f => f.added > 0).map(f => f.file)).toEqual(['audits.toml', 'imports.lock'])
})
