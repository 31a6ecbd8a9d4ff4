/**
 * Turns tokens.css, where each colour is `light-dark(LIGHT, DARK)`, into plain rules for both themes. Browsers older than
 * light-dark() can then show them, and `getComputedStyle` answers a colour instead of an expression (Monaco needs that).
 * Pure text in, text out; tools/write-themes.ts writes the result to themes.css and a test keeps the two equal.
 */

interface Declaration {
  readonly name: string
  readonly value: string
}

/** Splits the text inside one pair of brackets at its top-level commas. */
function splitArguments(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth += 1
    else if (text[i] === ')') depth -= 1
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(start, i).trim())
      start = i + 1
    }
  }
  return [...parts, text.slice(start).trim()]
}

/** The value with each `light-dark(a, b)` replaced by its side. Throws on an unclosed bracket: tokens.css is ours. */
export function resolveLightDark(value: string, theme: 'light' | 'dark'): string {
  const at = value.indexOf('light-dark(')
  if (at < 0) return value
  const open = at + 'light-dark('.length
  let depth = 1
  let end = open
  while (depth > 0 && end < value.length) {
    if (value[end] === '(') depth += 1
    if (value[end] === ')') depth -= 1
    end += 1
  }
  if (depth > 0) throw new Error(`unclosed light-dark() in ${value}`)
  const [light, dark] = splitArguments(value.slice(open, end - 1))
  if (light === undefined || dark === undefined) throw new Error(`light-dark() needs two values in ${value}`)
  return value.slice(0, at) + (theme === 'light' ? light : dark) + resolveLightDark(value.slice(end), theme)
}

const withoutComments = (css: string): string => css.replace(/\/\*[\s\S]*?\*\//g, '')

function declarationsOf(block: string): Declaration[] {
  return block
    .split(';')
    .map(text => text.trim())
    .filter(text => text.startsWith('--'))
    .map(text => {
      const colon = text.indexOf(':')
      return {
        name: text.slice(0, colon).trim(),
        value: text
          .slice(colon + 1)
          .trim()
          .replace(/\s+/g, ' '),
      }
    })
}

/** The tokens of the first `:root` block, in order, with the values of one theme. */
export function tokensOf(css: string, theme: 'light' | 'dark'): ReadonlyMap<string, string> {
  const clean = withoutComments(css)
  const open = clean.indexOf('{')
  const block = clean.slice(open + 1, clean.indexOf('}', open))
  return new Map(declarationsOf(block).map(d => [d.name, resolveLightDark(d.value, theme)]))
}

/** themes.css: tokens that do not depend on the theme once, the others for light, dark and the system's choice. */
export function buildThemes(tokensCss: string): string {
  const light = tokensOf(tokensCss, 'light')
  const dark = tokensOf(tokensCss, 'dark')
  const common = [...light].filter(([name, value]) => dark.get(name) === value)
  const themed = (tokens: ReadonlyMap<string, string>) =>
    [...tokens].filter(([name]) => light.get(name) !== dark.get(name))
  const lines = (tokens: readonly (readonly [string, string])[], indent: string) =>
    tokens.map(([name, value]) => `${indent}${name}: ${value};\n`).join('')
  const media = withoutComments(tokensCss).match(/@media[^{]*\{\s*:root\s*\{[^}]*\}\s*\}/g) ?? []
  return [
    '/* Made from tokens.css by tools/write-themes.ts. Do not edit. */\n',
    `:root {\n  color-scheme: light;\n${lines(common, '  ')}${lines(themed(light), '  ')}}\n`,
    `@media (prefers-color-scheme: dark) {\n  :root:not([data-theme='light']) {\n    color-scheme: dark;\n${lines(themed(dark), '    ')}  }\n}\n`,
    `:root[data-theme='dark'] {\n  color-scheme: dark;\n${lines(themed(dark), '  ')}}\n`,
    // Doubled :root outranks the theme rules above.
    ...media.map(rule => `${rule.replace(/:root\s*\{/, ':root:root:root {')}\n`),
  ].join('')
}
