/** The objects of a mirror: from its packs, and by git where the packs alone do not tell. Most mirrors need no process. */
import type { AbsolutePath } from '../../../shared/domain.ts'
import { Cancelled } from '../../../shared/result.ts'
import type { Capabilities } from '../capabilities.ts'
import { isGitOid } from './git-repository.ts'
import { createLiveGit, GitReadError, type LiveGit } from './live-git.ts'
import { createPackReader, type PackMemory } from './pack-reader.ts'

/** As createLiveGit; `pendingCount` counts the requests to git. Bytes given are not to be written to. */
export function createStoredObjects(caps: Capabilities, gitDir: AbsolutePath, memory: PackMemory): LiveGit {
  const packs = createPackReader(caps.files, gitDir, memory)
  const git = createLiveGit(caps, gitDir)
  let closings = 0
  return {
    get pendingCount() {
      return git.pendingCount
    },
    async read(oid, maxBytes, signal) {
      if (signal.aborted) throw new Cancelled()
      const earlier = closings
      const object = isGitOid(oid) ? await packs.read(oid, maxBytes) : null
      if (signal.aborted) throw new Cancelled()
      if (object !== null) return object
      // Whoever closed it meanwhile does not expect a process.
      if (closings !== earlier) throw new GitReadError('closed', false)
      return git.read(oid, maxBytes, signal)
    },
    close() {
      closings++
      git.close()
    },
  }
}
