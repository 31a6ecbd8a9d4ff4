import { spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { brand, type AbsolutePath, type Delta } from '../../../shared/domain.ts'
import type { MarkedFile } from './carried-marks.ts'
import { openMarks, type MarksOf } from './read-marks.ts'
import { folderOf, testCaps } from './testing.ts'

const version = brand<'VetVersion'>
const delta = (from: string | null, to: string): Delta => ({
  from: from === null ? null : version(from),
  to: version(to),
})
const who = (over: Partial<MarksOf> = {}): MarksOf => ({
  crate: brand<'CrateName'>('getrandom'),
  delta: delta('0.2.15', '0.3.1'),
  reviewer: 'Ada <ada@example.org>',
  ...over,
})
const file = (name: string, hashOld: string | null, hashNew: string | null): MarkedFile => ({
  path: name,
  oldPath: null,
  change: hashOld === null ? 'added' : hashNew === null ? 'deleted' : 'modified',
  group: 'source',
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

/** The file as the former program left it. */
function formerFile(rows: readonly (readonly [path: string, old: string, next: string, mark: string, at: number])[]) {
  const db = new DatabaseSync(path.join(dataDir, 'review-marks.sqlite'))
  db.exec(`CREATE TABLE IF NOT EXISTS mark (
    crate TEXT NOT NULL, path TEXT NOT NULL, hash_old TEXT NOT NULL, hash_new TEXT NOT NULL,
    mark TEXT NOT NULL CHECK (mark IN ('read', 'partly', 'unread')), at_ms INTEGER NOT NULL,
    PRIMARY KEY (crate, path, hash_old, hash_new)
  ) WITHOUT ROWID;`)
  const insert = db.prepare('INSERT OR REPLACE INTO mark VALUES (?, ?, ?, ?, ?, ?)')
  for (const row of rows) insert.run('getrandom', ...row)
  db.close()
}

describe('read marks', () => {
  it('belong to the content of both sides, whatever the delta', async () => {
    const marks = await ready()
    await marks.set(who(), [file('src/lib.rs', 'a', 'b')], 'read')
    const seen = (f: MarkedFile, of = who()) => marks.apply(of, [f])[0]?.mark
    expect(seen(file('src/lib.rs', 'a', 'b'))).toBe('read')
    expect(seen(file('src/lib.rs', 'a', 'b'), who({ delta: delta('0.2.14', '0.3.2') }))).toBe('read')
    expect(seen(file('src/lib.rs', 'b', 'c'))).toBe('changed')
    expect(seen(file('src/other.rs', 'a', 'b'))).toBe('unread')
    expect(seen(file('src/lib.rs', 'a', 'b'), who({ crate: brand<'CrateName'>('other') }))).toBe('unread')
    await marks.set(who(), [file('src/lib.rs', 'b', 'c')], 'unread')
    expect(seen(file('src/lib.rs', 'b', 'c'))).toBe('unread')
    await marks.close()
  })

  it('belong to one reviewer; those without a name to everybody here, until that reviewer says otherwise', async () => {
    const marks = await ready()
    const [one, other, nobody] = [who(), who({ reviewer: 'Bo <bo@example.org>' }), who({ reviewer: '' })]
    const seen = (of: MarksOf, name: string) => marks.apply(of, [file(name, null, name)])[0]?.mark
    await marks.set(one, [file('mine', null, 'mine')], 'read')
    await marks.set(nobody, [file('ours', null, 'ours')], 'read')
    expect([one, other, nobody].map(of => seen(of, 'mine'))).toEqual(['read', 'unread', 'unread'])
    expect([one, other, nobody].map(of => seen(of, 'ours'))).toEqual(['read', 'read', 'read'])
    await marks.set(other, [file('ours', null, 'ours')], 'unread')
    expect([one, other, nobody].map(of => seen(of, 'ours'))).toEqual(['read', 'unread', 'read'])
    await marks.close()
  })

  it('remember where the content that was read lies', async () => {
    const marks = await ready()
    await marks.set(who({ delta: delta(null, '0.3.1') }), [file('src/lib.rs', null, 'b')], 'read')
    const next = who({ delta: delta('0.2.15', '0.3.2') })
    const changed = file('src/lib.rs', 'a', 'c')
    expect(marks.apply(next, [changed])[0]).toMatchObject({
      mark: 'changed',
      earlier: { version: '0.3.1', covers: 'rest', hasDiff: true },
    })
    expect(marks.base(next, changed)).toEqual({ path: 'src/lib.rs', hash: 'b', version: '0.3.1' })
    expect(marks.base(next, file('src/new.rs', null, 'c'))).toBeNull()
    await marks.close()
  })

  it('are put back as they were: partly read, changed, taken back, or nobody had marked it', async () => {
    let nowMs = 0
    const marks = openMarks({ ...testCaps(dataDir), clock: { ...testCaps(dataDir).clock, nowMs: () => ++nowMs } })
    await marks.ready()
    const earlier = who({ delta: delta(null, '0.2.15') })
    const files = ['partly', 'changed', 'back', 'unread', 'again'].map(name => file(name, 'a', 'b'))
    const one = (name: string) => files.filter(({ path }) => path === name)
    await marks.set(earlier, [file('changed', null, 'z')], 'read')
    await marks.set(who({ delta: delta('0.2.14', '0.3.1') }), one('partly'), 'partly')
    await marks.set(who(), one('back'), 'unread')
    const seen = () => [marks.apply(who(), files), files.map(each => marks.base(who(), each))]
    const before = structuredClone(seen())
    const replaced = await marks.set(who(), files, 'read')
    expect(marks.apply(who(), files).map(({ mark }) => mark)).toEqual(Array(5).fill('read'))
    await marks.restore(replaced)
    expect(seen()).toEqual(before)

    const second = await marks.set(who(), files, 'read')
    await marks.set(who(), one('again'), 'partly')
    await marks.set(who(), one('unread'), 'read')
    await marks.restore(second)
    await marks.restore(second)
    expect(marks.apply(who(), files).map(({ mark }) => mark)).toEqual(['partly', 'changed', 'unread', 'read', 'partly'])
    await marks.close()
  })

  it('of a side without a hash stay in their version', async () => {
    const marks = await ready()
    const link: MarkedFile = { ...file('link', 'a', 'b'), hashNew: null, change: 'modified' }
    await marks.set(who(), [link], 'read')
    expect(marks.apply(who(), [link])[0]?.mark).toBe('read')
    expect(marks.apply(who({ delta: delta('0.2.15', '0.3.2') }), [link])[0]?.mark).toBe('unread')
    await marks.close()
  })

  it('survive a restart, with the place where one was', async () => {
    const before = await ready()
    await before.set(who(), [file('a', null, 'x'), file('b', 'y', null)], 'partly')
    await before.setResume('getrandom 0.2.15 -> 0.3.1', { path: 'a', line: 42 })
    await before.close()
    const after = await ready()
    const marks = after.apply(who(), [file('a', null, 'x'), file('b', 'y', null)]).map(f => f.mark)
    expect(marks).toEqual(['partly', 'partly'])
    expect(after.resume('getrandom 0.2.15 -> 0.3.1')).toEqual({ path: 'a', line: 42 })
    expect(after.resume('other')).toBeNull()
    await after.close()
  })

  it('of the former form are taken over, also those that a former program writes later', async () => {
    formerFile([
      ['a', '', 'x', 'read', 10],
      ['b', 'y', 'z', 'partly', 20],
    ])
    const first = await ready()
    const marksOf = (marks: typeof first) =>
      marks.apply(who(), [file('a', null, 'x'), file('b', 'y', 'z'), file('a', 'x', 'w')]).map(f => f.mark)
    expect(marksOf(first)).toEqual(['read', 'partly', 'changed'])
    expect(first.apply(who(), [file('a', null, 'x')])[0]?.earlier).toBeNull()
    await first.close()
    formerFile([
      ['a', '', 'x', 'unread', 30],
      ['b', 'y', 'z', 'read', 15],
    ])
    const again = await ready()
    expect(marksOf(again)).toEqual(['unread', 'partly', 'unread'])
    await again.close()
  })

  it('survive a kill right after they were set', async () => {
    const script = `
      import { openMarks } from ${JSON.stringify(path.resolve(import.meta.dirname, 'read-marks.ts'))}
      import { testCaps } from ${JSON.stringify(path.resolve(import.meta.dirname, 'testing.ts'))}
      const marks = openMarks(testCaps(${JSON.stringify(dataDir)}))
      await marks.ready()
      await marks.set(${JSON.stringify(who())}, [${JSON.stringify(file('a', null, 'x'))}], 'read')
      process.kill(process.pid, 'SIGKILL')
    `
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    expect(child.signal, child.stderr).toBe('SIGKILL')
    const marks = await ready()
    expect(marks.apply(who(), [file('a', null, 'x')])[0]?.mark).toBe('read')
    await marks.close()
  })

  it('start anew beside a damaged file, which is kept', async () => {
    await fs.writeFile(
      path.join(dataDir, 'review-marks.sqlite'),
      'this is no database, it only looks like a file '.repeat(40),
    )
    const marks = await ready()
    await marks.set(who(), [file('a', null, 'x')], 'read')
    expect(marks.apply(who(), [file('a', null, 'x')])[0]?.mark).toBe('read')
    await marks.close()
    expect((await fs.readdir(dataDir)).some(name => name.includes('.broken-'))).toBe(true)
  })
})
