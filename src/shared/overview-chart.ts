/**
 * The overview's charts as lists of marks, once for the page (SVG), its pictures (canvas) and the report (SVG in HTML).
 * Each chart carries the same numbers as words and as a table. Tones are names; whoever draws knows their colours.
 * Pure. Lengths are CSS pixels from the upper left corner.
 */
import type { HistoryWeek } from './overview.ts'

export type Tone =
  'exempt' | 'fail' | 'full' | 'partial' | 'own' | 'audits' | 'grid' | 'text' | 'quiet' | 'strong' | 'trust' | 'unknown'

export type Mark =
  | { readonly kind: 'line'; readonly points: readonly Point[]; readonly tone: Tone; readonly isDashed: boolean }
  | { readonly kind: 'area'; readonly points: readonly Point[]; readonly tone: Tone }
  | {
      readonly kind: 'rect'
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
      readonly tone: Tone
      /** Drawn with stripes: nobody read it. */
      readonly isHatched: boolean
    }
  | { readonly kind: 'dot'; readonly x: number; readonly y: number; readonly tone: Tone }
  | {
      readonly kind: 'text'
      readonly x: number
      readonly y: number
      readonly text: string
      readonly tone: Tone
      readonly anchor: 'start' | 'middle' | 'end'
      readonly isBold: boolean
    }
export type Point = readonly [x: number, y: number]

export interface ChartTable {
  readonly caption: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number | null)[])[]
}

export interface Chart {
  /** For file names: lower-case letters and hyphens. */
  readonly name: string
  readonly title: string
  readonly width: number
  readonly height: number
  readonly marks: readonly Mark[]
  /** One or two sentences that say what the picture shows. */
  readonly words: string
  readonly table: ChartTable
}

/** `3,989`; null is a question mark, never 0. */
export function numberText(value: number | null): string {
  return value === null ? '?' : String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** At most four steps of 1, 2 or 5 times a power of ten, the last at or above `most`. */
export function ticksTo(most: number): readonly number[] {
  for (let power = 1; ; power *= 10) {
    for (const factor of [1, 2, 5]) {
      const step = power * factor
      if (most / step > 4) continue
      return Array.from({ length: Math.max(1, Math.ceil(most / step)) + 1 }, (_, i) => i * step)
    }
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** `4 Feb 2025`. */
export function dayText(day: string): string {
  const [year = '', month = '', date = ''] = day.split('-')
  return `${Number(date)} ${MONTHS[Number(month) - 1] ?? ''} ${year}`
}

export const round = (value: number): number => Math.round(value * 10) / 10

export const clip = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`)

/** Axis labels of months this far apart at least. */
const MONTH_GAP = 52

/** Names of months below the weeks they begin in; the year with the first and with January. */
export function monthLabels(weeks: readonly HistoryWeek[], x: (at: number) => number, height: number): Mark[] {
  const marks: Mark[] = []
  let lastX = -Infinity
  let lastMonth = ''
  for (const [i, { monday }] of weeks.entries()) {
    const month = monday.slice(0, 7)
    if (month === lastMonth) continue
    lastMonth = month
    if (x(i) - lastX < MONTH_GAP) continue
    lastX = x(i)
    const name = MONTHS[Number(monday.slice(5, 7)) - 1] ?? ''
    const text = name === 'Jan' || marks.length === 0 ? `${name} ${monday.slice(0, 4)}` : name
    marks.push({ kind: 'text', x: x(i), y: height - 8, text, tone: 'quiet', anchor: 'start', isBold: false })
  }
  return marks
}
