/**
 * The preview of applying: what the three files would become, what that does, and whether our own locked check of those
 * bytes passes. Built from the steps; writes nothing.
 */
import type { Failure } from '../../../shared/failure.ts'
import { describeFailure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import { type WhatIfChange, type WhatIfPlan } from '../../../shared/what-if.ts'
import type { Run } from '../capabilities.ts'
import type { StoreTexts } from '../store/parse-store.ts'
import { exemptionEffects, planFiles, trialView, tryOut } from './certify-flow.ts'
import { cargoCommands } from './what-if-commands.ts'
import { solveChanges, type SolveInput, type SolvedChanges } from './what-if-solve.ts'

export interface PreparedPlan {
  readonly plan: Omit<WhatIfPlan, 'canCommit'>
  readonly texts: StoreTexts
}

const MOST_NAMED = 12

/** @failure as solveChanges */
export async function preparePlan(
  input: SolveInput,
  changes: readonly WhatIfChange[],
  run: Run,
): Promise<Result<PreparedPlan, Failure>> {
  // Versions are for cargo to move: what is written is for Cargo.lock as it is.
  const writing = changes.filter(change => change.kind !== 'move')
  const solved = await solveChanges(input, writing, run)
  if (!solved.ok) return solved
  const moves = cargoCommands(changes)
  const { result, tried } = solved.value
  const { loaded } = input.workspace
  const { texts } = tried
  const trial = tryOut({ workspace: input.workspace, places: loaded.places, today: input.today }, texts)
  const files = planFiles(loaded, texts)
  const isSame = files.every(file => file.baseSha256 === file.newSha256)
  const blocks: string[] = []
  if (trial.state === 'failed')
    blocks.push(`A locked check of the new files fails: ${describeFailure(trial.failure).title}`)
  if (isSame && result.commands.length > 0) blocks.push('These changes leave the three files as they are.')
  if (isSame && result.commands.length === 0)
    blocks.push('Only versions move. Cargo.lock is for cargo to write: run the commands shown.')
  return ok({
    texts,
    plan: {
      changes: [...changes],
      files,
      effects: effectsOf(input, solved.value, moves),
      trial: trialView(trial),
      blocks,
      commitMessage: commitMessage(result.changes),
      commands: result.commands,
      cargoCommands: moves,
    },
  })
}

function effectsOf(
  { workspace }: SolveInput,
  { result, tried }: SolvedChanges,
  moves: readonly string[],
): WhatIfPlan['effects'] {
  const effects: WhatIfPlan['effects'] = []
  const resolved = result.changed.filter(
    c => c.before === 'failing' && c.after !== 'failing' && c.after !== 'violation',
  )
  for (const c of resolved.slice(0, MOST_NAMED))
    effects.push({
      tone: 'resolved',
      text: `Failure resolved: ${c.crate} ${c.version} gains ${c.missingBefore.join(' and ')}`,
    })
  if (resolved.length > MOST_NAMED)
    effects.push({ tone: 'resolved', text: `${resolved.length - MOST_NAMED} more failures resolved` })
  const removed = exemptionEffects(workspace.loaded.store, tried.store)
  effects.push(...removed.slice(0, MOST_NAMED))
  if (removed.length > MOST_NAMED)
    effects.push({ tone: 'removed', text: `${removed.length - MOST_NAMED} more exemptions removed or narrowed` })
  for (const { tone, text } of result.risks) effects.push({ tone: tone === 'info' ? 'info' : 'warning', text })
  for (const command of moves)
    effects.push({ tone: 'info', text: `Not part of this write: run ${command}, then look at the queue again` })
  const { failing, violation } = result.after.counts
  const left = failing + violation
  effects.push({
    tone: 'remains',
    text:
      left === 0
        ? `Nothing is left to audit: cargo vet passes`
        : `${left} ${left === 1 ? 'package remains' : 'packages remain'} in the queue`,
  })
  return effects
}

function commitMessage(changes: readonly WhatIfChange[]): string {
  const imports = changes.flatMap(c => (c.kind === 'import' ? [c.name] : []))
  const trusted = [
    ...new Set(changes.flatMap(c => (c.kind === 'trust' || c.kind === 'trust-all' ? [c.publisher] : []))),
  ]
  const parts = [
    ...(imports.length > 0 ? [`import ${imports.join(', ')}`] : []),
    ...(trusted.length > 0 ? [`trust ${trusted.join(', ')}`] : []),
  ]
  const text = parts.join('; ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
