import { describe, expect, it } from 'vitest'
import { formatPackedRefs, isTrustedName, nameDefaultBranch, parseListedRefs, parsePackedRefs } from './git-refs.ts'

const [a, b, c] = ['a', 'b', 'c'].map(digit => digit.repeat(40)) as [string, string, string]

describe('listed refs', () => {
  it('are branches and tags only, peeled, in byte order', () => {
    const text = `${a}\tHEAD\n${a}\trefs/heads/z\n${b}\trefs/heads/Main\n${c}\trefs/pull/1/head\n${c}\trefs/tags/v1\n${a}\trefs/tags/v1^{}\n`
    expect(parseListedRefs(text)).toEqual([
      { name: 'refs/heads/Main', oid: b, peeled: null },
      { name: 'refs/heads/z', oid: a, peeled: null },
      { name: 'refs/tags/v1', oid: c, peeled: a },
    ])
  })
  it.each([
    ['refs/heads/main', true],
    ['refs/heads/rel/0.1', true],
    ['refs/tags/name@1.0.0', true],
    ['refs/pull/1/head', false],
    ['refs/heads/', false],
    ['refs/heads/../../config', false],
    ['refs/heads/a..b', false],
    ['refs/heads/a.lock', false],
    ['refs/heads/a.lock/b', false],
    ['refs/heads/.hidden', false],
    ['refs/heads/a//b', false],
    ['refs/heads/a@{1}', false],
    ['refs/heads/a b', false],
    ['refs/heads/a\u0001', false],
    ['refs/heads/a\\b', false],
    ['refs/heads/a*', false],
    ['refs/tags/ends.', false],
    ['refs/headsx/a', false],
  ])('%j is trusted: %j', (name, isTrusted) => expect(isTrustedName(name)).toBe(isTrusted))
  it('survive being written down, with names that a file system could not hold apart', () => {
    const listed = parseListedRefs(
      `${a}\trefs/heads/Foo\n${b}\trefs/heads/foo\n${b}\trefs/heads/foo/bar\n${c}\trefs/tags/v1\n${a}\trefs/tags/v1^{}\n${a}\trefs/tags/${Buffer.from('é').toString('latin1')}\n`,
    )
    expect(parsePackedRefs(formatPackedRefs(listed))).toEqual([
      { name: 'refs/heads/Foo', oid: a, commit: a, isAnnotated: false },
      { name: 'refs/heads/foo', oid: b, commit: b, isAnnotated: false },
      { name: 'refs/heads/foo/bar', oid: b, commit: b, isAnnotated: false },
      { name: 'refs/tags/v1', oid: c, commit: a, isAnnotated: true },
      { name: 'refs/tags/é', oid: a, commit: a, isAnnotated: false },
    ])
  })
})

describe('the default branch', () => {
  const refs = parseListedRefs(
    `${a}\trefs/heads/aaa\n${a}\trefs/heads/main\n${b}\trefs/heads/master\n${a}\trefs/heads/next\n${a}\trefs/tags/x\n`,
  )
  it.each([
    ['is the most usual name at that commit', a, null, 'refs/heads/main'],
    ['stays what it was while that fits', a, 'refs/heads/next', 'refs/heads/next'],
    ['moves when it no longer fits', b, 'refs/heads/next', 'refs/heads/master'],
    ['is unknown when no branch is there', c, 'refs/heads/main', null],
    ['is unknown when the server names none', null, null, null],
  ])('%s', (_, head, earlier, want) => expect(nameDefaultBranch(refs, head, earlier)).toBe(want))
})
