/**
 * Looking for units in a large crate against parsing the same files with tree-sitter alone, which every scan includes.
 * Prints megabytes a second and the units found; judged is the ratio of one run.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { openRustParser } from '../src/main/engine/review/units/rust-parser.ts'
import { scanRust } from '../src/main/engine/review/units/scan-rust.ts'
import { begin, judge, ms, pair, ROOT, skip } from './harness.ts'

const RUNS = 5
/** The tree is most of the work; words, brackets and names may add so much. */
const LIMIT = 1.6

begin('units of a large crate')
const folder = process.env['UNITS_CRATE'] ?? path.join(ROOT, '.tools', 'units-crate')
if (!existsSync(folder)) skip(`no crate in ${folder}; name one with UNITS_CRATE`)
const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.rs'))
  .map(name => readFileSync(path.join(folder, name), 'utf8'))
const size = texts.reduce((sum, text) => sum + text.length, 0) / 1e6
const parser = await openRustParser()
let units = 0
const timed = await pair({
  runs: RUNS,
  warmups: 1,
  ours: () => {
    units = texts.reduce((sum, text) => sum + scanRust(text, parser).units.length, 0)
  },
  theirs: () => {
    for (const text of texts) parser.parse(text)?.delete()
  },
})
const speed = (milliseconds: number): string => `${((size * 1_000) / milliseconds).toFixed(1)} MB/s`
console.log(`  input: ${texts.length} files, ${size.toFixed(1)} MB; ${units} units`)
console.log(`  scan   ${ms(timed.ours)}, ${speed(timed.ours.medianMs)}`)
console.log(`  parse  ${ms(timed.theirs)}, ${speed(timed.theirs.medianMs)}`)
judge('scan against parse', timed.ratio, LIMIT, '×')
