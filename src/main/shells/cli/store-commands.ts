/**
 * The commands that need no reading of sources, on the terminal: explain-audit, dump-graph, init, prune, regenerate
 * exemptions, add-exemption, record-violation, renew, aggregate. Says what was written; cargo-vet says nothing there.
 */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { Wrote } from '../../engine/session/store-commands.ts'
import type { Command } from './command-table.ts'
import { EXIT, type CliContext } from './run.ts'

type Of<N extends Command['name']> = Extract<Command, { name: N }>
type Done = Promise<Result<number, Failure>>

export async function explainInTerminal(command: Of<'explain-audit'>, context: CliContext): Done {
  const { explainCommand } = await import('../../engine/session/store-commands.ts')
  const explained = await explainCommand(context.caps, context.options, command, context.run)
  if (!explained.ok) return explained
  for (const warning of explained.value.warnings) context.warn(warning)
  return said(context, explained.value.text)
}

export async function dumpGraphInTerminal({ depth }: Of<'dump-graph'>, context: CliContext): Done {
  const { dumpGraph } = await import('../../engine/session/store-commands.ts')
  const format = context.global.outputFormat
  const text = await dumpGraph(context.caps, context.options, { depth, format }, context.run)
  return text.ok ? said(context, text.value) : text
}

export async function pruneInTerminal(command: Of<'prune'>, context: CliContext): Done {
  const { pruneStore } = await import('../../engine/session/store-commands.ts')
  return wrote(context, await pruneStore(context.caps, context.options, command, context.run))
}

export async function regenerateExemptionsInTerminal(context: CliContext): Done {
  const { regenerateExemptions } = await import('../../engine/session/store-commands.ts')
  return wrote(context, await regenerateExemptions(context.caps, context.options, context.run))
}

export async function addExemptionInTerminal({ args }: Of<'add-exemption'>, context: CliContext): Done {
  const { addExemptionCommand } = await import('../../engine/session/store-commands.ts')
  return wrote(context, await addExemptionCommand(context.caps, context.options, args, context.run))
}

export async function recordViolationInTerminal({ args }: Of<'record-violation'>, context: CliContext): Done {
  const { recordViolationCommand } = await import('../../engine/session/store-commands.ts')
  const recorded = wrote(context, await recordViolationCommand(context.caps, context.options, args, context.run))
  if (!recorded.ok) return recorded
  return said(
    context,
    `If you've identified a security vulnerability in ${args.crate} please report it at https://github.com/rustsec/advisory-db#reporting-vulnerabilities\n`,
  )
}

export async function initInTerminal(context: CliContext): Done {
  const { initStore } = await import('../../engine/session/init-command.ts')
  const { settleStore } = await import('../../engine/session/audit-as-command.ts')
  const { caps, options, run } = context
  const created = await initStore(caps, options, run, (store, metadata) =>
    settleStore(caps, options, store, metadata, run),
  )
  if (!created.ok) return created
  for (const warning of created.value.warnings) context.warn(warning)
  return said(context, `wrote ${created.value.storeDir}\n`)
}

export async function renewInTerminal(command: Of<'renew'>, context: CliContext): Done {
  const { renewWildcards } = await import('../../engine/session/store-commands.ts')
  const renewed = await renewWildcards(context.caps, context.options, command, context.run)
  if (!renewed.ok) return renewed
  for (const warning of renewed.value.warnings) context.warn(warning)
  if (renewed.value.renewal === null) {
    context.warn(`ran \`renew ${command.crate}\`, but there are no wildcard audits for the crate`)
    return ok(EXIT.success)
  }
  const { renewedText } = await import('../../engine/session/renewed-text.ts')
  return said(context, renewedText(renewed.value.renewal, renewed.value.end, command.crate))
}

export async function aggregateInTerminal({ sources }: Of<'aggregate'>, context: CliContext): Done {
  const { aggregateSources } = await import('../../engine/session/aggregate-command.ts')
  const list = path.resolve(context.terminal.cwd, sources) as AbsolutePath
  const merged = await aggregateSources(context.caps, { list, frozen: context.global.frozen }, context.run)
  if (!merged.ok) return merged
  for (const warning of merged.value.warnings) context.warn(warning)
  return said(context, merged.value.text)
}

function said(context: CliContext, text: string): Result<number, Failure> {
  const written = context.report(text)
  return written.ok ? ok(EXIT.success) : written
}

function wrote(context: CliContext, done: Result<Wrote, Failure>): Result<number, Failure> {
  if (!done.ok) return done
  for (const warning of done.value.warnings) context.warn(warning)
  const { files } = done.value
  return said(context, files.length === 0 ? 'nothing to change\n' : `wrote ${files.join(', ')}\n`)
}
