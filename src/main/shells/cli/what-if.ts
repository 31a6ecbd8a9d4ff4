/**
 * `what-if` on the terminal: verdict before and after a set of changes, what it would rest on, what is not known, and
 * the commands that would do it. Writes nothing. Exit code as `check` would have it afterwards.
 */
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { WhatIfLines, WhatIfResult, WhatIfSmallest } from '../../../shared/what-if.ts'
import { commandsOf } from '../../engine/session/what-if-commands.ts'
import type { WhatIfAnswer } from '../../engine/session/what-if-command.ts'
import { harmless } from './harmless.ts'
import { EXIT, type CliContext } from './run.ts'
import type { WhatIfArgs } from './what-if-args.ts'

/** @failure as whatIfCommand, store-io */
export async function whatIfInTerminal(args: WhatIfArgs, context: CliContext): Promise<Result<number, Failure>> {
  const { whatIfCommand } = await import('../../engine/session/what-if-command.ts')
  const answer = await whatIfCommand(context.caps, context.options, args, context.run)
  if (!answer.ok) return answer
  const isJson = context.global.outputFormat === 'json'
  const said = context.report(isJson ? whatIfJson(answer.value) : whatIfText(answer.value))
  if (!said.ok) return said
  return ok(answer.value.result.after.conclusion === 'success' ? EXIT.success : EXIT.failed)
}

function whatIfJson({ result, smallest }: WhatIfAnswer): string {
  // Generations are the window's.
  const shown = smallest === null ? null : { ...smallest, generation: undefined }
  return `${JSON.stringify({ ...result, generation: undefined, smallest: shown }, null, 2)}\n`
}

/** How many changed packages and relied entries are named one by one. */
const MOST_NAMED = 40

function whatIfText({ result, smallest }: WhatIfAnswer): string {
  const lines: string[] = []
  if (result.changes.length > 0) lines.push(...resultText(result))
  if (smallest !== null) lines.push(...(lines.length > 0 ? [''] : []), ...smallestText(smallest))
  return `${lines.map(line => harmless(line.replace(/\s*[\r\n]\s*/g, ' '))).join('\n')}\n`
}

function resultText(result: WhatIfResult): string[] {
  const { before, after } = result
  const row = (label: string, a: number, b: number) => `  ${label.padEnd(18)}${String(a).padStart(6)} -> ${b}`
  const lines = [
    `${result.approximate.length > 0 ? 'About: ' : ''}${before.conclusion} -> ${after.conclusion}`,
    row('failing', before.counts.failing, after.counts.failing),
    row('in violation', before.counts.violation, after.counts.violation),
    row('exempted', before.counts.exempted, after.counts.exempted),
    row('partially audited', before.counts.partially, after.counts.partially),
    row('fully audited', before.counts.fully, after.counts.fully),
    `  to read            ${linesText(before.lines)} -> ${linesText(after.lines)}`,
  ]
  const named = result.changed.slice(0, MOST_NAMED).map(change => {
    const missing = change.missingAfter.length > 0 ? `, missing ${change.missingAfter.join(', ')}` : ''
    const now = change.keyAfter === change.key ? '' : ` as ${change.keyAfter.slice(change.keyAfter.indexOf('@') + 1)}`
    return `  ${change.crate}:${change.version}${now}: ${change.before} -> ${change.after}${missing}`
  })
  section(lines, 'Changes', named, result.changed.length - named.length)
  for (const { source, kind, packages, entries, more } of result.relied) {
    const what = { audits: 'audits of', wildcards: 'publishers vouched for by', publisher: 'trust in' }[kind]
    const shown = entries.slice(0, MOST_NAMED).map(({ crate, edge, caveat }) => {
      const step = edge.from === null ? edge.to : `${edge.from} -> ${edge.to}`
      const said = caveat === null ? '' : `; says "${caveat}"`
      return `  ${crate} ${step} (${edge.criteria.join(', ')}) ${edge.who.join(', ')}${said}`
    })
    const title = `Relied upon: ${what} ${source}, for ${packages} ${packages === 1 ? 'package' : 'packages'}`
    section(lines, title, shown, entries.length - shown.length + more)
  }
  const conflicts = result.violations.flatMap(v =>
    v.conflicts.map(
      c =>
        `  ${v.crate}:${v.version}: ${c.source} forbids ${c.range} (${c.criteria.join(', ')}), which contradicts ${c.contradicts}`,
    ),
  )
  section(lines, 'Violations', conflicts, 0)
  section(
    lines,
    'To know',
    result.risks.map(risk => `  ${risk.text}`),
    0,
  )
  section(
    lines,
    'Approximate',
    result.approximate.map(text => `  ${text}`),
    0,
  )
  section(
    lines,
    'Not known',
    result.unknown.map(text => `  ${text}`),
    0,
  )
  section(
    lines,
    'To do it',
    [...result.cargoCommands, ...result.commands].map(text => `  ${text}`),
    0,
  )
  return lines
}

function section(lines: string[], title: string, rows: readonly string[], more: number): void {
  if (rows.length === 0) return
  lines.push('', title, ...rows, ...(more > 0 ? [`  and ${more} more`] : []))
}

function linesText({ measured, unknown }: WhatIfLines): string {
  const lines = `${measured} lines`
  return unknown === 0 ? lines : `${lines} and ${unknown} of unknown size`
}

function smallestText(found: WhatIfSmallest): string[] {
  const sure = found.limit === 0 ? 'proved smallest' : `best found, at most ${found.limit} fewer possible`
  const what = found.of === 'failing' ? 'failing packages' : 'exempted packages'
  const n = found.changes.length
  return [
    `Smallest set: ${n} ${n === 1 ? 'change clears' : 'changes clear'} ${found.clears} of ${found.items} ${what} (${sure})`,
    ...commandsOf(found.changes).map(text => `  ${text}`),
    `Left to read: ${linesText(found.remaining)}`,
    `Without trusting anybody: ${found.withoutTrust.changes} clear ${found.withoutTrust.clears}`,
    ...found.leftOut.map(text => `Left out: ${text}`),
  ]
}
