// The overview's calls over one open workspace: history, figures of people only when turned on, helpers only from what is
// cached, and files that never replace others.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { metadataJson, printingProgram } from '../../shells/cli/testing.ts'
import { openCache } from '../cache.ts'
import { createSandbox, type Sandbox } from '../test-sandbox.ts'
import { createEngine, type Engine } from './create-engine.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const PEERS = 'http://127.0.0.1:9/known.toml'
const CONFIG = '\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n'
const exempt = (crate: string) => `\n[[exemptions.${crate}]]\nversion = "1.0.0"\ncriteria = "safe-to-deploy"\n`
const audit = (crate: string) =>
  `\n[[audits.${crate}]]\nwho = "Ann <ann@team.invalid>"\ncriteria = "safe-to-deploy"\nversion = "1.0.0"\n`

let box: Sandbox
let engine: Engine
const value = <T>(result: { readonly ok: boolean; readonly value?: T; readonly error?: unknown }): T => {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value as T
}
const git = (args: readonly string[], day = '2026-11-02') =>
  execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@team.invalid', ...args], {
    cwd: box.at('grove'),
    env: {
      ...{ PATH: process.env['PATH'], HOME: box.at('home'), GIT_CONFIG_NOSYSTEM: '1' },
      ...{ GIT_AUTHOR_DATE: `${day}T10:00:00Z`, GIT_COMMITTER_DATE: `${day}T10:00:00Z` },
    },
  })
const store = (config: string, audits: string) =>
  box.write({
    'grove/supply-chain/config.toml': CONFIG + config,
    'grove/supply-chain/audits.toml': `\n# cargo-vet audits file\n${audits}`,
    'grove/supply-chain/imports.lock': '\n# cargo-vet imports lock\n',
  })

beforeEach(async () => {
  const made = createSandbox({}, () => NOW)
  box = made
  const crates = ['ash', 'elm', 'oak', 'yew']
  const graph = [{ name: 'grove', version: '0.1.0', isLocal: true, deps: crates }]
  writeFileSync(
    box.at('metadata.json'),
    metadataJson(box.at('grove'), [...graph, ...crates.map(name => ({ name, version: '1.0.0' }))]),
  )
  const cargo = printingProgram(box.folder, box.at('metadata.json'))
  // The same folder, with the program that stands for cargo.
  box = {
    ...made,
    caps: {
      ...made.caps,
      host: {
        ...made.caps.host,
        env: { ...made.caps.host.env, CARGO: cargo, ASSAY_PEER_REGISTRY: PEERS, ASSAY_ADVISORY_DB: '' },
      },
    },
  }
  box.write({
    'grove/Cargo.toml': '[package]\nname = "grove"\nversion = "0.1.0"\n',
    'home/.gitconfig': '[user]\nname = Ann\nemail = ann@team.invalid\n',
  })
  git(['init', '--quiet', '--initial-branch=main'])
  store(exempt('ash') + exempt('elm') + exempt('oak'), '\n[audits]\n')
  git(['add', '.'])
  git(['commit', '--quiet', '-m', 'Start'])
  store(exempt('elm') + exempt('oak'), audit('ash'))
  git(['commit', '--quiet', '-am', 'Audit ash'], '2026-11-11')
  engine = createEngine(box.caps, () => undefined)
  value(await engine.handlers['app.settings']({ offline: true }))
  value(await engine.handlers['app.open']({ path: box.at('grove') }))
})
afterEach(async () => {
  await engine.dispose()
  box.dispose()
})

describe('the overview', () => {
  it('joins verdict and git, and keeps people out until assay.toml turns them on', async () => {
    const state = value(await engine.handlers['overview.get'](null))
    expect(state.counts).toEqual({ fully: 1, partially: 0, exempted: 2, failing: 1, total: 4 })
    expect(state.exemptions.map(e => [e.key, e.isNeeded, e.lines])).toEqual([
      ['elm@1.0.0', true, null],
      ['oak@1.0.0', true, null],
    ])
    const history = value(await engine.handlers['overview.history'](null))
    if (history.state !== 'known') throw new Error(history.reason)
    expect(history.weeks.map(w => [w.monday, w.exemptions, w.auditsAdded])).toEqual([
      ['2026-11-02', 3, 0],
      ['2026-11-09', 2, 1],
      ['2026-11-16', 2, 0],
    ])
    // Nothing is cut, so the first commit is a date and no lower bound.
    expect(history.exemptionSince).toEqual([
      { key: 'elm@1.0.0', day: '2026-11-02', isAtLeast: false },
      { key: 'oak@1.0.0', day: '2026-11-02', isAtLeast: false },
    ])
    expect(history.people).toBeNull()
    expect(JSON.stringify(history)).not.toContain('Ann')
    for (const [text, isOn] of [
      ['[overview]\nper-reviewer = "true"\n', false],
      ['[overview]\nper-reviewer = false\n', false],
      ['[overview\n', false],
      ['[overview]\nper-reviewer = true\n', true],
    ] as const) {
      box.write({ 'grove/supply-chain/assay.toml': text })
      const again = value(await engine.handlers['overview.history'](null))
      expect(again.state === 'known' && again.people !== null, text).toBe(isOn)
    }
  })

  it('knows helpers only from copies, and says of whom it knows nothing', async () => {
    const nothing = value(await engine.handlers['overview.help'](null))
    expect(nothing).toEqual({
      helpers: [],
      unknownPeers: [{ name: 'all known peers', reason: 'their list was not fetched yet' }],
      unknownPublishers: 2,
    })
    const cache = openCache(box.caps)
    const put = (url: string, body: string) =>
      cache.putIndex(`text ${url}`, { etag: null, lastModified: null, fetchedAt: NOW - 5, freshUntil: 0, body })
    put(PEERS, '[registry.near]\nurl = "http://n.invalid/a"\n[registry.far]\nurl = "http://f.invalid/a"\n')
    put('http://n.invalid/a', audit('elm'))
    cache.close()
    expect(value(await engine.handlers['overview.help'](null))).toEqual({
      helpers: [{ kind: 'peer', name: 'near', removes: ['elm@1.0.0'], fetchedAt: NOW - 5 }],
      unknownPeers: [{ name: 'far', reason: 'its audits were not fetched yet' }],
      unknownPublishers: 2,
    })
  })

  it('writes into folders and files that were not there', async () => {
    box.write({ 'out/chart.csv': 'mine' })
    const out = box.at('out')
    const chart = { folder: out, name: 'chart.csv', base64: Buffer.from('a,b').toString('base64') }
    expect(value(await engine.handlers['overview.chart'](chart)).path).toBe(path.join(out, 'chart-2.csv'))
    const queue = { kind: 'queue-json', folder: out, since: null, base: null } as const
    expect(value(await engine.handlers['overview.export'](queue)).files).toEqual(['queue.json'])
    expect(value(await engine.handlers['overview.export'](queue)).path).toBe(path.join(out, 'queue-2026-11-20-2'))
    expect(readFileSync(path.join(out, 'chart.csv'), 'utf8')).toBe('mine')
    // Nothing new to export: no empty folder stays behind.
    const patches = { kind: 'patches', folder: out, since: null, base: null } as const
    expect(await engine.handlers['overview.export'](patches)).toMatchObject({ error: { code: 'refused' } })
    expect(readdirSync(out)).toEqual(['chart-2.csv', 'chart.csv', 'queue-2026-11-20', 'queue-2026-11-20-2'])
    const nowhere = { ...chart, folder: box.at('nowhere') }
    expect(await engine.handlers['overview.chart'](nowhere)).toMatchObject({ error: { code: 'cache-io' } })
  })
})

it('fails plainly without a workspace', async () => {
  value(await engine.handlers['app.close'](null))
  for (const call of ['overview.get', 'overview.history', 'overview.help'] as const)
    expect(await engine.handlers[call](null)).toMatchObject({ error: { code: 'no-workspace-open' } })
})
