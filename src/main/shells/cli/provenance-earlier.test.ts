/**
 * A crate that moves to another folder and then to another repository, as `assay provenance` tells it: from what was
 * checked before, from an archive that is here, and not at all when the version before is not known.
 */
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProvenanceRecord } from '../../../shared/provenance.ts'
import { makeWorld, manifest, missingTools, type World } from '../../engine/provenance/testing/world.ts'
import { assay, envIn, scratch } from './testing.ts'

describe.skipIf(missingTools !== null)(`since the version before (needs ${missingTools ?? 'nothing more'})`, () => {
  let world: World
  let box: ReturnType<typeof scratch>
  /** The archive of 1.0.0. */
  let first: Uint8Array
  beforeEach(async () => {
    world = await makeWorld('earlier')
    box = scratch()
    const home = await world.repository('e/first')
    const lib = { 'src/lib.rs': 'pub fn f() {}\n' }
    const files = (folder: string, version: string, url: string) => ({
      [`${folder}/Cargo.toml`]: manifest('wanderer', version, url),
      [`${folder}/src/lib.rs`]: lib['src/lib.rs'],
    })
    const publish = async (repository: typeof home, folder: string) => {
      const archive = await repository.package({ folder })
      await world.publish(archive)
      return archive
    }
    await home.commit(files('home', '1.0.0', home.url))
    first = await publish(home, 'home')
    await home.commit({ home: null, ...files('away', '1.0.1', home.url) })
    await publish(home, 'away')
    const second = await world.repository('e/second', files('away', '1.0.2', world.url('e/second')))
    await publish(second, 'away')
  })
  afterEach(async () => {
    await world.dispose()
    box.dispose()
  })

  const run = async (argv: readonly string[]) => {
    const env = envIn(box.folder, { CARGO_HOME: world.at('cargo-home'), ASSAY_GIT_INSTEAD_OF: world.insteadOf })
    return (await assay(['provenance', ...argv], { cwd: box.folder, env })).out
  }
  const check = async (...versions: string[]) => {
    const list = path.join(box.folder, 'list')
    writeFileSync(list, versions.map(version => `wanderer ${version}\n`).join(''))
    return JSON.parse(await run(['--from', list, '--output-format', 'json', '--again'])) as ProvenanceRecord[]
  }
  const moves = ({ reasons }: ProvenanceRecord) =>
    reasons.filter(({ code }) => code === 'package-moved' || code === 'repository-changed').map(({ code }) => code)

  it('is told from the archive of that version, for people too though the contents match', async () => {
    const [record] = await check('1.0.1')
    expect(record).toMatchObject({ outcome: 'match', path: 'away' })
    expect(moves(record!)).toEqual(['package-moved'])
    expect(record!.earlier).toEqual({
      published: '1.0.0',
      known: { version: '1.0.0', repository: world.url('e/first'), path: 'home' },
    })
    const human = await run(['wanderer', '1.0.1'])
    expect(human).toContain('- The package lies in "away", that of version 1.0.0 in "home".')
  })

  it('says another repository, and of the first version that there is none before', async () => {
    const [oldest, last] = await check('1.0.0', '1.0.2')
    expect(oldest!.earlier).toEqual({ published: null, known: null })
    expect(moves(oldest!)).toEqual([])
    expect(last!.outcome).toBe('match')
    expect(moves(last!)).toEqual(['repository-changed'])
    expect(last!.reasons.find(({ code }) => code === 'repository-changed')).toMatchObject({
      ...{
        weight: 'warning',
        text: expect.stringContaining(`${world.url('e/second')} instead of ${world.url('e/first')}`),
      },
    })
  })

  it('is not known when the version before is not here, and is known once it was checked', async () => {
    const archive = world.at('registry', 'wanderer-1.0.0.crate')
    rmSync(archive)
    const [alone] = await check('1.0.1')
    expect(alone!.earlier).toEqual({ published: '1.0.0', known: null })
    expect(moves(alone!)).toEqual([])
    writeFileSync(archive, first)
    await check('1.0.0')
    // Not checked again: only read.
    const [row] = JSON.parse(await run(['wanderer', '1.0.1', '--output-format', 'json'])) as ProvenanceRecord[]
    expect(row!.checkedAt).toBe(alone!.checkedAt)
    expect(moves(row!)).toEqual(['package-moved'])
    expect(await run(['wanderer', '1.0.1'])).toContain('that of version 1.0.0 in "home"')
  })

  it('is told of archives that are together more than may be held at once', { timeout: 60_000 }, async () => {
    const names = ['large-a', 'large-b', 'large-c']
    for (const name of names) {
      const repository = await world.repository(`e/${name}`)
      for (const version of ['1.0.0', '1.0.1']) {
        await repository.commit({
          'Cargo.toml': manifest(name, version, repository.url),
          'src/lib.rs': '',
          // Twelve MiB are unpacked at once.
          'zeros.bin': Buffer.alloc(9 << 20),
        })
        await world.publish(await repository.package({ folder: '' }))
      }
    }
    const list = path.join(box.folder, 'list')
    writeFileSync(list, names.map(name => `${name} 1.0.1\n`).join(''))
    const records = JSON.parse(await run(['--from', list, '--output-format', 'json', '--again'])) as ProvenanceRecord[]
    expect(records.map(({ outcome, earlier }) => [outcome, earlier?.known?.version])).toEqual(
      names.map(() => ['match', '1.0.0']),
    )
  })

  it('is found in records as well, whatever the order of a list, and from a version further back', async () => {
    const forwards = await check('1.0.0', '1.0.1', '1.0.2')
    const backwards = await check('1.0.2', '1.0.1', '1.0.0')
    expect(forwards.map(moves)).toEqual([[], ['package-moved'], ['repository-changed']])
    expect(backwards.reverse().map(record => record.earlier)).toEqual(forwards.map(record => record.earlier))
  })
})
