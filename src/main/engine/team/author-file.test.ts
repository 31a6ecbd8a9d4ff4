import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { authorFile, fileHash, readAuthorFile, unionOfLines } from './author-file.ts'
import { ADA, BOB, createWriter, item } from './testing/events.ts'

const w = createWriter()
const written = Array.from({ length: 12 }, (_, i) => w.written(ADA, { kind: 'release', items: [item(`a${i}`)] }))
const lines = written.map(({ line }) => line)

describe("an author's file", () => {
  it.each([
    [ADA, /^events\/ada-[0-9a-f]{16}\.ndjson$/],
    ['X <Ada.Lovelace+git@example.com>', /^events\/ada\.lovelace-git-[0-9a-f]{16}\.ndjson$/],
    ['X <../../etc/passwd@h>', /^events\/etc-passwd-[0-9a-f]{16}\.ndjson$/],
    ['X <.@h>', /^events\/author-[0-9a-f]{16}\.ndjson$/],
    ['X <ЖЖ@h>', /^events\/author-[0-9a-f]{16}\.ndjson$/],
    [`X <${'a'.repeat(200)}@h>`, /^events\/a{40}-[0-9a-f]{16}\.ndjson$/],
  ])('of %s has a plain name', (who, name) => {
    expect(authorFile(who)).toMatch(name)
    expect(fileHash(authorFile(who))).toHaveLength(16)
  })

  it('is one file for one address, however it is written', () => {
    expect(authorFile('A <ADA@example.com>')).toBe(authorFile(ADA))
    expect(authorFile(BOB)).not.toBe(authorFile(ADA))
  })

  it.each(['events/a.ndjson', 'events/../a-0123456789abcdef.ndjson', 'a-0123456789abcdef.ndjson', 'README.md'])(
    'is not %s',
    path => expect(fileHash(path)).toBeNull(),
  )

  it('is read line by line: what is wrong is named with its place and left out', () => {
    const forged = createWriter().written(BOB, { kind: 'release', items: [item('a')] })
    const text = [lines[0], '', 'nonsense', forged.line, `${lines[1]}\r`, lines[0], lines[2]?.replace('a2', 'b2')].join(
      '\n',
    )
    const path = authorFile(ADA)
    const read = readAuthorFile(path, text)
    expect(read.events.map(({ id }) => id)).toEqual([written[0]?.event.id, written[1]?.event.id])
    expect(read.problems).toEqual([
      `${path} line 3: not an event: it does not start with an id`,
      `${path} line 4: left out: it says it is by ${BOB}, whose file this is not`,
      `${path} line 7: altered: its id is not the one of what it says`,
    ])
  })

  it('with thousands of bad lines names the first and counts the rest', () => {
    const read = readAuthorFile(authorFile(ADA), 'x\n'.repeat(5_000))
    expect(read).toMatchObject({ events: [], problemsTotal: 5_000 })
    expect(read.problems).toHaveLength(20)
  })
})

describe('the union of lines', () => {
  const some = fc.subarray(lines)
  it('is the same from both sides, in order, with each line once', () => {
    fc.assert(
      fc.property(some, some, some, (a, b, c) => {
        const text = (of: readonly string[]) => of.map(line => `${line}\n`).join('')
        const union = unionOfLines(text(a), b)
        expect(unionOfLines(text(b), a)).toBe(union)
        expect(unionOfLines(union, b)).toBe(union)
        expect(unionOfLines(unionOfLines(text(a), b), c)).toBe(unionOfLines(text(a), [...b, ...c]))
        expect(union).toBe(text(lines.filter(line => a.includes(line) || b.includes(line))))
      }),
    )
  })
  it('keeps what a newer Assay wrote, the same from both sides', () => {
    const newer = ['{"id":"new"}', 'a', 'Z']
    expect(unionOfLines('', newer)).toBe(unionOfLines('', newer.toReversed()))
    expect(unionOfLines(`{"id":"new"}\n${lines[1]}\n`, [lines[0] ?? ''])).toBe(
      `${lines[0]}\n${lines[1]}\n{"id":"new"}\n`,
    )
  })
})
