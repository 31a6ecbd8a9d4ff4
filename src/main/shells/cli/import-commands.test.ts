/**
 * The commands that go online, against a peer on this machine: what is taken in, what is refused, and that a failure
 * writes nothing. Where the real cargo-vet is there, panics that we answer are shown to be panics.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serve, type Loopback } from '../../engine/testing/loopback.ts'
import type { Environment } from './run.ts'
import { assay, digestOf, envIn, metadataJson, printingProgram, realCargoVet, scratch, writeTree } from './testing.ts'

const AUDITS = '\n# cargo-vet audits file\n\n[audits]\n'
const FULL = '[[audits.leaf]]\nwho = "P <p@example.com>"\ncriteria = "safe-to-deploy"\nversion = "1.0.0"\n'
const MANY = `${FULL}\n[[audits.leaf]]\ncriteria = "safe-to-deploy"\nversion = "2.0.0"\n\n[[audits.unused]]\ncriteria = "safe-to-deploy"\nversion = "1.0.0"\n`

let place: ReturnType<typeof scratch>
let root: string
let env: Environment
let server: Loopback
let base: string
let served: Record<string, string>

beforeEach(async () => {
  place = scratch()
  root = path.join(place.folder, 'work')
  served = { '/peer.toml': MANY }
  server = await serve(at => served[at])
  base = server.origin
  const packages = [
    { name: 'app', version: '0.1.0', deps: ['leaf'], isLocal: true },
    { name: 'leaf', version: '1.0.0' },
  ]
  writeTree(root, {
    'metadata.json': metadataJson(root, packages),
    'Cargo.toml': '[package]\nname = "app"\nversion = "0.1.0"\n',
    'cargo-home/config.toml': `[source.crates-io]\nreplace-with = "here"\n[source.here]\nregistry = "sparse+${base}/index/"\n`,
  })
  env = envIn(place.folder, {
    CARGO: printingProgram(place.folder, path.join(root, 'metadata.json')),
    CARGO_HOME: path.join(root, 'cargo-home'),
    ASSAY_WEB_API: `${base}/api`,
    ASSAY_PEER_REGISTRY: `${base}/known.toml`,
  })
  storeWith(`[imports.peer]\nurl = "${base}/peer.toml"\n`)
})
afterEach(async () => {
  await server.close()
  place.dispose()
})

function storeWith(config: string, imports = '\n[audits.peer.audits]\n'): void {
  writeTree(root, {
    'supply-chain/audits.toml': AUDITS,
    'supply-chain/config.toml': `\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n\n${config}`,
    'supply-chain/imports.lock': `\n# cargo-vet imports lock\n${imports}`,
  })
}
const EXEMPTION = '\n[[exemptions.leaf]]\nversion = "1.0.0"\ncriteria = "safe-to-deploy"\n'
const file = (name: string) => readFileSync(path.join(root, 'supply-chain', name), 'utf8')
const run = (...argv: string[]) => assay(argv, { cwd: root, env })

describe('check without --locked', () => {
  it('takes in the one entry that it needs, after which the locked check passes too', async () => {
    expect(await run('check')).toEqual({ code: 0, out: 'Vetting Succeeded (1 fully audited)\n', err: '' })
    expect(file('imports.lock')).toBe(
      `\n# cargo-vet imports lock\n\n${FULL.replace('audits.leaf', 'audits.peer.audits.leaf')}`,
    )
    expect((await run('check', '--locked')).code).toBe(0)
    const before = digestOf(root)
    await run('check')
    expect(digestOf(root)).toBe(before)
  })

  it('leaves an exemption that does, and says that it could go', async () => {
    storeWith(`[imports.peer]\nurl = "${base}/peer.toml"\n${EXEMPTION}`)
    const answer = await run('check')
    expect(answer.code).toBe(0)
    expect(answer.err).toContain('Your supply-chain has unnecessary exemptions which could be relaxed or pruned.')
    expect(file('imports.lock')).toContain('[audits.peer.audits]')
    expect((await run('prune')).code).toBe(0)
    expect(file('config.toml')).not.toContain('exemptions')
    expect((await run('check')).err).toBe('')
  })

  it('takes nothing away, not even an exemption of a crate that is gone', async () => {
    const gone = EXEMPTION.replace('leaf', 'gone')
    storeWith(`[imports.peer]\nurl = "${base}/peer.toml"\n${gone}`)
    expect((await run('check')).code).toBe(0)
    expect(file('config.toml')).toContain(gone)
    expect(file('imports.lock')).toContain('audits.peer.audits.leaf')
  })

  it('writes nothing when a peer tells of a violation', async () => {
    served['/peer.toml'] = `${MANY}\n[[audits.leaf]]\ncriteria = "safe-to-run"\nviolation = "*"\n`
    const before = digestOf(root)
    const answer = await run('check')
    expect(answer).toMatchObject({ code: 255, out: expect.stringContaining('Violations Found') })
    expect(digestOf(root)).toBe(before)
  })

  it('tells of entries that it could not read', async () => {
    served['/peer.toml'] = `${MANY}\n[[audits.leaf]]\ncriteria = "safe-to-deploy"\nversion = "one"\n`
    expect((await run('check')).err).toContain("Ignored 1 invalid audits when importing from 'peer'")
  })

  it.each([
    ['check'],
    ['suggest'],
    ['prune'],
    ['regenerate imports'],
    ['regenerate exemptions'],
    ['certify leaf 1.0.0 --accept-all --who A --criteria safe-to-deploy'],
    [`import other ORIGIN/gone.toml`],
  ])('%s fails and writes nothing when a peer does not answer', async command => {
    delete served['/peer.toml']
    const before = digestOf(root)
    const answer = await run(...command.replace('ORIGIN', base).split(' '))
    expect(answer.code).toBe(255)
    expect(answer.err).toMatch(/could not download http:.*\n {2}HTTP 404/)
    expect(digestOf(root)).toBe(before)
  })
})

describe('criteria of a peer', () => {
  const mapped = `\n[imports.peer.criteria-map]\nown = "safe-to-run"\n`
  const stored = '\n[audits.peer.criteria.own]\ndescription = "old meaning"\n\n[audits.peer.audits]\n'
  beforeEach(() => storeWith(`[imports.peer]\nurl = "${base}/peer.toml"\n${mapped}`, stored))

  it('that change their meaning stop every command but regenerate imports', async () => {
    served['/peer.toml'] = `[criteria.own]\ndescription = "new meaning"\n\n${MANY}`
    const before = digestOf(root)
    const answer = await run('check')
    expect(answer.code).toBe(255)
    expect(answer.err).toMatch(/changed their criteria descriptions[^]*peer's 'own'[^]*-old meaning[^]*\+new meaning/)
    expect(digestOf(root)).toBe(before)
    expect((await run('regenerate', 'imports')).code).toBe(0)
    expect(file('imports.lock')).toContain('description = "new meaning"')
    expect((await run('check')).code).toBe(0)
  })

  it('may have their text elsewhere', async () => {
    served['/peer.toml'] = `[criteria.own]\ndescription-url = "${base}/text"\n\n${MANY}`
    served['/text'] = 'old meaning'
    expect((await run('check')).code).toBe(0)
    delete served['/text']
    expect((await run('check')).err).toContain(`${base}/text`)
  })

  it('without any text are refused', async () => {
    served['/peer.toml'] = `[criteria.own]\n\n${MANY}`
    const answer = await run('check')
    expect(answer.err).toContain("peer's 'own' criteria is missing a description")
    expect(answer.code).toBe(255)
  })
})

describe('import', () => {
  it('adds a peer, keeps map and exclusions of one that is there, and prunes', async () => {
    storeWith(
      `[imports.peer]\nurl = "${base}/gone.toml"\nexclude = "unused"\n${EXEMPTION}`.replace('"unused"', '["unused"]'),
    )
    const answer = await run('import', 'peer', `${base}/peer.toml`)
    expect(answer).toMatchObject({ code: 0, out: 'wrote config.toml, imports.lock\n' })
    expect(file('config.toml')).toContain(`[imports.peer]\nurl = "${base}/peer.toml"\nexclude = ["unused"]\n`)
    expect(file('config.toml')).not.toContain('exemptions')
  })

  it('finds the address of a known peer, and names one that is not known', async () => {
    served['/known.toml'] = `[registry.friend]\nurl = "${base}/peer.toml"\n`
    expect((await run('import', 'friend')).code).toBe(0)
    expect(file('config.toml')).toContain(`[imports.friend]\nurl = "${base}/peer.toml"\n`)
    const answer = await run('import', 'stranger')
    expect(answer).toMatchObject({ code: 255, err: expect.stringContaining('no peer named stranger') })
  })

  it.each([[['--locked']], [['--locked', '--frozen']]])('is refused with %s, and changes nothing', async flags => {
    const before = digestOf(root)
    const answer = await run('import', 'peer', `${base}/peer.toml`, ...flags)
    expect(answer).toMatchObject({ code: 255, err: expect.stringContaining('must be fetched') })
    expect(digestOf(root)).toBe(before)
  })
})

it('regenerate imports with --locked does nothing and says so', async () => {
  const before = digestOf(root)
  expect(await run('regenerate', 'imports', '--locked')).toMatchObject({
    code: 0,
    err: expect.stringContaining("this won't do anything"),
  })
  expect(digestOf(root)).toBe(before)
})

describe('where cargo-vet panics', () => {
  const oldStore = '\n[audits.peer.criteria.own]\n\n[audits.peer.audits]\n'
  const map = (to: string) => `[imports.peer]\nurl = "BASE/peer.toml"\n\n[imports.peer.criteria-map]\nown = "${to}"\n`
  const own = '[criteria.own]\ndescription = "x"\n\n'
  it.each([
    [
      'a criteria-map that names what we do not have',
      map('nowhere'),
      undefined,
      own + MANY,
      /'nowhere' is not a valid criteria name/,
    ],
    [
      'a peer that defines a built-in anew',
      map('safe-to-run'),
      undefined,
      `[criteria.safe-to-run]\ndescription = "x"\n\n${MANY}`,
      /built in/,
    ],
    [
      'a peer whose criteria imply themselves',
      map('safe-to-run'),
      undefined,
      `[criteria.own]\ndescription = "x"\nimplies = "own"\n\n${MANY}`,
      /implies itself/,
    ],
    [
      'a stored criterion without a text',
      map('safe-to-run'),
      oldStore,
      own + MANY,
      /changed their criteria descriptions/,
    ],
  ])('%s is named', async (_what, config, imports, peer, expected) => {
    storeWith(config.replace('BASE', base), imports)
    served['/peer.toml'] = peer
    const before = digestOf(root)
    const answer = await run('check')
    expect(answer).toMatchObject({ code: 255, err: expect.stringMatching(expected) })
    expect(digestOf(root)).toBe(before)
    const binary = realCargoVet()
    if (binary !== null) expect(await exitCodeOf(binary)).toBe(101)
  })
})

function exitCodeOf(binary: string): Promise<number | null> {
  const args = ['vet', 'check', '--cache-dir', path.join(place.folder, 'vet-cache')]
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { cwd: root, env: { ...env, NO_COLOR: '1' }, stdio: 'ignore' })
    child.on('error', reject)
    child.on('close', resolve)
  })
}
