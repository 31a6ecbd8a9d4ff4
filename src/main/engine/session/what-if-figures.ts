/**
 * What each option would bring against a draft, and the smallest set of options that clears the most. Figures are of
 * the verdicts of core/what-if-gain.ts; only measured lines are added up. Pure.
 */
import { packageKey, type CrateName } from '../../../shared/domain.ts'
import {
  changeId,
  inOrder,
  type UnmappedCriterion,
  type WhatIfChange,
  type WhatIfGain,
  type WhatIfRow,
  type WhatIfSmallest,
} from '../../../shared/what-if.ts'
import type { AuditsFile } from '../core/store-model.ts'
import { formatShortList } from '../core/short-list.ts'
import { compareVetVersions } from '../core/version.ts'
import { caveatOf, exemptedItems, linesByItem, sumLines, type KnownSize, type Verdict } from '../core/what-if.ts'
import { createGains, type Candidate, type Chosen, type Gains } from '../core/what-if-gain.ts'
import { smallestSet } from '../core/what-if-smallest.ts'
import { releasesOf, type Option, type OptionsInput } from './what-if-option.ts'

export interface FiguresInput extends Pick<OptionsInput, 'workspace' | 'solved' | 'releases'> {
  readonly options: readonly Option[]
  readonly sizeOf: KnownSize
  readonly unmappedOf: (change: Extract<WhatIfChange, { kind: 'import' }>) => readonly UnmappedCriterion[]
}

export interface Figures {
  rows(draft: readonly WhatIfChange[]): WhatIfRow[]
  /** Without versions, which are approximate, and without imports that bring violations. */
  smallest(generation: number): WhatIfSmallest
}

export function createFigures(input: FiguresInput): Figures {
  const { workspace, solved, options, sizeOf } = input
  const { graph, mapper } = workspace
  const withCandidate = options.flatMap(option => (option.candidate === null ? [] : [option]))
  const position = new Map(withCandidate.map((option, i) => [changeId(option.change), i]))
  const gains = createGains({
    ...{ graph, mapper, store: solved.store, report: solved.report },
    ...{ suggestStore: solved.suggestStore, suggestReport: solved.suggestReport },
    releasesOf: crate => releasesOf(input, crate),
    candidates: withCandidate.map(option => option.candidate as Candidate),
  })
  const verdict: Verdict = { ...solved, graph, mapper }
  const lines = new Map([
    ...linesByItem(solved.report.failures, solved.report, sizeOf),
    ...linesByItem(exemptedItems(verdict), solved.suggestReport, sizeOf),
  ])
  const linesOfItem = (item: number): number | null => {
    const { failure } = gains.items[item]!
    return lines.get(packageKey(failure.name, failure.version)) ?? null
  }
  const context: Context = { gains, linesOfItem, options: withCandidate }

  return {
    rows(draft) {
      const ticked = new Set(draft.map(changeId))
      const chosen: Chosen = new Set([...position].flatMap(([id, i]) => (ticked.has(id) ? [i] : [])))
      return options.map(option => rowOf(input, context, option, position.get(changeId(option.change)), chosen, ticked))
    },
    smallest: generation => smallestOf(context, generation),
  }
}

interface Context {
  readonly gains: Gains
  readonly linesOfItem: (item: number) => number | null
  readonly options: readonly Option[]
}

// ── rows ─────────────────────────────────────────────────────────────────────────────────────

function rowOf(
  input: FiguresInput,
  context: Context,
  option: Option,
  at: number | undefined,
  chosen: Chosen,
  ticked: ReadonlySet<string>,
): WhatIfRow {
  const { change, title, detail, why, fetchedAt } = option
  const id = changeId(change)
  const gain = at === undefined ? null : gainOf(context, at, chosen)
  return {
    ...{ id, change, title, detail, why, fetchedAt, gain },
    group: change.kind === 'import' ? 'imports' : change.kind === 'move' ? 'moves' : 'publishers',
    risks: gain === null ? [] : shortRisks(input, context, option, gain, at ?? 0),
    isTicked: ticked.has(id),
  }
}

/** What the option adds to the others of the draft, whether it is in it or not. */
function gainOf({ gains, linesOfItem }: Context, at: number, chosen: Chosen): WhatIfGain {
  const without = new Set([...chosen].filter(i => i !== at))
  const with_ = new Set([...without, at])
  const cleared = { failing: [] as number[], exempted: [] as number[] }
  for (const [item, { because }] of gains.items.entries()) {
    if (!gains.relevant(item).includes(at) || !gains.passes(item, with_) || gains.passes(item, without)) continue
    cleared[because].push(item)
  }
  const known = new Set(gains.violated(without))
  return {
    items: cleared.failing.length,
    exempted: cleared.exempted.length,
    lines: sumLines(cleared.failing.map(linesOfItem)),
    exemptedLines: sumLines(cleared.exempted.map(linesOfItem)),
    violations: gains.violated(with_).filter(crate => !known.has(crate)).length,
  }
}

function shortRisks(
  input: FiguresInput,
  { gains }: Context,
  { change, candidate }: Option,
  gain: WhatIfGain,
  at: number,
): WhatIfRow['risks'] {
  const risks: WhatIfRow['risks'] = []
  if (gain.violations > 0) {
    const n = gain.violations
    risks.push({ tone: 'warning', text: `brings ${n === 1 ? 'a violation' : `violations of ${n} crates`}` })
  }
  if (candidate?.kind === 'import') risks.push(...importRisks(input, gains, candidate.file, change, gain, at))
  if (candidate?.kind === 'trust') risks.push({ tone: 'warning', text: 'no review of content' })
  if (change.kind === 'move') {
    if (compareVetVersions(change.to, change.from) < 0) risks.push({ tone: 'warning', text: 'an older version' })
    risks.push({ tone: 'info', text: 'approximate: its dependencies may differ' })
  }
  return risks
}

function importRisks(
  input: FiguresInput,
  gains: Gains,
  file: AuditsFile,
  change: WhatIfChange,
  gain: WhatIfGain,
  at: number,
): WhatIfRow['risks'] {
  const risks: WhatIfRow['risks'] = []
  const crates = new Set<CrateName>()
  let alone = 0
  for (const [item, { failure }] of gains.items.entries()) {
    if (!gains.relevant(item).includes(at)) continue
    crates.add(failure.name)
    if (gains.passes(item, new Set([at]))) alone++
  }
  const partial = [...crates]
    .flatMap(crate => file.audits.get(crate) ?? [])
    .filter(entry => entry.criteria.length > 0 && caveatOf(entry.notes) !== null).length
  if (partial > 0)
    risks.push({ tone: 'warning', text: `${partial} ${partial === 1 ? 'audit says' : 'audits say'} it was partial` })
  if (alone > 0 && gain.items + gain.exempted === 0) risks.push({ tone: 'info', text: 'nothing beyond the draft' })
  if (change.kind === 'import') {
    const unmapped = input.unmappedOf(change)
    if (unmapped.length > 0)
      risks.push({
        tone: 'unknown',
        text: `criteria not mapped: ${formatShortList(unmapped.map(row => row.criterion))}`,
      })
  }
  return risks
}

// ── the smallest set ─────────────────────────────────────────────────────────────────────────

/** Among sets of one size, whoever read the code comes before whoever published it. */
const weightOf = (option: Option | undefined): number => (option?.candidate?.kind === 'trust' ? 1 : 0)

function smallestOf(context: Context, generation: number): WhatIfSmallest {
  const { gains, linesOfItem, options } = context
  const failing = [...gains.items.keys()].filter(i => gains.items[i]?.because === 'failing')
  const of = failing.length > 0 ? 'failing' : 'exempted'
  const items = failing.length > 0 ? failing : [...gains.items.keys()]
  const known = new Set(gains.violated(new Set()))
  const brings = (i: number) => gains.violated(new Set([i])).some(crate => !known.has(crate))
  const isApproximate = (i: number) => options[i]?.candidate?.kind === 'move'
  const positions = [...options.keys()]
  const violating = positions.filter(i => !isApproximate(i) && brings(i))
  const allowed = positions.filter(i => !isApproximate(i) && !violating.includes(i))
  const found = smallestSet({ gains, items, allowed, weightOf: i => weightOf(options[i]) })
  const imports = allowed.filter(i => options[i]?.candidate?.kind === 'import')
  const read = smallestSet({ gains, items, allowed: imports, weightOf: () => 0 })
  const rest = items.filter(item => !found.cleared.includes(item))
  const moves = positions.filter(isApproximate).length
  return {
    generation,
    changes: inOrder(found.chosen.flatMap(i => options[i]?.change ?? [])),
    of,
    items: items.length,
    clears: found.cleared.length,
    remaining: sumLines(rest.map(linesOfItem)),
    limit: found.limit,
    withoutTrust: { changes: read.chosen.length, clears: read.cleared.length },
    leftOut: [
      ...violating.map(i => `${options[i]?.title ?? ''}: it brings violations.`),
      ...(moves > 0
        ? [`${moves} ${moves === 1 ? 'version' : 'versions'} to move to: their effect is approximate.`]
        : []),
    ],
  }
}
