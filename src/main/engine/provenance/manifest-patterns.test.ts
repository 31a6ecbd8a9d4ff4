/** Patterns as git and cargo take them: one pattern, what it takes, what it leaves. */
import { describe, expect, it } from 'vitest'
import { patternMatcher } from './manifest-patterns.ts'

describe('patternMatcher', () => {
  it.each([
    [['/ci'], 'ci ci/x', 'x/ci cix'],
    [['ci'], 'ci a/ci a/ci/b', 'cii'],
    [['ci/'], 'ci/x a/ci/b', 'ci a/ci'],
    [['a/b'], 'a/b a/b/c', 'x/a/b'],
    [['./a'], 'a', 'x/a'],
    [['*.png'], 'x.png a/b.png', 'x.pngs'],
    [['/*.md'], 'a.md', 'a/b.md'],
    [['a/*/c'], 'a/b/c', 'a/c a/b/b/c'],
    [['a/**/c'], 'a/c a/b/c a/b/b/c', 'ac a/bc'],
    [['**/x'], 'x a/x a/b/x', 'ax'],
    [['a/**'], 'a/b a/b/c', 'a b/a/b'],
    [['a?c'], 'abc', 'ac a/c'],
    [['[a-c]x', '[!a]y'], 'bx by', 'dx ay /y'],
    [['*.rs', '!keep.rs'], 'a.rs', 'keep.rs a/keep.rs'],
    [['\\!a', '\\#b'], '!a #b', 'a b'],
    [['(a|b)+.$'], '(a|b)+.$', 'a'],
    [['', '#x', 'a[', 3], '', 'a # x a['],
  ] as const)('%j takes %s and leaves %s', (patterns, takes, leaves) => {
    const matches = patternMatcher(patterns)
    const words = (text: string) => text.split(' ').filter(word => word !== '')
    expect(words(takes).filter(path => !matches(path))).toEqual([])
    expect(words(leaves).filter(path => matches(path))).toEqual([])
  })

  it('is not slow on hostile patterns', { timeout: 5_000 }, () => {
    const matches = patternMatcher(Array.from({ length: 500 }, () => `${'*a'.repeat(120)}b`))
    for (let i = 0; i < 500; i++) matches(`${'a'.repeat(250)}${i}`)
  })
})
