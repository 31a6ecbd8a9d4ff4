/** Marks carried through the reviews of several versions, over real files and the real git; archives are folders here. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { brand, type AbsolutePath, type Delta } from '../../../shared/domain.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Review } from '../../../shared/wire.ts'
import type { Registry } from '../io/registry.ts'
import { folderOf, testCaps, testRun } from '../review/testing.ts'
import type { Preferences } from './preferences.ts'
import { createReviewMarks, type ReviewMarks } from './review-marks.ts'
import { createReviews, type Reviews } from './reviews.ts'

const crate = brand<'CrateName'>('brine')
const version = brand<'VetVersion'>
const delta = (from: string | null, to: string): Delta => ({
  from: from === null ? null : version(from),
  to: version(to),
})
const block = Array.from({ length: 8 }, (_, i) => `    let salt_${i} = boil(${i});`).join('\n')
const filler = Array.from({ length: 30 }, (_, i) => `pub fn keep_${i}() {}`).join('\n')
const VERSIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '0.9.0': { 'Cargo.toml': 'v0.9\n', 'src/lib.rs': 'fn zero() {}\n', 'src/same.rs': 'fn same() {}\n' },
  '1.0.0': {
    'Cargo.toml': 'v1.0\n',
    'src/lib.rs': 'fn one() {}\nfn keep() {}\n',
    'src/same.rs': 'fn same() {}\n',
    'src/wide.rs': `${filler}\n${block}\n`,
  },
  '1.1.0': {
    'Cargo.toml': 'v1.1\n',
    'src/lib.rs': 'fn two() {}\nfn keep() {}\n',
    'src/renamed.rs': 'fn same() {}\n',
    'src/wide.rs': `${filler}\n`,
    'src/narrow.rs': `${block}\n`,
  },
}

let dataDir: AbsolutePath
let folders: Map<string, AbsolutePath>
let who: string | null
let reviews: Reviews
let marks: ReviewMarks

beforeEach(async () => {
  dataDir = await folderOf({})
  folders = new Map()
  for (const [name, files] of Object.entries(VERSIONS)) folders.set(name, await folderOf(files))
  who = 'Ada <ada@example.org>'
  const unpacked = (name: string) => {
    const folder = folders.get(name)
    return Promise.resolve(
      folder === undefined
        ? fail({ code: 'offline' as const, needed: `brine ${name}` })
        : ok({ folder, checksum: 'c', verifiedBy: 'index' as const, executables: [] }),
    )
  }
  const registry = {
    unpacked: (_: string, name: string) => unpacked(name),
    sourceFolder: (_: string, name: string) => folders.get(name),
    files: (_: string, name: string) => {
      const entries = Object.entries(VERSIONS[name] ?? {}).map(([path, text]) => ({
        ...{ path, data: Buffer.from(text), isExecutable: false },
      }))
      return Promise.resolve(ok({ entries, checksum: 'c', verifiedBy: 'index' as const }))
    },
  } as unknown as Registry
  const preferences = { setProgress: () => Promise.resolve() } as unknown as Preferences
  const caps = testCaps(dataDir)
  reviews = createReviews(
    caps,
    preferences,
    () => registry,
    () => Promise.resolve(who),
  )
  marks = createReviewMarks({
    caps,
    review: id => reviews.sides(id),
    readContent: (id, file) => reviews.readContent(id, file),
    async unpacked(_, name) {
      const got = await unpacked(name)
      return got.ok ? ok(got.value.folder) : got
    },
    run: testRun,
  })
})
afterEach(async () => {
  await reviews.close()
  for (const folder of [dataDir, ...folders.values()]) await fs.rm(folder, { recursive: true, force: true })
})

function taken<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}
const open = async (from: string | null, to: string) => taken(await reviews.open(crate, delta(from, to), [], testRun))
const readAll = async (review: Review) => {
  const paths = review.files.map(file => file.path)
  return taken(await reviews.mark(review.id, paths, 'read', null))
}
const said = (review: Review) =>
  Object.fromEntries(
    review.files.map(file => [
      file.path,
      [file.mark, file.earlier?.version, file.earlier?.covers].filter(x => x !== undefined).join(' '),
    ]),
  )
const since = (review: Review, file: string) =>
  marks.handlers['review.sinceRead']({ review: review.id, path: file, page: 0 })

describe('marks through several versions', () => {
  it('what was read in full stays read in a change from an older base', async () => {
    await readAll(await open(null, '1.0.0'))
    const review = await open('0.9.0', '1.1.0')
    expect(said(review)).toEqual({
      'Cargo.toml': 'changed 1.0.0 rest',
      'src/lib.rs': 'changed 1.0.0 rest',
      'src/narrow.rs': 'unread',
      'src/renamed.rs': 'read 1.0.0 all',
      'src/wide.rs': 'changed 1.0.0 rest',
    })
    expect(said(await open('0.9.0', '1.0.0'))).toMatchObject({ 'src/lib.rs': 'read 1.0.0 all' })
    who = 'Bo <bo@example.org>'
    const others = await open('0.9.0', '1.1.0')
    expect(new Set(others.files.map(file => file.mark))).toEqual(new Set(['unread']))
  })

  it('what changed since it was read is shown from the bytes that were read', async () => {
    await readAll(await open(null, '1.0.0'))
    const review = await open('0.9.0', '1.1.0')
    const diff = taken(await since(review, 'src/lib.rs'))
    expect(diff).toMatchObject({
      kind: 'text',
      path: 'src/lib.rs',
      oldText: 'fn one() {}\nfn keep() {}\n',
      newText: 'fn two() {}\nfn keep() {}\n',
      hunks: [{ oldStart: 1, oldEnd: 2, newStart: 1, newEnd: 2 }],
    })
    const nothing = await since(review, 'src/narrow.rs')
    expect(nothing.ok ? null : nothing.error.code).toBe('refused')
    const stranger = await since(review, '../secret')
    expect(stranger.ok ? null : stranger.error.code).toBe('file-not-in-review')
  })

  it('fails when the bytes that were read cannot be had, or are others', async () => {
    await readAll(await open(null, '1.0.0'))
    const review = await open('0.9.0', '1.1.0')
    const kept = folders.get('1.0.0')!
    await fs.writeFile(path.join(kept, 'src/lib.rs'), 'fn other() {}\n')
    const other = await since(review, 'src/lib.rs')
    expect(other.ok ? null : other.error).toMatchObject({
      code: 'refused',
      message: 'src/lib.rs of brine 1.0.0 is not what was read',
    })
    folders.delete('1.0.0')
    const offline = await since(review, 'src/lib.rs')
    expect(offline.ok ? null : offline.error.code).toBe('offline')
    await fs.rm(kept, { recursive: true, force: true })
  })

  it('marking what is left makes it read, and taking it back is not overruled', async () => {
    await readAll(await open(null, '1.0.0'))
    const review = await open('0.9.0', '1.1.0')
    const marked = taken(await reviews.mark(review.id, ['src/lib.rs'], 'read', null))
    expect(said(marked)['src/lib.rs']).toBe('read')
    const back = taken(await reviews.mark(review.id, ['src/lib.rs', 'src/renamed.rs'], 'unread', null))
    expect(said(back)).toMatchObject({ 'src/lib.rs': 'unread', 'src/renamed.rs': 'unread' })
  })

  it('says the hashes of a file to whoever asks for them', async () => {
    const review = await open('0.9.0', '1.1.0')
    const [first] = review.files
    expect(reviews.hashes(review.id, first?.path ?? '')).toEqual({ hashOld: first?.hashOld, hashNew: first?.hashNew })
    expect(first?.hashNew).toMatch(/^[0-9a-f]{64}$/)
    expect([reviews.hashes(review.id, 'no such file'), reviews.hashes('brine 7', first?.path ?? '')]).toEqual([
      null,
      null,
    ])
  })

  it('marks are undone by the name they were set under, once, in their review', async () => {
    await readAll(await open(null, '1.0.0'))
    const review = await open('0.9.0', '1.1.0')
    const paths = review.files.map(file => file.path)
    taken(await reviews.mark(review.id, paths, 'read', 'first'))
    const other = await open(null, '1.1.0')
    const refused = { ok: false, error: { code: 'refused' } }
    expect(await reviews.undoMark(other.id, 'first')).toMatchObject(refused)
    expect(await reviews.undoMark(review.id, 'second')).toMatchObject(refused)
    expect(taken(await reviews.undoMark(review.id, 'first'))).toEqual(review)
    expect(await reviews.undoMark(review.id, 'first')).toMatchObject(refused)
  })

  it('blocks that moved between files are linked', async () => {
    const review = await open('1.0.0', '1.1.0')
    expect(taken(await marks.handlers['review.moves']({ review: review.id }))).toEqual({
      moves: [
        {
          from: { path: 'src/wide.rs', line: 31, endLine: 38 },
          to: { path: 'src/narrow.rs', line: 1, endLine: 8 },
        },
      ],
      cut: null,
    })
    const full = await open(null, '1.1.0')
    expect(taken(await marks.handlers['review.moves']({ review: full.id })).moves).toEqual([])
    const closed = await marks.handlers['review.moves']({ review: 'brine 7' })
    expect(closed.ok ? null : closed.error.code).toBe('review-unknown')
  })
})
