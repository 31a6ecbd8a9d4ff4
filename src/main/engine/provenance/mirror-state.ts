/**
 * What lies in a mirror's folder, and reading it:
 *   mirror.json   what was fetched, when, from where; written last, names the folder in use
 *   lock          held while a program fetches
 *   git-…/        the bare repository: packs by git, packed-refs by us, commit-graph by git from those refs, and
 *                 manifests-… (manifest-history.ts)
 * Everything may be deleted at any time. What is half written is told by the digest of the refs and fetched anew.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { z } from 'zod'
import type { AbsolutePath } from '../../../shared/domain.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { parseCommitGraph, type CommitGraph } from './commit-graph.ts'
import { parsePackedRefs } from './git-refs.ts'
import type { RefInfo } from './git-repository.ts'

const mirrorRecord = z.object({
  format: z.literal(1),
  /** Normalised address, before redirects. */
  url: z.string(),
  fetchedFrom: z.string(),
  /** Milliseconds since the epoch. */
  fetchedAt: z.number(),
  partial: z.enum(['trees-on-demand', 'blobs-on-demand', 'full']),
  /** The server's own history is cut: what is not reachable here may be so elsewhere. */
  isShallow: z.boolean(),
  defaultBranch: z.string().nullable(),
  newestCommitAt: z.string().nullable(),
  /** Of the packed-refs file; another one means that writing was interrupted. */
  refsSha1: z.string(),
  folder: z.string().regex(/^git-[0-9a-z-]{1,40}$/),
})
export type MirrorRecord = z.infer<typeof mirrorRecord>

/** A mirror as it was when read. */
export interface MirrorSnapshot {
  readonly record: MirrorRecord
  readonly gitDir: AbsolutePath
  /** As text, byte order. */
  readonly refs: readonly RefInfo[]
  /** Null where there is none, or not of these refs: then git is asked. */
  readonly graph: CommitGraph | null
  /** Refs and record belong together. */
  readonly isWhole: boolean
}

/** One folder per address and place it is fetched from, so that a changed redirect never mixes two sources. */
export function mirrorHome(caps: Capabilities, url: string, fetchedFrom: string): AbsolutePath {
  const text = url === fetchedFrom ? url : `${url}\n${fetchedFrom}`
  const key = createHash('sha256').update(text).digest('hex')
  return at(mirrorsFolder(caps), key)
}

export const mirrorsFolder = (caps: Capabilities): AbsolutePath => at(caps.host.cacheDir, 'mirrors')

/** Changes whenever mirror.json is written; null without one. */
export async function readStamp(caps: Capabilities, home: AbsolutePath): Promise<string | null> {
  const stat = await caps.files.stat(at(home, 'mirror.json'))
  return stat === null ? null : `${stat.mtimeMs} ${stat.sizeBytes}`
}

/** Null when there is no mirror, or nothing that can be used. */
export async function readSnapshot(caps: Capabilities, home: AbsolutePath): Promise<MirrorSnapshot | null> {
  try {
    const parsed = mirrorRecord.safeParse(parseJson(await caps.files.readText(at(home, 'mirror.json'), 1 << 16)))
    if (!parsed.success) return null
    const gitDir = at(home, parsed.data.folder)
    const refsText = Buffer.from(await caps.files.readBytes(at(gitDir, 'packed-refs'), 64 << 20))
    const isWhole = sha1(refsText) === parsed.data.refsSha1
    const graph = isWhole && !parsed.data.isShallow ? await readGraph(caps, gitDir) : null
    return { record: parsed.data, gitDir, refs: parsePackedRefs(refsText.toString('latin1')), graph, isWhole }
  } catch (error) {
    if (error instanceof FileError) return null
    throw error
  }
}

export async function readGraph(caps: Capabilities, gitDir: AbsolutePath): Promise<CommitGraph | null> {
  const bytes = await caps.files.readBytes(at(gitDir, 'objects/info/commit-graph'), 256 << 20).catch(() => null)
  return bytes === null ? null : parseCommitGraph(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

export async function writeRecord(caps: Capabilities, home: AbsolutePath, record: MirrorRecord): Promise<void> {
  await caps.files.writeAtomic(at(home, 'mirror.json'), `${JSON.stringify(record, null, 2)}\n`)
}

/** The least that git takes for a bare repository. No template, no hooks, no remote: readers know nowhere to fetch from. */
export async function makeBare(caps: Capabilities, gitDir: AbsolutePath): Promise<void> {
  await caps.files.makeFolder(at(gitDir, 'objects/pack'))
  await caps.files.makeFolder(at(gitDir, 'objects/info'))
  await caps.files.makeFolder(at(gitDir, 'refs'))
  await caps.files.writeInPlace(at(gitDir, 'HEAD'), 'ref: refs/heads/none\n')
  await caps.files.writeInPlace(at(gitDir, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n')
}

export const sha1 = (bytes: Uint8Array | string) => createHash('sha1').update(bytes).digest('hex')

export function at(folder: AbsolutePath, name: string): AbsolutePath {
  return path.join(folder, name) as AbsolutePath
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
