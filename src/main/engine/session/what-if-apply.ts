/**
 * Planning a set of changes and writing it. A plan asks for what the commands would ask for and keeps the answers; a
 * write takes the steps again with just those answers and is refused unless it comes to the very bytes that were shown.
 */
import { packageKey, type PackageKey } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import { inOrder, type WhatIfApply, type WhatIfChange } from '../../../shared/what-if.ts'
import type { Run } from '../capabilities.ts'
import { openPeers } from '../io/peers.ts'
import type { Answer } from './answer.ts'
import { recording, settled, type Answers } from './imports-refresh.ts'
import { commandsOf } from './what-if-commands.ts'
import { withUrls, type WhatIfMemory } from './what-if-memory.ts'
import { preparePlan, type PreparedPlan } from './what-if-plan.ts'
import type { WhatIfDeps, WhatIfSession } from './what-if-session.ts'
import type { SolveInput } from './what-if-solve.ts'
import { refusalOf } from './planned-files.ts'

/** What was last shown, with what it was made from. */
interface Planned {
  readonly changes: string
  readonly answers: Answers
}

/** Nothing is planned yet. `forget`: what was asked for is in the cache now. */
export function createPlanning(
  deps: WhatIfDeps,
  memory: WhatIfMemory,
  forget: () => void,
  quiet: Run,
): Pick<WhatIfSession, 'plan' | 'apply'> {
  let planned: Planned | null = null
  return {
    async plan(draft) {
      const current = await deps.reloadStore()
      if (!current.ok) return current
      const changes = await withUrls(memory, draft)
      if (!changes.ok) return changes
      const peers = openPeers(deps.caps, deps.cache, { offline: deps.isOffline() })
      const asked = recording(peers, deps.registry(), deps.webApi())
      const plan = await planAsking(deps, memory, changes.value, asked)
      forget()
      if (!plan.ok) return plan
      planned = { changes: textOf(draft), answers: asked }
      return ok({ ...asStated(plan.value, draft), canCommit: await deps.canCommit() })
    },
    async apply(wish) {
      const current = await deps.reloadStore()
      if (!current.ok) return current
      const answers = planned?.changes === textOf(wish.changes) ? planned.answers : null
      if (answers === null) return fail({ code: 'usage', message: 'Look at the preview of these changes first.' })
      const done = await writePlanned(deps, memory, wish, answers, quiet)
      if (!done.ok) return done
      planned = null
      return ok({ ...done.value, next: firstFailing(deps.current()) })
    },
  }
}

const textOf = (draft: readonly WhatIfChange[]): string => JSON.stringify(inOrder(draft))

/** The steps as the commands take them: byte for byte, and nothing that is missing is passed over. */
const stepsInput = (memory: WhatIfMemory, answer: Answer, sources: SolveInput['sources']): SolveInput => ({
  ...memory.solveInput(answer),
  ...{ sources, onFailure: 'fail', how: 'steps' },
})

function planAsking(
  deps: WhatIfDeps,
  memory: WhatIfMemory,
  changes: readonly WhatIfChange[],
  asked: Answers,
): Promise<Result<PreparedPlan, Failure>> {
  const answer = deps.current()
  return deps.jobs.run('Preparing the files', jobRun => {
    const run: Run = { signal: AbortSignal.any([jobRun.signal, deps.signal]), onProgress: jobRun.onProgress }
    return preparePlan(stepsInput(memory, answer, asked), changes, run)
  })
}

/** Who is known by name needs no address. */
function asStated({ plan }: PreparedPlan, draft: readonly WhatIfChange[]): PreparedPlan['plan'] {
  const changes = inOrder(draft)
  return { ...plan, changes, commands: commandsOf(changes) }
}

async function writePlanned(
  deps: WhatIfDeps,
  memory: WhatIfMemory,
  wish: WhatIfApply,
  answers: Answers,
  quiet: Run,
): ReturnType<WhatIfDeps['writeTexts']> {
  const changes = await withUrls(memory, wish.changes)
  if (!changes.ok) return changes
  const again = await preparePlan(stepsInput(memory, deps.current(), settled(answers)), changes.value, quiet)
  if (!again.ok) return again
  const { plan, texts } = again.value
  const refused = refusalOf(plan, wish)
  if (refused !== null) return fail(refused)
  const { commit, commitMessage } = wish
  return deps.writeTexts({ texts, files: plan.files, commit, commitMessage })
}

function firstFailing({ solved }: Answer): PackageKey | null {
  const [next] = solved.report.failures
  return next === undefined ? null : packageKey(next.name, next.version)
}
