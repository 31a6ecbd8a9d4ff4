/** The commands about imports on the terminal: import and regenerate imports. Both say which files they wrote. */
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { Wrote } from '../../engine/session/store-commands.ts'
import type { Command } from './command-table.ts'
import { EXIT, type CliContext } from './run.ts'

type Done = Promise<Result<number, Failure>>

export async function importInTerminal(command: Extract<Command, { name: 'import' }>, context: CliContext): Done {
  const { importPeer } = await import('../../engine/session/import-commands.ts')
  return wrote(context, await importPeer(context.caps, context.options, command, context.run))
}

export async function regenerateImportsInTerminal(context: CliContext): Done {
  const { regenerateImports } = await import('../../engine/session/import-commands.ts')
  return wrote(context, await regenerateImports(context.caps, context.options, context.run))
}

function wrote(context: CliContext, done: Result<Wrote, Failure>): Result<number, Failure> {
  if (!done.ok) return done
  for (const warning of done.value.warnings) context.warn(warning)
  const { files } = done.value
  const said = context.report(files.length === 0 ? 'nothing to change\n' : `wrote ${files.join(', ')}\n`)
  return said.ok ? ok(EXIT.success) : said
}
