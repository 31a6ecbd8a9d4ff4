/**
 * One mirror's copy on disk as this program knows it: read again when another program wrote it, the process that reads
 * it, and fetching into it, which is done under its lock by one program at a time.
 */
import PQueue from 'p-queue'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { Cancelled, type Result } from '../../../shared/result.ts'
import { FileError, type Run } from '../capabilities.ts'
import { fetchObjects, isNotGiven } from './git-fetch.ts'
import { MirrorFailure, type GitOid } from './git-repository.ts'
import { createLiveGit, type LiveGit } from './live-git.ts'
import { cloneMirror, fetchAllTrees, updateMirror, type FetchPlace } from './mirror-fetch.ts'
import type { MirrorProblem } from './mirror.ts'
import { at, readSnapshot, readStamp, type MirrorSnapshot } from './mirror-state.ts'

const LOCK_WAIT_MS = 900_000

export interface MirrorCopy {
  readonly place: FetchPlace
  /** Of all mirrors together: so many fetch at once. */
  readonly queue: PQueue
  /** Who changes the copy, one after the other: where there is no lock between programs, too. */
  readonly turns: PQueue
  current: MirrorSnapshot | null
  /** Of the file that `current` was read from. */
  stamp: string | null
  /** Looks at the disk that were begun, and which of them `current` comes from. */
  looks: number
  lookTaken: number
  live: { readonly git: LiveGit; readonly gitDir: AbsolutePath } | null
  /** What asking the server last gave; null before it was asked. */
  asked: { readonly atMs: number; readonly problem: MirrorProblem | null } | null
  /** When the server was asked for a commit by its id in vain. */
  readonly notGiven: Map<GitOid, number>
  /** Something was fetched since the process that reads all mirrors may have been started. */
  hasNews: boolean
}

/** Nothing is read yet. */
export function createCopy(place: FetchPlace, queue: PQueue): MirrorCopy {
  return {
    ...{ place, queue, turns: new PQueue({ concurrency: 1 }) },
    ...{ current: null, stamp: null, looks: 0, lookTaken: 0 },
    ...{ live: null, asked: null, notGiven: new Map<GitOid, number>(), hasNews: false },
  }
}

/** As it lies on disk now; null when there is none that can be used. */
export async function load(copy: MirrorCopy): Promise<MirrorSnapshot | null> {
  const { caps, home } = copy.place
  const look = ++copy.looks
  const now = await readStamp(caps, home)
  if (now === copy.stamp && copy.current !== null) return copy.current
  const found = now === null ? null : await readSnapshot(caps, home)
  // Who looked later has seen what is newer, even if he was done sooner.
  if (look < copy.lookTaken) return copy.current
  copy.lookTaken = look
  copy.stamp = now
  copy.current = found
  return found
}

/** As it was loaded last. Throws MirrorFailure when somebody removed it since it was opened. */
export function loaded({ current, place }: MirrorCopy): MirrorSnapshot {
  if (current !== null) return current
  throw new MirrorFailure({ kind: 'corrupt', text: `The copy of ${place.url} was removed while it was read.` })
}

/** The process that reads what was loaded last. */
export function liveGit(copy: MirrorCopy): LiveGit {
  const { gitDir } = loaded(copy)
  if (copy.live?.gitDir !== gitDir) {
    copy.live?.git.close()
    copy.live = { git: createLiveGit(copy.place.caps, gitDir), gitDir }
  }
  return copy.live.git
}

/** What the server is asked for. `isClone`: into a new repository, whatever is there. */
export interface Renewal {
  readonly isClone: boolean
  /** Tells how complete a new repository is, if the server has it. */
  readonly commit: GitOid | null
}

/** Brings the copy up to what the server has now; null when that went well. Throws Cancelled. */
export async function renewCopy(copy: MirrorCopy, want: Renewal, signal: AbortSignal): Promise<MirrorProblem | null> {
  const { place } = copy
  const run: Run = { signal, onProgress: () => undefined }
  const before = copy.current
  const problem = await changeCopy(copy, signal, async () => {
    const found = await load(copy)
    // Another one was here while we waited: his fetch is as good as ours.
    const isNew = want.isClone ? found?.gitDir !== before?.gitDir : found?.record.fetchedAt !== before?.record.fetchedAt
    if (found !== null && isNew && found.isWhole) return null
    return renew(place, found, want, run)
  })
  await load(copy)
  copy.hasNews = true
  copy.notGiven.clear()
  copy.asked = { atMs: place.caps.clock.nowMs(), problem }
  return problem
}

/** Brings all trees into a copy that has them on demand; null when that went well. Throws Cancelled. */
export async function bringTrees(copy: MirrorCopy, signal: AbortSignal): Promise<MirrorProblem | null> {
  const run: Run = { signal, onProgress: () => undefined }
  const problem = await changeCopy(copy, signal, async () => {
    const found = await load(copy)
    if (found === null || found.record.partial !== 'trees-on-demand') return null
    const all = await fetchAllTrees(copy.place, found, run)
    return all.ok ? null : all.error
  })
  await load(copy)
  return problem
}

/** Brings objects by id into the folder that they are missed in. Throws Cancelled. */
export async function bringObjects(
  { place: { caps, remote, limits }, queue }: MirrorCopy,
  gitDir: AbsolutePath,
  want: Parameters<typeof fetchObjects>[3],
  run: Run,
): Promise<Result<null, MirrorProblem>> {
  try {
    // With the signal: those before may take minutes.
    return await queue.add(() => fetchObjects(caps, gitDir, remote, want, limits, run), { signal: run.signal })
  } catch (error) {
    if (run.signal.aborted) throw new Cancelled()
    throw error
  }
}

/** Update, or clone where there is nothing, and clone anew where an update fails for a reason of the copy's own. */
async function renew(
  place: FetchPlace,
  found: MirrorSnapshot | null,
  want: Renewal,
  run: Run,
): Promise<MirrorProblem | null> {
  if (found !== null && !want.isClone) {
    const updated = await updateMirror(place, found, run)
    if (updated.ok) return null
    if (updated.error.kind !== 'failed') return updated.error
  }
  const cloned = await cloneMirror(place, want.commit, found, run)
  if (cloned.ok) return null
  // A branch that moved between listing and fetching is no failure of the server's.
  if (!isNotGiven(cloned.error)) return cloned.error
  const again = await cloneMirror(place, want.commit, found, run)
  return again.ok ? null : again.error
}

/** Waiting for one's turn takes no place of a fetch. */
function changeCopy(
  { place, queue, turns }: MirrorCopy,
  signal: AbortSignal,
  action: () => Promise<MirrorProblem | null>,
): Promise<MirrorProblem | null> {
  return turns.add(() => queue.add(() => withLock(place, signal, action)))
}

/** Files that cannot be written are the mirror's problem, not the check's end. */
async function withLock(
  { caps, home, url }: FetchPlace,
  signal: AbortSignal,
  action: () => Promise<MirrorProblem | null>,
): Promise<MirrorProblem | null> {
  try {
    await caps.files.makeFolder(home)
    const lock = await caps.files.lock(at(home, 'lock'), LOCK_WAIT_MS, signal)
    if (lock === null) return { kind: 'timeout', text: `Another program has been fetching ${url} for too long.` }
    try {
      return await action()
    } finally {
      await lock.release()
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    return { kind: 'failed', text: `The copy of ${url} cannot be written: ${error.message}.` }
  }
}
