/**
 * Filling and renewing one mirror, under its lock. A clone asks for as little as the server can give on demand:
 * commits only, then trees and blobs by id; where the server gives no object by id, all trees; and else everything.
 * Branches and tags are listed first, then fetched by id and written down by us.
 */
import type { AbsolutePath } from '../../../shared/domain.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { GIT_SAFE_ARGS, gitEnv } from '../core/git-command.ts'
import { fetchObjects, HEAD_REF, listRemote, type FetchLimits, type ObjectFilter, type Remote } from './git-fetch.ts'
import { parseCommit, parseTree } from './git-object-text.ts'
import { formatPackedRefs, nameDefaultBranch, parseListedRefs, type ListedRef } from './git-refs.ts'
import { isGitOid, type GitOid, type MirrorState } from './git-repository.ts'
import { createLiveGit } from './live-git.ts'
import type { MirrorProblem } from './mirror.ts'
import { at, makeBare, readGraph, sha1, writeRecord, type MirrorRecord, type MirrorSnapshot } from './mirror-state.ts'

const PROBE_BYTES = 16 << 20
/** Longer than any fetch may take. */
const LEFTOVER_MS = 24 * 3_600_000

export interface FetchPlace {
  readonly caps: Capabilities
  readonly home: AbsolutePath
  /** Before redirects. */
  readonly url: string
  readonly remote: Remote
  readonly limits: FetchLimits
}

type Partial = MirrorState['partial']

export const FILTERS: Readonly<Record<Partial, ObjectFilter>> = {
  'trees-on-demand': 'tree:0',
  'blobs-on-demand': 'blob:none',
  full: 'none',
}

/** A new bare repository beside an earlier one, which goes once the new one is written down. Throws Cancelled. */
export async function cloneMirror(
  place: FetchPlace,
  wanted: GitOid | null,
  replaced: MirrorSnapshot | null,
  run: Run,
): Promise<Result<null, MirrorProblem>> {
  const { caps, home, remote } = place
  const folder = `git-${caps.clock.nowMs().toString(36)}-${Math.floor(Math.random() * 36 ** 4).toString(36)}`
  const gitDir = at(home, folder)
  let isDone = false
  try {
    await makeBare(caps, gitDir)
    const listed = await listRemote(caps, gitDir, remote, run)
    if (!listed.ok) return listed
    const refs = parseListedRefs(listed.value)
    const filled = refs.length === 0 ? ok('full' as const) : await fillByLadder(place, gitDir, refs, wanted, run)
    if (!filled.ok) return filled
    await settle(place, folder, refs, filled.value, null, run)
    isDone = true
    await removeLeftovers(place, home, /^git-/, folder, replaced?.record.folder ?? null)
    return ok(null)
  } finally {
    if (!isDone) await caps.files.remove(gitDir).catch(() => undefined)
  }
}

/** Brings an existing mirror up to what the server lists now. Throws Cancelled. */
export async function updateMirror(
  place: FetchPlace,
  mirror: MirrorSnapshot,
  run: Run,
): Promise<Result<null, MirrorProblem>> {
  const { caps, remote } = place
  const { gitDir, record } = mirror
  await removeLeftovers(place, at(gitDir, 'objects/pack'), /^tmp_/, null, null)
  const listed = await listRemote(caps, gitDir, remote, run)
  if (!listed.ok) return listed
  const refs = parseListedRefs(listed.value)
  if (isUnchanged(mirror, refs)) {
    await writeRecord(caps, place.home, { ...record, fetchedAt: caps.clock.nowMs() })
    return ok(null)
  }
  const known = new Set(mirror.isWhole ? mirror.refs.map(ref => ref.oid) : [])
  const news = refs.map(ref => ref.oid).filter(oid => !known.has(oid))
  if (news.length > 0) {
    const want = { oids: news, filter: FILTERS[record.partial], mode: 'more' } as const
    const fetched = await fetchWithHead(place, gitDir, want, run)
    if (!fetched.ok) return fetched
  }
  await settle(place, record.folder, refs, record.partial, record.defaultBranch, run)
  return ok(null)
}

/** The server lists what was written down the last time, and that is all there: only the time of asking is new. */
function isUnchanged(mirror: MirrorSnapshot, refs: readonly ListedRef[]): boolean {
  const { record, isWhole, graph } = mirror
  if (!isWhole || (graph === null && !record.isShallow)) return false
  return sha1(Buffer.from(formatPackedRefs(refs), 'latin1')) === record.refsSha1
}

/** Fetches all trees into a mirror that has them on demand. Throws Cancelled. */
export async function fetchAllTrees(
  place: FetchPlace,
  mirror: MirrorSnapshot,
  run: Run,
): Promise<Result<null, MirrorProblem>> {
  const oids = mirror.refs.map(ref => ref.oid)
  const want = { oids, withHead: false, filter: 'blob:none', mode: 'again' } as const
  const fetched = await fetchObjects(place.caps, mirror.gitDir, place.remote, want, place.limits, run)
  if (fetched.ok) await writeRecord(place.caps, place.home, { ...mirror.record, partial: 'blobs-on-demand' })
  return fetched
}

/** From the least to everything, until what is left out can be had by id. */
async function fillByLadder(
  place: FetchPlace,
  gitDir: AbsolutePath,
  refs: readonly ListedRef[],
  wanted: GitOid | null,
  run: Run,
): Promise<Result<Partial, MirrorProblem>> {
  const oids = [...new Set(refs.map(ref => ref.oid))]
  for (const level of ['trees-on-demand', 'blobs-on-demand', 'full'] as const) {
    const mode = level === 'trees-on-demand' ? 'more' : 'again'
    const fetched = await fetchWithHead(place, gitDir, { oids, filter: FILTERS[level], mode }, run)
    if (!fetched.ok) return fetched
    const commits = [wanted, ...refs.map(ref => ref.peeled ?? ref.oid)]
    const found = await tryOnDemand(place, gitDir, commits, run)
    if (found !== null) return ok(found)
  }
  return ok('full')
}

/**
 * How complete the mirror is, by looking at the first of these commits that is there: a server without filters sends
 * everything whatever was asked. Null when what is left out cannot be had by id.
 */
async function tryOnDemand(
  place: FetchPlace,
  gitDir: AbsolutePath,
  commits: readonly (GitOid | null)[],
  run: Run,
): Promise<Partial | null> {
  const { caps, remote, limits } = place
  const live = createLiveGit(caps, gitDir)
  const read = (oid: GitOid) => live.read(oid, PROBE_BYTES, run.signal)
  const bring = async (oid: GitOid) => {
    const want = { oids: [oid], withHead: false, filter: 'blob:none', mode: 'alone' } as const
    return (await fetchObjects(caps, gitDir, remote, want, limits, run)).ok && (await read(oid)).kind !== 'missing'
  }
  try {
    for (const oid of commits.slice(0, 64)) {
      const object = oid === null ? null : await read(oid)
      const commit = object?.kind === 'commit' ? parseCommit(oid!, object.bytes) : null
      if (commit === null) continue
      const tree = await read(commit.tree)
      if (tree.kind === 'missing') return (await bring(commit.tree)) ? 'trees-on-demand' : null
      const entries = tree.kind === 'tree' ? parseTree(tree.bytes, 1000).entries : []
      const blob = entries.find(entry => entry.mode.startsWith('10'))
      if (blob === undefined) continue // an empty commit, or folders only: another one may tell
      if ((await read(blob.oid)).kind !== 'missing') return 'full'
      return (await bring(blob.oid)) ? 'blobs-on-demand' : null
    }
    return 'blobs-on-demand'
  } finally {
    live.close()
  }
}

/** With the server's HEAD, and without it where it names nothing. */
async function fetchWithHead(
  place: FetchPlace,
  gitDir: AbsolutePath,
  want: { readonly oids: readonly GitOid[]; readonly filter: ObjectFilter; readonly mode: 'more' | 'again' },
  run: Run,
): Promise<Result<null, MirrorProblem>> {
  const { caps, remote, limits } = place
  const fetched = await fetchObjects(caps, gitDir, remote, { ...want, withHead: true }, limits, run)
  if (fetched.ok || !fetched.error.text.includes('remote ref HEAD')) return fetched
  await caps.files.remove(at(gitDir, HEAD_REF))
  return fetchObjects(caps, gitDir, remote, { ...want, withHead: false }, limits, run)
}

/** Writes refs, then the graph of what they reach, then the record: in this order, so that a half one shows. */
async function settle(
  place: FetchPlace,
  folder: string,
  refs: readonly ListedRef[],
  partial: Partial,
  earlierDefault: string | null,
  run: Run,
): Promise<void> {
  const { caps, home, url, remote } = place
  const gitDir = at(home, folder)
  const refsText = Buffer.from(formatPackedRefs(refs), 'latin1')
  await caps.files.writeAtomic(at(gitDir, 'packed-refs'), refsText)
  const isShallow = (await caps.files.stat(at(gitDir, 'shallow'))) !== null
  if (!isShallow) await writeGraph(caps, gitDir, run)
  const head = await caps.files.readText(at(gitDir, HEAD_REF), 1024).catch(() => '')
  const record: MirrorRecord = {
    format: 1,
    url,
    fetchedFrom: remote.shown,
    fetchedAt: caps.clock.nowMs(),
    partial,
    isShallow,
    defaultBranch: nameDefaultBranch(refs, isGitOid(head.trim()) ? head.trim() : null, earlierDefault),
    newestCommitAt: await newestCommit(caps, gitDir, refs, isShallow, run),
    refsSha1: sha1(refsText),
    folder,
  }
  await writeRecord(caps, home, record)
}

/** Without it git answers questions of reachability, only slower: a failure is none. */
async function writeGraph(caps: Capabilities, gitDir: AbsolutePath, run: Run): Promise<void> {
  await caps.processes.run({
    command: 'git',
    args: [...GIT_SAFE_ARGS, `--git-dir=${gitDir}`, 'commit-graph', 'write', '--reachable', '--no-progress'],
    cwd: gitDir,
    env: gitEnv(caps.host.env),
    maxOutputBytes: 1 << 20,
    timeoutMs: 300_000,
    signal: run.signal,
  })
}

/** RFC 3339 in UTC, from the graph or else from the tips themselves. */
async function newestCommit(
  caps: Capabilities,
  gitDir: AbsolutePath,
  refs: readonly ListedRef[],
  isShallow: boolean,
  run: Run,
): Promise<string | null> {
  const graph = isShallow ? null : await readGraph(caps, gitDir)
  let newest = -Infinity
  if (graph !== null) {
    for (let i = 0; i < graph.commitCount; i++) newest = Math.max(newest, graph.secondsAt(i))
  } else {
    const live = createLiveGit(caps, gitDir)
    try {
      for (const ref of refs) {
        const oid = ref.peeled ?? ref.oid
        const object = await live.read(oid, 1 << 20, run.signal)
        const commit = object.kind === 'commit' ? parseCommit(oid, object.bytes) : null
        if (commit !== null) newest = Math.max(newest, commit.committedAtMs / 1000)
      }
    } finally {
      live.close()
    }
  }
  const MAX_SECONDS = 253_402_300_799 // the end of the year 9999
  return newest >= 0 && newest <= MAX_SECONDS ? new Date(newest * 1000).toISOString() : null
}

/** What an interrupted program left a day ago or earlier, and what is known to be of no use any more. */
async function removeLeftovers(
  { caps }: FetchPlace,
  folder: AbsolutePath,
  pattern: RegExp,
  keep: string | null,
  useless: string | null,
): Promise<void> {
  const oldMs = caps.clock.nowMs() - LEFTOVER_MS
  for (const { name } of await caps.files.list(folder).catch(() => [])) {
    if (name === keep || !pattern.test(name)) continue
    const stat = name === useless ? null : await caps.files.stat(at(folder, name))
    if (name === useless || (stat !== null && stat.mtimeMs < oldMs))
      await caps.files.remove(at(folder, name)).catch(() => undefined)
  }
}
