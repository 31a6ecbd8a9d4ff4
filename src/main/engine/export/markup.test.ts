// Texts of others in Markdown and HTML: shown as they are, acted upon by nobody.
import { describe, expect, it } from 'vitest'
import { htmlOf, markdownOf, visibleText } from './markup.ts'

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
