import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { EnvironmentRow } from '../../../shared/wire.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { listen, type Loopback } from '../testing/loopback.ts'
import { checkEnvironment } from './environment.ts'

const hasGit = spawnSync('git', ['--version']).status === 0
const isPosix = process.platform !== 'win32'

let box: Sandbox
let server: Loopback
let asked: number
let status = 200
beforeEach(async () => {
  asked = 0
  server = await listen((_request, response) => {
    asked++
    response.writeHead(status).end('{}')
  })
  box = createSandbox()
  status = 200
  box.write({
    'cargo-home/config.toml': `[source.crates-io]\nreplace-with = "here"\n[source.here]\nregistry = "sparse+${server.origin}/"\n`,
    'ws/Cargo.toml': '[workspace]\n',
    'ws/supply-chain/config.toml': '\n# cargo-vet config file\n\n[cargo-vet]\nversion = "0.10"\n',
    'ws/supply-chain/audits.toml': '\n# cargo-vet audits file\n\n[audits]\n',
    'ws/supply-chain/imports.lock': '\n# cargo-vet imports lock\n',
  })
})
afterEach(async () => {
  await server.close()
  box.dispose()
})

const withEnv = (env: Record<string, string>) => ({
  ...box.caps,
  host: { ...box.caps.host, env: { ...box.caps.host.env, ...env } },
})
async function rowsOf(
  change: { env?: Record<string, string>; path?: AbsolutePath | null; offline?: boolean } = {},
): Promise<Record<string, EnvironmentRow>> {
  const input = { path: change.path === undefined ? box.at('ws') : change.path, offline: change.offline ?? false }
  const rows = await checkEnvironment(withEnv(change.env ?? {}), input, quietRun())
  expect(rows.map(row => row.id)).toEqual(['cargo', 'git', 'registry', 'store', 'identity', 'peers'])
  return Object.fromEntries(rows.map(row => [row.id, row]))
}

describe.skipIf(!isPosix || !hasGit)('checkEnvironment (needs git)', () => {
  it('says what is there, and who signs', async () => {
    box.write({
      'bin/cargo': '#!/bin/sh\necho "cargo 1.95.0 (f2d3ce0bd 2026-03-21)"\n',
      'home/.gitconfig': '[user]\nname = Ann\nemail = ann@example.com\n',
    })
    fs.chmodSync(box.at('bin/cargo'), 0o755)
    const rows = await rowsOf({ env: { CARGO: box.at('bin/cargo') } })
    expect(rows['cargo']).toEqual({ id: 'cargo', status: 'ready', found: '1.95.0', lost: null, fixes: [] })
    expect(rows['git']).toMatchObject({ status: 'ready', found: expect.stringMatching(/^2\.\d+/) })
    expect(rows['registry']).toMatchObject({
      status: 'ready',
      found: expect.stringMatching(/^127\.0\.0\.1:\d+ answered, replaced by here$/),
    })
    expect(rows['store']).toMatchObject({ status: 'ready', found: 'supply-chain, format 0.10' })
    expect(rows['identity']).toMatchObject({ status: 'ready', found: 'Ann <ann@example.com>' })
    expect(rows['peers']).toMatchObject({ status: 'not-run', found: 'no imports' })
  })
  it('offers a fix for what is missing', async () => {
    fs.rmSync(box.at('ws/supply-chain'), { recursive: true })
    status = 500
    const rows = await rowsOf({ env: { PATH: box.at('nothing'), CARGO: '' } })
    expect(rows['cargo']).toMatchObject({ status: 'limited', found: 'not on the PATH' })
    expect(rows['git']).toMatchObject({ status: 'needs-fix', found: 'not on the PATH' })
    expect(rows['registry']).toMatchObject({ status: 'limited', found: expect.stringContaining('HTTP 500') })
    expect(rows['store']).toMatchObject({ status: 'needs-fix', found: expect.stringContaining('no cargo-vet store') })
    for (const id of ['cargo', 'git', 'registry', 'store', 'identity']) {
      expect(rows[id]?.lost, id).not.toBeNull()
      expect(rows[id]?.fixes.length, id).toBeGreaterThan(0)
    }
  })
  it('does not touch the network when offline by choice', async () => {
    const rows = await rowsOf({ offline: true })
    expect(asked).toBe(0)
    expect(rows['registry']).toMatchObject({
      status: 'limited',
      found: 'offline by choice',
      fixes: [{ kind: 'go-online' }],
    })
  })
  it('says that nobody signs, without an identity', async () => {
    expect((await rowsOf())['identity']).toMatchObject({ status: 'needs-fix', fixes: [{ kind: 'set-identity' }] })
  })
  it('has nothing to say about a store before a workspace is open', async () => {
    const rows = await rowsOf({ path: null })
    expect([rows['store']?.status, rows['peers']?.status]).toEqual(['not-run', 'not-run'])
  })
})
