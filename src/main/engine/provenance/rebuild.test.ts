/** The full level on synthetic repositories: what cargo makes of them now against what it made for the publisher. */
import fs from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Rebuild } from '../../../shared/provenance.ts'
import { Cancelled } from '../../../shared/result.ts'
import type { Capabilities } from '../capabilities.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { openCrateArchive } from './crate-archive.ts'
import { openMirrors, type Mirrors } from './mirror.ts'
import { rebuildCrate } from './rebuild.ts'
import {
  makeWorld,
  manifest,
  missingTools,
  tamper,
  TamperedCrate,
  type TestRepository,
  type World,
} from './testing/world.ts'

const run = quietRun()

describe.skipIf(missingTools !== null)(`rebuildCrate (needs ${missingTools ?? 'git and cargo'})`, () => {
  let world: World
  let box: Sandbox
  let mirrors: Mirrors
  beforeAll(async () => {
    world = await makeWorld('rebuild')
    box = createSandbox({ HOME: process.env['HOME'] ?? '' })
    mirrors = openMirrors(box.caps, { redirects: world.redirects, offline: false, maxBytes: 1 << 30, maxParallel: 2 })
  })
  afterAll(async () => {
    await mirrors.close()
    box.dispose()
    await world.dispose()
  })

  const open = async (url: string, commit: string) => {
    const opened = await mirrors.open(url, { commit, newerThanMs: null, refresh: false }, run)
    if (!opened.ok) throw new Error(opened.error.text)
    return opened.value
  }

  async function rebuild(
    from: TestRepository,
    archiveBytes: Uint8Array,
    options: { path?: string; commit?: string; range?: [string | null, string | null]; caps?: Capabilities } = {},
  ): Promise<Rebuild> {
    const commit = options.commit ?? (await from.head())
    const [crate, version] = splitPrefix(new TamperedCrate(archiveBytes).prefix)
    const [rangeFrom, rangeTo] = options.range ?? [null, null]
    const input = {
      ...{ crate, version, commit, archiveBytes, path: options.path ?? '' },
      repository: await open(from.url, commit),
      archive: await openCrateArchive(crate, version, archiveBytes),
      cargoRange: { from: rangeFrom, to: rangeTo },
      openSubmodule: (url: string, wanted: string) => open(url, wanted),
    }
    return rebuildCrate(options.caps ?? box.caps, input, run)
  }
  const splitPrefix = (prefix: string): [string, string] => {
    const cut = prefix.lastIndexOf('-')
    return [prefix.slice(0, cut), prefix.slice(cut + 1, -1)]
  }
  const plain = (name: string, more = '') => ({
    'Cargo.toml': manifest(name, '1.0.0', world.url(`r/${name}`), more),
    'src/lib.rs': 'pub fn f() {}\n',
  })

  it('makes the same archive again, and says with which command', async () => {
    const repository = await world.repository('r/plain', {
      ...plain('plain'),
      '.hidden': 'h',
      'tool.sh': '#!/bin/sh\n',
    })
    fs.chmodSync(`${repository.folder}/tool.sh`, 0o755)
    await repository.commit()
    const rebuilt = await rebuild(repository, await repository.package())
    expect(rebuilt).toMatchObject({ result: 'identical-archive', detail: [], lockFrom: 'none' })
    expect(rebuilt.command.slice(rebuilt.command.indexOf('cargo'))).toEqual([
      ...['cargo', 'package', '--offline', '--no-verify', '--allow-dirty', '--color=never'],
      ...['--manifest-path', 'SCRATCH/tree/Cargo.toml'],
    ])
    expect(rebuilt.cargoVersion).toMatch(/^1\.\d+\.\d+$/)
    expect(rebuilt.cargoChosen).toContain('is the newest installed')
  })

  it('makes all but the lock file of a package with dependencies', async () => {
    const leaf = await world.repository('r/leaf', plain('leaf'))
    await world.publish(await leaf.package())
    const repository = await world.repository('r/tree', plain('tree', '[dependencies]\nleaf = "1"\n'))
    const rebuilt = await rebuild(repository, await repository.package())
    expect(rebuilt).toMatchObject({ result: 'identical-tar', lockFrom: 'crate' })
    expect(rebuilt.detail).toEqual(['Cargo.lock is only in the published archive'])
    expect(rebuilt.command).toContain('--exclude-lockfile')
  })

  it('packages a member of a workspace with what it takes from outside its folder', async () => {
    const repository = await world.repository('r/space', {
      'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\n[workspace.package]\nversion = "2.0.0"\nedition = "2021"\n',
      'README.md': '# Space\n',
      LICENSE: 'as you like\n',
      'shared/data.txt': 'data\n',
      'crates/other/Cargo.toml': '[package]\nname = "other"\nversion.workspace = true\n',
      'crates/other/src/lib.rs': 'pub fn other() {}\n',
      'crates/one/Cargo.toml':
        '[package]\nname = "one"\nversion.workspace = true\nedition.workspace = true\nreadme = "../../README.md"\n' +
        'license-file = "../../LICENSE"\ndescription = "d"\n',
      'crates/one/src/lib.rs': 'pub fn one() {}\n',
      'crates/one/data.txt': { link: '../../shared/data.txt' },
      'crates/one/folder': { link: '../../shared' },
      'crates/one/nested/Cargo.toml': '[package]\nname = "nested"\nversion = "1.0.0"\n[workspace]\n',
      'crates/one/nested/src/lib.rs': '',
      'crates/one/ignored.txt': 'tracked all the same\n',
      '.gitignore': 'ignored.txt\n',
    })
    await repository.git('add', '-f', 'crates/one/ignored.txt')
    await repository.commit()
    const archive = await repository.package({ folder: 'crates/one' })
    const paths = new TamperedCrate(archive).paths()
    expect(paths).toEqual(
      expect.arrayContaining(['README.md', 'LICENSE', 'data.txt', 'folder/data.txt', 'ignored.txt']),
    )
    expect(paths.filter(path => path.startsWith('nested'))).toEqual([])
    expect(await rebuild(repository, archive, { path: 'crates/one' })).toMatchObject({ result: 'identical-archive' })
  })

  it('gives a checkout the line endings that its attributes want', async () => {
    const repository = await world.repository('r/crlf', {
      ...plain('crlf'),
      '.gitattributes': '*.bat eol=crlf\n*.bin -text\n',
      'run.bat': 'echo\r\n',
      'raw.bin': 'a\nb\n',
    })
    expect(await repository.git('cat-file', 'blob', 'HEAD:run.bat')).toBe('echo')
    expect(await rebuild(repository, await repository.package())).toMatchObject({ result: 'identical-archive' })
  })

  it('puts submodules in their place', async () => {
    const lib = await world.repository('r/clib', { 'c.c': 'int c;\n', 'deep/c.h': '\n' })
    const repository = await world.repository('r/sub', plain('sub'))
    await repository.submodule('vendor/c', lib)
    await repository.commit()
    const archive = await repository.package()
    const rebuilt = await rebuild(repository, archive)
    expect(['identical-archive', 'generated-differ']).toContain(rebuilt.result)
    expect(rebuilt.detail.filter(line => !line.startsWith('.cargo_vcs_info.json'))).toEqual([])
  })

  it('names what differs', async () => {
    const repository = await world.repository('r/differs', plain('differs'))
    const archive = tamper(await repository.package(), crate =>
      crate
        .set('src/lib.rs', 'pub fn g() {}\n')
        .add('src/extra.rs', '')
        .set('Cargo.toml', old => `${old}\n`),
    )
    expect(await rebuild(repository, archive)).toMatchObject({
      result: 'differs',
      detail: [
        'Cargo.toml differs in form only',
        'src/extra.rs is only in the published archive',
        'src/lib.rs differs',
      ],
    })
  })

  it('tells line endings apart, and brings what a partial mirror lacks every time', async () => {
    const repository = await world.repository('r/often', plain('often'))
    const packed: [commit: string, archive: Uint8Array][] = []
    for (let i = 0; i < 10; i++) {
      const commit = await repository.commit({ 'src/lib.rs': `pub const N: u8 = ${i};\n` })
      packed.push([commit, await repository.package()])
    }
    for (const [commit, archive] of packed) {
      const edited = tamper(archive, crate => crate.set('src/lib.rs', old => old.replace('\n', '\r\n')))
      expect((await rebuild(repository, edited, { commit })).detail).toEqual([
        'src/lib.rs differs in line endings only',
      ])
    }
  })

  it('compares the generated manifest by what it says', async () => {
    const repository = await world.repository('r/meaning', plain('meaning'))
    const archive = await repository.package()
    const inForm = tamper(archive, crate => crate.set('Cargo.toml', old => old.replace('autobins = false\n', '')))
    expect(await rebuild(repository, inForm)).toMatchObject({
      ...{ result: 'generated-differ', detail: ['Cargo.toml differs in form only'] },
    })
    const inMeaning = tamper(archive, crate =>
      crate.set('Cargo.toml', old => `${old}\n[dependencies.evil]\nversion = "1"\n`),
    )
    const rebuilt = await rebuild(repository, inMeaning)
    expect(rebuilt.result).toBe('differs')
    expect(rebuilt.detail.join()).toMatch(/^Cargo\.toml: .*evil/)
  })

  it('says what cargo said when it fails, with no path of this machine', async () => {
    const repository = await world.repository('r/broken', plain('broken'))
    const archive = await repository.package()
    const broken = await repository.commit({ 'src/lib.rs': null })
    const rebuilt = await rebuild(repository, archive, { commit: broken })
    expect(rebuilt.result).toBe('failed')
    expect(rebuilt.detail[0]).toMatch(/^failed to parse manifest at `SCRATCH\/tree\/Cargo.toml`/)
    expect(rebuilt.detail.join()).toContain('no targets specified in the manifest')
    expect(JSON.stringify(rebuilt)).not.toContain('/assay-')
  })

  it('is stopped by a cancel and leaves nothing behind', async () => {
    const repository = await world.repository('r/cancel', plain('cancel'))
    const archiveBytes = await repository.package()
    const archive = await openCrateArchive('cancel', '1.0.0', archiveBytes)
    const commit = await repository.head()
    const controller = new AbortController()
    let scratch: string | null = null
    const caps: Capabilities = {
      ...box.caps,
      temp: {
        async folder(prefix) {
          const made = await box.caps.temp.folder(prefix)
          scratch = made.path
          return made
        },
      },
      processes: {
        ...box.caps.processes,
        run(request) {
          if (request.args.includes('package')) setTimeout(() => controller.abort(), 1)
          return box.caps.processes.run(request)
        },
      },
    }
    const input = {
      ...{ crate: 'cancel', version: '1.0.0', repository: await open(repository.url, commit), commit, path: '' },
      ...{ archive, archiveBytes, cargoRange: { from: null, to: null }, openSubmodule: () => Promise.resolve(null) },
    }
    await expect(rebuildCrate(caps, input, quietRun(controller.signal))).rejects.toBeInstanceOf(Cancelled)
    expect(scratch).not.toBeNull()
    expect(fs.existsSync(scratch!)).toBe(false)
  })

  it('says so when no cargo can do it', async () => {
    const repository = await world.repository('r/without', plain('without'))
    const archive = await repository.package()
    const bare = createSandbox({ PATH: '/usr/bin:/bin', RUSTUP_HOME: box.at('none') })
    const hasCargo = fs.existsSync('/usr/bin/cargo')
    const rebuilt = await rebuild(repository, archive, { caps: bare.caps })
    bare.dispose()
    if (!hasCargo)
      expect(rebuilt).toMatchObject({
        result: 'failed',
        cargoVersion: null,
        detail: ['No cargo 1.87 or newer is installed.'],
      })
  })

  it('prefers the cargo that the archive was made with', async () => {
    const repository = await world.repository('r/range', plain('range'))
    const rebuilt = await rebuild(repository, await repository.package(), { range: ['1.63', '1.79'] })
    expect(rebuilt.cargoChosen).toMatch(/made by cargo 1\.63 to 1\.79, which .*; 1\.\d+\.\d+ is the newest installed/)
  })
})
