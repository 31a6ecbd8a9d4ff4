/** `risk` on the terminal: one line an item with its largest reasons, the whole arithmetic of one crate, or JSON. */
import path from 'node:path'
import { deltaText, linesOf, type AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { RiskAnswer } from '../../engine/session/risk-command.ts'
import { databaseAge } from './advisories-text.ts'
import type { RiskArgs } from './command-table.ts'
import { harmless } from './harmless.ts'
import { EXIT, type CliContext } from './run.ts'

/** @failure as riskOfWorkspace, package-unknown, store-io */
export async function riskInTerminal(args: RiskArgs, context: CliContext): Promise<Result<number, Failure>> {
  const { riskOfWorkspace } = await import('../../engine/session/risk-command.ts')
  const db = args.db === null ? null : (path.resolve(context.terminal.cwd, args.db) as AbsolutePath)
  const answer = await riskOfWorkspace(context.caps, context.options, { db }, context.run)
  if (!answer.ok) return answer
  for (const warning of answer.value.warnings) context.warn(warning)
  const { crate } = args
  const items = crate === null ? answer.value.items : answer.value.items.filter(({ item }) => item.crate === crate)
  if (crate !== null && items.length === 0) return fail({ code: 'package-unknown', name: crate, version: null })
  const shown = { ...answer.value, items }
  const nowMs = context.caps.clock.nowMs()
  const isJson = context.global.outputFormat === 'json'
  const written = context.report(isJson ? riskJson(shown) : riskText(shown, crate !== null, nowMs))
  return written.ok ? ok(EXIT.success) : written
}

function riskJson({ items, weights, database }: RiskAnswer): string {
  const rows = items.map(({ item, detail }) => ({
    crate: item.crate,
    version: item.version,
    because: item.because,
    delta: item.delta,
    lines: item.size.state === 'measured' ? linesOf(item.size.stat) : null,
    score: detail.row.score,
    unknown: detail.row.unknown,
    signals: detail.signals,
    advisories: detail.row.advisories,
  }))
  return `${JSON.stringify({ weights, database, items: rows }, null, 2)}\n`
}

const REASONS = 3

/** `isWhole`: every summand, else the largest of each item. Ends with a newline. */
function riskText({ items, weights, database }: RiskAnswer, isWhole: boolean, nowMs: number): string {
  const lines: string[] = []
  for (const { item, detail } of items) {
    const { score, unknown } = detail.row
    const change = item.delta === null ? item.version : deltaText(item.delta)
    const size = item.size.state === 'measured' ? `${linesOf(item.size.stat)} lines` : 'lines unknown'
    lines.push(
      `${String(score).padStart(4)} of ${weights.most}  ${item.crate} ${change}, ${size}` +
        `${item.because === 'exempted' ? ', exempted' : ''}${unknown === 0 ? '' : `, ${unknown} of it unknown`}`,
    )
    const counted = detail.signals.filter(s => s.points > 0).toSorted((a, b) => b.points - a.points)
    // How much is unknown stands in the line above: of single reasons those that were found tell more.
    const found = counted.filter(s => s.state !== 'unknown')
    const listed = isWhole ? [...counted, ...detail.signals.filter(s => s.points === 0)] : found.slice(0, REASONS)
    for (const signal of listed) {
      const fact = signal.state === 'unknown' ? `unknown, counted as +${signal.points}: ${signal.value}` : signal.value
      const points = signal.points === 0 ? '0' : `+${signal.points}`
      const stale = signal.state === 'stale' ? ' (may be out of date)' : ''
      const from = isWhole ? ` [${signal.source}; at most ${signal.weight}]` : ''
      lines.push(`        ${points.padStart(4)}  ${signal.id}: ${fact}${stale}${from}`)
    }
    if (isWhole) lines.push('')
  }
  if (items.length === 0) lines.push('Nothing fails and nothing is exempted.')
  const team = weights.from === 'team' ? 'weights of assay.toml' : 'default weights'
  const age =
    database.state === 'unknown'
      ? `advisories unknown: ${database.reason ?? 'there is no database'}`
      : databaseAge(database, nowMs)
  lines.push(`${team}, ${age}`, ...weights.problems.map(problem => `Note: ${problem}`))
  return `${lines.map(line => harmless(line.replace(/\s*[\r\n]\s*/g, ' '))).join('\n')}\n`
}
