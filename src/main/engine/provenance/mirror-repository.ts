/**
 * A mirror as a GitRepository: objects through one live process, trees kept parsed, reachability from the commit graph
 * in memory, and git itself for the two questions about history. Everything is bounded, because a repository may be
 * made to be as large as it can.
 */
import type { Capabilities } from '../capabilities.ts'
import { parseTag } from './git-object-text.ts'
import { isGitOid, type GitRepository } from './git-repository.ts'
import { createManifestHistory } from './manifest-history.ts'
import { readBlobs } from './mirror-blobs.ts'
import { listFolder } from './mirror-listing.ts'
import { hasTrees, MAX_COMMIT_BYTES, mirrorObjects, type MirrorAccess } from './mirror-objects.ts'
import { askFirstParents, askHistory } from './mirror-questions.ts'
import { mirrorReach } from './mirror-reach.ts'

const MAX_MANIFEST_COMMITS = 64

/** Reads nothing before it is asked. */
export function createMirrorRepository(caps: Capabilities, access: MirrorAccess): GitRepository {
  const objects = mirrorObjects(access)
  const manifests = createManifestHistory(caps, access.snapshot, (asked, run) => askHistory(caps, access, asked, run))
  return {
    url: access.url,
    get gitDir() {
      return access.snapshot().gitDir
    },
    get mirror() {
      return access.snapshot().record
    },
    get defaultBranch() {
      return access.snapshot().record.defaultBranch
    },
    commit: objects.commit,
    tree: async (oid, run) => (await objects.parsedTree(oid, run))?.entries ?? null,
    list: (commit, folder, run, isWanted = () => true) => listFolder(objects, { commit, folder, isWanted }, run),
    entryAt: objects.entryAt,
    blobs: (oids, maxBytes, run) => readBlobs(access, objects, oids, maxBytes, run),
    async hasBlobs(oids, run) {
      const read = await Promise.all(oids.map(oid => objects.read(oid, 0, run, false)))
      return read.map(object => object.kind === 'blob' || object.kind === 'too-large')
    },
    refs: () => Promise.resolve(access.snapshot().refs),
    async tagHasSignature(tag, run) {
      if (!tag.isAnnotated) return false
      const object = await objects.read(tag.oid, MAX_COMMIT_BYTES, run, true)
      return object.kind === 'tag' && (parseTag(object.bytes)?.hasSignature ?? false)
    },
    ...mirrorReach(caps, access),
    async commitsWithManifest(blob, run) {
      if (!isGitOid(blob) || !(await hasTrees(access, run))) return null
      return (await manifests.commitsWith(blob, run))?.slice(0, MAX_MANIFEST_COMMITS) ?? null
    },
    bringTrees: run => hasTrees(access, run),
    async walkFirstParent(tip, run) {
      return isGitOid(tip) && (await hasTrees(access, run)) ? askFirstParents(caps, access, tip, run) : null
    },
    close() {
      access.live().close()
      return Promise.resolve()
    },
  }
}
