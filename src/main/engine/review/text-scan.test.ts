import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeText, isBinaryBytes, mayHoldSuspicious, scanSuspicious } from './text-scan.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('decodeText', () => {
  it.each([
    { case: 'leaves plain text alone', input: bytes('a\nb\n'), text: 'a\nb\n', remarks: [] },
    { case: 'makes CR LF plain', input: bytes('a\r\nb\r\n'), text: 'a\nb\n', remarks: ['Lines end with CR LF'] },
    {
      case: 'says mixed endings',
      input: bytes('a\r\nb\n'),
      text: 'a\nb\n',
      remarks: ['Mixed line endings: 1 with CR LF, 1 with LF'],
    },
    {
      case: 'shows a lone carriage return, which would hide the text before it in a terminal',
      input: bytes('evil()\rfine()\n'),
      text: 'evil()␍fine()\n',
      remarks: ['1 carriage return inside lines, shown as ␍'],
    },
    {
      case: 'replaces what is not UTF-8',
      input: new Uint8Array([0x61, 0xff, 0x62, 0x0a]),
      text: 'a\uFFFDb\n',
      remarks: ['Not valid UTF-8: the bytes that are not text are shown as U+FFFD'],
    },
    { case: 'says a missing line end', input: bytes('a'), text: 'a', remarks: ['No line end at the end of the file'] },
    {
      case: 'says a byte order mark',
      input: bytes('\uFEFFa\n'),
      text: 'a\n',
      remarks: ['Starts with a byte order mark'],
    },
    { case: 'takes an empty file', input: bytes(''), text: '', remarks: [] },
  ])('$case', ({ input, text, remarks }) => {
    expect(decodeText(input)).toMatchObject({ text, remarks })
  })

  it('knows the longest line', () => {
    expect(decodeText(bytes('abc\nabcdef\na')).longestLine).toBe(6)
  })
})

describe('scanSuspicious', () => {
  it.each([
    { case: 'nothing in plain text', text: 'let a = "é";\n\tb\n', want: [] },
    { case: 'a bidirectional override', text: 'a\n\tx\u202E', want: ['U+202E 2:3'] },
    { case: 'isolates', text: '\u2066\u2069', want: ['U+2066 1:1', 'U+2069 1:2'] },
    { case: 'zero width space', text: 'a\u200Bb', want: ['U+200B 1:2'] },
    {
      case: 'tag characters, columns in UTF-16 units',
      text: '\u{E0041}\u{E0042}',
      want: ['U+E0041 1:1', 'U+E0042 1:3'],
    },
    { case: 'escape', text: '\u001B[31m', want: ['U+001B 1:1'] },
    { case: 'a carriage return that was made visible', text: 'a␍b', want: ['U+000D 1:2'] },
    { case: 'soft hyphen', text: 'so\u00ADft', want: ['U+00AD 1:3'] },
    { case: 'emoji presentation is plain', text: '❤\uFE0F 👩\u200D🚀', want: [] },
    { case: 'a joiner between letters is not', text: 'a\u200Db', want: ['U+200D 1:2'] },
  ])('$case', ({ text, want }) => {
    const { listed, total } = scanSuspicious(text, 'new')
    expect(listed.map(char => `${char.codePoint} ${char.line}:${char.column}`)).toEqual(want)
    expect(total).toBe(want.length)
  })

  it('goes on counting past the list, in linear time', () => {
    const { listed, total } = scanSuspicious('\u200B\n'.repeat(300_000), 'old')
    expect(listed.length).toBe(500)
    expect(total).toBe(300_000)
  })
})

describe('bytes', () => {
  it('are binary with a NUL in the first 8,000, as git has it', () => {
    const late = new Uint8Array(9_000).fill(0x61)
    late[8_500] = 0
    expect(isBinaryBytes(late)).toBe(false)
    late[7_999] = 0
    expect(isBinaryBytes(late)).toBe(true)
  })
  it('that are plain ASCII need no scan', () => {
    const mayHold = (text: string) => mayHoldSuspicious(Buffer.from(text).toString('latin1'))
    expect(mayHold('fn a() {\n\t1\n}\n')).toBe(false)
    expect(mayHold('a\u202E')).toBe(true)
    expect(mayHold('a\rb')).toBe(true)
    expect(mayHold('a\u007Fb')).toBe(true)
    expect(mayHold('a\u0000b')).toBe(true)
  })
  it('hold nothing suspicious when they need no scan', () => {
    const some = fc.array(fc.oneof(fc.integer({ min: 32, max: 126 }), fc.constant(10), fc.nat({ max: 255 })))
    fc.assert(
      fc.property(some, numbers => {
        const text = Uint8Array.from(numbers)
        fc.pre(!mayHoldSuspicious(Buffer.from(text).toString('latin1')))
        expect(scanSuspicious(decodeText(text).text, 'new').total).toBe(0)
      }),
    )
  })
})
