/**
 * The rebuild as the system sees it: cargo runs under strace (and, for one row, in a mount namespace), so that every
 * program it starts, every connection and every file it opens shows. Skipped where these are missing.
 */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { openCrateArchive } from './crate-archive.ts'
import { openMirrors } from './mirror.ts'
import { rebuildCrate } from './rebuild.ts'
import { makeMarker } from './testing/markers.ts'
import { runTool } from './testing/tools.ts'
import { makeWorld, manifest, missingTools, type TestRepository, type World } from './testing/world.ts'

const works = (command: string, ...args: string[]) => spawnSync(command, args).status === 0
const noTrace = missingTools ?? (works('strace', '-o', '/dev/null', '/bin/true') ? null : 'strace')
const noMounts =
  missingTools ??
  (fs.existsSync('/etc/gitconfig') && works('unshare', '-rm', '--', '/bin/true') ? null : 'mount namespaces')
const run = quietRun()

describe.skipIf(noTrace !== null && noMounts !== null)(`cargo seen from outside (needs ${noTrace ?? 'strace'})`, () => {
  let world: World
  let box: Sandbox
  beforeAll(async () => {
    world = await makeWorld('traced')
    box = createSandbox({ PATH: `${world.at('wrapped')}:${process.env['PATH'] ?? ''}`, RUSTUP_HOME: world.at('none') })
    fs.mkdirSync(world.at('wrapped'))
    fs.symlinkSync(world.rustc, world.at('wrapped', 'rustc'))
  })
  afterAll(async () => {
    box.dispose()
    await world.dispose()
  })

  /** The toolchain's cargo is replaced by a script that ends in running it. */
  const wrapCargo = (lastLine: string) =>
    fs.writeFileSync(world.at('wrapped', 'cargo'), `#!/bin/sh\n${lastLine}\n`, { mode: 0o755 })

  async function rebuild(repository: TestRepository, crate: string, args: readonly string[] = []) {
    const archiveBytes = await repository.package({ args })
    const mirrors = openMirrors(box.caps, {
      ...{ redirects: world.redirects, offline: false, maxBytes: 1 << 30, maxParallel: 1 },
    })
    const commit = await repository.head()
    const opened = await mirrors.open(repository.url, { commit, newerThanMs: null, refresh: false }, run)
    if (!opened.ok) throw new Error(opened.error.text)
    const archive = await openCrateArchive(crate, '1.0.0', archiveBytes)
    const rebuilt = await rebuildCrate(
      box.caps,
      {
        ...{ crate, version: '1.0.0', repository: opened.value, commit, path: '', archive, archiveBytes },
        ...{ cargoRange: { from: null, to: null }, openSubmodule: () => Promise.resolve(null) },
      },
      run,
    )
    await mirrors.close()
    return rebuilt
  }

  it.skipIf(noTrace !== null)('starts nothing, connects to nothing, writes in its scratch folder only', async () => {
    const log = world.at('trace.log')
    wrapCargo(
      `exec '${spawnSync('sh', ['-c', 'command -v strace'], { encoding: 'utf8' }).stdout.trim()}' -f -A -o '${log}' -e trace=%file,%process,%network '${world.cargo}' "$@"`,
    )
    const repository = await world.repository('t/traced', {
      // Edition 2024 without rust-version: the one that would ask rustc.
      'Cargo.toml': manifest(
        'traced',
        '1.0.0',
        world.url('t/traced'),
        `[dependencies]\nnowhere = { path = "${world.at('nowhere')}", version = "1" }\n`,
      ).replace('2021', '2024'),
      'src/lib.rs': '',
      'build.rs': 'fn main() {}\n',
    })
    fs.mkdirSync(world.at('nowhere', 'src'), { recursive: true })
    fs.writeFileSync(world.at('nowhere', 'Cargo.toml'), '[package]\nname = "nowhere"\nversion = "1.0.0"\n')
    fs.writeFileSync(world.at('nowhere', 'src', 'lib.rs'), '')
    fs.rmSync(log, { force: true })
    expect(await rebuild(repository, 'traced', ['--exclude-lockfile'])).toMatchObject({ result: 'identical-archive' })
    const lines = fs.readFileSync(log, 'utf8').split('\n')
    const package_ = lines.findIndex(line => line.includes('"package"'))
    expect(package_).toBeGreaterThanOrEqual(0)
    const calls = lines.slice(package_ + 1).filter(line => !/ = -1 E/.test(line))
    expect(calls.filter(line => /\bexecve\(/.test(line) && !line.includes(world.cargo))).toEqual([])
    expect(calls.filter(line => /\b(v?fork|clone3?)\(/.test(line) && !line.includes('CLONE_THREAD'))).toEqual([])
    expect(calls.filter(line => /\b(connect|sendto|bind)\(/.test(line))).toEqual([])
    const scratch = /--manifest-path", "([^"]*)\/tree\//.exec(lines[package_]!)![1]!
    const written = calls.filter(line =>
      /O_(WRONLY|RDWR|CREAT)|\b(mkdir|rename|unlink|rmdir|link|symlink|chmod)/.test(line),
    )
    expect(written.length).toBeGreaterThan(0)
    expect(written.filter(line => !line.includes(scratch) && !line.includes('"/dev/'))).toEqual([])
    const read = calls.flatMap(line => [...(/\bopen(?:at)?\([^"]*"([^"]*)"/.exec(line)?.slice(1) ?? [])])
    const system = /^\/(lib|lib64|usr|etc\/(ld\.so|ssl|gitconfig)|proc|sys|dev)\b/
    const ours = [scratch, box.at('cache'), world.cargo.replace(/\/bin\/cargo$/, '')]
    expect(read.filter(file => !system.test(file) && !ours.some(folder => file.startsWith(folder)))).toEqual([])
    expect(lines.slice(package_ + 1).filter(line => line.includes('nowhere'))).toEqual([])
  })

  it.skipIf(noMounts !== null)("a filter of the machine's own git configuration does not run", async () => {
    const filter = makeMarker(world.at('markers'), 'filter', 'exec /bin/cat')
    fs.writeFileSync(world.at('gitconfig'), `[filter "evil"]\n\tclean = ${filter.program}\n\trequired = true\n`)
    const mount = `/bin/mount --bind '${world.at('gitconfig')}' /etc/gitconfig`
    wrapCargo(
      `[ "$1" != package ] && exec '${world.cargo}' "$@"\nexec /usr/bin/unshare -rm -- /bin/sh -c "${mount} && exec '${world.cargo}' \\"\\$@\\"" cargo "$@"`,
    )
    const repository = await world.repository('t/machine', {
      'Cargo.toml': manifest('machine', '1.0.0', world.url('t/machine')),
      'src/lib.rs': '',
    })
    await repository.commit({ '.gitattributes': '* filter=evil\n' })
    // The control: the same cargo in the same namespace, asked as people ask it.
    const env = Object.fromEntries(Object.entries(world.env).filter(([name]) => name !== 'GIT_CONFIG_NOSYSTEM'))
    fs.utimesSync(`${repository.folder}/src/lib.rs`, 1, 1)
    const plain = ['package', '--offline', '--no-verify', '--exclude-lockfile', '--allow-dirty']
    await runTool(world.at('wrapped', 'cargo'), plain, { cwd: repository.folder, env })
    expect(filter.fired()).toBeGreaterThan(0)
    expect(await rebuild(repository, 'machine')).toMatchObject({ result: 'identical-archive' })
    expect(filter.fired()).toBe(0)
  })
})
