import { describe, expect, it } from 'vitest'
import { followPath, foldersAbove, isGitFolderName, type TreeShape } from './tree-paths.ts'

/** `a/b` a file, `a/b -> TEXT` a link. */
function treeOf(...lines: string[]): TreeShape {
  const links = new Map<string, string>()
  const files = new Set<string>()
  const folders = new Set<string>()
  for (const line of lines) {
    const [path, target] = line.split(' -> ') as [string, string?]
    if (target === undefined) files.add(path)
    else links.set(path, target)
    for (const folder of foldersAbove(path)) folders.add(folder)
  }
  return { link: path => links.get(path), isFile: path => files.has(path), isFolder: path => folders.has(path) }
}
const follow = (path: string, ...lines: string[]) => {
  const end = followPath(treeOf(...lines), path)
  return 'path' in end ? `${end.kind} ${end.path}` : end.kind
}

describe('followPath', () => {
  it('names the links on the way', () => {
    const tree = treeOf('a/x -> ../l/y', 'l/y -> z', 'l/z')
    expect(followPath(tree, 'a/x')).toEqual({ kind: 'file', path: 'l/z', through: ['a/x', 'l/y'] })
  })
  it.each([
    ['a/x', ['a/x -> ../b/c', 'b/c'], 'file b/c'],
    ['a/x', ['a/x -> ../b', 'b/c'], 'folder b'],
    ['a/x', ['a/x -> y', 'a/y -> z', 'a/z'], 'file a/z'],
    ['a/x/c', ['a/x -> ../b', 'b/c'], 'file b/c'],
    ['a/x', ['a/x -> none'], 'nothing a/none'],
    ['a/./../b', ['b'], 'file b'],
    ['a/x', ['a/x -> ..'], 'folder '],
    ['a/x', ['a/x -> ../../etc'], 'outside'],
    ['a/x', ['a/x -> /etc/passwd'], 'outside'],
    ['a/x', ['a/x -> C:/Windows'], 'outside'],
    ['/etc/passwd', [], 'outside'],
    // As written it stays inside; through the link `d` it does not.
    ['p/q/x', ['p/q/d -> ../../s', 'p/q/x -> d/../../etc/passwd', 's/f'], 'outside'],
    ['a/x', ['a/x -> x'], 'loop'],
    ['a/x', ['a/x -> y', 'a/y -> x'], 'loop'],
    ['a/x', ['a/x -> ../.git/config'], 'git-folder'],
    ['a/x', ['a/x -> ../.GIT/hooks'], 'git-folder'],
  ])('%s in %j is %s', (path, lines, expected) => {
    expect(follow(path, ...lines)).toBe(expected)
  })
})

it.each([
  ['.git', true],
  ['.Git', true],
  ['git~1', true],
  ['.git.', true],
  ['.git ', true],
  ['.git::$INDEX_ALLOCATION', true],
  ['.g\u200cit', true],
  ['.gitignore', false],
  ['.github', false],
  ['git', false],
])('%j is a git folder: %s', (name, expected) => {
  expect(isGitFolderName(name)).toBe(expected)
})
