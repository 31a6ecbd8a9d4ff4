/**
 * The burn-down chart: exemptions by week as an area, own audits as a line, events by name, the projection dashed. What
 * failed in the past is not drawn, because no store says it. Pure.
 */
import {
  clip,
  dayText,
  monthLabels,
  numberText,
  round,
  ticksTo,
  type Chart,
  type Mark,
  type Point,
  type Tone,
} from './overview-chart.ts'
import type { HistoryEvent, HistoryWeek, Projection } from './overview.ts'

const PLOT = { left: 42, right: 118, top: 36, bottom: 28 }
/** Names of events stand in rows above the plot; about so wide is a character, so high a row. */
const LABEL_ROWS = 2
const LABEL_CHARACTER = 6.1
const LABEL_HEIGHT = 14

export interface BurnDownInput {
  readonly weeks: readonly HistoryWeek[]
  readonly events: readonly HistoryEvent[]
  readonly projection: Projection
  readonly width: number
  readonly height: number
}

/**
 * Exemptions by week as an area and own audits as a line, with the events that have a name, and the projection dashed.
 * What failed in the past is not drawn, because no store says it.
 */
export function burnDownChart({ weeks, events, projection, width, height }: BurnDownInput): Chart {
  const ahead = projection.kind === 'falling' ? Math.min(projection.weeksToZero, Math.ceil(weeks.length / 3)) : 0
  const most = Math.max(1, ...weeks.map(week => Math.max(week.exemptions, week.audits)))
  const ticks = ticksTo(most)
  const top = ticks.at(-1) as number
  const slots = Math.max(1, weeks.length - 1 + ahead)
  const plotWidth = width - PLOT.left - PLOT.right
  const plotHeight = height - PLOT.top - PLOT.bottom
  const x = (at: number) => round(PLOT.left + (plotWidth * at) / slots)
  const y = (value: number) => round(PLOT.top + plotHeight - (plotHeight * value) / top)
  const marks: Mark[] = ticks.flatMap((tick): Mark[] => [
    {
      kind: 'line',
      points: [
        [PLOT.left, y(tick)],
        [width - PLOT.right, y(tick)],
      ],
      tone: 'grid',
      isDashed: false,
    },
    {
      kind: 'text',
      x: PLOT.left - 7,
      y: y(tick) + 4,
      text: numberText(tick),
      tone: 'quiet',
      anchor: 'end',
      isBold: false,
    },
  ])
  marks.push(...monthLabels(weeks, x, height))
  const line = (of: (week: HistoryWeek) => number): Point[] => weeks.map((week, i) => [x(i), y(of(week))])
  const exemptions = line(week => week.exemptions)
  const audits = line(week => week.audits)
  const lastAt = Math.max(0, weeks.length - 1)
  marks.push({ kind: 'area', points: [...exemptions, [x(lastAt), y(0)], [x(0), y(0)]], tone: 'exempt' })
  marks.push({ kind: 'line', points: audits, tone: 'audits', isDashed: false })
  marks.push({ kind: 'line', points: exemptions, tone: 'exempt', isDashed: false })
  const last = weeks.at(-1)
  if (last !== undefined) {
    if (projection.kind === 'falling') {
      const end = Math.max(0, last.exemptions - projection.perWeek * ahead)
      marks.push({
        kind: 'line',
        points: [
          [x(lastAt), y(last.exemptions)],
          [x(lastAt + ahead), y(end)],
        ],
        tone: 'exempt',
        isDashed: true,
      })
    }
    marks.push({ kind: 'dot', x: x(lastAt), y: y(last.exemptions), tone: 'exempt' })
    marks.push({ kind: 'dot', x: x(lastAt), y: y(last.audits), tone: 'audits' })
    marks.push(
      ...endLabels(
        width - PLOT.right + 10,
        [
          { at: y(last.exemptions), value: last.exemptions, word: 'exemptions', tone: 'exempt' },
          { at: y(last.audits), value: last.audits, word: 'own audits', tone: 'audits' },
        ],
        [PLOT.top, PLOT.top + plotHeight],
      ),
    )
  }
  marks.push(...eventMarks(weeks, events, x, [PLOT.top, PLOT.top + plotHeight], width - PLOT.right))
  return {
    name: 'burn-down',
    title: 'Burn-down',
    width,
    height,
    marks,
    words: burnDownWords(weeks, projection),
    table: {
      caption: 'Exemptions and own audits at the end of each week',
      columns: [
        'Week of',
        'Exemptions',
        'Exemptions added',
        'Exemptions removed',
        'Own audits',
        'Own audits added',
        'Wildcard audits',
        'Trusted entries',
        'Packages in Cargo.lock',
        'Of those, exempted versions (derived)',
        'Events',
      ],
      rows: weeks.map(week => [
        week.monday,
        week.exemptions,
        week.exemptionsAdded,
        week.exemptionsRemoved,
        week.audits,
        week.auditsAdded,
        week.wildcards,
        week.trusted,
        week.packages,
        week.exemptedPackages,
        events
          .filter(event => event.day >= week.monday && isInWeek(event.day, week.monday))
          .map(event => event.title)
          .join('; '),
      ]),
    },
  }
}

const isInWeek = (day: string, monday: string): boolean => {
  const days = (Date.parse(`${day}T00:00:00Z`) - Date.parse(`${monday}T00:00:00Z`)) / 86_400_000
  return days >= 0 && days < 7
}

interface EndLabel {
  readonly at: number
  readonly value: number
  readonly word: string
  readonly tone: Tone
}

/** Numbers beside the ends of lines, moved apart so that none covers another. */
function endLabels(x: number, labels: readonly EndLabel[], [top, bottom]: Point): Mark[] {
  const GAP = 32
  const sorted = [...labels].sort((a, b) => a.at - b.at)
  let limit = top + 8
  const placed = sorted.map((label, i) => {
    const room = bottom - (sorted.length - 1 - i) * GAP
    const at = Math.min(Math.max(label.at, limit), room)
    limit = at + GAP
    return { ...label, at: round(at) }
  })
  return placed.flatMap(({ at, value, word }): Mark[] => [
    { kind: 'text', x, y: at, text: numberText(value), tone: 'strong', anchor: 'start', isBold: true },
    { kind: 'text', x, y: at + 14, text: word, tone: 'text', anchor: 'start', isBold: false },
  ])
}

/** The more it says about the line, the sooner it gets a name where not all have room. */
const WEIGHT: Readonly<Record<HistoryEvent['kind'], number>> = {
  exemptions: 0,
  import: 1,
  trusted: 2,
  criteria: 3,
  policy: 4,
}

/** A dashed line for each week in which something happened, and names as far as they fit into the rows above the plot. */
function eventMarks(
  weeks: readonly HistoryWeek[],
  events: readonly HistoryEvent[],
  x: (at: number) => number,
  [top, bottom]: Point,
  right: number,
): Mark[] {
  const byWeek = new Map<number, HistoryEvent[]>()
  for (const event of events) {
    const at = weeks.findLastIndex(week => week.monday <= event.day)
    if (at >= 0 && isInWeek(event.day, weeks[at]?.monday ?? '')) byWeek.set(at, [...(byWeek.get(at) ?? []), event])
  }
  const weightOf = ({ kind }: HistoryEvent) => WEIGHT[kind]
  const found = [...byWeek].map(([at, list]) => ({ at, list: list.toSorted((a, b) => weightOf(a) - weightOf(b)) }))
  const marks: Mark[] = found.map(({ at }) => ({
    kind: 'line',
    points: [
      [x(at), top],
      [x(at), bottom],
    ],
    tone: 'quiet',
    isDashed: true,
  }))
  const rows: [from: number, to: number][][] = Array.from({ length: LABEL_ROWS }, () => [])
  const inOrder = found.toSorted((a, b) => weightOf(a.list[0]!) - weightOf(b.list[0]!) || b.at - a.at)
  for (const { at, list } of inOrder) {
    const more = list.length === 1 ? '' : ` and ${list.length - 1} more`
    const text = clip(`${list[0]?.title ?? ''}${more}`, 30)
    const length = text.length * LABEL_CHARACTER + 12
    const from = Math.min(x(at), right + PLOT.right - length)
    const row = rows.findIndex(taken => taken.every(([a, b]) => from + length < a || from > b))
    if (row < 0) continue
    rows[row]?.push([from, from + length])
    const y = top - 7 - row * LABEL_HEIGHT
    marks.push({ kind: 'text', x: from, y, text, tone: 'text', anchor: 'start', isBold: false })
  }
  return marks
}

function burnDownWords(weeks: readonly HistoryWeek[], projection: Projection): string {
  const [first, last] = [weeks[0], weeks.at(-1)]
  if (first === undefined || last === undefined) return 'No week is known.'
  const change = `Exemptions went from ${numberText(first.exemptions)} in the week of ${dayText(first.monday)} to ${numberText(last.exemptions)} now, own audits from ${numberText(first.audits)} to ${numberText(last.audits)}.`
  return `${change} ${projectionText(projection)}`
}

/** One sentence that names itself a projection. */
export function projectionText(projection: Projection): string {
  switch (projection.kind) {
    case 'falling':
      return `At the pace of the last ${projection.weeks} weeks, no exemption is left in about ${projection.weeksToZero} weeks (${dayText(projection.zeroAt)}); this is a projection.`
    case 'not-falling':
      return `In the last ${projection.weeks} weeks exemptions did not become fewer, so there is no projection.`
    case 'too-short':
      return 'The history is too short for a projection.'
    case 'none-left':
      return 'No exemption is left.'
  }
}
