/** The synthetic world itself: what later tests take for granted. */
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  indexLine,
  makeWorld,
  manifest,
  missingTools,
  PUBLISHED_AT,
  tamper,
  TamperedCrate,
  type World,
} from './world.ts'

describe.skipIf(missingTools !== null)(`a synthetic world (needs ${missingTools ?? 'git and cargo'})`, () => {
  let world: World
  beforeAll(async () => {
    world = await makeWorld('self')
  })
  afterAll(() => world.dispose())

  it('packages a commit with cargo and packs it again unchanged', async () => {
    const repository = await world.repository('owner/plain', {
      'Cargo.toml': manifest('plain', '1.0.0', world.url('owner/plain')),
      'src/lib.rs': 'pub fn f() {}\n',
    })
    const archive = await repository.package()
    const opened = new TamperedCrate(archive)
    expect(opened.paths()).toEqual([
      ...['.cargo_vcs_info.json', 'Cargo.lock', 'Cargo.toml', 'Cargo.toml.orig', 'src/lib.rs'],
    ])
    expect(JSON.parse(opened.text('.cargo_vcs_info.json'))).toMatchObject({ git: { sha1: await repository.head() } })
    expect(opened.tar()).toEqual(gunzipSync(archive))
    expect(opened.bytes().subarray(0, 20)).toEqual(archive.subarray(0, 20))
    const tampered = tamper(archive, crate => crate.set('src/lib.rs', 'pub fn g() {}\n'))
    expect(gunzipSync(tampered)).toHaveLength(gunzipSync(archive).length)
    expect(() => tamper(archive, crate => crate.set('src/lib.rs', 'pub fn f() {}\n'))).toThrow('changes nothing')
  })

  it('resolves dependencies from its own registry', async () => {
    const leaf = await world.repository('owner/leaf', {
      'Cargo.toml': manifest('leaf', '0.3.1', world.url('owner/leaf'), '[features]\nfast = []\n'),
      'src/lib.rs': '',
    })
    const line = await world.publish(await leaf.package(), '2026-04-01T00:00:00Z')
    const root = await world.repository('owner/root', {
      'Cargo.toml': manifest('root', '1.0.0', world.url('owner/root'), '[dependencies]\nleaf = "0.3"\n'),
      'src/lib.rs': '',
    })
    const archive = await root.package()
    expect(new TamperedCrate(archive).text('Cargo.lock')).toContain(line.checksum)
    expect(JSON.parse(indexLine(archive, PUBLISHED_AT).text)).toMatchObject({
      name: 'root',
      deps: [{ name: 'leaf', req: '^0.3', kind: 'normal' }],
    })
  })

  it('has pull requests outside of branches, and submodules', async () => {
    const lib = await world.repository('owner/clib', { 'c.c': 'int c;\n' })
    const repository = await world.repository('owner/sub', {
      'Cargo.toml': manifest('sub', '1.0.0', world.url('owner/sub')),
      'src/lib.rs': '',
    })
    await repository.submodule('vendor/c', lib)
    const head = await repository.commit({}, 'Add a submodule')
    expect(await repository.git('ls-tree', 'HEAD', 'vendor/c')).toBe(`160000 commit ${await lib.head()}\tvendor/c`)
    expect(new TamperedCrate(await repository.package()).text('vendor/c/c.c')).toBe('int c;\n')
    const proposal = await repository.pullRequest(7, { 'src/lib.rs': '// evil\n' })
    expect(await repository.head()).toBe(head)
    expect(await repository.git('for-each-ref', '--format=%(refname)', '--contains', proposal)).toBe('refs/pull/7/head')
    expect(new TamperedCrate(await repository.package()).paths()).toContain('vendor/c/c.c')
  })
})
