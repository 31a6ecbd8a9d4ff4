/** `export` without a window: the same branch, patches and publication as the window's. Nothing is printed here. */
import path from 'node:path'
import type { AbsolutePath } from '../../../shared/domain.ts'
import type { Failure } from '../../../shared/failure.ts'
import { ok, type Result } from '../../../shared/result.ts'
import type { Capabilities, Run } from '../capabilities.ts'
import { loadFiltered, type CommandOptions } from './commands.ts'
import { branchOfAudits, patchesOfAudits, planAudits, publication } from './overview-audits.ts'
import { dayOf } from '../core/overview-history.ts'
import { writeFresh } from './overview-session.ts'

export interface Exported {
  /** For people. */
  readonly lines: readonly string[]
  /** For programs. */
  readonly value: unknown
  readonly leftOut: readonly string[]
}

/** `folder`: where the new folder goes. @failure as loadFiltered, refused, git-not-found, git-failed, cache-io */
export async function exportAudits(
  caps: Capabilities,
  options: CommandOptions,
  wish: {
    readonly what: 'branch' | 'patches' | 'aggregate'
    readonly branch: string | null
    readonly base: string | null
    readonly folder: AbsolutePath
  },
  run: Run,
): Promise<Result<Exported, Failure>> {
  const loaded = await loadFiltered(caps, { ...options, ignorePolicyProblems: true }, run)
  if (!loaded.ok) return loaded
  const workspace = loaded.value
  const { what, base, folder } = wish
  const today = dayOf(caps.clock.nowMs())
  if (what === 'aggregate') {
    const made = publication(workspace.loaded)
    if (!made.ok) return made
    const files = made.value.files.map(({ name, text }) => ({ name, content: text }))
    return filesDone(await writeFresh(caps, folder, `published-audits-${today}`, files), made.value.leftOut)
  }
  const plan = await planAudits(caps, workspace, base, run)
  if (!plan.ok) return plan
  const { leftOut } = plan.value
  if (what === 'patches') {
    const write = (at: AbsolutePath) => patchesOfAudits(caps, workspace, { folder: at, base }, run)
    return filesDone(await writeFresh(caps, folder, `audit-patches-${today}`, { write }), leftOut)
  }
  const made = await branchOfAudits(caps, workspace, { branch: wish.branch ?? plan.value.branch, base }, run)
  if (!made.ok) return made
  const { branch, commits, pushCommand } = made.value
  const lines = [
    `branch ${branch} on ${plan.value.base.name} (${made.value.base.slice(0, 7)})`,
    ...commits.map(({ commit, subject }) => `${commit.slice(0, 7)} ${subject}`),
    `to send it: ${pushCommand}`,
  ]
  return ok({ lines, value: { ...made.value, leftOut }, leftOut })
}

function filesDone(
  written: Result<{ readonly path: AbsolutePath; readonly files: readonly string[] }, Failure>,
  leftOut: readonly string[],
): Result<Exported, Failure> {
  if (!written.ok) return written
  const { path: at, files } = written.value
  return ok({ lines: files.map(file => path.join(at, file)), value: { ...written.value, leftOut }, leftOut })
}
