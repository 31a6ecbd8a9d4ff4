import { spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { brand, type AbsolutePath } from '../../../shared/domain.ts'
import { openMarks, type MarkedFile } from './read-marks.ts'
import { folderOf, testCaps } from './testing.ts'

const crate = brand<'CrateName'>('getrandom')
const file = (name: string, hashOld: string | null, hashNew: string | null): MarkedFile => ({
  path: name,
  hashOld,
  hashNew,
})

let dataDir: AbsolutePath
beforeEach(async () => {
  dataDir = await folderOf({})
})
afterEach(() => fs.rm(dataDir, { recursive: true, force: true }))

async function ready() {
  const marks = openMarks(testCaps(dataDir))
  await marks.ready()
  return marks
}

describe('read marks', () => {
  it('belong to the content of both sides, whatever the delta', async () => {
    const marks = await ready()
    await marks.set(crate, [file('src/lib.rs', 'a', 'b')], 'read')
    const seen = (f: MarkedFile) => marks.apply(crate, [f])[0]?.mark
    expect(seen(file('src/lib.rs', 'a', 'b'))).toBe('read')
    expect(seen(file('src/lib.rs', 'b', 'c'))).toBe('changed')
    expect(seen(file('src/other.rs', 'a', 'b'))).toBe('unread')
    expect(marks.apply(brand<'CrateName'>('other'), [file('src/lib.rs', 'a', 'b')])[0]?.mark).toBe('unread')
    await marks.set(crate, [file('src/lib.rs', 'b', 'c')], 'unread')
    expect(seen(file('src/lib.rs', 'b', 'c'))).toBe('unread')
    await marks.close()
  })

  it('survive a restart, with the place where one was', async () => {
    const before = await ready()
    await before.set(crate, [file('a', null, 'x'), file('b', 'y', null)], 'partly')
    await before.setResume('getrandom 0.2.15 -> 0.3.1', { path: 'a', line: 42 })
    await before.close()
    const after = await ready()
    expect(after.apply(crate, [file('a', null, 'x'), file('b', 'y', null)]).map(f => f.mark)).toEqual([
      'partly',
      'partly',
    ])
    expect(after.resume('getrandom 0.2.15 -> 0.3.1')).toEqual({ path: 'a', line: 42 })
    expect(after.resume('other')).toBeNull()
    await after.close()
  })

  it('survive a kill right after they were set', async () => {
    const script = `
      import { openMarks } from ${JSON.stringify(path.resolve(import.meta.dirname, 'read-marks.ts'))}
      import { testCaps } from ${JSON.stringify(path.resolve(import.meta.dirname, 'testing.ts'))}
      const marks = openMarks(testCaps(${JSON.stringify(dataDir)}))
      await marks.ready()
      await marks.set('getrandom', [{ path: 'a', hashOld: null, hashNew: 'x' }], 'read')
      process.kill(process.pid, 'SIGKILL')
    `
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    expect(child.signal, child.stderr).toBe('SIGKILL')
    const marks = await ready()
    expect(marks.apply(crate, [file('a', null, 'x')])[0]?.mark).toBe('read')
    await marks.close()
  })

  it('start anew beside a damaged file, which is kept', async () => {
    await fs.writeFile(
      path.join(dataDir, 'review-marks.sqlite'),
      'this is no database, it only looks like a file '.repeat(40),
    )
    const marks = await ready()
    await marks.set(crate, [file('a', null, 'x')], 'read')
    expect(marks.apply(crate, [file('a', null, 'x')])[0]?.mark).toBe('read')
    await marks.close()
    expect((await fs.readdir(dataDir)).some(name => name.includes('.broken-'))).toBe(true)
  })
})
