/** What an archive says about its origin. All of it is the publisher's own word. */
import type { Claim } from '../../../shared/provenance.ts'
import type { ArchiveFile } from './crate-archive.ts'

export function readClaim(_files: ReadonlyMap<string, ArchiveFile>): Claim {
  throw new Error('not built yet')
}
