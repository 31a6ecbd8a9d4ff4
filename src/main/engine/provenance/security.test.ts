/**
 * What a hostile repository could make a check do, row by row as provenance.md 6.1 and 6.2 have it. Harmless programs
 * leave a mark when they run; the controls show that they do run under the commands that people use. Nothing may run in
 * a check of either level, nothing of the machine may get into a record, nothing may change outside of our own folders.
 */
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ProvenanceRecord } from '../../../shared/provenance.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { makeChecker, type Checker } from './testing/checker.ts'
import { makeMarker, snapshot, type Marker } from './testing/markers.ts'
import { runTool } from './testing/tools.ts'
import {
  makeWorld,
  manifest,
  missingTools,
  tamper,
  type Contents,
  type TestRepository,
  type World,
} from './testing/world.ts'

const SECRET = 'the-secret-of-this-machine'

describe.skipIf(missingTools !== null)(`hostile repositories (needs ${missingTools ?? 'git and cargo'})`, () => {
  let world: World
  let box: Sandbox
  let checker: Checker
  let before: readonly string[]
  let tempBefore: string | undefined
  /** A server is not asked again within a minute: each check happens later. */
  let laterMs = 0
  beforeAll(async () => {
    world = await makeWorld('security')
    // Everything temporary of the engine lands in a folder that has to be empty afterwards.
    box = createSandbox({ HOME: world.at('user-home'), RUSTUP_HOME: rustupHome() }, () => Date.now() + laterMs)
    tempBefore = process.env['TMPDIR']
    fs.mkdirSync(box.at('tmp'))
    for (const folder of ['user-home', 'markers']) fs.mkdirSync(world.at(folder))
    fs.writeFileSync(world.at('secret.txt'), `${SECRET}\n`)
    checker = makeChecker(world, box.caps, quietRun())
  })
  afterAll(async () => {
    await checker.mirrors.close()
    box.dispose()
    await world.dispose()
  })
  beforeEach(() => {
    process.env['TMPDIR'] = box.at('tmp')
  })
  afterEach(() => {
    if (tempBefore === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = tempBefore
  })

  const marker = (name: string, then?: string): Marker => makeMarker(world.at('markers'), name, then)
  const crateFiles = (name: string, more = '', edition = '2021'): Contents => ({
    'Cargo.toml': manifest(name, '1.0.0', world.url(`s/${name}`), more).replace('"2021"', `"${edition}"`),
    'src/lib.rs': 'pub fn f() {}\n',
  })
  const plainCargo = (
    repository: TestRepository,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) => {
    const rest = without(world.env, 'RUSTC')
    // Anew each time: cargo keeps what rustc said in the target folder.
    fs.rmSync(world.at('control-target'), { recursive: true, force: true })
    const all = { ...rest, CARGO_TARGET_DIR: world.at('control-target'), ...env }
    return runTool(world.cargo, args, { cwd: repository.folder, env: all }).catch((error: unknown) =>
      Buffer.from(String(error)),
    )
  }
  const PACKAGE = ['package', '--offline', '--no-verify', '--allow-dirty']

  /** Both levels; nothing ran, nothing of ours is left, nothing else changed, nothing of the machine is in a record. */
  async function checkQuietly(
    archive: Uint8Array,
    markers: readonly Marker[],
  ): Promise<[ProvenanceRecord, ProvenanceRecord]> {
    for (const one of markers) one.fired()
    laterMs += 3_600_000
    const outside = () => [world.at('repositories'), world.at('user-home'), world.at('markers')].map(snapshot)
    before = outside().flat()
    const compared = await checker.check(archive, { refresh: true })
    const rebuilt = await checker.check(archive, { level: 'rebuild' })
    expect(markers.map(one => one.fired())).toEqual(markers.map(() => 0))
    expect(outside().flat()).toEqual(before)
    expect(fs.readdirSync(box.at('tmp'))).toEqual([])
    expect(JSON.stringify([compared, rebuilt])).not.toContain(SECRET)
    return [compared, rebuilt]
  }

  describe("cargo's configuration in the repository", () => {
    const config = (key: string, program: string) => ({ '.cargo/config.toml': `[build]\n${key} = "${program}"\n` })
    const OLD_RUST = '[resolver]\nincompatible-rust-versions = "fallback"\n'
    const rows: [what: string, key: string, edition: string, more: string, firesPlainly: boolean][] = [
      ['rustc, edition 2021', 'rustc', '2021', '', false],
      ['rustc, edition 2024', 'rustc', '2024', '', true],
      ['rustc-wrapper, edition 2024', 'rustc-wrapper', '2024', '', true],
      ['rustc, edition 2021, resolver fallback', 'rustc', '2021', OLD_RUST, true],
      ['rustc-workspace-wrapper', 'rustc-workspace-wrapper', '2024', '', true],
    ]
    it.each(rows)('%s', async (what, key, edition, more, firesPlainly) => {
      const name = what.replaceAll(/[^a-z0-9]+/g, '-')
      const program = marker(name, key === 'rustc' ? `exec '${world.rustc}' "$@"` : undefined)
      const leaf = { ...crateFiles(name, '', edition), ...config(key, program.program) }
      leaf['.cargo/config.toml'] += more
      const repository = await world.repository(`s/${name}`, leaf)
      const archive = await repository.package({ env: { RUSTC_WRAPPER: '', RUSTC_WORKSPACE_WRAPPER: '' } })
      program.fired()
      await plainCargo(repository, PACKAGE)
      expect(program.fired() > 0).toBe(firesPlainly)
      const [compared, rebuilt] = await checkQuietly(archive, [program])
      expect(compared.outcome).toBe('match')
      expect(rebuilt.rebuild?.result).toBe('identical-archive')
    })

    it('cargo metadata, generate-lockfile and fetch run it; none is part of a check', async () => {
      const program = marker('metadata')
      const repository = await world.repository('s/metadata', {
        ...crateFiles('metadata', '', '2024'),
        ...config('rustc-wrapper', program.program),
      })
      for (const command of [['metadata', '--format-version=1'], ['generate-lockfile'], ['fetch']]) {
        await plainCargo(repository, [...command, '--offline'])
        expect(program.fired(), command.join(' ')).toBeGreaterThan(0)
      }
      await repository.git('clean', '-qfd')
      await checkQuietly(await repository.package({ env: { RUSTC_WRAPPER: '' } }), [program])
    })

    it('another registry is not contacted', async () => {
      let connections = 0
      const server = net.createServer(socket => {
        connections++
        socket.destroy()
      })
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as net.AddressInfo
      const index = `sparse+http://127.0.0.1:${port}/`
      const repository = await world.repository('s/registry', {
        ...crateFiles('registry', '[dependencies]\nfar = { version = "1", registry = "far" }\n'),
        '.cargo/config.toml': `[registries.far]\nindex = "${index}"\ncredential-provider = ["${marker('credential').program}"]\n[net]\nretry = 0\n`,
      })
      const env = { CARGO_HTTP_PROXY: '', CARGO_REGISTRIES_FAR_INDEX: index }
      const archive = await repository.package({ args: ['--exclude-lockfile'], env })
      await plainCargo(repository, ['package', '--no-verify', '--allow-dirty'])
      expect(connections).toBeGreaterThan(0)
      connections = 0
      await checkQuietly(archive, [marker('credential')])
      server.close()
      expect(connections).toBe(0)
    })
  })

  it('a build script runs when cargo verifies, not in a check', async () => {
    const build = marker('build-script')
    const script = `fn main() { std::process::Command::new("${build.program}").status().unwrap(); }\n`
    const repository = await world.repository('s/build-script', { ...crateFiles('build-script'), 'build.rs': script })
    const archive = await repository.package()
    await plainCargo(repository, ['package', '--offline', '--allow-dirty'], { RUSTC: world.rustc })
    expect(build.fired()).toBeGreaterThan(0)
    const [, rebuilt] = await checkQuietly(archive, [build])
    expect(rebuilt.rebuild?.result).toBe('identical-archive')
  })

  it('a toolchain file that names a folder with a cargo of its own', async () => {
    const fake = marker('toolchain', 'exit 0')
    for (const name of ['cargo', 'rustc']) {
      fs.mkdirSync(world.at('toolchain', 'bin'), { recursive: true })
      fs.copyFileSync(fake.program, world.at('toolchain', 'bin', name))
    }
    const repository = await world.repository('s/toolchain', {
      ...crateFiles('toolchain'),
      'rust-toolchain.toml': `[toolchain]\npath = "${world.at('toolchain')}"\n`,
    })
    const archive = await repository.package()
    const stand = standIn()
    if (stand !== null) {
      const env = { ...world.env, HOME: process.env['HOME'] ?? '', RUSTUP_HOME: rustupHome() }
      await runTool(stand, ['--version'], { cwd: repository.folder, env })
      expect(fake.fired()).toBeGreaterThan(0)
    }
    const [, rebuilt] = await checkQuietly(archive, [fake])
    expect(rebuilt.rebuild?.result).toBe('identical-archive')
  })

  describe("git's programs", () => {
    it("a filter of the user's, named by the repository's attributes", async () => {
      const filter = marker('filter', 'exec cat')
      const settings = `[filter "evil"]\n\tclean = ${filter.program}\n\tsmudge = ${filter.program}\n\trequired = true\n`
      const repository = await world.repository('s/filter', crateFiles('filter'))
      await repository.commit({ '.gitattributes': '* filter=evil\n' })
      const archive = await repository.package()
      fs.writeFileSync(world.at('user-home', '.gitconfig'), settings)
      const env = without(world.env, 'GIT_CONFIG_GLOBAL')
      const userEnv = { ...env, HOME: world.at('user-home') }
      await runTool('git', ['clone', '-q', repository.folder, world.at('control-clone')], {
        cwd: world.folder,
        env: userEnv,
      })
      expect(filter.fired()).toBeGreaterThan(0)
      fs.appendFileSync(path.join(repository.folder, 'src/lib.rs'), '')
      fs.utimesSync(path.join(repository.folder, 'src/lib.rs'), 1, 1)
      await runTool(world.cargo, [...PACKAGE, '--exclude-lockfile'], { cwd: repository.folder, env: userEnv })
      expect(filter.fired()).toBeGreaterThan(0)
      const [compared, rebuilt] = await checkQuietly(archive, [filter])
      expect([compared.outcome, rebuilt.rebuild?.result]).toEqual(['match', 'identical-archive'])
      fs.rmSync(world.at('user-home', '.gitconfig'))
    })

    it('hooks in our mirror', async () => {
      const hook = marker('hook')
      const repository = await world.repository('s/hooks', crateFiles('hooks'))
      const archive = await repository.package()
      await checker.check(archive)
      const mirrors = fs.readdirSync(box.at('cache', 'mirrors')).map(name => box.at('cache', 'mirrors', name))
      const names = [
        'post-checkout',
        'reference-transaction',
        'post-merge',
        'post-index-change',
        'pre-auto-gc',
        'fsmonitor-watchman',
      ]
      for (const folder of mirrors.flatMap(gitFoldersIn)) {
        fs.mkdirSync(path.join(folder, 'hooks'), { recursive: true })
        for (const name of names) fs.copyFileSync(hook.program, path.join(folder, 'hooks', name))
      }
      const head = await repository.head()
      for (const folder of mirrors.flatMap(gitFoldersIn)) {
        // Only one of them has this commit.
        const args = ['--git-dir', folder, 'update-ref', 'refs/control', head]
        await runTool('git', args, { cwd: world.folder, env: world.env }).catch(() => undefined)
      }
      expect(hook.fired()).toBeGreaterThan(0)
      await repository.commit({ 'src/more.rs': '' }) // so that there is something to fetch
      await checkQuietly(archive, [hook])
    })

    it('a repository inside of the tree, with a file monitor', async () => {
      const monitor = marker('monitor')
      const config = `[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n\tfsmonitor = ${monitor.program}\n[filter "evil"]\n\tclean = ${monitor.program}\n`
      const bare = { HEAD: 'ref: refs/heads/main\n', config: config, 'objects/x': '', 'refs/x': '' }
      const inner = Object.fromEntries(Object.entries(bare).map(([name, content]) => [`inner/${name}`, content]))
      const repository = await world.repository('s/embedded', {
        ...inner,
        'inner/Cargo.toml': manifest('embedded', '1.0.0', world.url('s/embedded')),
        'inner/src/lib.rs': '',
        'inner/.gitattributes': '* filter=evil\n',
      })
      const archive = await repository.package({ folder: 'inner', args: ['--exclude-lockfile'], outsideGit: true })
      await runTool('git', ['status'], { cwd: path.join(repository.folder, 'inner'), env: world.env }).catch(
        () => undefined,
      )
      expect(monitor.fired()).toBeGreaterThan(0)
      const claimed = tamper(archive, crate =>
        crate.add('.cargo_vcs_info.json', JSON.stringify({ git: { sha1: GIT_ID }, path_in_vcs: 'inner' })),
      )
      const head = await repository.head()
      const honest = tamper(claimed, crate => crate.set('.cargo_vcs_info.json', old => old.replace(GIT_ID, head)))
      const [, rebuilt] = await checkQuietly(honest, [monitor])
      expect(rebuilt.rebuild).toMatchObject({ result: 'failed' })
      expect(rebuilt.rebuild?.detail[0]).toContain('looks like a git repository')
    })

    it.each([
      ['ext::', (program: string) => `ext::${program}`],
      ['a local path', () => world.at('repositories', 's', 'local')],
      ['file://', () => `file://${world.at('repositories', 's', 'local')}`],
      ['an option', (program: string) => `--upload-pack=${program}`],
      ['ssh with an option', (program: string) => `ssh://-oProxyCommand=${program}/x`],
    ])('a submodule with %s for an address', async (what, address) => {
      const program = marker(`submodule${what.replaceAll(/\W+/g, '-')}`, 'exit 1')
      const name = `submodule${what.replaceAll(/\W+/g, '-')}`.toLowerCase()
      const local = await world.repository('s/local', { 'c.c': `${SECRET}\n` }).catch(() => null)
      const lib = local ?? (await world.repository(`s/lib-${name}`, { 'c.c': `${SECRET}\n` }))
      const repository = await world.repository(`s/${name}`, crateFiles(name))
      await repository.submodule('vendor/c', lib, { stated: address(program.program) })
      await repository.commit()
      const archive = await repository.package()
      if (what === 'ext::') {
        const clone = [
          '-c',
          'protocol.ext.allow=always',
          'clone',
          '-q',
          address(program.program),
          world.at('ext-clone'),
        ]
        const env = without(world.env, 'GIT_ALLOW_PROTOCOL')
        await runTool('git', clone, { cwd: world.folder, env }).catch(() => undefined)
        expect(program.fired()).toBeGreaterThan(0)
      }
      const [compared, rebuilt] = await checkQuietly(archive, [program])
      expect(compared.outcome).toBe('submodule-unavailable')
      expect(rebuilt.rebuild?.detail[0]).toContain('submodule vendor/c cannot be had')
    })

    it.each([
      ['ext::', (program: string) => `ext::${program}`],
      ['a local path', () => world.at('repositories', 's', 'local')],
      ['file://', () => `file://${world.at('repositories', 's', 'local')}`],
      ['an option', (program: string) => `--upload-pack=${program}`],
    ])('a package whose own repository is %s', async (what, address) => {
      const name = `address${what.replaceAll(/\W+/g, '-')}`.toLowerCase()
      const program = marker(name, 'exit 1')
      const repository = await world.repository(`s/${name}`, {
        'Cargo.toml': manifest(name, '1.0.0', address(program.program)),
        'src/lib.rs': '',
      })
      const [compared] = await checkQuietly(await repository.package(), [program])
      expect(['no-repository', 'repository-unavailable']).toContain(compared.outcome)
    })
  })

  describe('reading what lies outside the repository', () => {
    const secret = () => world.at('secret.txt')
    const upward = () => `${'../'.repeat(20)}${secret().slice(1)}`
    const rows: [what: string, files: () => Contents, leaksPlainly: boolean][] = [
      ['a licence file by an absolute path', () => ({ 'Cargo.toml': named(`license-file = "${secret()}"`) }), true],
      ['a readme above the root', () => ({ 'Cargo.toml': named(`readme = "${upward()}"`) }), true],
      ['a link with an absolute path', () => ({ 'notes.txt': { link: secret() } }), true],
      ['a link above the root', () => ({ 'notes.txt': { link: upward() } }), true],
      [
        'a link that leaves through another',
        () => ({ 'a/b': { link: '../src' }, 'notes.txt': { link: `a/b/../../${upward()}` } }),
        true,
      ],
      [
        'a readme through a link',
        () => ({ out: { link: world.folder }, 'Cargo.toml': named('readme = "out/secret.txt"') }),
        true,
      ],
      ["a link into git's own folder", () => ({ 'notes.txt': { link: '.git/config' } }), false],
      ['a workspace elsewhere', () => ({ 'Cargo.toml': named(`workspace = "${world.at('elsewhere')}"`) }), false],
      [
        'members elsewhere',
        () => ({ 'Cargo.toml': `${named('')}[workspace]\nmembers = ["${world.at('elsewhere')}"]\n` }),
        false,
      ],
    ]
    const named = (line: string) =>
      `[package]\nname = "NAME"\nversion = "1.0.0"\nedition = "2021"\nrepository = "URL"\n${line}\n`
    it.each(rows)('%s', async (what, files, leaksPlainly) => {
      const name = what.replaceAll(/[^a-z]+/gi, '-').toLowerCase()
      const filled = Object.entries(files()).map(([file, content]) => {
        const isText = typeof content === 'string'
        return [file, isText ? content.replace('NAME', name).replace('URL', world.url(`s/${name}`)) : content] as const
      })
      const innocent = await world.repository(`s/${name}`, crateFiles(name))
      const archive = await innocent.package()
      const commit = await innocent.commit(Object.fromEntries(filled))
      if (leaksPlainly) {
        await plainCargo(innocent, [...PACKAGE, '--exclude-lockfile'])
        const packed = path.join(world.at('control-target'), 'package', `${name}-1.0.0.crate`)
        const leaked = await runTool('tar', ['-xzOf', packed], { cwd: world.folder, env: world.env })
        expect(leaked.toString()).toContain(SECRET)
      }
      const forged = tamper(archive, crate =>
        crate.set('.cargo_vcs_info.json', old => old.replace(/[0-9a-f]{40}/, commit)),
      )
      const [, rebuilt] = await checkQuietly(forged, [])
      expect(rebuilt.rebuild?.result).toBe('failed')
      expect(rebuilt.rebuild?.detail[0]).toMatch(/leads? out of the repository/)
    })

    it('a link to the root of the file system', { timeout: 10_000 }, async () => {
      const repository = await world.repository('s/root-link', crateFiles('root-link'))
      const archive = await repository.package()
      const commit = await repository.commit({ everything: { link: '/' } })
      const forged = tamper(archive, crate =>
        crate.set('.cargo_vcs_info.json', old => old.replace(/[0-9a-f]{40}/, commit)),
      )
      const [, rebuilt] = await checkQuietly(forged, [])
      expect(rebuilt.rebuild?.detail[0]).toContain('leads out of the repository')
    })

    it('links that multiply what they lead to', async () => {
      const folders = Object.fromEntries(
        Array.from({ length: 24 }, (_, i) => [
          [`d${i}/a`, { link: `../d${i + 1}` }],
          [`d${i}/b`, { link: `../d${i + 1}` }],
        ]).flat(),
      )
      const repository = await world.repository('s/multiply', crateFiles('multiply'))
      const archive = await repository.package()
      const commit = await repository.commit({ ...(folders as Contents), 'd24/x': 'x' })
      const forged = tamper(archive, crate =>
        crate.set('.cargo_vcs_info.json', old => old.replace(/[0-9a-f]{40}/, commit)),
      )
      const [, rebuilt] = await checkQuietly(forged, [])
      expect(rebuilt.rebuild?.detail[0]).toMatch(/more than \d+ files/)
    })
  })
})

const without = (env: Readonly<Record<string, string>>, name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([key]) => key !== name))

const GIT_ID = '0123456789'.repeat(4)
const rustupHome = () => process.env['RUSTUP_HOME'] ?? path.join(process.env['HOME'] ?? '', '.rustup')

/** rustup's stand-in for cargo, where that is what the PATH has. */
function standIn(): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    if (fs.existsSync(path.join(folder, 'cargo')))
      return fs.existsSync(path.join(folder, 'rustup')) ? path.join(folder, 'cargo') : null
  }
  return null
}

/** The folder itself or those directly in it that are git's. */
const gitFoldersIn = (folder: string): string[] =>
  [folder, ...fs.readdirSync(folder).map(name => path.join(folder, name))].filter(at =>
    fs.existsSync(path.join(at, 'HEAD')),
  )
