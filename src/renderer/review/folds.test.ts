import { expect, it } from 'vitest'
import { enclosingItem } from './folds.ts'

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
