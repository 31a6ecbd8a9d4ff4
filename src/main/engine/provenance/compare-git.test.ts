/** Comparing on real git and real cargo: what the tables with a repository in memory take for granted. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { compareWithTree } from './compare.ts'
import { openCrateArchive } from './crate-archive.ts'
import { findCommit } from './find-commit.ts'
import { submoduleOpener } from './find-source.ts'
import { locatePackage } from './locate-package.ts'
import { openMirrors, type Mirrors } from './mirror.ts'
import { TestRepository } from './testing-repository.ts'
import { makeWorld, manifest, missingTools, type World } from './testing/world.ts'

describe.skipIf(missingTools !== null)(`comparing (needs ${missingTools ?? 'git and cargo'})`, () => {
  const run = quietRun()
  let world: World
  let box: Sandbox
  let mirrors: Mirrors
  beforeAll(async () => {
    world = await makeWorld('compare')
    box = createSandbox()
    mirrors = openMirrors(box.caps, { redirects: world.redirects, offline: false, maxBytes: 1 << 28, maxParallel: 2 })
  })
  afterAll(async () => {
    await mirrors.close()
    await world.dispose()
    box.dispose()
  })

  it('is tested on trees with the ids that git gives them', async () => {
    const tree = { 'a.txt': 'a', 'a/b': { link: '../a.txt' }, 'a-b': 'x', 'é/ü': '', 'a/c/d': 'y' }
    const real = await world.repository('owner/ids', tree)
    const fake = new TestRepository()
    const commit = await fake.commit(fake.add(tree), run)
    expect(commit!.tree).toBe(await real.git('rev-parse', 'HEAD^{tree}'))
  })

  it('explains what cargo packs from links, submodules, outside and nested packages', async () => {
    const vendor = await world.repository('owner/vendor', { 'v.c': 'int v;\n', 'notes.txt': 'n\n' })
    const repository = await world.repository('owner/tree', {
      'member/Cargo.toml': manifest(
        'linked',
        '1.0.0',
        world.url('owner/tree'),
        'readme = "../README.md"\nexclude = ["/ci"]\n',
      ),
      ...{ 'member/src/lib.rs': '', 'member/LICENSE': { link: '../LICENSE' }, 'member/data': { link: '../data' } },
      ...{ LICENSE: 'words\n', 'README.md': 'read\n', 'data/deep/x': 'x\n', 'member/ci/run': '' },
      ...{ 'member/nested/Cargo.toml': manifest('nested', '1.0.0', ''), 'member/nested/src/lib.rs': '' },
    })
    await repository.submodule('member/vendor', vendor)
    const commit = await repository.commit()
    const archive = await openCrateArchive('linked', '1.0.0', await repository.package({ folder: 'member' }))
    const opened = await mirrors.open(repository.url, { commit, newerThanMs: null, refresh: false }, run)
    if (!opened.ok) throw new Error(opened.error.text)
    const located = await locatePackage(opened.value, commit, archive.files, null, 'linked', run)
    expect(located).toEqual({ path: 'member', from: 'manifest-blob', warnings: [] })
    const input = { crate: 'linked', version: '1.0.0', files: archive.files, repository: opened.value, commit }
    const openSubmodule = submoduleOpener(mirrors)
    const got = await compareWithTree({ ...input, path: 'member', openSubmodule, compareBytes: true }, run)
    const rules = Object.fromEntries(got.files.map(({ path, rule }) => [path, rule]))
    expect(rules).toMatchObject({
      ...{ LICENSE: 'link-followed', 'data/deep/x': 'linked-folder', 'README.md': 'readme-from-outside' },
      ...{ 'vendor/v.c': 'submodule', 'src/lib.rs': null, 'ci/run': 'excluded-by-manifest' },
      'nested/src/lib.rs': 'nested-package',
    })
    expect([got.grade, got.reasons]).toEqual(['exact', []])

    const found = await findCommit(opened.value, { ...input, hintPath: null, openSubmodule }, run)
    // The submodule came after the manifest.
    expect(found).toMatchObject({ commit, path: 'member', how: 'history-walk' })
  })
})
