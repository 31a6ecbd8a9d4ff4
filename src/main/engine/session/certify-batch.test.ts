/**
 * Several audits in one write against the same audits one after the other: by ourselves, and by the real cargo-vet
 * where it is. A made-up graph, and a program in the place of cargo that prints it.
 */
import { spawnSync } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BatchPlan } from '../../../shared/certify-batch.ts'
import type { CrateName, CriteriaName, VetVersion } from '../../../shared/domain.ts'
import type { Result } from '../../../shared/result.ts'
import type { CertifyPlan, CertifyRequest } from '../../../shared/wire.ts'
import { metadataJson, printingProgram, realCargoVet } from '../../shells/cli/testing.ts'
import { createNodeCapabilities } from '../node-capabilities.ts'
import { createSandbox, type Sandbox } from '../test-sandbox.ts'
import { createEngine, type Engine } from './create-engine.ts'

const FILES = ['audits.toml', 'config.toml', 'imports.lock'] as const
const WHO = 'Ada Reader <ada@example.invalid>'
const audit = (crate: string, what: string, criteria = 'safe-to-deploy') =>
  `\n[[audits.${crate}]]\nwho = "${WHO}"\ncriteria = "${criteria}"\n${what}\n`
const exemption = (crate: string, version: string) =>
  `\n[[exemptions.${crate}]]\nversion = "${version}"\ncriteria = "safe-to-deploy"\n`

let box: Sandbox
let engine: Engine
let metadata: string

beforeEach(async () => {
  box = createSandbox()
  box.write({
    'work/Cargo.toml': '[package]\nname = "app"\nversion = "0.1.0"\n',
    'work/Cargo.lock': 'version = 4\n',
    'work/supply-chain/config.toml': `\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n${exemption('leaf', '1.2.0')}${exemption('twig', '2.0.0')}${exemption('twig', '2.1.0')}`,
    'work/supply-chain/audits.toml': `\n# cargo-vet audits file\n${audit('branch', 'version = "1.0.0"')}${audit('leaf', 'version = "1.0.0"')}${audit('root', 'version = "3.0.0"', 'safe-to-run')}`,
    'work/supply-chain/imports.lock': '\n# cargo-vet imports lock\n',
    gitconfig: '[user]\nname = Ada Reader\nemail = ada@example.invalid\n',
  })
  metadata = box.at('metadata.json')
  await writeFile(
    metadata,
    metadataJson(box.at('work'), [
      { name: 'app', version: '0.1.0', isLocal: true, deps: ['branch', 'leaf', 'twig', 'root', 'stem'] },
      { name: 'branch', version: '1.3.0', deps: ['leaf'] },
      { name: 'leaf', version: '1.2.0' },
      { name: 'twig', version: '2.1.0' },
      { name: 'root', version: '3.0.0' },
      { name: 'stem', version: '0.4.0' },
    ]),
  )
  start()
  need(await engine.handlers['app.settings']({ offline: true }))
  need(await engine.handlers['app.open']({ path: box.at('work') }))
})
afterEach(async () => {
  await engine.dispose()
  box.dispose()
})

function start(): void {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: box.at('home'),
    CARGO: printingProgram(box.folder, metadata),
    CARGO_HOME: box.at('cargo-home'),
    ASSAY_CACHE_DIR: box.at('cache'),
    ASSAY_DATA_DIR: box.at('data'),
    ASSAY_WEB_API: 'http://127.0.0.1:9/api/v1',
    GIT_CONFIG_GLOBAL: box.at('gitconfig'),
  }
  engine = createEngine(createNodeCapabilities({ env, sampleDir: box.at('sample'), version: 'test' }), () => undefined)
}
function need<T>(answer: Result<T, unknown>): T {
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}
const wish = (crate: string, from: string | null, to: string, criteria = 'safe-to-deploy'): CertifyRequest => ({
  crate: crate as CrateName,
  delta: { from: from as VetVersion | null, to: to as VetVersion },
  criteria: [criteria as CriteriaName],
  who: [WHO],
  notes: `Read ${crate} up to ${to}.`,
})
const storeNow = (of = 'work') => Promise.all(FILES.map(name => readFile(box.at(of, 'supply-chain', name), 'utf8')))
const sums = (plan: Pick<CertifyPlan, 'files'>, key: 'baseSha256' | 'newSha256') => {
  const [audits = '', config = '', imports = ''] = plan.files.map(file => file[key])
  return { audits, config, imports }
}
const write = async (requests: CertifyRequest[], plan: BatchPlan) =>
  engine.handlers['certify.writeAll']({
    requests,
    base: sums(plan, 'baseSha256'),
    planned: sums(plan, 'newSha256'),
    commit: false,
    commitMessage: plan.commitMessage,
  })

const SETS: readonly (readonly [string, readonly CertifyRequest[]])[] = [
  [
    'crates of one release',
    [wish('branch', '1.0.0', '1.3.0'), wish('leaf', '1.0.0', '1.2.0'), wish('stem', null, '0.4.0')],
  ],
  [
    'one delta split at two versions',
    [wish('branch', '1.0.0', '1.1.0'), wish('branch', '1.1.0', '1.2.0'), wish('branch', '1.2.0', '1.3.0')],
  ],
  ['the same, newest first', [wish('branch', '1.2.0', '1.3.0'), wish('branch', '1.0.0', '1.2.0')]],
  [
    'exemptions that fall one by one',
    [wish('twig', null, '2.0.0'), wish('twig', '2.0.0', '2.1.0'), wish('leaf', null, '1.2.0')],
  ],
  [
    'lesser and other criteria',
    [wish('root', null, '3.0.0'), wish('stem', null, '0.4.0', 'safe-to-run'), wish('leaf', '1.0.0', '1.2.0')],
  ],
  ['a way back', [wish('leaf', '1.3.0', '1.2.0'), wish('leaf', null, '1.3.0')]],
]

describe.each(SETS)('several audits at once: %s', (_, requests) => {
  it('writes the bytes of one after the other, and takes them all back', async () => {
    const before = await storeNow()
    const plan = need(await engine.handlers['certify.planAll']({ requests: [...requests] }))
    expect(plan.blocks).toEqual([])
    expect(plan.steps.map(step => step.request)).toEqual(requests)
    expect(await storeNow(), 'a plan writes nothing').toEqual(before)
    const written = need(await write([...requests], plan))
    const together = await storeNow()
    expect(together).not.toEqual(before)
    need(await engine.handlers['certify.undo']({ undoId: written.undoId }))
    expect(await storeNow()).toEqual(before)

    for (const request of requests) {
      const single = need(await engine.handlers['certify.plan'](request))
      const base = { base: sums(single, 'baseSha256'), planned: sums(single, 'newSha256') }
      need(await engine.handlers['certify.write']({ request, ...base, commit: false, commitMessage: '' }))
    }
    expect(await storeNow()).toEqual(together)
  })

  const binary = realCargoVet()
  it.skipIf(binary === null)('writes what the real cargo-vet writes (needs cargo-vet)', async () => {
    await mkdir(box.at('real'))
    await cp(box.at('work', 'supply-chain'), box.at('real', 'supply-chain'), { recursive: true })
    for (const { crate, delta, criteria, who, notes } of requests) {
      const versions = delta.from === null ? [delta.to] : [delta.from, delta.to]
      const what = [`--criteria=${criteria[0]}`, `--who=${who[0]}`, `--notes=${notes}`, '--accept-all']
      const where = ['--store-path', box.at('real', 'supply-chain'), '--cache-dir', box.at('vet-cache')]
      const ran = spawnSync(
        binary ?? '',
        ['vet', 'certify', crate, ...versions, ...what, ...where, '--locked', '--frozen'],
        {
          cwd: box.at('work'),
          env: {
            PATH: process.env['PATH'] ?? '',
            HOME: box.at('home'),
            CARGO: printingProgram(box.folder, metadata),
            NO_COLOR: '1',
          },
          encoding: 'utf8',
        },
      )
      expect(ran.stderr).not.toMatch(/error/i)
      expect(ran.status).toBe(0)
    }
    const plan = need(await engine.handlers['certify.planAll']({ requests: [...requests] }))
    need(await write([...requests], plan))
    expect(await storeNow()).toEqual(await storeNow('real'))
  })
})

it('stops at the first audit that may not be written, and writes nothing', async () => {
  // Nothing can be guessed for the second.
  const open = [wish('leaf', '1.0.0', '1.2.0'), { ...wish('leaf', '0.9.0', '1.0.0'), criteria: [] }]
  const before = await storeNow()
  const plan = need(await engine.handlers['certify.planAll']({ requests: open }))
  expect(plan.blocks).toEqual(['leaf 0.9.0 -> 1.0.0: No criteria chosen. Choose at least one.'])
  expect((await write(open, plan)).ok).toBe(false)
  expect(await storeNow()).toEqual(before)
})

it('takes each audit once, and refuses when the files changed since', async () => {
  const one = wish('leaf', '1.0.0', '1.2.0')
  expect(await engine.handlers['certify.planAll']({ requests: [one, one] })).toMatchObject({
    error: { code: 'refused' },
  })
  const requests = [one, wish('stem', null, '0.4.0')]
  const plan = need(await engine.handlers['certify.planAll']({ requests }))
  const file = box.at('work', 'supply-chain', 'audits.toml')
  await writeFile(file, `${await readFile(file, 'utf8')}${audit('stem', 'version = "0.3.0"')}`)
  expect(await write(requests, plan)).toMatchObject({ ok: false, error: { code: 'store-changed' } })
})

it('says of the rows what tells which belong together', async () => {
  const rows = need(await engine.handlers['certify.candidates'](null))
  expect(rows.every(row => row.repository === null && row.publisher === null && row.read === null)).toBe(true)
})

it('says that an audit leads back to an exemption of an earlier version', async () => {
  const plan = need(await engine.handlers['certify.plan'](wish('twig', '2.0.0', '2.1.0')))
  expect(plan.effects).toContainEqual({
    tone: 'warning',
    text: 'twig 2.1.0 still rests on an exemption of an earlier version',
  })
})
