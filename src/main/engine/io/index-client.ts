/**
 * Answers about versions from the index a registry offers: sparse over HTTP (sparse-index.ts) or a folder of the same
 * layout. A vendored folder offers none, and every question about it is refused.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Cache } from '../cache.ts'
import { FileError, type Capabilities, type Run } from '../capabilities.ts'
import type { Fetcher } from './fetcher.ts'
import type { RegistrySource } from './registry-config.ts'
import { findIndexLine, indexPath, MAX_INDEX_BYTES, readIndexLines, type IndexVersion } from './registry-index.ts'
import { sparseIndex } from './sparse-index.ts'

export interface Index {
  readonly id: string
  versions(crate: string, run: Run): Promise<Result<readonly IndexVersion[], Failure>>
  /** Of one version; a stored answer is enough. */
  checksum(crate: string, version: string, run: Run): Promise<Result<string, Failure>>
  /** Of one version, without asking anybody; null: not stored. */
  peek(crate: string, version: string): IndexVersion | null
  /** All that is stored of a crate, without asking anybody; null: nothing. */
  stored(crate: string): readonly IndexVersion[] | null
  /** The whole line about one version as the registry wrote it; a stored one is enough. */
  line(crate: string, version: string, run: Run): Promise<Result<string, Failure>>
  downloadUrl(crate: string, version: string, checksum: string, run: Run): Promise<Result<string, Failure>>
  /** Whether it can be reached now, whatever is stored. */
  probe(run: Run): Promise<Result<null, Failure>>
}

export function openIndex(
  caps: Capabilities,
  cache: Cache,
  fetcher: Fetcher,
  source: RegistrySource,
  offline: boolean,
): Index {
  if (source.kind === 'sparse') return sparseIndex({ caps, cache, fetcher, indexUrl: source.indexUrl, offline })
  if (source.kind === 'local-registry') return folderIndex(caps, source.folder)
  const failure: Failure = {
    code: 'unsupported',
    what: `reading crates from the vendored folder ${source.folder}`,
    instead: 'Vendored sources hold one version each and no archives; remove the source replacement to review deltas.',
  }
  const refuse = () => Promise.resolve(fail(failure))
  return {
    id: source.folder,
    versions: refuse,
    checksum: refuse,
    peek: () => null,
    stored: () => null,
    line: refuse,
    downloadUrl: refuse,
    probe: refuse,
  }
}

/** A local registry: the same files under `index/`, archives beside them. Read each time: it is only a file. */
function folderIndex(caps: Capabilities, folder: AbsolutePath): Index {
  const known = new Map<string, readonly IndexVersion[]>()
  const readFile = async <T>(crate: string, use: (text: string) => Result<T, string>): Promise<Result<T, Failure>> => {
    const file = path.join(folder, 'index', indexPath(crate)) as AbsolutePath
    try {
      const read = use(await caps.files.readText(file, MAX_INDEX_BYTES))
      return read.ok ? read : fail({ code: 'registry-config', file, reason: read.error })
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      if (error.code === 'ENOENT') return fail({ code: 'crate-not-in-registry', crate, version: null })
      return fail({ code: 'registry-config', file, reason: error.message })
    }
  }
  const versions = async (crate: string): Promise<Result<readonly IndexVersion[], Failure>> => {
    const read = await readFile(crate, text => readIndexLines(crate, text))
    if (read.ok) known.set(crate, read.value)
    return read
  }
  return {
    id: folder,
    versions,
    peek: (crate, version) => known.get(crate)?.find(v => v.version === version) ?? null,
    stored: crate => known.get(crate) ?? null,
    async line(crate, version) {
      const read = await readFile(crate, text => ok(findIndexLine(crate, version, text)))
      if (!read.ok) return read
      return read.value === null ? fail({ code: 'crate-not-in-registry', crate, version }) : ok(read.value)
    },
    async checksum(crate, version) {
      const all = await versions(crate)
      if (!all.ok) return all
      const found = all.value.find(v => v.version === version)
      return found === undefined ? fail({ code: 'crate-not-in-registry', crate, version }) : ok(found.checksum)
    },
    downloadUrl: async (crate, version) => fail({ code: 'crate-not-in-registry', crate, version }),
    async probe() {
      const found = await caps.files.stat(path.join(folder, 'index') as AbsolutePath)
      const reason = 'the local registry has no folder named index'
      return found?.kind === 'directory' ? ok(null) : fail({ code: 'registry-config', file: folder, reason })
    },
  }
}
