/** Opening a review that was compared ahead, while its row was looked at. */
import fs from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { brand, type AbsolutePath, type Delta } from '../../../shared/domain.ts'
import { ok } from '../../../shared/result.ts'
import type { Registry } from '../io/registry.ts'
import { folderOf, testCaps, testRun } from '../review/testing.ts'
import type { Preferences } from './preferences.ts'
import { createReviews, type Reviews } from './reviews.ts'

const VERSIONS: Readonly<Record<string, string>> = { '1.0.0': 'fn a() {}\n', '1.1.0': 'fn b() {}\n' }
const crate = brand<'CrateName'>('brine')
const delta: Delta = { from: brand<'VetVersion'>('1.0.0'), to: brand<'VetVersion'>('1.1.0') }

let dataDir: AbsolutePath
let here: Set<string>
let read: string[]
let reviews: Reviews

beforeEach(async () => {
  dataDir = await folderOf({})
  here = new Set(Object.keys(VERSIONS))
  read = []
  const registry = {
    archiveHere: (_: string, version: string) => Promise.resolve(here.has(version) ? Buffer.from('archive') : null),
    sourceFolder: () => dataDir,
    files: (_: string, version: string) => {
      read.push(version)
      const entries = [{ path: 'src/lib.rs', data: Buffer.from(VERSIONS[version] ?? ''), isExecutable: false }]
      return Promise.resolve(ok({ entries, checksum: 'c', verifiedBy: 'index' as const }))
    },
  } as unknown as Registry
  const preferences = { setProgress: () => Promise.resolve() } as unknown as Preferences
  reviews = createReviews(
    testCaps(dataDir),
    preferences,
    () => registry,
    () => Promise.resolve('Ada <ada@example.org>'),
  )
})
afterEach(async () => {
  await reviews.close()
  await fs.rm(dataDir, { recursive: true, force: true })
})

const open = async () => {
  const opened = await reviews.open(crate, delta, [], testRun)
  if (!opened.ok) throw new Error(JSON.stringify(opened.error))
  return opened.value
}

test('what was compared ahead is what is opened, without reading an archive again', async () => {
  await reviews.prepare(crate, delta)
  expect(read.toSorted()).toEqual(['1.0.0', '1.1.0'])
  const prepared = await open()
  expect(read).toHaveLength(2)
  expect(prepared.files.map(file => file.path)).toEqual(['src/lib.rs'])
  const file = await reviews.file(prepared.id, 'src/lib.rs', 0, testRun)
  expect(file.ok && file.value.kind).toBe('text')
  // Opened again, its sides are read anew, and it is the same review.
  expect(await open()).toEqual(prepared)
  expect(read).toHaveLength(4)
})

test('nothing is asked for that is not on this machine', async () => {
  here.delete('1.0.0')
  await reviews.prepare(crate, delta)
  expect(read).toEqual([])
  await open()
  expect(read).toHaveLength(2)
})

test('a side from git is left to whoever opens it', async () => {
  const commit = 'f'.repeat(40)
  await reviews.prepare(crate, { from: delta.from, to: brand<'VetVersion'>(`1.1.0@git:${commit}`) })
  expect(read).toEqual([])
})
