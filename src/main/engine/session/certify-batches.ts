/**
 * Planning, writing and choosing audits that go together, for the pages. Written like one audit: exactly the bytes a page
 * has seen, with one undo for all of them.
 */
import type { CallArgs, EngineHandlers } from '../../../shared/contract.ts'
import type { Candidate } from '../../../shared/certify-batch.ts'
import {
  reviewId,
  type AbsolutePath,
  type CrateName,
  type Delta,
  type IsoDate,
  type VetVersion,
} from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import type { ProvenanceSnapshot } from '../../../shared/provenance.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { CertifyPlan, CertifyRequest, QueueItem, QueueSnapshot, WriteResult } from '../../../shared/wire.ts'
import type { Capabilities } from '../capabilities.ts'
import { publisherName, type Release } from '../core/publishers.ts'
import { semverOf } from '../core/version.ts'
import { gitIdentity, isInsideRepository } from '../io/git.ts'
import type { Beside } from '../store/beside.ts'
import { nextKey, type Answer } from './answer.ts'
import { planBatch, type BatchInput, type PlannedBatch } from './certify-batch.ts'
import type { Writes, WritesDeps } from './writes.ts'
import { refusalOf } from './planned-files.ts'

export interface BatchesDeps {
  readonly caps: Capabilities
  readonly root: AbsolutePath
  readonly signal: AbortSignal
  readonly today: () => IsoDate
  readonly current: () => Answer
  readonly snapshot: () => QueueSnapshot
  readonly readSummary: (crate: CrateName, delta: Delta) => CertifyPlan['read']
  readonly teamFacts: WritesDeps['teamFacts']
  readonly solveAgain: BatchInput['solveAgain']
  readonly reloadStore: () => Promise<Result<null, Failure>>
  readonly writeTexts: Writes['writeTexts']
  readonly onWritten: (request: CertifyRequest) => Promise<void>
  /** Lines read per review, as of the last mark. */
  readonly progress: () => ReadonlyMap<string, { readonly lines: number; readonly total: number }>
  /** What is known without asking. */
  readonly releases: (crate: CrateName) => Promise<readonly Release[] | null>
}

export interface Batches {
  readonly plan: EngineHandlers['certify.planAll']
  /** `evidence` is written, committed and taken back together with the three files. */
  write(args: CallArgs<'certify.writeAll'>, evidence: readonly Beside[]): Promise<Result<WriteResult, Failure>>
  /** `checked`: what provenance knows of the workspace's packages. */
  candidates(checked: ProvenanceSnapshot): Promise<Result<Candidate[], Failure>>
}

export function createBatches(deps: BatchesDeps): Batches {
  const { caps, root, signal } = deps
  const planned = async (requests: readonly CertifyRequest[]): Promise<Result<PlannedBatch, Failure>> => {
    const twice = requests.find((one, i) => requests.findIndex(other => idOf(other) === idOf(one)) !== i)
    if (twice !== undefined) return fail({ code: 'refused', message: `${idOf(twice)} is there twice`, help: null })
    const [identity, canCommit, team] = await Promise.all([
      gitIdentity(caps, root, signal),
      isInsideRepository(caps, root, signal),
      deps.teamFacts(requests.map(request => request.crate)),
    ])
    if (!team.ok) return team
    const { workspace, solved } = deps.current()
    return planBatch(
      {
        ...{ workspace, solved, canCommit, force: false },
        places: workspace.loaded.places,
        today: deps.today(),
        identity: identity.ok ? identity.value : null,
        readSummary: deps.readSummary,
        solveAgain: deps.solveAgain,
        team: team.value,
      },
      requests,
    )
  }
  return {
    async plan({ requests }) {
      const plan = await planned(requests)
      return plan.ok ? ok(plan.value.plan) : plan
    },
    async write({ requests, base, planned: expected, commit, commitMessage }, evidence) {
      const current = await deps.reloadStore()
      if (!current.ok) return current
      const plan = await planned(requests)
      if (!plan.ok) return plan
      const { texts, plan: shown } = plan.value
      const refused = refusalOf(shown, { base, planned: expected })
      if (refused !== null) return fail(refused)
      const last = requests.at(-1)
      const next = last === undefined ? null : nextKey(withoutAll(deps.snapshot(), requests), last)
      const done = await deps.writeTexts({ texts, files: shown.files, commit, commitMessage, evidence })
      if (!done.ok) return done
      for (const request of requests) await deps.onWritten(request)
      return ok({ ...done.value, next })
    },
    async candidates(checked) {
      const repositories = new Map(
        checked.rows.map(row => [`${row.crate} ${row.version}`, row.summary?.repository ?? null] as const),
      )
      const rows = deps.snapshot().items.flatMap(item => (item.delta === null ? [] : [{ item, delta: item.delta }]))
      const progress = deps.progress()
      return ok(
        await Promise.all(
          rows.map(async ({ item, delta }): Promise<Candidate> => {
            const read = progress.get(reviewId(item.crate, delta))
            const plain = semverOf(item.version)
            return {
              ...{ key: item.key, crate: item.crate, delta },
              read: read === undefined ? null : { lines: read.lines, total: read.total },
              repository: repositories.get(`${item.crate} ${plain}`) ?? null,
              publisher: publisherOf(await deps.releases(item.crate), plain),
            }
          }),
        ),
      )
    },
  }
}

const idOf = ({ crate, delta }: Pick<CertifyRequest, 'crate' | 'delta'>) => reviewId(crate, delta)

function publisherOf(releases: readonly Release[] | null, version: string): string | null {
  const source = releases?.find(release => release.version === (version as VetVersion))?.source ?? null
  return source === null ? null : publisherName(source)
}

/** What is certified together is no next row, but for the last one, after which the next is looked for. */
function withoutAll(snapshot: QueueSnapshot, requests: readonly CertifyRequest[]): Pick<QueueSnapshot, 'items'> {
  const done = new Set(requests.slice(0, -1).map(({ crate, delta }) => `${crate} ${delta.to}`))
  return { items: snapshot.items.filter((item: QueueItem) => !done.has(`${item.crate} ${item.version}`)) }
}
