/**
 * Several audits as one preview and one write. Each is planned on what the ones before it would have written, exactly
 * as if cargo-vet had been called once for each; only the last bytes are shown and written.
 */
import type { CrateName, Delta } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { BatchPlan, BatchStep } from '../../../shared/certify-batch.ts'
import type { CertifyPlan, CertifyRequest } from '../../../shared/wire.ts'
import type { StoreTexts } from '../store/parse-store.ts'
import {
  effectsOf,
  planCertify,
  planFiles,
  trialView,
  type CertifyInput,
  type PlanOptions,
  type Trial,
} from './certify-flow.ts'
import type { LoadedWorkspace, Solved } from './flow.ts'

export interface BatchInput extends Omit<CertifyInput, 'read'> {
  readonly readSummary: (crate: CrateName, delta: Delta) => CertifyPlan['read']
  /** As the engine solves whatever lies on disk, imports of now included. @failure criteria codes */
  readonly solveAgain: (workspace: LoadedWorkspace) => Promise<Result<Solved, Failure>>
}

export interface PlannedBatch {
  readonly plan: BatchPlan
  readonly texts: StoreTexts
}

/** `requests` in order. @failure as planCertify */
export async function planBatch(
  input: BatchInput,
  requests: readonly CertifyRequest[],
  options: PlanOptions = {},
): Promise<Result<PlannedBatch, Failure>> {
  const { loaded } = input.workspace
  const steps: BatchStep[] = []
  const blocks: string[] = []
  let texts = loaded.texts
  let [workspace, solved] = [input.workspace, input.solved]
  let trial: Trial | null = null
  for (const request of requests) {
    const read = input.readSummary(request.crate, request.delta)
    const planned = planCertify({ ...input, workspace, solved, read }, request, options)
    if (!planned.ok) return planned
    const { plan } = planned.value
    const { criteria, who, whoSource } = plan
    steps.push({ request: plan.request, criteria, who, whoSource, read, blocks: plan.blocks })
    trial = planned.value.trial
    if (plan.blocks.length > 0 || trial.state === 'failed') {
      blocks.push(...plan.blocks.map(text => `${request.crate} ${deltaWords(request.delta)}: ${text}`))
      break
    }
    texts = planned.value.texts
    workspace = trial.workspace
    const again = await input.solveAgain(workspace)
    if (!again.ok) return again
    solved = again.value
  }
  // NOTE: the effects are those of the whole: from the store on disk to the last bytes.
  const last = trial ?? ({ state: 'passed', workspace, solved } as const)
  const whole = requests.at(-1)
  const effects =
    whole === undefined
      ? []
      : effectsOf(
          { ...input, read: null },
          requests,
          last.state === 'passed' ? workspace.loaded.store : loaded.store,
          last,
        )
  return ok({
    texts,
    plan: {
      steps,
      files: planFiles(loaded, texts),
      effects,
      trial: trialView(last),
      blocks,
      canCommit: input.canCommit,
      commitMessage: batchMessage(steps),
    },
  })
}

const deltaWords = ({ from, to }: Delta): string => (from === null ? to : `${from} -> ${to}`)

/** `Certify serde 1.0.1 -> 1.0.2 and 3 more for safe-to-deploy`, each of them on a line of its own below. */
function batchMessage(steps: readonly BatchStep[]): string {
  const [first] = steps
  if (first === undefined) return ''
  const name = ({ request }: BatchStep) => `${request.crate} ${deltaWords(request.delta)}`
  const criteria = [...new Set(steps.flatMap(({ request }) => request.criteria))].join(', ')
  const more = steps.length > 1 ? ` and ${steps.length - 1} more` : ''
  const list = steps.map(step => `${name(step)} for ${step.request.criteria.join(', ')}`).join('\n')
  return `Certify ${name(first)}${more} for ${criteria}${steps.length > 1 ? `\n\n${list}` : ''}`
}
