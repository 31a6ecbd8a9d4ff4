/**
 * What a reviewer's read marks say about the files of another delta or version of the same crate. Pure.
 *
 * A read mark is a step: somebody read how the content `hashOld` of a path became the content `hashNew`. An added file
 * is a step from nothing (its whole text was read), a deleted one a step to nothing at that path. The rules:
 *
 * 1. A change is read when it was marked itself, whatever the delta.
 * 2. A change is read when steps lead from its old content to its new one (read A→B and B→C gives A→C), or from
 *    nothing to its new one (read in full, and every change since).
 * 3. Content that was read counts at another path too (a file that was renamed or copied), though only inside its
 *    group: what was read as a test is not thereby read as source or as a build script.
 * 4. A mark that was taken back for exactly this change is never overruled.
 *
 * A side without a hash (a link, a huge file) stands for nothing but itself in one version: no step starts or ends there.
 * The marks are a set: their order and their times never decide whether something is read.
 */
import type { Delta } from '../../../shared/domain.ts'
import type { FileGroup, FileHashes, ReadMark, ReviewFile } from '../../../shared/wire.ts'

export type MarkValue = 'read' | 'partly' | 'unread'

/** One stored mark. */
export interface MarkRow {
  readonly path: string
  /** Where the old content lay when that was another path; null: the same path, or not known. */
  readonly oldPath: string | null
  /** `''`: no file on that side. */
  readonly hashOld: string
  readonly hashNew: string
  readonly mark: MarkValue
  /** Milliseconds since the epoch. */
  readonly atMs: number
  /** Null: not known. */
  readonly group: FileGroup | null
  /** The delta in which it was marked last; `versionTo` null: not known. */
  readonly versionFrom: string | null
  readonly versionTo: string | null
}

/** What identifies the change of one file. */
export type MarkedFile = Pick<ReviewFile, 'path' | 'oldPath' | 'change' | 'group'> & FileHashes

/** Content that was read, and where it can be had: `path` in `version`. */
export interface ReadContent {
  readonly path: string
  readonly hash: string
  readonly version: string | null
}

export interface Judgement {
  readonly mark: ReadMark
  readonly earlier: NonNullable<ReviewFile['earlier']> | null
  /** What `earlier.hasDiff` compares with. */
  readonly base: ReadContent | null
}

/** The marks of one reviewer on one crate, ready to be asked. */
export interface Knowledge {
  judge(file: MarkedFile, delta: Delta): Judgement
}

const START = 'start'
const gone = (path: string): string => `gone\0${path}`
const content = (path: string, hash: string): string => `at\0${path}\0${hash}`
/** Read content of a group, wherever it lies. */
const pool = (group: FileGroup, hash: string): string => `pool\0${group}\0${hash}`

/** The hashes under which a mark is kept. A side that exists without a hash is named by its version. */
export function sideKeys(file: MarkedFile, delta: Delta): { readonly old: string; readonly new: string } {
  return {
    old: file.change === 'added' ? '' : (file.hashOld ?? `?${delta.from ?? ''}`),
    new: file.change === 'deleted' ? '' : (file.hashNew ?? `?${delta.to}`),
  }
}

const isHash = (key: string): boolean => !key.startsWith('?')

/** Rows of one crate and one reviewer, at most one for each (path, hashOld, hashNew), in any order. */
export function knowledgeOf(rows: readonly MarkRow[]): Knowledge {
  // Nothing was read of most crates, and their files may be many.
  if (rows.length === 0) return { judge: () => ({ mark: 'unread', earlier: null, base: null }) }
  const exact = new Map(rows.map(row => [`${row.path}\0${row.hashOld}\0${row.hashNew}`, row]))
  const graph = graphOf(rows)
  const fromStart = reach(graph, START)
  return {
    judge(file, delta) {
      const keys = sideKeys(file, delta)
      const own = exact.get(`${file.path}\0${keys.old}\0${keys.new}`) ?? null
      if (own?.mark === 'read') return { mark: 'read', earlier: otherReview(own, delta), base: null }
      if (own?.mark === 'unread') return { mark: 'unread', earlier: null, base: null }
      if (!isHash(keys.new) || (keys.old === '' && keys.new === ''))
        return { mark: own?.mark ?? 'unread', earlier: null, base: null }
      const from = keys.old === '' || !isHash(keys.old) ? null : content(file.oldPath ?? file.path, keys.old)
      const fromOld = from === null ? NOTHING : reach(graph, from)
      const targets = keys.new === '' ? [gone(file.path)] : [content(file.path, keys.new), pool(file.group, keys.new)]
      // That something else was deleted here once says nothing of this deletion.
      const whole = keys.new === '' ? NOTHING : fromStart
      const isCarried = targets.some(target => whole.has(target) || fromOld.has(target))
      const seen = targets.flatMap(target => graph.into.get(target) ?? []).reduce(later, null)
      if (isCarried)
        return {
          mark: 'read',
          earlier: { version: seen?.versionTo ?? null, covers: 'all', hasDiff: false },
          base: null,
        }
      return unfinished(graph, { file, keys, own, from, supported: [fromStart, fromOld] })
    },
  }
}

const NOTHING: ReadonlySet<string> = new Set()

/** A mark set in this very delta is no earlier reading; of an old mark nobody knows where it was set. */
function otherReview(row: MarkRow, delta: Delta): Judgement['earlier'] {
  if (row.versionTo === null || (row.versionTo === delta.to && row.versionFrom === delta.from)) return null
  return { version: row.versionTo, covers: 'all', hasDiff: false }
}

interface Graph {
  readonly next: ReadonlyMap<string, readonly string[]>
  /** The read marks that end at a node. */
  readonly into: ReadonlyMap<string, readonly MarkRow[]>
  /** Content that was read, by its path. */
  readonly readAt: ReadonlyMap<string, readonly MarkRow[]>
}

function graphOf(rows: readonly MarkRow[]): Graph {
  const next = new Map<string, string[]>()
  const into = new Map<string, MarkRow[]>()
  const readAt = new Map<string, MarkRow[]>()
  const read = rows.filter(row => row.mark === 'read' && isHash(row.hashOld) && isHash(row.hashNew))
  for (const row of read) {
    if (row.hashOld === '' && row.hashNew === '') continue
    const from = row.hashOld === '' ? START : content(row.oldPath ?? row.path, row.hashOld)
    const to = row.hashNew === '' ? gone(row.path) : content(row.path, row.hashNew)
    push(next, from, to)
    push(into, to, row)
    if (row.hashNew !== '') push(readAt, row.path, row)
    if (row.group === null) continue
    if (row.hashNew !== '') {
      const shared = pool(row.group, row.hashNew)
      push(next, to, shared)
      push(into, shared, row)
    }
    // The same step from content that was read elsewhere: the file was moved in between.
    if (row.hashOld !== '') push(next, pool(row.group, row.hashOld), to)
  }
  return { next, into, readAt }
}

/** Everything that one or more steps lead to. */
function reach(graph: Graph, start: string): ReadonlySet<string> {
  const found = new Set<string>()
  const pending = [...(graph.next.get(start) ?? [])]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (found.has(node)) continue
    found.add(node)
    pending.push(...(graph.next.get(node) ?? []))
  }
  return found
}

/** A change that is not read: what of it was read before, and what to compare with to read the rest. */
function unfinished(
  graph: Graph,
  of: {
    readonly file: MarkedFile
    readonly keys: { readonly old: string; readonly new: string }
    readonly own: MarkRow | null
    readonly from: string | null
    readonly supported: readonly ReadonlySet<string>[]
  },
): Judgement {
  const { file, keys, own } = of
  const paths = file.oldPath === null ? [file.path] : [file.path, file.oldPath]
  const here = paths.flatMap(path => graph.readAt.get(path) ?? [])
  const seen = here.filter(row => row.hashNew === keys.new).reduce(later, null)
  const read = here.filter(row => row.hashNew !== keys.new)
  const isEnough = (row: MarkRow) => {
    const node = content(row.path, row.hashNew)
    return node === of.from || of.supported.some(nodes => nodes.has(node))
  }
  const enough = read.filter(isEnough).reduce(later, null)
  // The new content was read as a change of something else, or in another group: not how this old side became it.
  const isPart = enough === null && seen !== null
  const row = isPart ? seen : (enough ?? read.reduce(later, null))
  if (row === null) return { mark: own?.mark ?? 'unread', earlier: null, base: null }
  const base = isPart ? null : { path: row.path, hash: row.hashNew, version: row.versionTo }
  const hasDiff = base !== null && base.version !== null && base.hash !== keys.old && keys.new !== ''
  const earlier = { version: row.versionTo, covers: enough === null ? ('part' as const) : ('rest' as const), hasDiff }
  return { mark: own?.mark ?? (isPart ? 'partly' : 'changed'), earlier, base: hasDiff ? base : null }
}

/** The mark set last; of marks set at once, one that does not depend on the order of the rows. */
function later(a: MarkRow | null, b: MarkRow): MarkRow {
  if (a === null || a.atMs !== b.atMs) return a === null || b.atMs > a.atMs ? b : a
  const [x, y] = [a, b].map(row => `${row.versionTo ?? ''}\0${row.path}\0${row.hashNew}\0${row.hashOld}`)
  return (x ?? '') >= (y ?? '') ? a : b
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
