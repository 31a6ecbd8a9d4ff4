/** `advisories` on the terminal: one block per finding, or JSON in the shape of cargo-audit's report. */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { AdvisoriesArgs } from './command-table.ts'
import { EXIT, type CliContext } from './run.ts'

/** @failure as advisoriesOfWorkspace, store-io. Fails the command when a vulnerability is found, not for warnings. */
export async function advisoriesInTerminal(
  args: AdvisoriesArgs,
  context: CliContext,
): Promise<Result<number, Failure>> {
  const { advisoriesOfWorkspace } = await import('../../engine/session/advisories-command.ts')
  const { humanAdvisories, jsonAdvisories } = await import('./advisories-text.ts')
  const absolute = (given: string) => path.resolve(context.terminal.cwd, given) as AbsolutePath
  const wish = {
    db: args.db === null ? null : absolute(args.db),
    lockFile: args.file === null ? null : absolute(args.file),
    offline: args.noFetch || context.global.frozen,
    refresh: args.refresh,
    yanked: args.yanked,
  }
  const answer = await advisoriesOfWorkspace(context.caps, context.options, wish, context.run)
  if (!answer.ok) return answer
  const isJson = context.global.outputFormat === 'json'
  const nowMs = context.caps.clock.nowMs()
  const written = context.report(isJson ? jsonAdvisories(answer.value) : humanAdvisories(answer.value, nowMs))
  if (!written.ok) return written
  return ok(answer.value.report.vulnerabilities.length > 0 ? EXIT.failed : EXIT.success)
}
