import { expect, it } from 'vitest'
import { harmless } from './harmless.ts'

it.each([
  { case: 'keeps lines, tabs and letters', text: '+\tpub fn é() {}\n', want: '+\tpub fn é() {}\n' },
  { case: 'spells out an escape sequence', text: '\x1b[2J', want: '<U+001B>[2J' },
  { case: 'spells out a carriage return', text: 'a\rb', want: 'a<U+000D>b' },
  { case: 'spells out a change of direction', text: 'a\u202eb', want: 'a<U+202E>b' },
  {
    case: 'spells out marks that turn or hide text',
    text: '\u200f\u061c\u200b\u2028\u2060\ufeff',
    want: '<U+200F><U+061C><U+200B><U+2028><U+2060><U+FEFF>',
  },
  { case: 'spells out an 8-bit control', text: '\x9b31m', want: '<U+009B>31m' },
])('text for a terminal $case', ({ text, want }) => {
  expect(harmless(text)).toBe(want)
})
