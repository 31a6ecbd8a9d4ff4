/**
 * Puts the files of a judged archive on disk, once, in a folder named by the archive's checksum. A marker beside the
 * files, written last, says what must be there; a folder without it, or with other bytes, is thrown away and made anew.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { Cancelled, fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import type { ArchiveEntry } from './archive.ts'

const MARKER = 'complete.sha256'
const FILES_AT_ONCE = 32

/** Where `unpackEntries` puts them. */
export const unpackedFolder = (home: AbsolutePath, name: string): AbsolutePath => path.join(home, name) as AbsolutePath

/**
 * The folder `home/NAME`, holding exactly `entries`. What is already there is compared byte for byte.
 * Throws Cancelled. @failure cache-io
 */
export async function unpackEntries(
  caps: Capabilities,
  home: AbsolutePath,
  name: string,
  entries: readonly ArchiveEntry[],
  signal: AbortSignal,
): Promise<Result<AbsolutePath, Failure>> {
  const folder = unpackedFolder(home, name)
  const marker = path.join(home, MARKER) as AbsolutePath
  const expected = listingSum(entries)
  try {
    const stated = await caps.files.readText(marker, 200).catch(() => null)
    if (stated?.trim() === expected && (await holdsExactly(caps, folder, entries))) return ok(folder)
    await writeAnew(caps, home, name, entries, expected, signal)
    return ok(folder)
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'cache-io', path: error.path, reason: error.message })
    throw error
  }
}

function listingSum(entries: readonly ArchiveEntry[]): string {
  const sum = createHash('sha256')
  for (const { path: name, data } of entries) sum.update(`${name}\n${data.length}\n`)
  return sum.digest('hex')
}

async function writeAnew(
  caps: Capabilities,
  home: AbsolutePath,
  name: string,
  entries: readonly ArchiveEntry[],
  sum: string,
  signal: AbortSignal,
): Promise<void> {
  const partial = `${home}.${process.pid}.${partialCount++}.part` as AbsolutePath
  try {
    const root = path.join(partial, name)
    const folders = new Set([root, ...entries.map(e => path.dirname(path.join(root, e.path)))])
    for (const folder of folders) await caps.files.makeFolder(folder as AbsolutePath)
    for (let at = 0; at < entries.length; at += FILES_AT_ONCE) {
      if (signal.aborted) throw new Cancelled()
      const batch = entries.slice(at, at + FILES_AT_ONCE)
      await Promise.all(batch.map(e => caps.files.writeInPlace(path.join(root, e.path) as AbsolutePath, e.data)))
    }
    await caps.files.writeInPlace(path.join(partial, MARKER) as AbsolutePath, `${sum}\n`)
    await caps.files.remove(home)
    await caps.files.rename(partial, home)
  } finally {
    await caps.files.remove(partial)
  }
}

let partialCount = 0

async function holdsExactly(
  caps: Capabilities,
  folder: AbsolutePath,
  entries: readonly ArchiveEntry[],
): Promise<boolean> {
  const found = await listFiles(caps, folder)
  if (found === null || found.length !== entries.length) return false
  const byPath = new Map(entries.map(e => [e.path, e.data]))
  const isAsWanted = async (name: string): Promise<boolean> => {
    const wanted = byPath.get(name)
    if (wanted === undefined) return false
    const bytes = await caps.files.readBytes(path.join(folder, name) as AbsolutePath)
    return Buffer.compare(bytes, wanted) === 0
  }
  for (let at = 0; at < found.length; at += FILES_AT_ONCE) {
    const compared = await Promise.all(found.slice(at, at + FILES_AT_ONCE).map(isAsWanted))
    if (compared.includes(false)) return false
  }
  return true
}

/** Paths of all files below, `/` between parts; null when something is neither file nor folder, or cannot be read. */
async function listFiles(caps: Capabilities, folder: AbsolutePath, prefix = ''): Promise<string[] | null> {
  const files: string[] = []
  let listed: Awaited<ReturnType<Capabilities['files']['list']>>
  try {
    listed = await caps.files.list(folder)
  } catch (error) {
    if (error instanceof FileError) return null
    throw error
  }
  for (const { name, kind } of listed) {
    if (kind === 'file') files.push(prefix + name)
    else if (kind !== 'directory') return null
    else {
      const below = await listFiles(caps, path.join(folder, name) as AbsolutePath, `${prefix}${name}/`)
      if (below === null) return null
      files.push(...below)
    }
  }
  return files
}
