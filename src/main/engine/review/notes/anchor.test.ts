import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anchorAt, findAnchor } from './anchor.ts'

const text = ['use a;', '', 'fn one() {', '    work();', '}', '', 'fn two() {', '    rest();', '}']
const noted = anchorAt(text, 7, 8)

test.each<readonly [string, readonly string[], object]>([
  ['the same text', text, { state: 'here', line: 7, endLine: 8 }],
  ['lines put before it', ['use b;', ...text], { state: 'moved', line: 8, endLine: 9 }],
  [
    'the lines themselves changed',
    text.map(l => l.replace('rest()', 'rest(1)').replace('two()', 'three()')),
    { state: 'outdated', line: 7, endLine: 8 },
  ],
  ['the lines taken out', text.filter((_, i) => i !== 6 && i !== 7), { state: 'outdated', line: 7, endLine: 7 }],
  ['nothing of it left', ['x', 'y'], { state: 'lost', line: 0, endLine: 0 }],
  ['an empty file', [], { state: 'lost', line: 0, endLine: 0 }],
])('%s', (_, now, place) => {
  expect(findAnchor(noted, now)).toEqual(place)
})

test('of two equal places the one with the same neighbours wins, then the nearer', () => {
  const twice = ['fn a() {', '    work();', '}', 'fn b() {', '    work();', '}']
  const second = anchorAt(twice, 5, 5)
  expect(findAnchor(second, ['', ...twice])).toEqual({ state: 'moved', line: 6, endLine: 6 })
  expect(findAnchor(second, ['fn b() {', '    work();', '}', ...twice.slice(0, 3)]).line).toBe(2)
})

test('a bracket alone is not found again without its neighbours', () => {
  const bracket = anchorAt(['fn a() {', '    x();', '}', '// end of a'], 3, 3)
  expect(findAnchor(bracket, ['}', 'other'])).toEqual({ state: 'lost', line: 0, endLine: 0 })
})

test('a place is always inside the text, and unchanged text is found where it was', () => {
  const line = fc.constantFrom('', '}', 'let a = 1;', 'let b = 2;', 'call();', 'fn x() {')
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 30 }),
      fc.array(line, { maxLength: 30 }),
      fc.nat(40),
      fc.nat(5),
      (before, now, at, size) => {
        const anchor = anchorAt(before, at, at + size)
        const found = findAnchor(anchor, now)
        if (found.state === 'lost') expect(found).toEqual({ state: 'lost', line: 0, endLine: 0 })
        else {
          expect(found.line).toBeGreaterThanOrEqual(1)
          expect(found.line).toBeLessThanOrEqual(now.length)
          expect(found.endLine).toBeGreaterThanOrEqual(found.line)
          expect(found.endLine).toBeLessThanOrEqual(now.length)
        }
        const same = findAnchor(anchor, before)
        if (anchor.quote.some(l => l.trim().length > 2)) expect(['here', 'moved']).toContain(same.state)
      },
    ),
  )
})
