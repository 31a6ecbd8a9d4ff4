/** The theme generator's rules, that themes.css is up to date, and the contrast of the tokens in both themes. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { format } from 'prettier'
import { describe, expect, it } from 'vitest'
import { buildThemes, resolveLightDark, tokensOf } from './theme-css.ts'

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')
const tokens = read('tokens.css')

describe('resolveLightDark', () => {
  it.each([
    ['plain', '#fff', '#fff', '#fff'],
    ['whole value', 'light-dark(#111, #eee)', '#111', '#eee'],
    ['inside a value', '0 1px light-dark(#111, #eee), 0 0 red', '0 1px #111, 0 0 red', '0 1px #eee, 0 0 red'],
    ['twice', 'light-dark(a, b) light-dark(c, d)', 'a c', 'b d'],
    ['brackets within', 'light-dark(rgb(1, 2, 3), var(--x, 4))', 'rgb(1, 2, 3)', 'var(--x, 4)'],
  ])('%s', (_, value, light, dark) => {
    expect(resolveLightDark(value, 'light')).toBe(light)
    expect(resolveLightDark(value, 'dark')).toBe(dark)
  })
  it('refuses an unclosed bracket', () => expect(() => resolveLightDark('light-dark(a, b', 'dark')).toThrow())
})

describe('themes.css', () => {
  it('is what the generator makes of tokens.css', async () => {
    const wanted = await format(buildThemes(tokens), { parser: 'css', printWidth: 120, singleQuote: true })
    expect(read('themes.css')).toBe(wanted)
  })
  it('uses nothing that Chrome 83 does not know', () => {
    expect(buildThemes(tokens)).not.toMatch(/light-dark|color-mix|:has\(/)
  })
  it('has no :has() beside it', () => {
    // Each element put into the page would have the whole page looked at, and Chrome 83 does not know it.
    const folder = fileURLToPath(new URL('..', import.meta.url))
    const sheets = globSync('**/*.css', { cwd: folder })
    expect(sheets.length).toBeGreaterThan(20)
    expect(sheets.filter(file => readFileSync(path.join(folder, file), 'utf8').includes(':has('))).toEqual([])
  })
  it('keeps raw colours in tokens.css', () => {
    for (const file of ['base.css', 'controls.css', 'frame.css']) {
      expect(read(file).match(/#[0-9a-f]{3,8}\b|rgba?\(/gi) ?? [], file).toEqual([])
    }
  })
})

function luminance(hex: string): number {
  const channel = (at: number) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}
function contrast(a: string, b: string): number {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (hi + 0.05) / (lo + 0.05)
}

const surfaces = ['--bg-0', '--bg-1', '--bg-2', '--bg-3', '--accent-bg']
const textPairs = [
  ...['--fg', '--fg-2', '--fg-3'].flatMap(fg => surfaces.map(bg => [fg, bg] as const)),
  ...['--accent', '--v-match', '--v-differ', '--v-unknown', '--v-almost'].flatMap(fg =>
    ['--bg-0', '--bg-1', '--bg-2', '--accent-bg'].map(bg => [fg, bg] as const),
  ),
  ['--v-match', '--v-match-bg'],
  ['--v-differ', '--v-differ-bg'],
  ['--v-unknown', '--v-unknown-bg'],
  ['--v-almost', '--v-almost-bg'],
  ['--fg', '--v-almost-bg'],
  ['--fg', '--v-differ-bg'],
  ['--fg-2', '--v-differ-bg'],
  ['--cr-run', '--cr-run-bg'],
  ['--cr-deploy', '--cr-deploy-bg'],
  ['--cr-c1', '--cr-c1-bg'],
  ['--cr-c2', '--cr-c2-bg'],
  ['--fg-on', '--accent-fill'],
  ...[
    '--fg',
    '--fg-2',
    '--syn-kw',
    '--syn-fn',
    '--syn-ty',
    '--syn-str',
    '--syn-num',
    '--syn-com',
    '--syn-mac',
    '--syn-unsafe',
  ].flatMap(fg => ['--bg-1', '--diff-add', '--diff-add-2', '--diff-del', '--diff-del-2'].map(bg => [fg, bg] as const)),
  ...['--bg-1', '--diff-add', '--diff-del'].map(bg => ['--diff-line-no', bg] as const),
  ['--diff-add-fg', '--diff-add'],
  ['--diff-del-fg', '--diff-del'],
  ['--fg-2', '--bg-4'],
] as const
const shapePairs = [
  ...['--ctl', '--focus', '--cov-full', '--cov-partial', '--cov-exempt', '--cov-fail'].flatMap(fg =>
    ['--bg-1', '--bg-2'].map(bg => [fg, bg] as const),
  ),
] as const

describe.each(['light', 'dark'] as const)('contrast, %s', theme => {
  const values = tokensOf(tokens, theme)
  const ratio = (fg: string, bg: string) => contrast(values.get(fg) ?? '', values.get(bg) ?? '')
  it.each(textPairs.map(([fg, bg]) => [fg, bg]))('%s on %s reads (4.5:1)', (fg, bg) => {
    expect(ratio(fg, bg)).toBeGreaterThanOrEqual(4.5)
  })
  it.each(shapePairs.map(([fg, bg]) => [fg, bg]))('%s on %s shows (3:1)', (fg, bg) => {
    expect(ratio(fg, bg)).toBeGreaterThanOrEqual(3)
  })
})
