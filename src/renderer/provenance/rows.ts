/**
 * Rows of the provenance page as data: what each shows, how they are ordered and counted. Pure. A row that is not
 * checked never counts as a match, and a match whose commit hangs outside the project's history is shown as such.
 */
import type { PackageKey } from '../../shared/domain.ts'
import { packageKey } from '../../shared/domain.ts'
import { OUTCOMES, TELLING_OF_MATCH, type ProvenanceRow, type ProvenanceSummary } from '../../shared/provenance.ts'
import { count, number } from '../parts/words.ts'
import { isMatch, STATUS, STATUSES, type Status, type Words } from './texts.ts'

export const rowKey = (row: { readonly crate: string; readonly version: string }): PackageKey =>
  packageKey(row.crate, row.version)

/** The outcome; without one, how far the check is. A row being checked again keeps showing its last outcome. */
export function statusOf(row: ProvenanceRow): Status {
  if (row.state === 'done') return row.summary?.outcome ?? 'failed'
  if (row.summary !== null && (row.state === 'queued' || row.state === 'running')) return row.summary.outcome
  return row.state
}

/** A match whose commit is on no branch and under no tag: an impostor commit looks like this. */
export function isOutside(row: ProvenanceRow): boolean {
  return row.summary?.anchor === 'outside-branches' && isMatch(statusOf(row))
}

const NOTES: Readonly<Record<(typeof TELLING_OF_MATCH)[number], string>> = {
  'tag-moved': 'its tag moved',
  'second-package': 'a second package of this name',
  'repository-changed': 'another repository than before',
  'package-moved': 'another folder than before',
}

/** What deserves a look although the contents match; null for nothing, and where the outcome says more. */
export function noteOf(row: ProvenanceRow): string | null {
  if (row.summary === null || !isMatch(statusOf(row))) return null
  const found = TELLING_OF_MATCH.find(code => row.summary?.reasonCodes.includes(code))
  return found === undefined ? null : NOTES[found]
}

/** Label, glyph and tone of a row; they are the status's own but for a match outside the branches. */
export function wordsOf(row: ProvenanceRow): Words {
  const words = STATUS[statusOf(row)]
  return isOutside(row) ? { label: `${words.label}, commit on no branch`, glyph: 'warn', tone: 'almost' } : words
}

/** Whether there is a verdict that somebody may have reasons to find fine. */
export function canBeAccepted(row: ProvenanceRow): boolean {
  return row.summary !== null && row.state !== 'failed' && wordsOf(row).tone !== 'match'
}

/** Until when somebody accepted a verdict, in words; after the last day it no longer counts. `now` in milliseconds. */
export function acceptedUntil(
  { until }: NonNullable<ProvenanceSummary['accepted']>,
  now: number,
): { readonly text: string; readonly counts: boolean } {
  if (until === null) return { text: 'with no end', counts: true }
  // A date that cannot be read has not been kept to.
  const counts = Date.parse(`${until}T23:59:59`) >= now
  return { text: counts ? `until ${until}` : `until ${until}, which has passed`, counts }
}

const short = (commit: string): string => commit.slice(0, 7)

function differenceText({ files }: ProvenanceSummary): string {
  const parts = [
    files.differing > 0 && `${number(files.differing)} of ${count(files.total, 'file')} differ`,
    files.onlyInCrate > 0 && `${number(files.onlyInCrate)} only in the crate`,
  ].filter(part => part !== false)
  return parts.join(', ')
}

const FALLBACK: Readonly<Record<string, string>> = {
  match: 'matches',
  'match-line-endings': 'matches but for line endings',
  'match-broken-symlinks': 'matches but for symlinks',
  mismatch: 'differs',
  'submodule-unavailable': 'a submodule is missing',
}

function summaryText(summary: ProvenanceSummary): string {
  const { outcome, files, fallback, commit } = summary
  if (isMatch(outcome)) {
    const agreed = files.same + files.lineEndings + files.brokenSymlinks
    const compared = files.total - files.generated
    return `${commit === null ? '' : `${short(commit)}, `}${number(agreed)} of ${count(compared, 'file')}`
  }
  if (outcome === 'mismatch') return differenceText(summary) || summary.sentence
  const found = fallback === null ? undefined : FALLBACK[fallback.outcome]
  if (found !== undefined) return `commit found by search: ${found}`
  return summary.sentence
}

/** The second line of a row: numbers where there are some, else the sentence of the verdict or of the failure. */
export function detailText(row: ProvenanceRow): string {
  if (row.state === 'failed') return row.failure ?? STATUS.failed.meaning
  if (row.state === 'running') return 'being checked'
  if (row.state === 'queued') return 'queued'
  if (row.summary === null) return ''
  const note = noteOf(row)
  return `${note === null ? '' : `${note}, `}${summaryText(row.summary)}`
}

/** Paths that deserve a look, to be searched in; empty when the engine did not send them. */
export function filesOf(row: ProvenanceRow): readonly string[] {
  return row.summary?.notablePaths ?? []
}

export const provenanceOrders = ['worst first', 'name', 'checked last'] as const
export type ProvenanceOrder = (typeof provenanceOrders)[number]

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const compareName = (a: ProvenanceRow, b: ProvenanceRow): number =>
  compareText(a.crate, b.crate) || compareText(a.version, b.version)

/** Before every match stands what was not checked: it may be anything. */
const WORST: readonly Status[] = [
  ...OUTCOMES.filter(outcome => !isMatch(outcome)),
  'failed',
  'running',
  'queued',
  'not-run',
  ...OUTCOMES.filter(isMatch),
  'not-applicable',
]
const RANK = new Map(WORST.map((status, i) => [status, i]))
const BEFORE_MATCHES = RANK.get('not-run') ?? 0
function rankOf(row: ProvenanceRow): number {
  if (isOutside(row)) return BEFORE_MATCHES + 0.5
  return noteOf(row) === null ? (RANK.get(statusOf(row)) ?? 0) : BEFORE_MATCHES + 0.7
}
const checkedAt = (row: ProvenanceRow): number => row.summary?.checkedAt ?? 0

/** A sorted copy. Every order is total: ties fall to name and version by bytes. */
export function orderRows(rows: readonly ProvenanceRow[], order: ProvenanceOrder): readonly ProvenanceRow[] {
  if (order === 'name') return [...rows].sort(compareName)
  if (order === 'checked last') return [...rows].sort((a, b) => checkedAt(b) - checkedAt(a) || compareName(a, b))
  const ranks = new Map(rows.map(row => [row, rankOf(row)]))
  return [...rows].sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0) || compareName(a, b))
}

export interface Bar {
  readonly status: Status
  readonly count: number
  /** Of these, how many have their commit outside the branches. */
  readonly outside: number
}

/** One bar per status, zero ones too; waiting and running rows without a verdict are in `not-run`. */
export function barsOf(rows: readonly ProvenanceRow[]): readonly Bar[] {
  const counts = new Map<Status, { count: number; outside: number }>()
  for (const row of rows) {
    const status = statusOf(row)
    const bar = status === 'queued' || status === 'running' ? 'not-run' : status
    const found = counts.get(bar) ?? { count: 0, outside: 0 }
    found.count += 1
    if (isOutside(row)) found.outside += 1
    counts.set(bar, found)
  }
  return STATUSES.map(status => ({ status, ...(counts.get(status) ?? { count: 0, outside: 0 }) }))
}

export interface Year {
  readonly year: number
  readonly match: number
  readonly almost: number
  readonly unknown: number
  readonly differ: number
}

/** Checked versions by the year they were published in, without gaps, and how many have no known date. */
export function yearsOf(rows: readonly ProvenanceRow[]): { readonly years: readonly Year[]; readonly undated: number } {
  const found = new Map<number, { match: number; almost: number; unknown: number; differ: number }>()
  let undated = 0
  for (const row of rows) {
    const status = statusOf(row)
    if (row.summary === null) continue
    const { publishedAt } = row.summary
    const year = publishedAt === null ? NaN : Number(publishedAt.slice(0, 4))
    if (!Number.isInteger(year) || year < 2000 || year > 2200) {
      undated += 1
      continue
    }
    const counts = found.get(year) ?? { match: 0, almost: 0, unknown: 0, differ: 0 }
    const { tone } = isOutside(row) ? { tone: 'almost' as const } : STATUS[status]
    if (tone !== 'notrun') counts[tone] += 1
    found.set(year, counts)
  }
  const all = [...found.keys()]
  const [first, last] = [Math.min(...all), Math.max(...all)]
  const years = all.length === 0 ? [] : Array.from({ length: last - first + 1 }, (_, i) => first + i)
  const none = { match: 0, almost: 0, unknown: 0, differ: 0 }
  return { years: years.map(year => ({ year, ...(found.get(year) ?? none) })), undated }
}
