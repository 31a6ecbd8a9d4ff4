/**
 * The commands about publishers on the terminal: trust, certify --wildcard, regenerate unpublished and
 * audit-as-crates-io. Asks for criteria as cargo-vet does: numbers toggle, an empty line accepts; without a terminal the
 * proposal stands.
 */
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { ChooseCriteria } from '../../engine/session/publisher-commands.ts'
import type { Wrote } from '../../engine/session/store-commands.ts'
import type { CertifyArgs, TrustArgs } from './command-table.ts'
import { EXIT, type CliContext } from './run.ts'

type Done = Promise<Result<number, Failure>>

export async function trustInTerminal(args: TrustArgs, context: CliContext): Done {
  const { trustCommand } = await import('../../engine/session/publisher-commands.ts')
  const done = await trustCommand(context.caps, context.options, args, chooseIn(context), context.run)
  if (!done.ok) return done
  const { skipped, crates, publisher } = done.value
  if (skipped.length > 0) {
    context.warn(`Skipped ${skipped.join(', ')} due to multiple publishers`)
    context.warn('  Run with --allow-multiple-publishers to also trust these packages')
  }
  return wrote(context, done.value, `${publisher} is trusted for ${crates.join(', ')}: `)
}

/** @failure as certifyWildcardCommand, request-invalid when nobody can be asked */
export async function certifyWildcardInTerminal(args: CertifyArgs, context: CliContext): Done {
  const { certifyWildcardCommand } = await import('../../engine/session/publisher-commands.ts')
  const wish = { ...args, crate: args.crate ?? '', publisher: args.wildcard ?? '' }
  const ask = {
    choose: chooseIn(context),
    confirm: ({ sentence, criteria }: { readonly sentence: string; readonly criteria: readonly string[] }) =>
      args.acceptAll ? Promise.resolve(ok(true)) : confirm(`criteria: ${criteria.join(', ')}\n${sentence}\n`, context),
  }
  const done = await certifyWildcardCommand(context.caps, context.options, wish, ask, context.run)
  if (!done.ok) return done
  if (done.value !== null) return wrote(context, done.value, '')
  context.terminal.err('nothing was written\n')
  return ok(EXIT.failed)
}

export async function regenerateUnpublishedInTerminal(context: CliContext): Done {
  if (context.global.locked) {
    const said = context.report("warning: ran `regenerate unpublished` with --locked, this won't do anything!\n")
    return said.ok ? ok(EXIT.success) : said
  }
  const { regenerateUnpublished } = await import('../../engine/session/publisher-commands.ts')
  const done = await regenerateUnpublished(context.caps, context.options, context.run)
  return done.ok ? wrote(context, done.value, '') : done
}

export async function regenerateAuditAsInTerminal(context: CliContext): Done {
  const { regenerateAuditAs } = await import('../../engine/session/audit-as-command.ts')
  const done = await regenerateAuditAs(context.caps, context.options, context.run)
  return done.ok ? wrote(context, done.value, '') : done
}

const chooseIn =
  ({ terminal, run }: CliContext): ChooseCriteria =>
  async ({ title, proposed, all }) => {
    if (!terminal.isInteractive) return ok(proposed)
    const chosen = new Set<string>(proposed)
    for (;;) {
      const rows = all.map((name, i) => `  ${i + 1}. [${chosen.has(name) ? 'x' : ' '}] ${name}`)
      const question = `${title}:\n${rows.join('\n')}\n(numbers toggle, empty line accepts): `
      const answer = await terminal.ask(question, run.signal)
      if (answer === null) return fail({ code: 'cancelled' })
      if (answer.trim() === '') return ok([...chosen])
      for (const word of answer.split(/[\s,]+/)) {
        const name = all[Number(word) - 1]
        if (name !== undefined && !chosen.delete(name)) chosen.add(name)
      }
    }
  }

async function confirm(statement: string, { terminal, run }: CliContext): Promise<Result<boolean, Failure>> {
  if (!terminal.isInteractive) {
    return fail({
      code: 'request-invalid',
      call: 'certify',
      reason: 'without a terminal nobody can be asked: pass --accept-all to write. Nothing was written.',
    })
  }
  terminal.err(statement)
  const answer = await terminal.ask('Certify this? [y/N] ', run.signal)
  return ok(/^y(es)?$/i.test((answer ?? '').trim()))
}

function wrote(context: CliContext, { files, warnings }: Wrote, before: string): Result<number, Failure> {
  for (const warning of warnings) context.warn(warning)
  const text = files.length === 0 ? 'nothing to change' : `wrote ${files.join(', ')}`
  const said = context.report(`${before}${text}\n`)
  return said.ok ? ok(EXIT.success) : said
}
