/**
 * The sample workspace: copied once from the shipped folder into the data folder and put under git there, so that
 * certify and commit work on it like on any other. The shipped folder itself is never written.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { startRepository } from '../io/git.ts'

const MAX_SAMPLE_FILE_BYTES = 4_000_000

/** Where the user's copy lives. */
export function sampleFolder(caps: Capabilities): AbsolutePath {
  return path.join(caps.host.dataDir, 'sample') as AbsolutePath
}

/** The folder of the user's copy. Without git the sample opens all the same; commit is then not offered. @failure store-io */
export async function prepareSample(caps: Capabilities): Promise<Result<AbsolutePath, Failure>> {
  const target = sampleFolder(caps)
  try {
    if ((await caps.files.stat(path.join(target, 'Cargo.toml') as AbsolutePath)) !== null) return ok(target)
    // NOTE: complete or not there at all: a crash while copying leaves only the partial folder, which the next try replaces.
    const partial = `${target}.partial` as AbsolutePath
    await caps.files.remove(partial)
    await copyFolder(caps, caps.host.sampleDir, partial)
    await caps.files.rename(partial, target)
    await startRepository(caps, target, 'Start from the sample workspace')
    return ok(target)
  } catch (error) {
    if (error instanceof FileError) return fail({ code: 'store-io', path: error.path, reason: error.message })
    throw error
  }
}

async function copyFolder(caps: Capabilities, from: AbsolutePath, to: AbsolutePath): Promise<void> {
  await caps.files.makeFolder(to)
  for (const { name, kind } of await caps.files.list(from)) {
    const source = path.join(from, name) as AbsolutePath
    const target = path.join(to, name) as AbsolutePath
    if (kind === 'directory') {
      if (name !== 'target' && name !== '.git') await copyFolder(caps, source, target)
    } else if (kind === 'file') {
      await caps.files.writeAtomic(target, await caps.files.readBytes(source, MAX_SAMPLE_FILE_BYTES))
    }
  }
}
