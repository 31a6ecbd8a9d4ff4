/** Equal ids are equal bytes unless somebody forged a SHA-1 collision, so bytes that are here are compared as well. */
import type { ProvenanceRecord } from '../../../shared/provenance.ts'
import type { Run } from '../capabilities.ts'
import type { Compared } from './compare.ts'
import type { GitOid, GitRepository } from './git-repository.ts'

/** Of blobs at once; most are small. */
const AT_ONCE = 128

/**
 * Compares the bytes of what agrees by its id, as far as blobs are in the mirror (nothing is fetched), and marks what
 * turns out unequal. `bytes`: all of them were compared.
 */
export async function verifyBytes(
  compared: readonly Compared[],
  isWanted: boolean,
  run: Run,
): Promise<ProvenanceRecord['identity']> {
  const equal: { readonly one: Compared; readonly repository: GitRepository; readonly oid: GitOid }[] = []
  for (const one of compared) {
    const { counterpart, state, archiveBlob } = one
    if (state !== 'same' && state !== 'same-by-rule') continue
    if (counterpart.kind === 'blob' && counterpart.oid === archiveBlob)
      equal.push({ one, repository: counterpart.repository, oid: counterpart.oid })
  }
  if (equal.length === 0) return 'none'
  if (!isWanted) return 'sha1'
  let isComplete = true
  for (const [repository, all] of Map.groupBy(equal, ({ repository: from }) => from)) {
    const oids = all.map(({ oid }) => oid)
    const isHere = await repository.hasBlobs(oids, run)
    const here = all.filter((_, i) => isHere[i] === true)
    if (here.length < all.length) isComplete = false
    for (let from = 0; from < here.length; from += AT_ONCE) {
      run.signal.throwIfAborted()
      const batch = here.slice(from, from + AT_ONCE)
      const maxBytes = Math.max(...batch.map(({ one }) => one.data.length)) + 1
      const batchIds = batch.map(({ oid }) => oid)
      const blobs = await repository.blobs(batchIds, maxBytes, run)
      for (const [i, { one }] of batch.entries()) {
        const bytes = blobs[i] ?? null
        if (bytes !== null && Buffer.compare(bytes, one.data) === 0) continue
        // A larger blob under the same id is not given at all; that is a difference as well, or a damaged mirror.
        one.state = 'differs'
        one.rule = 'same-id-other-bytes'
      }
    }
  }
  return isComplete ? 'bytes' : 'sha1'
}
