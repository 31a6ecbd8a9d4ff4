/** Folders for the chooser of the browser door: names only, no file contents, hidden folders left out, bounded. */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { FolderListing } from '../../../shared/wire.ts'
import { FileError, type Capabilities } from '../capabilities.ts'

const MAX_ENTRIES = 500

/** @failure not-a-workspace when the folder cannot be read */
export async function listFolder(caps: Capabilities, folder: AbsolutePath): Promise<Result<FolderListing, Failure>> {
  const at = path.resolve(folder) as AbsolutePath
  try {
    const all = (await caps.files.list(at)).filter(e => e.kind === 'directory' && !e.name.startsWith('.'))
    const entries = await Promise.all(
      all.slice(0, MAX_ENTRIES).map(async ({ name }) => {
        const inside = path.join(at, name) as AbsolutePath
        const has = async (file: string) =>
          (await caps.files.stat(path.join(inside, file) as AbsolutePath).catch(() => null)) !== null
        return { name, path: inside, hasCargoToml: await has('Cargo.toml'), hasStore: await has('supply-chain') }
      }),
    )
    const parent = path.dirname(at)
    return ok({
      path: at,
      parent: parent === at ? null : (parent as AbsolutePath),
      entries,
      truncated: all.length > MAX_ENTRIES,
    })
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'not-a-workspace', path: at, reason: error.message })
    throw error
  }
}
