// `what-if` on the command line, against a peer on this machine: words, JSON, refusals, and that nothing is written.
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WhatIfResult } from '../../../shared/what-if.ts'
import { cargoCommands, commandsOf } from '../../engine/session/what-if-commands.ts'
import { serve, type Loopback } from '../../engine/testing/loopback.ts'
import type { Environment } from './run.ts'
import { assay, digestOf, envIn, metadataJson, printingProgram, scratch, writeTree } from './testing.ts'

const PEER = `[criteria.their-own]\ndescription = "Something."\n
[[audits.leaf]]\nwho = "P <p@example.com>"\ncriteria = "safe-to-deploy"\nversion = "1.0.0"\nnotes = "Only skimmed\\u001b[31m the parser."\n
[[audits.twig]]\ncriteria = "their-own"\nversion = "0.2.0"\n`

let place: ReturnType<typeof scratch>
let root: string
let env: Environment
let server: Loopback
let base: string
let served: Record<string, string>

beforeEach(async () => {
  place = scratch()
  root = path.join(place.folder, 'work')
  served = { '/peer.toml': PEER }
  server = await serve(at => served[at])
  base = server.origin
  served['/known.toml'] = `[registry.peer]\nurl = "${base}/peer.toml"\n`
  const packages = [
    { name: 'app', version: '0.1.0', deps: ['leaf', 'twig'], isLocal: true },
    { name: 'leaf', version: '1.0.0' },
    { name: 'twig', version: '0.2.0' },
  ]
  writeTree(root, {
    'metadata.json': metadataJson(root, packages),
    'Cargo.toml': '[package]\nname = "app"\nversion = "0.1.0"\n',
    'cargo-home/config.toml': `[source.crates-io]\nreplace-with = "here"\n[source.here]\nregistry = "sparse+${base}/index/"\n`,
    'supply-chain/config.toml': '\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n',
    'supply-chain/audits.toml':
      '\n# cargo-vet audits file\n\n[[audits.twig]]\ncriteria = "safe-to-deploy"\nversion = "0.2.3"\n',
    'supply-chain/imports.lock': '\n# cargo-vet imports lock\n',
  })
  env = envIn(place.folder, {
    CARGO: printingProgram(place.folder, path.join(root, 'metadata.json')),
    CARGO_HOME: path.join(root, 'cargo-home'),
    ASSAY_WEB_API: `${base}/api`,
    ASSAY_PEER_REGISTRY: `${base}/known.toml`,
  })
})
afterEach(async () => {
  await server.close()
  place.dispose()
})

const whatIf = (...args: string[]) => assay(['what-if', ...args], { cwd: root, env })

describe('what-if', () => {
  it('says what an import would clear, on whose word, and what does not map', async () => {
    const before = digestOf(path.join(root, 'supply-chain'))
    const { code, out, err } = await whatIf('--import', 'peer')
    expect({ code, err }).toEqual({ code: 255, err: '' })
    expect(out).toContain('failing                2 -> 1')
    expect(out).toContain('leaf:1.0.0: failing -> fully')
    expect(out).toContain('says "Only skimmed"')
    expect(out).toContain('peer names criteria that are not mapped in its audits of these crates: their-own (1 time)')
    expect(out).toContain(`assay import peer ${base}/peer.toml`)
    expect(out, 'notes steer no terminal').not.toContain('\u001b')
    expect(digestOf(path.join(root, 'supply-chain'))).toBe(before)
  })

  it('answers the same as JSON, with sizes unknown rather than 0', async () => {
    const { out } = await whatIf('--import', `mine=${base}/peer.toml`, '--output-format', 'json')
    const result = JSON.parse(out) as WhatIfResult
    expect(result.before.lines).toEqual({ measured: 0, unknown: 2 })
    expect(result.after.lines).toEqual({ measured: 0, unknown: 1 })
    expect(result.changed.map(change => [change.key, change.before, change.after])).toEqual([
      ['leaf@1.0.0', 'failing', 'fully'],
    ])
    expect(result.relied[0]?.entries[0]).toMatchObject({
      crate: 'leaf',
      caveat: 'Only skimmed',
      edge: { importName: 'mine' },
    })
    expect(result.lockedOnly).toEqual([])
  })

  it('calls another version approximate and leaves Cargo.lock to cargo', async () => {
    const { code, out } = await whatIf('--move', 'twig=0.2.3', '--import', 'peer')
    expect(out).toContain('About: fail (vetting) -> success')
    expect(out).toContain('twig 0.2.3 is taken to need what 0.2.0 needs')
    expect(out).toContain('cargo update -p twig@0.2.0 --precise 0.2.3')
    expect(code).toBe(0)
  })

  it('finds the smallest set among known peers', async () => {
    const { out } = await whatIf('--smallest')
    expect(out).toContain('1 change clears 1 of 2 failing packages (proved smallest)')
  })

  it('works locked with what was fetched before, and says so where nothing was', async () => {
    const never = await whatIf('--locked', '--import', `peer=${base}/peer.toml`)
    expect(never.out).toContain('The audits of peer were never fetched')
    await whatIf('--import', 'peer')
    served = {}
    const later = await whatIf('--locked', '--import', 'peer')
    expect(later.out).toContain('failing                2 -> 1')
  })

  it.each([
    { args: [], says: 'needs a change' },
    { args: ['--move', 'twig'], says: '--move is CRATE=VERSION' },
    { args: ['--move', 'twig=x'], says: 'is not a version' },
    { args: ['--trust', 'leaf'], says: '--trust is CRATE=PUBLISHER' },
    { args: ['--import', '=x'], says: '--import is NAME or NAME=URL' },
    { args: ['--import', 'peer', '--criteria', 'safe-to-run'], says: '--criteria needs --trust' },
  ])('refuses $args', async ({ args, says }) => {
    const { code, err } = await whatIf(...args)
    expect(code).toBe(2)
    expect(err).toContain(says)
  })

  it.each([
    { args: ['--import', 'nobody'], says: 'nobody' },
    { args: ['--move', 'absent=1.0.0'], says: 'absent' },
    { args: ['--import', 'gone=http://127.0.0.1:9/audits.toml'], says: '127.0.0.1:9' },
  ])('fails for $args', async ({ args, says }) => {
    const { code, err, out } = await whatIf(...args)
    expect(code).toBe(255)
    expect(err).toContain(says)
    expect(out).toBe('')
  })
})

it('quotes what a shell would read otherwise', () => {
  expect(commandsOf([{ kind: 'trust-all', publisher: "o'neil; rm", criteria: [] }])).toEqual([
    "assay trust --all 'o'\\''neil; rm'",
  ])
  expect(
    cargoCommands([{ kind: 'move', crate: 'a' as never, from: '1.0.0+b' as never, to: '1.0.1' as never }]),
  ).toEqual(['cargo update -p a@1.0.0+b --precise 1.0.1'])
})
