/** `export` on the terminal: certified audits as a branch, as patches or as a file to publish. Sends nothing. */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import { harmless } from './harmless.ts'
import type { ExportArgs } from './report-args.ts'
import { EXIT, type CliContext } from './run.ts'

/** @failure as loadFiltered, refused, git-not-found, git-failed, cache-io */
export async function exportInTerminal(args: ExportArgs, context: CliContext): Promise<Result<number, Failure>> {
  const { caps, options, run, terminal, global } = context
  const { exportAudits } = await import('../../engine/session/overview-export-command.ts')
  const folder = path.resolve(terminal.cwd, args.folder ?? '.') as AbsolutePath
  const done = await exportAudits(caps, options, { ...args, folder }, run)
  if (!done.ok) return done
  for (const left of done.value.leftOut) context.warn(`stays out: ${harmless(left)}`)
  const { lines, value } = done.value
  const text =
    global.outputFormat === 'json' ? `${JSON.stringify(value, null, 2)}\n` : `${lines.map(harmless).join('\n')}\n`
  const said = context.report(text)
  return said.ok ? ok(EXIT.success) : said
}
