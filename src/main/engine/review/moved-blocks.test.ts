import fs from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { changedLines, parseChangedLines } from './changed-lines.ts'
import { isCodeLine, movedBlocks, type LineRun } from './moved-blocks.ts'
import { folderOf, testCaps, testRun } from './testing.ts'

const code = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `    let value_${from + i} = read(${from + i});`)
const run = (path: string, line: number, lines: readonly string[]): LineRun => ({ path, line, lines })
const text = (moves: ReturnType<typeof movedBlocks>) =>
  moves.map(({ from, to }) => `${from.path}:${from.line}-${from.endLine} > ${to.path}:${to.line}-${to.endLine}`)

describe('movedBlocks', () => {
  it('links what was removed here and added there, with the lines around it that are equal', () => {
    const removed = [run('a.rs', 10, ['old();', ...code(1, 7), '}', '', 'rest();'])]
    const added = [run('b.rs', 3, ['new();', ...code(1, 7), '}', '', 'other();'])]
    expect(text(movedBlocks(removed, added))).toEqual(['a.rs:11-19 > b.rs:4-12'])
  })
  it('needs six lines of code, each equal to the letter and in one piece', () => {
    const to = (lines: readonly string[]) => text(movedBlocks([run('a.rs', 1, code(1, 8))], [run('b.rs', 1, lines)]))
    expect(to(code(1, 6))).toEqual(['a.rs:1-6 > b.rs:1-6'])
    expect(to(code(1, 5))).toEqual([])
    expect(to(code(1, 6).map(line => line.slice(2)))).toEqual([])
    expect(to([...code(1, 3), 'inserted();', ...code(4, 8)])).toEqual([])
    expect(to([...code(1, 3), '', ...code(4, 8)])).toEqual([])
  })
  it('does not count blanks, brackets and comments', () => {
    expect(['', '  }', '});', '// a comment', '/// docs', '/* x', ' * y', 'a;'].filter(isCodeLine)).toEqual([])
    expect(['else {', 'x += 10;', '#[inline]'].every(isCodeLine)).toBe(true)
    const licence = Array.from({ length: 20 }, (_, i) => `// line ${i} of the licence`)
    expect(movedBlocks([run('a.rs', 1, licence)], [run('b.rs', 1, licence)])).toEqual([])
  })
  it('says nothing of blocks inside one file', () => {
    expect(movedBlocks([run('a.rs', 1, code(1, 9))], [run('a.rs', 30, code(1, 9))])).toEqual([])
  })
  it('takes the longest source, and each removed line once', () => {
    const removed = [run('a.rs', 1, code(1, 7)), run('c.rs', 1, code(1, 9))]
    const added = [run('b.rs', 1, code(1, 9)), run('d.rs', 1, code(1, 9))]
    expect(text(movedBlocks(removed, added))).toEqual(['c.rs:1-9 > b.rs:1-9', 'a.rs:1-7 > d.rs:1-7'])
  })
  it('finds several blocks of one run', () => {
    const removed = [run('a.rs', 1, code(1, 6)), run('c.rs', 5, code(11, 17))]
    const added = [run('b.rs', 1, [...code(11, 17), 'glue();', ...code(1, 6)])]
    expect(text(movedBlocks(removed, added))).toEqual(['c.rs:5-11 > b.rs:1-7', 'a.rs:1-6 > b.rs:9-14'])
  })
  it('stays quick where the same lines stand everywhere', { timeout: 2_000 }, () => {
    const table = Array.from({ length: 150_000 }, () => '    0x00000000,')
    expect(movedBlocks([run('a.rs', 1, table)], [run('b.rs', 1, table)])).toEqual([])
  })
})

describe('changed lines', () => {
  it('are read by the counts of each hunk, whatever the lines look like', () => {
    const diff = [
      'diff --git /o/a.rs /n/a.rs',
      '--- o/a.rs',
      '+++ n/a.rs',
      '@@ -2,2 +2 @@ fn x',
      '--- /o/evil.rs',
      '-@@ -1 +1 @@',
      '\\ No newline at end of file',
      '+++ /n/evil.rs\r',
      'diff --git "/o/q\\n.rs" "/n/q\\n.rs"',
      '--- "o/q\\n.rs"',
      '+++ "n/q\\n.rs"',
      '@@ -1 +1 @@',
      '-x',
      '+y',
      '',
    ].join('\n')
    expect(parseChangedLines(diff, '/o', '/n')).toEqual({
      removed: [
        { path: 'a.rs', line: 2, lines: ['-- /o/evil.rs', '@@ -1 +1 @@'] },
        { path: 'q\n.rs', line: 1, lines: ['x'] },
      ],
      added: [
        { path: 'a.rs', line: 2, lines: ['++ /n/evil.rs'] },
        { path: 'q\n.rs', line: 1, lines: ['y'] },
      ],
    })
  })
  it('come from git, for a block that went into a new file', async () => {
    const block = [...code(1, 8), '}'].join('\n')
    const head = Array.from({ length: 30 }, (_, i) => `fn keep_${i}() {}`).join('\n')
    const oldFolder = await folderOf({ 'src/a b.rs': `${head}\n${block}\n`, 'src/lib.rs': 'mod a;\n' })
    const newFolder = await folderOf({ 'src/a b.rs': `${head}\n`, 'src/new é.rs': `use x;\n${block}\n` })
    const lines = await changedLines(testCaps(oldFolder), { oldFolder, newFolder }, testRun)
    if (!lines.ok) throw new Error(JSON.stringify(lines.error))
    expect(text(movedBlocks(lines.value.removed, lines.value.added))).toEqual(['src/a b.rs:31-39 > src/new é.rs:2-10'])
    for (const folder of [oldFolder, newFolder]) await fs.rm(folder, { recursive: true, force: true })
  })
})
