/** A tag is held against what it was when it was first seen, whatever checks came in between. */
import { renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProvenanceRecord } from '../../../shared/provenance.ts'
import {
  makeWorld,
  manifest,
  missingTools,
  type TestRepository,
  type World,
} from '../../engine/provenance/testing/world.ts'
import { assay, envIn, scratch } from './testing.ts'

describe.skipIf(missingTools !== null)(`the tag of a version (needs ${missingTools ?? 'nothing more'})`, () => {
  let world: World
  let box: ReturnType<typeof scratch>
  let repository: TestRepository
  beforeEach(async () => {
    world = await makeWorld('tag')
    box = scratch()
    repository = await world.repository('g/tagged', {
      'Cargo.toml': manifest('tagged', '1.0.0', world.url('g/tagged')),
      'src/lib.rs': '',
    })
    await repository.tag('v1.0.0')
    await world.publish(await repository.package())
    expect(await check()).toMatchObject({ outcome: 'match', anchor: 'tag+branch' })
  })
  afterEach(async () => {
    await world.dispose()
    box.dispose()
  })

  const env = () => envIn(box.folder, { CARGO_HOME: world.at('cargo-home'), ASSAY_GIT_INSTEAD_OF: world.insteadOf })
  const check = async (): Promise<ProvenanceRecord> => {
    const argv = ['provenance', 'tagged', '1.0.0', '--refresh', '--output-format', 'json']
    return (JSON.parse((await assay(argv, { cwd: box.folder, env: env() })).out) as ProvenanceRecord[])[0]!
  }
  const alarms = ({ reasons }: ProvenanceRecord) => reasons.filter(({ code }) => code === 'tag-moved')

  /** A check that can read no repository: neither its copy nor the original is there. */
  const checkBlind = async () => {
    const away = `${repository.folder}-away`
    renameSync(repository.folder, away)
    rmSync(path.join(env()['ASSAY_CACHE_DIR']!, 'mirrors'), { recursive: true })
    const record = await check()
    renameSync(away, repository.folder)
    return record
  }

  it('is remembered over a check that saw no repository', async () => {
    expect(await checkBlind()).toMatchObject({ outcome: 'repository-unavailable', anchorDetail: { tag: null } })
    await repository.commit({ 'src/lib.rs': '// moved\n' })
    await repository.tag('v1.0.0', { force: true })
    const moved = await check()
    expect(alarms(moved)).toMatchObject([{ weight: 'alarm', text: expect.stringContaining('when it was first seen') }])
  })

  it('is told as moved or gone until it is what it was', async () => {
    const was = await repository.head()
    await repository.git('tag', '-d', 'v1.0.0')
    expect(alarms(await check())[0]?.text).toContain('is gone now')
    expect(alarms(await check())[0]?.text).toContain('is gone now')
    await repository.commit({ 'src/lib.rs': '// moved\n' })
    await repository.tag('v1.0.0')
    expect(alarms(await check())[0]?.text).toMatch(
      /was at [0-9a-f]{12} when it was first seen and is at [0-9a-f]{12} now/,
    )
    await repository.tag('v1.0.0', { force: true, at: was })
    expect(alarms(await check())).toEqual([])
  })

  it('has not moved when another tag names the version as well', async () => {
    await repository.tag('tagged-v1.0.0')
    const record = await check()
    expect(record.anchorDetail.tag?.name).toBe('refs/tags/tagged-v1.0.0')
    expect(alarms(record)).toEqual([])
  })
})
