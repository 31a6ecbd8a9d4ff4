import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import fs from 'node:fs/promises'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Hunk } from '../../../shared/wire.ts'
import type { Capabilities } from '../capabilities.ts'
import { coarseHunk, diffLines, oneSidedHunks, parseHunks, parseNumstat } from './git-diff.ts'
import { folderOf, testCaps, testRun } from './testing.ts'

let dataDir: AbsolutePath
let caps: Capabilities
beforeAll(async () => {
  dataDir = await folderOf({})
  caps = testCaps(dataDir)
})
afterAll(() => fs.rm(dataDir, { recursive: true, force: true }))

/** What the law says: the old text with each hunk's old lines replaced by the new ones. */
function applied(oldText: string, newText: string, hunks: readonly Hunk[]): string {
  const [oldLines, newLines] = [oldText.split('\n'), newText.split('\n')]
  const out: string[] = []
  let at = 1
  for (const hunk of hunks) {
    out.push(...oldLines.slice(at - 1, hunk.oldStart - 1), ...newLines.slice(hunk.newStart - 1, hunk.newEnd - 1))
    at = hunk.oldEnd
  }
  return [...out, ...oldLines.slice(at - 1)].join('\n')
}

/** Texts of few different lines, so that they share some; with and without a line end at the end. */
const text = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'b', 'fn x() {', '}', '', '@@ -1 +1 @@', '-- a', '++ b', '\\ x'), { maxLength: 12 }),
    fc.boolean(),
  )
  .map(([lines, ends]) => lines.join('\n') + (ends && lines.length > 0 ? '\n' : ''))

describe('hunks', () => {
  it('applied to the old text give the new one', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, async (a, b) => {
        const diff = await diffLines(caps, a, b, testRun)
        if (!diff.ok || diff.value.kind !== 'exact') throw new Error(JSON.stringify(diff))
        expect(applied(a, b, diff.value.hunks)).toBe(b)
      }),
      { numRuns: 60 },
    )
  }, 60_000)

  it('of a file on one side are those git gives against an empty text', async () => {
    for (const content of ['a', 'a\n', 'a\nb', '\n', '\n\n']) {
      const diff = await diffLines(caps, '', content, testRun)
      expect(diff.ok && diff.value.kind === 'exact' && diff.value.hunks, JSON.stringify(content)).toEqual(
        oneSidedHunks('', content),
      )
    }
  })

  it('that are coarse obey the same law', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(applied(a, b, coarseHunk(a, b))).toBe(b)
      }),
    )
  })

  it('are read from headers only, never from content that looks like one', () => {
    const output = '@@ -1,0 +2 @@ fn x\n+@@ -9,9 +9,9 @@\n@@ -3,2 +4,0 @@\n-a\n-b\n'
    expect(parseHunks(new TextEncoder().encode(output))).toEqual([
      { oldStart: 2, oldEnd: 2, newStart: 2, newEnd: 3 },
      { oldStart: 3, oldEnd: 5, newStart: 5, newEnd: 5 },
    ])
  })
})

describe('parseNumstat', () => {
  it('reads added, deleted, moved and binary files, and names with line breaks', () => {
    const output = [
      '1\t0\t\0/dev/null\0/n/add\0',
      '0\t2\t\0/o/del\0/dev/null\0',
      '3\t1\t\0/o/a\0/n/s/b\0',
      '-\t-\t\0/o/bin\0/n/bin\0',
      '1\t0\t\0/dev/null\0/n/we\nird\0',
    ].join('')
    expect(
      parseNumstat(output, '/o', '/n').map(row => [row.oldPath, row.newPath, row.insertions, row.deletions]),
    ).toEqual([
      [null, 'add', 1, 0],
      ['del', null, 0, 2],
      ['a', 's/b', 3, 1],
      ['bin', 'bin', null, null],
      [null, 'we\nird', 1, 0],
    ])
  })
})
