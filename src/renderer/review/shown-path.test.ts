import { expect, it } from 'vitest'
import { shownPath, splitPath } from './shown-path.ts'

it.each([
  ['src/lib.rs', 'src/lib.rs'],
  ['src/na\u202Eme.rs', 'src/na\\u{202e}me.rs'],
  ['a\nb', 'a\\u{a}b'],
  ['a\u{E0041}', 'a\\u{e0041}'],
  ['naïve.rs', 'naïve.rs'],
])('%j is shown as %s', (path, want) => {
  expect(shownPath(path)).toBe(want)
})

it('splitPath splits at the last slash', () => {
  expect(splitPath('a/b/c.rs')).toEqual({ folder: 'a/b', name: 'c.rs' })
  expect(splitPath('c.rs')).toEqual({ folder: '', name: 'c.rs' })
})
