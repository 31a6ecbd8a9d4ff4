/** The overview's charts of bars: coverage by source, backlog by criterion, audits per week. Pure. */
import { clip, monthLabels, numberText, round, ticksTo, type Chart, type Mark, type Tone } from './overview-chart.ts'
import type { Backlog, Coverage, CoverageKind, CoverageSource, HistoryWeek } from './overview.ts'
import { knownLines } from './overview.ts'

export interface Bar {
  readonly label: string
  /** Null: not known. */
  readonly value: number | null
  /** Beside the number, for example `22%`. */
  readonly more: string
  readonly tone: Tone
  readonly isHatched: boolean
}

const BAR = { label: 190, value: 120, row: 26, top: 34 }

/** Horizontal bars with their numbers. */
function barChart(bars: readonly Bar[], width: number, head: Pick<Chart, 'name' | 'title' | 'words' | 'table'>): Chart {
  const most = Math.max(1, ...bars.map(bar => bar.value ?? 0))
  const room = width - BAR.label - BAR.value
  const marks: Mark[] = [
    { kind: 'text', x: 8, y: 20, text: head.title, tone: 'strong', anchor: 'start', isBold: true },
    ...bars.flatMap(({ label, value, more, tone, isHatched }, i): Mark[] => {
      const y = BAR.top + i * BAR.row
      const length = value === null || value === 0 ? 0 : Math.max(2, round((room * value) / most))
      return [
        { kind: 'text', x: 8, y: y + 14, text: clip(label, 30), tone: 'text', anchor: 'start', isBold: false },
        { kind: 'rect', x: BAR.label, y: y + 4, width: length, height: 12, tone, isHatched },
        {
          kind: 'text',
          x: width - 66,
          y: y + 14,
          text: numberText(value),
          tone: 'strong',
          anchor: 'end',
          isBold: true,
        },
        { kind: 'text', x: width - 8, y: y + 14, text: more, tone: 'quiet', anchor: 'end', isBold: false },
      ]
    }),
  ]
  return { ...head, width, height: BAR.top + bars.length * BAR.row + 10, marks }
}

const COVERAGE_WORDS: Readonly<Record<CoverageKind, string>> = {
  own: 'Own audits',
  peer: 'audits of',
  wildcard: 'Wildcard audits',
  trusted: 'Trusted publishers',
  unpublished: 'Audited as published',
  partial: 'Partially audited',
  exemption: 'Exemptions',
  failing: 'Nothing (failing)',
  violation: 'Violations',
}

/** Who vouches: `Own audits`, `mozilla`, `Wildcard audits of mozilla`. */
export function coverageName({ kind, importName }: Pick<CoverageSource, 'kind' | 'importName'>): string {
  if (kind === 'peer') return importName ?? 'a peer'
  return importName === null ? COVERAGE_WORDS[kind] : `${COVERAGE_WORDS[kind]} of ${importName}`
}

/** Nobody read these: their publisher is vouched for, or nothing is. */
export const isTrustWithoutReading = (kind: CoverageKind): boolean => kind === 'wildcard' || kind === 'trusted'

export function coverageTone(kind: CoverageKind): Tone {
  switch (kind) {
    case 'own':
      return 'own'
    case 'peer':
      return 'full'
    case 'wildcard':
    case 'trusted':
      return 'trust'
    case 'unpublished':
      return 'unknown'
    case 'partial':
      return 'partial'
    case 'exemption':
      return 'exempt'
    case 'failing':
    case 'violation':
      return 'fail'
  }
}

/** `7%`; `<1%` for what is there but rounds to nothing. */
export function percentText(part: number, total: number): string {
  if (total === 0 || part === 0) return '0%'
  const percent = Math.round((part / total) * 100)
  return percent === 0 ? '<1%' : percent === 100 && part < total ? '>99%' : `${percent}%`
}

/** `names` in the order of the coverage; those that count nothing are left out of the bars. */
export function coverageChart({ total, sources }: Coverage, width: number): Chart {
  const counted = sources.filter(source => source.packages.length > 0)
  const bars = counted.map((source): Bar => ({
    label: coverageName(source),
    value: source.packages.length,
    more: percentText(source.packages.length, total),
    tone: coverageTone(source.kind),
    isHatched: isTrustWithoutReading(source.kind),
  }))
  const words = `${numberText(total)} packages, each counted once at the weakest step it rests on: ${bars
    .map(bar => `${bar.label} ${numberText(bar.value)}`)
    .join(', ')}. Striped: trusted without reading.`
  return barChart(bars, width, {
    name: 'coverage',
    title: 'Coverage by source',
    words,
    table: {
      caption: 'Packages by the weakest step that they rest on',
      columns: ['Source', 'Packages', 'Share', 'Packages with any step of it', 'Somebody read it'],
      rows: sources.map(source => [
        coverageName(source),
        source.packages.length,
        percentText(source.packages.length, total),
        source.used,
        source.kind === 'own' || source.kind === 'peer' ? 'yes' : source.kind === 'partial' ? 'in part' : 'no',
      ]),
    },
  })
}

export function backlogChart(backlog: Backlog, width: number): Chart {
  const bars = backlog.byCriterion.flatMap(({ criterion, failing, exempted }): Bar[] => [
    ...(failing.packages === 0
      ? []
      : [
          {
            label: `${criterion}, failing`,
            value: knownLines(failing),
            more: packagesText(failing.packages),
            tone: 'fail' as const,
            isHatched: false,
          },
        ]),
    ...(exempted.packages === 0
      ? []
      : [
          {
            label: `${criterion}, exempted`,
            value: knownLines(exempted),
            more: packagesText(exempted.packages),
            tone: 'exempt' as const,
            isHatched: false,
          },
        ]),
  ])
  const words =
    bars.length === 0
      ? 'Nothing is left to read.'
      : `Lines left to read by missing criterion: ${bars.map(bar => `${bar.label} ${numberText(bar.value)} in ${bar.more}`).join(', ')}. A package that misses two criteria counts in both.`
  return barChart(bars, width, {
    name: 'backlog',
    title: 'Backlog, lines by missing criterion',
    words,
    table: {
      caption: 'Lines left to read by missing criterion',
      columns: ['Criterion', 'Because', 'Packages', 'Lines', 'Sizes not known', 'Largest', 'Its lines'],
      rows: backlog.byCriterion.flatMap(({ criterion, failing, exempted }) =>
        [
          { why: 'failing', sum: failing },
          { why: 'exempted', sum: exempted },
        ]
          .filter(({ sum }) => sum.packages > 0)
          .map(({ why, sum }) => [
            criterion,
            why,
            sum.packages,
            knownLines(sum),
            sum.unknown + sum.measuring,
            sum.largest?.key ?? null,
            sum.largest?.lines ?? null,
          ]),
      ),
    },
  })
}

const packagesText = (n: number): string => `${numberText(n)} ${n === 1 ? 'crate' : 'crates'}`

export interface ThroughputInput {
  readonly weeks: readonly HistoryWeek[]
  /** Null: the team has not turned figures of single people on. */
  readonly people: readonly { readonly who: string; readonly weeks: readonly number[] }[] | null
  readonly width: number
  readonly height: number
}

/** Audits added to audits.toml per week, all together. Who is in the table only where the team wants that. */
export function throughputChart({ weeks, people, width, height }: ThroughputInput): Chart {
  const most = Math.max(1, ...weeks.map(week => week.auditsAdded))
  const ticks = ticksTo(most)
  const top = ticks.at(-1) as number
  const [left, right, upper, lower] = [30, 6, 10, 24]
  const plotHeight = height - upper - lower
  const y = (value: number) => round(upper + plotHeight - (plotHeight * value) / top)
  const slot = (width - left - right) / Math.max(1, weeks.length)
  const marks: Mark[] = ticks.flatMap((tick): Mark[] => [
    {
      kind: 'line',
      points: [
        [left, y(tick)],
        [width - right, y(tick)],
      ],
      tone: 'grid',
      isDashed: false,
    },
    { kind: 'text', x: left - 6, y: y(tick) + 4, text: numberText(tick), tone: 'quiet', anchor: 'end', isBold: false },
  ])
  for (const [i, week] of weeks.entries()) {
    if (week.auditsAdded === 0) continue
    const barWidth = Math.max(1, round(Math.min(18, slot * 0.72)))
    const x = round(left + slot * i + (slot - barWidth) / 2)
    const tone = i === weeks.length - 1 ? 'own' : 'audits'
    marks.push({
      kind: 'rect',
      x,
      y: y(week.auditsAdded),
      width: barWidth,
      height: round(y(0) - y(week.auditsAdded)),
      tone,
      isHatched: false,
    })
  }
  marks.push(...monthLabels(weeks, at => round(left + slot * at), height))
  const total = weeks.reduce((sum, week) => sum + week.auditsAdded, 0)
  return {
    name: 'throughput',
    title: 'Audits per week',
    width,
    height,
    marks,
    words: `${numberText(total)} ${total === 1 ? 'audit' : 'audits'} added to audits.toml in ${numberText(weeks.length)} weeks, ${numberText(weeks.at(-1)?.auditsAdded ?? 0)} of them this week.`,
    table: {
      caption: 'Audits added to audits.toml per week',
      columns: ['Week of', 'All', ...(people ?? []).map(person => person.who)],
      rows: weeks.map((week, i) => [
        week.monday,
        week.auditsAdded,
        ...(people ?? []).map(person => person.weeks[i] ?? 0),
      ]),
    },
  }
}
