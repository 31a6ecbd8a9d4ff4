/**
 * Solves a set of changes and says what it would mean: verdicts before and after, what would be relied upon, what does
 * not map, which violations come in, what is not known. The steps are those of what-if-steps.ts; nothing is written.
 */
import { packageKey, type PackageKey } from '../../../shared/domain.ts'
import { describeFailure, type Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import {
  inOrder,
  type ReliedSource,
  type UnmappedCriterion,
  type WhatIfChange,
  type WhatIfResult,
  type WhatIfRisk,
} from '../../../shared/what-if.ts'
import type { Run } from '../capabilities.ts'
import { formatShortList } from '../core/short-list.ts'
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
import { parseVetVersion, compareVetVersions } from '../core/version.ts'
import { solve, type Resolvers, type Solved } from './flow.ts'
import { goOnline, type LiveStore, type StalePart } from './online.ts'
import { conflictView } from './queue-view.ts'
import { cargoCommands, commandsOf } from './what-if-commands.ts'
import { takeSteps, type StepsInput, type Tried } from './what-if-steps.ts'
import { takeTogether } from './what-if-together.ts'

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

// ── figures ──────────────────────────────────────────────────────────────────────────────────

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
export function movedKeys(changes: readonly WhatIfChange[]): ReadonlyMap<PackageKey, PackageKey> {
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

// ── in words ─────────────────────────────────────────────────────────────────────────────────

const packages = (n: number): string => `${n} ${n === 1 ? 'package' : 'packages'}`

function risksOf(
  changes: readonly WhatIfChange[],
  tried: Tried,
  { relied, unmapped, violations, lockedOnly }: Pick<WhatIfResult, 'relied' | 'unmapped' | 'violations' | 'lockedOnly'>,
): WhatIfRisk[] {
  const risks: WhatIfRisk[] = []
  if (violations.length > 0) {
    const names = formatShortList([...new Set(violations.map(v => v.crate))])
    const isOne = violations.length === 1
    risks.push({
      tone: 'warning',
      text: `${packages(violations.length)} would be in violation: ${names}. Nothing about ${isOne ? 'it' : 'them'} passes until the contradiction is resolved.`,
    })
  }
  if (lockedOnly.length > 0) {
    const names = formatShortList([...new Set(lockedOnly.map(p => p.crate))])
    risks.push({
      tone: 'warning',
      text: `A locked check would ask for more of ${packages(lockedOnly.length)} (${names}): nothing new of a crate is stored in imports.lock while another of its versions fails.`,
    })
  }
  risks.push(...relied.map(reliedRisk))
  for (const { publisher, skipped } of tried.trusted) {
    if (skipped.length === 0) continue
    risks.push({
      tone: 'info',
      text: `${formatShortList(skipped)} ${skipped.length === 1 ? 'is' : 'are'} left out of trusting ${publisher}: others published there too.`,
    })
  }
  for (const importName of new Set(unmapped.map(row => row.importName))) {
    const rows = unmapped.filter(row => row.importName === importName)
    const times = rows.reduce((sum, row) => sum + row.audits, 0)
    const named = formatShortList(rows.map(row => row.criterion))
    risks.push({
      tone: 'unknown',
      text: `${importName} names criteria that are not mapped in its audits of these crates: ${named} (${times} ${times === 1 ? 'time' : 'times'}). They count for nothing here until a criteria-map says what they mean.`,
    })
  }
  for (const change of changes) {
    if (change.kind !== 'move' || !isOlder(change.to, change.from)) continue
    risks.push({
      tone: 'warning',
      text: `${change.crate} goes back from ${change.from} to ${change.to}: fixes of the versions between are lost.`,
    })
  }
  return risks
}

function isOlder(a: string, b: string): boolean {
  const [left, right] = [parseVetVersion(a), parseVetVersion(b)]
  return left.ok && right.ok && compareVetVersions(left.value, right.value) < 0
}

function reliedRisk({ source, kind, packages: n, alone, entries }: ReliedSource): WhatIfRisk {
  const would = `${packages(n)} would`
  switch (kind) {
    case 'audits': {
      const partial = entries.filter(entry => entry.caveat !== null).length
      const said = partial === 0 ? '' : `; ${partialText(partial, entries.length)}`
      const how = alone > 0 ? `, ${alone === n ? '' : `${alone} of them `}on ${source} alone` : ''
      return {
        tone: partial > 0 ? 'warning' : 'info',
        text: `${would} rest on audits of ${source}${how}${said}.`,
      }
    }
    case 'wildcards':
      return {
        tone: 'warning',
        text: `${would} pass because ${source} vouches for whoever published them: nobody read these releases for that.`,
      }
    case 'publisher':
      return { tone: 'warning', text: `${would} pass with no one reading them, on the name of ${source} only.` }
  }
}

function partialText(partial: number, all: number): string {
  const whose = all === 1 ? 'the notes of that audit say' : `the notes of ${partial} of the ${all} audits say`
  return `${whose} that something was not read, or only in part`
}

function approximations(changes: readonly WhatIfChange[]): string[] {
  return changes.flatMap(change =>
    change.kind === 'move'
      ? [
          `${change.crate} ${change.to} is taken to need what ${change.from} needs. cargo may choose other dependencies, or refuse the version.`,
        ]
      : [],
  )
}

const MOST_NAMED = 5

function unknowns({ live, workspace }: SolveInput, tried: Tried): string[] {
  const names = [...workspace.loaded.store.config.imports.keys()]
  const sentences: string[] = []
  if (tried.live !== null && live === null && names.length > 0) {
    sentences.push(
      'The queue stands on imports as stored in imports.lock. Applying takes in what is new there as well, so part of the difference may be theirs.',
    )
  }
  const unheard = tried.stale.filter(part => part.importName === null && part.failure.code === 'offline')
  const stale = tried.stale.filter(part => !unheard.includes(part)).map(staleSentence)
  if (unheard.length > 0) {
    const [first] = unheard
    const more = unheard.length > 1 ? ` and ${unheard.length - 1} more` : ''
    sentences.push(`${capital(first?.what ?? '')}${more} were never asked for: only what imports.lock holds counts.`)
  }
  sentences.push(...stale.slice(0, MOST_NAMED))
  if (stale.length > MOST_NAMED) sentences.push(`${stale.length - MOST_NAMED} more parts are as stored.`)
  sentences.push(...tried.remarks.map(remark => remark.replace(/\s*\n\s*/g, '. ')))
  if (workspace.metadata.origin === 'lockfile')
    sentences.push('The graph comes from Cargo.lock alone, so dev and build dependencies are not told apart.')
  return sentences
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function staleSentence({ what, importName, failure, fetchedAt }: StalePart): string {
  const { title } = describeFailure(failure)
  if (failure.code === 'criteria-changed') {
    const criteria: readonly string[] = failure.changes.map(change => change.criterion)
    return `${what} changed what its criteria mean (${criteria.join(', ')}). Applying stops there until \`assay regenerate imports\` accepts it.`
  }
  if (importName !== null && fetchedAt === null && failure.code === 'offline')
    return `The audits of ${what} were never fetched: only what imports.lock holds of them counts.`
  const subject = importName === null ? capital(what) : `The audits of ${what}`
  return failure.code === 'offline'
    ? `${subject} were not asked for: only what imports.lock holds counts.`
    : `${subject} are as stored: ${title}.`
}
