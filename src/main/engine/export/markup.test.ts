// Texts of others in Markdown, HTML and CSV: shown as they are, acted upon by nobody.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvOf, htmlOf, markdownOf, visibleText } from './markup.ts'

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

const HOSTILE = '<script>alert(1)</script>[x](https://evil.invalid) `code` | **b** @someone \u202eevil\n# heading'

describe('a document', () => {
  it('as Markdown has no markup of others', () => {
    const text = markdownOf([
      { kind: 'heading', level: 1, text: HOSTILE },
      {
        kind: 'table',
        columns: ['a|b', 'n'],
        rows: [
          [HOSTILE, 1_234],
          ['- item', null],
        ],
      },
      { kind: 'list', items: ['1. one', '+ two', '=== three'] },
    ])
    expect(text).toMatchInlineSnapshot(`
      "# &lt;script\\>alert\\(1\\)&lt;/script\\>\\[x\\]\\(https:<!-- -->//evil.invalid\\) \\\`code\\\` \\| \\*\\*b\\*\\* @<!-- -->someone \\\\u\\{202e\\}evil \\# heading

      | a\\|b | n |
      | --- | ---: |
      | &lt;script\\>alert\\(1\\)&lt;/script\\>\\[x\\]\\(https:<!-- -->//evil.invalid\\) \\\`code\\\` \\| \\*\\*b\\*\\* @<!-- -->someone \\\\u\\{202e\\}evil \\# heading | 1,234 |
      | - item | ? |

      - 1\\. one
      - \\+ two
      - \\=== three
      "
    `)
  })
  it('as HTML has no element of others and loads nothing', () => {
    const html = htmlOf(HOSTILE, [
      { kind: 'text', text: HOSTILE },
      { kind: 'table', columns: [HOSTILE], rows: [['" onmouseover="x']] },
      {
        kind: 'chart',
        chart: {
          ...{ name: 'c', title: HOSTILE, width: 10, height: 10, words: '"><img src=x>' },
          marks: [{ kind: 'text', x: 1, y: 1, text: '</text><script>', tone: 'text', anchor: 'start', isBold: false }],
          table: { caption: '', columns: [], rows: [] },
        },
      },
    ])
    expect(html.match(/<script|<img|onmouseover="|https?:\/\/(?!evil)/g)).toBeNull()
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(html).toContain("default-src 'none'")
  })
  it('shows characters that nobody sees', () => {
    expect(visibleText('a\u202eb\u0000c\u200bd\u{e0041}\r\ne')).toBe('a\\u{202e}b\\u{0}c\\u{200b}d\\u{e0041} e')
  })
})
