/**
 * Where a path of a commit's tree leads when symbolic links in it are followed as a file system would, without any file
 * system. Pure. Used before a tree is put on disk: nothing in it may lead out of it.
 */

/** What a tree holds, by path from its root; folders only by what is in them. */
export interface TreeShape {
  /** Text of the symbolic link at a path; undefined when it is none. */
  link(path: string): string | undefined
  isFile(path: string): boolean
  isFolder(path: string): boolean
  /** Something that the disk would take for the path is at another spelling of it; absent: names are told apart. */
  isOtherSpelling?(path: string): boolean
}

export type Destination =
  /** `through`: the links that were followed. */
  | { readonly kind: 'file' | 'folder' | 'nothing'; readonly path: string; readonly through: readonly string[] }
  /** Absolute, or above the root. */
  | { readonly kind: 'outside' }
  /** Into git's own folder, which is no part of a tree. */
  | { readonly kind: 'git-folder' }
  | { readonly kind: 'loop' }
  /** To a name that only the disk takes for one of the tree's, so that where it leads depends on the disk. */
  | { readonly kind: 'other-spelling' }

/** As Linux has it (ELOOP). */
const MAX_LINKS = 40

/** Follows every link on the way and at the end. `path` may hold `.` and `..`; an absolute one is outside. */
export function followPath(tree: TreeShape, path: string): Destination {
  if (isAbsolutePath(path)) return { kind: 'outside' }
  const todo = path.split('/').reverse()
  const done: string[] = []
  const through: string[] = []
  while (todo.length > 0) {
    const part = todo.pop()!
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (done.pop() === undefined) return { kind: 'outside' }
      continue
    }
    if (isGitFolderName(part)) return { kind: 'git-folder' }
    const here = [...done, part].join('/')
    if (tree.isOtherSpelling?.(here) === true) return { kind: 'other-spelling' }
    const target = tree.link(here)
    if (target === undefined) {
      done.push(part)
      continue
    }
    if (through.push(here) > MAX_LINKS) return { kind: 'loop' }
    if (isAbsolutePath(target)) return { kind: 'outside' }
    todo.push(...target.split('/').reverse())
  }
  const end = done.join('/')
  return { kind: tree.isFile(end) ? 'file' : tree.isFolder(end) ? 'folder' : 'nothing', path: end, through }
}

/** Also a drive letter or a backslash at the start: absolute on some system. */
export const isAbsolutePath = (path: string): boolean => /^([/\\]|[A-Za-z]:)/.test(path)

/** `.git` in every spelling that some file system takes for it. */
export const isGitFolderName = (name: string): boolean =>
  /g.*i.*t/i.test(name) &&
  /^(\.git|git~\d+)[. ]*(:.*)?$/i.test(name.replace(/[\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, ''))

/** The folders above a path, nearest first, the root as ``. */
export function foldersAbove(path: string): readonly string[] {
  const above: string[] = []
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) above.push(path.slice(0, at))
  return [...above, '']
}
