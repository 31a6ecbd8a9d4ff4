/**
 * `assay certify` on a terminal: shows what would change and what that resolves, lets criteria be picked, asks, writes.
 * Without a terminal it never waits: it writes with --accept-all and refuses otherwise.
 */
import type { Failure } from '../../../shared/failure.ts'
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { CertifyPlan } from '../../../shared/wire.ts'
import type { PreparedCertify } from '../../engine/session/certify-command.ts'
import type { CertifyArgs } from './command-table.ts'
import { EXIT, type CliContext } from './run.ts'

/** @failure as prepareCertify, criteria-none-chosen, usage when nobody can be asked */
export async function certifyInTerminal(args: CertifyArgs, context: CliContext): Promise<Result<number, Failure>> {
  const { prepareCertify } = await import('../../engine/session/certify-command.ts')
  const first = await prepareCertify(context.caps, context.options, args, context.run)
  if (!first.ok) return first
  for (const warning of first.value.warnings) context.warn(warning)
  const picked = args.criteria.length === 0 && !args.acceptAll ? await pickCriteria(first.value, context) : first
  if (!picked.ok) return picked
  const { plan } = picked.value
  if (!plan.criteria.some(c => c.isSelected)) return fail({ code: 'criteria-none-chosen' })
  const shown = context.report(planText(plan))
  if (!shown.ok) return shown
  if (plan.trial.state === 'failed') return fail(plan.trial.failure)
  if (plan.blocks[0] !== undefined)
    return fail({ code: 'request-invalid', call: 'certify', reason: plan.blocks.join('\n') })
  if (!args.acceptAll) {
    const answer = await confirm(plan, context)
    if (!answer.ok) return answer
    if (!answer.value) {
      context.terminal.err('nothing was written\n')
      return ok(EXIT.failed)
    }
  }
  const written = await picked.value.write(context.run.signal)
  if (!written.ok) return written
  context.report(`wrote ${written.value.length === 0 ? 'nothing' : written.value.join(', ')}\n`)
  return ok(EXIT.success)
}

async function confirm(plan: CertifyPlan, context: CliContext): Promise<Result<boolean, Failure>> {
  if (!context.terminal.isInteractive) {
    return fail({
      code: 'request-invalid',
      call: 'certify',
      reason: 'without a terminal nobody can be asked: pass --accept-all to write. Nothing was written.',
    })
  }
  context.terminal.err(`${statement(plan)}\n`)
  const answer = await context.terminal.ask('Certify this? [y/N] ', context.run.signal)
  return ok(/^y(es)?$/i.test((answer ?? '').trim()))
}

/** Numbers toggle, an empty line accepts, as in cargo-vet. Without a terminal the guess stands. */
async function pickCriteria(prepared: PreparedCertify, context: CliContext): Promise<Result<PreparedCertify, Failure>> {
  if (!context.terminal.isInteractive) return ok(prepared)
  const { criteria } = prepared.plan
  const chosen = new Set(criteria.filter(c => c.isSelected).map(c => c.name as string))
  for (;;) {
    const rows = criteria.map((c, i) => {
      const implies = c.implies.length === 0 ? '' : ` (implies ${c.implies.join(', ')})`
      return `  ${i + 1}. [${chosen.has(c.name) ? 'x' : ' '}] ${c.name}${implies}${c.isMissing ? ', missing here' : ''}`
    })
    const question = `criteria to certify for:\n${rows.join('\n')}\n(numbers toggle, empty line accepts): `
    const answer = await context.terminal.ask(question, context.run.signal)
    if (answer === null) return fail({ code: 'cancelled' })
    if (answer.trim() === '') return prepared.withCriteria([...chosen])
    for (const word of answer.split(/[\s,]+/)) {
      const name = criteria[Number(word) - 1]?.name
      if (name === undefined) continue
      if (!chosen.delete(name)) chosen.add(name)
    }
  }
}

function statement({ request, who, criteria }: CertifyPlan): string {
  const names = criteria.filter(c => c.isSelected).map(c => c.name)
  const what =
    request.delta.from === null
      ? `audited version ${request.delta.to} of ${request.crate}`
      : `audited the changes between versions ${request.delta.from} and ${request.delta.to} of ${request.crate}`
  return `I, ${who.join(', ')}, certify that I have ${what} in accordance with: ${names.join(', ')}.`
}

/** Effects first, then the unified change of each file. */
function planText(plan: CertifyPlan): string {
  const names = plan.criteria.filter(c => c.isSelected).map(c => c.name)
  const { crate, delta } = plan.request
  const lines = [
    `${crate} ${delta.from === null ? delta.to : `${delta.from} -> ${delta.to}`}`,
    `  criteria: ${names.join(', ')}`,
    `  who: ${plan.who.join(', ')}`,
    '',
    ...plan.effects.map(effect => `  ${effect.tone === 'warning' ? '! ' : ''}${effect.text}`),
  ]
  for (const file of plan.files.filter(f => f.added + f.removed > 0)) {
    lines.push('', `${file.file} (+${file.added} -${file.removed})`)
    for (const { tag, text } of file.lines) {
      lines.push(tag === 'skip' ? '  …' : `${tag === 'add' ? '+' : tag === 'del' ? '-' : ' '} ${text}`)
    }
  }
  return lines.join('\n') + '\n\n'
}
