import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CrateName, Delta, VetVersion } from '../../../shared/domain.ts'
import { fail, ok } from '../../../shared/result.ts'
import { openCache, type Cache } from '../cache.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import type { ArchiveEntry } from './archive.ts'
import { parseDiffCache, renderDiffCache } from './diff-cache.ts'
import { createMeasurer } from './measure.ts'
import { countFolders, createChangeCounter } from './numstat.ts'
import type { Registry } from './registry.ts'

const hasGit = spawnSync('git', ['--version']).status === 0
const isPosix = process.platform !== 'win32'

let box: Sandbox
beforeEach(() => {
  box = createSandbox()
})
afterEach(() => box.dispose())

/** `path*` marks an executable file. */
type Files = Readonly<Record<string, string | Uint8Array>>
const entriesOf = (files: Files): ArchiveEntry[] =>
  Object.entries(files).map(([name, data]) => ({
    path: name.replace(/\*$/, ''),
    data: typeof data === 'string' ? Buffer.from(data) : data,
    isExecutable: name.endsWith('*'),
  }))

function writeTree(folder: string, files: Files): void {
  fs.mkdirSync(box.at(folder), { recursive: true })
  for (const { path: name, data, isExecutable } of entriesOf(files)) {
    const file = box.at(folder, name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, data)
    fs.chmodSync(file, isExecutable ? 0o755 : 0o644)
  }
}

const lines = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `line ${i + from}\n`).join('')
const binary = Buffer.from([1, 0, 2, 10, 3])

const cases: [what: string, old: Files, now: Files][] = [
  ['nothing', { a: 'x' }, { a: 'x' }],
  ['a changed file', { 'src/lib.rs': lines(9) }, { 'src/lib.rs': lines(7) + 'new\n' }],
  ['a file without a last line feed', { a: 'x\ny' }, { a: 'x\ny\n' }],
  ['added files, one empty, one binary', { a: 'x' }, { a: 'x', b: lines(3), c: '', d: binary }],
  ['deleted files', { a: 'x', b: lines(3), c: '', d: binary }, { a: 'x' }],
  ['line endings only', { a: 'x\ny\n' }, { a: 'x\r\ny\r\n' }],
  ['line endings and one more line', { a: 'x\ny\n' }, { a: 'x\r\ny\r\nz\r\n' }],
  ['a changed mode', { a: 'x\n' }, { 'a*': 'x\n' }],
  ['a changed mode and line endings', { a: 'x\n' }, { 'a*': 'x\r\n' }],
  ['a changed mode and lines', { a: 'x\n' }, { 'a*': 'y\n' }],
  ['a binary that became text', { a: binary }, { a: 'text\n' }],
  ['a binary that changed', { a: binary }, { a: Buffer.concat([binary, binary]) }],
  ['a NUL past what git looks at', { a: 'x\n' }, { a: `${'y'.repeat(8_000)}\0\n` }],
  ['a NUL at the last byte git looks at', { a: 'x\n' }, { a: `${'y'.repeat(7_999)}\0\n` }],
  ['a file moved unchanged', { 'a/x.rs': lines(20), keep: 'k' }, { 'b/x.rs': lines(20), keep: 'k' }],
  ['a file moved and changed', { 'a/x.rs': lines(20) }, { 'b/y.rs': lines(19) + 'other\n' }],
  ['a file that became too different to be moved', { 'a/x.rs': lines(20) }, { 'b/y.rs': lines(20, 500) }],
  ['two equal files, one of them left', { 'a/x': lines(20), 'b/x': lines(20) }, { 'c/x': lines(20) }],
  ['one file that became two', { 'a/x': lines(20) }, { 'b/x': lines(20), 'c/x': lines(20) }],
  ['empty files that moved', { a: '', b: '' }, { c: '', d: '', e: '' }],
  ['a file that became a folder', { a: lines(5) }, { 'a/b': lines(5) + 'x\n' }],
  [
    'the files that cargo vet ignores',
    { 'Cargo.lock': 'a\n', '.cargo_vcs_info.json': '{}\n', x: '1\n' },
    { 'Cargo.lock': 'b\n', x: '2\n' },
  ],
  ['the same names deeper down, which count', { 'd/Cargo.lock': 'a\n' }, { 'd/Cargo.lock': 'b\n' }],
  [
    'attributes that would hide lines',
    { '.gitattributes': '*.rs -diff binary\n', 'a.rs': 'x\n' },
    { '.gitattributes': '*.rs -diff binary\n', 'a.rs': 'y\n' },
  ],
  [
    'odd names',
    { 'a "b".rs': 'x\n', 'ü/→.rs': 'x\n', ' c ': 'x\n' },
    { 'a "b".rs': 'y\n', 'ü/→.rs': 'y\n', ' c ': 'y\n' },
  ],
  ['a folder that git keeps for itself', { 'd/.git/config': 'x\n' }, { 'd/.git/config': 'y\n', 'd/.git/more': 'z\n' }],
]

describe.skipIf(!hasGit || !isPosix)('sizes equal those of git diff --no-index --numstat (needs git)', () => {
  it.each(cases)('%s', async (_what, old, now) => {
    const signal = new AbortController().signal
    writeTree('old', old)
    writeTree('new', now)
    const wanted = await countFolders(box.caps, box.at('old'), box.at('new'), false, signal)
    expect(wanted.ok).toBe(true)
    expect(await createChangeCounter(box.caps).count(entriesOf(old), entriesOf(now), signal)).toEqual(wanted)
  })
  it('when all are asked at once, sharing git’s processes', async () => {
    let started = 0
    const processes = {
      ...box.caps.processes,
      run: (request: Parameters<typeof box.caps.processes.run>[0]) => (started++, box.caps.processes.run(request)),
    }
    const counter = createChangeCounter({ ...box.caps, processes })
    const signal = new AbortController().signal
    const together = await Promise.all(
      cases.map(([, old, now]) => counter.count(entriesOf(old), entriesOf(now), signal)),
    )
    expect(started).toBeLessThanOrEqual(4)
    for (const [i, [, old, now]] of cases.entries()) {
      expect(together[i]).toEqual(await createChangeCounter(box.caps).count(entriesOf(old), entriesOf(now), signal))
    }
  })
  it('against nothing, as a full audit', async () => {
    writeTree('new', { 'a.rs': lines(3), b: binary, 'Cargo.lock': 'x\n' })
    const signal = new AbortController().signal
    const counted = await countFolders(box.caps, null, box.at('new'), false, signal)
    expect(counted).toEqual(ok({ insertions: 3, deletions: 0, filesChanged: 2 }))
    const entries = entriesOf({ 'a.rs': lines(3), b: binary, 'Cargo.lock': 'x\n' })
    expect(await createChangeCounter(box.caps).count([], entries, signal)).toEqual(counted)
  })
  it('without the root manifest when the target is a git revision', async () => {
    writeTree('new', { 'Cargo.toml': 'x\n', 'd/Cargo.toml': 'x\n' })
    const signal = new AbortController().signal
    expect(await countFolders(box.caps, null, box.at('new'), true, signal)).toEqual(
      ok({ insertions: 1, deletions: 0, filesChanged: 1 }),
    )
  })
})

it('is a clear failure without git', async () => {
  const notFound = () => Promise.resolve({ kind: 'not-found' } as const)
  const caps = { ...box.caps, processes: { ...box.caps.processes, run: notFound } }
  const counted = createChangeCounter(caps).count(
    entriesOf({ a: 'x' }),
    entriesOf({ a: 'y' }),
    new AbortController().signal,
  )
  expect(await counted).toEqual(fail({ code: 'git-not-found', tried: 'git on the PATH' }))
})

describe('createMeasurer', () => {
  let cache: Cache
  beforeEach(() => {
    cache = openCache(box.caps)
  })
  afterEach(() => cache.close())
  const leaf = 'leaf' as CrateName
  const delta = (from: string | null, to: string): Delta => ({ from: from as VetVersion | null, to: to as VetVersion })
  const registryOf = (versions: Readonly<Record<string, Files>>, asked: string[] = []): Registry => ({
    id: 'test',
    versions: () => Promise.reject(new Error('not asked')),
    known: () => null,
    stored: () => null,
    archiveHere: () => Promise.resolve(null),
    indexLine: () => Promise.reject(new Error('not asked')),
    archive: () => Promise.reject(new Error('not asked')),
    sourceFolder: () => {
      throw new Error('not asked')
    },
    unpacked: () => Promise.reject(new Error('not asked')),
    async files(crate, version) {
      asked.push(`${crate} ${version}`)
      const files = versions[version]
      if (files === undefined) return fail({ code: 'crate-not-in-registry', crate, version })
      return ok({ entries: entriesOf(files), checksum: '', verifiedBy: 'index' })
    },
  })
  const versions = { '1.0.0': { a: lines(3) }, '1.1.0': { a: lines(3), b: lines(2) } }

  it('remembers sizes in the cache, for the next start too', async () => {
    const asked: string[] = []
    const measurer = createMeasurer(box.caps, registryOf(versions, asked), cache, { diffCacheDir: null })
    expect(measurer.known(leaf, delta('1.0.0', '1.1.0'))).toBeNull()
    const stat = { insertions: 2, deletions: 0, filesChanged: 1 }
    expect(await measurer.measure(leaf, delta('1.0.0', '1.1.0'), quietRun())).toEqual(ok(stat))
    expect(measurer.known(leaf, delta('1.0.0', '1.1.0'))).toEqual(stat)
    const later = createMeasurer(box.caps, registryOf({}), cache, { diffCacheDir: null })
    expect(later.known(leaf, delta('1.0.0', '1.1.0'))).toEqual(stat)
    expect(asked.sort()).toEqual(['leaf 1.0.0', 'leaf 1.1.0'])
  })
  it('reads each side once for several deltas', async () => {
    const asked: string[] = []
    const measurer = createMeasurer(box.caps, registryOf(versions, asked), cache, { diffCacheDir: null })
    await Promise.all(
      [delta('1.0.0', '1.1.0'), delta(null, '1.1.0'), delta('1.0.0', '1.1.0')].map(d =>
        measurer.measure(leaf, d, quietRun()),
      ),
    )
    expect(asked.sort()).toEqual(['leaf 1.0.0', 'leaf 1.1.0'])
  })
  it('reads and writes cargo vet’s diff cache, keeping what is there', async () => {
    box.write({
      'vet/diff-cache.toml':
        'version = "2"\n\n[diffs.other."1.0.0"]\ninsertions = 1\ndeletions = 2\nfiles_changed = 3\n\n[diffs.leaf."1.0.0"]\ninsertions = 7\ndeletions = 7\nfiles_changed = 7\n',
    })
    const measurer = createMeasurer(box.caps, registryOf(versions), cache, { diffCacheDir: box.at('vet') })
    expect(await measurer.measure(leaf, delta(null, '1.0.0'), quietRun())).toEqual(
      ok({ insertions: 7, deletions: 7, filesChanged: 7 }),
    )
    expect(await measurer.measure(leaf, delta(null, '1.1.0'), quietRun())).toEqual(
      ok({ insertions: 5, deletions: 0, filesChanged: 2 }),
    )
    expect(await measurer.flush()).toEqual(ok(null))
    expect(fs.readFileSync(box.at('vet/diff-cache.toml'), 'utf8')).toBe(
      'version = "2"\n\n[diffs.leaf."1.0.0"]\ninsertions = 7\ndeletions = 7\nfiles_changed = 7\n\n[diffs.leaf."1.1.0"]\ninsertions = 5\ndeletions = 0\nfiles_changed = 2\n\n[diffs.other."1.0.0"]\ninsertions = 1\ndeletions = 2\nfiles_changed = 3\n',
    )
  })
  it.skipIf(!hasGit)('uses the sources of a cargo vet cache folder, without the registry (needs git)', async () => {
    const git = `.git.${'a'.repeat(40)}`
    box.write({
      'vet/src/leaf-1.0.0/a': lines(30),
      'vet/src/leaf-1.0.0/.cargo-ok': 'ok',
      [`vet/src/leaf-1.0.0${git}/a`]: lines(31),
      [`vet/src/leaf-1.0.0${git}/.cargo-ok`]: 'ok',
    })
    const measurer = createMeasurer(box.caps, registryOf({}), cache, { diffCacheDir: box.at('vet') })
    expect(await measurer.measure(leaf, delta(null, '1.0.0'), quietRun())).toEqual(
      ok({ insertions: 30, deletions: 0, filesChanged: 1 }),
    )
    const toGit = delta('1.0.0', `1.0.0@git:${'a'.repeat(40)}`)
    expect(await measurer.measure(leaf, toGit, quietRun())).toEqual(
      ok({ insertions: 1, deletions: 0, filesChanged: 1 }),
    )
    expect(cache.diff('test', 'leaf', '1.0.0')).toBeNull() // nobody verified those sources
  })
  it('passes failures on and forgets them', async () => {
    const available: Record<string, Files> = {}
    const measurer = createMeasurer(box.caps, registryOf(available), cache, { diffCacheDir: null })
    expect(await measurer.measure(leaf, delta(null, '1.0.0'), quietRun())).toMatchObject({
      error: { code: 'crate-not-in-registry' },
    })
    available['1.0.0'] = { a: 'x\n' }
    expect(await measurer.measure(leaf, delta(null, '1.0.0'), quietRun())).toMatchObject({ ok: true })
    expect(await measurer.measure(leaf, delta(null, `1.0.0@git:${'a'.repeat(40)}`), quietRun())).toMatchObject({
      error: { code: 'git-source-unsupported' },
    })
  })
  it('is left on cancel, while another who asks for the same goes on', async () => {
    let give: () => void = () => undefined
    const gate = new Promise<void>(done => (give = done))
    const inner = registryOf(versions)
    const slow: Registry = {
      ...inner,
      async files(crate, version, run) {
        await Promise.race([
          gate,
          new Promise((_, no) =>
            run.signal.addEventListener('abort', () => no(Object.assign(new Error(), { name: 'Cancelled' }))),
          ),
        ])
        return inner.files(crate, version, run)
      },
    }
    const measurer = createMeasurer(box.caps, slow, cache, { diffCacheDir: null })
    const abort = new AbortController()
    const first = measurer.measure(leaf, delta(null, '1.0.0'), quietRun(abort.signal))
    const second = measurer.measure(leaf, delta(null, '1.0.0'), quietRun())
    setTimeout(() => abort.abort(), 20)
    await expect(first).rejects.toMatchObject({ name: 'Cancelled' })
    give()
    expect(await second).toMatchObject({ ok: true })
  })
})

describe('diff-cache.toml', () => {
  const stat = { insertions: 1, deletions: 2, filesChanged: 3 }
  it('is written in cargo vet’s order: full audits first, then by version before and after', () => {
    const deltas = ['1.10.0 -> 1.9.0', '1.9.0 -> 1.10.0', '1.10.0', '1.9.0', '1.9.0 -> 1.10.0-rc.1'].map(
      d => [d, stat] as const,
    )
    const text = renderDiffCache(
      new Map([
        ['b', new Map(deltas)],
        ['a', new Map([['2.0.0', stat]])],
        ['empty', new Map()],
      ]),
    )
    expect([...text.matchAll(/^\[diffs\.(.*)\]$/gm)].map(m => m[1])).toEqual([
      'a."2.0.0"',
      'b."1.9.0"',
      'b."1.10.0"',
      'b."1.9.0 -> 1.10.0-rc.1"',
      'b."1.9.0 -> 1.10.0"',
      'b."1.10.0 -> 1.9.0"',
    ])
    expect(text.startsWith('version = "2"\n\n[diffs.a')).toBe(true)
  })
  it.each([
    ['another version', 'version = "1"\n[diffs.a."1.0.0"]\ninsertions = 1\ndeletions = 2\nfiles_changed = 3\n'],
    ['no TOML', 'version = "2\n'],
    [
      'rows that are no counts',
      'version = "2"\n[diffs.a."1.0.0"]\ninsertions = -1\ndeletions = 2\nfiles_changed = 3\n',
    ],
  ])('with %s counts as empty', async (_what, text) => {
    expect([...(await parseDiffCache(text)).values()].every(deltas => deltas.size === 0)).toBe(true)
  })
})
