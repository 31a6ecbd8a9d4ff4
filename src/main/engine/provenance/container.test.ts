import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { judgeContainer, type ContainerVerdict } from './container.ts'
import { openCrateArchive } from './crate-archive.ts'
import { craftCrate, craftGzip, craftTar, NEW_HEAD, OLD_HEAD, type Crafted } from './testing/craft-archive.ts'
import { toolEnv, toolchainProgram } from './testing/tools.ts'

const sha1 = '0123456789abcdef0123456789abcdef01234567'
interface Shape {
  readonly sources?: number
  readonly generated?: number
  readonly magic?: 'ustar' | 'gnu' | 'v7'
  readonly head?: string
  readonly vcs?: string | null
  readonly lock?: string
  readonly manifest?: string
  readonly source?: Partial<Crafted>
  readonly extra?: readonly Crafted[]
}
/** The entries of an archive as cargo of some age writes it; without changes it is that of 1.63 to 1.92. */
function entries(shape: Shape): Crafted[] {
  const source = { mtime: shape.sources ?? 1_153_704_088, magic: shape.magic ?? 'gnu' } as const
  const generated = { mtime: shape.generated ?? 1, magic: shape.magic ?? 'gnu' } as const
  const vcs = shape.vcs === undefined ? `{"git":{"sha1":"${sha1}"},"path_in_vcs":""}` : shape.vcs
  const manifest = `${shape.head ?? NEW_HEAD}\n[package]\nname = "c"\n${shape.manifest ?? ''}`
  return [
    ...(vcs === null ? [] : [{ name: 'c-1.0.0/.cargo_vcs_info.json', data: vcs, ...generated }]),
    { name: 'c-1.0.0/Cargo.toml', data: manifest, ...generated },
    ...(shape.lock === undefined ? [] : [{ name: 'c-1.0.0/Cargo.lock', data: shape.lock, ...generated }]),
    { name: 'c-1.0.0/Cargo.toml.orig', data: '[package]\n', ...source },
    { name: 'c-1.0.0/src/lib.rs', data: 'x', ...source, ...shape.source },
    ...(shape.extra ?? []),
  ]
}
async function judge(bytes: Uint8Array, publishedAt: string | null = null): Promise<ContainerVerdict> {
  return judgeContainer(await openCrateArchive('c', '1.0.0', bytes), publishedAt)
}
const judgeShape = (shape: Shape, publishedAt: string | null = null): Promise<ContainerVerdict> =>
  judge(craftCrate(entries(shape)), publishedAt)

const old = { head: OLD_HEAD, vcs: `{"git":{"sha1":"${sha1}"}}` }
const real = { sources: 1_550_000_000, generated: 1_550_000_100 }

describe('judgeContainer', () => {
  const table: [what: string, shape: Shape, from: string | null, to: string | null][] = [
    [
      'ustar and real times',
      { ...old, ...real, magic: 'ustar', source: { mode: 0o100664, owner: 1000 } },
      '1.30',
      '1.45',
    ],
    ['no VCS info', { ...old, ...real, magic: 'ustar', vcs: null }, null, '1.45'],
    ['generated files without time', { ...old, ...real, magic: 'ustar', generated: 0 }, '1.30', '1.45'],
    ['GNU and real times', { ...old, ...real }, '1.46', '1.49'],
    ['time 0', { ...old, sources: 0, generated: 0 }, '1.50', '1.53'],
    ['time 123456789, old head', { ...old, sources: 123_456_789 }, '1.54', '1.54'],
    ['time 123456789, new head', { ...old, head: NEW_HEAD, sources: 123_456_789 }, '1.55', '1.56'],
    ['time 123456789, folder in VCS info', { sources: 123_456_789 }, '1.57', '1.62'],
    ['time 1153704088 and 1', {}, '1.63', '1.92'],
    ['switched discovery off', { manifest: 'autolib = false\n' }, '1.80', '1.92'],
    ['lock file of version 4', { lock: '# x\nversion = 4\n' }, '1.78', '1.92'],
    ['lock file of version 3', { lock: '# x\nversion = 3\n' }, '1.63', '1.92'],
    ['dirty', { vcs: `{"git":{"sha1":"${sha1}","dirty":true},"path_in_vcs":""}` }, '1.81', '1.92'],
    ['time 1153704088 for all', { generated: 1_153_704_088 }, '1.93', null],
    ['modes 644 and 755', { source: { mode: 0o755 } }, '1.63', '1.92'],
  ]
  it.each(table)('%s', async (_what, shape, cargoFrom, cargoTo) => {
    const verdict = await judgeShape(shape)
    expect(verdict).toMatchObject({ isCargo: true, cargoFrom, cargoTo, contradictsDate: null })
    expect(verdict.evidence.every(line => line.startsWith('cargo 1.'))).toBe(true)
  })

  const foreign: [what: string, bytes: Uint8Array, words: RegExp][] = [
    ['owner names', craftCrate(entries({ source: { ownerName: 'root' } })), /users or groups/],
    ['owners', craftCrate(entries({ source: { owner: 1000 } })), /owners/],
    ['modes', craftCrate(entries({ source: { mode: 0o664 } })), /modes/],
    ['one other time', craftCrate(entries({ source: { mtime: 1_700_000_000 } })), /times/],
    ['generated files with a time of their own', craftCrate(entries({ generated: 1_700_000_000 })), /times/],
    ['a time of 1973 for generated files', craftCrate(entries({ ...real, generated: 123_456_789 })), /times/],
    ['ustar with the times of later cargos', craftCrate(entries({ magic: 'ustar' })), /exclude each other/],
    ['two forms of header', craftCrate(entries({ source: { magic: 'ustar' } })), /no form/],
    ['headers before POSIX', craftCrate(entries({ magic: 'v7' })), /no form/],
    ['a folder', craftCrate(entries({ extra: [{ name: 'c-1.0.0/src/', type: '5' }] })), /folder/],
    ['a link', craftCrate(entries({ extra: [{ name: 'c-1.0.0/l', type: '2', link: 'x' }] })), /link/],
    ['a name twice', craftCrate([...entries({}), entries({}).at(-1)!]), /same name/],
    ['a tar padded to 10 KiB', craftGzip(craftTar(entries({}), Buffer.alloc(4_096))), /end of its tar/],
    ['a gzip header of another program', gzipSync(craftTar(entries({}))), /gzip header/],
    ['a head of its own', craftCrate(entries({ head: '' })), /head of its Cargo.toml/],
    ['heads and times that exclude each other', craftCrate(entries({ head: OLD_HEAD })), /exclude each other/],
    ['no manifest', craftCrate([{ name: 'c-1.0.0/src/lib.rs' }]), /no Cargo.toml/],
    ['nothing', craftCrate([]), /empty/],
    ['no archive', Buffer.from('nothing at all, but long enough'), /not a gzip/],
  ]
  it.each(foreign)('%s: no cargo', async (_what, bytes, words) => {
    const verdict = await judge(bytes, '2024-01-01T00:00:00Z')
    expect(verdict).toMatchObject({ isCargo: false, cargoFrom: null, cargoTo: null, mayMissUntracked: false })
    expect(verdict.evidence.filter(line => line.startsWith('no cargo: ')).join('\n')).toMatch(words)
  })
  it('takes what a repository can have for cargo’s', async () => {
    const odd = [{ name: 'c-1.0.0/src/LIB.rs' }, { name: 'c-1.0.0/.cargo-ok' }]
    expect((await judgeShape({ extra: odd })).isCargo).toBe(true)
  })

  it('ends the range two releases after the stable one of the day', async () => {
    expect(await judgeShape({}, '2024-02-09T12:00:00Z')).toMatchObject({ cargoFrom: '1.63', cargoTo: '1.78' })
    expect(await judgeShape({}, 'nonsense')).toMatchObject({ cargoTo: '1.92' })
  })
  it('says when the container is younger than its publication', async () => {
    const verdict = await judgeShape({ generated: 1_153_704_088 }, '2024-02-09T12:00:00Z')
    expect(verdict).toMatchObject({ isCargo: true, cargoFrom: '1.93', cargoTo: null })
    expect(verdict.contradictsDate).toMatch(/1\.93.*1\.76/)
  })
  it.each([
    ['2024-02-09T12:00:00Z', false],
    ['2025-06-27T00:00:00Z', true],
    [null, true],
  ])('published %s: untracked files may have been missed: %s', async (publishedAt, expected) => {
    expect((await judgeShape({}, publishedAt)).mayMissUntracked).toBe(expected)
  })
  it('old cargos noticed untracked files', async () => {
    expect((await judgeShape({ ...old, ...real })).mayMissUntracked).toBe(false)
  })
})

/** Every cargo that a toolchain manager has installed here, and the one in use. */
function installedCargos(): string[] {
  const folder = path.join(process.env['RUSTUP_HOME'] ?? path.join(os.homedir(), '.rustup'), 'toolchains')
  const found = fs.existsSync(folder) ? fs.readdirSync(folder).map(name => path.join(folder, name, 'bin', 'cargo')) : []
  if (spawnSync('rustc', ['--version']).status === 0) found.push(toolchainProgram('cargo'))
  return [...new Set(found.filter(file => fs.existsSync(file)).map(file => fs.realpathSync(file)))]
}
const cargos = process.platform === 'win32' ? [] : installedCargos()

describe.skipIf(cargos.length === 0)('a package of a real cargo', () => {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'assay-container-'))
  afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }))

  it.each(cargos)('%s', { timeout: 60_000 }, async cargo => {
    const home = fs.mkdtempSync(path.join(scratch, 'home-'))
    const project = path.join(home, 'c')
    const env = {
      ...toolEnv(home, path.join(home, 'cargo'), path.join(home, 'target')),
      RUSTC: path.join(path.dirname(cargo), 'rustc'),
    }
    const minor = Number(
      /^cargo 1\.(\d+)\./.exec(spawnSync(cargo, ['--version'], { env, encoding: 'utf8' }).stdout)?.[1],
    )
    const long = `src/${'deep/'.repeat(18)}${'n'.repeat(60)}.rs`
    fs.mkdirSync(path.join(project, path.dirname(long)), { recursive: true })
    fs.writeFileSync(path.join(project, 'Cargo.toml'), '[package]\nname = "c"\nversion = "1.0.0"\nedition = "2018"\n')
    fs.writeFileSync(path.join(project, 'src/lib.rs'), '')
    fs.writeFileSync(path.join(project, long), '')
    fs.writeFileSync(path.join(project, 'run.sh'), '', { mode: 0o755 })
    const args = [
      'package',
      '--no-verify',
      '--offline',
      '--allow-dirty',
      '--manifest-path',
      path.join(project, 'Cargo.toml'),
    ]
    const ran = spawnSync(cargo, args, { cwd: scratch, env, encoding: 'utf8' })
    expect(ran.status, ran.stderr).toBe(0)
    const archive = await openCrateArchive(
      'c',
      '1.0.0',
      fs.readFileSync(path.join(home, 'target/package/c-1.0.0.crate')),
    )
    expect(archive).toMatchObject({ isReadable: true, anomalies: [] })
    expect([...archive.files.keys()]).toContain(long)
    expect(archive.files.get('run.sh')?.isExecutable).toBe(true)
    const verdict = judgeContainer(archive, null)
    expect(verdict.isCargo, verdict.evidence.join('\n')).toBe(true)
    expect(Number(verdict.cargoFrom?.slice(2) ?? 0)).toBeLessThanOrEqual(minor)
    expect(Number(verdict.cargoTo?.slice(2) ?? Infinity)).toBeGreaterThanOrEqual(minor)
  })
})
