/** The report of a team's week as a document: what changed since a day, what is left, what is overdue. Pure. */
import {
  agesOf,
  exemptionRows,
  type ExemptionRow,
  type ExemptionTerms,
  type Help,
  type History,
  type HistoryWeek,
  type OverviewState,
} from '../../../shared/overview.ts'
import { backlogChart, coverageChart, throughputChart } from '../../../shared/overview-bars.ts'
import { burnDownChart } from '../../../shared/overview-burn-down.ts'
import { dayText, numberText } from '../../../shared/overview-chart.ts'
import type { Block } from './markup.ts'

/** `1 week`, `12 weeks`. */
const count = (n: number, one: string): string => `${numberText(n)} ${n === 1 ? one : `${one}s`}`

const OLDEST = 20
const BEST_HELPERS = 8

export interface ReportInput {
  readonly state: OverviewState
  readonly history: History
  /** Null: not looked for. */
  readonly help: Help | null
  /** What the team keeps of exemptions; null: the team's state is not known here. */
  readonly terms: readonly ExemptionTerms[] | null
  /** The first day of the period. */
  readonly since: string
}

export function reportTitle({ state }: Pick<ReportInput, 'state'>): string {
  return `Dependency audits of ${state.name}, ${dayText(state.today)}`
}

export function weeklyReport(input: ReportInput): readonly Block[] {
  const { state, history, help } = input
  const rows = exemptionRows(state, history, input.terms ?? [], help)
  return [
    { kind: 'heading', level: 1, text: reportTitle(input) },
    { kind: 'text', text: summary(state) },
    ...periodOf(input),
    { kind: 'heading', level: 2, text: 'Coverage by source' },
    { kind: 'chart', chart: coverageChart(state.coverage, 900) },
    tableOf(coverageChart(state.coverage, 900).table),
    { kind: 'heading', level: 2, text: 'Backlog' },
    ...backlogBlocks(state, history),
    { kind: 'heading', level: 2, text: 'Exemptions to burn down' },
    ...exemptionBlocks(rows, input),
    ...helpBlocks(help),
    ...burnDownBlocks(history),
  ]
}

const tableOf = ({
  columns,
  rows,
}: {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number | null)[])[]
}): Block => ({
  kind: 'table',
  columns,
  rows,
})

function summary({ counts, backlog, coverage }: OverviewState): string {
  const trusted = coverage.sources
    .filter(source => source.kind === 'trusted' || source.kind === 'wildcard')
    .reduce((sum, source) => sum + source.packages.length, 0)
  const left = backlog.failing.lines + backlog.exempted.lines
  const unknown = [backlog.failing, backlog.exempted].reduce((sum, part) => sum + part.unknown + part.measuring, 0)
  return (
    `Of ${numberText(counts.total)} packages ${numberText(counts.fully)} are fully audited (${numberText(trusted)} of them by trust in their publisher, without anybody reading them), ` +
    `${numberText(counts.partially)} partially audited, ${numberText(counts.exempted)} exempted and ${numberText(counts.failing)} failing. ` +
    `${numberText(left)} lines are left to read${unknown === 0 ? '' : `, without ${numberText(unknown)} packages whose size is not known`}.`
  )
}

/** Weeks that reach into the period: numbers of single days are not kept. */
export function weeksSince(weeks: readonly HistoryWeek[], since: string): readonly HistoryWeek[] {
  const first = weeks.findLastIndex(week => week.monday <= since)
  return weeks.slice(Math.max(0, first))
}

function periodOf({ history, since }: ReportInput): readonly Block[] {
  const heading: Block = { kind: 'heading', level: 2, text: `Since ${dayText(since)}` }
  if (history.state === 'unavailable')
    return [heading, { kind: 'text', text: `What changed is not known: ${history.reason}.` }]
  const weeks = weeksSince(history.weeks, since)
  const before = history.weeks[history.weeks.length - weeks.length - 1]
  const last = weeks.at(-1)
  const sum = (of: (week: HistoryWeek) => number) => weeks.reduce((total, week) => total + of(week), 0)
  const from = weeks[0]?.monday ?? since
  const net = last === undefined || before === undefined ? null : last.exemptions - before.exemptions
  const events = history.events.filter(event => event.day >= from)
  return [
    heading,
    {
      kind: 'text',
      text:
        `In the ${weeks.length === 1 ? 'week' : `${numberText(weeks.length)} weeks`} from Monday ${dayText(from)} ${count(
          sum(week => week.auditsAdded),
          'audit',
        )} added to audits.toml, ` +
        `${count(
          sum(week => week.exemptionsRemoved),
          'exemption',
        )} gone and ${numberText(sum(week => week.exemptionsAdded))} new` +
        (net === null
          ? '.'
          : `; with what is not committed yet exemptions changed by ${net > 0 ? '+' : net < 0 ? '−' : ''}${numberText(Math.abs(net))}.`),
    },
    ...(events.length === 0
      ? []
      : [
          {
            kind: 'list' as const,
            items: events.map(event => `${dayText(event.day)}: ${event.title} (${event.subject})`),
          },
        ]),
    ...(history.people === null
      ? []
      : [
          {
            kind: 'table' as const,
            columns: ['Who', 'Audits in the period'],
            rows: history.people
              .map(({ who, weeks: counts }) => [who, counts.slice(-weeks.length).reduce((a, b) => a + b, 0)] as const)
              .filter(([, audits]) => audits > 0),
          },
        ]),
    ...(history.caveats.length === 0 ? [] : [{ kind: 'list' as const, items: history.caveats }]),
  ]
}

function backlogBlocks(state: OverviewState, history: History): readonly Block[] {
  const ages = agesOf(state, history)
  const words =
    state.failing.length === 0
      ? 'Nothing fails.'
      : ages === null
        ? `${count(state.failing.length, 'package')} failing; since when in Cargo.lock is not known.`
        : `${count(state.failing.length, 'package')} failing. Half of them are in Cargo.lock for ${count(ages.medianDays, 'day')} or more; the oldest is ${ages.oldest.key} with ${ages.oldest.isAtLeast ? 'at least ' : ''}${count(ages.oldest.days, 'day')}${ages.unknown === 0 ? '' : `. The age of ${numberText(ages.unknown)} is not known`}.`
  const chart = backlogChart(state.backlog, 900)
  const hasRows = chart.table.rows.length > 0
  return [{ kind: 'text', text: words }, ...(hasRows ? [{ kind: 'chart' as const, chart }, tableOf(chart.table)] : [])]
}

function exemptionBlocks(rows: readonly ExemptionRow[], { terms, state }: ReportInput): readonly Block[] {
  if (rows.length === 0) return [{ kind: 'text', text: 'There are none.' }]
  const overdue = rows.filter(row => row.isOverdue)
  const notNeeded = rows.filter(row => row.isNeeded === false).length
  const unowned = rows.filter(row => row.terms === null).length
  const text = [
    `${count(rows.length, 'exemption')}.`,
    terms === null
      ? 'Owners and dates of review are not known here.'
      : `${numberText(unowned)} without an owner, ${numberText(overdue.length)} overdue for review.`,
    ...(notNeeded === 0
      ? []
      : [`${numberText(notNeeded)} are not needed any more, or not all of them: assay prune drops them.`]),
  ].join(' ')
  const shown = [...overdue, ...rows.filter(row => !row.isOverdue)].slice(0, OLDEST)
  return [
    { kind: 'text', text },
    {
      kind: 'table',
      columns: [
        'Crate',
        'Version',
        'Criteria',
        'Since',
        'Days',
        'Owner',
        'Review by',
        'Reason',
        'Goes when',
        'Lines to read',
      ],
      rows: shown.map(row => [
        row.crate,
        row.version,
        row.criteria.join(', '),
        sinceText(row),
        row.ageDays,
        row.terms?.owner ?? (terms === null ? '?' : 'nobody'),
        row.terms === null ? '' : `${row.terms.reviewBy}${row.isOverdue ? ' (overdue)' : ''}`,
        row.terms?.reason ?? '',
        row.terms?.removal ?? '',
        row.lines,
      ]),
    },
    ...(shown.length < rows.length
      ? [
          {
            kind: 'text' as const,
            text: `${overdue.length > 0 ? 'Overdue ones, then the oldest' : 'The oldest'} ${numberText(shown.length)} of ${numberText(rows.length)}, as of ${dayText(state.today)}.`,
          },
        ]
      : []),
  ]
}

/** When it was committed; commit dates are what people's clocks said. */
function sinceText({ since }: Pick<ExemptionRow, 'since'>): string {
  if (since === null) return '?'
  if (since === 'uncommitted') return 'not committed'
  return since.isAtLeast ? `${since.day} or before` : since.day
}

function helpBlocks(help: Help | null): readonly Block[] {
  if (help === null) return []
  const [peers, publishers] = [
    help.helpers.filter(h => h.kind === 'peer'),
    help.helpers.filter(h => h.kind === 'publisher'),
  ]
  const item = ({ name, removes }: Help['helpers'][number]) => `${name}: ${count(removes.length, 'exemption')}`
  return [
    { kind: 'heading', level: 2, text: 'What would let exemptions go' },
    {
      kind: 'text',
      text:
        peers.length === 0 ? 'No peer whose audits are at hand would let one go.' : 'Importing the audits of a peer:',
    },
    ...(peers.length === 0 ? [] : [{ kind: 'list' as const, items: peers.slice(0, BEST_HELPERS).map(item) }]),
    ...(publishers.length === 0
      ? []
      : [
          { kind: 'text' as const, text: 'Trusting a publisher, which means that nobody reads these releases:' },
          { kind: 'list' as const, items: publishers.slice(0, BEST_HELPERS).map(item) },
        ]),
    ...(help.unknownPeers.length === 0
      ? []
      : [
          {
            kind: 'text' as const,
            text: `Not known: ${help.unknownPeers.map(({ name, reason }) => `${name} (${reason})`).join(', ')}.`,
          },
        ]),
  ]
}

function burnDownBlocks(history: History): readonly Block[] {
  if (history.state === 'unavailable') return []
  const { weeks, events, projection, people } = history
  const shown = weeks.slice(-52)
  const chart = burnDownChart({ weeks: shown, events, projection, width: 900, height: 260 })
  return [
    { kind: 'heading', level: 2, text: 'Burn-down' },
    { kind: 'chart', chart },
    { kind: 'heading', level: 2, text: 'Audits per week' },
    { kind: 'chart', chart: throughputChart({ weeks: shown, people, width: 900, height: 160 }) },
  ]
}
