/** Writes src/renderer/styles/themes.css from tokens.css. Run after every change of a token. */
import { readFileSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { buildThemes } from '../src/renderer/styles/theme-css.ts'

const styles = new URL('../src/renderer/styles/', import.meta.url)
const target = new URL('themes.css', styles)
const css = buildThemes(readFileSync(new URL('tokens.css', styles), 'utf8'))
const options = await resolveConfig(target)
writeFileSync(target, await format(css, { ...options, parser: 'css' }))
