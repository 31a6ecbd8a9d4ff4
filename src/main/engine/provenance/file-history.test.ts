/** History and lines of a file from a copy that holds commits only, against what git says in the whole repository. */
import { access, chmod, mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Cancelled } from '../../../shared/result.ts'
import { createSandbox, quietRun, type Sandbox } from '../test-sandbox.ts'
import { commitWords } from './commit-text.ts'
import { parseBlame, parseEntries, readFileBlame, readFileLog, type FileBlame } from './file-history.ts'
import { openMirrors, type Mirrors } from './mirror.ts'
import { makeWorld, missingTools, type TestRepository, type World } from './testing/world.ts'

const FILE = 'part/src/lib.rs'
const lines = (...numbers: readonly number[]) => numbers.map(n => `line ${n}\n`).join('')

describe.skipIf(missingTools !== null)('the history of a file', () => {
  let world: World
  let box: Sandbox
  let mirrors: Mirrors
  const run = quietRun()
  beforeEach(async () => {
    world = await makeWorld('history')
    box = createSandbox({}, () => Date.UTC(2026, 5, 1))
    const options = { redirects: world.redirects, offline: false, maxBytes: 1 << 28, maxParallel: 2 }
    mirrors = openMirrors(box.caps, options)
  })
  afterEach(async () => {
    await mirrors.close()
    await world.dispose()
    box.dispose()
  })
  const open = async (origin: TestRepository) => {
    const answer = await mirrors.open(origin.url, { commit: null, newerThanMs: null, refresh: false }, run)
    if (!answer.ok) throw new Error(answer.error.text)
    return answer.value
  }
  const blame = async (origin: TestRepository, commit: string, file = FILE): Promise<FileBlame> => {
    const answer = await readFileBlame(box.caps, await open(origin), { commit, file }, run)
    if (!answer.ok) throw new Error(answer.error.text)
    return answer.value
  }
  /** The commit of each line, as the whole repository's own git says. */
  const byGit = async (origin: TestRepository, commit: string, file = FILE) =>
    (await origin.git('blame', '-l', '-s', '--root', commit, '--', file))
      .split('\n')
      .map(line => line.replace(/^\^/, '').slice(0, 40))
  const byUs = ({ ranges, commits }: FileBlame) =>
    ranges.flatMap(range => Array.from({ length: range.lines }, () => commits[range.commit]!.oid))

  it('is that of git, merges included, from a copy of commits alone', async () => {
    const origin = await world.repository('one', { [FILE]: lines(1, 2, 3, 4, 5, 6, 7, 8), other: 'x' })
    await origin.commit({ [FILE]: lines(1, 2, 30, 4, 5, 6, 7, 8) }, 'Change three\n\nBecause of this.')
    await origin.branch('side', 'HEAD')
    await origin.commit({ [FILE]: lines(1, 2, 30, 4, 5, 6, 7, 80) }, 'Change eight')
    await origin.branch('main')
    await origin.commit({ [FILE]: lines(10, 2, 30, 4, 5, 6, 7, 8), other: 'y' }, 'Change one')
    await origin.git('merge', '-q', '--no-edit', 'side')
    const tip = await origin.commit({ other: 'z' }, 'Nothing of ours')
    const found = await blame(origin, tip)
    expect(byUs(found)).toEqual(await byGit(origin, tip))
    expect(found.commits.map(one => [one.title, one.body, one.change])).toEqual([
      ['Change one', '', 'modified'],
      ['Change eight', '', 'modified'],
      ['Change three', 'Because of this.', 'modified'],
      ['Change', '', 'added'],
    ])
    expect(found.commits[0]).toMatchObject({ author: 'A. Author', path: FILE })
    const times = (await origin.git('log', '--format=%at', '--no-merges', tip, '--', FILE)).split('\n')
    expect(found.commits.map(one => one.authoredAtMs)).toEqual(times.map(time => Number(time) * 1000))
  })

  it('goes on over a rename, and the lines end there and say so', async () => {
    const origin = await world.repository('two', {
      'old/name.rs': lines(1, 2, 3),
      'old/b.rs': 'b\n',
      'old/c.rs': 'c\n',
    })
    const before = await origin.commit({ 'old/name.rs': lines(1, 2, 33) }, 'Before')
    const renamed = await origin.commit(
      { 'old/name.rs': null, 'old/b.rs': null, 'old/c.rs': null, [FILE]: lines(1, 2, 33), 'part/c.rs': 'cc\n' },
      'Move',
    )
    const tip = await origin.commit({ [FILE]: lines(11, 2, 33) }, 'After')
    const found = await blame(origin, tip)
    expect(found.commits.map(one => [one.title, one.change, one.path])).toEqual([
      ['After', 'modified', FILE],
      ['Move', 'renamed', FILE],
      ['Before', 'modified', 'old/name.rs'],
      ['Change', 'added', 'old/name.rs'],
    ])
    expect(found.commits[2]?.oid).toBe(before)
    expect(found.ranges).toEqual([
      { line: 1, lines: 1, commit: 0, isBoundary: false },
      { line: 2, lines: 2, commit: 1, isBoundary: true },
    ])
    expect(found.remarks.join(' ')).toContain(`Lines older than ${renamed.slice(0, 9)} are named for it`)
  })

  it('of a file that never changed, an empty one, and none', async () => {
    const origin = await world.repository('three', { [FILE]: lines(1, 2), empty: '', ':(top)*': 'magic\n' })
    const tip = await origin.head()
    expect((await blame(origin, tip)).ranges).toEqual([{ line: 1, lines: 2, commit: 0, isBoundary: false }])
    expect((await blame(origin, tip, 'empty')).ranges).toEqual([])
    // A name is a name, not a pattern.
    expect((await blame(origin, tip, ':(top)*')).ranges).toHaveLength(1)
    const repository = await open(origin)
    for (const file of ['none', '', '/etc/passwd', '*', '../x'])
      expect(await readFileBlame(box.caps, repository, { commit: tip, file }, run)).toMatchObject({ ok: false })
    expect(await readFileLog(box.caps, repository, { commit: '--output=x', file: FILE }, run)).toMatchObject({
      ok: false,
    })
  })

  it('runs nothing of the repository, and stops when it is cancelled', async () => {
    const origin = await world.repository('four', { [FILE]: lines(1), '.gitattributes': '*.rs diff=evil\n' })
    const tip = await origin.commit({ [FILE]: lines(1, 2) })
    const repository = await open(origin)
    const mark = box.at('ran')
    const hook = box.at('hook.sh')
    await writeFile(hook, `#!/bin/sh\ntouch '${mark}'\ncat\n`)
    await chmod(hook, 0o755)
    // As if the copy's own configuration had been tampered with.
    const config = `\n[diff "evil"]\n\ttextconv = ${hook}\n\tcommand = ${hook}\n[core]\n\tpager = ${hook}\n\thooksPath = ${box.folder}\n\tfsmonitor = ${hook}\n`
    await mkdir(path.join(repository.gitDir, 'info'), { recursive: true })
    await writeFile(path.join(repository.gitDir, 'info', 'attributes'), '*.rs diff=evil\n')
    await writeFile(path.join(repository.gitDir, 'config'), config, { flag: 'a' })
    expect((await blame(origin, tip)).ranges).toHaveLength(2)
    await expect(access(mark)).rejects.toThrow()
    const abort = new AbortController()
    abort.abort()
    const cancelled = readFileLog(box.caps, repository, { commit: tip, file: FILE }, quietRun(abort.signal))
    await expect(cancelled).rejects.toThrow(Cancelled)
  })
})

describe('what git prints', () => {
  const [a, b, c] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)] as const
  it('of a history, where a path looks like a commit', () => {
    const text = `${a}\0\n:100644 100644 ${b} ${c} M\0${b}\0${c}\0\n:100644 100644 ${b} ${b} R100\0${a}\0new\n:name\0`
    expect(parseEntries(Buffer.from(text))).toEqual([
      { oid: a, change: 'modified', path: b, blob: c },
      { oid: c, change: 'renamed', path: 'new\n:name', blob: b },
    ])
  })
  it('of lines, where a line looks like a header', () => {
    const text = `${a} 1 1 2\nauthor x\nboundary\nfilename f\n\t${b} 1 1\n${a} 2 2\n\tboundary\n${b} 3 3 1\nauthor y\n\t\n`
    expect(parseBlame(Buffer.from(text))).toEqual([
      { oid: a, isBoundary: true },
      { oid: a, isBoundary: true },
      { oid: b, isBoundary: false },
    ])
  })
  it.each([
    [
      'author A B <a@b> 12 +0100\n\nTitle\n\nBody',
      { author: 'A B', authoredAtMs: 12_000, title: 'Title', body: 'Body' },
    ],
    ['author <a@b> 12 +0100\n\n\n\nLate title', { author: 'a@b', authoredAtMs: 12_000, title: 'Late title', body: '' }],
    ['tree x\n\nauthor E <e> 5 +0000', { author: '', authoredAtMs: null, title: 'author E <e> 5 +0000', body: '' }],
    ['', { author: '', authoredAtMs: null, title: '', body: '' }],
  ])('of a commit: %j', (text, want) => expect(commitWords(Buffer.from(text))).toEqual(want))
})
