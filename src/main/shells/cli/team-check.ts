/** `check --team` on the terminal: cargo-vet's own report first, as it always is, then the team's rules. */
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { TeamCheck } from '../../engine/session/team-check.ts'
import { EXIT, type CliContext } from './run.ts'

export interface TeamCheckArgs {
  /** Audits that stand there already are not looked at; null: all are. */
  readonly base: string | null
}

/** Fails the check when cargo-vet's does, and when an audit does not meet the rules. @failure as check and checkTeam */
export async function checkTeamInTerminal(args: TeamCheckArgs, context: CliContext): Promise<Result<number, Failure>> {
  const { checkWorkspace } = await import('../../engine/session/commands.ts')
  const outcome = await checkWorkspace(context.caps, context.options, context.run)
  if (!outcome.ok) return outcome
  const { checkTeam } = await import('../../engine/session/team-check.ts')
  const team = await checkTeam(context.caps, context.options, args.base, context.run)
  if (!team.ok) return team
  for (const warning of [...outcome.value.warnings, ...team.value.remarks]) context.warn(warning)
  const { outputFormat } = context.global
  const text = outcome.value.text(outputFormat)
  const written = context.report(outputFormat === 'json' ? withTeam(text, team.value) : text + humanTeam(team.value))
  if (!written.ok) return written
  const isMet = outcome.value.conclusion === 'success' && team.value.unmet.length === 0
  return ok(isMet ? EXIT.success : EXIT.failed)
}

/** cargo-vet's object with one more key. */
function withTeam(json: string, { checked, skipped, unmet, remarks }: TeamCheck): string {
  const report = JSON.parse(json) as object
  return JSON.stringify({ ...report, team: { checked, skipped, unmet, remarks } }, null, 2)
}

function humanTeam({ checked, skipped, unmet }: TeamCheck): string {
  const looked = `${checked} ${checked === 1 ? 'audit' : 'audits'}${skipped === 0 ? '' : `, ${skipped} of the base not looked at`}`
  if (unmet.length === 0) return `\nTeam rules met (${looked})\n`
  const lines = [`\nTeam rules not met by ${unmet.length} of ${looked}:`]
  for (const { crate, what, criteria, who, reasons } of unmet) {
    lines.push(`  ${crate} ${what} for ${criteria.join(', ')}, by ${who.join(', ') || 'nobody'}`)
    for (const reason of reasons) lines.push(`    ${reason}`)
  }
  return `${lines.join('\n')}\n`
}
