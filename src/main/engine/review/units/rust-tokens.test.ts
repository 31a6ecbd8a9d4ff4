import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rustTokens } from './rust-tokens.ts'

const words = (text: string) => rustTokens(text).map(t => (t.text === '' ? t.kind : t.text))

test.each([
  ['unsafe { a }', ['unsafe', '{', 'a', '}']],
  ['// unsafe\nx', ['x']],
  ['/* a /* unsafe */ b */ x', ['x']],
  ['"unsafe \\" {" y', ['string', 'y']],
  ['r#"unsafe " {"# y', ['string', 'y']],
  ['br##"a"# unsafe"## y', ['string', 'y']],
  ["'a' 'b 'static '\\'' b'x'", ['char', 'lifetime', 'lifetime', 'char', 'char']],
  ["'{' unsafe '\\u{202e}'", ['char', 'unsafe', 'char']],
  ['r#unsafe r#std r#"x"#', ['r#unsafe', 'std', 'string']],
  ['a::b->c=>d', ['a', '::', 'b', '->', 'c', '=>', 'd']],
  ['1.0e5 0..n 0x1f_u8', ['number', 'number', '.', '.', 'n', 'number']],
  ['"not ended unsafe', ['string']],
  ['/* not ended unsafe', []],
  ['#!/bin/sh unsafe\nfn', ['fn']],
  ['#![no_std]', ['#', '!', '[', 'no_std', ']']],
  ['größe 変数', ['größe', '変数']],
  ["b'\\'' unsafe", ['char', 'unsafe']],
])('%j', (text, expected) => {
  expect(words(text)).toEqual(expected)
})

test('never fails, goes forward, and stays inside the text', () => {
  const piece = fc.constantFrom(
    'unsafe',
    '{',
    '"',
    "'",
    '\\',
    '/*',
    '*/',
    '//',
    '\n',
    'r#"',
    '"#',
    'b',
    '#',
    '::',
    '😀',
    ' ',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 60 }), pieces => {
      const text = pieces.join('')
      let last = 0
      for (const token of rustTokens(text)) {
        expect(token.start).toBeGreaterThanOrEqual(last)
        expect(token.end).toBeGreaterThan(token.start)
        expect(token.end).toBeLessThanOrEqual(text.length)
        last = token.end
      }
    }),
  )
})
