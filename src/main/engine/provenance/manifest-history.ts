/**
 * Which commits of a mirror brought which Cargo.toml. git is asked once for all of them, because that takes no longer
 * than asking for one, and the answer is kept beside the refs that it holds for: 40 bytes for each, the blob's id and
 * the commit's, newest first. The files may be deleted at any time.
 */
import type { AbsolutePath } from '../../../shared/domain.ts'
import { FileError, type Capabilities, type Run } from '../capabilities.ts'
import { isGitOid, type CommitChanges, type GitOid } from './git-repository.ts'
import { at, type MirrorSnapshot } from './mirror-state.ts'
import { createSharedTask } from './shared-task.ts'

/**
 * Most packages lie at the root, where git need not go through every changed folder of every commit. The two histories
 * are not parts of each other: git leaves side branches out that change nothing of what is asked for.
 */
const PLACES = { root: 'Cargo.toml', anywhere: ':(glob)**/Cargo.toml' } as const
type Place = keyof typeof PLACES

const MAGIC = 'assay manifests 1\n'
const ID_BYTES = 20
const HEADER_BYTES = MAGIC.length + ID_BYTES
const ROW_BYTES = 2 * ID_BYTES
/** The largest of our mirrors has 20,000. */
const MAX_ROWS = 400_000
/** Of one place; larger ones are read again each time. */
const MAX_HELD_BYTES = 2 << 20

export interface ManifestHistory {
  /** Commits on branches and tags in which some Cargo.toml became this blob, newest first. Null: git failed. */
  commitsWith(blob: GitOid, run: Run): Promise<readonly GitOid[] | null>
}

/** The history on branches and tags of these paths, with `blob` only where it comes or goes; null: git failed. */
export type AskHistory = (
  asked: { readonly paths: readonly string[]; readonly blob: GitOid | null },
  run: Run,
) => Promise<readonly CommitChanges[] | null>

export function createManifestHistory(
  caps: Pick<Capabilities, 'files'>,
  snapshot: () => MirrorSnapshot,
  ask: AskHistory,
): ManifestHistory {
  const held = new Map<Place, { readonly of: string; readonly rows: Buffer }>()
  const readPlace = async (place: Place, signal: AbortSignal): Promise<Buffer | null> => {
    const { gitDir, record, isWhole } = snapshot()
    const file = at(gitDir, `manifests-${place}`)
    const of = `${gitDir} ${record.refsSha1}`
    const known = held.get(place)
    if (known?.of === of) return known.rows
    const stored = isWhole ? await readRows(caps, file, record.refsSha1) : null
    const rows = stored ?? rowsFrom(await ask({ paths: [PLACES[place]], blob: null }, quietly(signal)))
    if (rows === null) return null
    if (stored === null && isWhole) await writeRows(caps, file, record.refsSha1, rows)
    if (rows.length <= MAX_HELD_BYTES) held.set(place, { of, rows })
    return rows
  }
  const tasks = { root: createSharedTask(readPlace), anywhere: createSharedTask(readPlace) }
  return {
    async commitsWith(blob, run) {
      for (const place of Object.keys(PLACES) as Place[]) {
        const rows = await tasks[place](place, run.signal)
        // More than is kept can still be asked for one by one.
        const found = rows === null ? rowsFrom(await ask({ paths: [PLACES[place]], blob }, run)) : rows
        if (found === null) return null
        const commits = commitsIn(found, blob)
        if (commits.length > 0) return commits
      }
      return []
    },
  }
}

const quietly = (signal: AbortSignal): Run => ({ signal, onProgress: () => undefined })

/** Null when there are none to be had, or more than are kept. */
function rowsFrom(history: readonly CommitChanges[] | null): Buffer | null {
  if (history === null) return null
  const rows: string[] = []
  for (const { commit, changes } of history)
    for (const { newOid } of changes) if (newOid !== null && isGitOid(newOid)) rows.push(newOid + commit)
  return rows.length > MAX_ROWS ? null : Buffer.from(rows.join(''), 'hex')
}

function commitsIn(rows: Buffer, blob: GitOid): readonly GitOid[] {
  const wanted = Buffer.from(blob, 'hex')
  const commits = new Set<GitOid>()
  for (let found = rows.indexOf(wanted); found >= 0; found = rows.indexOf(wanted, found + 1)) {
    if (found % ROW_BYTES === 0) commits.add(rows.toString('hex', found + ID_BYTES, found + ROW_BYTES))
  }
  return [...commits]
}

/** Null: not there, of other refs, or damaged. */
async function readRows(
  { files }: Pick<Capabilities, 'files'>,
  file: AbsolutePath,
  refsSha1: string,
): Promise<Buffer | null> {
  try {
    const bytes = Buffer.from(await files.readBytes(file, HEADER_BYTES + MAX_ROWS * ROW_BYTES))
    const isOurs =
      bytes.toString('latin1', 0, MAGIC.length) === MAGIC &&
      bytes.toString('hex', MAGIC.length, HEADER_BYTES) === refsSha1 &&
      (bytes.length - HEADER_BYTES) % ROW_BYTES === 0
    return isOurs ? bytes.subarray(HEADER_BYTES) : null
  } catch (error) {
    if (error instanceof FileError) return null
    throw error
  }
}

/** A disk that takes nothing costs the next run its answer, not this one. */
async function writeRows(
  { files }: Pick<Capabilities, 'files'>,
  file: AbsolutePath,
  refsSha1: string,
  rows: Buffer,
): Promise<void> {
  try {
    await files.writeAtomic(file, Buffer.concat([Buffer.from(MAGIC), Buffer.from(refsSha1, 'hex'), rows]))
  } catch (error) {
    if (!(error instanceof FileError)) throw error
  }
}
