import { expect, it } from 'vitest'
import { enclosingItem, itemsAround } from './folds.ts'

const lines = `use a;

impl Foo {
    fn bar() {
        let x = 1;

        let y = 2;
    }

    fn baz() {
        done();
    }
}`.split('\n')

it.each([
  { case: 'a statement is in its function', line: 7, want: 4 },
  { case: 'a function is in its impl', line: 10, want: 3 },
  { case: 'an impl stands alone', line: 3, want: 1 },
])('$case', ({ line, want }) => {
  expect(enclosingItem(lines, line)).toBe(want)
})

it('the items around a line go from the inside out, with their attributes and comments', () => {
  const text = ['impl Foo {', '  /// Says.', '  #[inline]', '  fn bar() {', '    1', '  }', '}']
  const items = [
    { line: 1, endLine: 7 },
    { line: 4, endLine: 6 },
  ]
  expect(itemsAround(items, 5, text)).toEqual([
    { line: 2, endLine: 6 },
    { line: 1, endLine: 7 },
  ])
  expect(itemsAround(items, 1, text)).toEqual([{ line: 1, endLine: 7 }])
  expect(itemsAround([], 5, text)).toEqual([])
})
