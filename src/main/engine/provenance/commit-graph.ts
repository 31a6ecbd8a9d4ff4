/**
 * git's commit-graph file as data: who descends from whom, answered in memory. The file is one that our own git wrote
 * for our own mirror (`git commit-graph write --reachable`), so it holds what branches and tags reach, and only that.
 * Format: git's Documentation/gitformat-commit-graph. Pure; a file that is not understood gives null.
 */
import type { GitOid } from './git-repository.ts'

const LAST_EDGE = 0x80000000
const COMMIT_DATA_BYTES = 36

export interface CommitGraph {
  readonly commitCount: number
  /** Position of a commit; -1 when neither branch nor tag reached it as the file was written. */
  find(oid: GitOid): number
  oidAt(position: number): GitOid
  /** Root tree. */
  treeAt(position: number): GitOid
  parentsAt(position: number): readonly number[]
  /** Seconds since the epoch, by the committer's clock. */
  secondsAt(position: number): number
  /** Is `target` reachable from a tip, or the same? Costs a walk through what descends from it, for any number of tips. */
  descendsFrom(target: number): (tip: number) => boolean
  /** Everything reachable from `tip`, one byte per position. */
  reachableFrom(tip: number): Uint8Array
}

export function parseCommitGraph(file: Buffer): CommitGraph | null {
  const chunks = readChunks(file)
  const [fanout, oids, data, edges] = ['OIDF', 'OIDL', 'CDAT', 'EDGE'].map(id => chunks?.get(id))
  if (fanout?.length !== 1024 || oids === undefined || data === undefined) return null
  const commitCount = fanout.readUInt32BE(1020)
  if (oids.length !== commitCount * 20 || data.length !== commitCount * COMMIT_DATA_BYTES) return null
  const parentsAt = (position: number): number[] => {
    const at = position * COMMIT_DATA_BYTES + 20
    const parents: number[] = []
    const [first, second] = [data.readUInt32BE(at), data.readUInt32BE(at + 4)]
    if (first < commitCount) parents.push(first)
    if (second < LAST_EDGE) {
      if (second < commitCount) parents.push(second)
      return parents
    }
    for (let edge = (second - LAST_EDGE) * 4; edges !== undefined && edge + 4 <= edges.length; edge += 4) {
      const value = edges.readUInt32BE(edge)
      const parent = value >= LAST_EDGE ? value - LAST_EDGE : value
      if (parent < commitCount) parents.push(parent)
      if (value >= LAST_EDGE) break
    }
    return parents
  }
  const reachableFrom = (tip: number): Uint8Array => {
    const seen = new Uint8Array(commitCount)
    const stack = [tip]
    seen[tip] = 1
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      for (const parent of parentsAt(at)) {
        if (seen[parent] === 1) continue
        seen[parent] = 1
        stack.push(parent)
      }
    }
    return seen
  }
  let children: Children | null = null
  const descendsFrom = (target: number): ((tip: number) => boolean) => {
    const { starts, list } = (children ??= childrenOf(commitCount, parentsAt))
    const seen = new Uint8Array(commitCount)
    const stack = [target]
    seen[target] = 1
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      for (let i = starts[at]!; i < starts[at + 1]!; i++) {
        const child = list[i]!
        if (seen[child] === 1) continue
        seen[child] = 1
        stack.push(child)
      }
    }
    return tip => seen[tip] === 1
  }
  return {
    commitCount,
    find: oid => findOid(fanout, oids, oid),
    oidAt: position => oids.toString('hex', position * 20, position * 20 + 20),
    treeAt: position => data.toString('hex', position * COMMIT_DATA_BYTES, position * COMMIT_DATA_BYTES + 20),
    parentsAt,
    secondsAt(position) {
      const at = position * COMMIT_DATA_BYTES + 28
      return (data.readUInt32BE(at) & 3) * 2 ** 32 + data.readUInt32BE(at + 4)
    },
    descendsFrom,
    reachableFrom,
  }
}

/** The children of a position are `list` from `starts[position]` up to the next start. */
interface Children {
  readonly starts: Uint32Array
  readonly list: Uint32Array
}

function childrenOf(commitCount: number, parentsAt: (position: number) => readonly number[]): Children {
  const starts = new Uint32Array(commitCount + 1)
  const parents: number[] = []
  for (let child = 0; child < commitCount; child++) {
    for (const parent of parentsAt(child)) {
      parents.push(child, parent)
      starts[parent + 1]!++
    }
  }
  for (let i = 0; i < commitCount; i++) starts[i + 1]! += starts[i]!
  const next = starts.slice()
  const list = new Uint32Array(parents.length / 2)
  for (let i = 0; i < parents.length; i += 2) list[next[parents[i + 1]!]!++] = parents[i]!
  return { starts, list }
}

/** Null: another version or hash, or a part of a chain of files. */
function readChunks(file: Buffer): Map<string, Buffer> | null {
  if (file.length < 8 || file.toString('latin1', 0, 4) !== 'CGPH') return null
  const [version, hash, count, bases] = file.subarray(4, 8)
  if (version !== 1 || hash !== 1 || bases !== 0 || file.length < 8 + (count! + 1) * 12) return null
  const chunks = new Map<string, Buffer>()
  for (let i = 0; i < count!; i++) {
    const at = 8 + i * 12
    const [from, to] = [Number(file.readBigUInt64BE(at + 4)), Number(file.readBigUInt64BE(at + 16))]
    if (from > to || to > file.length) return null
    chunks.set(file.toString('latin1', at, at + 4), file.subarray(from, to))
  }
  return chunks
}

function findOid(fanout: Buffer, oids: Buffer, oid: GitOid): number {
  const wanted = Buffer.from(oid, 'hex')
  if (wanted.length !== 20) return -1
  const first = wanted[0]!
  let [low, high] = [first === 0 ? 0 : fanout.readUInt32BE(first * 4 - 4), fanout.readUInt32BE(first * 4)]
  if (high * 20 > oids.length) return -1
  while (low < high) {
    const middle = (low + high) >>> 1
    const order = oids.compare(wanted, 0, 20, middle * 20, middle * 20 + 20)
    if (order === 0) return middle
    if (order < 0) low = middle + 1
    else high = middle
  }
  return -1
}
