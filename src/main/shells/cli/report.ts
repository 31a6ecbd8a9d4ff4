/** `report` and `queue` on the terminal: texts for people and programs; nothing is written but --output-file. */
import { linesOf } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { QueueSnapshot } from '../../../shared/wire.ts'
import { harmless } from './harmless.ts'
import type { ReportArgs } from './report-args.ts'
import { EXIT, type CliContext } from './run.ts'

/** @failure as withOverview, git-failed, store-io */
export async function reportInTerminal(args: ReportArgs, context: CliContext): Promise<Result<number, Failure>> {
  const { caps, options, run } = context
  const { exemptionTerms, withOverview } = await import('../../engine/session/overview-command.ts')
  const { reportText } = await import('../../engine/session/overview-session.ts')
  const terms = await exemptionTerms(caps, options)
  if (terms === null) context.warn('the state of the team could not be read: owners and dates of review are left out')
  const text = await withOverview(caps, options, run, source => reportText(caps, source, { ...args, terms }, run))
  if (!text.ok) return text
  const said = context.report(text.value)
  return said.ok ? ok(EXIT.success) : said
}

/** @failure as withOverview, store-io */
export async function queueInTerminal(context: CliContext): Promise<Result<number, Failure>> {
  const { caps, options, run, global } = context
  const { withOverview } = await import('../../engine/session/overview-command.ts')
  const { queueCsvOf, queueJsonOf } = await import('../../engine/session/overview-session.ts')
  const answer = await withOverview(caps, options, run, async ({ snapshot }) => ok(snapshot))
  if (!answer.ok) return answer
  const snapshot = answer.value
  for (const caveat of snapshot.caveats) context.warn(caveat)
  const said = context.report(
    global.asCsv ? queueCsvOf(snapshot) : global.outputFormat === 'json' ? queueJsonOf(snapshot) : queueText(snapshot),
  )
  return said.ok ? ok(EXIT.success) : said
}

/** One line an item: what fails first, then what passes only by an exemption, each with least reading first. */
function queueText({ items, counts }: Pick<QueueSnapshot, 'items' | 'counts'>): string {
  const rows = items.map(({ crate, version, because, missing, delta, size }) => [
    `${crate} ${version}`,
    because,
    missing.join(', '),
    delta === null ? '?' : delta.from === null ? 'full' : `from ${delta.from}`,
    size.state === 'measured' ? `${linesOf(size.stat)} lines` : 'size not known',
  ])
  const widths = [0, 1, 2, 3].map(i => Math.max(0, ...rows.map(row => row[i]?.length ?? 0)))
  const lines = rows.map(row =>
    harmless(
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
  )
  const { failing, exempted, partially, fully, total } = counts
  const sum = `${failing} failing, ${exempted} exempted, ${partially} partially audited, ${fully} fully audited, of ${total}`
  return `${[...lines, sum].join('\n')}\n`
}
