import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { passedOnConfig, readCargoConfigs } from './cargo-config.ts'
import { runCargoMetadata, type CargoMetadataInput } from './cargo-metadata.ts'
import { locateWorkspace } from './locate-workspace.ts'

const hasCargo = spawnSync('cargo', ['--version']).status === 0
const isPosix = process.platform !== 'win32'

let box: Sandbox
beforeEach(() => {
  box = createSandbox()
})
afterEach(() => box.dispose())

const input = (manifest: string): CargoMetadataInput => ({
  manifestPath: box.at(manifest),
  frozen: true,
  locked: true,
  allFeatures: true,
  noDefaultFeatures: false,
  features: [],
  cargoArgs: [],
})

/** The machine's own rustup must be found, although HOME is the sandbox's. */
const rustup = (): Record<string, string> => {
  const home = process.env['HOME'] ?? ''
  return { RUSTUP_HOME: process.env['RUSTUP_HOME'] ?? path.join(home, '.rustup') }
}

const lock =
  'version = 4\n\n[[package]]\nname = "victim"\nversion = "0.1.0"\ndependencies = ["macros"]\n\n[[package]]\nname = "macros"\nversion = "0.1.0"\n'

/** Every way a workspace can name a program; each would leave `marker-…` behind. */
function writeHostileWorkspace(): void {
  const marker = (name: string) => `touch '${box.at(`marker-${name}`)}'`
  const program = (name: string, then = 'exit 1') => `#!/bin/sh\n${marker(name)}\n${then}\n`
  const rustMarker = `fn main() { std::fs::write(${JSON.stringify(box.at('marker-build-rs'))}, "").unwrap(); }\n`
  box.write({
    'ws/Cargo.toml':
      '[package]\nname = "victim"\nversion = "0.1.0"\nedition = "2024"\nbuild = "build.rs"\n[dependencies]\nmacros = { path = "macros" }\n[workspace]\n',
    'ws/Cargo.lock': lock,
    'ws/src/lib.rs': '',
    'ws/build.rs': rustMarker,
    'ws/macros/Cargo.toml':
      '[package]\nname = "macros"\nversion = "0.1.0"\nedition = "2021"\n[lib]\nproc-macro = true\n',
    'ws/macros/src/lib.rs': '',
    'ws/rust-toolchain.toml': `[toolchain]\npath = ${JSON.stringify(box.at('ws/toolchain'))}\n`,
    'ws/toolchain/bin/cargo': program('toolchain-cargo'),
    'ws/toolchain/bin/rustc': program('toolchain-rustc'),
    'ws/evil/wrapper': program('wrapper', 'exec "$@"'),
    'ws/evil/rustc': program('rustc'),
    'ws/evil/git': program('git'),
    'ws/evil/runner': program('runner'),
    'ws/evil/credential': program('credential'),
    'ws/.cargo/config.toml': [
      'include = ["other.toml"]',
      '[build]',
      `rustc = ${JSON.stringify(box.at('ws/evil/rustc'))}`,
      `rustc-wrapper = ${JSON.stringify(box.at('ws/evil/wrapper'))}`,
      `rustc-workspace-wrapper = ${JSON.stringify(box.at('ws/evil/wrapper'))}`,
      `rustdoc = ${JSON.stringify(box.at('ws/evil/rustc'))}`,
      'target = "x86_64-unknown-linux-gnu"',
      '[alias]',
      'metadata = "run --bin evil"',
      '[env]',
      `PATH = ${JSON.stringify(box.at('ws/evil'))}`,
      `RUSTC = { value = ${JSON.stringify(box.at('ws/evil/rustc'))}, force = true }`,
      "[target.'cfg(all())']",
      `runner = ${JSON.stringify(box.at('ws/evil/runner'))}`,
      `linker = ${JSON.stringify(box.at('ws/evil/runner'))}`,
      '[registry]',
      `credential-provider = ${JSON.stringify(box.at('ws/evil/credential'))}`,
      `global-credential-providers = [${JSON.stringify(box.at('ws/evil/credential'))}]`,
      '[net]',
      'git-fetch-with-cli = true',
      '[resolver]',
      'incompatible-rust-versions = "fallback"',
      '',
    ].join('\n'),
    'ws/.cargo/other.toml': `[build]\nrustc-wrapper = ${JSON.stringify(box.at('ws/evil/wrapper'))}\n`,
    'ws/target/.rustc_info.json': '{"rustc_fingerprint":1,"outputs":{},"successes":{}}',
  })
  for (const name of [
    'toolchain/bin/cargo',
    'toolchain/bin/rustc',
    'evil/wrapper',
    'evil/rustc',
    'evil/git',
    'evil/runner',
    'evil/credential',
  ]) {
    fs.chmodSync(box.at('ws', name), 0o755)
  }
}

const markers = (): string[] => fs.readdirSync(box.folder).filter(name => name.startsWith('marker-'))

describe.skipIf(!hasCargo || !isPosix)('a hostile workspace (needs cargo)', () => {
  beforeEach(() => {
    box.dispose()
    box = createSandbox(rustup())
    writeHostileWorkspace()
  })
  it('runs nothing when it is opened', async () => {
    const answer = await runCargoMetadata(box.caps, input('ws/Cargo.toml'), quietRun())
    expect(answer).toMatchObject({ ok: true })
    expect(answer.ok && answer.value.metadata.packages.map(p => p.name)).toEqual(['macros', 'victim'])
    expect(markers()).toEqual([])
  })
  it('does run its wrapper or toolchain when cargo is started inside it: the markers work', () => {
    spawnSync('cargo', ['metadata', '--format-version', '1', '--frozen'], {
      cwd: box.at('ws'),
      env: { ...box.caps.host.env, RUSTUP_AUTO_INSTALL: '0' },
    })
    expect(markers()).not.toEqual([])
  })
  it('cannot reach it through variables that cargo would read', async () => {
    const evil = {
      RUSTC: box.at('ws/evil/rustc'),
      CARGO_BUILD_RUSTC_WRAPPER: box.at('ws/evil/wrapper'),
      RUSTC_WRAPPER: box.at('ws/evil/wrapper'),
    }
    const caps = { ...box.caps, host: { ...box.caps.host, env: { ...box.caps.host.env, ...evil } } }
    const answer = await runCargoMetadata(caps, input('ws/Cargo.toml'), quietRun())
    expect(answer).toMatchObject({ ok: true })
    expect(markers()).toEqual([])
  })
})

describe('the workspace’s configuration', () => {
  it('is passed on as data, without a program in it', async () => {
    writeHostileWorkspace()
    fs.appendFileSync(
      box.at('ws/.cargo/config.toml'),
      '[source.crates-io]\nreplace-with = "mirror"\n[source.mirror]\nregistry = "sparse+https://mirror.example/index/"\n[source.vendored]\ndirectory = "vendor"\n[registries.corp]\nindex = "sparse+https://corp.example/"\ncredential-provider = "evil"\ntoken = "secret"\n[registries.own]\nindex = "sparse+https://thief.example/"\n[patch.crates-io]\nitoa = { path = "patched", features = ["x"] }\n',
    )
    box.write({ 'cargo-home/config.toml': '[registries.own]\nindex = "sparse+https://own.example/"\n' })
    const files = await readCargoConfigs(box.caps, box.at('ws'))
    const passed = files.ok ? passedOnConfig(files.value) : ''
    expect(passed).toBe(
      [
        '[source."crates-io"]\nreplace-with = "mirror"',
        '[source."mirror"]\nregistry = "sparse+https://mirror.example/index/"',
        `[source."vendored"]\ndirectory = ${JSON.stringify(box.at('ws/vendor'))}`,
        '[registries."corp"]\nindex = "sparse+https://corp.example/"',
        `[patch."crates-io"."itoa"]\npath = ${JSON.stringify(box.at('ws/patched'))}`,
        '',
      ].join('\n'),
    )
    expect(passed).not.toMatch(/evil|secret|thief/)
  })
  it.skipIf(!hasCargo)('decides where cargo looks (needs cargo)', async () => {
    box.dispose()
    box = createSandbox(rustup())
    box.write({
      'ws/Cargo.toml': '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nvend = "1"\n',
      'ws/src/lib.rs': '',
      'ws/.cargo/config.toml': '[source.crates-io]\nreplace-with = "here"\n[source.here]\ndirectory = "vendor"\n',
      'ws/vendor/vend/Cargo.toml': '[package]\nname = "vend"\nversion = "1.0.0"\nedition = "2021"\n',
      'ws/vendor/vend/src/lib.rs': '',
      'ws/vendor/vend/.cargo-checksum.json': `{"files":{},"package":"${'a'.repeat(64)}"}`,
      'ws/Cargo.lock': `version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = ["vend"]\n\n[[package]]\nname = "vend"\nversion = "1.0.0"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "${'a'.repeat(64)}"\n`,
    })
    const answer = await runCargoMetadata(box.caps, input('ws/Cargo.toml'), quietRun())
    expect(answer.ok && answer.value.metadata.packages.map(p => p.name)).toEqual(['app', 'vend'])
  })
  it('that is not TOML is a failure with its place', async () => {
    // Any cargo will do: it must not come to running it.
    box.dispose()
    box = createSandbox({ CARGO: process.execPath })
    box.write({ 'ws/Cargo.toml': '[workspace]\n', 'ws/.cargo/config.toml': '[source\n' })
    const answer = await runCargoMetadata(box.caps, input('ws/Cargo.toml'), quietRun())
    expect(answer).toMatchObject({
      error: {
        code: 'registry-config',
        file: box.at('ws/.cargo/config.toml'),
        reason: expect.stringMatching(/^line 1, column/),
      },
    })
  })
})

describe.skipIf(!isPosix)('a cargo named by CARGO', () => {
  const withCargo = (script: string) => {
    box.write({ 'bin/fake': `#!/bin/sh\n${script}\n` })
    fs.chmodSync(box.at('bin/fake'), 0o755)
    return {
      ...box.caps,
      host: { ...box.caps.host, env: { ...box.caps.host.env, CARGO: box.at('bin/fake'), FAKE: box.at('md.json') } },
    }
  }
  const metadata = {
    packages: [
      {
        id: 'a',
        name: 'a',
        version: '1.0.0',
        source: null,
        manifest_path: '/x/Cargo.toml',
        metadata: { vet: { store: {} } },
      },
    ],
    workspace_members: ['a'],
    workspace_root: '/x',
    resolve: {
      root: 'a',
      nodes: [
        {
          id: 'a',
          dependencies: [],
          deps: [{ pkg: 'b', dep_kinds: [{ kind: null }, { kind: 'dev' }, { kind: null }, { kind: 'later' }] }],
        },
      ],
    },
    metadata: null,
  }
  it('may be any program that prints metadata, for a folder without Cargo.toml', async () => {
    box.write({ 'md.json': JSON.stringify(metadata) })
    const answer = await runCargoMetadata(withCargo('exec cat "$FAKE"'), input('nothing/Cargo.toml'), quietRun())
    expect(answer).toMatchObject({
      ok: true,
      value: { metadata: { workspaceRoot: '/x', origin: 'cargo', resolveRoot: 'a' } },
    })
    expect(answer.ok && answer.value.metadata.resolveNodes[0]?.deps[0]?.kinds).toEqual(['normal', 'dev'])
    expect(answer.ok && answer.value.metadata.packages[0]?.vetMetadata).toEqual({ store: {} })
  })
  it('gets cargo vet’s arguments', async () => {
    const caps = withCargo(`printf '%s\\n' "$@" > ${box.at('args')}; pwd > ${box.at('pwd')}; exit 3`)
    await runCargoMetadata(
      caps,
      { ...input('ws/Cargo.toml'), features: ['x', 'y'], cargoArgs: ['--offline'] },
      quietRun(),
    )
    const args = fs.readFileSync(box.at('args'), 'utf8').trim().split('\n')
    expect(args).toEqual([
      'metadata',
      '--format-version',
      '1',
      '--manifest-path',
      box.at('ws/Cargo.toml'),
      '--all-features',
      '--features',
      'x y',
      '--frozen',
      '--offline',
    ])
    expect(fs.readFileSync(box.at('pwd'), 'utf8').trim()).toBe('/')
  })
  it.each([
    ['fails', 'echo no lock >&2; exit 101', { code: 'cargo-metadata-failed', exitCode: 101, stderr: 'no lock\n' }],
    ['prints nothing', 'true', { code: 'cargo-metadata-unreadable', reason: 'the output is empty' }],
    [
      'prints something else',
      'echo "[1]"',
      { code: 'cargo-metadata-unreadable', reason: 'the output is not an object' },
    ],
    ['leaves out the graph', `echo '{"resolve":null}'`, { code: 'cargo-metadata-unreadable' }],
  ])('that %s is a clear failure', async (_what, script, error) => {
    expect(await runCargoMetadata(withCargo(script), input('ws/Cargo.toml'), quietRun())).toMatchObject({
      ok: false,
      error,
    })
  })
  it('that does not exist is a clear failure', async () => {
    const caps = { ...box.caps, host: { ...box.caps.host, env: { ...box.caps.host.env, CARGO: box.at('nope') } } }
    expect(await runCargoMetadata(caps, input('ws/Cargo.toml'), quietRun())).toMatchObject({
      error: { code: 'cargo-not-found', tried: box.at('nope') },
    })
  })
  it('that is rustup without a toolchain counts as no cargo', async () => {
    const says = "error: rustup could not choose a version of cargo to run, because one wasn't specified explicitly"
    const answer = await runCargoMetadata(withCargo(`echo "${says}" >&2; exit 1`), input('ws/Cargo.toml'), quietRun())
    expect(answer).toMatchObject({ error: { code: 'cargo-not-found', tried: expect.stringContaining(says) } })
  })
  it('is killed with its children on cancel', async () => {
    const abort = new AbortController()
    const caps = withCargo(`sleep 30 & echo $! > ${box.at('child')}; wait`)
    const work = runCargoMetadata(caps, input('ws/Cargo.toml'), quietRun(abort.signal))
    await expect
      .poll(() => fs.existsSync(box.at('child')) && fs.readFileSync(box.at('child'), 'utf8').length > 1)
      .toBe(true)
    abort.abort()
    await expect(work).rejects.toMatchObject({ name: 'Cancelled' })
    const child = Number(fs.readFileSync(box.at('child'), 'utf8'))
    const isRunning = () =>
      spawnSync('ps', ['-o', 'stat=', '-p', String(child)])
        .stdout.toString()
        .trim()
    await expect.poll(isRunning).toMatch(/^(Z.*)?$/)
  })
})

describe('locateWorkspace', () => {
  const packageToml = (name: string, more = '') => `[package]\nname = "${name}"\nversion = "0.1.0"\n${more}`
  beforeEach(() =>
    box.write({
      'ws/Cargo.toml': '[workspace]\nmembers = ["member", "out/listed"]\nexclude = ["out"]\n',
      'ws/member/Cargo.toml': packageToml('member'),
      'ws/member/src/deep/x.rs': '',
      'ws/out/Cargo.toml': packageToml('out'),
      'ws/out/listed/Cargo.toml': packageToml('listed'),
      'ws/pointing/Cargo.toml': packageToml('pointing', 'workspace = "../../other"\n'),
      'other/Cargo.toml': `${packageToml('other')}[workspace]\n`,
      'single/Cargo.toml': packageToml('single'),
      'broken/Cargo.toml': '[package\n',
      'empty/file.txt': '',
    }),
  )
  it.each([
    ['ws', 'ws', 'ws'],
    ['ws/Cargo.toml', 'ws', 'ws'],
    ['ws/member', 'ws', 'ws'],
    ['ws/member/src/deep', 'ws', 'ws'],
    ['ws/out', 'ws/out', 'out'],
    ['ws/out/listed/Cargo.toml', 'ws', 'ws'],
    ['ws/pointing', 'other', 'other'],
    ['single', 'single', 'single'],
  ])('%s belongs to %s, named %s', async (given, root, name) => {
    expect(await locateWorkspace(box.caps, box.at(given))).toEqual({
      ok: true,
      value: { root: box.at(root), manifestPath: box.at(root, 'Cargo.toml'), name },
    })
  })
  it.each([
    ['empty', /no Cargo.toml in this folder or any folder above/],
    ['nothing', /no such file/],
    ['empty/file.txt', /a file, not a folder/],
    ['broken', /line 1, column/],
  ])('%s is not a workspace', async (given, reason) => {
    expect(await locateWorkspace(box.caps, box.at(given))).toMatchObject({
      error: { code: 'not-a-workspace', reason: expect.stringMatching(reason) },
    })
  })
})
