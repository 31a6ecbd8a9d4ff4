/** The repository's side of one file of a record, as bytes. Read from the mirror; fetched when the mirror lacks it. */
import type { FileResult, ProvenanceRecord } from '../../../shared/provenance.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Run } from '../capabilities.ts'
import { haveCommit, submoduleOpener } from './find-source.ts'
import { MirrorFailure } from './git-repository.ts'
import type { MirrorProblem, Mirrors } from './mirror.ts'
import { openLookup } from './tree-lookup.ts'

const MAX_BYTES = 256 << 20

/** Null: there is nothing on that side. A blob that cannot be had any more is a problem. Throws Cancelled. */
export async function readRepositoryFile(
  mirrors: Mirrors,
  record: Pick<ProvenanceRecord, 'repository' | 'commit' | 'path'>,
  file: Pick<FileResult, 'path' | 'state' | 'treeBlob' | 'repositoryPath'>,
  run: Run,
): Promise<Result<Uint8Array | null, MirrorProblem>> {
  const { repository: url, commit, path } = record
  if (url === null || commit === null || file.state === 'only-in-crate') return ok(null)
  const opened = await mirrors.open(url, { commit, newerThanMs: null, refresh: false }, run)
  if (!opened.ok) return opened
  const repository = opened.value
  try {
    const had = await haveCommit(mirrors, repository, commit, run)
    if (!had.ok) return had
    if (had.value === null) return gone(`the commit ${commit}`)
    const lookup =
      path === null ? null : await openLookup(repository, commit, path, [file.path], submoduleOpener(mirrors), run)
    const found = (await lookup?.find(file.path)) ?? { kind: 'none' as const }
    // What cargo wrote has no blob of its own: it is shown beside what the repository has under that name.
    const blob = file.treeBlob ?? (found.kind === 'blob' ? found.oid : null)
    if (blob === null) return ok(null)
    const holder = found.kind === 'blob' && found.oid === blob ? found.repository : repository
    const [bytes = null] = await holder.blobs([blob], MAX_BYTES, run)
    return bytes === null ? gone(`the blob ${blob}`) : ok(bytes)
  } catch (error) {
    if (error instanceof MirrorFailure) return fail(error.problem)
    throw error
  }
}

const gone = (what: string): Result<never, MirrorProblem> => ({
  ...{ ok: false, error: { kind: 'gone', text: `The repository does not give ${what} any more.` } },
})
