import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import type { CommitChanges } from './git-repository.ts'
import { createManifestHistory, type AskHistory } from './manifest-history.ts'
import type { MirrorSnapshot } from './mirror-state.ts'

const id = (digit: string) => digit.repeat(40)
const change = (newOid: string | null) => ({ path: 'Cargo.toml', mode: '100644', oldOid: null, newOid })
/** A merge has an entry for each parent. */
const ROOT: CommitChanges[] = [
  { commit: id('a'), changes: [change(id('1')), change(null)] },
  { commit: id('b'), changes: [change(id('2'))] },
  { commit: id('c'), changes: [change(id('1'))] },
  { commit: id('c'), changes: [change(id('1'))] },
]
/** The id of 5 stands across two rows as well: 40 bytes that begin in the middle of one. */
const ANYWHERE: CommitChanges[] = [...ROOT, { commit: id('d'), changes: [change(id('3'))] }]

let box: Sandbox
let asked: string[]
let refsSha1: string
beforeEach(() => {
  box = createSandbox({})
  asked = []
  refsSha1 = id('e')
})
afterEach(() => box.dispose())

const answer: AskHistory = async ({ paths, blob }) => {
  asked.push(blob === null ? paths[0]! : `${paths[0]} ${blob[0]}`)
  return paths[0] === 'Cargo.toml' ? ROOT : ANYWHERE
}
const historyOf = (ask = answer) => {
  const snapshot = () =>
    ({ gitDir: box.folder as AbsolutePath, isWhole: true, record: { refsSha1 } }) as unknown as MirrorSnapshot
  const history = createManifestHistory(box.caps, snapshot, ask)
  return (digit: string) => history.commitsWith(id(digit), quietRun())
}
const files = () => readdirSync(box.folder).filter(name => name.startsWith('manifests-'))

it('asks once for all, the root first, and finds each commit once, newest first', async () => {
  const find = historyOf()
  expect(await Promise.all([find('1'), find('2')])).toEqual([[id('a'), id('c')], [id('b')]])
  expect(asked).toEqual(['Cargo.toml'])
  expect([await find('3'), await find('4')]).toEqual([[id('d')], []])
  // The id of a commit is not that of a manifest.
  expect(await find('a')).toEqual([])
  expect(asked).toEqual(['Cargo.toml', ':(glob)**/Cargo.toml'])
})

it('finds nothing across the ends of two ids', async () => {
  const commit = `${'0'.repeat(20)}${'7'.repeat(20)}`
  const next = `${'7'.repeat(20)}${'0'.repeat(20)}`
  const find = historyOf(async () => [
    { commit, changes: [change(next)] },
    { commit: id('a'), changes: [change(next)] },
  ])
  expect(await find('7')).toEqual([])
})

it('reads what was kept, for the same refs only, and not what is damaged', async () => {
  await historyOf()('1')
  expect(await historyOf()('2')).toEqual([id('b')])
  expect(asked).toEqual(['Cargo.toml'])
  refsSha1 = id('f')
  await historyOf()('1')
  expect(asked).toEqual(['Cargo.toml', 'Cargo.toml'])
  for (const damage of [(b: Buffer) => b.subarray(0, -1), (b: Buffer) => b.subarray(2), () => Buffer.alloc(0)]) {
    asked = []
    const file = path.join(box.folder, files()[0]!)
    writeFileSync(file, damage(readFileSync(file)))
    expect(await historyOf()('1')).toEqual([id('a'), id('c')])
    expect(asked).toEqual(['Cargo.toml'])
  }
})

it('asks for one at a time where all are too many, and is null when git fails', async () => {
  const find = historyOf(async (wish, run) => (wish.blob === null ? null : answer(wish, run)))
  expect(await find('1')).toEqual([id('a'), id('c')])
  expect(asked).toEqual(['Cargo.toml 1'])
  expect(files()).toEqual([])
  expect(await historyOf(async () => null)('1')).toBeNull()
})
