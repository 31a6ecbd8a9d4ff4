/**
 * A document as blocks, written as Markdown or as one HTML file without scripts. All texts are taken as text, whoever
 * wrote them: markup in them is shown, never obeyed; control and direction characters become visible. Pure.
 */
import type { Cell } from '../../../shared/csv.ts'
import type { Chart, Mark, Tone } from '../../../shared/overview-chart.ts'

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly columns: readonly string[]; readonly rows: readonly (readonly Cell[])[] }
  /** In Markdown its words. */
  | { readonly kind: 'chart'; readonly chart: Chart }

/** Control, direction and invisible characters as `\u{202e}`; line ends and tabs become blanks. */
export function visibleText(text: string): string {
  return text
    .replace(/[\r\n\t]+/g, ' ')
    .replace(
      /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu,
      char => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
    )
}

/** Text for HTML content and quoted attributes. */
function htmlText(text: string): string {
  return visibleText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** Text for Markdown inside a line: every character that CommonMark or its tables could act on is escaped. */
function markdownText(text: string): string {
  return (
    visibleText(text)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replace(/[\\`*_{}[\]()#+!|~$>]/g, char => `\\${char}`)
      // Forges link these by themselves; an empty comment keeps them apart and is not copied.
      .replace(/@(?=\w)/g, '@<!-- -->')
      .replace(/:\/\//g, ':<!-- -->//')
      .replace(/\bwww\./gi, match => `${match.slice(0, 3)}<!-- -->.`)
  )
}

/** The same where a line begins: no list and no underline comes of it. */
const markdownLine = (text: string): string =>
  markdownText(text)
    .replace(/^(\s*)([-=])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])/, '$1\\$2')

const cellText = (cell: Cell): string => (cell === null ? '?' : typeof cell === 'number' ? grouped(cell) : cell)
const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',')

/** GitHub's Markdown; ends with a line feed. */
export function markdownOf(blocks: readonly Block[]): string {
  return `${blocks.map(markdownBlock).join('\n\n')}\n`
}

function markdownBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${markdownText(block.text)}`
    case 'text':
      return markdownLine(block.text)
    case 'list':
      return block.items.map(item => `- ${markdownLine(item)}`).join('\n')
    case 'chart':
      return markdownLine(block.chart.words)
    case 'table': {
      const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
      const isNumeric = block.columns.map((_, i) => block.rows.every(row => typeof row[i] !== 'string'))
      return [
        line(block.columns.map(markdownText)),
        line(isNumeric.map(numeric => (numeric ? '---:' : '---'))),
        ...block.rows.map(row => line(row.map(cell => markdownText(cellText(cell))))),
      ].join('\n')
    }
  }
}

/** One file without scripts and without anything loaded from elsewhere. */
export function htmlOf(title: string, blocks: readonly Block[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${htmlText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${blocks.map(htmlBlock).join('\n')}
</main>
</body>
</html>
`
}

function htmlBlock(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}>${htmlText(block.text)}</h${block.level}>`
    case 'text':
      return `<p>${htmlText(block.text)}</p>`
    case 'list':
      return `<ul>${block.items.map(item => `<li>${htmlText(item)}</li>`).join('')}</ul>`
    case 'chart':
      return `<figure>${svgOf(block.chart)}<figcaption>${htmlText(block.chart.words)}</figcaption></figure>`
    case 'table': {
      const head = block.columns.map(column => `<th scope="col">${htmlText(column)}</th>`).join('')
      const rows = block.rows.map(row => `<tr>${row.map(htmlCell).join('')}</tr>`).join('\n')
      return `<table><thead><tr>${head}</tr></thead><tbody>\n${rows}\n</tbody></table>`
    }
  }
}

const htmlCell = (cell: Cell): string =>
  `<td${typeof cell === 'string' ? '' : ' class="n"'}>${htmlText(cellText(cell))}</td>`

/** The chart as SVG with the classes of STYLE. */
function svgOf(chart: Chart): string {
  const { width, height, marks, words } = chart
  return (
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${htmlText(words)}">` +
    '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="l-trust" d="M0 0V5" stroke-width="4"/></pattern></defs>' +
    `${marks.map(svgMark).join('')}</svg>`
  )
}

const tone = (kind: 'f' | 'l', name: Tone): string => `${kind}-${name}`

function svgMark(mark: Mark): string {
  switch (mark.kind) {
    case 'line':
      return `<polyline class="${tone('l', mark.tone)}" points="${pointsText(mark.points)}"${mark.isDashed ? ' stroke-dasharray="3 3"' : ''}/>`
    case 'area':
      return `<polygon class="${tone('f', mark.tone)} area" points="${pointsText(mark.points)}"/>`
    case 'rect':
      return `<rect class="${mark.isHatched ? 'hatched' : tone('f', mark.tone)}" x="${mark.x}" y="${mark.y}" width="${mark.width}" height="${mark.height}"/>`
    case 'dot':
      return `<circle class="${tone('f', mark.tone)}" cx="${mark.x}" cy="${mark.y}" r="3.5"/>`
    case 'text':
      return `<text class="${tone('f', mark.tone)}${mark.isBold ? ' bold' : ''}" x="${mark.x}" y="${mark.y}" text-anchor="${mark.anchor}">${htmlText(mark.text)}</text>`
  }
}

const pointsText = (points: readonly (readonly [number, number])[]): string =>
  points.map(([x, y]) => `${x},${y}`).join(' ')

const TONES: Readonly<Record<Tone, readonly [light: string, dark: string]>> = {
  exempt: ['#a97d16', '#c79a3a'],
  fail: ['#c8443a', '#d75c50'],
  full: ['#2c8a5c', '#3fa577'],
  partial: ['#3a8fa0', '#4d9fb0'],
  own: ['#1d5bb8', '#7fb2ff'],
  audits: ['#1d5bb8', '#7fb2ff'],
  grid: ['#dee3e9', '#384351'],
  text: ['#434f5f', '#b1bbc7'],
  quiet: ['#566274', '#909cab'],
  strong: ['#19202a', '#e4e9ef'],
  trust: ['#3a8fa0', '#4d9fb0'],
  unknown: ['#6842a5', '#c8aaf6'],
}
const tonesOf = (theme: 0 | 1): string =>
  Object.entries(TONES)
    .map(([name, colours]) => `--${name}:${colours[theme]};`)
    .join('')

const STYLE = `
:root{color-scheme:light dark;font:14px/1.5 system-ui,sans-serif;${tonesOf(0)}}
@media (prefers-color-scheme:dark){:root{background:#0e1116;${tonesOf(1)}}}
@media print{:root{color-scheme:light;background:#fff;${tonesOf(0)}} figure,tr{break-inside:avoid} h2{break-after:avoid}}
body{margin:0;color:var(--strong)} main{max-width:960px;margin:0 auto;padding:24px 16px}
h1{font-size:22px;margin:0} h2{font-size:16px;margin:28px 0 6px} p,li,figcaption{color:var(--text)}
table{border-collapse:collapse;width:100%;font-size:13px} th,td{text-align:left;padding:4px 8px 4px 0;border-bottom:1px solid var(--grid);vertical-align:top;overflow-wrap:anywhere}
td.n{text-align:right;font-variant-numeric:tabular-nums} figure{margin:8px 0} figcaption{font-size:12px}
svg{display:block;max-width:100%;height:auto} svg text{font:11.5px system-ui,sans-serif} svg .bold{font-weight:600;font-size:13px}
polyline{fill:none;stroke-width:2} .l-grid,.l-quiet{stroke-width:1} .area{opacity:.26} .hatched{fill:url(#hatch)}
${Object.keys(TONES)
  .map(name => `.f-${name}{fill:var(--${name})}.l-${name}{stroke:var(--${name})}`)
  .join('')}
`
