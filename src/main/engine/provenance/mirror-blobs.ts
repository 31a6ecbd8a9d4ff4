/** Blobs of a mirror by id: small ones kept, the others read together, missing ones asked of the source. */
import type { Run } from '../capabilities.ts'
import { isGitOid, type GitOid } from './git-repository.ts'
import type { GitObject } from './live-git.ts'
import type { MirrorAccess, MirrorObjects } from './mirror-objects.ts'

const MAX_KEPT_BLOB_BYTES = 64 << 10
const TOO_LARGE: GitObject = { kind: 'too-large', sizeBytes: 0 }

/** In the order asked for; null: it cannot be had, is no blob, or has more than `maxBytes`. Throws Cancelled and MirrorFailure. */
export async function readBlobs(
  access: MirrorAccess,
  objects: MirrorObjects,
  oids: readonly GitOid[],
  maxBytes: number,
  run: Run,
): Promise<(Buffer | null)[]> {
  const { blobs: kept } = access.kept
  const found = new Map<GitOid, GitObject>()
  const wanted: GitOid[] = []
  for (const oid of new Set(oids)) {
    const bytes = kept.get(oid)
    if (bytes === undefined) wanted.push(oid)
    else found.set(oid, bytes.length > maxBytes ? TOO_LARGE : { kind: 'blob', bytes })
  }
  const readAll = async (some: readonly GitOid[]) => {
    const read = await Promise.all(some.map(oid => objects.read(oid, maxBytes, run, true)))
    for (const [i, oid] of some.entries()) found.set(oid, read[i]!)
    return some.filter(oid => found.get(oid)?.kind === 'missing')
  }
  const missing = (await readAll(wanted)).filter(isGitOid)
  if (missing.length > 0) {
    if (await access.bring(missing, run)) await readAll(missing)
    else if (missing.length > 1) {
      // One that the source does not have makes it refuse all of them.
      for (const oid of missing.slice(0, 32)) if (await access.bring([oid], run)) await readAll([oid])
    }
  }
  for (const oid of wanted) {
    const object = found.get(oid)
    if (object?.kind === 'blob' && object.bytes.length <= MAX_KEPT_BLOB_BYTES) kept.set(oid, object.bytes)
  }
  return oids.map(oid => {
    const object = found.get(oid)
    return object?.kind === 'blob' ? object.bytes : null
  })
}
