/**
 * The overview without a window: the workspace as its files are, with the sizes that can be measured, for the report and
 * the queue on the terminal. Imports count as imports.lock has them; nothing of the store is written.
 */
import { deltaText, packageKey } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import type { ExemptionTerms } from '../../../shared/overview.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { currentBranch } from '../io/git.ts'
import { readingInput, type Answer } from './answer.ts'
import type { OpenedSources } from './command-sources.ts'
import { loadFiltered, type CommandOptions } from './commands.ts'
import { measurePlans, planReading, solve } from './flow.ts'
import { STORED_IMPORTS } from './imports-refresh.ts'
import { withSources } from './live-store.ts'
import type { OverviewSource } from './overview-source.ts'
import { buildSnapshot, type Reading } from './queue-view.ts'

/** Sizes that cannot be had are unknown in the answer. Throws Cancelled. @failure as loadFiltered, registry-config */
export async function withOverview<T>(
  caps: Capabilities,
  options: CommandOptions,
  run: Run,
  use: (source: OverviewSource) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  const workspace = await loadFiltered(caps, { ...options, ignorePolicyProblems: true, wantCargoVersion: true }, run)
  if (!workspace.ok) return workspace
  const solved = solve(workspace.value, workspace.value.loaded.store)
  if (!solved.ok) return solved
  const branch = await currentBranch(caps, workspace.value.root, run.signal)
  const answer: Answer = {
    workspace: workspace.value,
    solved: solved.value,
    live: null,
    branch,
    takenAt: caps.clock.nowMs(),
    reading: { phase: 'ready', plans: new Map(), failures: new Map() },
  }
  return withSources(caps, options, workspace.value, async sources => {
    const measured = await measure(answer, sources, run)
    return measured.ok ? use(sourceOf(caps, answer, sources)) : measured
  })
}

async function measure(answer: Answer, sources: OpenedSources, run: Run): Promise<Result<null, Failure>> {
  const { plans, failures }: Reading = answer.reading
  for (const stage of ['failing', 'exempted'] as const) {
    const input = readingInput(answer, stage)
    if (input.report.failures.length === 0) continue
    const planned = await planReading(input, sources, run)
    if (!planned.ok) return planned
    for (const plan of planned.value.plans) plans.set(packageKey(plan.crate, plan.version), plan)
    await measurePlans(planned.value.plans, sources.measurer, run, (crate, delta, result) => {
      if (!result.ok) failures.set(`${crate} ${deltaText(delta)}`, result.error)
    })
  }
  return ok(null)
}

function sourceOf(caps: Capabilities, answer: Answer, sources: OpenedSources): OverviewSource {
  const { workspace, solved } = answer
  const snapshot = buildSnapshot({
    ref: {
      root: workspace.root,
      name: workspace.name,
      storePath: workspace.loaded.storeDir,
      branch: answer.branch,
      isSample: false,
    },
    generation: 1,
    takenAt: answer.takenAt,
    workspace,
    solved,
    reading: answer.reading,
    sizeOf: (crate, delta) => sources.measurer.known(crate, delta),
    // Read marks are the window's.
    readLines: () => null,
    offline: sources.offline,
    imports: STORED_IMPORTS,
    live: null,
    nowMs: caps.clock.nowMs(),
  })
  return { workspace, solved, snapshot, webApi: sources.webApi }
}

/** What the team keeps of exemptions; null when its state cannot be read here. */
export async function exemptionTerms(
  caps: Capabilities,
  options: CommandOptions,
): Promise<readonly ExemptionTerms[] | null> {
  const { openTeamOf } = await import('./team-command.ts')
  const team = await openTeamOf(caps, options)
  if (!team.ok) return null
  try {
    return (await team.value.state()).exemptions
  } finally {
    await team.value.close()
  }
}
