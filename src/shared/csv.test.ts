// Texts of others in a spreadsheet: shown as they are, run by nobody.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvOf } from './csv.ts'

describe('CSV', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['  =1', `'  =1`],
    ['\t=1', `'\t=1`],
    ['＝1', "'＝1"],
    ['=HYPERLINK("http://x.invalid")', `"'=HYPERLINK(""http://x.invalid"")"`],
    ['a,b', '"a,b"'],
    ['a "quoted" b', '"a ""quoted"" b"'],
    ['two\nlines', '"two\nlines"'],
    ['1.0.0 -> 1.1.0', '1.0.0 -> 1.1.0'],
    ['', ''],
  ])('%j becomes %j', (given, want) => {
    const [, row] = csvOf(['x'], [[given]]).split(/\r\n/)
    expect(row).toBe(want)
  })
  it('keeps numbers, also negative ones, and leaves what is not known empty', () => {
    expect(csvOf(['a', 'b', 'c'], [[-5, 3_000, null]])).toBe('\ufeffa,b,c\r\n-5,3000,\r\n')
  })
  it('never begins a cell of text with what a formula begins with', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const cell = csvOf(['x'], [[text]])
          .slice('\ufeffx\r\n'.length)
          .replace(/^"/, '')
        expect(/^\s*[=+\-@]/.test(cell)).toBe(false)
      }),
    )
  })
})
