/**
 * Where a path of a commit's tree leads when the symbolic links on the way are followed, as a checkout would, inside the
 * tree only. What leads out, round in circles or to nothing is said, never guessed at. Source: provenance.md 1.1, 2.1.
 */
import type { Run } from '../capabilities.ts'
import type { GitOid, GitRepository, TreeEntry } from './git-repository.ts'
import { isAbsolutePath } from './tree-paths.ts'

export type Destination =
  | { readonly kind: 'file'; readonly path: string; readonly entry: TreeEntry; readonly linkCount: number }
  | { readonly kind: 'folder'; readonly path: string; readonly linkCount: number }
  /** The way enters a submodule at `path`; `rest` is what remains inside ('' at its root). */
  | {
      readonly kind: 'submodule'
      readonly path: string
      readonly rest: string
      readonly oid: GitOid
      readonly linkCount: number
    }
  | { readonly kind: 'outside' | 'too-deep' | 'nothing' }

/** As Linux has it (ELOOP). */
const MAX_LINKS = 40
/** PATH_MAX; a longer one is no link that any system follows. */
const MAX_LINK_BYTES = 4096

/** @param path from the repository's root, `/` between names; may hold `.` and `..`. */
export async function followTreePath(
  repository: GitRepository,
  commit: GitOid,
  path: string,
  run: Run,
): Promise<Destination> {
  const todo = path.split('/').reverse()
  const done: string[] = []
  let linkCount = 0
  while (todo.length > 0) {
    const part = todo.pop()!
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (done.pop() === undefined) return { kind: 'outside' }
      continue
    }
    const here = [...done, part].join('/')
    const entry = await repository.entryAt(commit, here, run)
    if (entry === null) return { kind: 'nothing' }
    if (entry.mode === '160000') {
      const rest = normaliseRest(todo)
      // A way that leaves the submodule again upwards is not one that cargo stores; it stays unexplained.
      return rest === null ? { kind: 'nothing' } : { kind: 'submodule', path: here, rest, oid: entry.oid, linkCount }
    }
    if (entry.mode === '120000') {
      if (++linkCount > MAX_LINKS) return { kind: 'too-deep' }
      const target = await linkText(repository, entry.oid, run)
      if (target === null) return { kind: 'nothing' }
      if (isAbsolutePath(target)) return { kind: 'outside' }
      todo.push(...target.split('/').reverse())
      continue
    }
    done.push(part)
    if (entry.mode.startsWith('100')) {
      return todo.some(p => p !== '' && p !== '.')
        ? { kind: 'nothing' }
        : { kind: 'file', path: here, entry, linkCount }
    }
  }
  return { kind: 'folder', path: done.join('/'), linkCount }
}

function normaliseRest(todo: readonly string[]): string | null {
  const rest = todo.filter(part => part !== '' && part !== '.').reverse()
  return rest.includes('..') ? null : rest.join('/')
}

async function linkText(repository: GitRepository, oid: GitOid, run: Run): Promise<string | null> {
  const [bytes] = await repository.blobs([oid], MAX_LINK_BYTES, run)
  if (bytes === undefined || bytes === null || bytes.includes(0)) return null
  return Buffer.from(bytes).toString('utf8')
}
