/** The history of a file of an open review, from the mirror that its provenance was checked with. */
import type { CallArgs, EngineHandlers } from '../../../shared/contract.ts'
import type { Failure } from '../../../shared/failure.ts'
import type { ProvenanceRecord } from '../../../shared/provenance.ts'
import type { FileHistory } from '../../../shared/review-history.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { readFileBlame, readFileLog, type FileBlame, type FileLog } from '../provenance/file-history.ts'
import { haveCommit } from '../provenance/find-source.ts'
import { MirrorFailure } from '../provenance/git-repository.ts'
import type { MirrorProblem, Mirrors } from '../provenance/mirror.ts'
import type { Jobs } from './jobs.ts'
import type { ProvenanceSources } from './provenance-sources.ts'
import type { ReviewSides } from './review-units.ts'

export interface ReviewHistoryDeps {
  readonly caps: Capabilities
  readonly jobs: Jobs
  /** @failure review-unknown */
  readonly review: (id: string) => Result<ReviewSides, Failure>
  readonly record: (crate: string, version: string) => ProvenanceRecord | null
  /** Opens what provenance works with; closed by the one who asked. */
  readonly sources: () => Promise<Result<ProvenanceSources, Failure>>
}

/** @failure review-unknown, provenance-not-run, refused (not in the repository), offline, git-failed */
export function createReviewHistory(deps: ReviewHistoryDeps): Pick<EngineHandlers, 'review.history'> {
  return {
    'review.history': async args => {
      // What is not there at all is no failed job.
      const place = placeOf(deps, args)
      if (!place.ok) return place
      return deps.jobs.run(`Reading the history of ${args.path}`, run => history(deps, args, place.value, run))
    },
  }
}

interface Place {
  readonly repository: string
  readonly commit: string
  /** From the repository's root. */
  readonly where: string
  readonly differs: boolean
}

function placeOf(deps: ReviewHistoryDeps, { review, path }: CallArgs<'review.history'>): Result<Place, Failure> {
  const sides = deps.review(review)
  if (!sides.ok) return sides
  const { crate, delta } = sides.value
  const version = delta.to
  const record = deps.record(crate, version)
  if (record === null) return fail({ code: 'provenance-not-run', crate, version })
  const file = record.fileResults.find(one => one.path === path)
  const { repository, commit } = record
  if (repository === null || commit === null)
    return refused(`the provenance check of ${crate} ${version} found no commit of a repository`)
  // Below a submodule it holds both paths, parted by a colon: git then names no commit, which is what is shown.
  const where = file?.repositoryPath ?? null
  if (file === undefined || where === null || file.treeBlob === null)
    return refused(`${path} is not in the repository at the commit that the crate names`)
  return ok({ repository, commit, where, differs: file.archiveBlob !== file.treeBlob })
}

async function history(
  deps: ReviewHistoryDeps,
  { path, kind }: CallArgs<'review.history'>,
  { repository, commit, where, differs }: Place,
  run: Run,
): Promise<Result<FileHistory, Failure>> {
  const sources = await deps.sources()
  if (!sources.ok) return sources
  try {
    const found = await read(deps.caps, sources.value.mirrors, { repository, commit, where, kind }, run)
    if (!found.ok) return asFailure(repository, found.error)
    const { commits, remarks } = found.value
    return ok({
      ...{ path, repository, commit, repositoryPath: where, differs },
      commits: [...commits],
      ranges: 'ranges' in found.value ? [...found.value.ranges] : null,
      remarks: [...remarks],
    })
  } finally {
    await sources.value.close()
  }
}

async function read(
  caps: Capabilities,
  mirrors: Mirrors,
  of: { readonly repository: string; readonly commit: string; readonly where: string; readonly kind: 'log' | 'blame' },
  run: Run,
): Promise<Result<FileLog | FileBlame, MirrorProblem>> {
  const { commit, where: file, kind } = of
  try {
    const opened = await mirrors.open(of.repository, { commit, newerThanMs: null, refresh: false }, run)
    if (!opened.ok) return opened
    const had = await haveCommit(mirrors, opened.value, commit, run)
    if (!had.ok) return had
    if (had.value === null) return fail({ kind: 'gone', text: `The repository does not give ${commit} any more.` })
    const at = { commit, file }
    return await (kind === 'log' ? readFileLog : readFileBlame)(caps, opened.value, at, run)
  } catch (error) {
    if (error instanceof MirrorFailure) return fail(error.problem)
    throw error
  }
}

function asFailure(repository: string, { kind, text }: MirrorProblem): Result<never, Failure> {
  if (kind === 'offline') return fail({ code: 'offline', needed: `the repository ${repository}` })
  return fail({ code: 'git-failed', command: `git log in the copy of ${repository}`, exitCode: null, stderr: text })
}

const refused = (message: string): Result<never, Failure> => fail({ code: 'refused', message, help: null })
