/**
 * Solves a set of changes and says what it would mean: verdicts before and after, what would be relied upon, what does
 * not map, which violations come in, what is not known. The steps are those of what-if-steps.ts; nothing is written.
 */
import { packageKey, type PackageKey } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import { inOrder, type UnmappedCriterion, type WhatIfChange, type WhatIfResult } from '../../../shared/what-if.ts'
import type { Run } from '../capabilities.ts'
import {
  changedPackages,
  countsOf,
  exemptedItems,
  linesByItem,
  newlyRelied,
  sumLines,
  type ItemLines,
  type KnownSize,
  type Verdict,
} from '../core/what-if.ts'
import { parseVetVersion } from '../core/version.ts'
import { solve, type Resolvers, type Solved } from './flow.ts'
import { goOnline, type LiveStore } from './online.ts'
import { conflictView } from './queue-view.ts'
import { cargoCommands, commandsOf } from './what-if-commands.ts'
import { takeSteps, type StepsInput, type Tried } from './what-if-steps.ts'
import { takeTogether } from './what-if-together.ts'
import { approximations, risksOf, unknowns } from './what-if-words.ts'

export interface SolveInput extends StepsInput {
  readonly generation: number
  /** As things are: what the queue shows. */
  readonly solved: Solved
  /** Null: imports count as stored. */
  readonly live: LiveStore | null
  readonly sizeOf: KnownSize
  readonly resolvers: Resolvers
  /** `steps`: byte for byte as the commands would write it. `together`: the same verdict, sooner. */
  readonly how: 'steps' | 'together'
  /** What of a peer's criteria means nothing here; session/what-if-peers.ts. */
  readonly unmappedOf: (change: Extract<WhatIfChange, { kind: 'import' }>) => readonly UnmappedCriterion[]
  /** Milliseconds of any clock. */
  readonly nowMs: () => number
}

export interface SolvedChanges {
  readonly result: WhatIfResult
  readonly tried: Tried
  readonly before: Verdict
  readonly after: Verdict
}

/** @failure as takeSteps and solve */
export async function solveChanges(
  input: SolveInput,
  wanted: readonly WhatIfChange[],
  run: Run,
): Promise<Result<SolvedChanges, Failure>> {
  const startedAt = input.nowMs()
  const changes = inOrder(wanted)
  const take = input.how === 'together' ? takeTogether : takeSteps
  const tried = await take(input, changes, run)
  if (!tried.ok) return tried
  const { mapper, graph } = input.workspace
  const solved = await solveTried(input, tried.value, run)
  if (!solved.ok) return solved
  const lockedOnly = lockedDifferences(solved.value, tried.value)
  const before: Verdict = { ...input.solved, graph, mapper }
  const after: Verdict = { ...solved.value.shown, graph: tried.value.graph, mapper }
  const lines = linesOfBoth(input, before, after)
  const relied = newlyRelied(before, after)
  const unmapped = changes.flatMap(change => (change.kind === 'import' ? input.unmappedOf(change) : []))
  const violations = newViolations(before, after)
  const result: WhatIfResult = {
    generation: input.generation,
    changes,
    before: sideOf(before, lines.before),
    after: sideOf(after, lines.after),
    changed: changedPackages(before, after, movedKeys(changes)),
    relied,
    unmapped,
    violations,
    lockedOnly,
    risks: risksOf(changes, tried.value, { relied, unmapped, violations, lockedOnly }),
    approximate: approximations(changes),
    unknown: unknowns(input, tried.value),
    commands: commandsOf(changes),
    cargoCommands: cargoCommands(changes),
    solvedInMs: Math.max(0, input.nowMs() - startedAt),
  }
  return ok({ result, tried: tried.value, before, after })
}

interface SolvedBoth {
  /** As the queue would be: with the imports as they are now where it stands on those, else as stored. */
  readonly shown: Solved
  /** As a locked check would have it; the same where that is what is shown. */
  readonly locked: Solved
}

/** Where only versions move, the imports stay those that the queue stands on. */
async function solveTried(input: SolveInput, tried: Tried, run: Run): Promise<Result<SolvedBoth, Failure>> {
  const { solved, resolvers, sources, onFailure, translations } = input
  const { mapper } = input.workspace
  const inMemory = { graph: tried.graph, mapper }
  if (tried.live === null) {
    if (tried.graph === input.workspace.graph) return ok({ shown: solved, locked: solved })
    const moved = solve(inMemory, solved.store, solved.isFresh)
    return moved.ok ? ok({ shown: moved.value, locked: moved.value }) : moved
  }
  const locked = solve(inMemory, tried.store, undefined, resolvers)
  if (!locked.ok) return locked
  if (input.live === null) return ok({ shown: locked.value, locked: locked.value })
  const asked = { store: tried.store, ...inMemory, ...sources, mode: 'normal' as const, onFailure, translations }
  const live = await goOnline(asked, run)
  if (!live.ok) return live
  const shown = solve(inMemory, live.value.store, live.value.isFresh)
  return shown.ok ? ok({ shown: shown.value, locked: locked.value }) : shown
}

/** What a locked check says otherwise, in node order. */
function lockedDifferences({ shown, locked }: SolvedBoth, tried: Tried): WhatIfResult['lockedOnly'] {
  if (shown === locked) return []
  const known = new Map(shown.report.failures.map(f => [f.idx, f.missingCriteria.join()]))
  return locked.report.failures
    .filter(f => known.get(f.idx) !== f.missingCriteria.join() && tried.graph.nodes[f.idx] !== undefined)
    .map(f => ({
      key: packageKey(f.name, f.version),
      crate: f.name,
      version: f.version,
      missing: [...f.missingCriteria],
    }))
}

interface BothLines {
  readonly failing: ItemLines
  readonly exempted: ItemLines
}

function linesOfBoth(
  { sizeOf }: SolveInput,
  before: Verdict,
  after: Verdict,
): { readonly before: BothLines; readonly after: BothLines } {
  const failing = linesByItem(before.report.failures, before.report, sizeOf)
  const exempted = linesByItem(exemptedItems(before), before.suggestReport, sizeOf)
  // A package may also go from failing to exempted or back.
  const known: ItemLines = new Map([...failing, ...exempted])
  return {
    before: { failing, exempted },
    after: {
      failing: linesByItem(after.report.failures, after.report, sizeOf, known),
      exempted: linesByItem(exemptedItems(after), after.suggestReport, sizeOf, known),
    },
  }
}

function sideOf({ report }: Verdict, { failing, exempted }: BothLines): WhatIfResult['before'] {
  return {
    conclusion: report.conclusion,
    counts: countsOf(report),
    lines: sumLines(failing.values()),
    exemptedItems: exempted.size,
    exemptedLines: sumLines(exempted.values()),
  }
}

/** Under which key a package stands afterwards, for those whose version is moved. */
function movedKeys(changes: readonly WhatIfChange[]): ReadonlyMap<PackageKey, PackageKey> {
  const keys = new Map<PackageKey, PackageKey>()
  for (const change of changes)
    if (change.kind === 'move')
      keys.set(packageKey(change.crate, change.from), packageKey(change.crate, canonical(change.to)))
  return keys
}

function canonical(text: string): string {
  const version = parseVetVersion(text)
  return version.ok ? version.value : text
}

function newViolations(before: Verdict, after: Verdict): WhatIfResult['violations'] {
  const known = new Set(before.report.violations.map(v => packageKey(v.name, v.version)))
  return after.report.violations
    .map(v => ({ ...v, key: packageKey(v.name, v.version) }))
    .filter(v => !known.has(v.key))
    .map(v => ({ key: v.key, crate: v.name, version: v.version, conflicts: v.conflicts.map(conflictView) }))
}
