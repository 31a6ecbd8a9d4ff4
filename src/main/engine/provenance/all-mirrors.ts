/**
 * One git process that reads from all mirrors that lie in the cache when it starts. An object's id is the digest of
 * what it holds, so it does not matter which mirror gives it; only whether a repository has an object is asked of its
 * own mirror, and that is never decided here. Starting a process costs a program of our size 3 to 7 ms, as much as the
 * rest of checking a small crate.
 */
import type { AbsolutePath } from '../../../shared/domain.ts'
import { FileError, type Capabilities } from '../capabilities.ts'
import { createLiveGit, type LiveGit } from './live-git.ts'
import { at, makeBare, mirrorsFolder } from './mirror-state.ts'

/** Git looks through them one after the other for the first object of each; 1,000 cost 1 ms there. */
const MAX_STORES = 1_000

export interface AllMirrors {
  /** Reads what the mirror in `gitDir` has, and more; null: it was made later, or nothing can be read like that. */
  reader(gitDir: AbsolutePath): Promise<LiveGit | null>
  close(): void
}

interface Started {
  readonly git: LiveGit
  readonly gitDirs: ReadonlySet<AbsolutePath>
}

/** Nothing is looked for or started before the first `reader`. Never fails. */
export function openAllMirrors(caps: Capabilities): AllMirrors {
  let started: Promise<Started | null> | null = null
  return {
    async reader(gitDir) {
      const all = await (started ??= start(caps))
      return all?.gitDirs.has(gitDir) === true ? all.git : null
    },
    close() {
      void started?.then(all => all?.git.close())
      started = null
    },
  }
}

async function start(caps: Capabilities): Promise<Started | null> {
  try {
    const folder = mirrorsFolder(caps)
    const homes = (await caps.files.list(folder)).filter(one => one.kind === 'directory' && HOME.test(one.name))
    const gitDirs = await Promise.all(homes.slice(0, MAX_STORES).map(home => gitDirsOf(caps, at(folder, home.name))))
    const stores = gitDirs.flat()
    // One repository alone is as well read by its own process.
    if (stores.length < 2) return null
    const neutral = at(folder, 'none.git')
    if ((await caps.files.stat(at(neutral, 'config'))) === null) await makeBare(caps, neutral)
    const objects = stores.map(gitDir => at(gitDir, 'objects'))
    return { git: createLiveGit(caps, neutral, objects), gitDirs: new Set(stores) }
  } catch (error) {
    if (error instanceof FileError) return null
    throw error
  }
}

const HOME = /^[0-9a-f]{64}$/

async function gitDirsOf(caps: Capabilities, home: AbsolutePath): Promise<AbsolutePath[]> {
  const entries = await caps.files.list(home)
  return entries.filter(one => one.kind === 'directory' && one.name.startsWith('git-')).map(one => at(home, one.name))
}
