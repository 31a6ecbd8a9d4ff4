/** The queue as a table for spreadsheets and as JSON for programs: every item, what fails first, as the queue orders it. Pure. */
import { deltaText, linesOf } from '../../../shared/domain.ts'
import type { QueueItem, QueueSnapshot } from '../../../shared/wire.ts'
import { csvOf, type Cell } from '../../../shared/csv.ts'

const COLUMNS = [
  'crate',
  'version',
  'because',
  'missing criteria',
  'from',
  'to',
  'lines',
  'files',
  'lines read',
  'size',
  'needed by',
  'dev only',
]

/** What is not known is an empty cell; the column `size` says why. */
export function queueCsv({ items }: Pick<QueueSnapshot, 'items'>): string {
  return csvOf(
    COLUMNS,
    items.map((item): readonly Cell[] => {
      const { stat, why } = sizeOf(item)
      return [
        item.crate,
        item.version,
        item.because,
        item.missing.join(' '),
        item.delta?.from ?? null,
        item.delta?.to ?? null,
        stat === null ? null : linesOf(stat),
        stat?.filesChanged ?? null,
        item.readLines,
        why,
        item.neededBy.join(' '),
        item.isDevOnly ? 'yes' : 'no',
      ]
    }),
  )
}

function sizeOf({ size }: QueueItem) {
  if (size.state === 'measured') return { stat: size.stat, why: 'measured' }
  return { stat: null, why: size.state === 'unknown' ? `unknown: ${size.failure.code}` : size.state }
}

/** One object with the counts, the items and what this answer does not know; ends with a line feed. */
export function queueJson(snapshot: QueueSnapshot): string {
  const { workspace, conclusion, counts, items, violations, caveats, graphSource } = snapshot
  const value = {
    workspace: workspace.name,
    branch: workspace.branch,
    taken_at: new Date(snapshot.takenAt).toISOString(),
    conclusion,
    graph_source: graphSource,
    counts,
    items: items.map(item => {
      const { stat, why } = sizeOf(item)
      return {
        crate: item.crate,
        version: item.version,
        because: item.because,
        missing_criteria: item.missing,
        reading: item.delta === null ? null : deltaText(item.delta),
        from: item.delta?.from ?? null,
        to: item.delta?.to ?? null,
        lines: stat === null ? null : linesOf(stat),
        files: stat?.filesChanged ?? null,
        lines_read: item.readLines,
        size: why,
        needed_by: item.neededBy,
        dev_only: item.isDevOnly,
      }
    }),
    violations: violations.map(({ crate, version, conflicts }) => ({ crate, version, conflicts })),
    caveats,
  }
  return `${JSON.stringify(value, null, 2)}\n`
}
