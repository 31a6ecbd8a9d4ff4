/**
 * All files of an unpacked crate and their bytes, bounded. Links are named, never followed.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../../shared/domain.ts'
import { FileError, type Capabilities } from '../../capabilities.ts'

export interface CrateFile {
  /** With `/`, relative to the crate's folder. */
  readonly path: string
  readonly isLink: boolean
}
export interface CrateListing {
  /** In byte order of their path. */
  readonly files: readonly CrateFile[]
  /** More files or deeper folders than are listed. */
  readonly isCut: boolean
}

const MAX_FILES = 200_000
const MAX_DEPTH = 64

/** @throws FileError when the folder itself cannot be listed */
export async function listCrate(caps: Pick<Capabilities, 'files'>, root: AbsolutePath): Promise<CrateListing> {
  const files: CrateFile[] = []
  let isCut = false
  const pending = [{ at: '', depth: 0 }]
  for (const { at, depth } of pending) {
    // also visits what is pushed below
    for (const { name, kind } of await caps.files.list(path.join(root, at) as AbsolutePath)) {
      const child = at === '' ? name : `${at}/${name}`
      if (kind !== 'directory') files.push({ path: child, isLink: kind !== 'file' })
      else if (depth < MAX_DEPTH) pending.push({ at: child, depth: depth + 1 })
      else isCut = true
    }
    if (files.length + pending.length > MAX_FILES) {
      isCut = true
      break
    }
  }
  files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  return { files, isCut }
}

export type BytesRead =
  { readonly kind: 'bytes'; readonly bytes: Uint8Array } | { readonly kind: 'unread'; readonly reason: string }

/** The bytes of one listed file, or why they are not read. */
export async function readCrateFile(
  caps: Pick<Capabilities, 'files'>,
  root: AbsolutePath,
  file: CrateFile,
  maxBytes: number,
): Promise<BytesRead> {
  if (file.isLink) return { kind: 'unread', reason: 'a link, not followed' }
  const at = path.join(root, file.path) as AbsolutePath
  if (!at.startsWith(path.join(root, path.sep))) return { kind: 'unread', reason: 'outside the crate' }
  try {
    const stat = await caps.files.stat(at)
    if (stat?.kind !== 'file') return { kind: 'unread', reason: 'not there any more' }
    if (stat.sizeBytes > maxBytes) return { kind: 'unread', reason: `larger than ${maxBytes >> 20} MiB` }
    return { kind: 'bytes', bytes: await caps.files.readBytes(at, maxBytes) }
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    return { kind: 'unread', reason: `could not be read: ${error.code}` }
  }
}
